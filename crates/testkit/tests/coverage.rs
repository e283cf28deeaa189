//! Every code of the words that have vectors occurs in one, and every operation of the specs has valid and invalid ones.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};

use detente_core::Code;
use detente_testkit::{vector::Expect, vectors};

/// Codes without a vector, and why.
const EXCEPTIONS: &[(Code, &str)] = &[
    (Code::MalformedTile, "of the word log, which has no vectors"),
    (Code::Unauthenticated, "of an HTTP server"),
    (Code::NotPublished, "of an HTTP server"),
    (Code::Busy, "of a queue"),
    (Code::LogRolledBack, "of the word log, which has no vectors"),
    (Code::OlderCheckpoint, "of the word log, which has no vectors"),
    (Code::MalformedAnnex, "an annex is a folder; tests/audit of the crate, and history"),
    (Code::ReportMismatch, "an annex is a folder; tests/audit of the crate, and history"),
    (Code::MalformedForm, "of the word party, which has no vectors"),
    (Code::MalformedExport, "of the word party, which has no vectors"),
    (Code::EntryMismatch, "of the word party, which has no vectors"),
    (Code::NotRecovered, "of the word party, which has no vectors"),
    (Code::LogBehindVault, "of the word party, which has no vectors"),
    (Code::VaultBehindLog, "of the word party, which has no vectors"),
    (Code::DuplicateIncident, "of the word party, which has no vectors"),
    (Code::UnknownIncident, "of the word party, which has no vectors"),
    (Code::Unavailable, "files and locks: no input causes it"),
];

#[test]
fn every_code_occurs_or_is_excused() {
    let seen: BTreeSet<Code> = vectors::all()
        .iter()
        .filter_map(|vector| match &vector.expect {
            Expect::Code(code) => Some(*code),
            // A witness's refusal is an answer, so its vector is accepted.
            Expect::Ok(output) => {
                let word = output.get("code")?.as_str()?;
                Code::ALL.iter().copied().find(|code| code.as_str() == word)
            }
        })
        .collect();
    for code in Code::ALL {
        let excused = EXCEPTIONS.iter().any(|(exception, _)| exception == code);
        assert_ne!(seen.contains(code), excused, "{code}: seen in a vector or excused, and not both");
    }
}

/// Tables "Vectors" of the specs, read from the pages themselves.
fn operations() -> BTreeSet<String> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs");
    [
        "core",
        "merkle",
        "checkpoint",
        "statement",
        "disclosure",
        "presentation",
        "witness",
        "finding",
        "agreement",
        "audit",
    ]
    .iter()
    .flat_map(|word| {
        let page = std::fs::read_to_string(format!("{directory}/{word}.md")).unwrap();
        let rows: Vec<String> = page
            .lines()
            .filter_map(|line| line.strip_prefix(&format!("| `{word}.")))
            .filter_map(|rest| rest.split('`').next())
            .map(|name| format!("{word}.{name}"))
            .collect();
        assert!(!rows.is_empty(), "{word}: no operation");
        rows
    })
    .collect()
}

#[test]
fn every_operation_has_valid_and_invalid_vectors() {
    // These accept every well-formed input.
    const ALWAYS_OK: [&str; 4] = ["core.digest", "merkle.root", "disclosure.seal", "agreement.days"];
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for vector in vectors::all() {
        let (accepted, refused) = counts.entry(vector.operation.to_owned()).or_default();
        match vector.expect {
            Expect::Ok(_) => *accepted += 1,
            Expect::Code(_) => *refused += 1,
        }
    }
    assert_eq!(counts.keys().cloned().collect::<BTreeSet<_>>(), operations());
    for (operation, (accepted, refused)) in counts {
        assert!(accepted >= 3, "{operation}: {accepted} valid");
        assert!(refused >= 3 || ALWAYS_OK.contains(&operation.as_str()), "{operation}: {refused} invalid");
    }
}

#[test]
fn names_are_plain() {
    for vector in vectors::all() {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.');
        assert!(vector.name.chars().all(plain), "{}", vector.path());
        assert!(!vector.description.is_empty(), "{}", vector.path());
    }
}
