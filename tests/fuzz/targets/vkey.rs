//! Vkeys: one text a key.
#![no_main]

use detente_checkpoint::NoteKey;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    if let Ok(key) = NoteKey::parse(data) {
        assert_eq!(key.to_string(), data);
    }
});
