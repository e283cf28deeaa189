//! Consistency, exhaustively: every pair of sizes to 300.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

mod definition;

use definition::{digests, flipped, leaves, proof, size, wrong_lengths};
use detente_core::{Code, Digest};
use detente_merkle::{EMPTY_ROOT, MerkleError, Tree, consistency_proof_length, verify_consistency};

const LARGEST: u64 = 300;

fn tree() -> (Tree, Vec<Digest>) {
    let mut tree = Tree::new();
    tree.extend(&leaves(LARGEST)).expect("small tree");
    let roots = (0..=LARGEST).map(|n| tree.root_at(size(n)).expect("root")).collect();
    (tree, roots)
}

fn code(result: Result<(), MerkleError>) -> Option<Code> {
    result.err().map(|error| error.code())
}

#[test]
fn every_pair_verifies_and_has_the_length_that_the_sizes_fix() {
    let (tree, roots) = tree();
    for n in 0..=LARGEST {
        for m in 0..=n {
            let proof = tree.consistency_proof(size(m), size(n)).expect("proof");
            assert_eq!(Ok(proof.len()), consistency_proof_length(size(m), size(n)), "{m} to {n}");
            let result = verify_consistency(size(m), size(n), roots[m as usize], roots[n as usize], &proof);
            assert_eq!(result, Ok(()), "{m} to {n}");
        }
    }
}

#[test]
fn every_proof_is_proof_of_rfc_6962() {
    let (tree, _) = tree();
    let leaves = digests(&leaves(LARGEST));
    for n in (1..=70).chain(125..=131).chain(254..=258).chain([LARGEST]) {
        for m in 1..=n {
            let made = tree.consistency_proof(size(m), size(n)).expect("proof");
            assert_eq!(made, proof(m as usize, &leaves[..n as usize]), "{m} to {n}");
        }
    }
}

#[test]
fn every_single_changed_element_is_refused() {
    let (tree, roots) = tree();
    for n in 0..=LARGEST {
        for m in 0..=n {
            let (old, new) = (roots[m as usize], roots[n as usize]);
            let mut proof = tree.consistency_proof(size(m), size(n)).expect("proof");
            let verify =
                |old, new, proof: &[Digest]| code(verify_consistency(size(m), size(n), old, new, proof));
            for place in 0..proof.len() {
                let honest = proof[place];
                proof[place] = flipped(honest, place + m as usize);
                let got = verify(old, new, &proof);
                assert_eq!(got, Some(Code::InvalidConsistency), "hash {place}, {m} to {n}");
                proof[place] = honest;
            }
            assert_eq!(
                verify(flipped(old, 3), new, &proof),
                Some(Code::InvalidConsistency),
                "old, {m} to {n}"
            );
            // Nothing is claimed of what follows the empty tree, unless that is the empty tree again.
            let expected = if m == 0 && n > 0 { None } else { Some(Code::InvalidConsistency) };
            assert_eq!(verify(old, flipped(new, 3), &proof), expected, "new, {m} to {n}");
        }
    }
}

#[test]
fn missing_and_extra_hashes_are_refused_everywhere() {
    let (tree, roots) = tree();
    for n in 0..=LARGEST {
        for m in 0..=n {
            let proof = tree.consistency_proof(size(m), size(n)).expect("proof");
            for wrong in wrong_lengths(&proof) {
                let result =
                    verify_consistency(size(m), size(n), roots[m as usize], roots[n as usize], &wrong);
                assert_eq!(code(result), Some(Code::ProofLength), "{m} to {n}, {} hashes", wrong.len());
            }
        }
    }
}

#[test]
fn a_proof_is_of_one_pair_of_sizes_only() {
    let (tree, roots) = tree();
    for n in 1..=48 {
        for m in 1..=n {
            let proof = tree.consistency_proof(size(m), size(n)).expect("proof");
            for (other_m, other_n) in (1..=48).flat_map(|other| (1..=other).map(move |m| (m, other))) {
                let empty = proof.is_empty() && other_m == other_n;
                if (other_m, other_n) == (m, n) || empty {
                    continue;
                }
                let (old, new) = (roots[other_m as usize], roots[other_n as usize]);
                let result = verify_consistency(size(other_m), size(other_n), old, new, &proof);
                assert!(result.is_err(), "proof {m} to {n} shown for {other_m} to {other_n}");
            }
        }
    }
}

#[test]
fn a_rewritten_history_has_no_proof() {
    // Two logs that differ in leaf 17 and agree on everything else.
    let (_, roots) = tree();
    let mut rewritten = leaves(LARGEST);
    rewritten[17] = definition::leaf(9999);
    let mut other = Tree::new();
    other.extend(&rewritten).expect("small tree");
    for n in 18..=LARGEST {
        for m in [18, 19, 31, 32, 33, 128, 255].into_iter().filter(|m| *m <= n) {
            let proof = other.consistency_proof(size(m), size(n)).expect("proof");
            let root = other.root_at(size(n)).expect("root");
            let result = verify_consistency(size(m), size(n), roots[m as usize], root, &proof);
            assert_eq!(code(result), Some(Code::InvalidConsistency), "{m} to {n}");
        }
    }
}

#[test]
fn the_empty_tree_and_equal_sizes_follow_their_own_steps() {
    let (_, roots) = tree();
    let verify =
        |m, n, old, new, proof: &[Digest]| code(verify_consistency(size(m), size(n), old, new, proof));
    let junk = [Digest::ZERO];
    assert_eq!(verify(0, 0, EMPTY_ROOT, EMPTY_ROOT, &[]), None);
    assert_eq!(verify(0, 0, EMPTY_ROOT, roots[1], &[]), Some(Code::InvalidConsistency));
    assert_eq!(verify(0, 0, roots[1], roots[1], &[]), Some(Code::InvalidConsistency));
    assert_eq!(verify(0, 5, EMPTY_ROOT, roots[5], &[]), None);
    assert_eq!(verify(0, 5, roots[5], roots[5], &[]), Some(Code::InvalidConsistency));
    assert_eq!(verify(0, 5, EMPTY_ROOT, roots[5], &junk), Some(Code::ProofLength));
    assert_eq!(verify(5, 5, roots[5], roots[5], &junk), Some(Code::ProofLength));
    assert_eq!(verify(5, 5, roots[5], roots[4], &[]), Some(Code::InvalidConsistency));
    assert_eq!(verify(6, 5, roots[6], roots[5], &junk), Some(Code::IndexRange));
}

#[test]
fn nothing_is_proved_of_sizes_that_the_tree_has_not_reached() {
    let (tree, _) = tree();
    for (m, n) in [(LARGEST + 1, LARGEST + 1), (0, LARGEST + 1), (3, 500), (6, 5)] {
        let refused = tree.consistency_proof(size(m), size(n)).map_err(|error| error.code());
        assert_eq!(refused, Err(Code::IndexRange), "{m} to {n}");
    }
    assert_eq!(tree.root_at(size(LARGEST + 1)).map_err(|error| error.code()), Err(Code::IndexRange));
}

#[test]
fn the_longest_proof_has_64_hashes() {
    assert_eq!(consistency_proof_length(size((1 << 62) - 1), size((1 << 63) - 1)), Ok(64));
    let longest = (1..64)
        .flat_map(|bit| [(1_u64 << bit) - 1, 1 << bit, (1 << bit) + 1, (1 << bit) + (1 << (bit - 1))])
        .filter(|m| *m < 1 << 63)
        .map(|m| consistency_proof_length(size(m), size((1 << 63) - 1)).expect("in range"))
        .max();
    assert_eq!(longest, Some(64));
}
