//! What a tree begins with, when nobody says beforehand what it should be (`specs/merkle.md` "Prefix roots").

use detente_core::{Digest, TreeSize};

use crate::{
    HashReader, MerkleError, Subtree,
    position::check_growth,
    prove::read_ranges,
    route::{Folding, Route},
    subtree::expect,
};

/// The length of `PREFIX(old, D[new])`, in hashes, 1 to 64.
///
/// # Errors
/// [`MerkleError::IndexRange`] when `old` is 0 or above `new`.
pub fn prefix_proof_length(old: TreeSize, new: TreeSize) -> Result<usize, MerkleError> {
    Ok(route(old, new)?.length())
}

/// The root of the first `old` leaves of the tree of `new` leaves with that `root`, from `PREFIX(old, D[new])`
/// (`specs/merkle.md` "Rebuild a prefix root").
///
/// Under a collision-free hash no other list of hashes gives another root.
///
/// # Errors
/// In this order: [`MerkleError::IndexRange`] when `old` is 0 or above `new`, [`MerkleError::ProofLength`],
/// [`MerkleError::InvalidConsistency`].
pub fn rebuild_prefix(
    old: TreeSize,
    new: TreeSize,
    root: Digest,
    hashes: &[Digest],
) -> Result<Digest, MerkleError> {
    let route = route(old, new)?;
    let wrong_length =
        MerkleError::ProofLength { object: "prefix", expected: route.length(), got: hashes.len() };
    let (Some((seed, siblings)), true) = (hashes.split_first(), hashes.len() == route.length()) else {
        return Err(wrong_length);
    };
    let Folding { part, whole } = route.fold(*seed, siblings);
    expect("root", root, whole)?;
    Ok(part)
}

/// The hashes from which [`rebuild_prefix`] gives the root of size `old`: `PREFIX(old, D[new])`. With equal sizes it is
/// the root alone.
///
/// # Errors
/// [`MerkleError::IndexRange`] when `old` is 0 or above `new`, and what the reader fails with.
pub fn prove_prefix<R: HashReader>(
    reader: &R,
    old: TreeSize,
    new: TreeSize,
) -> Result<Vec<Digest>, R::Error> {
    read_ranges(reader, &route(old, new)?)
}

fn route(old: TreeSize, new: TreeSize) -> Result<Route, MerkleError> {
    check_growth(old, new)?;
    let prefix = Subtree::whole(old).ok_or(MerkleError::IndexRange {
        object: "old size",
        least: 1,
        most: new.get(),
        got: 0,
    })?;
    Ok(Route::seeded(prefix, new.get()))
}
