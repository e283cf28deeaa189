//! Where a log's public files come from (`specs/log.md` "Read a log"). What comes is bounded here, and believed nowhere.

#[cfg(feature = "http")]
mod http;

use core::fmt;
use std::path::PathBuf;

use detente_core::TreeSize;

use crate::{LogError, Store, history};

#[cfg(feature = "http")]
pub use http::{Credentials, HttpLog, HttpOptions, is_address};

/// What a bounded read finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// The whole file.
    Bytes(Vec<u8>),
    /// No such file.
    Missing,
    /// Something else under that name.
    NotAFile,
    /// A file above the limit; nothing of it was kept.
    TooLong,
}

/// The public files of one log: a folder, an address, or anything else that has them by name.
pub trait LogSource: fmt::Debug + Send + Sync {
    /// Reads the file of a name, relative to the log, of at most `limit` bytes. Room for more is never made.
    ///
    /// # Errors
    /// [`LogError::Unavailable`] when it cannot be known whether there is one.
    fn read(&self, path: &str, limit: u64) -> Result<Content, LogError>;

    /// The sizes that have a note in `history`, in increasing order; none when the source cannot list them.
    ///
    /// # Errors
    /// [`LogError::MalformedFile`] for a name that is no size, [`LogError::Unavailable`].
    fn history(&self) -> Result<Vec<TreeSize>, LogError>;

    /// Where a file is, for messages; the log itself for the empty name. Never with credentials.
    fn place(&self, path: &str) -> PathBuf;
}

impl LogSource for Store {
    fn read(&self, path: &str, limit: u64) -> Result<Content, LogError> {
        Self::read(self, path, limit)
    }

    fn history(&self) -> Result<Vec<TreeSize>, LogError> {
        history::sizes(self)
    }

    fn place(&self, path: &str) -> PathBuf {
        if path.is_empty() { self.root().to_owned() } else { self.path(path) }
    }
}

impl LogSource for &dyn LogSource {
    fn read(&self, path: &str, limit: u64) -> Result<Content, LogError> {
        (**self).read(path, limit)
    }

    fn history(&self) -> Result<Vec<TreeSize>, LogError> {
        (**self).history()
    }

    fn place(&self, path: &str) -> PathBuf {
        (**self).place(path)
    }
}

impl<S: LogSource + ?Sized> LogSource for Box<S> {
    fn read(&self, path: &str, limit: u64) -> Result<Content, LogError> {
        (**self).read(path, limit)
    }

    fn history(&self) -> Result<Vec<TreeSize>, LogError> {
        (**self).history()
    }

    fn place(&self, path: &str) -> PathBuf {
        (**self).place(path)
    }
}
