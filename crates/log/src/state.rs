//! The committed (size, root), unsigned (`specs/log.md` "Layout").

use core::fmt;
use std::io;

use detente_core::{Digest, TreeSize};
use detente_merkle::EMPTY_ROOT;

use crate::{
    LogError, Store,
    layout::{STAGING, STATE, STATE_LIMIT},
    storage::Content,
};

/// What the log has decided to be. Only this is ever signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) size: TreeSize,
    pub(crate) root: Digest,
}

impl State {
    /// The state of a log without entries.
    pub(crate) const EMPTY: Self = Self { size: TreeSize::ZERO, root: EMPTY_ROOT };

    /// Reads `state`.
    pub(crate) fn read(store: &Store) -> Result<Self, LogError> {
        let malformed = || LogError::MalformedFile {
            path: STATE.to_owned(),
            expected: "a decimal size, a line feed, a root in hexadecimal, a line feed",
        };
        let bytes = match store.read(STATE, STATE_LIMIT)? {
            Content::Bytes(bytes) => bytes,
            Content::Missing => {
                let source = io::Error::from(io::ErrorKind::NotFound);
                return Err(LogError::Unavailable { path: store.path(STATE), source });
            }
            Content::NotAFile | Content::TooLong => return Err(malformed()),
        };
        let text = core::str::from_utf8(&bytes).map_err(|_| malformed())?;
        let (size, rest) = text.split_once('\n').ok_or_else(malformed)?;
        let root = rest.strip_suffix('\n').ok_or_else(malformed)?;
        let size = TreeSize::parse(size).map_err(|_| malformed())?;
        let root = Digest::from_hex(root).map_err(|_| malformed())?;
        if size == TreeSize::ZERO && root != EMPTY_ROOT {
            return Err(malformed());
        }
        Ok(Self { size, root })
    }

    /// `staging/<size>-<root>`: where the files wait that make this state readable.
    pub(crate) fn staging(self) -> String {
        format!("{STAGING}/{}-{}", self.size, self.root)
    }
}

impl fmt::Display for State {
    /// The file's content.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}\n{}\n", self.size, self.root)
    }
}
