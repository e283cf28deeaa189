//! Strict JSON: what is read is written canonically, and the canonical text reads as the same value.
#![no_main]

use detente_core::json::Value;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(value) = Value::parse(data) {
        let canonical = value.to_canonical();
        assert_eq!(Value::parse(canonical.as_bytes()).as_ref(), Ok(&value));
        assert_eq!(Value::parse_file(&value.to_file()), Ok(value));
    }
    if let Ok(records) = Value::parse_records(data) {
        assert!(records.iter().all(|(line, _)| *line >= 1));
    }
});
