//! Prefix roots: every pair of sizes to 70 against the definition, and what no list of hashes may do.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

mod definition;

use definition::{digests, flipped, leaves, mth, proof, size, wrong_lengths};
use detente_core::{Code, Digest, MAX_POSITION};
use detente_merkle::{MerkleError, Tree, prefix_proof_length, prove_prefix, rebuild_prefix};

const LARGEST: u64 = 70;

fn tree() -> Tree {
    let mut tree = Tree::new();
    tree.extend(&leaves(LARGEST)).expect("small tree");
    tree
}

fn code(result: Result<Digest, MerkleError>) -> Option<Code> {
    result.err().map(|error| error.code())
}

/// Every pair with its root, its hashes and the root to be rebuilt.
fn pairs() -> impl Iterator<Item = (u64, u64, Digest, Vec<Digest>, Digest)> {
    let (tree, all) = (tree(), digests(&leaves(LARGEST)));
    (1..=LARGEST).flat_map(|n| (1..=n).map(move |m| (m, n))).map(move |(m, n)| {
        let hashes = prove_prefix(&tree, size(m), size(n)).expect("within the tree");
        (m, n, mth(&all[..n as usize]), hashes, mth(&all[..m as usize]))
    })
}

#[test]
fn every_prefix_gives_the_root_of_the_definition() {
    let mut seen = 0;
    for (m, n, root, hashes, old) in pairs() {
        assert_eq!(rebuild_prefix(size(m), size(n), root, &hashes), Ok(old), "{m} of {n}");
        assert_eq!(prefix_proof_length(size(m), size(n)), Ok(hashes.len()));
        seen += 1;
    }
    assert_eq!(seen, LARGEST * (LARGEST + 1) / 2);
}

/// What a consistency proof leaves out because the verifier knows it is the one thing that is there besides.
#[test]
fn a_prefix_is_the_consistency_proof_and_at_most_one_hash_before_it() {
    let all = digests(&leaves(LARGEST));
    for (m, n, _, hashes, old) in pairs() {
        let consistency = proof(m as usize, &all[..n as usize]);
        let known = m == n || m.is_power_of_two();
        let expected = if known { [vec![old], consistency].concat() } else { consistency };
        assert_eq!(hashes, expected, "{m} of {n}");
    }
}

#[test]
fn every_changed_hash_and_every_other_length_is_refused() {
    for (m, n, root, mut hashes, _) in pairs() {
        for place in 0..hashes.len() {
            let honest = hashes[place];
            hashes[place] = flipped(honest, place);
            let got = code(rebuild_prefix(size(m), size(n), root, &hashes));
            assert_eq!(got, Some(Code::InvalidConsistency), "hash {place}, {m} of {n}");
            hashes[place] = honest;
        }
        let got = code(rebuild_prefix(size(m), size(n), flipped(root, 3), &hashes));
        assert_eq!(got, Some(Code::InvalidConsistency), "root, {m} of {n}");
        for wrong in wrong_lengths(&hashes) {
            let got = code(rebuild_prefix(size(m), size(n), root, &wrong));
            assert_eq!(got, Some(Code::ProofLength), "{} hashes, {m} of {n}", wrong.len());
        }
        assert_eq!(code(rebuild_prefix(size(m), size(n), root, &[])), Some(Code::ProofLength));
    }
}

/// The root of another size cannot be had from this tree: a list for other sizes is refused, whatever its length.
#[test]
fn a_list_for_another_size_gives_no_other_root() {
    let lists: Vec<_> = pairs().filter(|(_, n, ..)| *n == 41).collect();
    for (m, n, root, _, old) in &lists {
        for (other, _, _, hashes, _) in &lists {
            let got = rebuild_prefix(size(*m), size(*n), *root, hashes);
            assert!(got.is_err() || got == Ok(*old), "{m} with the hashes of {other}");
        }
    }
}

#[test]
fn sizes_out_of_order_and_the_empty_tree_are_index_range() {
    let tree = tree();
    let root = tree.root();
    for (m, n) in [(0, 0), (0, 5), (6, 5), (MAX_POSITION, 5)] {
        assert_eq!(
            code(rebuild_prefix(size(m), size(n), root, &[root])),
            Some(Code::IndexRange),
            "{m} of {n}"
        );
        assert_eq!(prefix_proof_length(size(m), size(n)).map_err(|e| e.code()), Err(Code::IndexRange));
        assert_eq!(prove_prefix(&tree, size(m), size(n)).map_err(|e| e.code()), Err(Code::IndexRange));
    }
}

#[test]
fn the_longest_list_is_64_hashes() {
    assert_eq!(prefix_proof_length(size(1), size(MAX_POSITION)), Ok(64));
    let lengths = [1, 2, 3, (1 << 62) - 1, 1 << 62, (1 << 62) + 1, MAX_POSITION - 2]
        .map(|m| prefix_proof_length(size(m), size(MAX_POSITION)).expect("in range"));
    assert!(lengths.iter().all(|length| (1..=64).contains(length)), "{lengths:?}");
}
