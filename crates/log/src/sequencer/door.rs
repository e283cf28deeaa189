//! What is in the published log already, found on the submitter's own thread: a repetition is answered from the log, and
//! takes no place in the queue.

use std::sync::{Arc, PoisonError, RwLock};

use detente_core::{LeafIndex, TreeSize};
use detente_merkle::{HashReader as _, LeafHash};
use detente_statement::UnverifiedStatement;

use super::ticket::{Outcome, Refused};
use crate::{LogError, LogTree, Receipts, Store, index::Finder};

/// Looks entries up while the sequencer's thread has the index open.
#[derive(Debug)]
pub(super) struct Door {
    store: Store,
    /// `None` when the index is closed: another sequencer may have it then.
    finder: RwLock<Option<Finder>>,
}

/// An entry that is in the published log.
#[derive(Debug, Clone)]
pub struct Known {
    store: Store,
    index: LeafIndex,
    size: TreeSize,
    note: Arc<[u8]>,
    bytes: Arc<[u8]>,
}

impl Known {
    /// Where it is.
    pub const fn index(&self) -> LeafIndex {
        self.index
    }

    /// Its receipt. Reads a few tiles.
    ///
    /// # Errors
    /// [`Refused::NoReceipt`].
    pub fn receipt(&self) -> Outcome {
        let receipts = Receipts::new(LogTree::new(&self.store, self.size), Arc::clone(&self.note));
        let receipt = receipts.of(self.index, Arc::clone(&self.bytes));
        receipt.map_err(|error| Refused::NoReceipt(Arc::new(error)))
    }
}

impl Door {
    pub(super) fn new(store: Store, finder: Finder) -> Self {
        Self { store, finder: RwLock::new(Some(finder)) }
    }

    /// Waits for whoever looks something up, then gives the index back.
    pub(super) fn close(&self) {
        *self.finder.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The entry with these very bytes in the published log. The index is not believed: the tile of leaves is looked at.
    pub(super) fn find(
        &self,
        bytes: &[u8],
        leaf: LeafHash,
        statement: &UnverifiedStatement,
        published: impl FnOnce() -> (TreeSize, Arc<[u8]>),
    ) -> Result<Option<Known>, LogError> {
        let finder = self.finder.read().unwrap_or_else(PoisonError::into_inner);
        let Some(found) = finder.as_ref().map(|finder| finder.place(statement.id())) else { return Ok(None) };
        let Some(index) = found? else { return Ok(None) };
        let (size, note) = published();
        // What is committed and not published is on its way.
        if !index.is_below(size)
            || LogTree::new(&self.store, size).complete_subtree(0, index.get())? != leaf.digest()
        {
            return Ok(None);
        }
        Ok(Some(Known { store: self.store.clone(), index, size, note, bytes: bytes.into() }))
    }
}
