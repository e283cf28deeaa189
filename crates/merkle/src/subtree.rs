//! Subtrees, and the proof that one is part of a larger tree.

use core::{fmt, ops::Range};

use detente_core::{Digest, LeafIndex, MAX_POSITION, TreeSize};

use crate::{
    MerkleError,
    route::{Folding, Route},
};

/// Leaves `[start, end)` that are a node of some tree: `start` is a multiple of the smallest power of two that is at
/// least `end - start` (`specs/merkle.md` "Subtrees").
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Subtree {
    start: u64,
    end: u64,
}

impl Subtree {
    /// The subtree of the leaves from `start` up to, not including, `end`.
    ///
    /// # Errors
    /// [`MerkleError::IndexRange`] for an end above 2^63 - 1, [`MerkleError::NotSubtree`] for a range that is empty or
    /// not aligned.
    pub fn new(start: u64, end: u64) -> Result<Self, MerkleError> {
        if end > MAX_POSITION {
            return Err(MerkleError::IndexRange {
                object: "subtree end",
                least: 1,
                most: MAX_POSITION,
                got: end,
            });
        }
        // The length is at most 2^63 - 1, whose next power of two still fits.
        match end.checked_sub(start) {
            Some(length) if length > 0 && start.is_multiple_of(length.next_power_of_two()) => {
                Ok(Self { start, end })
            }
            _ => Err(MerkleError::NotSubtree { start, end }),
        }
    }

    /// The single leaf at `index`.
    ///
    /// # Errors
    /// [`MerkleError::IndexRange`] for index 2^63 - 1, which no tree has a leaf at.
    pub fn leaf(index: LeafIndex) -> Result<Self, MerkleError> {
        Self::new(index.get(), index.get() + 1)
    }

    /// The first `size` leaves; `None` of an empty tree.
    pub const fn whole(size: TreeSize) -> Option<Self> {
        match size.get() {
            0 => None,
            end => Some(Self { start: 0, end }),
        }
    }

    /// First leaf, and one past the last leaf.
    pub const fn range(self) -> Range<u64> {
        self.start..self.end
    }

    /// A range that the caller knows to be a subtree: a half of a split of one.
    pub(crate) const fn from_split(range: Range<u64>) -> Self {
        Self { start: range.start, end: range.end }
    }

    pub(crate) fn check_within(self, size: TreeSize) -> Result<(), MerkleError> {
        if self.end <= size.get() {
            return Ok(());
        }
        Err(MerkleError::IndexRange { object: "subtree end", least: 1, most: size.get(), got: self.end })
    }
}

impl fmt::Display for Subtree {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "[{}, {})", self.start, self.end)
    }
}

/// The length of `SUBTREE_PROOF(start, end, D_n)`, in hashes.
///
/// # Errors
/// [`MerkleError::IndexRange`] when the subtree ends beyond the tree.
pub fn subtree_proof_length(subtree: Subtree, size: TreeSize) -> Result<usize, MerkleError> {
    subtree.check_within(size)?;
    Ok(Route::new(subtree, size.get()).length())
}

/// Shows that `hash` is the hash of `subtree` in the tree of `size` leaves with that `root`
/// (`specs/merkle.md` "Verify a subtree").
///
/// # Errors
/// In this order: [`MerkleError::IndexRange`], [`MerkleError::ProofLength`], [`MerkleError::InvalidConsistency`].
pub fn verify_subtree(
    subtree: Subtree,
    size: TreeSize,
    hash: Digest,
    proof: &[Digest],
    root: Digest,
) -> Result<(), MerkleError> {
    subtree.check_within(size)?;
    let route = Route::new(subtree, size.get());
    let wrong_length =
        MerkleError::ProofLength { object: "subtree proof", expected: route.length(), got: proof.len() };
    if proof.len() != route.length() {
        return Err(wrong_length);
    }
    let (seed, siblings) = match (&route.seed, proof.split_first()) {
        (None, _) => (hash, proof),
        (Some(_), Some((seed, siblings))) => (*seed, siblings),
        (Some(_), None) => return Err(wrong_length),
    };
    let Folding { part, whole } = route.fold(seed, siblings);
    expect("subtree hash", hash, part)?;
    expect("root", root, whole)
}

/// Compares a hash to be shown with the one a proof gives.
pub(crate) fn expect(object: &'static str, expected: Digest, computed: Digest) -> Result<(), MerkleError> {
    if expected == computed {
        return Ok(());
    }
    Err(MerkleError::InvalidConsistency { object, expected, computed })
}
