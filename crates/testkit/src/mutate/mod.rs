//! Damaged copies of the valid vectors, for runs that compare two verifiers. Nothing is expected of them but that all
//! verifiers answer alike.
//!
//! Each vector is damaged in two ways: a few bytes at random (`bytes`), and one change of meaning that keeps the form
//! around it intact, so that it passes the outer checks and reaches the inner ones (`structured`).

mod audits;
mod bytes;

mod findings;
mod genesis;
mod json;
mod notes;
mod openings;
mod path;
mod replay;
mod ring;
mod scenes;
mod statements;
mod structured;
mod text;

use detente_core::json::{Object, Value};

use crate::{random::Random, vector::Expect, vectors};

/// Copies of each valid vector with bytes damaged.
const BYTES: usize = 3;
/// Presentations of random logs that are written in one run.
const SCENES: usize = 400;
/// Audits of random histories that are written in one run.
const AUDITS: usize = 120;
/// Findings of random trees that are written in one run.
const FINDINGS: usize = 600;

/// JSON Lines, one damaged copy a line: `operation`, `input`, `from` (the path of the valid vector) and `expect` null.
pub fn lines(seed: u64) -> String {
    let mut random = Random::new(seed);
    let mut text = String::new();
    for vector in vectors::all() {
        if matches!(vector.expect, Expect::Ok(_)) {
            for input in bytes::copies(&vector, BYTES, &mut random) {
                push(&mut text, vector.operation, input, &vector.path());
            }
            for input in structured::copies(&vector, &mut random) {
                push(&mut text, vector.operation, input, &vector.path());
            }
        }
    }
    for _ in 0..SCENES {
        let input = scenes::scene(&mut random);
        push(&mut text, "presentation.verify", input, "presentation/verify/plain.json");
    }
    for _ in 0..AUDITS {
        let input = audits::history(&mut random);
        push(&mut text, "audit.report", input, "audit/report/answered-in-time.json");
    }
    for _ in 0..FINDINGS {
        let input = findings::scene(&mut random);
        push(&mut text, "finding.verify", input, "finding/verify/fork-known-plain.json");
    }
    text
}

fn push(text: &mut String, operation: &str, input: Object, from: &str) {
    let line = Value::from([
        ("operation", operation.into()),
        ("input", Value::Object(input)),
        ("from", from.into()),
        ("expect", Value::Null),
    ]);
    text.push_str(&line.to_canonical());
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vector::Vector;

    #[test]
    fn one_seed_repeats_the_run_and_every_copy_names_a_vector() {
        let text = lines(11);
        assert_eq!(text, lines(11));
        let paths: Vec<String> = vectors::all().iter().map(Vector::path).collect();
        let mut operations = std::collections::BTreeSet::new();
        for line in text.lines() {
            let line = Value::parse(line.as_bytes()).unwrap();
            let members = line.as_object().unwrap();
            assert!(paths.iter().any(|path| Some(path.as_str()) == members["from"].as_str()));
            assert_eq!(members["expect"], Value::Null);
            operations.insert(members["operation"].as_str().unwrap().to_owned());
        }
        let all: std::collections::BTreeSet<String> =
            vectors::all().iter().map(|vector| vector.operation.to_owned()).collect();
        assert_eq!(operations, all);
        assert!(text.lines().count() < 10_000);
    }
}
