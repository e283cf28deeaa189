//! Why an audit ends without a report.

use detente_agreement::{AgreementError, PartyId};
use detente_checkpoint::CheckpointError;
use detente_core::{Code, CoreError, Digest, LogId, TreeSize};
use detente_finding::Finding;
use detente_merkle::MerkleError;
use detente_statement::StatementError;
use thiserror::Error;

/// Why an audit ends without a report. Source: `specs/audit.md` "Procedure", "Annex", "Notebook".
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum AuditError {
    /// The reader's policy or its companion.
    #[error(transparent)]
    Policy(CheckpointError),
    /// An agreement, by its number from 0, or that it does not go with the policy.
    #[error("agreement {number}: {source}")]
    Agreement {
        /// Which.
        number: usize,
        /// Why.
        source: AgreementError,
    },
    /// Two agreements give one log two origins.
    #[error(
        "agreement {number}: expected origin {expected} of log {log}, as an agreement before it says, got {got}"
    )]
    TwoOrigins {
        /// The later agreement.
        number: usize,
        /// The log.
        log: LogId,
        /// The origin of the first.
        expected: String,
        /// The other.
        got: String,
    },
    /// Two agreements give one id to two logs.
    #[error(
        "agreement {number}: expected party {party} to be log {expected}, as an agreement before it says, got {got}"
    )]
    TwoLogs {
        /// The later agreement.
        number: usize,
        /// The id.
        party: PartyId,
        /// The log of the first.
        expected: LogId,
        /// The other.
        got: LogId,
    },
    /// A log that no agreement names.
    #[error("log {log}: expected a log of a party of the agreements, got another")]
    UnknownLog {
        /// The log.
        log: LogId,
    },
    /// One log was handed over twice.
    #[error("log {log}: expected each log once, got it twice")]
    LogTwice {
        /// The log.
        log: LogId,
    },
    /// A note of a log, by its number from 0.
    #[error("log of {party}: note {number}: {source}")]
    Note {
        /// Whose log.
        party: PartyId,
        /// Which, in the order given.
        number: usize,
        /// Why.
        source: CheckpointError,
    },
    /// No note meets the quorum, whatever the time asked about.
    #[error("log of {party}: expected a note that meets quorum {quorum}, got none")]
    UnderWitnessed {
        /// Whose log.
        party: PartyId,
        /// The name of the quorum.
        quorum: String,
    },
    /// Fewer entries than the audited size.
    #[error("log of {party}: expected {expected} entries, got {got}")]
    MissingEntries {
        /// Whose log.
        party: PartyId,
        /// The audited size.
        expected: TreeSize,
        /// What is there.
        got: TreeSize,
    },
    /// The entries do not give the root of the audited note.
    #[error("log of {party}: expected entries with root {expected} at size {size}, got {got}")]
    RootMismatch {
        /// Whose log.
        party: PartyId,
        /// The audited size.
        size: TreeSize,
        /// The root that the log signed.
        expected: Digest,
        /// The root of the entries.
        got: Digest,
    },
    /// A note that is not of the tree that the entries make.
    #[error(transparent)]
    Fork(Box<Fork>),
    /// Entry 0 begins no log.
    #[error("log of {party}: entry 0: {source}")]
    Genesis {
        /// Whose log.
        party: PartyId,
        /// Why.
        source: StatementError,
    },
    /// Entry 0 is the one of another log.
    #[error("log of {party}: expected log {expected}, got {got}")]
    LogMismatch {
        /// Whose log.
        party: PartyId,
        /// The log that the agreement names.
        expected: LogId,
        /// The log that the entries make.
        got: LogId,
    },
    /// An origin of notes or of entry 0 that is not the party's.
    #[error("log of {party}: {place}: expected origin {expected}, got {got}")]
    OriginMismatch {
        /// Whose log.
        party: PartyId,
        /// Where.
        place: String,
        /// The party's origin.
        expected: String,
        /// The other.
        got: String,
    },
    /// The audited note is not signed by the key in entry 0.
    #[error(
        "log of {party}: expected the audited note to be signed by {vkey} of entry 0, as a log of the policy"
    )]
    UnknownGenesisKey {
        /// Whose log.
        party: PartyId,
        /// The key in entry 0.
        vkey: String,
    },
    /// The log shows less than the notebook holds.
    #[error("log of {party}: expected a note of size {expected} or more, which it showed before, got {got}")]
    OlderCheckpoint {
        /// Whose log.
        party: PartyId,
        /// The size of the notebook's note.
        expected: TreeSize,
        /// The largest size of its notes now.
        got: TreeSize,
    },
    /// An entry for an annex that is not the one that was audited.
    #[error("log of {party}: entry {index}: expected the entry that was audited, got another or none")]
    OtherEntry {
        /// Whose log.
        party: PartyId,
        /// Where.
        index: u64,
    },
    /// A notebook that this program did not write, or that was changed.
    #[error("notebook: expected {expected}")]
    MalformedNotebook {
        /// The rule broken.
        expected: &'static str,
    },
    /// `annex.json` is no file of ours.
    #[error("annex.json: {0}")]
    Json(#[source] CoreError),
    /// Not an annex.
    #[error("annex: {path}: expected {expected}")]
    MalformedAnnex {
        /// The file, or the member of `annex.json`.
        path: String,
        /// The rule broken.
        expected: &'static str,
    },
    /// The files of an annex give another report than the one in it.
    #[error("report.json: expected the report that the files give, of SHA-256 {expected}, got {got}")]
    ReportMismatch {
        /// SHA-256 of the report that the files give.
        expected: Digest,
        /// SHA-256 of the one that is there.
        got: Digest,
    },
    /// More entries than a tree has.
    #[error(transparent)]
    Merkle(#[from] MerkleError),
}

/// Two notes that no one tree has, as far as the entries show it.
#[derive(Debug, Clone, PartialEq, Error)]
#[error("log of {party}: {note}: expected root {expected} at size {size}, as the entries give, got {got}")]
pub struct Fork {
    /// Whose log.
    pub party: PartyId,
    /// Where the note is from.
    pub note: String,
    /// Its size.
    pub size: TreeSize,
    /// The root of the entries.
    pub expected: Digest,
    /// The root that the log signed.
    pub got: Digest,
    /// The proof for others. `None` when no note of this size or above it is of the entries' tree: then nothing shows
    /// that the log signed both.
    pub finding: Option<Finding>,
}

impl AuditError {
    /// The stable code, `specs/core.md` "Codes".
    pub fn code(&self) -> Code {
        match self {
            Self::Policy(error) => error.code(),
            Self::Agreement { source, .. } => source.code(),
            Self::TwoOrigins { .. } | Self::OriginMismatch { .. } => Code::OriginMismatch,
            Self::TwoLogs { .. } | Self::LogMismatch { .. } => Code::LogMismatch,
            Self::UnknownLog { .. } | Self::UnknownGenesisKey { .. } => Code::UnknownLog,
            Self::LogTwice { .. } | Self::OtherEntry { .. } => Code::Misuse,
            Self::Note { source, .. } => source.code(),
            Self::UnderWitnessed { .. } => Code::UnderWitnessed,
            Self::MissingEntries { .. } => Code::IndexRange,
            Self::RootMismatch { .. } => Code::RootMismatch,
            Self::Fork(_) => Code::InvalidConsistency,
            Self::Genesis { .. } => Code::MalformedEntry,
            Self::OlderCheckpoint { .. } => Code::OlderCheckpoint,
            Self::MalformedNotebook { .. } => Code::Unavailable,
            Self::Json(error) => error.code(),
            Self::MalformedAnnex { .. } => Code::MalformedAnnex,
            Self::ReportMismatch { .. } => Code::ReportMismatch,
            Self::Merkle(error) => error.code(),
        }
    }

    /// The culprit: the part of the input that a reader should look at.
    pub fn culprit(&self) -> String {
        match self {
            Self::Policy(_) => "policy".to_owned(),
            Self::Agreement { number, source } => format!("agreement {number}: {}", source.culprit()),
            Self::TwoOrigins { number, .. } | Self::TwoLogs { number, .. } => format!("agreement {number}"),
            Self::UnknownLog { log } | Self::LogTwice { log } => format!("log {log}"),
            Self::Note { party, number, .. } => format!("log of {party}: note {number}"),
            Self::UnderWitnessed { party, .. }
            | Self::MissingEntries { party, .. }
            | Self::RootMismatch { party, .. }
            | Self::LogMismatch { party, .. }
            | Self::UnknownGenesisKey { party, .. }
            | Self::OlderCheckpoint { party, .. } => format!("log of {party}"),
            Self::Fork(fork) => format!("log of {}: {}", fork.party, fork.note),
            Self::Genesis { party, .. } => format!("log of {party}: entry 0"),
            Self::OriginMismatch { party, place, .. } => format!("log of {party}: {place}"),
            Self::OtherEntry { party, index } => format!("log of {party}: entry {index}"),
            Self::MalformedNotebook { .. } => "notebook".to_owned(),
            Self::Json(_) => "annex.json".to_owned(),
            Self::MalformedAnnex { path, .. } => path.clone(),
            Self::ReportMismatch { .. } => "report.json".to_owned(),
            Self::Merkle(_) => "entries".to_owned(),
        }
    }
}
