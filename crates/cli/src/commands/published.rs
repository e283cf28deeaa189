//! A log that somebody published: a folder, or an address of which a verified copy is made first.

use std::num::NonZeroUsize;
use std::path::Path;

use detente_checkpoint::{Policy, UnverifiedNote};
use detente_core::Digest;
use detente_finding::Finding;
use detente_log::{
    CheckFailure, CheckReport, Credentials, Fork, HttpLog, HttpOptions, LogDirectory, LogError, LogSource,
    Mirror, MirrorFailure, Mirrored, Store, check_log, is_address,
};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

use crate::args::ReadingArguments;
use crate::failure::Failure;
use crate::output::Printer;

/// Files asked for at a time.
const CONNECTIONS: NonZeroUsize = NonZeroUsize::new(8).unwrap();
/// Most files that may be asked for at a time: a server of ours answers no more of one reader.
const MOST_CONNECTIONS: usize = 64;

/// A log as a folder. One that came from an address without a mirror is gone with the value.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) log: LogDirectory,
    _copy: Option<TempDir>,
}

/// Opens a folder as it is; what is at an address is fetched first, every file verified, into `mirror` or for this once.
pub(crate) fn open(
    log: &Path,
    reading: &ReadingArguments,
    mirror: Option<&Path>,
    policy: Option<&Policy>,
    printer: &Printer,
) -> Result<Published, Failure> {
    if let Some(mirror) = mirror {
        update(log, reading, mirror, policy, printer)?;
        return Ok(Published { log: LogDirectory::open(mirror)?, _copy: None });
    }
    if address(log).is_none() {
        require_none(reading)?;
        return Ok(Published { log: LogDirectory::open(log)?, _copy: None });
    }
    let copy = temporary()?;
    update(log, reading, copy.path(), policy, printer)?;
    Ok(Published { log: LogDirectory::open(copy.path())?, _copy: Some(copy) })
}

/// Checks a log. What is at an address is checked while it is fetched, every file verified, into `mirror` or for this once.
pub(crate) fn check(
    log: &Path,
    reading: &ReadingArguments,
    mirror: Option<&Path>,
    policy: Option<&Policy>,
    printer: &Printer,
) -> Result<Result<CheckReport, CheckFailure>, Failure> {
    let bar = printer.progress("checking", Some(0));
    let heard = |done, all| {
        bar.set_length(all);
        bar.set_position(done);
    };
    let checked = if mirror.is_none() && address(log).is_none() {
        require_none(reading)?;
        check_log(&LogDirectory::open(log)?, policy, heard)
    } else {
        let copy = match mirror {
            Some(_) => None,
            None => Some(temporary()?),
        };
        let folder = mirror.or(copy.as_ref().map(TempDir::path)).unwrap_or(log);
        let (source, connections, mirror) = mirrored(log, reading, folder)?;
        let outcome = mirror.update_and_check(&*source, policy, connections, |_| {}, heard);
        outcome.map_err(|failure| explained(folder, failure))?.1
    };
    bar.finish_and_clear();
    Ok(checked)
}

fn temporary() -> Result<TempDir, Failure> {
    TempDir::with_prefix("detente-")
        .map_err(|error| Failure::unavailable(Path::new("temporary folder"), &error))
}

/// Brings a mirror up to the log's newest checkpoint. A fork that is found on the way is written to it as a finding.
pub(crate) fn update(
    log: &Path,
    reading: &ReadingArguments,
    folder: &Path,
    policy: Option<&Policy>,
    printer: &Printer,
) -> Result<Mirrored, Failure> {
    let (source, connections, mirror) = mirrored(log, reading, folder)?;
    let bar = printer.progress("fetching", Some(0));
    let outcome = mirror.update(&*source, policy, connections, |fetched| {
        bar.set_length(fetched.all);
        bar.set_position(fetched.done);
    });
    bar.finish_and_clear();
    outcome.map_err(|failure| explained(folder, failure))
}

/// What an update needs.
fn mirrored(
    log: &Path,
    reading: &ReadingArguments,
    folder: &Path,
) -> Result<(Box<dyn LogSource>, NonZeroUsize, Mirror), Failure> {
    let source = source(log, reading)?;
    let connections = reading.connections.unwrap_or(CONNECTIONS);
    if connections.get() > MOST_CONNECTIONS {
        return Err(Failure::misuse(
            "--connections",
            format!("expected at most {MOST_CONNECTIONS}, got {connections}"),
        ));
    }
    let mirror = Mirror::open(folder).map_err(|error| not_a_mirror(folder, error))?;
    Ok((source, connections, mirror))
}

/// The log's files, wherever they are.
pub(crate) fn source(log: &Path, reading: &ReadingArguments) -> Result<Box<dyn LogSource>, Failure> {
    let Some(address) = address(log) else {
        require_none(reading)?;
        // Looked at first, so that a folder that is missing is not taken for a log without a checkpoint.
        LogDirectory::open(log)?;
        return Ok(Box::new(Store::new(log)));
    };
    let mut credentials = Credentials::default();
    if let Some(path) = &reading.token_file {
        credentials = credentials.with_token_file(path).map_err(of_credentials)?;
    }
    if let (Some(certificate), Some(key)) = (&reading.certificate, &reading.key) {
        credentials = credentials.with_client_files(certificate, key).map_err(of_credentials)?;
    }
    if let Some(path) = &reading.root_certificate {
        credentials = credentials.with_root_file(path).map_err(of_credentials)?;
    }
    let log = HttpLog::new(address, &credentials, HttpOptions::default())
        .map_err(|error| Failure::new(error.code(), "address", error))?;
    Ok(Box::new(log))
}

/// Credentials that nobody asks for are a mistake about where the log is.
fn require_none(reading: &ReadingArguments) -> Result<(), Failure> {
    let given = [
        ("--token-file", reading.token_file.is_some()),
        ("--certificate", reading.certificate.is_some()),
        ("--root-certificate", reading.root_certificate.is_some()),
    ];
    match given.into_iter().find(|(_, given)| *given) {
        Some((argument, _)) => {
            Err(Failure::misuse(argument, "expected an http or https address as LOG, got a folder"))
        }
        None => Ok(()),
    }
}

/// The credentials for one of several logs: a folder needs none, and that is no mistake then. When no log is at an
/// address, it is.
pub(crate) fn reading_for(
    log: &Path,
    logs: &[&Path],
    reading: &ReadingArguments,
) -> Result<ReadingArguments, Failure> {
    if is_at_address(log) {
        return Ok(reading.clone());
    }
    if !logs.iter().any(|log| is_at_address(log)) {
        require_none(reading)?;
    }
    Ok(ReadingArguments::default())
}

/// Whether a log is to be fetched.
pub(crate) fn is_at_address(log: &Path) -> bool {
    address(log).is_some()
}

fn address(log: &Path) -> Option<&str> {
    log.to_str().filter(|log| is_address(log))
}

fn of_credentials(error: LogError) -> Failure {
    let culprit = match &error {
        LogError::Credentials { path, .. } | LogError::Unavailable { path, .. } => path.display().to_string(),
        _ => "credentials".to_owned(),
    };
    Failure::new(error.code(), culprit, error)
}

fn not_a_mirror(folder: &Path, error: LogError) -> Failure {
    let is_foreign = matches!(error, LogError::NotEmpty { .. });
    let failure = Failure::new(error.code(), folder.display().to_string(), error);
    if is_foreign {
        failure.hint("name a new folder, or one that `detente log mirror` made")
    } else {
        failure
    }
}

/// What to do next. A failure at an address names the address; of the mirror's own folder, the folder.
fn explained(folder: &Path, failure: MirrorFailure) -> Failure {
    match failure {
        MirrorFailure::Fork(fork) => of_fork(folder, &fork),
        failure => {
            let hint = match &failure {
                MirrorFailure::Older { .. } => Some(
                    "this may be a fault of the network or an older copy, and nobody signed it: ask again, then ask the log's operator".to_owned(),
                ),
                MirrorFailure::Unproven { .. } => Some("ask again; what was fetched before is kept".to_owned()),
                _ => None,
            };
            let failed = Failure::from(failure);
            Failure { hint: hint.or(failed.hint.clone()), ..failed }
        }
    }
}

fn of_fork(folder: &Path, fork: &Fork) -> Failure {
    let failure = MirrorFailure::Fork(Box::new(fork.clone()));
    let failed = Failure::new(failure.code(), "checkpoint", &failure);
    match written(folder, fork) {
        Ok(path) => failed.hint(format!(
            "the log's key signed both: {path} proves it to anybody; nothing of the mirror was replaced"
        )),
        // The fork is worth more than the trouble of writing it down.
        Err(trouble) => failed.hint(format!("no finding was written: {}", trouble.message)),
    }
}

/// Writes the finding; one fork is one file, however often it is met.
fn written(folder: &Path, fork: &Fork) -> Result<String, Failure> {
    let [one, other] = &fork.notes;
    let notes = [UnverifiedNote::parse(one)?, UnverifiedNote::parse(other)?];
    write_finding(folder, &Finding::fork(&fork.key, [&notes[0], &notes[1]], &fork.hashes)?.to_bytes())
}

/// Writes a finding below a folder, under its own name, and gives that.
pub(crate) fn write_finding(folder: &Path, bytes: &[u8]) -> Result<String, Failure> {
    let findings = folder.join("findings");
    std::fs::create_dir_all(&findings).map_err(|error| Failure::unavailable(&findings, &error))?;
    let path = findings.join(format!("{}.json", Digest::from_bytes(Sha256::digest(bytes).into())));
    if std::fs::read(&path).is_ok_and(|there| there == bytes) {
        return Ok(path.display().to_string());
    }
    let way = findings.join(".new");
    std::fs::write(&way, bytes)
        .and_then(|()| std::fs::File::open(&way)?.sync_all())
        .and_then(|()| std::fs::rename(&way, &path))
        .map_err(|error| Failure::unavailable(&path, &error))?;
    Ok(path.display().to_string())
}
