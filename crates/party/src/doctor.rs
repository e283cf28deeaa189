//! What may be wrong with a party's folder, found without changing anything.

mod folders;
mod outbox;
mod rows;

use detente_core::Code;
use detente_log::{CheckReport, LogDirectory, LogError, check_log};

use crate::{Party, PartyError, PartyFolder, UnlockSource};

/// How a part of the party is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// In order.
    Ok,
    /// Nothing is wrong, and something should be done.
    Advice,
    /// Wrong.
    Fault,
    /// Not looked at.
    Skipped,
}

impl Health {
    /// One word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Advice => "advice",
            Self::Fault => "fault",
            Self::Skipped => "skipped",
        }
    }
}

/// One line of the doctor's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was looked at.
    pub part: &'static str,
    /// How it is.
    pub health: Health,
    /// In words.
    pub says: String,
    /// The code of a fault.
    pub code: Option<Code>,
}

impl Finding {
    fn new(part: &'static str, health: Health, says: impl Into<String>) -> Self {
        Self { part, health, says: says.into(), code: None }
    }

    fn fault(part: &'static str, code: Code, says: impl ToString) -> Self {
        Self { part, health: Health::Fault, says: says.to_string(), code: Some(code) }
    }

    fn of(part: &'static str, error: &PartyError) -> Self {
        Self::fault(part, error.code(), error)
    }
}

/// Looks at every part of a party's folder, in a fixed order; with the unlock file also at what the vault holds.
///
/// Reads only. `progress` hears how many entries of how many were replayed.
///
/// # Errors
/// [`PartyError::NoVault`] for a folder that is no party's; everything else is a finding.
pub fn examine(
    folder: &PartyFolder,
    unlock: Option<UnlockSource<'_>>,
    progress: impl FnMut(u64, u64),
) -> Result<Vec<Finding>, PartyError> {
    folder.require()?;
    let mut findings = vec![folders::vault_mode(folder)];
    let opened = unlock.map(|source| source.read().map(|secret| (source.path(), secret)));
    let secret = match opened {
        None => {
            findings.push(Finding::new(
                "unlock",
                Health::Skipped,
                "neither an unlock file nor a passphrase file was named",
            ));
            None
        }
        Some(Err(error)) => {
            findings.push(Finding::of("unlock", &error));
            None
        }
        Some(Ok((path, secret))) => {
            let says = format!("{}: readable by its owner alone", path.display());
            findings.push(Finding::new("unlock", Health::Ok, says));
            Some(secret)
        }
    };
    findings.push(folders::recovery(folder));
    findings.push(lock(folder));
    let log = LogDirectory::open(folder.log()).map_err(PartyError::from);
    let checked = match &log {
        Ok(log) => check(log, progress),
        Err(error) => Err(Finding::of("log", error)),
    };
    match checked {
        Err(finding) => {
            findings.push(finding);
            for part in ["rows", "receipts", "outbox", "share"] {
                findings.push(Finding::new(part, Health::Skipped, "the log is not in order"));
            }
        }
        Ok(report) => {
            let says = format!("{} entries, every leaf, root and signature in order", report.size());
            findings.push(Finding::new("log", Health::Ok, says));
            findings.push(match secret.map(|secret| Party::open(folder.clone(), &secret)) {
                None => Finding::new("rows", Health::Skipped, "the vault was not opened"),
                Some(Err(error)) => Finding::of("rows", &error),
                Some(Ok(party)) => rows::against_log(&party),
            });
            findings.push(folders::receipts(folder, report.size()));
            if let Ok(log) = &log {
                findings.push(outbox::outbox(folder, log, report.size()));
            }
            findings.push(folders::share(folder, &report));
        }
    }
    findings.push(folders::trusted(folder));
    findings.push(folders::sets(folder));
    Ok(findings)
}

fn check(log: &LogDirectory, progress: impl FnMut(u64, u64)) -> Result<CheckReport, Finding> {
    check_log(log, None, progress).map_err(|error| Finding::fault("log", error.code(), error))
}

/// Held for a moment and let go: whoever writes at that moment is told to try again.
fn lock(folder: &PartyFolder) -> Finding {
    let path = folder.log().join("lock");
    let file = match std::fs::File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Finding::new("lock", Health::Ok, "no lock file yet: the next writer makes it");
        }
        Err(error) => return Finding::of("lock", &PartyError::unavailable(&path)(error)),
    };
    match file.try_lock_shared() {
        Ok(()) => Finding::new("lock", Health::Ok, "no command is writing the log"),
        Err(std::fs::TryLockError::WouldBlock) => {
            Finding::fault("lock", Code::Unavailable, LogError::Locked { path })
        }
        Err(std::fs::TryLockError::Error(error)) => {
            Finding::of("lock", &PartyError::unavailable(&path)(error))
        }
    }
}
