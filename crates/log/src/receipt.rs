//! Receipts: one entry, its place, its proof and the signed note, in one file (`specs/checkpoint.md` "Offline proof").

use std::{cell::RefCell, collections::HashMap, sync::Arc};

use detente_checkpoint::{UnverifiedCheckpoint, proof};
use detente_core::{Digest, LeafIndex, TreeSize};
use detente_merkle::{HashReader, leaf_hash, prove_inclusion, verify_inclusion};

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
    let size = UnverifiedCheckpoint::parse(note)?.claimed().size();
    let hashes = tree.inclusion_proof(index, size)?;
    write(&tree.entry(index)?, index, &hashes, note)
}

/// A submitted entry's place in the log. Its proof is written when it is asked for, by whoever asks.
#[derive(Debug, Clone)]
pub struct Receipt {
    index: LeafIndex,
    size: TreeSize,
    entry: Arc<[u8]>,
    hashes: Vec<Digest>,
    note: Arc<[u8]>,
}

impl Receipt {
    /// The entry's index.
    pub const fn index(&self) -> LeafIndex {
        self.index
    }

    /// The size of the published note that the proof is under.
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// The published note.
    pub fn note(&self) -> &[u8] {
        &self.note
    }

    /// The entry.
    pub fn entry(&self) -> &[u8] {
        &self.entry
    }

    /// The receipt file, as [`receipt()`] writes it; verified first.
    ///
    /// # Errors
    /// As [`receipt()`].
    pub fn proof(&self) -> Result<Vec<u8>, LogError> {
        write(&self.entry, self.index, &self.hashes, &self.note)
    }
}

fn write(entry: &[u8], index: LeafIndex, hashes: &[Digest], note: &[u8]) -> Result<Vec<u8>, LogError> {
    let checkpoint = UnverifiedCheckpoint::parse(note)?;
    let head = checkpoint.claimed();
    verify_inclusion(index, head.size(), leaf_hash(entry), hashes, head.root())?;
    Ok(proof::write(Some(entry), index, hashes, note)?)
}

/// Makes receipts of one published tree. Neighbours' proofs share all but a few subtrees, so those are kept.
#[derive(Debug)]
pub struct Receipts<'a> {
    tree: LogTree<'a>,
    note: Arc<[u8]>,
    subtrees: RefCell<HashMap<(u8, u64), Digest>>,
}

/// Most subtrees that are kept: those of a proof are some sixty at most.
const MOST_SUBTREES: usize = 1024;

impl<'a> Receipts<'a> {
    /// For a tree and the signed note of its size.
    pub fn new(tree: LogTree<'a>, note: Arc<[u8]>) -> Self {
        Self { tree, note, subtrees: RefCell::default() }
    }

    /// The receipt of the entry at an index. [`Receipt::proof`] verifies it.
    ///
    /// # Errors
    /// [`LogError::Merkle`] for an index outside the tree, [`LogError::MalformedFile`], [`LogError::Unavailable`].
    pub fn of(&self, index: LeafIndex, entry: Arc<[u8]>) -> Result<Receipt, LogError> {
        let size = self.tree.size();
        let hashes = prove_inclusion(self, index, size)?;
        Ok(Receipt { index, size, entry, hashes, note: Arc::clone(&self.note) })
    }
}

impl HashReader for Receipts<'_> {
    type Error = LogError;

    fn complete_subtree(&self, level: u8, index: u64) -> Result<Digest, LogError> {
        if let Some(known) = self.subtrees.borrow().get(&(level, index)) {
            return Ok(*known);
        }
        let hash = self.tree.complete_subtree(level, index)?;
        let mut subtrees = self.subtrees.borrow_mut();
        if subtrees.len() == MOST_SUBTREES {
            subtrees.clear();
        }
        subtrees.insert((level, index), hash);
        Ok(hash)
    }
}
