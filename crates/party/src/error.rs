use std::path::{Path, PathBuf};

use detente_agreement::AgreementError;
use detente_checkpoint::{CheckpointError, SigningFault};
use detente_core::{Code, CoreError, KeyDigest, LeafIndex, LogId, TreeSize};
use detente_disclosure::DisclosureError;
use detente_log::LogError;
use detente_presentation::PresentationError;
use detente_statement::{Kind, StatementError};
use thiserror::Error;

use crate::{FormFault, Place, TokenFault};

/// Why a party's command could not be carried out.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PartyError {
    /// A file or folder that cannot be used.
    #[error("{}: {source}", path.display())]
    Unavailable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The operating system gave no random bytes.
    #[error("expected random bytes from the operating system, got none")]
    Randomness,
    /// The vault's database failed.
    #[error("vault: {0}")]
    Database(#[from] rusqlite::Error),
    /// No vault where one is expected.
    #[error("{}: expected a party's vault, got none", path.display())]
    NoVault {
        /// Where.
        path: PathBuf,
    },
    /// A folder that already holds a party.
    #[error("{}: expected no party yet, got one", path.display())]
    PartyExists {
        /// Where.
        path: PathBuf,
    },
    /// A vault of another format.
    #[error("{}: expected a vault of format 1, got another", path.display())]
    VaultFormat {
        /// Where.
        path: PathBuf,
    },
    /// The unlock secret does not open the vault.
    #[error("{}: expected the unlock file of this vault, got another", path.display())]
    WrongUnlock {
        /// The vault.
        path: PathBuf,
    },
    /// The passphrase does not open the vault.
    #[error("{}: expected the passphrase of this vault, got another", path.display())]
    WrongPassphrase {
        /// The vault.
        path: PathBuf,
    },
    /// A vault that is opened by other means.
    #[error("{}: expected {expected}, got other means to open the vault", path.display())]
    OtherMeans {
        /// The vault.
        path: PathBuf,
        /// The means.
        expected: &'static str,
    },
    /// No passphrase.
    #[error("expected a passphrase of 1 to 1024 bytes in one line of UTF-8, got another text")]
    Passphrase,
    /// Not an unlock file.
    #[error("{}: expected an unlock file, got other contents", path.display())]
    UnlockFile {
        /// Where.
        path: PathBuf,
    },
    /// Others may read the unlock file.
    #[error("{}: expected mode 600, got {mode:o}", path.display())]
    UnlockFileOpen {
        /// Where.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// A sealed row that does not open: damaged, or moved.
    #[error("vault: row {number} of table {table} does not open")]
    VaultRow {
        /// The table.
        table: &'static str,
        /// The row.
        number: u64,
    },
    /// The log holds an entry that the vault does not know: the vault is an old copy.
    #[error(
        "entry {index}: expected an entry that this vault sealed, got another: the vault is older than its log"
    )]
    VaultBehindLog {
        /// The entry.
        index: LeafIndex,
    },
    /// The vault holds an entry that was published and that the log does not hold: the log is an old copy.
    #[error("entry {index}: expected a published entry, got none: the log is older than its vault")]
    LogBehindVault {
        /// The entry.
        index: LeafIndex,
    },
    /// An entry that was a key event when the vault looked at it.
    #[error("entry {index}: expected the key event that this vault noted, got another entry")]
    NoKeyEvent {
        /// The entry.
        index: LeafIndex,
    },
    /// The vault's key of a role is none that may sign in the log: the vault is an old copy.
    #[error(
        "expected a key that the log lets sign as its {role} key, got {key}: the vault is older than its log"
    )]
    KeyNotUsable {
        /// The role.
        role: &'static str,
        /// The key in use.
        key: KeyDigest,
    },
    /// The log has ended.
    #[error("expected a log that goes on, got one that entry {index} closes")]
    LogClosed {
        /// The entry.
        index: LeafIndex,
    },
    /// A key that cannot be revoked.
    #[error("expected a usable author key of this log, got {why}")]
    KeyNotRevocable {
        /// The digest typed.
        key: KeyDigest,
        /// What it is.
        why: &'static str,
    },
    /// Without an author key the party could sign no key event and no grant any more.
    #[error("expected another author key in the vault to go on with, got none")]
    LastAuthorKey {
        /// The key in use.
        key: KeyDigest,
    },
    /// A thread that sealed reports is gone.
    #[error("expected the thread that seals reports, got none")]
    SealingStopped,
    /// No counter is left.
    #[error("vault: expected a counter below 2^63, got none")]
    CountersSpent,
    /// A report that is no strict JSON.
    #[error("{place}: column {column}: {fault}")]
    Report {
        /// File and line.
        place: Place,
        /// One-based column in bytes.
        column: usize,
        /// The rule broken.
        fault: detente_core::json::Fault,
    },
    /// A report longer than the limit.
    #[error("{place}: expected a report of at most {limit} bytes, got more")]
    ReportTooLong {
        /// File and line.
        place: Place,
        /// The limit in bytes.
        limit: usize,
    },
    /// A file of reports longer than the limit.
    #[error("{file}: expected at most {limit} bytes unless it is JSON Lines, got more")]
    ReportsTooLong {
        /// The file.
        file: String,
        /// The limit in bytes.
        limit: u64,
    },
    /// A report that does not fit the profile.
    #[error("{place}: {source}")]
    ReportShape {
        /// File and line.
        place: Place,
        /// The pointer and the rule broken.
        source: DisclosureError,
    },
    /// A report without an incident id.
    #[error("{place}: /incident_id: expected a string, got none")]
    NoIncidentId {
        /// File and line.
        place: Place,
    },
    /// An incident id that is already committed.
    #[error("{place}: expected a new incident id, got {id:?}, which entry {entry} holds")]
    DuplicateIncident {
        /// File and line.
        place: Place,
        /// The id.
        id: String,
        /// The entry that holds it.
        entry: LeafIndex,
    },
    /// An incident id that an earlier report of the same batch has.
    #[error("{place}: expected a new incident id, got {id:?}, which {earlier} has too")]
    DuplicateInBatch {
        /// File and line.
        place: Place,
        /// The id.
        id: String,
        /// File and line of the earlier report.
        earlier: Place,
    },
    /// An amendment of an incident id that is not committed.
    #[error("{place}: expected the incident id of a committed report, got {id:?}, which no entry holds")]
    UnknownIncident {
        /// File and line.
        place: Place,
        /// The id.
        id: String,
    },
    /// A batch without a report.
    #[error("expected at least one report, got none")]
    NoReports,
    /// An entry that the vault has no record of.
    #[error("entry {index}: expected an entry that this vault sealed, got none")]
    NoRecord {
        /// Which.
        index: LeafIndex,
    },
    /// An entry that an older copy of the vault did not seal.
    #[error("entry {index}: expected an entry that this vault can open, got one that is unknown to it")]
    UnknownEntry {
        /// Which.
        index: LeafIndex,
    },
    /// An entry that the vault knows, where one is expected that it does not.
    #[error("entry {index}: expected an entry that is unknown to this vault, got another")]
    NotUnknown {
        /// Which.
        index: LeafIndex,
    },
    /// A vault without unknown entries.
    #[error("expected a vault with unknown entries, got one that knows every sealed entry of its log")]
    NothingUnknown,
    /// Documents that give the sealed value of no unknown entry.
    #[error(
        "expected a report that gives the sealed value of an unknown entry, got {documents} that give none of {unknown}: the report, its envelope or the vault is another"
    )]
    NotRecovered {
        /// How many documents were tried.
        documents: usize,
        /// How many unknown entries they were tried against.
        unknown: usize,
    },
    /// A recovery that ended early; what it had found is stored.
    #[error("{source}")]
    RecoveryStopped {
        /// The rows that were found before.
        recovered: Vec<crate::Recovered>,
        /// Why it ended.
        source: Box<PartyError>,
    },
    /// Not a vault's export, or one that was cut, reordered, extended or changed.
    #[error("{}: part {part}: expected {expected}", path.display())]
    MalformedExport {
        /// The export.
        path: PathBuf,
        /// The part, from 0.
        part: u64,
        /// The rule broken.
        expected: &'static str,
    },
    /// An export whose first part does not open.
    #[error("{}: expected {expected} of this export, got another, or a changed file", path.display())]
    WrongExportSecret {
        /// The export.
        path: PathBuf,
        /// The means.
        expected: &'static str,
    },
    /// An export that is opened by other means.
    #[error("{}: expected {expected}, got other means to open the export", path.display())]
    OtherExportMeans {
        /// The export.
        path: PathBuf,
        /// The means.
        expected: &'static str,
    },
    /// A row too long for a part of an export.
    #[error("vault: row {number} of table {table}: expected at most {limit} bytes in an export, got more")]
    RowTooLong {
        /// The table.
        table: &'static str,
        /// The row.
        number: u64,
        /// The limit of a part.
        limit: usize,
    },
    /// An export's file that is there already.
    #[error("{}: expected no file of that name yet, got one", path.display())]
    ExportExists {
        /// Where.
        path: PathBuf,
    },
    /// A vault where none is expected.
    #[error("{}: expected no vault yet, got one", path.display())]
    VaultExists {
        /// Where.
        path: PathBuf,
    },
    /// Another log than the vault's.
    #[error("{}: expected log {expected}, got log {got}", path.display())]
    ForeignLog {
        /// The log's folder.
        path: PathBuf,
        /// The vault's.
        expected: LogId,
        /// The one there.
        got: LogId,
    },
    /// An entry of the log that is another than a row of the vault says.
    #[error("entry {index}: expected the entry that the vault's row names, got another")]
    EntryMismatch {
        /// The entry.
        index: LeafIndex,
    },
    /// An entry above the newest signed note that the vault was not about to publish.
    #[error(
        "entry {index}: expected no entry above the log's newest checkpoint but those that the vault has pending, got another"
    )]
    UnsignedEntry {
        /// The entry.
        index: LeafIndex,
    },
    /// A log in another folder than the party's own: each has a lock of its own, and one key would sign both.
    #[error("{}: expected the log of this party, {}, got another folder", got.display(), expected.display())]
    OtherLogFolder {
        /// The party's log.
        expected: PathBuf,
        /// The folder.
        got: PathBuf,
    },
    /// A journal of SQLite in the place of a new vault's: it would be applied to it.
    #[error("{}: expected no journal beside the place of a new vault, got one", path.display())]
    StaleJournal {
        /// The journal.
        path: PathBuf,
    },
    /// A key in use that an event of the log ended: the vault is an old copy.
    #[error(
        "expected a {role} key that the log lets sign, got {key}, which entry {index} ended: the vault is older than its log"
    )]
    KeyEnded {
        /// The role.
        role: &'static str,
        /// The key in use.
        key: KeyDigest,
        /// The event.
        index: LeafIndex,
    },
    /// The party's own log, which does not pass its check.
    #[error("{0}")]
    OwnLogCheck(#[source] Box<detente_log::CheckFailure>),
    /// An entry that is not published.
    #[error("entry {index}: expected a published entry, got one that is still pending")]
    Pending {
        /// Which.
        index: LeafIndex,
    },
    /// An index above the log.
    #[error("entry {index}: expected an entry of a log that holds {size}, got an index above it")]
    NoEntry {
        /// Which.
        index: LeafIndex,
        /// The size of the log.
        size: TreeSize,
    },
    /// A record that does not give the entry's sealed value: damaged, or of another entry.
    #[error("entry {index}: expected the sealed value that its record gives, got another")]
    RecordMismatch {
        /// Which.
        index: LeafIndex,
    },
    /// A name that no file in `trusted/` maps to a key.
    #[error("{name}: expected a key file, or a name that a .vkey file in {} maps to a key", folder.display())]
    UnknownAudience {
        /// The name typed.
        name: String,
        /// Where it was looked up.
        folder: PathBuf,
    },
    /// A key file that holds no key.
    #[error("{}: {source}", path.display())]
    KeyFile {
        /// Where.
        path: PathBuf,
        /// The rule broken.
        source: CheckpointError,
    },
    /// A key file with a key of another type than an audience's.
    #[error("{}: expected a key of type 0x01, got one of type 0x04", path.display())]
    KeyFileType {
        /// Where.
        path: PathBuf,
    },
    /// Two keys of one name.
    #[error("{name}: expected one key of that name in {}, got two", folder.display())]
    AmbiguousAudience {
        /// The name typed.
        name: String,
        /// Where it was looked up.
        folder: PathBuf,
    },
    /// Not an age recipient.
    #[error("expected an age recipient (age1…), got {got:?}")]
    Recipient {
        /// The text typed.
        got: String,
    },
    /// Encryption failed.
    #[error("age: {reason}")]
    Encryption {
        /// Why.
        reason: String,
    },
    /// A name of no saved set of fields.
    #[error("{name}: expected the name of a set of fields in {}", folder.display())]
    UnknownSet {
        /// The name typed.
        name: String,
        /// Where it was looked up.
        folder: PathBuf,
    },
    /// A line of a saved set that names no field.
    #[error("{}:{line}: {source}", path.display())]
    SetLine {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// The rule broken.
        source: DisclosureError,
    },
    /// A saved set that is there already.
    #[error("{}: expected no set of that name yet, got one", path.display())]
    SetExists {
        /// Where.
        path: PathBuf,
    },
    /// An argument of another form.
    #[error("{argument}: expected {expected}")]
    Argument {
        /// Which.
        argument: &'static str,
        /// The form.
        expected: &'static str,
    },
    /// A token, its module or its PIN.
    #[error(transparent)]
    Token(#[from] TokenFault),
    /// A key file or checkpoint.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// A statement.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// Another log that does not pass its check.
    #[error("{0}")]
    OtherLog(#[source] Box<detente_log::CheckFailure>),
    /// A form, or what stands in it.
    #[error("{0}")]
    Form(FormFault),
    /// A body or a content.
    #[error(transparent)]
    Agreement(#[from] AgreementError),
    /// A kind of statement that is not issued by itself.
    #[error("{kind}: expected a visible kind of statement that has no command of its own, got this one")]
    NotIssued {
        /// The kind.
        kind: Kind,
    },
    /// The party's own log, where another is expected.
    #[error("expected the log of another party, got this party's own")]
    OwnLog,
    /// A field name or a slot.
    #[error(transparent)]
    Disclosure(#[from] DisclosureError),
    /// A presentation.
    #[error(transparent)]
    Presentation(#[from] PresentationError),
    /// The party's own log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A value of our own that breaks a rule of `core`.
    #[error(transparent)]
    Core(#[from] CoreError),
}

impl PartyError {
    pub(crate) fn unavailable(path: &Path) -> impl Fn(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Unavailable { path: path.clone(), source }
    }

    /// A fault at a place, `before` lines above the text that was parsed.
    pub(crate) fn json(place: &Place, error: CoreError, before: usize) -> Self {
        match error {
            CoreError::Json { fault, line, column } => {
                let line = if line > 1 || before > 0 { before + line } else { place.line };
                Self::Report { place: Place { file: place.file.clone(), line }, column, fault }
            }
            other => Self::Core(other),
        }
    }

    /// This error, with its place when it is a fault of the text that was parsed there.
    pub(crate) fn at(self, place: &Place, before: usize) -> Self {
        match self {
            Self::Core(error @ CoreError::Json { .. }) => Self::json(place, error, before),
            other => other,
        }
    }

    /// The fault of a key that did not sign, wherever it was needed.
    pub const fn signing_fault(&self) -> Option<&SigningFault> {
        match self {
            Self::Checkpoint(CheckpointError::Signing(fault))
            | Self::Statement(StatementError::Signing(fault))
            | Self::Log(LogError::Checkpoint(CheckpointError::Signing(fault))) => Some(fault),
            _ => None,
        }
    }

    /// The stable code, `specs/core.md` "Codes".
    pub fn code(&self) -> Code {
        match self {
            Self::Unavailable { .. }
            | Self::Randomness
            | Self::Database(_)
            | Self::NoVault { .. }
            | Self::VaultFormat { .. }
            | Self::WrongUnlock { .. }
            | Self::WrongPassphrase { .. }
            | Self::OtherMeans { .. }
            | Self::UnlockFile { .. }
            | Self::UnlockFileOpen { .. }
            | Self::VaultRow { .. }
            | Self::RecordMismatch { .. }
            | Self::WrongExportSecret { .. }
            | Self::OtherExportMeans { .. }
            | Self::RowTooLong { .. }
            | Self::NoKeyEvent { .. }
            | Self::SealingStopped
            | Self::CountersSpent => Code::Unavailable,
            Self::VaultBehindLog { .. } | Self::KeyNotUsable { .. } | Self::KeyEnded { .. } => {
                Code::VaultBehindLog
            }
            Self::LogBehindVault { .. } => Code::LogBehindVault,
            Self::EntryMismatch { .. } | Self::UnsignedEntry { .. } => Code::EntryMismatch,
            Self::MalformedExport { .. } => Code::MalformedExport,
            Self::NotRecovered { .. } => Code::NotRecovered,
            Self::RecoveryStopped { source, .. } => source.code(),
            Self::ForeignLog { .. } => Code::LogMismatch,
            Self::OwnLogCheck(failure) => failure.code(),
            Self::Report { fault, .. } => fault.code(),
            Self::ReportTooLong { .. } | Self::ReportsTooLong { .. } => Code::Oversize,
            Self::ReportShape { source, .. } => source.code(),
            Self::NoIncidentId { .. } => Code::FieldType,
            Self::DuplicateIncident { .. } | Self::DuplicateInBatch { .. } => Code::DuplicateIncident,
            Self::UnknownIncident { .. } => Code::UnknownIncident,
            Self::PartyExists { .. }
            | Self::Passphrase
            | Self::LogClosed { .. }
            | Self::KeyNotRevocable { .. }
            | Self::LastAuthorKey { .. }
            | Self::NoReports
            | Self::OwnLog
            | Self::NotIssued { .. }
            | Self::NoRecord { .. }
            | Self::UnknownEntry { .. }
            | Self::NotUnknown { .. }
            | Self::NothingUnknown
            | Self::ExportExists { .. }
            | Self::VaultExists { .. }
            | Self::StaleJournal { .. }
            | Self::OtherLogFolder { .. }
            | Self::NoEntry { .. }
            | Self::Pending { .. }
            | Self::UnknownAudience { .. }
            | Self::AmbiguousAudience { .. }
            | Self::KeyFileType { .. }
            | Self::UnknownSet { .. }
            | Self::SetExists { .. }
            | Self::Recipient { .. }
            | Self::Encryption { .. }
            | Self::Argument { .. } => Code::Misuse,
            Self::Form(_) => Code::MalformedForm,
            Self::Agreement(error) => error.code(),
            Self::Token(fault) => fault.code(),
            Self::Checkpoint(error) | Self::KeyFile { source: error, .. } => error.code(),
            Self::Statement(error) => error.code(),
            Self::Disclosure(error) | Self::SetLine { source: error, .. } => error.code(),
            Self::Presentation(error) => error.code(),
            Self::Log(error) => error.code(),
            Self::OtherLog(failure) => failure.code(),
            Self::Core(error) => error.code(),
        }
    }
}
