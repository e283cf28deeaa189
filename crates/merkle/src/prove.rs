//! Making roots and proofs from complete subtrees, wherever those are kept.

use detente_core::{Digest, LeafIndex, TreeSize};

use crate::{
    EMPTY_ROOT, MerkleError, Subtree, node_hash,
    position::{check_growth, check_index},
    route::Route,
};

/// Where the hashes of complete subtrees are kept: a [`Tree`](crate::Tree), tiles, a database.
///
/// A reader is believed: it is the prover's own store. Whoever receives the proof verifies it.
pub trait HashReader {
    /// What reading can fail with; a position outside the tree is a [`MerkleError`].
    type Error: From<MerkleError>;

    /// `MTH(D[index * 2^level : (index + 1) * 2^level])`.
    ///
    /// # Errors
    /// [`MerkleError::IndexRange`] when the tree has no such subtree, and whatever the store fails with.
    fn complete_subtree(&self, level: u8, index: u64) -> Result<Digest, Self::Error>;
}

impl<R: HashReader + ?Sized> HashReader for &R {
    type Error = R::Error;

    fn complete_subtree(&self, level: u8, index: u64) -> Result<Digest, Self::Error> {
        (**self).complete_subtree(level, index)
    }
}

/// The root of the first `size` leaves.
///
/// # Errors
/// What the reader fails with.
pub fn read_root<R: HashReader>(reader: &R, size: TreeSize) -> Result<Digest, R::Error> {
    Subtree::whole(size).map_or(Ok(EMPTY_ROOT), |whole| read_subtree(reader, whole))
}

/// The hash of a subtree, `MTH(D[start:end])`.
///
/// # Errors
/// What the reader fails with.
pub fn read_subtree<R: HashReader>(reader: &R, subtree: Subtree) -> Result<Digest, R::Error> {
    let range = subtree.range();
    let mut length = range.end - range.start;
    let mut end = range.end;
    let mut hash = None;
    // The smallest complete subtree ends the range; each next one stands left of all before it.
    while length != 0 {
        let level = length.trailing_zeros();
        end -= 1 << level;
        let left = reader.complete_subtree(level as u8, end >> level)?;
        hash = Some(hash.map_or(left, |right| node_hash(&left, &right)));
        length &= length - 1;
    }
    Ok(hash.unwrap_or(EMPTY_ROOT))
}

/// The inclusion proof of the leaf at `index` in the first `size` leaves, `PATH(index, D[size])`.
///
/// # Errors
/// [`MerkleError::IndexRange`] or [`MerkleError::NoLeaves`], and what the reader fails with.
pub fn prove_inclusion<R: HashReader>(
    reader: &R,
    index: LeafIndex,
    size: TreeSize,
) -> Result<Vec<Digest>, R::Error> {
    check_index(index, size)?;
    prove_subtree(reader, Subtree::leaf(index)?, size)
}

/// The consistency proof from size `old` to size `new`: `PROOF(old, D[new])`, empty when the sizes are equal or `old`
/// is 0.
///
/// # Errors
/// [`MerkleError::IndexRange`], and what the reader fails with.
pub fn prove_consistency<R: HashReader>(
    reader: &R,
    old: TreeSize,
    new: TreeSize,
) -> Result<Vec<Digest>, R::Error> {
    check_growth(old, new)?;
    Subtree::whole(old).map_or(Ok(Vec::new()), |whole| prove_subtree(reader, whole, new))
}

/// The proof that a subtree is part of the first `size` leaves, `SUBTREE_PROOF(start, end, D_size)`.
///
/// # Errors
/// [`MerkleError::IndexRange`], and what the reader fails with.
pub fn prove_subtree<R: HashReader>(
    reader: &R,
    subtree: Subtree,
    size: TreeSize,
) -> Result<Vec<Digest>, R::Error> {
    subtree.check_within(size)?;
    read_ranges(reader, &Route::new(subtree, size.get()))
}

/// The hashes of a route, in the order of the proof.
pub(crate) fn read_ranges<R: HashReader>(reader: &R, route: &Route) -> Result<Vec<Digest>, R::Error> {
    route.ranges().map(|range| read_subtree(reader, Subtree::from_split(range))).collect()
}
