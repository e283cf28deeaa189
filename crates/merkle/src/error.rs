//! What can be wrong with a position, a proof or a tile's name.

use detente_core::{Code, Digest};
use thiserror::Error;

/// Why a position, a proof or a tile's name was refused. Source: `specs/merkle.md`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MerkleError {
    /// A number outside the range that its use allows.
    #[error("{object}: expected {least} to {most}, got {got}")]
    IndexRange {
        /// What the number is.
        object: &'static str,
        /// The smallest number allowed.
        least: u64,
        /// The largest number allowed.
        most: u64,
        /// The number found.
        got: u64,
    },
    /// An index in a tree that has no leaves at all.
    #[error("leaf index: expected a tree with leaves, got index {got} in an empty tree")]
    NoLeaves {
        /// The index asked for.
        got: u64,
    },
    /// A range of leaves that is not a subtree.
    #[error(
        "subtree: expected a start that is a multiple of the power of two covering its length, got [{start}, {end})"
    )]
    NotSubtree {
        /// First leaf.
        start: u64,
        /// One past the last leaf.
        end: u64,
    },
    /// A proof with a missing or an extra hash.
    #[error("{object}: expected {expected} hashes, got {got}")]
    ProofLength {
        /// Which kind of proof.
        object: &'static str,
        /// The length that the positions fix.
        expected: usize,
        /// The length found.
        got: usize,
    },
    /// An inclusion proof that leads to another root.
    #[error("inclusion proof of leaf {index} in size {size}: expected root {expected}, got {computed}")]
    InvalidInclusion {
        /// The leaf's index.
        index: u64,
        /// The size of the tree.
        size: u64,
        /// The root to be shown.
        expected: Digest,
        /// The root that the proof gives.
        computed: Digest,
    },
    /// A consistency or subtree proof that leads to another hash.
    #[error("consistency proof: expected {object} {expected}, got {computed}")]
    InvalidConsistency {
        /// Which of the two hashes differs.
        object: &'static str,
        /// The hash to be shown.
        expected: Digest,
        /// The hash that the proof gives.
        computed: Digest,
    },
    /// Text that is not the path of a tile.
    #[error("tile path: expected {expected}, got {got:?}")]
    MalformedTilePath {
        /// The form expected.
        expected: &'static str,
        /// The text found, cut to 60 characters.
        got: String,
    },
    /// A tile that does not hold as many hashes as its name says.
    #[error("tile {path}: expected {expected} hashes, got {got}")]
    TileLength {
        /// The tile's path.
        path: String,
        /// The width in its name.
        expected: usize,
        /// The number of hashes found.
        got: usize,
    },
}

impl MerkleError {
    /// The stable code, `specs/core.md` "Codes".
    pub fn code(&self) -> Code {
        match self {
            Self::IndexRange { .. } | Self::NoLeaves { .. } | Self::NotSubtree { .. } => Code::IndexRange,
            Self::ProofLength { .. } => Code::ProofLength,
            Self::InvalidInclusion { .. } => Code::InvalidInclusion,
            Self::InvalidConsistency { .. } => Code::InvalidConsistency,
            Self::MalformedTilePath { .. } | Self::TileLength { .. } => Code::MalformedTile,
        }
    }
}
