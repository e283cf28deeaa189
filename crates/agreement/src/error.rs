//! Why this crate refuses something.

use detente_core::{Code, CoreError};
use detente_statement::Kind;
use thiserror::Error;

use crate::{ContentFile, PartyId};

/// Why a file, a body or a content was refused. Source: `specs/agreement.md`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum AgreementError {
    /// More bytes than an agreement may have.
    #[error("agreement: expected at most {limit} bytes, got {got}")]
    Oversize {
        /// The limit, in bytes.
        limit: usize,
        /// The length found.
        got: usize,
    },
    /// Not the narrow form of TOML, or not an agreement.
    #[error("agreement line {line}: expected {expected}, got {got}")]
    MalformedAgreement {
        /// One-based line of the culprit; where something is missing, the line of its table, or the last one.
        line: usize,
        /// The rule broken.
        expected: String,
        /// What was found, cut to 60 characters.
        got: String,
    },
    /// Another policy or companion than the file names.
    #[error("agreement: expected the {file} of SHA-256 {expected}, got {got}")]
    PolicyMismatch {
        /// Which of the two files.
        file: &'static str,
        /// What the agreement names.
        expected: String,
        /// What the reader brought.
        got: String,
    },
    /// A party whose log the policy does not name.
    #[error("party {party}: expected a log of the policy, got {origin}")]
    UnknownLog {
        /// The party.
        party: PartyId,
        /// The origin of its log.
        origin: String,
    },
    /// A log whose checkpoints, with a line of every witness, no entry can hold.
    #[error("party {party}: expected an anchor of its log to have at most {limit} bytes, got {got}")]
    OversizeAnchor {
        /// The party.
        party: PartyId,
        /// The limit, in bytes.
        limit: usize,
        /// The length of the largest anchor that the policy allows.
        got: usize,
    },
    /// A body that does not follow its kind.
    #[error("{kind}: expected {expected}")]
    MalformedStatement {
        /// The kind.
        kind: Kind,
        /// The rule broken.
        expected: &'static str,
    },
    /// Our caller asked for the body of another kind, or of a kind that is not of this word.
    #[error("{kind}: expected a kind that this body is of")]
    NoBody {
        /// The kind asked for.
        kind: Kind,
    },
    /// A content or manifest of more bytes than one may have.
    #[error("{file}: expected at most {limit} bytes, got {got}")]
    OversizeContent {
        /// Which file.
        file: ContentFile,
        /// The limit, in bytes.
        limit: usize,
        /// The length found.
        got: usize,
    },
    /// A content or manifest that is no file of ours.
    #[error("{file}: {source}")]
    Core {
        /// Which file.
        file: ContentFile,
        /// The rule broken.
        source: CoreError,
    },
    /// Another member, or another form of one.
    #[error("{file}: {member}: expected {expected}")]
    MalformedContent {
        /// Which file.
        file: ContentFile,
        /// The culprit, cut to 60 characters.
        member: String,
        /// The form expected.
        expected: &'static str,
    },
    /// A content or manifest that is not the one committed to.
    #[error("{file}: expected {what} {expected}, got {got}")]
    ContentMismatch {
        /// Which file.
        file: ContentFile,
        /// What differs.
        what: &'static str,
        /// What the statement has.
        expected: String,
        /// What the file gives.
        got: String,
    },
    /// A name that is no preset's.
    #[error("preset: expected {expected}, got {got:?}")]
    UnknownPreset {
        /// The names there are.
        expected: String,
        /// The name asked for, cut to 60 characters.
        got: String,
    },
    /// A policy without its companion, which an agreement has to name.
    #[error("policy: expected a companion beside it, got none")]
    NoCompanion,
}

impl AgreementError {
    /// The stable code, `specs/core.md` "Codes".
    pub fn code(&self) -> Code {
        match self {
            Self::Oversize { .. } | Self::OversizeAnchor { .. } | Self::OversizeContent { .. } => {
                Code::Oversize
            }
            Self::MalformedAgreement { .. } => Code::MalformedAgreement,
            Self::PolicyMismatch { .. } => Code::PolicyMismatch,
            Self::UnknownLog { .. } => Code::UnknownLog,
            Self::MalformedStatement { .. } => Code::MalformedStatement,
            Self::Core { source, .. } => source.code(),
            Self::MalformedContent { .. } => Code::MalformedContent,
            Self::ContentMismatch { .. } => Code::ContentMismatch,
            Self::NoBody { .. } | Self::UnknownPreset { .. } | Self::NoCompanion => Code::Misuse,
        }
    }

    /// The culprit: the part that a reader should look at.
    pub fn culprit(&self) -> String {
        match self {
            Self::Oversize { .. } => "agreement".to_owned(),
            Self::MalformedAgreement { line, .. } => format!("line {line}"),
            Self::PolicyMismatch { file, .. } => (*file).to_owned(),
            Self::UnknownLog { party, .. } | Self::OversizeAnchor { party, .. } => format!("party {party}"),
            Self::MalformedStatement { kind, .. } | Self::NoBody { kind } => kind.to_string(),
            Self::Core { file, .. } | Self::OversizeContent { file, .. } => file.to_string(),
            Self::MalformedContent { file, member, .. } => format!("{file}: {member}"),
            Self::ContentMismatch { file, what, .. } => format!("{file}: {what}"),
            Self::UnknownPreset { .. } => "preset".to_owned(),
            Self::NoCompanion => "companion".to_owned(),
        }
    }
}
