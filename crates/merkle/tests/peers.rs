//! Two independent trees, `rs_merkle` and `ct-merkle`: same roots, same proofs; and what one of them accepts that this
//! crate refuses.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

mod definition;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use definition::{index, leaf, leaves, size};
use detente_core::{Code, Digest};
use detente_merkle::{LeafHash, Tree, leaf_hash, node_hash, verify_consistency, verify_inclusion};
use rs_merkle::{MerkleProof, MerkleTree};

/// rs_merkle hashes as its user says: with these, its tree is that of RFC 6962.
#[derive(Clone)]
struct Rfc6962;

impl rs_merkle::Hasher for Rfc6962 {
    type Hash = [u8; 32];

    fn hash(data: &[u8]) -> [u8; 32] {
        *leaf_hash(data).digest().as_bytes()
    }

    fn concat_and_hash(left: &[u8; 32], right: Option<&[u8; 32]>) -> [u8; 32] {
        let Some(right) = right else { return *left };
        *node_hash(&Digest::from_bytes(*left), &Digest::from_bytes(*right)).as_bytes()
    }
}

fn tree(count: u64) -> Tree {
    let mut tree = Tree::new();
    tree.extend(&leaves(count)).expect("small tree");
    tree
}

fn bytes(leaves: &[LeafHash]) -> Vec<[u8; 32]> {
    leaves.iter().map(|leaf| *leaf.digest().as_bytes()).collect()
}

fn digests(hashes: &[[u8; 32]]) -> Vec<Digest> {
    hashes.iter().copied().map(Digest::from_bytes).collect()
}

#[test]
fn rs_merkle_has_the_same_roots_and_single_proofs() {
    let ours = tree(200);
    for n in 1..=200 {
        let theirs = MerkleTree::<Rfc6962>::from_leaves(&bytes(&leaves(n)));
        let root = ours.root_at(size(n)).expect("root");
        assert_eq!(theirs.root().map(Digest::from_bytes), Some(root), "size {n}");
        for i in 0..n {
            let proof = digests(theirs.proof(&[i as usize]).proof_hashes());
            assert_eq!(ours.inclusion_proof(index(i), size(n)), Ok(proof), "leaf {i} of {n}");
        }
    }
}

#[test]
fn ct_merkle_has_the_same_roots_and_proofs_and_accepts_ours() {
    let ours = tree(130);
    let mut theirs = MemoryBackedTree::<sha2::Sha256, Vec<u8>>::new();
    let mut roots = Vec::new();
    for n in 1..=130 {
        theirs.push((n as u16 - 1).to_le_bytes().to_vec());
        let root = ours.root_at(size(n)).expect("root");
        assert_eq!(theirs.root().as_bytes().as_slice(), root.as_bytes(), "size {n}");
        roots.push(theirs.root());
        for i in 0..n {
            let proof = theirs.prove_inclusion(i as usize);
            let hashes: Vec<[u8; 32]> = proof.as_bytes().as_chunks::<32>().0.to_vec();
            assert_eq!(ours.inclusion_proof(index(i), size(n)), Ok(digests(&hashes)), "leaf {i} of {n}");
            assert_eq!(verify_inclusion(index(i), size(n), leaf(i), &digests(&hashes), root), Ok(()));
        }
        for m in 1..n {
            let proof = theirs.prove_consistency((n - m) as usize);
            let hashes = digests(proof.as_bytes().as_chunks::<32>().0);
            assert_eq!(ours.consistency_proof(size(m), size(n)), Ok(hashes.clone()), "{m} to {n}");
            let old = ours.root_at(size(m)).expect("root");
            assert_eq!(verify_consistency(size(m), size(n), old, root, &hashes), Ok(()), "{m} to {n}");
            let accepted = roots[n as usize - 1].verify_consistency(&roots[m as usize - 1], &proof);
            assert!(accepted.is_ok(), "{m} to {n}");
        }
    }
}

#[test]
fn an_index_beyond_the_tree_is_refused_where_rs_merkle_accepts_it() {
    let tree = tree(3);
    let proof = [leaf(1).digest(), leaf(2).digest()];
    let theirs = MerkleProof::<Rfc6962>::new(bytes(&[leaf(1), leaf(2)]));
    assert!(
        theirs.verify(*tree.root().as_bytes(), &[4], &bytes(&[leaf(0)]), 3),
        "the forgery this test is about"
    );
    let refused = verify_inclusion(index(4), size(3), leaf(0), &proof, tree.root());
    assert_eq!(refused.map_err(|error| error.code()), Err(Code::IndexRange));
}

#[test]
fn a_trailing_hash_is_refused_where_rs_merkle_ignores_it() {
    let tree = tree(7);
    for i in 0..7 {
        let mut proof = tree.inclusion_proof(index(i), size(7)).expect("proof");
        proof.push(Digest::from_bytes([0x5a; 32]));
        let theirs = MerkleProof::<Rfc6962>::new(proof.iter().map(|hash| *hash.as_bytes()).collect());
        assert!(theirs.verify(*tree.root().as_bytes(), &[i as usize], &bytes(&[leaf(i)]), 7), "leaf {i}");
        let refused = verify_inclusion(index(i), size(7), leaf(i), &proof, tree.root());
        assert_eq!(refused.map_err(|error| error.code()), Err(Code::ProofLength), "leaf {i}");
    }
}

#[test]
fn an_inner_node_is_refused_at_its_own_place_where_rs_merkle_takes_it_for_a_leaf() {
    // The parent of leaves 0 and 1 of four, shown as leaf 0 of a tree said to have two leaves.
    let tree = tree(4);
    let parent = node_hash(&leaf(0).digest(), &leaf(1).digest());
    let sibling = node_hash(&leaf(2).digest(), &leaf(3).digest());
    let theirs = MerkleProof::<Rfc6962>::new(vec![*sibling.as_bytes()]);
    assert!(
        theirs.verify(*tree.root().as_bytes(), &[0], &[*parent.as_bytes()], 2),
        "wrong count, inner node"
    );
    // With the size that the checkpoint signs, the length alone refuses it.
    let refused = verify_inclusion(index(0), size(4), LeafHash::from_digest(parent), &[sibling], tree.root());
    assert_eq!(refused.map_err(|error| error.code()), Err(Code::ProofLength));
}

#[test]
fn a_duplicate_index_needs_a_multi_proof_which_this_crate_does_not_have() {
    // Two leaves, indices 0, 1, 1: rs_merkle never looks at the third leaf.
    let tree = tree(2);
    let theirs = MerkleProof::<Rfc6962>::new(Vec::new());
    let shown = bytes(&[leaf(0), leaf(1), leaf(99)]);
    assert!(theirs.verify(*tree.root().as_bytes(), &[0, 1, 1], &shown, 2), "the forgery this test is about");
    // One leaf at a time, the invented one has no proof at either index, whatever single hash is tried.
    for i in [0, 1] {
        for sibling in [leaf(0), leaf(1), leaf(99)] {
            let refused = verify_inclusion(index(i), size(2), leaf(99), &[sibling.digest()], tree.root());
            assert_eq!(refused.map_err(|error| error.code()), Err(Code::InvalidInclusion));
        }
    }
}
