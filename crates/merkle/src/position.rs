//! Plain numbers become a size or an index: the first half of step 1 of every procedure.

use detente_core::{LeafIndex, MAX_POSITION, TreeSize};

use crate::MerkleError;

/// A size, from a number that nothing has bounded yet.
///
/// # Errors
/// [`MerkleError::IndexRange`] above 2^63 - 1 (`specs/merkle.md`, step 1 of both procedures).
pub fn tree_size(value: u64) -> Result<TreeSize, MerkleError> {
    TreeSize::new(value).map_err(|_| above_most("tree size", value))
}

/// An index, from a number that nothing has bounded yet.
///
/// # Errors
/// [`MerkleError::IndexRange`] above 2^63 - 1 (`specs/merkle.md`, step 1 of both procedures).
pub fn leaf_index(value: u64) -> Result<LeafIndex, MerkleError> {
    LeafIndex::new(value).map_err(|_| above_most("leaf index", value))
}

/// The rule `index < size` with its error.
pub(crate) fn check_index(index: LeafIndex, size: TreeSize) -> Result<(), MerkleError> {
    if index.is_below(size) {
        return Ok(());
    }
    Err(match size.get().checked_sub(1) {
        Some(most) => MerkleError::IndexRange { object: "leaf index", least: 0, most, got: index.get() },
        None => MerkleError::NoLeaves { got: index.get() },
    })
}

/// The rule `old <= new` with its error.
pub(crate) fn check_growth(old: TreeSize, new: TreeSize) -> Result<(), MerkleError> {
    if old <= new {
        return Ok(());
    }
    Err(MerkleError::IndexRange { object: "old size", least: 0, most: new.get(), got: old.get() })
}

fn above_most(object: &'static str, got: u64) -> MerkleError {
    MerkleError::IndexRange { object, least: 0, most: MAX_POSITION, got }
}
