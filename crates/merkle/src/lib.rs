//! The tree of RFC 6962 section 2.1 over SHA-256: who is in it, and whether one tree continues another.
//!
//! Spec: `specs/merkle.md`.
//!
//! ```
//! use detente_core::LeafIndex;
//! use detente_merkle::{Tree, leaf_hash, verify_consistency, verify_inclusion};
//!
//! let mut tree = Tree::from_entries(&["alpha", "bravo", "charlie"])?;
//! let (old_size, old_root) = (tree.size(), tree.root());
//!
//! let index = LeafIndex::new(1)?;
//! let proof = tree.inclusion_proof(index, old_size)?;
//! verify_inclusion(index, old_size, leaf_hash(b"bravo"), &proof, old_root)?;
//!
//! tree.push(leaf_hash(b"delta"))?;
//! let proof = tree.consistency_proof(old_size, tree.size())?;
//! verify_consistency(old_size, tree.size(), old_root, tree.root(), &proof)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # In scope
//! - [`leaf_hash`], [`node_hash`], [`EMPTY_ROOT`]; a [`LeafHash`] is not an inner node.
//! - [`Tree`], which keeps every level, and [`Frontier`], which keeps only the right edge.
//! - Making proofs from any [`HashReader`], so from tiles on a disk as well as from a [`Tree`].
//! - Verifying inclusion, consistency and subtree proofs, by the numbered steps of the spec.
//! - [`rebuild_prefix`]: the root that a tree had at a smaller size, given back instead of compared.
//! - [`tile`]: names of tiles, which tiles a tree has, reading nodes out of tiles.
//!
//! # Out of scope
//! - Storage: who fetches or writes a tile is the caller's affair.
//! - Signed sizes: a root says nothing of its size, which comes from a checkpoint.
//! - What an entry means.
#![forbid(unsafe_code)]

mod batch;
mod consistency;
mod error;
mod frontier;
mod hash;
mod inclusion;
mod position;
mod prefix;
mod prove;
mod route;
mod subtree;
pub mod tile;
mod tiled;
mod tree;

pub use consistency::{consistency_proof_length, verify_consistency};
pub use error::MerkleError;
pub use frontier::Frontier;
pub use hash::{EMPTY_ROOT, LeafHash, leaf_hash, leaf_hashes, node_hash};
pub use inclusion::{inclusion_proof_length, verify_inclusion};
pub use position::{leaf_index, tree_size};
pub use prefix::{prefix_proof_length, prove_prefix, rebuild_prefix};
pub use prove::{HashReader, prove_consistency, prove_inclusion, prove_subtree, read_root, read_subtree};
pub use subtree::{Subtree, subtree_proof_length, verify_subtree};
pub use tiled::TiledHashes;
pub use tree::Tree;
