//! Old copies, and rows that somebody moved.

use detente_core::LeafIndex;
use detente_party::{Duplicates, PartyError};

use crate::stage::{Stage, files, reports};

#[test]
fn a_vault_older_than_its_log_refuses_to_seal() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let old = stage.keep(&stage.folder().vault());
    stage.commit(&["n-2"]);
    old.restore();
    let log = files(&stage.folder().log());
    let refused = stage.try_commit(Duplicates::Refuse, &reports(&["n-3"])).unwrap_err();
    assert!(matches!(refused, PartyError::VaultBehindLog { index } if index.get() == 2), "{refused}");
    assert_eq!(files(&stage.folder().log()), log);
    // What the old copy knows can still be opened.
    stage.disclose(1, &["id"]).unwrap();
}

/// The copy was taken in the middle of a commit that came to nothing; others were published at those indices since.
#[test]
fn a_vault_with_pending_rows_of_another_past_refuses_to_seal() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let log = stage.keep(&stage.folder().log());
    stage.commit(&["n-2"]);
    stage.unsettle(2);
    let old = stage.keep(&stage.folder().vault());
    log.restore();
    stage.commit(&["n-3"]);
    old.restore();
    let refused = stage.try_commit(Duplicates::Refuse, &reports(&["n-4"])).unwrap_err();
    assert!(matches!(refused, PartyError::VaultBehindLog { index } if index.get() == 2), "{refused}");
}

#[test]
fn a_log_older_than_its_vault_is_not_continued() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let old = stage.keep(&stage.folder().log());
    stage.commit(&["n-2"]);
    old.restore();
    let log = files(&stage.folder().log());
    for reports in [reports(&["n-3"]), reports(&["n-1"])] {
        let refused = stage.try_commit(Duplicates::Amend, &reports).unwrap_err();
        assert!(matches!(refused, PartyError::LogBehindVault { index } if index.get() == 2), "{refused}");
    }
    assert_eq!(files(&stage.folder().log()), log);
}

/// A key event has no row; the copy is known for one all the same, by the very next command.
#[test]
fn a_log_without_the_newest_key_event_is_not_continued() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let old = stage.keep(&stage.folder().log());
    stage.party().add_key().unwrap();
    old.restore();
    let log = files(&stage.folder().log());
    let refused = stage.party().add_key().unwrap_err();
    assert!(matches!(refused, PartyError::LogBehindVault { index } if index.get() == 2), "{refused}");
    let refused = stage.try_commit(Duplicates::Refuse, &reports(&["n-2"])).unwrap_err();
    assert!(matches!(refused, PartyError::LogBehindVault { index } if index.get() == 2), "{refused}");
    assert_eq!(files(&stage.folder().log()), log);
}

#[test]
fn rows_that_change_places_do_not_open() {
    let stage = Stage::new();
    stage.commit(&["n-1", "n-2"]);
    stage.swap("entries", "sealed", [1, 2]);
    for index in [1, 2] {
        let refused = stage.field(index, "id").unwrap_err();
        assert!(
            matches!(refused, PartyError::VaultRow { table: "entries", number } if number == index),
            "{refused}"
        );
        assert_eq!(refused.code().as_str(), "UNAVAILABLE");
    }
    stage.swap("entries", "sealed", [1, 2]);
    assert_eq!(stage.field(1, "id").unwrap().unwrap().as_str(), Some("n-1"));
}

#[test]
fn keys_that_change_places_do_not_open() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    // Author key and sealing key.
    stage.swap("secrets", "sealed", [2, 3]);
    for refused in [
        stage.try_commit(Duplicates::Refuse, &reports(&["n-2"])).unwrap_err(),
        stage.disclose(1, &["id"]).unwrap_err(),
    ] {
        assert!(matches!(refused, PartyError::VaultRow { table: "secrets", .. }), "{refused}");
    }
    assert_eq!(stage.log_size(), 2);
}

#[test]
fn a_changed_byte_of_a_row_is_noticed() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let sealed: Vec<u8> =
        stage.database().query_row("SELECT sealed FROM entries", [], |row| row.get(0)).unwrap();
    for position in (0..sealed.len()).step_by(5) {
        let mut changed = sealed.clone();
        changed[position] ^= 0x10;
        stage.database().execute("UPDATE entries SET sealed = ?1", [changed]).unwrap();
        let refused = stage.field(1, "id").unwrap_err();
        assert!(matches!(refused, PartyError::VaultRow { .. }), "byte {position}: {refused}");
    }
    for length in [0, 23, 24, 39, sealed.len() - 1] {
        stage.database().execute("UPDATE entries SET sealed = ?1", [&sealed[..length]]).unwrap();
        assert!(stage.field(1, "id").is_err(), "{length} bytes");
    }
}

/// Rows under the look-up of another incident are no answer to the question whether an id is known.
#[test]
fn look_ups_that_change_places_are_noticed() {
    let stage = Stage::new();
    stage.commit(&["n-1", "n-2"]);
    stage.swap("entries", "lookup", [1, 2]);
    for duplicates in [Duplicates::Refuse, Duplicates::Amend, Duplicates::Skip] {
        let refused = stage.try_commit(duplicates, &reports(&["n-1"])).unwrap_err();
        assert!(
            matches!(refused, PartyError::VaultRow { table: "entries", number: 2 }),
            "{duplicates:?}: {refused}"
        );
    }
    let index = LeafIndex::new(1).unwrap();
    assert!(stage.party().disclosing(index, &["id".to_owned()]).is_ok());
}
