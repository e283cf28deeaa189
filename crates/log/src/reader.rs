//! Reading a log, whoever wrote it. Bounds are checked here; truth is for proofs and for [`check_log`](crate::check_log).

mod bundle;
mod tree;
mod verified;

use core::ops::Range;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

use detente_checkpoint::UnverifiedCheckpoint;
use detente_core::{Digest, LeafIndex, TreeSize};

use crate::{
    LogError, LogSource, Store, history,
    layout::{CHECKPOINT, history_path},
};

pub(crate) use bundle::{Bundle, read_tile};
pub use tree::{Entries, LogTree};
pub(crate) use verified::Keeper;
pub use verified::VerifiedTree;

/// A published log, read only, wherever its files come from.
#[derive(Debug)]
pub struct LogReader<S> {
    source: S,
}

/// The folder of a published log, read only.
pub type LogDirectory = LogReader<Store>;

impl LogDirectory {
    /// Opens a folder; its files are looked at when they are asked for.
    ///
    /// # Errors
    /// [`LogError::Unavailable`] when it is no folder.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, LogError> {
        let path = path.into();
        match fs::metadata(&path) {
            Ok(found) if found.is_dir() => Ok(Self { source: Store::new(path) }),
            Ok(_) => Err(LogError::Unavailable { path, source: io::ErrorKind::NotADirectory.into() }),
            Err(source) => Err(LogError::Unavailable { path, source }),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.source.root()
    }
}

impl<S: LogSource> LogReader<S> {
    /// Reads the files of a source, each when it is asked for.
    pub const fn new(source: S) -> Self {
        Self { source }
    }

    /// The files.
    pub const fn source(&self) -> &S {
        &self.source
    }

    /// The newest note, unread.
    ///
    /// # Errors
    /// [`LogError::Unavailable`] when there is none, [`LogError::Oversize`].
    pub fn checkpoint_bytes(&self) -> Result<Vec<u8>, LogError> {
        history::read_note(&self.source, CHECKPOINT)?.ok_or_else(|| LogError::Unavailable {
            path: self.source.place(CHECKPOINT),
            source: io::ErrorKind::NotFound.into(),
        })
    }

    /// The newest note, its signatures unchecked.
    ///
    /// # Errors
    /// As [`Self::checkpoint_bytes`], and [`LogError::Note`].
    pub fn checkpoint(&self) -> Result<UnverifiedCheckpoint, LogError> {
        history::parse_note(CHECKPOINT, &self.checkpoint_bytes()?)
    }

    /// The tree of the size that the newest note claims. Take it once for many reads.
    ///
    /// # Errors
    /// As [`Self::checkpoint`].
    pub fn tree(&self) -> Result<LogTree<'_>, LogError> {
        Ok(self.tree_of(self.checkpoint()?.claimed().size()))
    }

    /// The tree of a size that the caller knows from a note.
    pub fn tree_of(&self, size: TreeSize) -> LogTree<'_> {
        LogTree::new(&self.source, size)
    }

    /// The entry at an index.
    ///
    /// # Errors
    /// As [`Self::tree`] and [`LogTree::entry`].
    pub fn entry(&self, index: LeafIndex) -> Result<Vec<u8>, LogError> {
        self.tree()?.entry(index)
    }

    /// The entries of a range, in order, one bundle in memory at a time; see [`LogTree::entries`].
    ///
    /// # Errors
    /// As [`Self::tree`]; each entry as [`LogTree::entry`].
    pub fn entries(&self, range: Range<u64>) -> Result<Entries<'_>, LogError> {
        Ok(self.tree()?.entries(range))
    }

    /// The proof that the entry at `index` is in the tree of `size`, at most the newest note's size.
    ///
    /// # Errors
    /// As [`Self::tree`] and [`LogTree::inclusion_proof`].
    pub fn inclusion_proof(&self, index: LeafIndex, size: TreeSize) -> Result<Vec<Digest>, LogError> {
        self.tree()?.inclusion_proof(index, size)
    }

    /// The proof that the tree of size `new`, at most the newest note's size, begins with the tree of size `old`.
    ///
    /// # Errors
    /// As [`Self::tree`] and [`LogTree::consistency_proof`].
    pub fn consistency_proof(&self, old: TreeSize, new: TreeSize) -> Result<Vec<Digest>, LogError> {
        self.tree()?.consistency_proof(old, new)
    }

    /// The sizes that have a note in `history`, in increasing order.
    ///
    /// # Errors
    /// [`LogError::MalformedFile`] for a name that is no size, [`LogError::Unavailable`].
    pub fn history(&self) -> Result<Vec<TreeSize>, LogError> {
        self.source.history()
    }

    /// The note of a size, unread, cosignatures included.
    ///
    /// # Errors
    /// [`LogError::MalformedFile`] when there is none, [`LogError::Oversize`], [`LogError::Unavailable`].
    pub fn history_note(&self, size: TreeSize) -> Result<Vec<u8>, LogError> {
        let path = history_path(size);
        history::read_note(&self.source, &path)?
            .ok_or(LogError::MalformedFile { path, expected: "a note, which is missing" })
    }

    /// The notes of all sizes, in increasing order, unread.
    ///
    /// # Errors
    /// As [`Self::history`]; each note as [`Self::history_note`].
    pub fn history_notes(
        &self,
    ) -> Result<impl Iterator<Item = Result<(TreeSize, Vec<u8>), LogError>> + '_, LogError> {
        Ok(self.history()?.into_iter().map(|size| Ok((size, self.history_note(size)?))))
    }
}
