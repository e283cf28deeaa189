use core::fmt;

use detente_checkpoint::CheckpointError;
use detente_core::{Code, CoreError, Digest, KeyDigest, LeafIndex, LogId, ProfileDigest, TreeSize};
use detente_disclosure::DisclosureError;
use detente_merkle::MerkleError;
use detente_statement::{Kind, StatementError};
use thiserror::Error;

/// The part of a presentation that a failure is about: the culprit.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The checkpoint of `proof`.
    Checkpoint,
    /// The proof of the entry.
    Proof,
    /// The entry.
    Entry,
    /// The event at this index.
    Event(LeafIndex),
    /// The checkpoint of `earlier`.
    Earlier,
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Checkpoint => formatter.write_str("checkpoint"),
            Self::Proof => formatter.write_str("proof"),
            Self::Entry => formatter.write_str("entry"),
            Self::Event(index) if *index == LeafIndex::ZERO => formatter.write_str("genesis"),
            Self::Event(index) => write!(formatter, "key event {index}"),
            Self::Earlier => formatter.write_str("earlier checkpoint"),
        }
    }
}

/// Why a presentation is refused. Source: `specs/presentation.md` "Verify".
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum PresentationError {
    /// More than 16 MiB.
    #[error("presentation: expected at most {limit} bytes, got {got}")]
    Oversize {
        /// The limit in bytes.
        limit: usize,
        /// The length found.
        got: usize,
    },
    /// Not a file of ours.
    #[error("presentation: {0}")]
    Json(#[source] CoreError),
    /// Other members or forms.
    #[error("presentation: {member}: expected {expected}")]
    MalformedPresentation {
        /// The member.
        member: &'static str,
        /// The form expected.
        expected: &'static str,
    },
    /// A note, checkpoint or quorum.
    #[error("{part}: {source}")]
    Checkpoint {
        /// Which checkpoint.
        part: Part,
        /// Why.
        source: CheckpointError,
    },
    /// An inclusion proof of a key event.
    #[error("{part}: {source}")]
    Inclusion {
        /// Of what.
        part: Part,
        /// Why.
        source: MerkleError,
    },
    /// A statement: the entry or a key event.
    #[error("{part}: {source}")]
    Statement {
        /// Which.
        part: Part,
        /// Why.
        source: StatementError,
    },
    /// An origin differs from the checkpoint's.
    #[error("{part}: expected origin {expected}, got {got}")]
    OriginMismatch {
        /// Where.
        part: Part,
        /// The checkpoint's origin.
        expected: String,
        /// The other.
        got: String,
    },
    /// The genesis names another checkpoint key than the policy.
    #[error("genesis: expected the checkpoint key that signed and that the policy names, got {got}")]
    UnknownLog {
        /// The vkey of the genesis.
        got: String,
    },
    /// The statement is of another kind than `sealed`.
    #[error("entry: expected a statement of kind sealed, got {kind}")]
    NotSealed {
        /// Its kind.
        kind: Kind,
    },
    /// The grant is about something else.
    #[error("grant: expected the {what} of the entry and its openings, got another")]
    GrantMismatch {
        /// Log, statement, index or slots.
        what: &'static str,
    },
    /// The grant's signer is not a key of the log.
    #[error(
        "grant: expected the signature of a key of log {log}, got one of {signer}: somebody else passes this on"
    )]
    Relayed {
        /// The log.
        log: LogId,
        /// The signer.
        signer: KeyDigest,
    },
    /// The grant's key is revoked by an event in the file.
    #[error("grant: expected a key in use, got {signer}, revoked at {revoked}")]
    GrantKeyRevoked {
        /// The signer.
        signer: KeyDigest,
        /// The index of the revocation.
        revoked: LeafIndex,
    },
    /// The grant's signature does not verify.
    #[error("grant: expected a signature by {signer} over these terms, got one that does not verify")]
    InvalidGrantSignature {
        /// The signer.
        signer: KeyDigest,
    },
    /// The reader is not the audience.
    #[error("grant: expected audience {expected}, got {got}")]
    NotAudience {
        /// The reader's key digest.
        expected: KeyDigest,
        /// The grant's.
        got: KeyDigest,
    },
    /// An opening is not the one that was granted.
    #[error("slot {slot} ({name}): expected the opening with leaf {expected}, got one with {got}")]
    OpeningMismatch {
        /// The slot.
        slot: u16,
        /// Its name, `?` when the reader does not have the profile.
        name: String,
        /// The leaf that the grant names.
        expected: Digest,
        /// The leaf of the opening.
        got: Digest,
    },
    /// A profile that the reader does not have.
    #[error("profile: expected one that is built in or handed over, got {digest}")]
    UnknownProfile {
        /// Its digest.
        digest: ProfileDigest,
    },
    /// The openings do not fit the sealed value or the profile.
    #[error(transparent)]
    Disclosure(#[from] DisclosureError),
    /// The earlier checkpoint already covers the entry.
    #[error("earlier checkpoint: expected a size of at most {index}, got {size}")]
    EarlierNotEarlier {
        /// The entry's index.
        index: LeafIndex,
        /// The checkpoint's size.
        size: TreeSize,
    },
}

impl PresentationError {
    /// The stable code, `specs/core.md` "Codes".
    pub fn code(&self) -> Code {
        match self {
            Self::Oversize { .. } => Code::Oversize,
            Self::Json(error) => error.code(),
            Self::MalformedPresentation { .. } => Code::MalformedPresentation,
            Self::Checkpoint { source, .. } => source.code(),
            Self::Inclusion { source, .. } => source.code(),
            Self::Statement { source, .. } => source.code(),
            Self::OriginMismatch { .. } => Code::OriginMismatch,
            Self::UnknownLog { .. } => Code::UnknownLog,
            Self::NotSealed { .. } => Code::NotSealed,
            Self::GrantMismatch { .. } => Code::GrantMismatch,
            Self::Relayed { .. } => Code::Relayed,
            Self::GrantKeyRevoked { .. } => Code::KeyRevoked,
            Self::InvalidGrantSignature { .. } => Code::InvalidGrantSignature,
            Self::NotAudience { .. } => Code::NotAudience,
            Self::OpeningMismatch { .. } => Code::OpeningMismatch,
            Self::UnknownProfile { .. } => Code::UnknownProfile,
            Self::Disclosure(error) => error.code(),
            Self::EarlierNotEarlier { .. } => Code::EarlierNotEarlier,
        }
    }

    /// The culprit: the part of the file that a reader should look at.
    pub fn culprit(&self) -> String {
        match self {
            Self::Oversize { .. } | Self::Json(_) => "presentation".to_owned(),
            Self::MalformedPresentation { member, .. } => (*member).to_owned(),
            Self::Checkpoint { part, .. }
            | Self::Inclusion { part, .. }
            | Self::Statement { part, .. }
            | Self::OriginMismatch { part, .. } => part.to_string(),
            Self::UnknownLog { .. } => "genesis".to_owned(),
            Self::NotSealed { .. } => "entry".to_owned(),
            Self::GrantMismatch { .. }
            | Self::Relayed { .. }
            | Self::GrantKeyRevoked { .. }
            | Self::InvalidGrantSignature { .. }
            | Self::NotAudience { .. } => "grant".to_owned(),
            Self::OpeningMismatch { slot, name, .. } => format!("slot {slot} ({name})"),
            Self::UnknownProfile { .. } => "profile".to_owned(),
            Self::Disclosure(_) => "openings".to_owned(),
            Self::EarlierNotEarlier { .. } => "earlier checkpoint".to_owned(),
        }
    }
}
