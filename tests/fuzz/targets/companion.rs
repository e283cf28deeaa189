//! Companions of a fixed policy: whatever is accepted is written in the very same bytes.
#![no_main]

use detente_checkpoint::Policy;
use detente_fuzz::EXAMPLE_POLICY;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(policy) = Policy::parse(EXAMPLE_POLICY.as_bytes(), Some(data)) else { return };
    let file = policy.companion().map(|companion| companion.to_file(policy.id().policy));
    assert_eq!(file.as_deref(), Some(data));
    assert!(policy.smallest_overlap() <= 1);
});
