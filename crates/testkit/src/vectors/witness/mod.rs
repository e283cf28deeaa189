//! Scenarios of `specs/witness.md`.

mod decisions;
mod evidence;
mod requests;

use crate::{
    build::{
        bytes::{Hash, base64},
        keys::Key,
        note,
        tree::{consistency, counting_leaves, leaf_hash, root},
    },
    vector::Vector,
};

pub(super) fn vectors() -> Vec<Vector> {
    [requests::vectors(), decisions::vectors()].concat()
}

/// The log of all scenarios here.
const LOG: &str = "log.example/a";
/// The witness that is asked.
const WITNESS: &str = "witness.example/w1";
/// When it cosigned last.
const TIME: u64 = 1_700_000_000;
/// The size that it cosigned last, unless a scenario says otherwise.
const NEWEST: usize = 13;

/// Seed 00..1f.
fn log_key() -> Key {
    Key::counting(0)
}

/// Seed 20..3f.
fn witness_key() -> Key {
    Key::counting(32)
}

/// Leaves of the counting tree.
fn leaves(size: usize) -> Vec<Hash> {
    counting_leaves(size)
}

/// Leaves of another history of the log: the first eight are the same.
fn forked(size: usize) -> Vec<Hash> {
    let mut leaves = counting_leaves(size);
    for (at, leaf) in leaves.iter_mut().enumerate().skip(8) {
        *leaf = leaf_hash(&[at as u8, 1]);
    }
    leaves
}

/// The text of a checkpoint.
fn text(leaves: &[Hash]) -> String {
    note::text(LOG, leaves.len() as u64, &root(leaves))
}

fn log_line(text: &str) -> String {
    note::log_line(LOG, &log_key(), text)
}

fn witness_line(time: u64, text: &str) -> String {
    note::witness_line(WITNESS, &witness_key(), time, text)
}

/// A note that the log alone signed.
fn signed(text: &str) -> String {
    note::note(text, &[log_line(text)])
}

/// A request of any parts.
fn request(old: impl std::fmt::Display, proof: &[Hash], note: &str) -> String {
    let proof: String = proof.iter().map(|hash| format!("{}\n", base64(hash))).collect();
    format!("old {old}\n{proof}\n{note}")
}

/// The proof of RFC 6962 from a size; empty from nothing and to the same size.
fn proof(old: usize, leaves: &[Hash]) -> Vec<Hash> {
    if old == 0 || old >= leaves.len() { vec![] } else { consistency(old, leaves) }
}

/// An honest request for a tree.
fn honest(old: usize, leaves: &[Hash]) -> String {
    request(old, &proof(old, leaves), &signed(&text(leaves)))
}
