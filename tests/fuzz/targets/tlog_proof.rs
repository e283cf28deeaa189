//! Offline proofs: the parts written again are the same bytes.
#![no_main]

use std::sync::LazyLock;

use detente_checkpoint::{Policy, UnverifiedProof, proof};
use detente_fuzz::policies_of_vectors;
use detente_merkle::leaf_hash;
use libfuzzer_sys::fuzz_target;

static POLICIES: LazyLock<Vec<Policy>> = LazyLock::new(|| policies_of_vectors("checkpoint.proof"));

fuzz_target!(|data: &[u8]| {
    let Ok(parsed) = UnverifiedProof::parse(data) else { return };
    let note = parsed.checkpoint().note().as_bytes();
    let again = proof::write(parsed.extra(), parsed.claimed_index(), parsed.hashes(), note);
    assert_eq!(again.as_deref(), Ok(data));
    let leaf = leaf_hash(parsed.extra().unwrap_or_default());
    for policy in POLICIES.iter() {
        if let Ok(verified) = parsed.clone().verify(leaf, policy) {
            assert!(verified.index().is_below(verified.checkpoint().size()));
        }
    }
});
