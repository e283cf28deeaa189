//! Why a finding is refused.

use core::fmt;

use detente_checkpoint::CheckpointError;
use detente_core::{Code, CoreError};
use detente_merkle::MerkleError;
use thiserror::Error;

/// Which of the two notes a failure is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The smaller tree's.
    First,
    /// The larger tree's.
    Second,
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::First => "first",
            Self::Second => "second",
        })
    }
}

/// Why a finding is refused. Source: `specs/finding.md` "Verify".
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum FindingError {
    /// More than 4 MiB.
    #[error("finding: expected at most {limit} bytes, got {got}")]
    Oversize {
        /// The limit in bytes.
        limit: usize,
        /// The length found.
        got: usize,
    },
    /// Not a file of ours.
    #[error("finding: {0}")]
    Json(#[source] CoreError),
    /// Other members or forms.
    #[error("{member}: expected {expected}")]
    MalformedFinding {
        /// The member, or the whole.
        member: &'static str,
        /// The form expected.
        expected: &'static str,
    },
    /// A word that is not in the table.
    #[error("offence: expected FORK, COSIGNED-FORK or COSIGNED-BACKWARDS, got {got:?}")]
    UnknownOffence {
        /// The word, cut to 60 characters.
        got: String,
    },
    /// The culprit is no vkey.
    #[error("culprit: {0}")]
    Culprit(#[source] CheckpointError),
    /// A note, its checkpoint or its signature.
    #[error("{part}: {source}")]
    Checkpoint {
        /// Which note.
        part: Part,
        /// Why.
        source: CheckpointError,
    },
    /// The hashes do not lead to the root of `second`.
    #[error("hashes: {0}")]
    Prefix(#[source] MerkleError),
    /// Honest signers do that too.
    #[error("offence: expected {offence}, got {got}")]
    NoOffence {
        /// What the file accuses the culprit of.
        offence: &'static str,
        /// What is there instead.
        got: &'static str,
    },
    /// A key that the policy does not name.
    #[error("culprit: expected a {role} of the policy, got {culprit}")]
    UnknownCulprit {
        /// Log or witness.
        role: &'static str,
        /// The vkey.
        culprit: String,
    },
}

impl FindingError {
    /// The stable code, `specs/core.md` "Codes".
    pub fn code(&self) -> Code {
        match self {
            Self::Oversize { .. } => Code::Oversize,
            Self::Json(error) => error.code(),
            Self::MalformedFinding { .. } => Code::MalformedFinding,
            Self::UnknownOffence { .. } => Code::UnknownOffence,
            Self::Culprit(error) => error.code(),
            Self::Checkpoint { source, .. } => source.code(),
            Self::Prefix(error) => error.code(),
            Self::NoOffence { .. } => Code::NoOffence,
            Self::UnknownCulprit { .. } => Code::UnknownCulprit,
        }
    }

    /// The part of the file that a reader should look at.
    pub fn part(&self) -> String {
        match self {
            Self::Oversize { .. } | Self::Json(_) => "finding".to_owned(),
            Self::MalformedFinding { member, .. } => (*member).to_owned(),
            Self::UnknownOffence { .. } | Self::NoOffence { .. } => "offence".to_owned(),
            Self::Culprit(_) | Self::UnknownCulprit { .. } => "culprit".to_owned(),
            Self::Checkpoint { part, .. } => part.to_string(),
            Self::Prefix(_) => "hashes".to_owned(),
        }
    }

    pub(crate) fn in_part(part: Part) -> impl Fn(CheckpointError) -> Self {
        move |source| Self::Checkpoint { part, source }
    }
}

pub(crate) const fn malformed(member: &'static str, expected: &'static str) -> FindingError {
    FindingError::MalformedFinding { member, expected }
}
