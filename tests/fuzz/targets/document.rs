//! Documents: what is cut into slots comes back as the same document.
#![no_main]

use detente_disclosure::{Document, Profile};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(document) = Document::parse(data) else { return };
    let Ok(values) = document.to_slots(Profile::veris_1()) else { return };
    let back = Document::from_slots(&values).map(|document| document.to_canonical());
    assert_eq!(back, Ok(document.to_canonical()));
});
