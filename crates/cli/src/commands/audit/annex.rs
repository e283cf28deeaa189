//! The annex as a folder: written, and checked by somebody else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use detente_audit::{Annex, Audit, AuditError};
use detente_core::Code;

use super::{Gathered, output};
use crate::args::Audit as Arguments;
use crate::commands::policy;
use crate::failure::Failure;
use crate::output::Report;

/// Most files of an annex; the largest log of a million entries has 3,907 bundles.
const MOST_FILES: usize = 1_000_000;

/// Writes the folder, which must not be there.
pub(super) fn write(folder: &Path, audit: &Audit<'_>, logs: &[Gathered]) -> Result<(), Failure> {
    let annex = audit
        .to_annex(|log, range| {
            let found = logs.iter().find(|known| known.log() == log);
            // An entry that cannot be read is missed below, by its number.
            found.map(|log| log.entries(range)).unwrap_or_default()
        })
        .map_err(|error| Failure::new(error.code(), error.culprit(), &error))?;
    std::fs::create_dir(folder).map_err(|error| Failure::unavailable(folder, &error))?;
    for (path, bytes) in annex.files() {
        let path = folder.join(path);
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        written
            .and_then(|()| std::fs::write(&path, bytes))
            .map_err(|error| Failure::unavailable(&path, &error))?;
    }
    Ok(())
}

/// Computes the report of a folder again. The exit code says whether it is the one that is there, not what it says.
pub(super) fn check(folder: &Path, arguments: &Arguments) -> Result<Report, Failure> {
    let files = read(folder)?;
    let failed = |error: AuditError| inside(folder, &error);
    let contents = Annex::from_files(files).open().map_err(failed)?;
    let mut warnings = Vec::new();
    match &arguments.input.policy {
        Some(path) => {
            let (own, theirs) = (policy::read(path)?.id(), contents.case().policy().id());
            if own != theirs {
                return Err(Failure::new(
                    Code::PolicyMismatch,
                    path.display().to_string(),
                    format!(
                        "expected the policy and companion of the annex, {}, got {}",
                        theirs.policy, own.policy
                    ),
                ));
            }
        }
        None => warnings
            .push("the policy is the one in the annex: --policy FILE holds your own against it".to_owned()),
    }
    let audit = contents.check().map_err(failed)?;
    let shown = output::Shown {
        threads: arguments.threads,
        scoreboard: arguments.scoreboard,
        head: format!("annex       {}: its files give its report, byte for byte\n", folder.display()),
        ..output::Shown::default()
    };
    let report = output::report(contents.case(), &audit, &shown, &[], warnings);
    Ok(report.reproduced())
}

/// A failure that names the file, or the log, in the folder.
fn inside(folder: &Path, error: &AuditError) -> Failure {
    let culprit = error.culprit();
    let message = error.to_string();
    let about = format!("{culprit}: ");
    let mut said = message.strip_prefix("annex: ").unwrap_or(&message);
    said = said.strip_prefix(about.as_str()).unwrap_or(said);
    let place = if culprit.contains(' ') {
        format!("{}: {culprit}", folder.display())
    } else {
        folder.join(&culprit).display().to_string()
    };
    Failure::new(error.code(), place, said)
}

/// Every file below a folder, by its path there.
fn read(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, Failure> {
    let (mut open, mut files): (Vec<PathBuf>, _) = (vec![PathBuf::new()], BTreeMap::new());
    while let Some(below) = open.pop() {
        let place = if below.as_os_str().is_empty() { folder.to_owned() } else { folder.join(&below) };
        let unavailable = |error: std::io::Error| Failure::unavailable(&place, &error);
        for entry in std::fs::read_dir(&place).map_err(unavailable)? {
            let entry = entry.map_err(unavailable)?;
            let path = below.join(entry.file_name());
            if entry.file_type().map_err(unavailable)?.is_dir() {
                open.push(path);
                continue;
            }
            // A link or a device is read as the file that it gives; its digest has to fit all the same.
            let bytes =
                std::fs::read(entry.path()).map_err(|error| Failure::unavailable(&entry.path(), &error))?;
            let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
            files.insert(parts.join("/"), bytes);
            if files.len() > MOST_FILES {
                return Err(Failure::misuse(
                    folder.display().to_string(),
                    format!("expected at most {MOST_FILES} files, got more"),
                ));
            }
        }
    }
    Ok(files)
}
