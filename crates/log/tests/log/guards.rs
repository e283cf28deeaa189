//! A log that was restored from a backup is never continued.

use std::fs;

use detente_core::{Code, Origin, TreeSize};
use detente_log::{Guards, LogError, LogWriter, Store};

use crate::{
    faults::copy_of,
    support::{Party, files, scratch},
};

fn open(folder: &std::path::Path, guards: Guards) -> Result<LogWriter, LogError> {
    LogWriter::open_with(Store::new(folder), guards)
}

/// A log of size 14 with two guards in folders of their own.
struct Guarded {
    party: Party,
    log: tempfile::TempDir,
    places: [tempfile::TempDir; 2],
}

impl Guarded {
    fn new() -> Self {
        let (party, log) = (Party::new(), scratch());
        let this = Self { party, log, places: [scratch(), scratch()] };
        let store = Store::new(this.log.path());
        let mut writer = LogWriter::create_with(store, &this.party.origin, this.guards()).unwrap();
        assert!(this.read(0).starts_with("0\n"), "a new log creates its guards");
        writer.append(&this.party.entries(14), &this.party.signer()).unwrap();
        this
    }

    fn guards(&self) -> Guards {
        Guards::new(self.places.each_ref().map(|place| place.path().join("guard")))
    }

    fn read(&self, place: usize) -> String {
        fs::read_to_string(self.places[place].path().join("guard")).unwrap()
    }

    fn grow(&self, number: u64) {
        open(self.log.path(), self.guards())
            .unwrap()
            .append(&[self.party.sealed(number)], &self.party.signer())
            .unwrap();
    }
}

#[test]
fn guards_follow_the_state() {
    let guarded = Guarded::new();
    let state = || fs::read_to_string(guarded.log.path().join("state")).unwrap();
    assert_eq!((guarded.read(0), guarded.read(1)), (state(), state()));
    guarded.grow(14);
    assert!(state().starts_with("15\n"));
    assert_eq!((guarded.read(0), guarded.read(1)), (state(), state()));
    for place in &guarded.places {
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }
}

#[test]
fn a_restored_backup_is_refused_and_left_alone() {
    let guarded = Guarded::new();
    let backup = copy_of(guarded.log.path());
    guarded.grow(14);
    let before = files(backup.path());
    let error = open(backup.path(), guarded.guards()).unwrap_err();
    assert_eq!(error.code(), Code::LogRolledBack);
    let text = error.to_string();
    assert!(text.contains("expected size 15") && text.contains("got size 14"), "{text}");
    assert!(text.contains("guard") && text.contains("newest copy"), "{text}");
    assert_eq!(files(backup.path()), before);
    // One guard that knows is enough.
    fs::write(guarded.places[0].path().join("guard"), fs::read(backup.path().join("state")).unwrap())
        .unwrap();
    assert_eq!(open(backup.path(), guarded.guards()).unwrap_err().code(), Code::LogRolledBack);
}

#[test]
fn a_fork_of_the_same_size_is_refused() {
    let guarded = Guarded::new();
    let fork = copy_of(guarded.log.path());
    guarded.grow(14);
    let mut writer = LogWriter::open(fork.path()).unwrap();
    writer.append(&[guarded.party.sealed(77)], &guarded.party.signer()).unwrap();
    drop(writer);
    assert_eq!(open(fork.path(), guarded.guards()).unwrap_err().code(), Code::LogRolledBack);
}

#[test]
fn a_guard_that_lags_is_brought_up_and_one_that_is_missing_is_not_believed() {
    let guarded = Guarded::new();
    let old = guarded.read(0);
    guarded.grow(14);
    let newest = guarded.read(0);
    let path = guarded.places[0].path().join("guard");
    fs::write(&path, old).unwrap();
    drop(open(guarded.log.path(), guarded.guards()).unwrap());
    assert_eq!(guarded.read(0), newest);

    fs::remove_file(&path).unwrap();
    let error = open(guarded.log.path(), guarded.guards()).unwrap_err();
    assert_eq!(error.code(), Code::LogRolledBack);
    assert!(error.to_string().contains("created anew"), "{error}");
    assert!(!path.exists());
    drop(open(guarded.log.path(), guarded.guards().create_missing()).unwrap());
    assert_eq!(guarded.read(0), newest);

    for bytes in [&b""[..], b"15\n", b"x\ny\n", &[b'9'; 200]] {
        fs::write(&path, bytes).unwrap();
        let error = open(guarded.log.path(), guarded.guards().create_missing()).unwrap_err();
        assert_eq!(error.code(), Code::LogRolledBack, "{error}");
    }
}

#[test]
fn a_guard_of_another_life_keeps_a_new_log_from_being_made() {
    let guarded = Guarded::new();
    let folder = scratch();
    let origin = Origin::parse("log.example/a").unwrap();
    let error = LogWriter::create_with(Store::new(folder.path()), &origin, guarded.guards()).unwrap_err();
    assert_eq!(error.code(), Code::LogRolledBack);
    assert!(!folder.path().join("state").exists());
}

#[test]
fn a_guard_inside_the_log_is_a_mistake() {
    let guarded = Guarded::new();
    for name in ["guard", "staging/guard", "history/guard"] {
        let guards = Guards::new([guarded.log.path().join(name)]).create_missing();
        assert_eq!(open(guarded.log.path(), guards).unwrap_err().code(), Code::Misuse);
    }
}

#[test]
fn somebody_who_knows_a_larger_log_ends_the_writer() {
    let guarded = Guarded::new();
    let mut writer = open(guarded.log.path(), guarded.guards()).unwrap();
    writer.require_at_least(TreeSize::new(14).unwrap(), "a reader").unwrap();
    let error = writer.require_at_least(TreeSize::new(15).unwrap(), "a reader").unwrap_err();
    assert_eq!(error.code(), Code::LogRolledBack);
    assert!(error.to_string().contains("a reader"), "{error}");
    assert!(writer.append(&[guarded.party.sealed(14)], &guarded.party.signer()).is_err());
    assert!(fs::read_to_string(guarded.log.path().join("state")).unwrap().starts_with("14\n"));
}
