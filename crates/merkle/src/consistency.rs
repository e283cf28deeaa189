//! Verifying that a tree continues an earlier one.

use detente_core::{Digest, TreeSize};

use crate::{
    EMPTY_ROOT, MerkleError, inclusion::path_shape, node_hash, position::check_growth, subtree::expect,
};

/// The length of the consistency proof from `old` to `new`, in hashes, at most 64: that of `PROOF(old, D[new])`
/// (RFC 6962 section 2.1.2), or 0 when the sizes are equal or the old one is 0.
///
/// # Errors
/// [`MerkleError::IndexRange`] when `old` is above `new`.
pub fn consistency_proof_length(old: TreeSize, new: TreeSize) -> Result<usize, MerkleError> {
    check_growth(old, new)?;
    let (old, new) = (old.get(), new.get());
    if old == 0 || old == new {
        return Ok(0);
    }
    let (below, beside) = path_shape(old - 1, new - 1);
    // A complete old tree is a node of the new one and its root is known; otherwise the proof opens with the largest
    // complete subtree at the old right edge, and its levels need no hash.
    let opening = u32::from(!old.is_power_of_two());
    Ok((opening + below - old.trailing_zeros() + beside) as usize)
}

/// Shows that the tree of size `old` and root `old_root` is the beginning of the tree of size `new` and root
/// `new_root`, by the steps of `specs/merkle.md` "Verify consistency". Both sizes come from signed checkpoints.
///
/// # Errors
/// In this order: [`MerkleError::IndexRange`], [`MerkleError::ProofLength`], [`MerkleError::InvalidConsistency`].
pub fn verify_consistency(
    old: TreeSize,
    new: TreeSize,
    old_root: Digest,
    new_root: Digest,
    proof: &[Digest],
) -> Result<(), MerkleError> {
    let expected = consistency_proof_length(old, new)?;
    let wrong_length = MerkleError::ProofLength { object: "consistency proof", expected, got: proof.len() };
    if proof.len() != expected {
        return Err(wrong_length);
    }
    if old == TreeSize::ZERO {
        expect("root of the empty tree", EMPTY_ROOT, old_root)?;
        return if new == TreeSize::ZERO {
            expect("root of the empty tree", EMPTY_ROOT, new_root)
        } else {
            Ok(())
        };
    }
    if old == new {
        return expect("new root", old_root, new_root);
    }
    let (seed, siblings) = if old.get().is_power_of_two() {
        (old_root, proof)
    } else {
        proof.split_first().map(|(seed, siblings)| (*seed, siblings)).ok_or(wrong_length)?
    };
    let (old_computed, new_computed) = fold(old.get() - 1, new.get() - 1, seed, siblings);
    expect("old root", old_root, old_computed)?;
    expect("new root", new_root, new_computed)
}

/// RFC 9162 section 2.1.4.2, from step 2 on; `node` and `last` are the last leaves of the two trees.
fn fold(mut node: u64, mut last: u64, seed: Digest, siblings: &[Digest]) -> (Digest, Digest) {
    let complete = node.trailing_ones();
    node >>= complete;
    last >>= complete;
    let (mut old, mut new) = (seed, seed);
    for sibling in siblings {
        if node & 1 == 1 || node == last {
            old = node_hash(sibling, &old);
            new = node_hash(sibling, &new);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            new = node_hash(&new, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    (old, new)
}
