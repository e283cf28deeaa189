//! The files around the log and the vault.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use detente_checkpoint::Policy;
use detente_core::{Code, LeafIndex, TreeSize};
use detente_log::CheckReport;

use super::{Finding, Health};
use crate::{Audience, FieldSet, PartyError, PartyFolder, receipt_path, receipts};

pub(super) fn vault_mode(folder: &PartyFolder) -> Finding {
    let path = folder.vault();
    match open_to_others(&path) {
        Err(error) => Finding::of("vault", &error),
        Ok(Some(mode)) => {
            let says = format!("{}: expected mode 600, got {mode:o}", path.display());
            Finding::fault("vault", Code::Unavailable, says)
        }
        Ok(None) => {
            Finding::new("vault", Health::Ok, format!("{}: readable by its owner alone", path.display()))
        }
    }
}

pub(super) fn recovery(folder: &PartyFolder) -> Finding {
    let path = folder.path().join("recovery.key");
    if !path.exists() {
        return Finding::new("recovery", Health::Ok, "the recovery key is not in the folder");
    }
    let says = format!("{}: move it offline, it is the log's last key", path.display());
    Finding::new("recovery", Health::Advice, says)
}

/// A missing receipt is no fault: the log makes it again.
pub(super) fn receipts(folder: &PartyFolder, size: TreeSize) -> Finding {
    let indices = (1..size.get()).filter_map(|index| LeafIndex::new(index).ok());
    let left_out = receipts::left_out(&folder.receipts());
    let is_left_out =
        |index: &LeafIndex| left_out.iter().any(|(first, last)| first <= index && index <= last);
    let (on_purpose, mut missing): (Vec<_>, Vec<_>) =
        indices.filter(|index| !receipt_path(folder, *index).is_file()).partition(is_left_out);
    missing.reverse();
    match missing.pop() {
        None if on_purpose.is_empty() => {
            Finding::new("receipts", Health::Ok, "one for every entry but the genesis")
        }
        None => {
            let says = format!("one for every entry but {} that --no-receipts left out", on_purpose.len());
            Finding::new("receipts", Health::Ok, says)
        }
        Some(first) => {
            let says = format!(
                "{} missing, entry {first} first: `detente receipt {first}` makes it again",
                missing.len() + 1
            );
            Finding::new("receipts", Health::Advice, says)
        }
    }
}

/// What counterparts are handed must name this log and its keys.
pub(super) fn share(folder: &PartyFolder, report: &CheckReport) -> Finding {
    let part = "share";
    let path = folder.share().join(format!("{}.policy", folder.name()));
    let policy = match policy(&path) {
        Ok(policy) => policy,
        Err(finding) => return finding.in_part(part),
    };
    let named = policy.logs().iter().any(|log| log.key().name().as_str() == report.origin().as_str());
    if !named {
        let says = format!("{}: expected a log key of {}, got none", path.display(), report.origin());
        return Finding::fault(part, Code::UnknownLog, says);
    }
    let log = detente_log::LogDirectory::open(folder.log());
    let signed = log.and_then(|log| log.checkpoint()).map_err(PartyError::from);
    match signed.map(|checkpoint| checkpoint.verify(&policy)) {
        Err(error) => return Finding::of(part, &error),
        Ok(Err(error)) => {
            return Finding::fault(part, error.code(), format!("{}: {error}", path.display()));
        }
        Ok(Ok(_)) => {}
    }
    let keys = match files(&folder.share(), "vkey") {
        Ok(keys) => keys,
        Err(error) => return Finding::of(part, &error),
    };
    for key in &keys {
        match Audience::read(key) {
            Err(error) => return Finding::of(part, &error),
            Ok(audience) if !report.keys().iter().any(|entry| entry.digest() == audience.key()) => {
                let says = format!("{}: expected a key that the log enrols now, got another", key.display());
                return Finding::fault(part, Code::UnknownAuthor, says);
            }
            Ok(_) => {}
        }
    }
    Finding::new(part, Health::Ok, format!("the policy and {} audience keys are this log's", keys.len()))
}

/// Every file that a counterpart handed over must parse, and no name may stand for two keys.
pub(super) fn trusted(folder: &PartyFolder) -> Finding {
    let part = "trusted";
    let read = || -> Result<(Vec<PathBuf>, Vec<PathBuf>), PartyError> {
        Ok((files(&folder.trusted(), "vkey")?, files(&folder.trusted(), "policy")?))
    };
    let (keys, policies) = match read() {
        Ok(files) => files,
        Err(error) => return Finding::of(part, &error),
    };
    let mut names = BTreeMap::new();
    for path in &keys {
        match Audience::read(path) {
            Err(error) => return Finding::of(part, &error),
            Ok(audience) => {
                let known = names.entry(audience.name().to_owned()).or_insert(audience.key());
                if *known != audience.key() {
                    let (name, folder) = (audience.name().to_owned(), folder.trusted());
                    return Finding::of(part, &PartyError::AmbiguousAudience { name, folder });
                }
            }
        }
    }
    for path in &policies {
        if let Err(finding) = policy(path) {
            return finding.in_part(part);
        }
    }
    Finding::new(part, Health::Ok, format!("{} keys and {} policies parse", keys.len(), policies.len()))
}

pub(super) fn sets(folder: &PartyFolder) -> Finding {
    let read = FieldSet::list(folder).and_then(|names| {
        names.iter().map(|name| FieldSet::read(folder, name)).collect::<Result<Vec<_>, _>>()
    });
    match read {
        Ok(sets) => Finding::new("sets", Health::Ok, format!("{} sets of fields parse", sets.len())),
        Err(error) => Finding::of("sets", &error),
    }
}

impl Finding {
    const fn in_part(mut self, part: &'static str) -> Self {
        self.part = part;
        self
    }
}

/// Most bytes that are read of a policy or companion.
const LIMIT: u64 = detente_checkpoint::MAX_POLICY_BYTES as u64 + 1;

/// A policy and, when it is there, the companion beside it.
fn policy(path: &Path) -> Result<Policy, Finding> {
    let of = |error: PartyError| Finding::of("policy", &error);
    let bytes = read(path).map_err(of)?;
    let mut companion = path.as_os_str().to_owned();
    companion.push(".json");
    let companion = PathBuf::from(companion);
    let companion = companion.is_file().then(|| read(&companion)).transpose().map_err(of)?;
    Policy::parse(&bytes, companion.as_deref())
        .map_err(|error| Finding::fault("policy", error.code(), format!("{}: {error}", path.display())))
}

fn read(path: &Path) -> Result<Vec<u8>, PartyError> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(LIMIT).read_to_end(&mut bytes));
    read.map_err(PartyError::unavailable(path))?;
    Ok(bytes)
}

/// The files of a folder with that end, in order; a folder that is not there holds none.
fn files(folder: &Path, end: &str) -> Result<Vec<PathBuf>, PartyError> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        read => read.map_err(PartyError::unavailable(folder))?,
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(PartyError::unavailable(folder))?.path();
        if path.extension().is_some_and(|found| found == end) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// The mode of a file that others may read.
#[cfg(unix)]
pub(super) fn open_to_others(path: &Path) -> Result<Option<u32>, PartyError> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).map_err(PartyError::unavailable(path))?.permissions().mode() & 0o777;
    Ok((mode & 0o077 != 0).then_some(mode))
}

#[cfg(not(unix))]
pub(super) fn open_to_others(_path: &Path) -> Result<Option<u32>, PartyError> {
    Ok(None)
}
