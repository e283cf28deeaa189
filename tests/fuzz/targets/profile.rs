//! Profiles: every name that a profile gives means slots that it has, and an empty document is one of every profile.
#![no_main]

use detente_core::LogId;
use detente_disclosure::{Document, Profile, Seed};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(profile) = Profile::parse(data) else { return };
    let names = profile.names().keys().map(String::as_str);
    for name in names.chain(profile.slots().iter().map(|slot| slot.name())) {
        let slots = profile.select(name).unwrap_or_default();
        assert!(!slots.is_empty() && slots.iter().all(|slot| profile.slot(*slot).is_some()), "{name}");
    }
    let Ok(document) = Document::parse(b"{}") else { panic!("an empty object is a document") };
    let Ok(values) = document.to_slots(&profile) else { panic!("an empty document has no field at fault") };
    assert!(values.is_empty());
    if profile.width() <= 256 {
        let sealing = values.seal(LogId::ZERO, &Seed::from_bytes([1; 32]));
        assert_ne!(sealing.sealed().digest(), profile.digest().digest());
    }
});
