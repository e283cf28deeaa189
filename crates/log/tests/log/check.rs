//! What a check finds: the code, and the file or entry at fault.

use std::{fs, path::Path};

use detente_checkpoint::{Policy, SigningKey, TreeHead, Witnessing, cosignature};
use detente_core::{Code, Digest, LeafIndex, Origin, TreeSize, UnixSeconds};
use detente_log::{CheckFailure, Culprit, LogDirectory, LogSigner, LogWriter, check_log};
use detente_merkle::{EMPTY_ROOT, leaf_hash};
use detente_statement::{Kind, NewKey, Role};

use crate::support::{Party, check, checkpoint_key, files, signer_of, witness_key};

fn path(text: &str) -> Option<Culprit> {
    Some(Culprit::Path(text.to_owned()))
}

fn entry(index: u64) -> Option<Culprit> {
    Some(Culprit::Entry(LeafIndex::new(index).unwrap()))
}

fn found(failure: &CheckFailure) -> (Code, Option<Culprit>, Option<Code>) {
    (failure.code(), failure.culprit(), failure.cause())
}

/// Alters a file of a log of sizes 14, 256 and 300, and says what a check finds.
fn altered(name: &str, alter: impl FnOnce(&mut Vec<u8>)) -> (Code, Option<Culprit>, Option<Code>) {
    let folder = Party::new().log_of(&[14, 256, 300]);
    let file = folder.path().join(name);
    let mut bytes = fs::read(&file).unwrap();
    let before = bytes.clone();
    alter(&mut bytes);
    assert_ne!(bytes, before);
    fs::write(&file, bytes).unwrap();
    found(&check(folder.path()).unwrap_err())
}

fn removed(name: &str) -> (Code, Option<Culprit>, Option<Code>) {
    let folder = Party::new().log_of(&[14, 256, 300]);
    fs::remove_file(folder.path().join(name)).unwrap();
    found(&check(folder.path()).unwrap_err())
}

/// A log whose entries are these, whatever they are.
fn log_with(party: &Party, entries: &[Vec<u8>]) -> (Code, Option<Culprit>, Option<Code>) {
    let folder = tempfile::tempdir().unwrap();
    party.publish(folder.path(), entries, &[entries.len() as u64]);
    found(&check(folder.path()).unwrap_err())
}

fn write_note(folder: &Path, name: &str, origin: &Origin, size: u64, root: Digest, key: &SigningKey) {
    let head = TreeHead::new(origin.clone(), TreeSize::new(size).unwrap(), root).unwrap();
    // In the place of what is there: the newest note is one file under two names.
    let _ = fs::remove_file(folder.join(name));
    fs::write(folder.join(name), head.sign(key).unwrap().as_bytes()).unwrap();
}

#[test]
fn a_sound_log_is_reported() {
    let party = Party::new();
    let folder = party.log_of(&[1, 14, 256, 300]);
    let log = LogDirectory::open(folder.path()).unwrap();
    let mut heard = Vec::new();
    let report = check_log(&log, Some(&party.policy()), |done, total| heard.push((done, total))).unwrap();
    assert_eq!(heard, [(256, 300), (300, 300)]);
    assert_eq!(report.log(), party.log());
    assert_eq!((report.origin(), report.party()), (&party.origin, "Example Agency"));
    assert_eq!((report.size().get(), report.history_notes()), (300, 4));
    assert_eq!(report.root(), log.checkpoint().unwrap().claimed().root());
    let kinds: Vec<_> = report.kinds().iter().map(|counted| (counted.kind, counted.count)).collect();
    assert_eq!(kinds, [(Kind::Genesis, 1), (Kind::Sealed, 299)]);
    assert_eq!((report.policy_given(), report.witnessing()), (true, &Witnessing::Unwitnessed));
    assert_eq!((report.keys().len(), report.closed()), (2, None));
    assert_eq!(report.pool().checkpoints().len(), 5);

    let alone = check(folder.path()).unwrap();
    assert_eq!((alone.policy_given(), alone.root()), (false, report.root()));
}

#[test]
fn key_events_and_the_end_of_a_log_are_reported() {
    let party = Party::new();
    let new = SigningKey::from_seed(&[40; 32]);
    let add = NewKey { key: &new, role: Role::Author, nonce: [1; 16] };
    let mut entries = party.entries(3);
    entries.push(party.author().key_add(&add).unwrap());
    entries.push(party.author().log_close(None, [2; 16]).unwrap());
    let folder = tempfile::tempdir().unwrap();
    party.publish(folder.path(), &entries, &[5]);
    let report = check(folder.path()).unwrap();
    assert_eq!((report.keys().len(), report.closed().map(LeafIndex::get)), (3, Some(4)));
    LogWriter::open(folder.path()).unwrap().append(&[party.sealed(9)], &party.signer()).unwrap();
    let failure = check(folder.path()).unwrap_err();
    assert_eq!(found(&failure), (Code::MalformedEntry, entry(5), Some(Code::EntryAfterClose)));
}

#[test]
fn missing_files_are_named() {
    let folder = Party::new().log_of(&[14]);
    fs::remove_file(folder.path().join("checkpoint")).unwrap();
    let failure = check(folder.path()).unwrap_err();
    assert_eq!(failure.code(), Code::Unavailable);
    assert!(matches!(failure.culprit(), Some(Culprit::Path(name)) if name.ends_with("checkpoint")));
    for name in
        ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"]
    {
        assert_eq!(removed(name), (Code::MalformedTile, path(name), None));
    }
    // Partial files of sizes whose tile is full are not missed.
    let folder = Party::new().log_of(&[14, 256, 300]);
    assert!(!folder.path().join("tile/0/000.p").exists());
    check(folder.path()).unwrap();
}

#[test]
fn a_file_of_another_length_is_named_before_any_entry_is_judged() {
    for name in
        ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/000", "tile/entries/001.p/44"]
    {
        let expected = (Code::MalformedTile, path(name), None);
        assert_eq!(altered(name, |bytes| bytes.truncate(bytes.len() - 1)), expected);
        assert_eq!(altered(name, |bytes| bytes.push(0)), expected);
        assert_eq!(altered(name, |bytes| bytes.extend([0; 32])), expected);
        assert_eq!(altered(name, Vec::clear), expected);
        assert_eq!(altered(name, |bytes| bytes.resize(20_000_000, 0)), expected);
    }
    // One entry more than the width, whole: still another length than the name says.
    let expected = (Code::MalformedTile, path("tile/entries/001.p/44"), None);
    assert_eq!(altered("tile/entries/001.p/44", |bytes| bytes.extend([0, 1, 7])), expected);
    // A bad file and a bad entry: the file is step 2, the entry step 3.
    let folder = Party::new().log_of(&[14]);
    let mut bundle = fs::read(folder.path().join("tile/entries/000.p/14")).unwrap();
    bundle[100] ^= 1;
    fs::write(folder.path().join("tile/entries/000.p/14"), bundle).unwrap();
    assert_eq!(check(folder.path()).unwrap_err().code(), Code::MalformedEntry);
    fs::write(folder.path().join("tile/0/000.p/14"), b"").unwrap();
    let failure =
        check_log(&LogDirectory::open(folder.path()).unwrap(), Some(&Party::new().policy()), |_, _| {});
    assert_eq!(found(&failure.unwrap_err()), (Code::MalformedTile, path("tile/0/000.p/14"), None));
}

#[test]
fn what_is_no_file_is_named() {
    for name in ["tile/0/000.p/14", "tile/entries/000.p/14"] {
        let folder = Party::new().log_of(&[14]);
        fs::remove_file(folder.path().join(name)).unwrap();
        fs::create_dir(folder.path().join(name)).unwrap();
        assert_eq!(found(&check(folder.path()).unwrap_err()), (Code::MalformedTile, path(name), None));
        #[cfg(unix)]
        {
            fs::remove_dir(folder.path().join(name)).unwrap();
            std::os::unix::fs::symlink(folder.path().join(name), folder.path().join(name)).unwrap();
            assert_eq!(found(&check(folder.path()).unwrap_err()), (Code::MalformedTile, path(name), None));
        }
        fs::remove_dir_all(folder.path().join(name).parent().unwrap()).unwrap();
        fs::write(folder.path().join(name).parent().unwrap(), b"").unwrap();
        assert_eq!(found(&check(folder.path()).unwrap_err()), (Code::MalformedTile, path(name), None));
    }
}

#[test]
fn an_altered_tile_is_named_lowest_level_first() {
    for name in ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"] {
        let expected = (Code::MalformedTile, path(name), None);
        assert_eq!(altered(name, |bytes| bytes[31] ^= 0x80), expected);
        assert_eq!(altered(name, |bytes| bytes[0] ^= 1), expected);
    }
    assert_eq!(
        altered("tile/0/000", |bytes| bytes.rotate_left(32)),
        (Code::MalformedTile, path("tile/0/000"), None)
    );
    let folder = Party::new().log_of(&[300]);
    for name in ["tile/1/000.p/1", "tile/0/001.p/44"] {
        let mut bytes = fs::read(folder.path().join(name)).unwrap();
        bytes[5] ^= 1;
        fs::write(folder.path().join(name), bytes).unwrap();
        assert_eq!(found(&check(folder.path()).unwrap_err()), (Code::MalformedTile, path(name), None));
    }
}

#[test]
fn the_third_level_is_checked_too() {
    let party = Party::new();
    let folder = party.log_of(&[65_600]);
    assert_eq!(check(folder.path()).unwrap().size().get(), 65_600);
    let name = "tile/1/000";
    let mut bytes = fs::read(folder.path().join(name)).unwrap();
    bytes[8191] ^= 1;
    fs::write(folder.path().join(name), bytes).unwrap();
    assert_eq!(found(&check(folder.path()).unwrap_err()), (Code::MalformedTile, path(name), None));
}

#[test]
fn an_altered_entry_is_named_with_its_cause() {
    // Entries 1 to 13 are 176 bytes each; entry 256 begins the second bundle.
    let signature = altered("tile/entries/001.p/44", |bytes| bytes[2 + 175] ^= 1);
    assert_eq!(signature, (Code::MalformedEntry, entry(256), Some(Code::InvalidStatementSignature)));
    let version = altered("tile/entries/001.p/44", |bytes| bytes[3 * 178 + 2] = 2);
    assert_eq!(version, (Code::MalformedEntry, entry(259), Some(Code::UnsupportedVersion)));
    let log = altered("tile/entries/001.p/44", |bytes| bytes[2 + 10] ^= 1);
    assert_eq!(log, (Code::MalformedEntry, entry(256), Some(Code::LogMismatch)));
}

#[test]
fn swapped_entries_are_found_by_their_hashes() {
    let swap = |bytes: &mut Vec<u8>| bytes[..178 * 2].rotate_left(178);
    let tile = altered("tile/entries/001.p/44", swap);
    assert_eq!(tile, (Code::MalformedTile, path("tile/0/001.p/44"), None));
    // With the tile changed to match, the root tells.
    let folder = Party::new().log_of(&[300]);
    for (name, width) in [("tile/entries/001.p/44", 178), ("tile/0/001.p/44", 32)] {
        let mut bytes = fs::read(folder.path().join(name)).unwrap();
        bytes[..width * 2].rotate_left(width);
        fs::write(folder.path().join(name), bytes).unwrap();
    }
    assert_eq!(found(&check(folder.path()).unwrap_err()), (Code::RootMismatch, path("checkpoint"), None));
}

#[test]
fn a_leaf_that_is_no_statement_is_the_logs_fault() {
    let party = Party::new();
    let mut entries = party.entries(5);
    entries[3] = b"no statement".to_vec();
    assert_eq!(log_with(&party, &entries), (Code::MalformedEntry, entry(3), Some(Code::UnsupportedVersion)));
    entries[3] = vec![];
    assert_eq!(log_with(&party, &entries), (Code::MalformedEntry, entry(3), Some(Code::MalformedStatement)));
    entries[3] = party.sealed(2);
    assert_eq!(log_with(&party, &entries), (Code::MalformedEntry, entry(3), Some(Code::DuplicateStatement)));
    entries[3] = party.genesis.clone();
    assert_eq!(log_with(&party, &entries), (Code::MalformedEntry, entry(3), Some(Code::GenesisMisplaced)));
    entries.remove(0);
    assert_eq!(log_with(&party, &entries), (Code::MalformedEntry, entry(0), Some(Code::GenesisMisplaced)));
}

#[test]
fn a_value_sealed_twice_is_named() {
    // One key signs one sealed value in one way only, so the second time needs another sealing key.
    let party = Party::new();
    let new = SigningKey::from_seed(&[41; 32]);
    let old = detente_statement::key_digest(&SigningKey::from_seed(&[3; 32]).public());
    let change = NewKey { key: &new, role: Role::Sealing, nonce: [1; 16] };
    let mut entries = party.entries(4);
    entries.push(party.author().key_rotate(old, &change).unwrap());
    let mut value = [7; 32];
    value[..8].copy_from_slice(&2_u64.to_le_bytes());
    let signer = detente_statement::Signer::new(party.log(), &new);
    entries.push(signer.sealed(Digest::from_bytes(value)).unwrap());
    assert_eq!(log_with(&party, &entries), (Code::MalformedEntry, entry(5), Some(Code::DuplicateSealed)));
}

#[test]
fn a_checkpoint_of_another_tree_or_key_is_found() {
    let party = Party::new();
    let sound = party.log_of(&[14]);
    let root = LogDirectory::open(sound.path()).unwrap().checkpoint().unwrap().claimed().root();
    let key = checkpoint_key();
    let with = |origin: &Origin, size: u64, root: Digest, key: &SigningKey| {
        let folder = party.log_of(&[14]);
        write_note(folder.path(), "checkpoint", origin, size, root, key);
        let alone = found(&check(folder.path()).unwrap_err());
        let log = LogDirectory::open(folder.path()).unwrap();
        let relied = found(&check_log(&log, Some(&party.policy()), |_, _| {}).unwrap_err());
        assert_eq!(alone, relied);
        alone
    };
    let other = Digest::from_bytes([9; 32]);
    assert_eq!(with(&party.origin, 14, other, &key), (Code::RootMismatch, path("checkpoint"), None));
    assert_eq!(
        with(&party.origin, 15, root, &key),
        (Code::MalformedTile, path("tile/entries/000.p/15"), None)
    );
    assert_eq!(
        with(&party.origin, 14, root, &SigningKey::from_seed(&[9; 32])),
        (Code::UnknownLog, path("checkpoint"), None)
    );
    let origin = Origin::parse("log.example/b").unwrap();
    assert_eq!(with(&origin, 14, root, &key), (Code::UnknownLog, path("checkpoint"), None));
    let huge = with(&party.origin, u64::MAX >> 1, root, &key);
    assert_eq!(huge, (Code::MalformedTile, path("tile/entries/000"), None));
}

#[test]
fn a_log_without_entries_has_no_genesis() {
    let party = Party::new();
    let folder = tempfile::tempdir().unwrap();
    drop(LogWriter::create(folder.path(), &party.origin).unwrap());
    assert_eq!(check(folder.path()).unwrap_err().code(), Code::Unavailable);
    write_note(folder.path(), "checkpoint", &party.origin, 0, EMPTY_ROOT, &checkpoint_key());
    let expected = (Code::MalformedEntry, entry(0), Some(Code::GenesisMisplaced));
    assert_eq!(found(&check(folder.path()).unwrap_err()), expected);
    let log = LogDirectory::open(folder.path()).unwrap();
    assert_eq!(found(&check_log(&log, Some(&party.policy()), |_, _| {}).unwrap_err()), expected);
}

#[test]
fn the_key_and_origin_in_entry_0_are_the_policys() {
    // A log whose checkpoints are signed by a key that its genesis does not name; only a policy makes this readable.
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let root = LogDirectory::open(folder.path()).unwrap().checkpoint().unwrap().claimed().root();
    let against = |origin: &Origin, key: &SigningKey| {
        let signer = LogSigner::new(origin.clone(), SigningKey::from_seed(&[50; 32]));
        write_note(folder.path(), "checkpoint", origin, 14, root, key);
        let _ = fs::remove_file(folder.path().join("history/14"));
        let text = format!("log {}\nlog {}\nquorum none\n", signer.note_key(), party.signer().note_key());
        let policy = Policy::parse(text.as_bytes(), None).unwrap();
        let log = LogDirectory::open(folder.path()).unwrap();
        check_log(&log, Some(&policy), |_, _| {})
            .map(|report| report.size().get())
            .map_err(|failure| found(&failure))
    };
    assert_eq!(against(&party.origin, &checkpoint_key()), Ok(14));
    let other = SigningKey::from_seed(&[50; 32]);
    assert_eq!(against(&party.origin, &other), Err((Code::UnknownLog, path("checkpoint"), None)));
    let origin = Origin::parse("log.example/b").unwrap();
    assert_eq!(against(&origin, &other), Err((Code::OriginMismatch, path("checkpoint"), None)));
}

#[test]
fn every_note_of_the_history_is_checked() {
    let party = Party::new();
    let origin = &party.origin;
    let key = checkpoint_key();
    let other = Digest::from_bytes([9; 32]);
    let with = |name: &str, size: u64, root: Option<Digest>, key: &SigningKey| {
        let folder = party.log_of(&[14, 20, 30]);
        let log = LogDirectory::open(folder.path()).unwrap();
        let true_root = |size: u64| {
            let entries = party.entries(size);
            detente_merkle::Tree::from_entries(&entries).unwrap().root()
        };
        assert_eq!(true_root(30), log.checkpoint().unwrap().claimed().root());
        write_note(folder.path(), name, origin, size, root.unwrap_or_else(|| true_root(size)), key);
        check(folder.path()).map(|report| report.history_notes()).map_err(|failure| found(&failure))
    };
    assert_eq!(with("history/20", 20, None, &key), Ok(3));
    assert_eq!(with("history/25", 25, None, &key), Ok(4));
    assert_eq!(
        with("history/20", 20, Some(other), &key),
        Err((Code::RootMismatch, path("history/20"), None))
    );
    let unknown = with("history/20", 20, None, &SigningKey::from_seed(&[9; 32]));
    assert_eq!(unknown, Err((Code::UnknownLog, path("history/20"), None)));
    assert_eq!(with("history/20", 21, None, &key), Err((Code::MalformedTile, path("history/20"), None)));
    assert_eq!(with("history/31", 31, None, &key), Err((Code::MalformedTile, path("history/31"), None)));
    assert_eq!(with("history/020", 20, None, &key), Err((Code::MalformedTile, path("history/020"), None)));
    assert_eq!(with("history/note", 20, None, &key), Err((Code::MalformedTile, path("history/note"), None)));
    let expected = (Code::MalformedNote, path("history/14"), None);
    assert_eq!(altered("history/14", |bytes| bytes.truncate(20)), expected);
    let expected = (Code::Oversize, path("history/14"), None);
    assert_eq!(altered("history/14", |bytes| bytes.resize(1_000_001, b'a')), expected);
    let expected = (Code::InvalidLogSignature, path("history/14"), None);
    let flip = |bytes: &mut Vec<u8>| {
        let digit = bytes.len() - 10;
        bytes[digit] = if bytes[digit] == b'A' { b'B' } else { b'A' };
    };
    assert_eq!(altered("history/14", flip), expected);
}

#[test]
fn a_quorum_is_part_of_the_first_step_and_times_are_at_hand() {
    let party = Party::new();
    let folder = party.log_of(&[14, 20]);
    let (w1, w1_key) = witness_key(60);
    let text = format!("log {}\nwitness w1 {w1}\nquorum w1\n", party.signer().note_key());
    let digest = Policy::parse(text.as_bytes(), None).unwrap().id().policy;
    let companion = format!(
        "{{\"f\":0,\"mirror_quorum\":\"none\",\"mirrors\":[],\"operators\":{{\"w1\":\"institute\"}},\"parties\":[\"a\"],\"policy\":\"{digest}\"}}\n"
    );
    let policy = Policy::parse(text.as_bytes(), Some(companion.as_bytes())).unwrap();
    let log = LogDirectory::open(folder.path()).unwrap();
    let failure = check_log(&log, Some(&policy), |_, _| {}).unwrap_err();
    assert_eq!(found(&failure), (Code::UnderWitnessed, path("checkpoint"), None));

    let mut writer = LogWriter::open(folder.path()).unwrap();
    for (size, time) in [(14, 100), (20, 200)] {
        let size = TreeSize::new(size).unwrap();
        let note = log.history_note(size).unwrap();
        let head = detente_checkpoint::UnverifiedCheckpoint::parse(&note).unwrap().claimed().clone();
        let line = cosignature::sign(w1.name(), &w1_key, UnixSeconds::new(time).unwrap(), &head);
        writer.add_cosignatures(size, &[line]).unwrap();
    }
    let report = check_log(&log, Some(&policy), |_, _| {}).unwrap();
    assert!(matches!(report.witnessing(), Witnessing::Witnessed { cosignatures } if cosignatures.len() == 1));
    let time = report.pool().publication_time(LeafIndex::new(17).unwrap(), &policy).unwrap();
    let seconds = |value| Some(UnixSeconds::new(value).unwrap());
    let expected = detente_checkpoint::PublicationTime::Known { lo: seconds(100), hi: seconds(200) };
    assert_eq!(time, expected);
    // Without a policy nobody knows the witness, and its line is ignored.
    assert_eq!(check(folder.path()).unwrap().witnessing(), &Witnessing::Unwitnessed);
}

#[test]
fn a_check_changes_nothing() {
    let party = Party::new();
    let folder = party.log_of(&[14, 300]);
    let before = files(folder.path());
    check(folder.path()).unwrap();
    assert_eq!(files(folder.path()), before);
    assert_eq!(leaf_hash(&party.genesis).digest(), party.log().digest());
    assert_eq!(signer_of(&party.origin).note_key(), party.signer().note_key());
}

/// Signatures are verified on several threads; the verdict is that of one thread that reads from the first entry on.
#[test]
fn the_first_failure_is_the_one_that_a_replay_in_order_finds() {
    let party = Party::new();
    let new = SigningKey::from_seed(&[41; 32]);
    let old = detente_statement::key_digest(&SigningKey::from_seed(&[3; 32]).public());
    let rotate = NewKey { key: &new, role: Role::Sealing, nonce: [1; 16] };
    let mut sound = party.entries(300);
    sound.push(party.author().key_rotate(old, &rotate).unwrap());
    let by_new = detente_statement::Signer::new(party.log(), &new);
    let value = |number: u64| {
        let mut value = [8; 32];
        value[..8].copy_from_slice(&number.to_le_bytes());
        Digest::from_bytes(value)
    };
    sound.extend((301..1100).map(|number| by_new.sealed(value(number)).unwrap()));
    let forged = |entries: &mut Vec<Vec<u8>>, at: usize| *entries[at].last_mut().unwrap() ^= 1;
    type Change<'a> = &'a dyn Fn(&mut Vec<Vec<u8>>);
    let changes: [(Change<'_>, usize); 7] = [
        (&|entries| forged(entries, 40), 40),
        (&|entries| [900, 700, 290].iter().for_each(|at| forged(entries, *at)), 290),
        (&|entries| entries[700] = party.sealed(5000), 700),
        (&|entries| entries[800] = entries[302].clone(), 800),
        (&|entries| drop(entries.remove(300)), 300),
        (&|entries| entries[1099] = b"no statement".to_vec(), 1099),
        (
            &|entries| {
                entries.swap(600, 20);
                forged(entries, 90)
            },
            20,
        ),
    ];
    for (change, at) in changes {
        let mut entries = sound.clone();
        change(&mut entries);
        let mut replay = detente_statement::Replay::new();
        let expected = entries.iter().find_map(|bytes| replay.push(bytes).err()).unwrap();
        let (code, culprit, cause) = log_with(&party, &entries);
        assert_eq!((code, culprit, cause), (Code::MalformedEntry, entry(at as u64), Some(expected.code())));
        assert_eq!(replay.read(), at as u64);
    }
    let folder = tempfile::tempdir().unwrap();
    party.publish(folder.path(), &sound, &[1100]);
    check(folder.path()).unwrap();
}
