//! The annex as a folder: written, and checked by somebody else.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use detente_audit::{Annex, Audit, AuditError};
use detente_core::Code;

use super::{Gathered, output};
use crate::args::Audit as Arguments;
use crate::commands::{policy, read_limited};
use crate::failure::Failure;
use crate::output::Report;

/// Most files of an annex; the largest log of a million entries has 3,907 bundles.
const MOST_FILES: usize = 1_000_000;

/// Most bytes of a file: 256 entries with their lengths.
const LONGEST: usize = 256 * (2 + 65_535);

/// Most bytes of the two that grow with the logs.
const LONGEST_OF_ALL: usize = 1 << 30;

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

/// A file of the folder itself. Whoever made the folder chose what is there: a link leads out of it, and a pipe or a device
/// may never end.
fn regular(path: &Path, is_at_top: bool) -> Result<Vec<u8>, Failure> {
    let found = std::fs::symlink_metadata(path).map_err(|error| Failure::unavailable(path, &error))?;
    let culprit = path.display().to_string();
    if !found.is_file() {
        return Err(Failure::new(
            Code::MalformedAnnex,
            culprit,
            "expected a regular file, got a link or another thing that is none",
        ));
    }
    let grows = is_at_top
        && [Some("annex.json"), Some("report.json")]
            .contains(&path.file_name().and_then(|name| name.to_str()));
    let limit = if grows { LONGEST_OF_ALL } else { LONGEST };
    if found.len() > limit as u64 {
        let got = found.len();
        return Err(Failure::new(
            Code::Oversize,
            culprit,
            format!("expected at most {limit} bytes, got {got}"),
        ));
    }
    read_limited(path, limit)
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
            let bytes = regular(&entry.path(), below.as_os_str().is_empty())?;
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

#[cfg(all(test, unix))]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    #[test]
    fn a_folder_is_read_as_far_as_its_own_files_go() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("contents")).unwrap();
        std::fs::write(folder.path().join("contents/0"), b"0").unwrap();
        assert_eq!(read(folder.path()).unwrap(), BTreeMap::from([("contents/0".to_owned(), b"0".to_vec())]));

        let link = folder.path().join("contents/1");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        assert_eq!(read(folder.path()).unwrap_err().code, Code::MalformedAnnex);
        std::fs::remove_file(&link).unwrap();

        // A file without blocks: it costs its maker nothing.
        let long = folder.path().join("contents/2");
        std::fs::File::create(&long).unwrap().set_len(LONGEST as u64 + 1).unwrap();
        assert_eq!(read(folder.path()).unwrap_err().code, Code::Oversize);
        std::fs::rename(&long, folder.path().join("report.json")).unwrap();
        assert_eq!(read(folder.path()).unwrap().len(), 2);
    }
}
