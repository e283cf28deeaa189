//! Signed notes: text and lines written again are the same bytes.
#![no_main]

use detente_checkpoint::UnverifiedNote;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(note) = UnverifiedNote::parse(data) else { return };
    assert_eq!(note.as_bytes(), data);
    let again = UnverifiedNote::assemble(note.text(), note.signatures());
    assert_eq!(again.as_ref(), Ok(&note));
});
