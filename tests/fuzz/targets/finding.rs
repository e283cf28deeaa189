//! Findings with and without a policy of the vectors: no panic in any of the steps; a policy takes away and never adds; and
//! what verifies speaks of both signatures in the file.
#![no_main]

use std::sync::LazyLock;

use detente_checkpoint::Policy;
use detente_finding::UnverifiedFinding;
use detente_fuzz::policies_of_vectors;
use libfuzzer_sys::fuzz_target;

static POLICIES: LazyLock<Vec<Policy>> = LazyLock::new(|| policies_of_vectors("finding.verify"));

fuzz_target!(|data: &[u8]| {
    let Ok(file) = UnverifiedFinding::parse(data) else { return };
    let alone = file.clone().verify(None);
    if let Ok(verified) = &alone {
        assert_eq!(verified.culprit().to_string(), file.unverified_culprit());
        assert_eq!(verified.culprit().kind(), verified.offence().signer());
        let (first, second) = (verified.first().head(), verified.second().head());
        assert!(first.size() <= second.size() && first.origin() == second.origin());
        assert!((first.size(), first.root()) != (second.size(), second.root()));
        assert!(!verified.is_named_by_policy() && !verified.proves().is_empty());
    }
    for policy in POLICIES.iter() {
        match (file.clone().verify(Some(policy)), &alone) {
            (Ok(named), Ok(verified)) => {
                assert_eq!((named.first(), named.second()), (verified.first(), verified.second()));
            }
            (Ok(_), Err(error)) => panic!("a policy made it valid: {error}"),
            (Err(error), _) => assert!(!error.to_string().is_empty() && !error.part().is_empty()),
        }
    }
});
