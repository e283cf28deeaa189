//! Verifying that a leaf is in a tree.

use detente_core::{Digest, LeafIndex, TreeSize};

use crate::{LeafHash, MerkleError, node_hash, position::check_index};

/// The length of `PATH(index, D[size])`, in hashes, at most 63 (RFC 6962 section 2.1.1).
///
/// # Errors
/// [`MerkleError::IndexRange`] or [`MerkleError::NoLeaves`] when the tree has no such leaf.
pub fn inclusion_proof_length(index: LeafIndex, size: TreeSize) -> Result<usize, MerkleError> {
    check_index(index, size)?;
    let (below, beside) = path_shape(index.get(), size.get() - 1);
    Ok((below + beside) as usize)
}

/// Shows that `leaf` is the leaf at `index` of the tree of `size` leaves with that `root`, by the steps of
/// `specs/merkle.md` "Verify inclusion". The size comes from a signed checkpoint: the same hashes can verify for
/// several sizes.
///
/// # Errors
/// In this order: [`MerkleError::IndexRange`] (or [`MerkleError::NoLeaves`], the same code),
/// [`MerkleError::ProofLength`], [`MerkleError::InvalidInclusion`].
pub fn verify_inclusion(
    index: LeafIndex,
    size: TreeSize,
    leaf: LeafHash,
    proof: &[Digest],
    root: Digest,
) -> Result<(), MerkleError> {
    let expected = inclusion_proof_length(index, size)?;
    if proof.len() != expected {
        return Err(MerkleError::ProofLength { object: "inclusion proof", expected, got: proof.len() });
    }
    // RFC 9162 section 2.1.3.2; fewer or more hashes than the walk takes were refused above.
    let (mut node, mut last) = (index.get(), size.get() - 1);
    let mut computed = leaf.digest();
    for sibling in proof {
        if node & 1 == 1 || node == last {
            computed = node_hash(sibling, &computed);
            // A last node without a sibling of its own rises unchanged until it is a right child.
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            computed = node_hash(&computed, sibling);
        }
        node >>= 1;
        last >>= 1;
    }
    if computed == root {
        return Ok(());
    }
    Err(MerkleError::InvalidInclusion { index: index.get(), size: size.get(), expected: root, computed })
}

/// The two parts of a path from node `index` when `last` is the last node of its level: the levels on which the node
/// is not on the right edge, and the hashes left of the edge above them.
pub(crate) fn path_shape(index: u64, last: u64) -> (u32, u32) {
    let below = u64::BITS - (index ^ last).leading_zeros();
    (below, (index >> below).count_ones())
}
