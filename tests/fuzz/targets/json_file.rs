//! A file of ours: whatever is accepted is written in the very same bytes.
#![no_main]

use detente_core::json::Value;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(value) = Value::parse_file(data) {
        assert_eq!(value.to_file(), data);
    }
});
