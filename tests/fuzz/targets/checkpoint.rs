//! Checkpoints under a fixed policy: the tree head reads as what it writes, and only a signed text verifies.
#![no_main]

use std::sync::LazyLock;

use detente_checkpoint::{Policy, Pool, TreeHead, UnverifiedCheckpoint};
use detente_core::LeafIndex;
use detente_fuzz::example_policy;
use libfuzzer_sys::fuzz_target;

static POLICY: LazyLock<Policy> = LazyLock::new(example_policy);

fuzz_target!(|data: &[u8]| {
    let Ok(checkpoint) = UnverifiedCheckpoint::parse(data) else { return };
    let head = checkpoint.claimed().clone();
    assert_eq!(TreeHead::parse(&head.to_string()).as_ref(), Ok(&head));
    if let Ok(verified) = checkpoint.verify(&POLICY) {
        assert_eq!(verified.head(), &head);
        // Without a companion nobody is neutral, so no quorum is met.
        assert!(verified.require_quorum(&POLICY).is_err());
        assert!(Pool::new(verified).publication_time(LeafIndex::ZERO, &POLICY).is_ok());
    }
});
