//! Subtrees: every one of every tree to 130 leaves, against the definition and against published accumulated values.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

mod definition;

use core::fmt::Write as _;

use definition::{digests, flipped, index, leaves, size, subtree_proof, wrong_lengths};
use detente_core::{Code, Digest, MAX_POSITION};
use detente_merkle::{
    EMPTY_ROOT, MerkleError, Subtree, Tree, leaf_hash, subtree_proof_length, verify_consistency,
    verify_inclusion, verify_subtree,
};
use sha2::{Digest as _, Sha256};

const LARGEST: u64 = 130;

/// Entry `i` is the one byte `i`, as in the draft.
fn tree() -> Tree {
    let entries: Vec<[u8; 1]> = (0..LARGEST).map(|i| [i as u8]).collect();
    Tree::from_entries(&entries).expect("small tree")
}

fn subtrees(end: u64) -> impl Iterator<Item = Subtree> {
    (0..=end).filter_map(move |start| Subtree::new(start, end).ok())
}

fn code(result: Result<(), MerkleError>) -> Option<Code> {
    result.err().map(|error| error.code())
}

/// draft-ietf-plants-merkle-tree-certs, appendix of accumulated vectors: one line a case into one SHA-256.
#[derive(Default)]
struct Accumulator(String);

impl Accumulator {
    fn line(&mut self, head: &str, hashes: &[Digest]) {
        self.0.push_str(head);
        for hash in hashes {
            write!(self.0, " {hash}").expect("text in memory");
        }
        self.0.push('\n');
    }

    fn expect(self, hexadecimal: &str) {
        let digest = Digest::from_bytes(Sha256::digest(self.0).into());
        assert_eq!(digest.to_string(), hexadecimal);
    }
}

#[test]
fn hashes_of_all_subtrees_accumulate_to_the_published_value() {
    let tree = tree();
    let mut text = Accumulator::default();
    for end in 0..=LARGEST {
        for subtree in subtrees(end) {
            text.line(&subtree.to_string(), &[tree.subtree(subtree).expect("hash")]);
        }
        // The draft also counts the empty range at each end, which is no subtree of ours.
        text.line(&format!("[{end}, {end})"), &[EMPTY_ROOT]);
    }
    text.expect("b82806ad4265bb151c1119c0f4db437bb4d1a1f887b3a7fba1cd4ebf552e3e81");
}

#[test]
fn inclusion_proofs_in_all_subtrees_accumulate_to_the_published_value() {
    let tree = tree();
    let mut text = Accumulator::default();
    for subtree in (0..=LARGEST).flat_map(subtrees) {
        let range = subtree.range();
        // A subtree is a tree of its own: its leaves start at 0.
        let mut inner = Tree::new();
        let leaves: Vec<_> = range.clone().map(|i| leaf_hash(&[i as u8])).collect();
        inner.extend(&leaves).expect("small tree");
        assert_eq!(Ok(inner.root()), tree.subtree(subtree));
        for i in range.clone() {
            let proof = inner.inclusion_proof(index(i - range.start), inner.size()).expect("proof");
            text.line(&format!("{i} {subtree}"), &proof);
        }
    }
    text.expect("ac2a8f989e44d99e399db448050ff5f19757df53cfb716aa81015d3955d8163f");
}

#[test]
fn consistency_proofs_of_all_subtrees_accumulate_to_the_published_value() {
    let tree = tree();
    let mut text = Accumulator::default();
    for n in 0..=LARGEST {
        for end in 0..=n {
            for subtree in subtrees(end) {
                let proof = tree.subtree_proof(subtree, size(n)).expect("proof");
                text.line(&format!("{subtree} {n}"), &proof);
            }
            text.line(&format!("[{end}, {end}) {n}"), &[]);
        }
    }
    text.expect("10fa99b37bf9bf9ffa26b412fbd98bd75363256d0b75d61bc4538b9c9c5a0a74");
}

#[test]
fn every_proof_is_subtree_proof_of_the_definition() {
    let mut tree = Tree::new();
    tree.extend(&leaves(LARGEST)).expect("small tree");
    let leaves = digests(&leaves(LARGEST));
    for n in (1..=40).chain([63, 64, 65, LARGEST]) {
        for subtree in (0..=n).flat_map(subtrees) {
            let range = subtree.range();
            let made = tree.subtree_proof(subtree, size(n)).expect("proof");
            let defined = subtree_proof(range.start as usize, range.end as usize, &leaves[..n as usize]);
            assert_eq!(made, defined, "{subtree} of {n}");
            assert_eq!(Ok(made.len()), subtree_proof_length(subtree, size(n)));
        }
    }
}

#[test]
fn every_subtree_verifies_and_every_changed_element_is_refused() {
    let tree = tree();
    for n in 1..=LARGEST {
        let root = tree.root_at(size(n)).expect("root");
        for subtree in (0..=n).flat_map(subtrees) {
            let hash = tree.subtree(subtree).expect("hash");
            let mut proof = tree.subtree_proof(subtree, size(n)).expect("proof");
            let verify =
                |hash, proof: &[Digest], root| code(verify_subtree(subtree, size(n), hash, proof, root));
            assert_eq!(verify(hash, &proof, root), None, "{subtree} of {n}");
            for place in 0..proof.len() {
                let honest = proof[place];
                proof[place] = flipped(honest, place);
                let got = verify(hash, &proof, root);
                assert_eq!(got, Some(Code::InvalidConsistency), "hash {place}, {subtree} of {n}");
                proof[place] = honest;
            }
            assert_eq!(
                verify(flipped(hash, 9), &proof, root),
                Some(Code::InvalidConsistency),
                "{subtree} of {n}"
            );
            assert_eq!(
                verify(hash, &proof, flipped(root, 9)),
                Some(Code::InvalidConsistency),
                "{subtree} of {n}"
            );
        }
    }
}

#[test]
fn missing_and_extra_hashes_are_refused_everywhere() {
    let tree = tree();
    for n in 1..=LARGEST {
        let root = tree.root_at(size(n)).expect("root");
        for subtree in (0..=n).flat_map(subtrees) {
            let hash = tree.subtree(subtree).expect("hash");
            let proof = tree.subtree_proof(subtree, size(n)).expect("proof");
            for wrong in wrong_lengths(&proof) {
                let got = code(verify_subtree(subtree, size(n), hash, &wrong, root));
                assert_eq!(got, Some(Code::ProofLength), "{subtree} of {n}");
            }
        }
    }
}

#[test]
fn three_verifiers_agree_where_their_proofs_are_the_same() {
    let tree = tree();
    for n in 1..=LARGEST {
        let root = tree.root_at(size(n)).expect("root");
        for m in 1..=n {
            let whole = Subtree::whole(size(m)).expect("not empty");
            let old = tree.root_at(size(m)).expect("root");
            let proof = tree.consistency_proof(size(m), size(n)).expect("proof");
            assert_eq!(tree.subtree_proof(whole, size(n)).as_ref(), Ok(&proof));
            let both = (
                verify_consistency(size(m), size(n), old, root, &proof),
                verify_subtree(whole, size(n), old, &proof, root),
            );
            assert_eq!(both, (Ok(()), Ok(())), "{m} to {n}");
            let leaf = tree.leaf(index(m - 1)).expect("leaf");
            let single = Subtree::leaf(index(m - 1)).expect("in range");
            let proof = tree.inclusion_proof(index(m - 1), size(n)).expect("proof");
            assert_eq!(tree.subtree_proof(single, size(n)).as_ref(), Ok(&proof));
            let both = (
                verify_inclusion(index(m - 1), size(n), leaf, &proof, root),
                verify_subtree(single, size(n), leaf.digest(), &proof, root),
            );
            assert_eq!(both, (Ok(()), Ok(())), "leaf {} of {n}", m - 1);
        }
    }
}

#[test]
fn only_aligned_ranges_are_subtrees() {
    let valid = |start, end| Subtree::new(start, end).is_ok();
    for end in 0..=LARGEST {
        for start in 0..=LARGEST {
            // By the words of the spec, with no bit tricks.
            let aligned = end > start && {
                let power = (0..).map(|bit| 1_u64 << bit).find(|power| *power >= end - start).expect("small");
                start % power == 0
            };
            assert_eq!(valid(start, end), aligned, "[{start}, {end})");
        }
    }
    assert!(valid(0, MAX_POSITION) && valid(1 << 62, MAX_POSITION) && valid(MAX_POSITION - 1, MAX_POSITION));
    for (start, end) in
        [(0, 1 << 63), (1 << 46, (1 << 47) + 1), (1 << 61, MAX_POSITION), (u64::MAX, u64::MAX)]
    {
        assert_eq!(
            Subtree::new(start, end).map_err(|error| error.code()),
            Err(Code::IndexRange),
            "[{start}, {end})"
        );
    }
}

#[test]
fn a_subtree_beyond_the_tree_is_index_range() {
    let subtree = Subtree::new(4, 8).expect("aligned");
    let junk = [Digest::ZERO; 70];
    let got = code(verify_subtree(subtree, size(7), EMPTY_ROOT, &junk, EMPTY_ROOT));
    assert_eq!(got, Some(Code::IndexRange));
    assert_eq!(tree().subtree_proof(subtree, size(7)).map_err(|e| e.code()), Err(Code::IndexRange));
}
