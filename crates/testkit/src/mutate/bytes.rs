//! One random change of the bytes of one input, whatever they mean. It seldom passes the first check of a format, which
//! is what it is for.

use detente_core::{
    base64,
    json::{Object, Value},
};

use super::path::{Step, at};
use crate::{
    build::bytes::{hex, unhex},
    random::Random,
    tamper::{Operator, damage},
    vector::Vector,
};

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

/// Damaged inputs of a vector; none when its input has no bytes.
pub(super) fn copies(vector: &Vector, count: usize, random: &mut Random) -> Vec<Object> {
    let places = places(vector.operation, &vector.input);
    if places.is_empty() {
        return vec![];
    }
    (0..count)
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
        "merkle.prefix" => (&[("root", FixedHexadecimal)], &[("proof", FixedHexadecimal)]),
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
        "checkpoint.anchor" => (&[("body", Base64), ("policy", Base64), ("companion", Base64)], &[]),
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
        "witness.request" | "witness.decide" => (&[("request", Base64)], &[]),
        "finding.verify" => (&[("file", Base64), ("policy", Base64), ("companion", Base64)], &[]),
        "agreement.body" => (&[("body", Base64)], &[]),
        "agreement.file" => (&[("file", Base64)], &[]),
        "agreement.policy" => (&[("file", Base64), ("policy", Base64), ("companion", Base64)], &[]),
        "agreement.content" => {
            (&[("file", Base64), ("log", FixedHexadecimal), ("commitment", FixedHexadecimal)], &[])
        }
        // Notes and entries are damaged with a meaning, under roots that are signed anew.
        "audit.report" => (
            &[("policy", Base64), ("companion", Base64)],
            &[("agreements", Base64), ("presentations", Base64), ("contents", Base64)],
        ),
        // Texts and numbers only.
        "core.number" | "core.base64" | "merkle.tile" | "checkpoint.vkey" | "agreement.period"
        | "agreement.date" | "agreement.days" => (&[], &[]),
        other => panic!("no byte strings listed for {other}"),
    }
}

fn places(operation: &str, input: &Object) -> Vec<(Vec<Step>, Form)> {
    let (single, lists) = table(operation);
    let mut places = vec![];
    for (name, form) in single {
        // A policy, a companion or an audience may be null.
        if input[*name].as_str().is_some() {
            places.push((vec![Step::Member((*name).to_owned())], *form));
        }
    }
    for (name, form) in lists {
        for (position, item) in input[*name].as_array().unwrap().iter().enumerate() {
            let mut path = vec![Step::Member((*name).to_owned()), Step::Item(position)];
            if item.as_object().is_some() {
                path.push(Step::Member("salt".to_owned()));
            }
            places.push((path, *form));
        }
    }
    places
}
