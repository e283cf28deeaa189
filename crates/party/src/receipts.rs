//! A receipt for every entry of a batch (`specs/checkpoint.md` "Offline proof"), one file each.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use detente_checkpoint::proof;
use detente_core::{Digest, LeafIndex};
use detente_log::{LogError, LogTree, LogWriter, Published};
use detente_merkle::{HashReader, leaf_hash, prove_inclusion, verify_inclusion};

use crate::{PartyError, PartyFolder};

/// Writes the receipts of a batch that was just published.
pub(crate) fn write(
    folder: &Path,
    writer: &LogWriter,
    published: &Published,
    entries: &[Vec<u8>],
) -> Result<(), PartyError> {
    std::fs::create_dir_all(folder).map_err(PartyError::unavailable(folder))?;
    let reader = Remembering { tree: writer.tree(), subtrees: RefCell::default() };
    let indices = published.first.get()..published.size.get();
    for (index, entry) in indices.zip(entries) {
        let index = LeafIndex::new(index)?;
        let hashes = prove_inclusion(&reader, index, published.size)?;
        verify_inclusion(index, published.size, leaf_hash(entry), &hashes, published.root)
            .map_err(LogError::from)?;
        let receipt = proof::write(Some(entry), index, &hashes, &published.checkpoint)?;
        let path = path(folder, index);
        // Not flushed: the next start makes a missing receipt again.
        std::fs::write(&path, receipt).map_err(PartyError::unavailable(&path))?;
    }
    Ok(())
}

/// Makes the receipts that an interrupted commit left out: those of the newest entries, back to the first one there.
pub(crate) fn make_good(folder: &Path, writer: &LogWriter, note: &[u8]) -> Result<(), PartyError> {
    std::fs::create_dir_all(folder).map_err(PartyError::unavailable(folder))?;
    let tree = writer.tree();
    for index in (1..tree.size().get()).rev() {
        let index = LeafIndex::new(index)?;
        let path = path(folder, index);
        if path.exists() {
            break;
        }
        let receipt = detente_log::receipt(&tree, index, note)?;
        std::fs::write(&path, receipt).map_err(PartyError::unavailable(&path))?;
    }
    Ok(())
}

/// Where the receipt of an entry of a party's log lies, whether or not it is there.
pub fn receipt_path(folder: &PartyFolder, index: LeafIndex) -> PathBuf {
    path(&folder.receipts(), index)
}

/// As [`receipt_path`], in a folder of receipts.
pub(crate) fn path(folder: &Path, index: LeafIndex) -> PathBuf {
    folder.join(format!("{:08}.tlog-proof", index.get()))
}

/// Most subtrees that are remembered: those of a proof are some sixty at most, and neighbours share all but a few.
const MOST_SUBTREES: usize = 1024;

/// Proofs of neighbours are made of the same subtrees; each is folded out of its tile once, not once a proof.
struct Remembering<'a> {
    tree: LogTree<'a>,
    subtrees: RefCell<HashMap<(u8, u64), Digest>>,
}

impl HashReader for Remembering<'_> {
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
