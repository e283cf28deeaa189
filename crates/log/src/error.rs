use std::{io, path::PathBuf};

use detente_checkpoint::CheckpointError;
use detente_core::{Code, Digest, LeafIndex, TreeSize};
use detente_merkle::MerkleError;
use detente_statement::StatementError;
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
    /// The log's address asks for credentials that the reader does not have.
    #[error("{}: expected credentials that the log knows, got none that it does", .path.display())]
    Unauthenticated {
        /// The address.
        path: PathBuf,
    },
    /// An address that a log cannot be read at. It is not repeated: it may hold a password.
    #[error("address: expected {expected}")]
    Address {
        /// The rule broken.
        expected: &'static str,
    },
    /// A file with credentials that cannot be used. What is in it is not repeated.
    #[error("{}: expected {expected}", .path.display())]
    Credentials {
        /// The file.
        path: PathBuf,
        /// The rule broken.
        expected: &'static str,
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
    /// The log is an older copy of itself: going on from it would sign a second tree of one size.
    #[error(
        "state: expected size {known} with the root that {who} knows, got size {got}: this is an older copy of the log or a fork of it; bring the newest copy back, or go on as a new log with a new origin"
    )]
    RolledBack {
        /// Who knows better.
        who: String,
        /// The size it knows.
        known: TreeSize,
        /// The committed size.
        got: TreeSize,
    },
    /// A note that the log's own key has signed, over another tree than the one in this folder.
    #[error(
        "state: expected root {expected} at size {size}, which {who} shows with the signature of the log's own key, got root {got}: this is a fork of the log; bring the newest copy back, or go on as a new log with a new origin"
    )]
    Forked {
        /// Who shows it.
        who: String,
        /// The note's size.
        size: TreeSize,
        /// The note's root.
        expected: Digest,
        /// The root in this folder.
        got: Digest,
    },
    /// A guard that is not there, so that nobody knows whether the log is the newest copy.
    #[error(
        "guard {}: expected a file, got none: make its place reachable, or have it created anew if the log is surely the newest copy",
        .path.display()
    )]
    GuardMissing {
        /// The guard.
        path: PathBuf,
    },
    /// A guard that is there and says nothing.
    #[error(
        "guard {}: expected a size and a root, got something else: bring it back, or remove it and have it created anew if the log is surely the newest copy",
        .path.display()
    )]
    GuardUnreadable {
        /// The guard.
        path: PathBuf,
    },
    /// A guard that would be restored along with the log, or that has no name.
    #[error("guard {}: expected a file outside the log's folder", .path.display())]
    GuardMisplaced {
        /// The guard.
        path: PathBuf,
    },
    /// A committed and signed state waits for cosignatures; until it is published nothing else is committed.
    #[error("checkpoint: expected the quorum before publishing, got {reason}")]
    Degraded {
        /// What is missing.
        reason: String,
    },
    /// The index cannot be used. It can be removed: it is built again.
    #[error("{}: {reason}; it can be removed, the next start builds it again", .path.display())]
    Index {
        /// Its folder.
        path: PathBuf,
        /// What the store says.
        reason: String,
    },
    /// An entry of the log that is no valid statement, so that nothing can be judged after it.
    #[error("entry {index}: {source}")]
    Entry {
        /// Its index.
        index: LeafIndex,
        /// Why.
        source: Box<StatementError>,
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
            Self::Unauthenticated { .. } => Code::Unauthenticated,
            Self::Index { .. } => Code::Unavailable,
            Self::RolledBack { .. }
            | Self::Forked { .. }
            | Self::GuardMissing { .. }
            | Self::GuardUnreadable { .. } => Code::LogRolledBack,
            Self::Degraded { .. } => Code::UnderWitnessed,
            Self::Entry { .. } => Code::MalformedEntry,
            Self::MalformedFile { .. } => Code::MalformedTile,
            Self::Oversize { .. } | Self::EntryTooLong { .. } => Code::Oversize,
            Self::Note { source, .. } | Self::Checkpoint(source) => source.code(),
            Self::RootMismatch { .. } => Code::RootMismatch,
            Self::Merkle(error) => error.code(),
            Self::EmptyBatch
            | Self::OtherSigner { .. }
            | Self::NotEmpty { .. }
            | Self::Address { .. }
            | Self::Credentials { .. }
            | Self::GuardMisplaced { .. } => Code::Misuse,
        }
    }
}
