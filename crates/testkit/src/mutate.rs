//! Damaged copies of the valid vectors, for runs that compare two verifiers. Nothing is expected of them but that all
//! verifiers answer alike.

use detente_core::{
    base64,
    json::{Object, Value},
};

use crate::{
    build::bytes::{hex, unhex},
    random::Random,
    tamper::{Operator, damage},
    vector::{Expect, Vector},
    vectors,
};

/// Damaged copies of each valid vector.
const COPIES: usize = 3;

/// How a byte string is written in an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Base64 of any length.
    Base64,
    /// Hexadecimal of any length.
    Hexadecimal,
    /// Base64 whose length the form of the vector fixes.
    FixedBase64,
    /// Hexadecimal whose length the form of the vector fixes.
    FixedHexadecimal,
}

/// JSON Lines, one damaged copy a line: `operation`, `input`, `from` (the path of the valid vector) and `expect` null.
/// A vector whose input has no bytes is left out.
pub fn lines(seed: u64) -> String {
    let mut random = Random::new(seed);
    let mut text = String::new();
    for vector in vectors::all() {
        if matches!(vector.expect, Expect::Ok(_)) {
            for input in copies(&vector, &mut random) {
                let line = Value::from([
                    ("operation", vector.operation.into()),
                    ("input", Value::Object(input)),
                    ("from", vector.path().into()),
                    ("expect", Value::Null),
                ]);
                text.push_str(&line.to_canonical());
                text.push('\n');
            }
        }
    }
    text
}

fn copies(vector: &Vector, random: &mut Random) -> Vec<Object> {
    let places = places(vector.operation, &vector.input);
    if places.is_empty() {
        return vec![];
    }
    (0..COPIES)
        .map(|_| {
            let (path, form) = &places[random.below(places.len())];
            let mut input = Value::Object(vector.input.clone());
            let Some(Value::String(text)) = at(&mut input, path) else { panic!("a string at {path:?}") };
            *text = damaged(text, *form, random);
            match input {
                Value::Object(input) => input,
                _ => panic!("an object"),
            }
        })
        .collect()
}

fn damaged(text: &str, form: Form, random: &mut Random) -> String {
    match form {
        Form::Base64 => base64::encode(&damage(&base64::decode(text).unwrap(), &Operator::ALL, random)),
        Form::FixedBase64 => {
            base64::encode(&damage(&base64::decode(text).unwrap(), &Operator::SAME_LENGTH, random))
        }
        Form::Hexadecimal => hex(&damage(&unhex(text), &Operator::ALL, random)),
        Form::FixedHexadecimal => hex(&damage(&unhex(text), &Operator::SAME_LENGTH, random)),
    }
}

/// One step into a value.
#[derive(Debug, Clone)]
enum Step {
    Member(&'static str),
    Item(usize),
}

fn at<'a>(value: &'a mut Value, path: &[Step]) -> Option<&'a mut Value> {
    path.iter().try_fold(value, |value, step| match (value, step) {
        (Value::Object(members), Step::Member(name)) => members.get_mut(*name),
        (Value::Array(items), Step::Item(position)) => items.get_mut(*position),
        _ => None,
    })
}

/// Members of an input and how their bytes are written.
type Places = &'static [(&'static str, Form)];

/// The byte strings of an operation's input: members that hold one, and members that hold a list of them.
fn table(operation: &str) -> (Places, Places) {
    use Form::{Base64, FixedBase64, FixedHexadecimal, Hexadecimal};
    match operation {
        "core.json" | "core.file" => (&[("bytes", Base64)], &[]),
        "core.digest" => (&[("data", Base64)], &[]),
        "merkle.root" => (&[], &[("leaves", Hexadecimal)]),
        "merkle.inclusion" => {
            (&[("leaf", FixedHexadecimal), ("root", FixedHexadecimal)], &[("proof", FixedHexadecimal)])
        }
        "merkle.consistency" => (
            &[("old_root", FixedHexadecimal), ("new_root", FixedHexadecimal)],
            &[("proof", FixedHexadecimal)],
        ),
        "merkle.subtree" => {
            (&[("hash", FixedHexadecimal), ("root", FixedHexadecimal)], &[("proof", FixedHexadecimal)])
        }
        "checkpoint.key" => (&[("key", FixedHexadecimal)], &[]),
        "checkpoint.signature" => {
            (&[("key", FixedHexadecimal), ("signature", FixedHexadecimal), ("message", Base64)], &[])
        }
        "checkpoint.note" => (&[("note", Base64)], &[]),
        "checkpoint.checkpoint" => (&[("note", Base64), ("policy", Base64), ("companion", Base64)], &[]),
        "checkpoint.policy" => (&[("policy", Base64), ("companion", Base64)], &[]),
        "checkpoint.proof" => {
            (&[("proof", Base64), ("entry", Base64), ("policy", Base64), ("companion", Base64)], &[])
        }
        "checkpoint.time" => (&[("policy", Base64), ("companion", Base64)], &[("notes", Base64)]),
        "statement.decode" => (&[("entry", Base64)], &[]),
        "statement.replay" => (&[], &[("entries", Base64)]),
        "disclosure.profile" | "disclosure.select" => (&[("profile", Base64)], &[]),
        "disclosure.slots" => (&[("profile", Base64), ("document", Base64)], &[]),
        // A profile that no longer fits the values is a fault of the vector, so only the secrets are damaged.
        "disclosure.seal" => (&[("log", FixedHexadecimal), ("seed", FixedHexadecimal)], &[]),
        "disclosure.open" => (
            &[("profile", Base64), ("log", FixedHexadecimal), ("sealed", FixedHexadecimal)],
            &[("proof", FixedHexadecimal), ("openings", FixedBase64)],
        ),
        "presentation.verify" => (
            &[("file", Base64), ("policy", Base64), ("companion", Base64), ("audience", FixedHexadecimal)],
            &[],
        ),
        // Texts and numbers only.
        "core.number" | "core.base64" | "merkle.tile" | "checkpoint.vkey" => (&[], &[]),
        other => panic!("no byte strings listed for {other}"),
    }
}

fn places(operation: &str, input: &Object) -> Vec<(Vec<Step>, Form)> {
    let (single, lists) = table(operation);
    let mut places = vec![];
    for (name, form) in single {
        // A companion or an audience may be null.
        if input[*name].as_str().is_some() {
            places.push((vec![Step::Member(name)], *form));
        }
    }
    for (name, form) in lists {
        for (position, item) in input[*name].as_array().unwrap().iter().enumerate() {
            let mut path = vec![Step::Member(name), Step::Item(position)];
            if item.as_object().is_some() {
                path.push(Step::Member("salt"));
            }
            places.push((path, *form));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert!(operations.len() > 15, "{operations:?}");
    }
}
