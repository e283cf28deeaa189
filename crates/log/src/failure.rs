use detente_core::{Code, LeafIndex};
use detente_statement::StatementError;
use thiserror::Error;

use crate::LogError;

/// What a failed check found first, and where. Source: `specs/log.md` "Check a log".
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckFailure {
    /// An entry that is no valid statement of this log at its index; the code is `MALFORMED-ENTRY`.
    #[error("entry {index}: {source}")]
    Entry {
        /// Its index.
        index: LeafIndex,
        /// Why.
        source: Box<StatementError>,
    },
    /// A log that has no entry 0; the code is `MALFORMED-ENTRY`.
    #[error("entry 0: expected a genesis, got a log without entries")]
    NoEntries,
    /// A file, note or root.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// What a failure is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Culprit {
    /// A file or folder; relative to the log, unless the system could not read it.
    Path(String),
    /// An entry.
    Entry(LeafIndex),
}

impl CheckFailure {
    pub(crate) fn entry(index: LeafIndex, source: StatementError) -> Self {
        Self::Entry { index, source: Box::new(source) }
    }

    /// The stable code, `specs/core.md` "Codes".
    pub fn code(&self) -> Code {
        match self {
            Self::Entry { .. } | Self::NoEntries => Code::MalformedEntry,
            Self::Log(error) => error.code(),
        }
    }

    /// The code of the cause of `MALFORMED-ENTRY`.
    pub fn cause(&self) -> Option<Code> {
        match self {
            Self::Entry { source, .. } => Some(source.code()),
            Self::NoEntries => Some(Code::GenesisMisplaced),
            Self::Log(_) => None,
        }
    }

    /// The file or entry at fault.
    pub fn culprit(&self) -> Option<Culprit> {
        match self {
            Self::Entry { index, .. } => Some(Culprit::Entry(*index)),
            Self::NoEntries => Some(Culprit::Entry(LeafIndex::ZERO)),
            Self::Log(
                LogError::MalformedFile { path, .. }
                | LogError::Oversize { path, .. }
                | LogError::Note { path, .. }
                | LogError::RootMismatch { path, .. },
            ) => Some(Culprit::Path(path.clone())),
            Self::Log(LogError::Unavailable { path, .. } | LogError::Unauthenticated { path }) => {
                Some(Culprit::Path(path.display().to_string()))
            }
            Self::Log(_) => None,
        }
    }
}
