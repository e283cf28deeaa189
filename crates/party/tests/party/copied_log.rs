//! A log folder that somebody else put there, and what of it a party would sign.

use std::{fs, path::Path};

use detente_core::{Code, Digest};
use detente_merkle::leaf_hash;
use detente_party::{Duplicates, PartyError};

use crate::moving::{export, import};
use crate::stage::{Stage, files, reports};

/// Every entry of a log of less than 256 entries.
fn entries(log: &Path, size: usize) -> Vec<Vec<u8>> {
    let bytes = fs::read(log.join(format!("tile/entries/000.p/{size}"))).unwrap();
    let (mut rest, mut entries) = (bytes.as_slice(), Vec::new());
    while let [high, low, tail @ ..] = rest {
        let (entry, tail) = tail.split_at(usize::from(u16::from_be_bytes([*high, *low])));
        entries.push(entry.to_vec());
        rest = tail;
    }
    entries
}

fn root(entries: &[Vec<u8>]) -> Digest {
    let mut frontier = detente_merkle::Frontier::new();
    for entry in entries {
        frontier.push(leaf_hash(entry)).unwrap();
    }
    frontier.root()
}

/// Makes a log's committed state what these entries give; the notes stay as they are.
fn rewrite(log: &Path, entries: &[Vec<u8>]) {
    let size = entries.len();
    let bundle: Vec<u8> = entries
        .iter()
        .flat_map(|entry| [&u16::try_from(entry.len()).unwrap().to_be_bytes()[..], entry].concat())
        .collect();
    let tile: Vec<u8> = entries.iter().flat_map(|entry| *leaf_hash(entry).digest().as_bytes()).collect();
    fs::write(log.join(format!("tile/entries/000.p/{size}")), bundle).unwrap();
    fs::write(log.join(format!("tile/0/000.p/{size}")), tile).unwrap();
    fs::write(log.join("state"), format!("{size}\n{}\n", root(entries))).unwrap();
}

/// Undoes what publishing the newest batch did to the log: only its key had not signed yet.
fn unsign(log: &Path, from: u64, to: u64) {
    fs::copy(log.join(format!("history/{from}")), log.join("checkpoint")).unwrap();
    fs::remove_file(log.join(format!("history/{to}"))).unwrap();
}

/// Refuses, with no note more than before.
fn refuse(stage: &Stage, is_import: bool, expected: &[Code]) {
    let notes = |stage: &Stage| {
        let log = stage.folder().log();
        (files(&log.join("history")), fs::read(log.join("checkpoint")).unwrap())
    };
    let before = notes(stage);
    let refused = if is_import {
        import(stage).unwrap_err()
    } else {
        stage.try_commit(Duplicates::Refuse, &reports(&["n-9"])).unwrap_err()
    };
    assert!(expected.contains(&refused.code()), "{refused}");
    assert_eq!(notes(stage), before, "{refused}");
}

/// The same faults before a commit, and before an import into the folder.
fn each(check: impl Fn(&Stage, bool)) {
    for is_import in [false, true] {
        let stage = Stage::new();
        stage.commit(&["n-1", "n-2", "n-3"]);
        if is_import {
            export(&stage);
            fs::remove_file(stage.folder().vault()).unwrap();
        }
        check(&stage, is_import);
    }
}

#[test]
fn a_state_with_an_entry_that_is_nobodys_is_not_signed() {
    each(|stage, is_import| {
        let log = stage.folder().log();
        let good = entries(&log, 4);
        let mut junk = good[3].clone();
        let place = junk.len() - 70;
        junk[place] ^= 1;
        // Changed, or an entry of the log once more.
        for last in [junk, good[3].clone(), good[0].clone()] {
            rewrite(&log, &[good.as_slice(), &[last]].concat());
            refuse(stage, is_import, &[Code::MalformedEntry]);
        }
    });
}

#[test]
fn a_state_with_another_past_is_not_signed() {
    each(|stage, is_import| {
        let log = stage.folder().log();
        let mut changed = entries(&log, 4);
        let last = changed[3].clone();
        *changed[1].last_mut().unwrap() ^= 1;
        changed.push(last);
        rewrite(&log, &changed);
        refuse(stage, is_import, &[Code::RootMismatch]);
    });
}

/// An id leaves the signature out: the row alone does not tell.
#[test]
fn a_pending_entry_with_another_signature_is_not_signed_and_the_right_one_is() {
    for is_import in [false, true] {
        let stage = Stage::new();
        stage.commit(&["n-1"]);
        stage.commit(&["n-2", "n-3"]);
        let log = stage.folder().log();
        let good = entries(&log, 4);
        stage.unsettle(2);
        if is_import {
            export(&stage);
            fs::remove_file(stage.folder().vault()).unwrap();
        }
        unsign(&log, 2, 4);
        let mut changed = good.clone();
        *changed[3].last_mut().unwrap() ^= 1;
        rewrite(&log, &changed);
        refuse(&stage, is_import, &[Code::MalformedEntry]);
        rewrite(&log, &good);
        if is_import {
            assert_eq!(import(&stage).unwrap().known, 3);
        }
        assert_eq!(stage.commit(&["n-4"]).size.get(), 5);
    }
}

#[test]
fn an_event_that_the_vault_has_not_pending_is_not_signed() {
    let stage = Stage::new();
    let before = stage.keep(&stage.folder().vault());
    let log = stage.keep(&stage.folder().log());
    stage.party().add_key().unwrap();
    unsign(&stage.folder().log(), 1, 2);
    // The vault has it as published, or has never heard of it.
    refuse(&stage, false, &[Code::EntryMismatch]);
    before.restore();
    refuse(&stage, false, &[Code::EntryMismatch]);
    log.restore();
    stage.commit(&["n-1"]);
}

#[test]
fn a_checkpoint_that_this_party_did_not_sign_is_not_gone_on_from() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let log = stage.folder().log();
    let mut changed = entries(&log, 2);
    let last = changed[1].clone();
    changed.push(last);
    let old = root(&changed[..2]);
    rewrite(&log, &changed);
    let note = fs::read_to_string(log.join("checkpoint")).unwrap();
    let encode = |root: Digest| detente_core::base64::encode(root.as_bytes());
    let forged = note.replacen("\n2\n", "\n3\n", 1).replace(&encode(old), &encode(root(&changed)));
    assert_ne!(forged, note);
    fs::write(log.join("checkpoint"), &forged).unwrap();
    fs::write(log.join("history/3"), &forged).unwrap();
    let refused = stage.try_commit(Duplicates::Refuse, &reports(&["n-9"])).unwrap_err();
    assert_eq!(refused.code(), Code::InvalidLogSignature, "{refused}");
    assert!(!log.join("history/4").exists());
}

/// It would be applied to the new vault, whose pages it knows nothing of.
#[test]
fn a_journal_of_the_vault_before_is_refused_by_name() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    export(&stage);
    fs::remove_file(stage.folder().vault()).unwrap();
    for suffix in ["-journal", "-wal", "-shm"] {
        let stale = stage.folder().path().join(format!("vault.sqlite{suffix}"));
        fs::write(&stale, "half").unwrap();
        let refused = import(&stage).unwrap_err();
        assert!(matches!(&refused, PartyError::StaleJournal { path } if *path == stale), "{refused}");
        assert_eq!(refused.code(), Code::Misuse);
        assert!(!stage.folder().vault().exists());
        fs::remove_file(stale).unwrap();
    }
    assert_eq!(import(&stage).unwrap().known, 1);
}

#[test]
fn the_first_commit_after_an_import_makes_its_own_receipts_and_no_others() {
    let stage = Stage::new();
    stage.commit(&["n-1", "n-2"]);
    export(&stage);
    fs::remove_file(stage.folder().vault()).unwrap();
    fs::remove_dir_all(stage.folder().receipts()).unwrap();
    import(&stage).unwrap();
    stage.commit(&["n-3"]);
    let mut names: Vec<_> = fs::read_dir(stage.folder().receipts())
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["00000002.left-out", "00000003.tlog-proof"]);
}

/// The table of counters is not authenticated: set back, it would give a seed twice.
#[test]
fn a_counter_that_was_set_back_is_not_given_again() {
    let stage = Stage::new();
    stage.commit(&["n-1", "n-2"]);
    stage.database().execute("UPDATE counter SET next = 0", []).unwrap();
    stage.commit(&["n-3"]);
    assert_eq!(stage.counter(), 3);
}
