//! Presentations under the policies of the vectors: no panic in any of the steps, and the result is one of the file's.
#![no_main]

use std::sync::LazyLock;

use detente_checkpoint::Policy;
use detente_disclosure::Profile;
use detente_fuzz::policies_of_vectors;
use detente_presentation::{Reader, UnverifiedPresentation};
use libfuzzer_sys::fuzz_target;

static POLICIES: LazyLock<Vec<Policy>> = LazyLock::new(|| policies_of_vectors("presentation.verify"));

fuzz_target!(|data: &[u8]| {
    let Ok(file) = UnverifiedPresentation::parse(data) else { return };
    let terms = file.unverified_terms().clone();
    let opened = file.unverified_openings().len();
    for policy in POLICIES.iter() {
        let reader = Reader { policy, profiles: &[Profile::veris_1()], audience: Some(terms.audience) };
        match file.clone().verify(&reader) {
            Ok(verified) => {
                assert_eq!(verified.terms(), &terms);
                assert_eq!(verified.openings().len(), opened);
            }
            Err(error) => assert!(!error.to_string().is_empty() && !error.culprit().is_empty()),
        }
    }
});
