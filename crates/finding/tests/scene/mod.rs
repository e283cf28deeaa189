//! A log, a witness, and what each of them signs: from seeds, so every run makes the same bytes.
#![allow(dead_code, reason = "each test binary uses its own part")]
#![allow(clippy::unwrap_used, reason = "a scene stops at the first surprise")]

use detente_checkpoint::{
    KeyType, NoteKey, Policy, SignatureLine, SigningKey, TreeHead, UnverifiedNote, cosignature,
};
use detente_core::{Digest, Name, Origin, TreeSize, UnixSeconds};
use detente_finding::{FindingError, UnverifiedFinding, VerifiedFinding};
use detente_merkle::{Tree, prove_prefix};

pub(crate) const ORIGIN: &str = "log.example/a";
pub(crate) const WITNESS: &str = "witness.example/w1";

pub(crate) fn log_key() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}

pub(crate) fn witness_key() -> SigningKey {
    SigningKey::from_seed(&[2; 32])
}

pub(crate) fn named(name: &str, kind: KeyType, key: &SigningKey) -> NoteKey {
    NoteKey::new(Name::parse(name).unwrap(), kind, key.public())
}

pub(crate) fn log() -> NoteKey {
    named(ORIGIN, KeyType::Log, &log_key())
}

pub(crate) fn witness() -> NoteKey {
    named(WITNESS, KeyType::Cosignature, &witness_key())
}

pub(crate) fn size(value: u64) -> TreeSize {
    TreeSize::new(value).unwrap()
}

pub(crate) fn time(value: u64) -> UnixSeconds {
    UnixSeconds::new(value).unwrap()
}

/// A tree of `count` entries; the one at `changed` is another than in every tree without it.
pub(crate) fn tree(count: u64, changed: Option<u64>) -> Tree {
    let entry = |i: u64| if Some(i) == changed { format!("other {i}") } else { format!("entry {i}") };
    Tree::from_entries(&(0..count).map(entry).collect::<Vec<_>>()).unwrap()
}

pub(crate) fn head(tree: &Tree, at: u64) -> TreeHead {
    TreeHead::new(Origin::parse(ORIGIN).unwrap(), size(at), tree.root_at(size(at)).unwrap()).unwrap()
}

/// What the log signs of a tree.
pub(crate) fn signed(tree: &Tree, at: u64) -> UnverifiedNote {
    head(tree, at).sign(&log_key()).unwrap()
}

/// The same with a cosignature.
pub(crate) fn cosigned(tree: &Tree, at: u64, when: u64) -> UnverifiedNote {
    signed(tree, at).with_signature(cosign(&head(tree, at), when)).unwrap()
}

pub(crate) fn cosign(head: &TreeHead, when: u64) -> SignatureLine {
    cosignature::sign(witness().name(), &witness_key(), time(when), head)
}

pub(crate) fn prefix(tree: &Tree, old: u64, new: u64) -> Vec<Digest> {
    prove_prefix(tree, size(old), size(new)).unwrap()
}

pub(crate) fn verify(bytes: &[u8]) -> Result<VerifiedFinding, FindingError> {
    UnverifiedFinding::parse(bytes)?.verify(None)
}

/// The policy that names this log and this witness.
pub(crate) fn policy(log: &NoteKey, witness: &NoteKey) -> Policy {
    let text = format!("log {log}\nwitness w1 {witness}\nquorum w1\n");
    Policy::parse(text.as_bytes(), None).unwrap()
}
