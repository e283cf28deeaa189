//! Parts of a vault's export, opened: whatever is accepted is canonical JSON, and is written in the very same bytes.
#![no_main]

use detente_core::json::Value;
use detente_party::ExportPart;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some(part) = ExportPart::parse(data) else { return };
    assert_eq!(*part.to_bytes(), data);
    let value = Value::parse(data).map(|value| value.to_canonical().into_bytes());
    assert_eq!(value.as_deref(), Ok(data));
});
