//! The definitions of RFC 6962 section 2.1 and of `specs/merkle.md` "Subtrees", word for word and slow: no bits, no
//! levels, no shape formulas. What the crate computes cleverly must equal this.
#![allow(dead_code, reason = "each test binary uses its own part")]

use detente_core::{Digest, LeafIndex, TreeSize};
use detente_merkle::{EMPTY_ROOT, LeafHash, leaf_hash, node_hash};

/// `MTH(D)` over leaf hashes.
pub(crate) fn mth(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => EMPTY_ROOT,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(largest_power_below(leaves.len()));
            node_hash(&mth(left), &mth(right))
        }
    }
}

/// `PATH(m, D)`.
pub(crate) fn path(m: usize, leaves: &[Digest]) -> Vec<Digest> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = largest_power_below(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut proof, sibling) = if m < k { (path(m, left), right) } else { (path(m - k, right), left) };
    proof.push(mth(sibling));
    proof
}

/// `PROOF(m, D)`.
pub(crate) fn proof(m: usize, leaves: &[Digest]) -> Vec<Digest> {
    subproof(m, leaves, true)
}

fn subproof(m: usize, leaves: &[Digest], known: bool) -> Vec<Digest> {
    if m == leaves.len() {
        return if known { Vec::new() } else { vec![mth(leaves)] };
    }
    let k = largest_power_below(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut proof, sibling) =
        if m <= k { (subproof(m, left, known), right) } else { (subproof(m - k, right, false), left) };
    proof.push(mth(sibling));
    proof
}

/// `SUBTREE_PROOF(start, end, D)`.
pub(crate) fn subtree_proof(start: usize, end: usize, leaves: &[Digest]) -> Vec<Digest> {
    subtree_subproof(start, end, leaves, true)
}

fn subtree_subproof(start: usize, end: usize, leaves: &[Digest], known: bool) -> Vec<Digest> {
    if start == 0 && end == leaves.len() {
        return if known { Vec::new() } else { vec![mth(leaves)] };
    }
    let k = largest_power_below(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut proof, sibling) = if end <= k {
        (subtree_subproof(start, end, left, known), right)
    } else if k <= start {
        (subtree_subproof(start - k, end - k, right, known), left)
    } else {
        assert_eq!(start, 0, "only a subtree that starts the tree reaches over its middle");
        (subtree_subproof(0, end - k, right, false), left)
    };
    proof.push(mth(sibling));
    proof
}

fn largest_power_below(n: usize) -> usize {
    let mut k = 1;
    while 2 * k < n {
        k *= 2;
    }
    k
}

/// Leaf `i` of every test tree: the hash of `i`, little-endian in two bytes.
pub(crate) fn leaf(i: u64) -> LeafHash {
    leaf_hash(&(i as u16).to_le_bytes())
}

/// The first `count` leaves.
pub(crate) fn leaves(count: u64) -> Vec<LeafHash> {
    (0..count).map(leaf).collect()
}

/// The same as plain digests.
pub(crate) fn digests(leaves: &[LeafHash]) -> Vec<Digest> {
    leaves.iter().map(|leaf| leaf.digest()).collect()
}

/// A size within range.
pub(crate) fn size(value: u64) -> TreeSize {
    TreeSize::new(value).expect("size in range")
}

/// An index within range.
pub(crate) fn index(value: u64) -> LeafIndex {
    LeafIndex::new(value).expect("index in range")
}

/// The digest with one bit of byte `byte` changed.
pub(crate) fn flipped(digest: Digest, byte: usize) -> Digest {
    let mut bytes = *digest.as_bytes();
    bytes[byte % 32] ^= 1 << (byte % 8);
    Digest::from_bytes(bytes)
}

/// Every proof that differs from `proof` in its length: one hash dropped, doubled or added, at each place.
pub(crate) fn wrong_lengths(proof: &[Digest]) -> Vec<Vec<Digest>> {
    let junk = Digest::from_bytes([0x5a; 32]);
    let mut wrong = Vec::new();
    for place in 0..=proof.len() {
        let mut added = proof.to_vec();
        added.insert(place, junk);
        wrong.push(added);
        if place < proof.len() {
            let mut dropped = proof.to_vec();
            dropped.remove(place);
            wrong.push(dropped);
            let mut doubled = proof.to_vec();
            doubled.insert(place, proof[place]);
            wrong.push(doubled);
        }
    }
    wrong
}
