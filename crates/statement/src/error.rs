use detente_checkpoint::{CheckpointError, SigningFault};
use detente_core::{Code, CoreError, KeyDigest, LeafIndex, LogId, StatementId};
use thiserror::Error;

use crate::{Kind, Role};

/// Why bytes are no statement, or a statement does not fit its log. Source: `specs/statement.md`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum StatementError {
    /// More than 65,535 bytes.
    #[error("statement: expected at most {limit} bytes, got {got}")]
    Oversize {
        /// The limit, in bytes.
        limit: usize,
        /// The length found.
        got: usize,
    },
    /// Not the canonical layout, or a body that does not fit its kind.
    #[error("statement: expected the canonical layout of its kind, got {reason}")]
    MalformedStatement {
        /// What was found.
        reason: &'static str,
    },
    /// A version or suite that this software does not know.
    #[error("statement: expected version 1 and suite 1, got {version} and {suite}")]
    UnsupportedVersion {
        /// The version byte.
        version: u8,
        /// The suite byte, 1 when the input ends before it.
        suite: u8,
    },
    /// A key that cannot be enrolled, or a vkey that does not parse.
    #[error("statement: {0}")]
    Key(#[source] CheckpointError),
    /// The vkey of a genesis has another name than its origin.
    #[error("genesis: expected a checkpoint key named {origin}, got {name}")]
    OriginMismatch {
        /// The origin.
        origin: String,
        /// The key's name.
        name: String,
    },
    /// Entry 0 that is no genesis, or a genesis elsewhere.
    #[error("entry {index}: expected a genesis at index 0 and nowhere else, got {kind}")]
    GenesisMisplaced {
        /// Where.
        index: LeafIndex,
        /// What is there.
        kind: Kind,
    },
    /// A statement of another log.
    #[error("entry {index}: expected a statement of log {expected}, got one of log {got}")]
    LogMismatch {
        /// Where.
        index: LeafIndex,
        /// The log's id.
        expected: LogId,
        /// The statement's.
        got: LogId,
    },
    /// No event enrols the key.
    #[error("entry {index}: expected a key that the log enrols, got {key}")]
    UnknownAuthor {
        /// Where.
        index: LeafIndex,
        /// The key named.
        key: KeyDigest,
    },
    /// The key is enrolled at or above the entry.
    #[error("entry {index}: expected a key enrolled below it, got {key} enrolled at {enrolled}")]
    KeyNotYetEnrolled {
        /// Where.
        index: LeafIndex,
        /// The key named.
        key: KeyDigest,
        /// The index that enrols it.
        enrolled: LeafIndex,
    },
    /// The key is revoked below the entry.
    #[error("entry {index}: expected a key in use, got {key} revoked at {revoked}")]
    KeyRevoked {
        /// Where.
        index: LeafIndex,
        /// The key named.
        key: KeyDigest,
        /// The index that revokes it.
        revoked: LeafIndex,
    },
    /// The key's role does not allow this.
    #[error("entry {index}: expected a key of role {}, got {key} of role {}", .expected.as_str(), .got.as_str())]
    KeyRole {
        /// Where.
        index: LeafIndex,
        /// The key named.
        key: KeyDigest,
        /// The role needed.
        expected: Role,
        /// The role it has.
        got: Role,
    },
    /// A key is enrolled a second time.
    #[error("entry {index}: expected a new key, got {key}, which the log has already")]
    KeyAlreadyEnrolled {
        /// Where.
        index: LeafIndex,
        /// The key.
        key: KeyDigest,
    },
    /// The new key's own signature does not verify.
    #[error("entry {index}: expected a signature by the new key {key}, got one that does not verify")]
    InvalidPossession {
        /// Where.
        index: LeafIndex,
        /// The new key.
        key: KeyDigest,
    },
    /// The author's signature does not verify.
    #[error("entry {index}: expected a signature by {key}, got one that does not verify")]
    InvalidSignature {
        /// Where.
        index: LeafIndex,
        /// The author.
        key: KeyDigest,
    },
    /// A statement id occurs twice.
    #[error("entry {index}: expected a new statement, got {id}, which entry {first} holds")]
    DuplicateStatement {
        /// Where.
        index: LeafIndex,
        /// The id.
        id: StatementId,
        /// Its first place.
        first: LeafIndex,
    },
    /// A sealed value occurs twice.
    #[error("entry {index}: expected a new sealed value, got the one of entry {first}")]
    DuplicateSealed {
        /// Where.
        index: LeafIndex,
        /// Its first place.
        first: LeafIndex,
    },
    /// An entry after `log.close`.
    #[error("entry {index}: expected nothing after the log was closed at {closed}")]
    EntryAfterClose {
        /// Where.
        index: LeafIndex,
        /// The closing entry.
        closed: LeafIndex,
    },
    /// The key did not sign.
    #[error(transparent)]
    Signing(#[from] SigningFault),
    /// Our caller built something that has no canonical bytes.
    #[error("statement: {0}")]
    Build(#[source] CoreError),
}

impl StatementError {
    /// The stable code, `specs/core.md` "Codes".
    pub fn code(&self) -> Code {
        match self {
            Self::Oversize { .. } => Code::Oversize,
            Self::MalformedStatement { .. } => Code::MalformedStatement,
            Self::UnsupportedVersion { .. } => Code::UnsupportedVersion,
            Self::Key(error) => error.code(),
            Self::OriginMismatch { .. } => Code::OriginMismatch,
            Self::GenesisMisplaced { .. } => Code::GenesisMisplaced,
            Self::LogMismatch { .. } => Code::LogMismatch,
            Self::UnknownAuthor { .. } => Code::UnknownAuthor,
            Self::KeyNotYetEnrolled { .. } => Code::KeyNotYetEnrolled,
            Self::KeyRevoked { .. } => Code::KeyRevoked,
            Self::KeyRole { .. } => Code::KeyRole,
            Self::KeyAlreadyEnrolled { .. } => Code::KeyAlreadyEnrolled,
            Self::InvalidPossession { .. } => Code::InvalidPossession,
            Self::InvalidSignature { .. } => Code::InvalidStatementSignature,
            Self::DuplicateStatement { .. } => Code::DuplicateStatement,
            Self::DuplicateSealed { .. } => Code::DuplicateSealed,
            Self::EntryAfterClose { .. } => Code::EntryAfterClose,
            Self::Signing(_) => Code::Unavailable,
            Self::Build(_) => Code::Misuse,
        }
    }
}
