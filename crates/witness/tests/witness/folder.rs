//! A witness in a folder: made once, opened often, never made by opening.

use std::fs;

use detente_checkpoint::{KeyType, NoteKey, SigningKey};
use detente_core::{Code, Name};
use detente_witness::{TrustedLogs, WitnessError, WitnessFolder, create_key_file, read_key_file};

use crate::scene::{
    Branch, LOG, NOON, WITNESS, at, log_note_key, logs, origin, witness_note_key, witness_seed,
};

fn name() -> Name {
    Name::parse(WITNESS).unwrap()
}

#[test]
fn a_witness_is_made_once_and_opened_often() {
    let place = tempfile::tempdir().unwrap();
    let folder = WitnessFolder::new(place.path().join("w1"));
    let branch = Branch::new(0, 0, 20);
    let made = folder.create_from_seed(name(), &witness_seed(), logs()).unwrap();
    assert_eq!(made.note_key(), &witness_note_key());
    made.add_checkpoint(&branch.request(0, 5), at(NOON)).unwrap();
    drop(made);
    let opened = folder.open().unwrap();
    assert_eq!(opened.logs(), &logs());
    assert_eq!(opened.add_checkpoint(&branch.request(0, 6), at(NOON)).unwrap_err().status(), 409);
    opened.add_checkpoint(&branch.request(5, 6), at(NOON)).unwrap();
    assert!(folder.create(name(), logs()).is_err(), "a second key in one folder");
    assert_eq!(folder.open().unwrap().note_key(), &witness_note_key());
}

#[test]
fn a_random_key_is_new_each_time_and_stays() {
    let place = tempfile::tempdir().unwrap();
    let one = WitnessFolder::new(place.path().join("1"));
    let other = WitnessFolder::new(place.path().join("2"));
    let key = one.create(name(), logs()).unwrap().note_key().clone();
    assert_ne!(&key, other.create(name(), logs()).unwrap().note_key());
    assert_eq!(&key, one.open().unwrap().note_key());
}

#[test]
fn logs_are_added_and_never_twice() {
    let place = tempfile::tempdir().unwrap();
    let folder = WitnessFolder::new(place.path());
    drop(folder.create(name(), TrustedLogs::default()).unwrap());
    let branch = Branch::new(0, 0, 20);
    let refused = folder.open().unwrap().add_checkpoint(&branch.request(0, 5), at(NOON)).unwrap_err();
    assert_eq!(refused.status(), 404);
    folder.add_log(log_note_key()).unwrap();
    let witness = folder.open().unwrap();
    witness.add_checkpoint(&branch.request(0, 5), at(NOON)).unwrap();
    assert!(witness.checkpoint(&origin()).unwrap().is_some());
    let before = fs::read(folder.configuration()).unwrap();
    assert!(folder.add_log(log_note_key()).is_err());
    assert!(folder.add_log(witness_note_key()).is_err());
    assert_eq!(fs::read(folder.configuration()).unwrap(), before);
    let vkey =
        NoteKey::new(Name::parse(LOG).unwrap(), KeyType::Log, SigningKey::from_seed(&[9; 32]).public());
    folder.add_log(vkey).unwrap();
    assert_eq!(folder.read_configuration().unwrap().1.keys().count(), 2);
    assert_eq!(fs::read_dir(place.path()).unwrap().count(), 3, "nothing temporary stays");
}

#[test]
fn whatever_is_missing_is_not_made() {
    let place = tempfile::tempdir().unwrap();
    let folder = WitnessFolder::new(place.path());
    assert_eq!(folder.open().unwrap_err().code(), Code::Unavailable);
    drop(folder.create(name(), logs()).unwrap());
    for path in [folder.configuration(), folder.key(), folder.store()] {
        let bytes = fs::read(&path).unwrap();
        fs::remove_file(&path).unwrap();
        assert_eq!(folder.open().unwrap_err().code(), Code::Unavailable, "{}", path.display());
        assert!(!path.exists());
        restore(&path, &bytes);
        folder.open().unwrap();
    }
}

/// Puts a file back with the mode that a key needs.
fn restore(path: &std::path::Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
    }
}

#[test]
fn another_witness_store_does_not_serve() {
    let place = tempfile::tempdir().unwrap();
    let (one, other) =
        (WitnessFolder::new(place.path().join("1")), WitnessFolder::new(place.path().join("2")));
    drop(one.create(name(), logs()).unwrap());
    drop(other.create(name(), logs()).unwrap());
    fs::copy(other.store(), one.store()).unwrap();
    let refused = one.open().unwrap_err();
    assert!(matches!(refused, WitnessError::OtherStore { .. }), "{refused}");
}

#[test]
fn a_configuration_of_another_form_is_refused() {
    let place = tempfile::tempdir().unwrap();
    let folder = WitnessFolder::new(place.path());
    drop(folder.create(name(), logs()).unwrap());
    for text in [
        "",
        "{}\n",
        "{\"logs\":[],\"name\":\"w\"}",
        "{\"logs\":[], \"name\":\"w\"}\n",
        "{\"logs\":[],\"name\":\"w\",\"other\":1}\n",
        "{\"logs\":[],\"name\":\"a b\"}\n",
        "{\"logs\":{},\"name\":\"w\"}\n",
        "{\"logs\":[1],\"name\":\"w\"}\n",
    ] {
        fs::write(folder.configuration(), text).unwrap();
        let refused = folder.open().unwrap_err();
        assert!(matches!(refused, WitnessError::Configuration { .. }), "{text:?}: {refused}");
    }
    fs::write(folder.configuration(), "{\"logs\":[\"no vkey\"],\"name\":\"w\"}\n").unwrap();
    assert_eq!(folder.open().unwrap_err().code(), Code::MalformedKey);
}

#[test]
fn a_key_file_has_one_form_and_never_replaces_another() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("witness.key");
    let key = create_key_file(&path).unwrap();
    assert_eq!(read_key_file(&path).unwrap().public(), key.public());
    let bytes = fs::read(&path).unwrap();
    assert!(bytes.starts_with(b"detente-witness-v1 ") && bytes.ends_with(b"=\n"));
    assert!(create_key_file(&path).is_err());
    assert_eq!(fs::read(&path).unwrap(), bytes);
    let text = String::from_utf8(bytes).unwrap();
    for wrong in [
        String::new(),
        text.trim_end().to_owned(),
        format!("{text}\n"),
        text.replacen("witness", "unlock", 1),
        text.replacen("v1 ", "v1  ", 1),
        format!("detente-witness-v1 {}\n", "A".repeat(300)),
        "detente-witness-v1 AAAA\n".to_owned(),
    ] {
        fs::write(&path, &wrong).unwrap();
        let refused = read_key_file(&path).unwrap_err();
        assert!(matches!(refused, WitnessError::KeyFile { .. }), "{wrong:?}: {refused}");
    }
}

#[cfg(unix)]
#[test]
fn the_key_is_for_its_owner_alone_and_never_printed() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = tempfile::tempdir().unwrap();
    let folder = WitnessFolder::new(place.path());
    let witness = folder.create_from_seed(name(), &witness_seed(), logs()).unwrap();
    let shown = format!("{witness:?}");
    let seed: String = witness_seed().iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(!shown.contains(&seed) && !shown.contains("32, 33, 34"), "{shown}");
    for path in [folder.key(), folder.store()] {
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
    }
    fs::set_permissions(folder.key(), fs::Permissions::from_mode(0o640)).unwrap();
    let refused = folder.open().unwrap_err();
    assert!(matches!(refused, WitnessError::KeyFileOpen { mode: 0o640, .. }), "{refused}");
}
