//! Scenarios of `specs/checkpoint.md`.

mod anchors;
mod checkpoints;
mod companions;
mod cosignatures;
mod keys;
mod notes;
mod policies;
mod proofs;
mod quorums;
mod signatures;
mod times;
mod vkeys;

use detente_core::json::{Object, Value};

use crate::{
    build::{
        bytes::{Hash, base64},
        keys::Key,
        note,
        tree::{counting_leaves, root},
    },
    vector::{Vector, object},
};

pub(super) fn vectors() -> Vec<Vector> {
    [
        keys::vectors(),
        signatures::vectors(),
        vkeys::vectors(),
        notes::vectors(),
        checkpoints::vectors(),
        policies::vectors(),
        proofs::vectors(),
        times::vectors(),
        anchors::vectors(),
    ]
    .concat()
}

/// The log of all scenarios here.
const LOG: &str = "log.example/a";
/// When the first witness cosigns.
const TIME: u64 = 1_700_000_000;

/// Seed 00..1f.
fn log_key() -> Key {
    Key::counting(0)
}

/// Witness number 1 to 255; number 1 has seed 20..3f.
fn witness_key(number: u8) -> Key {
    if number == 1 { Key::counting(32) } else { Key::named(&format!("witness {number}")) }
}

/// The name in the key of a witness.
fn witness_name(number: u8) -> String {
    format!("witness.example/w{number}")
}

fn tree_root(size: usize) -> Hash {
    root(&counting_leaves(size))
}

/// Checkpoint text of the counting tree.
fn text(size: usize) -> String {
    note::text(LOG, size as u64, &tree_root(size))
}

fn log_line(text: &str) -> String {
    note::log_line(LOG, &log_key(), text)
}

fn witness_line(number: u8, time: u64, text: &str) -> String {
    note::witness_line(&witness_name(number), &witness_key(number), time, text)
}

/// A checkpoint of the counting tree, cosigned by witnesses at times.
fn checkpoint(size: usize, cosigned: &[(u8, u64)]) -> String {
    let text = text(size);
    let witnesses = cosigned.iter().map(|(number, time)| witness_line(*number, *time, &text));
    note::note(&text, &core::iter::once(log_line(&text)).chain(witnesses).collect::<Vec<_>>())
}

/// A policy of the log, witnesses `w1` to `w<count>`, and the lines given.
fn policy(witnesses: u8, rest: &str) -> String {
    let lines: String = (1..=witnesses)
        .map(|number| {
            note::policy_witness(&format!("w{number}"), &witness_name(number), &witness_key(number))
        })
        .collect();
    format!("{}{lines}{rest}", note::policy_log(LOG, &log_key()))
}

/// A companion that names an operator for each of `w1` to `w<count>`, none of them a party.
fn neutral(policy: &str, witnesses: u8, f: u32) -> Vec<u8> {
    let operators: Vec<(String, String)> =
        (1..=witnesses).map(|number| (format!("w{number}"), format!("institute {number}"))).collect();
    let operators: Vec<(&str, &str)> =
        operators.iter().map(|(witness, name)| (witness.as_str(), name.as_str())).collect();
    note::companion(policy, f, &operators, &["a.example", "b.example"])
}

/// The members `policy` and `companion` of an input, and more.
fn with_policy(policy: &[u8], companion: Option<&[u8]>, more: Object) -> Object {
    let companion = companion.map_or(Value::Null, |bytes| base64(bytes).into());
    let mut input = object! {"policy": base64(policy), "companion": companion};
    input.extend(more);
    input
}
