//! Both stores pass the suite; the file refuses to be anything else than this key's store.

use std::{fs, path::Path};

use detente_checkpoint::{KeyType, NoteKey, SigningKey};
use detente_core::{Code, Name};
use detente_witness::{MemoryStore, SqliteStore, WitnessError, WitnessStore, conformance};

use crate::scene::{Branch, NOON, at, origin, witness, witness_note_key};

#[test]
fn memory_passes_the_suite() {
    conformance::run(&mut MemoryStore::new, &mut |store| store);
}

#[test]
fn sqlite_passes_the_suite() {
    let folder = tempfile::tempdir().unwrap();
    let mut number = 0;
    // The suite hands back the store that was made last.
    let path = |number: u32| folder.path().join(format!("{number}.sqlite"));
    let current = std::cell::Cell::new(0);
    conformance::run(
        &mut || {
            number += 1;
            current.set(number);
            SqliteStore::create(&path(number), &witness_note_key()).unwrap()
        },
        &mut |store| {
            drop(store);
            SqliteStore::open(&path(current.get()), &witness_note_key()).unwrap()
        },
    );
    assert!(number > 5);
}

#[test]
fn two_handles_of_one_file_see_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.sqlite");
    let one = witness(SqliteStore::create(&path, &witness_note_key()).unwrap());
    let other = witness(SqliteStore::open(&path, &witness_note_key()).unwrap());
    let branch = Branch::new(0, 0, 20);
    one.add_checkpoint(&branch.request(0, 5), at(NOON)).unwrap();
    let refused = other.add_checkpoint(&branch.request(0, 7), at(NOON)).unwrap_err();
    assert_eq!((refused.status(), refused.conflict().unwrap().get()), (409, 5));
    other.add_checkpoint(&branch.request(5, 7), at(NOON)).unwrap();
    assert_eq!(one.checkpoint(&origin()).unwrap(), other.checkpoint(&origin()).unwrap());
}

#[test]
fn two_processes_at_once_give_one_history() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.sqlite");
    drop(SqliteStore::create(&path, &witness_note_key()).unwrap());
    let branches = [Branch::new(1, 3, 40), Branch::new(2, 3, 40)];
    let cosigned: Vec<Vec<u64>> = std::thread::scope(|scope| {
        let racers: Vec<_> = branches
            .iter()
            .map(|branch| {
                let path = &path;
                scope.spawn(move || {
                    let witness = witness(SqliteStore::open(path, &witness_note_key()).unwrap());
                    let (mut old, mut cosigned) = (0, vec![]);
                    for new in 4..40 {
                        match witness.add_checkpoint(&branch.request(old, new), at(NOON)) {
                            Ok(_) => {
                                cosigned.push(new);
                                old = new;
                            }
                            // What the other history has made the newest; from there our proof does not hold.
                            Err(error) => old = error.conflict().map_or(old, |size| size.get().min(new)),
                        }
                    }
                    cosigned
                })
            })
            .collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    let won = cosigned.iter().filter(|sizes| !sizes.is_empty()).count();
    assert_eq!(won, 1, "one history is cosigned, not both: {cosigned:?}");
}

#[test]
fn opening_makes_nothing_and_creating_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.sqlite");
    let missing = SqliteStore::open(&path, &witness_note_key()).unwrap_err();
    assert!(matches!(missing, WitnessError::NoStore { .. }), "{missing}");
    assert_eq!(missing.code(), Code::Unavailable);
    assert!(!path.exists(), "opening made a store");
    drop(SqliteStore::create(&path, &witness_note_key()).unwrap());
    let bytes = fs::read(&path).unwrap();
    assert!(SqliteStore::create(&path, &witness_note_key()).is_err());
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_file_of_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |path: &Path| SqliteStore::open(path, &witness_note_key()).unwrap_err();
    let empty = folder.path().join("empty");
    fs::write(&empty, b"").unwrap();
    assert!(matches!(refused(&empty), WitnessError::OtherStore { .. }), "an empty file");
    let text = folder.path().join("text");
    fs::write(&text, vec![b'x'; 4096]).unwrap();
    assert_eq!(refused(&text).code(), Code::Unavailable, "no database");
    let other = folder.path().join("other");
    let database = rusqlite::Connection::open(&other).unwrap();
    database.execute_batch("CREATE TABLE meta (name TEXT, value TEXT)").unwrap();
    drop(database);
    assert!(matches!(refused(&other), WitnessError::OtherStore { .. }), "another database");
    let key = SigningKey::from_seed(&[9; 32]).public();
    let stranger = NoteKey::new(Name::parse("witness.example/w2").unwrap(), KeyType::Cosignature, key);
    let theirs = folder.path().join("theirs");
    drop(SqliteStore::create(&theirs, &stranger).unwrap());
    assert!(matches!(refused(&theirs), WitnessError::OtherStore { .. }), "another witness's store");
    assert!(refused(folder.path()).to_string().contains("got none"), "a folder");
}

#[test]
fn a_damaged_row_is_named_and_nothing_is_signed() {
    for damage in [
        "UPDATE newest SET size = 6",
        "UPDATE newest SET root = zeroblob(32)",
        "UPDATE newest SET root = zeroblob(31)",
        "UPDATE newest SET time = 0",
        "UPDATE newest SET time = -1",
        "UPDATE newest SET note = x'00'",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.sqlite");
        let branch = Branch::new(0, 0, 20);
        let first = witness(SqliteStore::create(&path, &witness_note_key()).unwrap());
        first.add_checkpoint(&branch.request(0, 5), at(NOON)).unwrap();
        drop(first);
        rusqlite::Connection::open(&path).unwrap().execute_batch(damage).unwrap();
        let again = witness(SqliteStore::open(&path, &witness_note_key()).unwrap());
        let refused = again.add_checkpoint(&branch.request(5, 8), at(NOON)).unwrap_err();
        assert!(matches!(refused, WitnessError::StoreRow { .. }), "{damage}: {refused}");
        assert_eq!(refused.status(), 503);
    }
}

#[cfg(unix)]
#[test]
fn the_file_is_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.sqlite");
    let store = SqliteStore::create(&path, &witness_note_key()).unwrap();
    assert_eq!(store.newest(&origin()).unwrap(), None);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}
