use detente_checkpoint::NoteKey;
use detente_core::{Code, Digest, TreeSize};
use thiserror::Error;

use crate::{CheckFailure, Culprit, LogError};

/// Why a mirror was not brought up to date. Source: `specs/log.md` "Mirror".
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum MirrorFailure {
    /// A file, note or root of the log, or the folder.
    #[error(transparent)]
    Log(CheckFailure),
    /// The log shows an older checkpoint than it showed before. Nobody signed that it is the newest one.
    #[error(
        "checkpoint: expected size {seen} or more, as seen before, got {shown}; both notes are in {alarm}"
    )]
    Older {
        /// The size seen before.
        seen: TreeSize,
        /// The size shown now.
        shown: TreeSize,
        /// The folder in the mirror that holds the two notes.
        alarm: String,
    },
    /// The log's key signed two trees, none of which continues the other.
    #[error(
        "checkpoint: expected a tree that goes on from the one of size {} seen before, got another of size {}", .0.seen, .0.shown
    )]
    Fork(Box<Fork>),
    /// The log shows a newer checkpoint, and tiles that do not give its root.
    #[error("{source}; the note seen before and this one are in {alarm}")]
    Unproven {
        /// What is wrong with the tiles.
        source: Box<LogError>,
        /// The folder in the mirror that holds the two notes.
        alarm: String,
    },
}

/// Two notes of one key, and what the larger tree begins with: all that a finding is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    /// The key that signed both.
    pub key: NoteKey,
    /// The notes, the smaller size first.
    pub notes: [Vec<u8>; 2],
    /// `PREFIX(m, D[n])` of their sizes, from verified tiles; empty for equal sizes.
    pub hashes: Vec<Digest>,
    /// The size seen before.
    pub seen: TreeSize,
    /// The size shown now.
    pub shown: TreeSize,
}

impl MirrorFailure {
    /// The stable code, `specs/core.md` "Codes".
    pub fn code(&self) -> Code {
        match self {
            Self::Log(failure) => failure.code(),
            Self::Older { .. } => Code::OlderCheckpoint,
            Self::Fork(_) => Code::InvalidConsistency,
            Self::Unproven { source, .. } => source.code(),
        }
    }

    /// The code of the cause of `MALFORMED-ENTRY`.
    pub fn cause(&self) -> Option<Code> {
        match self {
            Self::Log(failure) => failure.cause(),
            _ => None,
        }
    }

    /// The file or entry at fault.
    pub fn culprit(&self) -> Option<Culprit> {
        match self {
            Self::Log(failure) => failure.culprit(),
            _ => Some(Culprit::Path(crate::layout::CHECKPOINT.to_owned())),
        }
    }
}

impl From<CheckFailure> for MirrorFailure {
    fn from(failure: CheckFailure) -> Self {
        Self::Log(failure)
    }
}
