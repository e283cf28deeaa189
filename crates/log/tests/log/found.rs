//! A folder that somebody else wrote, or that a writer left half-way: what is made sure of before anything is signed.

use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use detente_checkpoint::SigningKey;
use detente_core::{Code, Digest};
use detente_log::{Guards, LogError, LogWriter, Options, Refused, Sequencer, Status, Step, StepHook, Store};
use detente_merkle::{Frontier, leaf_hash};
use detente_statement::Signer;

use crate::support::{Party, Recording, files, scratch};

fn root(entries: &[Vec<u8>]) -> Digest {
    let mut frontier = Frontier::new();
    for entry in entries {
        frontier.push(leaf_hash(entry)).unwrap();
    }
    frontier.root()
}

/// Makes a log's committed state what these entries give; the notes stay as they are.
fn rewrite(log: &Path, entries: &[Vec<u8>]) {
    let size = entries.len();
    let framed = |entry: &Vec<u8>| [&u16::try_from(entry.len()).unwrap().to_be_bytes()[..], entry].concat();
    let bundle: Vec<u8> = entries.iter().flat_map(framed).collect();
    let tile: Vec<u8> = entries.iter().flat_map(|entry| *leaf_hash(entry).digest().as_bytes()).collect();
    fs::write(log.join(format!("tile/entries/000.p/{size}")), bundle).unwrap();
    fs::write(log.join(format!("tile/0/000.p/{size}")), tile).unwrap();
    fs::write(log.join("state"), format!("{size}\n{}\n", root(entries))).unwrap();
}

/// Neither a writer nor a sequencer signs anything there.
fn refuse(party: &Party, log: &Path, expected: Code) {
    let key = Recording::new();
    let before = (files(&log.join("history")), fs::read(log.join("state")).unwrap());
    for start in [false, true] {
        let mut writer = LogWriter::open(log).unwrap();
        let error = match start {
            false => writer.append(&[party.sealed(77)], &key.signer(&party.origin)).unwrap_err(),
            true => {
                Sequencer::start(writer, key.signer(&party.origin), Options::default()).map(drop).unwrap_err()
            }
        };
        assert_eq!(error.code(), expected, "{error}");
    }
    assert!(key.sizes().is_empty(), "nothing was signed");
    assert_eq!((files(&log.join("history")), fs::read(log.join("state")).unwrap()), before);
}

#[test]
fn a_state_with_an_entry_that_nobody_of_this_log_signed_is_not_signed() {
    let party = Party::new();
    let folder = party.log_of(&[13, 14]);
    let good = party.entries(14);
    let mut torn = party.sealed(50);
    *torn.last_mut().unwrap() ^= 1;
    let stranger = SigningKey::from_seed(&[88; 32]);
    let foreign = Signer::new(party.log(), &stranger).sealed(Digest::from_bytes([9; 32])).unwrap();
    for last in [torn, foreign, good[13].clone(), good[5].clone(), good[0].clone(), b"junk".to_vec()] {
        rewrite(folder.path(), &[&good[..], &[party.sealed(51), last]].concat());
        refuse(&party, folder.path(), Code::MalformedEntry);
    }
    // What a crash leaves is signed.
    rewrite(folder.path(), &[&good[..], &[party.sealed(51)]].concat());
    let mut writer = LogWriter::open(folder.path()).unwrap();
    writer.append(&[party.sealed(52)], &party.signer()).unwrap();
    drop(writer);
    assert_eq!(crate::support::check(folder.path()).unwrap().size().get(), 16);
}

#[test]
fn a_state_upon_another_tree_than_the_note_is_not_signed() {
    let party = Party::new();
    let folder = party.log_of(&[13, 14]);
    let mut other = party.entries(14);
    other[5] = party.sealed(99);
    rewrite(folder.path(), &[&other[..], &[party.sealed(51)]].concat());
    refuse(&party, folder.path(), Code::RootMismatch);
}

#[test]
fn a_note_that_the_key_did_not_sign_is_not_gone_on_from() {
    let party = Party::new();
    let folder = party.log_of(&[13, 14]);
    let log = folder.path();
    let encode = |root: Digest| detente_core::base64::encode(root.as_bytes());
    let changed = [&party.entries(14)[..], &[party.sealed(51)]].concat();
    let note = fs::read_to_string(log.join("checkpoint")).unwrap();
    let forged =
        note.replacen("\n14\n", "\n15\n", 1).replace(&encode(root(&changed[..14])), &encode(root(&changed)));
    rewrite(log, &changed);
    fs::write(log.join("checkpoint"), &forged).unwrap();
    fs::write(log.join("history/15"), &forged).unwrap();
    refuse(&party, log, Code::InvalidLogSignature);
}

/// A bundle that is not what its tile says would hide entries from the index, which would let them in again.
#[test]
fn an_index_is_built_from_verified_entries_only() {
    let party = Party::new();
    let folder = party.log_of(&[300]);
    let path = folder.path().join("tile/entries/000");
    let good = fs::read(&path).unwrap();
    let mut bundle = good.clone();
    let sealed = party.sealed(200);
    let place = good.windows(sealed.len()).position(|window| window == sealed).unwrap();
    bundle[place..place + sealed.len()].copy_from_slice(&party.sealed(999));
    fs::write(&path, bundle).unwrap();
    let start = || {
        let writer = LogWriter::open(folder.path()).unwrap();
        Sequencer::start(writer, party.signer(), Options::default())
    };
    let error = start().map(drop).unwrap_err();
    assert!(matches!(&error, LogError::MalformedFile { path, .. } if path == "tile/entries/000"), "{error}");
    fs::write(&path, good).unwrap();
    let receipt = start().unwrap().submit(&sealed).unwrap().wait().unwrap();
    assert_eq!(receipt.index().get(), 200);
}

/// What happened, in order.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<String>>>);

impl StepHook for Seen {
    fn before(&self, step: Step<'_>) -> io::Result<()> {
        self.0.lock().unwrap().push(format!("{step:?}"));
        Ok(())
    }
}

impl Seen {
    fn place(&self, step: &str) -> Option<usize> {
        self.0.lock().unwrap().iter().position(|seen| seen == step)
    }
}

#[test]
fn a_start_flushes_what_a_killed_writer_renamed_before_a_guard_hears_of_it() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let place = scratch();
    let guard = place.path().join("guard");
    fs::copy(folder.path().join("state"), &guard).unwrap();
    // Killed after the new name of `state`, before the folder was flushed.
    rewrite(folder.path(), &[&party.entries(14)[..], &[party.sealed(51)]].concat());
    let seen = Seen::default();
    let store = Store::with_hook(folder.path(), seen.clone());
    let mut writer = LogWriter::open_with(store, Guards::new([&guard])).unwrap();
    let (folder_flushed, history_flushed) =
        (seen.place("FlushFolder(\"\")").unwrap(), seen.place("FlushFolder(\"history\")").unwrap());
    let guarded = seen.place("Replace(\"guard\")").unwrap();
    assert!(folder_flushed < guarded && history_flushed < guarded, "{:?}", seen.0.lock().unwrap());
    writer.resume(&party.signer()).unwrap();
    assert_eq!(fs::read(&guard).unwrap(), fs::read(folder.path().join("state")).unwrap());
}

#[test]
fn a_new_log_is_flushed_by_its_name() {
    let (party, place) = (Party::new(), scratch());
    let seen = Seen::default();
    let store = Store::with_hook(place.path().join("a/b/log"), seen.clone());
    drop(LogWriter::create_with(store, &party.origin, Guards::none()).unwrap());
    let state = seen.place("Replace(\"state\")").unwrap();
    for above in ["..", "../..", "../../.."] {
        assert!(seen.place(&format!("FlushFolder({above:?})")).unwrap() < state, "{above}");
    }
    assert_eq!(seen.place("FlushFolder(\"../../../..\")"), None);
}

/// Makes `checkpoint` unreadable once a size is published.
struct Unreadable {
    log: PathBuf,
    note: &'static str,
}

impl StepHook for Unreadable {
    fn before(&self, _: Step<'_>) -> io::Result<()> {
        Ok(())
    }

    fn after(&self, step: Step<'_>) -> io::Result<()> {
        if step == Step::FlushFolder("") && self.log.join(self.note).exists() {
            fs::remove_file(self.log.join("checkpoint"))?;
            fs::create_dir(self.log.join("checkpoint"))?;
        }
        Ok(())
    }
}

#[test]
fn an_entry_that_is_published_is_never_said_to_be_surely_not_in_the_log() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let hook = Unreadable { log: folder.path().to_owned(), note: "history/15" };
    let writer = LogWriter::open_in(Store::with_hook(folder.path(), hook)).unwrap();
    let sequencer = Sequencer::start(writer, party.signer(), Options::default()).unwrap();
    let ticket = sequencer.submit(&party.sealed(51)).unwrap();
    // The note is there and cannot be read back: that is tried again, until the end.
    while !matches!(sequencer.status(), Status::Degraded(_)) {
        std::thread::sleep(Duration::from_millis(5));
    }
    drop(sequencer);
    let refused = ticket.wait().unwrap_err();
    assert!(matches!(refused, Refused::Unknown(_)) && !refused.is_final(), "{refused}");
    assert!(refused.to_string().contains("the same bytes again"), "{refused}");
    fs::remove_dir(folder.path().join("checkpoint")).unwrap();
    let writer = LogWriter::open(folder.path()).unwrap();
    let again = Sequencer::start(writer, party.signer(), Options::default()).unwrap();
    assert_eq!(again.submit(&party.sealed(51)).unwrap().wait().unwrap().index().get(), 14);
}
