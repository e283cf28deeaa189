use std::{io, path::PathBuf};

use detente_checkpoint::CheckpointError;
use detente_core::{Code, Digest, TreeSize};
use detente_merkle::MerkleError;
use thiserror::Error;

/// Why a log could not be written or read. Source: `specs/log.md`. Paths that are text are relative to the log.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum LogError {
    /// The file system refuses.
    #[error("{}: {source}", .path.display())]
    Unavailable {
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// Another writer holds the lock.
    #[error("{}: expected a log without a writer, got one whose lock is held", .path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// An earlier step failed after which only a new start knows what is on disk.
    #[error("log writer: expected a writer that has not failed, got one that has to be opened again")]
    Stopped,
    /// The committed state is not the one that this writer left.
    #[error("state: expected size {expected}, got {got}: another writer was here")]
    StateChanged {
        /// The size this writer committed last.
        expected: TreeSize,
        /// The size found.
        got: TreeSize,
    },
    /// A file of the log that is missing or not what its name says.
    #[error("{path}: expected {expected}")]
    MalformedFile {
        /// The file.
        path: String,
        /// The rule broken.
        expected: &'static str,
    },
    /// A note longer than a note can be.
    #[error("{path}: expected at most {limit} bytes")]
    Oversize {
        /// The file.
        path: String,
        /// The limit, in bytes.
        limit: u64,
    },
    /// A note or checkpoint of the log that does not parse.
    #[error("{path}: {source}")]
    Note {
        /// The file.
        path: String,
        /// Why.
        source: CheckpointError,
    },
    /// Hashes that do not give the root that something names.
    #[error("{path}: expected root {expected} at size {size}, got {got}")]
    RootMismatch {
        /// The file that names the root.
        path: String,
        /// The size.
        size: TreeSize,
        /// The root named.
        expected: Digest,
        /// The root of the tree.
        got: Digest,
    },
    /// A position outside the tree, or a proof that does not hold.
    #[error(transparent)]
    Merkle(#[from] MerkleError),
    /// A receipt or signature that cannot be written.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// An entry of a batch that no bundle can hold.
    #[error("entry {position} of the batch: expected at most {limit} bytes, got {got}")]
    EntryTooLong {
        /// Zero-based position in the batch.
        position: usize,
        /// The limit, in bytes.
        limit: usize,
        /// The length found.
        got: usize,
    },
    /// A batch without entries.
    #[error("batch: expected at least one entry, got none")]
    EmptyBatch,
    /// A signer of another log, or with another key than the log's checkpoints have.
    #[error("log signer: expected {expected}, got {got}")]
    OtherSigner {
        /// Whose key is needed.
        expected: String,
        /// The key at hand.
        got: String,
    },
    /// A place that holds a log or other files already.
    #[error("{}: expected a new or empty folder", .path.display())]
    NotEmpty {
        /// The folder.
        path: PathBuf,
    },
}

impl LogError {
    /// The stable code, `specs/core.md` "Codes".
    pub fn code(&self) -> Code {
        match self {
            Self::Unavailable { .. } | Self::Locked { .. } | Self::Stopped | Self::StateChanged { .. } => {
                Code::Unavailable
            }
            Self::MalformedFile { .. } => Code::MalformedTile,
            Self::Oversize { .. } | Self::EntryTooLong { .. } => Code::Oversize,
            Self::Note { source, .. } | Self::Checkpoint(source) => source.code(),
            Self::RootMismatch { .. } => Code::RootMismatch,
            Self::Merkle(error) => error.code(),
            Self::EmptyBatch | Self::OtherSigner { .. } | Self::NotEmpty { .. } => Code::Misuse,
        }
    }
}
