//! Receipts: one entry, its place, its proof and the signed note, in one file (`specs/checkpoint.md` "Offline proof").

use detente_checkpoint::{UnverifiedCheckpoint, proof};
use detente_core::LeafIndex;
use detente_merkle::{leaf_hash, verify_inclusion};

use crate::{LogError, LogTree};

/// The receipt of the entry at an index under a note of the log, of any size above the index and at most the tree's.
///
/// It is a tlog-proof that carries the entry's bytes. The note's signatures are not looked at; that the entry is under
/// its root is, so that no receipt goes out that its holder cannot use.
///
/// # Errors
/// Those of the note (`specs/checkpoint.md`), `INDEX-RANGE`, `MALFORMED-TILE`, and `INVALID-INCLUSION` when the log's files
/// are not those of the note.
pub fn receipt(tree: &LogTree<'_>, index: LeafIndex, note: &[u8]) -> Result<Vec<u8>, LogError> {
    let checkpoint = UnverifiedCheckpoint::parse(note)?;
    let head = checkpoint.claimed();
    let hashes = tree.inclusion_proof(index, head.size())?;
    let entry = tree.entry(index)?;
    verify_inclusion(index, head.size(), leaf_hash(&entry), &hashes, head.root())?;
    Ok(proof::write(Some(&entry), index, &hashes, note)?)
}
