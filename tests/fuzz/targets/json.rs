//! Strict JSON: what is read is written canonically, and the canonical text reads as the same value.
#![no_main]

use detente_core::{CoreError, json::Value};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(value) = Value::parse(data) {
        let canonical = value.to_canonical();
        assert_eq!(Value::parse(canonical.as_bytes()).as_ref(), Ok(&value));
        assert_eq!(Value::parse_file(&value.to_file()), Ok(value));
    }
    let _ = Value::parse_records(data, |line, record| {
        assert!(line >= 1);
        assert_eq!(Value::parse(record.to_canonical().as_bytes()).as_ref(), Ok(&record));
        Ok::<(), CoreError>(())
    });
});
