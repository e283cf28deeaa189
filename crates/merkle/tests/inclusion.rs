//! Inclusion, exhaustively: every leaf of every size to 300.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

mod definition;

use definition::{digests, flipped, index, leaf, leaves, path, size, wrong_lengths};
use detente_core::{Code, Digest};
use detente_merkle::{
    EMPTY_ROOT, LeafHash, MerkleError, Tree, inclusion_proof_length, leaf_index, tree_size, verify_inclusion,
};

const LARGEST: u64 = 300;

fn tree() -> Tree {
    let mut tree = Tree::new();
    tree.extend(&leaves(LARGEST)).expect("small tree");
    tree
}

fn code(result: Result<(), MerkleError>) -> Option<Code> {
    result.err().map(|error| error.code())
}

#[test]
fn every_proof_verifies_and_has_the_length_that_the_positions_fix() {
    let tree = tree();
    for n in 1..=LARGEST {
        let root = tree.root_at(size(n)).expect("root");
        for i in 0..n {
            let proof = tree.inclusion_proof(index(i), size(n)).expect("proof");
            assert_eq!(Ok(proof.len()), inclusion_proof_length(index(i), size(n)), "leaf {i} of {n}");
            assert_eq!(verify_inclusion(index(i), size(n), leaf(i), &proof, root), Ok(()), "leaf {i} of {n}");
        }
    }
}

#[test]
fn every_proof_is_path_of_rfc_6962() {
    let tree = tree();
    let leaves = digests(&leaves(LARGEST));
    // Every size around each change of shape, and the largest; the definition takes O(n) a proof.
    for n in (1..=70).chain(125..=131).chain(254..=258).chain([LARGEST]) {
        for i in 0..n {
            let proof = tree.inclusion_proof(index(i), size(n)).expect("proof");
            assert_eq!(proof, path(i as usize, &leaves[..n as usize]), "leaf {i} of {n}");
        }
    }
}

#[test]
fn every_single_changed_element_is_refused() {
    let tree = tree();
    for n in 1..=LARGEST {
        let root = tree.root_at(size(n)).expect("root");
        for i in 0..n {
            let mut proof = tree.inclusion_proof(index(i), size(n)).expect("proof");
            let verify = |leaf: LeafHash, proof: &[Digest], root: Digest| {
                code(verify_inclusion(index(i), size(n), leaf, proof, root))
            };
            for place in 0..proof.len() {
                let honest = proof[place];
                proof[place] = flipped(honest, place + i as usize);
                assert_eq!(
                    verify(leaf(i), &proof, root),
                    Some(Code::InvalidInclusion),
                    "hash {place}, leaf {i} of {n}"
                );
                proof[place] = honest;
            }
            let other_leaf = LeafHash::from_digest(flipped(leaf(i).digest(), i as usize));
            assert_eq!(verify(other_leaf, &proof, root), Some(Code::InvalidInclusion), "leaf {i} of {n}");
            assert_eq!(
                verify(leaf(i), &proof, flipped(root, 31)),
                Some(Code::InvalidInclusion),
                "root, leaf {i} of {n}"
            );
        }
    }
}

#[test]
fn missing_and_extra_hashes_are_refused_everywhere() {
    let tree = tree();
    for n in 1..=LARGEST {
        let root = tree.root_at(size(n)).expect("root");
        for i in 0..n {
            let proof = tree.inclusion_proof(index(i), size(n)).expect("proof");
            for wrong in wrong_lengths(&proof) {
                let result = verify_inclusion(index(i), size(n), leaf(i), &wrong, root);
                assert_eq!(code(result), Some(Code::ProofLength), "leaf {i} of {n}, {} hashes", wrong.len());
            }
        }
    }
}

#[test]
fn a_proof_is_of_one_index_only() {
    let tree = tree();
    for n in (1..=64).chain([100, 129, LARGEST]) {
        let root = tree.root_at(size(n)).expect("root");
        for i in 0..n {
            let proof = tree.inclusion_proof(index(i), size(n)).expect("proof");
            for j in (0..n).filter(|j| *j != i) {
                let result = verify_inclusion(index(j), size(n), leaf(i), &proof, root);
                let expected = if inclusion_proof_length(index(j), size(n)) == Ok(proof.len()) {
                    Code::InvalidInclusion
                } else {
                    Code::ProofLength
                };
                assert_eq!(code(result), Some(expected), "proof of {i} shown for {j} of {n}");
            }
        }
    }
}

#[test]
fn a_proof_of_another_size_does_not_lead_to_this_size_s_root() {
    let tree = tree();
    for n in 1..=40 {
        for i in 0..n {
            let proof = tree.inclusion_proof(index(i), size(n)).expect("proof");
            for other in (i + 1..=60).filter(|other| *other != n) {
                let root = tree.root_at(size(other)).expect("root");
                let result = verify_inclusion(index(i), size(other), leaf(i), &proof, root);
                assert!(result.is_err(), "leaf {i}: proof for {n} shown for {other}");
            }
        }
    }
}

#[test]
fn an_inner_node_is_refused_as_a_leaf_of_the_same_tree() {
    let tree = tree();
    for n in 2..=128 {
        let root = tree.root_at(size(n)).expect("root");
        let proof = tree.inclusion_proof(index(0), size(n)).expect("proof");
        let parent = LeafHash::from_digest(detente_merkle::node_hash(&leaf(0).digest(), &leaf(1).digest()));
        // One hash shorter, it is the way of the parent; the length of the size forbids it.
        let result = verify_inclusion(index(0), size(n), parent, &proof[1..], root);
        assert_eq!(code(result), Some(Code::ProofLength), "size {n}");
    }
}

#[test]
fn a_root_does_not_bind_its_size() {
    // The fact that makes the signed size necessary: one hash, one root, five pairs of index and size.
    let tree = tree();
    let root = tree.root_at(size(9)).expect("root");
    let proof = tree.inclusion_proof(index(8), size(9)).expect("proof");
    for n in [2, 3, 5, 9, 17] {
        assert_eq!(verify_inclusion(index(n - 1), size(n), leaf(8), &proof, root), Ok(()), "size {n}");
    }
}

#[test]
fn positions_outside_the_tree_are_index_range_before_anything_else() {
    let junk = [Digest::ZERO; 70];
    for (i, n) in [(0, 0), (1, 1), (7, 7), (8, 7), (i64::MAX as u64, i64::MAX as u64), (i64::MAX as u64, 3)] {
        let result = verify_inclusion(index(i), size(n), leaf(0), &junk, EMPTY_ROOT);
        assert_eq!(code(result), Some(Code::IndexRange), "index {i} of size {n}");
    }
    for beyond in [1_u64 << 63, u64::MAX] {
        assert_eq!(tree_size(beyond).map_err(|error| error.code()), Err(Code::IndexRange));
        assert_eq!(leaf_index(beyond).map_err(|error| error.code()), Err(Code::IndexRange));
    }
    assert_eq!(inclusion_proof_length(index((1 << 63) - 2), size((1 << 63) - 1)), Ok(62));
    assert_eq!(inclusion_proof_length(index(0), size((1 << 63) - 1)), Ok(63));
    let tree = tree();
    assert_eq!(
        tree.inclusion_proof(index(0), size(LARGEST + 1)).map_err(|e| e.code()),
        Err(Code::IndexRange)
    );
    assert_eq!(tree.inclusion_proof(index(5), size(5)).map_err(|e| e.code()), Err(Code::IndexRange));
    // The path of the first missing leaf consists of hashes that are there: only the size tells.
    assert_eq!(
        tree.inclusion_proof(index(LARGEST), size(LARGEST + 1)).map_err(|e| e.code()),
        Err(Code::IndexRange)
    );
}
