//! Policies: one that is read is written so that it reads as the same, and its overlap is a number.
#![no_main]

use detente_checkpoint::Policy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(policy) = Policy::parse(data, None) else { return };
    let written = policy.to_string();
    let Ok(again) = Policy::parse(written.as_bytes(), None) else { panic!("does not read again: {written}") };
    assert_eq!(again.to_string(), written);
    assert_eq!((again.logs(), again.witnesses()), (policy.logs(), policy.witnesses()));
    assert_eq!(policy.smallest_overlap(), 0, "without a companion nobody is neutral");
    assert_eq!(policy.quorum_met(|_| true), policy.quorum_name().is_none());
});
