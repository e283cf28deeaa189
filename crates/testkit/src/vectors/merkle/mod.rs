//! Scenarios of `specs/merkle.md`.

mod consistency;
mod inclusion;
mod prefix;
mod subtree;
mod tree;

use detente_core::json::Object;

use crate::{
    build::{
        bytes::{Hash, hex},
        tree::hex_list,
    },
    vector::{Vector, object, texts},
};

pub(super) fn vectors() -> Vec<Vector> {
    [
        tree::roots(),
        inclusion::vectors(),
        consistency::vectors(),
        subtree::vectors(),
        prefix::vectors(),
        tree::tiles(),
    ]
    .concat()
}

/// Input of `merkle.inclusion`.
#[derive(Clone)]
struct Inclusion {
    index: u64,
    size: u64,
    leaf: Hash,
    root: Hash,
    proof: Vec<Hash>,
}

impl Inclusion {
    fn input(&self) -> Object {
        object! {
            "index": self.index.to_string(),
            "size": self.size.to_string(),
            "leaf": hex(&self.leaf),
            "root": hex(&self.root),
            "proof": texts(&hex_list(&self.proof)),
        }
    }
}

/// Input of `merkle.consistency`.
#[derive(Clone)]
struct Consistency {
    old_size: u64,
    new_size: u64,
    old_root: Hash,
    new_root: Hash,
    proof: Vec<Hash>,
}

impl Consistency {
    fn input(&self) -> Object {
        object! {
            "old_size": self.old_size.to_string(),
            "new_size": self.new_size.to_string(),
            "old_root": hex(&self.old_root),
            "new_root": hex(&self.new_root),
            "proof": texts(&hex_list(&self.proof)),
        }
    }
}

/// Input of `merkle.subtree`.
#[derive(Clone)]
struct Subtree {
    start: u64,
    end: u64,
    size: u64,
    hash: Hash,
    root: Hash,
    proof: Vec<Hash>,
}

impl Subtree {
    fn input(&self) -> Object {
        object! {
            "start": self.start.to_string(),
            "end": self.end.to_string(),
            "size": self.size.to_string(),
            "hash": hex(&self.hash),
            "root": hex(&self.root),
            "proof": texts(&hex_list(&self.proof)),
        }
    }
}

/// Input of `merkle.prefix`.
#[derive(Clone)]
struct Prefix {
    old_size: u64,
    new_size: u64,
    root: Hash,
    proof: Vec<Hash>,
}

impl Prefix {
    fn input(&self) -> Object {
        object! {
            "old_size": self.old_size.to_string(),
            "new_size": self.new_size.to_string(),
            "root": hex(&self.root),
            "proof": texts(&hex_list(&self.proof)),
        }
    }
}

/// The hash with its lowest bit flipped.
fn flipped(hash: &Hash) -> Hash {
    let mut copy = *hash;
    copy[31] ^= 1;
    copy
}

/// A hash that stands for data nobody has.
fn filler(number: usize) -> Hash {
    crate::build::bytes::sha256(&[b"testkit filler ", number.to_string().as_bytes()])
}
