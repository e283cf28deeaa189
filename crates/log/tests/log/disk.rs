//! Disks that are full, read-only or broken: the log stays as it was or is finished by the next start.

use std::{env, fs, io, process::Command};

use detente_core::Code;
use detente_log::{LogWriter, Step, Store};

use crate::support::{Party, check, files, scratch};

/// Every write, flush and name is refused, as on a full or read-only disk.
#[test]
fn a_disk_that_takes_nothing_leaves_the_log_as_it_was() {
    for kind in [io::ErrorKind::StorageFull, io::ErrorKind::ReadOnlyFilesystem] {
        let party = Party::new();
        let folder = party.log_of(&[14]);
        let before = files(folder.path());
        let store = Store::with_hook(folder.path(), move |step: Step<'_>| match step {
            // Flushing what was written before asks for no room.
            Step::Remove(_) | Step::FlushFolder("" | "history") => Ok(()),
            _ => Err(kind.into()),
        });
        let mut writer = LogWriter::open_in(store).unwrap();
        for _ in 0..3 {
            let error = writer.append(&[party.sealed(14)], &party.signer()).unwrap_err();
            assert_eq!(error.code(), Code::Unavailable);
            assert!(error.to_string().contains("staging/15-"), "{error}");
        }
        assert!(!writer.is_stopped());
        drop(writer);
        assert_eq!(files(folder.path()), before);
    }
}

const LIMITED: &str = "LOG_TEST_LIMITED";

/// The system's own refusal: no file may grow beyond a few blocks, so the staged file of a large batch is cut short.
#[test]
fn a_batch_that_the_system_cuts_short_never_happened() {
    if let Some(folder) = env::var_os(LIMITED) {
        // The limited process.
        let party = Party::new();
        let mut writer = LogWriter::open(folder).unwrap();
        let error = writer.append(&party.entries(3000)[14..], &party.signer()).unwrap_err();
        assert_eq!(error.code(), Code::Unavailable, "{error}");
        assert!(!writer.is_stopped());
        writer.append(&[party.sealed(14)], &party.signer()).unwrap();
        return;
    }
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let output = Command::new("sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 64; exec \"$0\" \"$@\""])
        .arg(env::current_exe().unwrap())
        .args(["--exact", "disk::a_batch_that_the_system_cuts_short_never_happened"])
        .env(LIMITED, folder.path())
        .current_dir(scratch().path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
    assert_eq!(check(folder.path()).unwrap().size().get(), 15);
    assert_eq!(fs::read_dir(folder.path().join("staging")).unwrap().count(), 0);
}
