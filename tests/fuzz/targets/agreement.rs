//! Agreements: another reader of TOML takes what ours takes, with as many tables, and all that is said of it can be said.
#![no_main]

use detente_agreement::Agreement;
use detente_fuzz::example_policy;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let read = match Agreement::parse(data) {
        Ok(read) => read,
        Err(error) => {
            assert!(!error.to_string().is_empty() && !error.culprit().is_empty());
            return;
        }
    };
    let terms = read.terms();
    let text = std::str::from_utf8(data).expect("what is accepted is UTF-8");
    let other: toml::Table = toml::from_str(text).expect("what is accepted is TOML");
    let count = |name: &str| other.get(name).and_then(toml::Value::as_array).map(Vec::len);
    assert_eq!(count("party"), Some(terms.parties.len()));
    assert_eq!(count("obligation"), Some(terms.obligations.len()));
    assert_eq!(other.get("title").and_then(toml::Value::as_str), Some(terms.title.as_str()));
    for obligation in &terms.obligations {
        assert!(!terms.explain(obligation).is_empty());
    }
    let policy = example_policy();
    assert!(read.require_policy(&policy).is_err(), "no agreement names a policy without a companion");
    assert!(terms.remarks(&policy).iter().all(|remark| !remark.to_string().is_empty()));
});
