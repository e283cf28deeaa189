//! The committed (size, root), unsigned (`specs/log.md` "Layout").

use core::fmt;
use std::{ffi::OsStr, io};

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
        Self::parse(&bytes).ok_or_else(malformed)
    }

    /// Reads the content of `state` or of a guard; `None` for anything but what [`fmt::Display`] writes.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (size, rest) = core::str::from_utf8(bytes).ok()?.split_once('\n')?;
        let size = TreeSize::parse(size).ok()?;
        let root = Digest::from_hex(rest.strip_suffix('\n')?).ok()?;
        (size != TreeSize::ZERO || root == EMPTY_ROOT).then_some(Self { size, root })
    }

    /// `staging/<size>-<root>`: the file that holds what makes this state readable.
    pub(crate) fn staging(self) -> String {
        format!("{STAGING}/{}-{}", self.size, self.root)
    }

    /// Reads the name of such a file, without its folder.
    pub(crate) fn of_staging(name: &OsStr) -> Option<Self> {
        let (size, root) = name.to_str()?.split_once('-')?;
        Some(Self { size: TreeSize::parse(size).ok()?, root: Digest::from_hex(root).ok()? })
    }
}

impl fmt::Display for State {
    /// The file's content.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}\n{}\n", self.size, self.root)
    }
}
