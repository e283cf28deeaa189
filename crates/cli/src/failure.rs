//! A command that did not end well: one line with code and culprit, a hint, an exit code.

use core::fmt;

use detente_checkpoint::{CheckpointError, SigningFault};
use detente_core::{Code, CoreError, json::Value};
use detente_disclosure::DisclosureError;
use detente_log::{CheckFailure, Culprit, LogError, MirrorFailure};
use detente_party::{PartyError, TokenFault};
use detente_presentation::PresentationError;
use detente_statement::StatementError;

/// Why a command ends with another exit code than 0.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) code: Code,
    /// The cause's code, where the code itself only says where.
    pub(crate) cause: Option<Code>,
    /// What the failure is about.
    pub(crate) culprit: String,
    pub(crate) message: String,
    /// What to do next.
    pub(crate) hint: Option<String>,
    pub(crate) exit: u8,
}

impl Failure {
    pub(crate) fn new(code: Code, culprit: impl Into<String>, message: impl fmt::Display) -> Self {
        let (culprit, message) = (culprit.into(), message.to_string());
        // A library's message often begins with the culprit; once is enough on one line.
        let mut rest = message.as_str();
        while let Some(shorter) = rest.strip_prefix(&culprit).and_then(|rest| rest.strip_prefix(": ")) {
            rest = shorter;
        }
        Self {
            code,
            cause: None,
            message: rest.to_owned(),
            culprit,
            hint: None,
            exit: code.class().exit_code(),
        }
    }

    /// An argument that makes no sense.
    pub(crate) fn misuse(culprit: impl Into<String>, message: impl fmt::Display) -> Self {
        Self::new(Code::Misuse, culprit, message)
    }

    /// A file that cannot be read or written.
    pub(crate) fn unavailable(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::new(Code::Unavailable, path.display().to_string(), error)
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The failure is in what the reader brought along, such as a policy: it could not be checked, exit code 2.
    pub(crate) const fn of_reader(mut self) -> Self {
        self.exit = 2;
        self
    }

    pub(crate) fn to_json(&self) -> Value {
        let optional = |text: Option<&str>| text.map_or(Value::Null, Value::from);
        Value::from([
            ("detente", "failure/v1".into()),
            ("code", self.code.as_str().into()),
            ("class", self.code.class().as_str().into()),
            ("cause", optional(self.cause.map(Code::as_str))),
            ("culprit", self.culprit.as_str().into()),
            ("message", self.message.as_str().into()),
            ("hint", optional(self.hint.as_deref())),
            ("exit", u32::from(self.exit).into()),
        ])
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.code)?;
        if let Some(cause) = self.cause {
            write!(formatter, " ({cause})")?;
        }
        writeln!(formatter, " {}: {}", self.culprit, self.message)?;
        match &self.hint {
            Some(hint) => writeln!(formatter, "hint: {hint}"),
            None => Ok(()),
        }
    }
}

impl From<PresentationError> for Failure {
    fn from(error: PresentationError) -> Self {
        let hint = match error.code() {
            Code::Relayed => Some("ask the party of that log for a presentation of its own"),
            Code::UnknownLog => Some("is this the policy of the party whose log it is?"),
            Code::UnderWitnessed => Some("ask for a presentation under a checkpoint with more cosignatures"),
            Code::UnsupportedVersion | Code::UnknownProfile => Some("a newer detente may know it"),
            _ => None,
        };
        Self { hint: hint.map(str::to_owned), ..Self::new(error.code(), error.culprit(), error) }
    }
}

impl From<PartyError> for Failure {
    fn from(error: PartyError) -> Self {
        if let PartyError::Presentation(error) = error {
            return error.into();
        }
        if let Some(fault) = error.signing_fault() {
            return fault.into();
        }
        let error = match error {
            PartyError::Token(fault) => return fault.into(),
            PartyError::OtherLog(failure) | PartyError::OwnLogCheck(failure) => return (*failure).into(),
            other => other,
        };
        let culprit = match &error {
            PartyError::Unavailable { path, .. }
            | PartyError::KeyFile { path, .. }
            | PartyError::KeyFileType { path }
            | PartyError::NoVault { path }
            | PartyError::PartyExists { path }
            | PartyError::VaultFormat { path }
            | PartyError::WrongUnlock { path }
            | PartyError::WrongPassphrase { path }
            | PartyError::OtherMeans { path, .. }
            | PartyError::UnlockFile { path }
            | PartyError::UnlockFileOpen { path, .. }
            | PartyError::MalformedExport { path, .. }
            | PartyError::WrongExportSecret { path, .. }
            | PartyError::OtherExportMeans { path, .. }
            | PartyError::ExportExists { path }
            | PartyError::VaultExists { path }
            | PartyError::StaleJournal { path }
            | PartyError::OtherLogFolder { got: path, .. }
            | PartyError::ForeignLog { path, .. }
            | PartyError::SetExists { path } => path.display().to_string(),
            PartyError::Report { place, .. }
            | PartyError::ReportTooLong { place, .. }
            | PartyError::NoIncidentId { place }
            | PartyError::DuplicateInBatch { place, .. }
            | PartyError::UnknownIncident { place, .. }
            | PartyError::DuplicateIncident { place, .. } => place.to_string(),
            PartyError::Passphrase => "passphrase".to_owned(),
            PartyError::NoReports | PartyError::NotRecovered { .. } => "FILE".to_owned(),
            PartyError::ReportShape { place, source } => match source.pointer() {
                Some(pointer) if !pointer.is_empty() => format!("{place} {pointer}"),
                _ => place.to_string(),
            },
            PartyError::NoRecord { index }
            | PartyError::UnknownEntry { index }
            | PartyError::NotUnknown { index }
            | PartyError::EntryMismatch { index }
            | PartyError::UnsignedEntry { index }
            | PartyError::Pending { index }
            | PartyError::NoEntry { index, .. }
            | PartyError::RecordMismatch { index } => format!("entry {index}"),
            PartyError::LogBehindVault { .. }
            | PartyError::LogClosed { .. }
            | PartyError::NoKeyEvent { .. } => "log".to_owned(),
            PartyError::KeyNotRevocable { key, .. } | PartyError::LastAuthorKey { key } => key.to_string(),
            PartyError::KeyNotUsable { .. }
            | PartyError::KeyEnded { .. }
            | PartyError::NothingUnknown
            | PartyError::RowTooLong { .. }
            | PartyError::VaultBehindLog { .. }
            | PartyError::Database(_)
            | PartyError::VaultRow { .. } => "vault".to_owned(),
            PartyError::UnknownAudience { name, .. } | PartyError::AmbiguousAudience { name, .. } => {
                name.clone()
            }
            PartyError::Argument { argument, .. } => (*argument).to_owned(),
            PartyError::UnknownSet { name, .. } => name.clone(),
            PartyError::SetLine { path, line, .. } => format!("{}:{line}", path.display()),
            PartyError::Recipient { .. } => "--encrypt-to".to_owned(),
            PartyError::Disclosure(DisclosureError::UnknownName { name, .. }) => name.clone(),
            PartyError::Log(error) => log_culprit(error),
            _ => "party".to_owned(),
        };
        let hint = match &error {
            PartyError::NoVault { .. } => {
                Some("name the party's folder with --party, or make one with `detente init`")
            }
            PartyError::PartyExists { .. } => Some("choose another folder; a party is never overwritten"),
            PartyError::UnlockFileOpen { .. } => Some("chmod 600 the unlock file"),
            PartyError::OtherMeans { expected: "a passphrase", .. } => {
                Some("--passphrase-file FILE names a file with it; on a terminal leave out --unlock")
            }
            PartyError::OtherMeans { .. } => Some("--unlock FILE names the unlock file"),
            PartyError::KeyFile { .. } | PartyError::KeyFileType { .. } => {
                Some("name the .vkey file that a party hands over")
            }
            PartyError::LogBehindVault { .. } => {
                Some("restore the newest copy of the log; going on would publish a second version of it")
            }
            PartyError::DuplicateInBatch { .. } | PartyError::DuplicateIncident { .. } => {
                Some("--duplicates amend commits it as an amendment, --duplicates skip leaves it out")
            }
            PartyError::UnknownIncident { .. } => Some("a first report is committed with `detente commit`"),
            PartyError::ReportShape { source: DisclosureError::UnknownProperty { pointer, .. }, .. }
                if !pointer.starts_with("/plus/") =>
            {
                Some("--extra plus keeps unknown properties under plus")
            }
            PartyError::AmbiguousAudience { .. } => Some("name the key file instead"),
            PartyError::UnknownAudience { .. } => {
                Some("copy the audience's .vkey file into trusted/, or name the file")
            }
            PartyError::Disclosure(DisclosureError::UnknownName { .. }) => Some(
                "`detente disclose INDEX --field id --dry-run` shows slot names; dotted pointers such as victim.country work too",
            ),
            PartyError::UnknownSet { .. } => {
                Some("`detente sets list` shows the sets there are, `detente sets save` makes one")
            }
            PartyError::SetExists { .. } => Some("--force overwrites it"),
            PartyError::NoRecord { .. } => Some("`detente entries` lists what can be disclosed"),
            PartyError::KeyNotUsable { .. } | PartyError::KeyEnded { .. } => {
                Some("restore the newest copy of the vault")
            }
            PartyError::UnknownEntry { .. } => {
                Some("`detente vault recover` opens it again when its report is at hand")
            }
            PartyError::NotUnknown { .. } => {
                Some("`detente entries --kind unknown` lists the unknown entries")
            }
            PartyError::NotRecovered { .. } => Some(
                "give the report byte for byte as it was committed, with the --stage, --claimed-time, --author-role and --severity of then",
            ),
            PartyError::OtherExportMeans { expected: "a passphrase", .. } => {
                Some("--export-passphrase-file FILE names a file with the passphrase of the export")
            }
            PartyError::OtherExportMeans { .. } => {
                Some("--export-unlock FILE names the unlock file of the export")
            }
            PartyError::MalformedExport { .. } => {
                Some("nothing of it was used; make it again with `detente vault export`, or copy it again")
            }
            PartyError::ExportExists { .. } => Some("choose another name; an export is never overwritten"),
            PartyError::VaultExists { .. } => {
                Some("move it aside, to be kept until the import is done; a vault is never overwritten")
            }
            PartyError::ForeignLog { .. } => Some("put this party's own log there"),
            PartyError::OtherLogFolder { .. } => Some("`detente log serve DIR/log --party DIR`"),
            PartyError::StaleJournal { .. } => {
                Some("it belongs to the vault that was there: move both aside together, and import again")
            }
            PartyError::UnsignedEntry { .. } => Some(
                "nothing was signed; put the log there that this party published, from its own folder or a copy that it trusts",
            ),
            PartyError::EntryMismatch { .. } => {
                Some("the log is another continuation than the vault's; put the published one there")
            }
            PartyError::LastAuthorKey { .. } => {
                Some("`detente keys rotate --role author` replaces it, `detente keys add` makes another")
            }
            PartyError::VaultBehindLog { .. } => Some(
                "restore the newest copy of the vault, or go on from this one with a new epoch: `detente vault export`, then `detente vault import`",
            ),
            PartyError::Log(LogError::Locked { .. }) => {
                Some("another command is writing this log; try again when it has ended")
            }
            _ => None,
        };
        let of_reader = matches!(error, PartyError::KeyFile { .. } | PartyError::SetLine { .. });
        let message = match &error {
            // The culprit names the place already.
            PartyError::ReportShape { source, .. } | PartyError::SetLine { source, .. } => source.to_string(),
            error => error.to_string(),
        };
        let failure = Self { hint: hint.map(str::to_owned), ..Self::new(error.code(), culprit, message) };
        if of_reader { failure.of_reader() } else { failure }
    }
}

impl From<TokenFault> for Failure {
    fn from(fault: TokenFault) -> Self {
        let failure = Self::new(fault.code(), fault.culprit(), &fault);
        Self { hint: fault.next().map(str::to_owned), ..failure }
    }
}

impl From<&SigningFault> for Failure {
    fn from(fault: &SigningFault) -> Self {
        let text = fault.to_string();
        let culprit = text.split_once(": ").map_or("key", |(culprit, _)| culprit);
        let hint = match fault {
            SigningFault::Refused { next, .. } if !next.is_empty() => Some(next.clone()),
            SigningFault::WrongSignature { .. } => Some(
                "nothing was published with it; use another token, and rotate the key away from this one"
                    .to_owned(),
            ),
            _ => None,
        };
        Self { hint, ..Self::new(Code::Unavailable, culprit, &text) }
    }
}

impl From<MirrorFailure> for Failure {
    fn from(error: MirrorFailure) -> Self {
        match error {
            MirrorFailure::Log(failure) => failure.into(),
            error => Self::new(error.code(), "checkpoint", error),
        }
    }
}

impl From<CheckFailure> for Failure {
    fn from(error: CheckFailure) -> Self {
        if let CheckFailure::Log(error @ LogError::Unauthenticated { .. }) = error {
            return error.into();
        }
        let culprit = match error.culprit() {
            Some(Culprit::Path(path)) => path,
            Some(Culprit::Entry(index)) => format!("entry {index}"),
            None => "log".to_owned(),
        };
        Self { cause: error.cause(), ..Self::new(error.code(), culprit, error) }
    }
}

impl From<LogError> for Failure {
    fn from(error: LogError) -> Self {
        if let LogError::Unauthenticated { .. } = error {
            // Nothing was looked at: what the reader brought along is not what the log asks for.
            return Self::new(error.code(), log_culprit(&error), error)
                .hint("--token-file FILE or --certificate FILE --key FILE, as the log's operator gave them")
                .of_reader();
        }
        Self::new(error.code(), log_culprit(&error), error)
    }
}

fn log_culprit(error: &LogError) -> String {
    match error {
        LogError::Unavailable { path, .. }
        | LogError::Locked { path }
        | LogError::Unauthenticated { path } => path.display().to_string(),
        _ => "log".to_owned(),
    }
}

impl From<CheckpointError> for Failure {
    fn from(error: CheckpointError) -> Self {
        Self::new(error.code(), "checkpoint", error)
    }
}

impl From<StatementError> for Failure {
    fn from(error: StatementError) -> Self {
        Self::new(error.code(), "entry", error)
    }
}

impl From<CoreError> for Failure {
    fn from(error: CoreError) -> Self {
        Self::new(error.code(), "input", error)
    }
}
