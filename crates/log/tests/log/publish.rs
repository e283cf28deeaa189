//! What a writer publishes and a reader reads: tiles, bundles, notes, proofs, receipts.

use std::fs;

use crate::support::{Party, check, checkpoint_key, files, witness_key};
use detente_checkpoint::{TreeHead, UnverifiedCheckpoint, UnverifiedProof, cosignature};
use detente_core::{Code, LeafIndex, TreeSize, UnixSeconds};
use detente_log::{LogDirectory, LogWriter, receipt};
use detente_merkle::{Tree, leaf_hash, tile::TileLevel, tile::tiles, verify_consistency, verify_inclusion};
use proptest::prelude::*;

fn size(value: u64) -> TreeSize {
    TreeSize::new(value).unwrap()
}

fn index(value: u64) -> LeafIndex {
    LeafIndex::new(value).unwrap()
}

/// Short entries that are no statements: the writer does not judge.
fn plain(count: usize) -> Vec<Vec<u8>> {
    (0..count).map(|number| format!("entry {number}").into_bytes()).collect()
}

/// Tiles and bundles of the newest size are those of a tree in memory, and every entry reads back.
fn assert_is(folder: &std::path::Path, entries: &[Vec<u8>]) {
    let tree = Tree::from_entries(entries).unwrap();
    let log = LogDirectory::open(folder).unwrap();
    let head = log.checkpoint().unwrap().claimed().clone();
    assert_eq!((head.size(), head.root()), (tree.size(), tree.root()));
    let mut count = 0;
    for tile in tiles(tree.size()) {
        let expected: Vec<u8> = tree.tile(tile).unwrap().iter().flat_map(|hash| *hash.as_bytes()).collect();
        assert_eq!(fs::read(folder.join(tile.path())).unwrap(), expected, "{tile}");
        if tile.level() == TileLevel::LEAVES {
            let range = tile.entries().unwrap();
            let bundle: Vec<u8> = entries[range.start as usize..range.end as usize]
                .iter()
                .flat_map(|entry| [&(entry.len() as u16).to_be_bytes(), entry.as_slice()].concat())
                .collect();
            assert_eq!(fs::read(folder.join(tile.entries_path())).unwrap(), bundle, "{tile}");
        }
        count += 1;
    }
    assert!(count > 0);
    let read: Vec<_> = log.entries(0..tree.size().get()).unwrap().map(Result::unwrap).collect();
    assert!(read == entries);
}

#[test]
fn every_small_boundary_of_a_tile_is_written_as_a_tree_in_memory_has_it() {
    let (party, folder) = (Party::new(), tempfile::tempdir().unwrap());
    let entries = plain(1030);
    let mut writer = LogWriter::create(folder.path(), &party.origin).unwrap();
    let mut start = 0;
    for end in [1, 2, 14, 255, 256, 257, 511, 512, 700, 1024, 1030] {
        let published = writer.append(&entries[start..end], &party.signer()).unwrap();
        assert_eq!((published.first.get(), published.size.get()), (start as u64, end as u64));
        assert_eq!((published.size, published.root), writer.state());
        assert_eq!(published.checkpoint, fs::read(folder.path().join("checkpoint")).unwrap());
        assert_eq!(published.checkpoint, fs::read(folder.path().join(format!("history/{end}"))).unwrap());
        assert_is(folder.path(), &entries[..end]);
        start = end;
    }
    let state = fs::read_to_string(folder.path().join("state")).unwrap();
    assert_eq!(state, format!("1030\n{}\n", writer.state().1));
    assert_eq!(fs::read_dir(folder.path().join("staging")).unwrap().count(), 11, "one file a batch");
    let root = writer.state().1;
    writer.close().unwrap();
    assert_eq!(fs::read_dir(folder.path().join("staging")).unwrap().count(), 0);
    // Only the last tile of a level is still partial.
    let partial: Vec<_> = files(folder.path()).into_keys().filter(|name| name.contains(".p/")).collect();
    let expected =
        ["tile/0/004.p/6", "tile/1/000.p/1", "tile/1/000.p/2", "tile/1/000.p/4", "tile/entries/004.p/6"];
    assert_eq!(partial, expected);
    assert_is(folder.path(), &entries);
    assert_eq!(LogWriter::open(folder.path()).unwrap().state(), (size(1030), root));
}

#[test]
fn committed_batches_wait_for_one_flush_at_most_sixty_four_at_a_time() {
    let (party, folder) = (Party::new(), tempfile::tempdir().unwrap());
    let mut writer = LogWriter::create(folder.path(), &party.origin).unwrap();
    let mut most = 0;
    for entry in plain(150) {
        writer.append(&[entry], &party.signer()).unwrap();
        most = most.max(fs::read_dir(folder.path().join("staging")).unwrap().count());
    }
    assert_eq!(most, 64);
    drop(writer);
    assert_eq!(fs::read_dir(folder.path().join("staging")).unwrap().count(), 0, "dropping cleans up");
    assert_is(folder.path(), &plain(150));
}

#[test]
fn a_large_batch_crosses_the_second_level() {
    let (party, folder) = (Party::new(), tempfile::tempdir().unwrap());
    let entries = plain(65_900);
    party.publish(folder.path(), &entries, &[65_500, 65_540, 65_900]);
    assert_is(folder.path(), &entries);
    assert!(folder.path().join("tile/1/000").exists());
    assert!(folder.path().join("tile/2/000.p/1").exists());

    let tree = Tree::from_entries(&entries).unwrap();
    let log = LogDirectory::open(folder.path()).unwrap();
    let log = log.tree().unwrap();
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let pairs = (0_u64..=65_900, 0_u64..=65_900);
    runner
        .run(&pairs, |(a, b)| {
            let (old, new) = (size(a.min(b)), size(a.max(b)));
            let proof = log.consistency_proof(old, new).unwrap();
            let (old_root, new_root) = (tree.root_at(old).unwrap(), tree.root_at(new).unwrap());
            prop_assert_eq!(verify_consistency(old, new, old_root, new_root, &proof), Ok(()));
            let at = index(a.min(b));
            if at.is_below(new) {
                let proof = log.inclusion_proof(at, new).unwrap();
                let entry = log.entry(at).unwrap();
                prop_assert_eq!(verify_inclusion(at, new, leaf_hash(&entry), &proof, new_root), Ok(()));
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn positions_outside_the_tree_are_refused() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let log = LogDirectory::open(folder.path()).unwrap();
    let code = |error: detente_log::LogError| error.code();
    assert_eq!(log.entry(index(14)).map_err(code), Err(Code::IndexRange));
    assert_eq!(log.inclusion_proof(index(3), size(15)).map_err(code), Err(Code::IndexRange));
    assert_eq!(log.inclusion_proof(index(14), size(14)).map_err(code), Err(Code::IndexRange));
    assert_eq!(log.consistency_proof(size(15), size(15)).map_err(code), Err(Code::IndexRange));
    assert_eq!(log.consistency_proof(size(0), size(15)).map_err(code), Err(Code::IndexRange));
    assert_eq!(log.consistency_proof(size(14), size(13)).map_err(code), Err(Code::IndexRange));
    let tree = log.tree().unwrap();
    assert_eq!(tree.entries(12..20).filter(Result::is_ok).count(), 2);
    assert_eq!(tree.entries(12..20).filter(Result::is_err).count(), 1);
}

#[test]
fn full_files_make_partial_ones_unnecessary() {
    let party = Party::new();
    let folder = party.log_of(&[14, 200, 300]);
    for partial in ["tile/0/000.p", "tile/entries/000.p"] {
        assert!(!folder.path().join(partial).exists(), "{partial} went when the full one was durable");
    }
    check(folder.path()).unwrap();
    // A note of a size whose own partial files are gone still has its entries and proofs.
    let log = LogDirectory::open(folder.path()).unwrap();
    let old = log.tree_of(size(200));
    assert_eq!(old.entries(0..200).map(Result::unwrap).collect::<Vec<_>>(), party.entries(200));
    for at in [14, 200] {
        let note = log.history_note(size(at)).unwrap();
        receipt(&log.tree_of(size(at)), index(at - 1), &note).unwrap();
        receipt(&old, index(at / 2), &note).unwrap();
    }
    let roots: Vec<_> = [14, 200].map(|at| log.history_note(size(at)).unwrap()).to_vec();
    let root = |note: &[u8]| UnverifiedCheckpoint::parse(note).unwrap().claimed().root();
    let proof = old.consistency_proof(size(14), size(200)).unwrap();
    verify_consistency(size(14), size(200), root(&roots[0]), root(&roots[1]), &proof).unwrap();
}

#[test]
fn receipts_verify_under_any_later_note_and_carry_the_entry() {
    let party = Party::new();
    let folder = party.log_of(&[14, 300]);
    let log = LogDirectory::open(folder.path()).unwrap();
    let tree = log.tree().unwrap();
    assert_eq!(log.history().unwrap(), [size(14), size(300)]);
    for item in log.history_notes().unwrap() {
        let (at, note) = item.unwrap();
        for position in [0, 1, at.get() / 2, at.get() - 1] {
            let bytes = receipt(&tree, index(position), &note).unwrap();
            let proof = UnverifiedProof::parse(&bytes).unwrap();
            let entry = proof.extra().unwrap().to_vec();
            assert_eq!(entry, tree.entry(index(position)).unwrap());
            let verified = proof.verify(leaf_hash(&entry), &party.policy()).unwrap();
            assert_eq!((verified.index().get(), verified.checkpoint().size()), (position, at));
        }
        let beyond = receipt(&tree, index(at.get()), &note).unwrap_err();
        assert_eq!(beyond.code(), Code::IndexRange);
    }
}

#[test]
fn no_receipt_is_given_that_its_holder_cannot_use() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let bundle = folder.path().join("tile/entries/000.p/14");
    let mut bytes = fs::read(&bundle).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&bundle, bytes).unwrap();
    let log = LogDirectory::open(folder.path()).unwrap();
    let error = receipt(&log.tree().unwrap(), index(13), &log.checkpoint_bytes().unwrap()).unwrap_err();
    assert_eq!(error.code(), Code::InvalidInclusion);
}

#[test]
fn a_second_writer_is_refused_and_told_of_the_lock() {
    let (party, folder) = (Party::new(), tempfile::tempdir().unwrap());
    let writer = LogWriter::create(folder.path(), &party.origin).unwrap();
    let error = LogWriter::open(folder.path()).unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    assert!(error.to_string().contains("lock"), "{error}");
    drop(writer);
    LogWriter::open(folder.path()).unwrap();
}

#[test]
fn a_folder_is_made_a_log_once() {
    let (party, folder) = (Party::new(), tempfile::tempdir().unwrap());
    assert_eq!(LogWriter::open(folder.path()).unwrap_err().code(), Code::Unavailable);
    assert!(files(folder.path()).is_empty(), "a failed opening leaves nothing");
    drop(LogWriter::create(folder.path(), &party.origin).unwrap());
    assert_eq!(LogWriter::create(folder.path(), &party.origin).unwrap_err().code(), Code::Misuse);
    let other = tempfile::tempdir().unwrap();
    fs::write(other.path().join("notes.txt"), "x").unwrap();
    assert_eq!(LogWriter::create(other.path(), &party.origin).unwrap_err().code(), Code::Misuse);
    let deep = other.path().join("a/b/log");
    drop(LogWriter::create(&deep, &party.origin).unwrap());
    assert_eq!(LogWriter::open(&deep).unwrap().state().0, size(0));
}

#[test]
fn a_batch_is_refused_whole_before_anything_is_written() {
    let (party, folder) = (Party::new(), tempfile::tempdir().unwrap());
    let mut writer = LogWriter::create(folder.path(), &party.origin).unwrap();
    let before = files(folder.path());
    let none: [Vec<u8>; 0] = [];
    assert_eq!(writer.append(&none, &party.signer()).unwrap_err().code(), Code::Misuse);
    let long = [vec![0; 10], vec![0; 65_536]];
    assert_eq!(writer.append(&long, &party.signer()).unwrap_err().code(), Code::Oversize);
    // Another origin than the log was created with, or another key than its genesis names.
    let other = Party::with_origin("log.example/b");
    assert_eq!(writer.append(&other.entries(1), &other.signer()).unwrap_err().code(), Code::Misuse);
    let wrong = detente_log::LogSigner::new(
        party.origin.clone(),
        detente_checkpoint::SigningKey::from_seed(&[99; 32]),
    );
    assert_eq!(writer.append(&party.entries(2), &wrong).unwrap_err().code(), Code::Misuse);
    assert_eq!(files(folder.path()), before);

    writer.append(&[vec![], vec![0; 65_535]], &party.signer()).unwrap();
    let log = LogDirectory::open(folder.path()).unwrap();
    assert_eq!(log.entry(index(1)).unwrap().len(), 65_535);
    assert_eq!(log.entry(index(0)).unwrap(), b"");
    // From now on the newest note says whose key it is.
    assert_eq!(writer.append(&[b"x"], &wrong).unwrap_err().code(), Code::Misuse);
    drop(writer);
    let mut writer = LogWriter::open(folder.path()).unwrap();
    assert_eq!(writer.append(&[b"x"], &other.signer()).unwrap_err().code(), Code::Misuse);
    writer.append(&[b"x"], &party.signer()).unwrap();
}

#[test]
fn cosignatures_are_added_to_the_history_and_to_the_newest_note() {
    let party = Party::new();
    let folder = party.log_of(&[14, 20]);
    let mut writer = LogWriter::open(folder.path()).unwrap();
    let log = LogDirectory::open(folder.path()).unwrap();
    let head = |at: u64| -> TreeHead {
        UnverifiedCheckpoint::parse(&log.history_note(size(at)).unwrap()).unwrap().claimed().clone()
    };
    let line = |seed: u8, time: u64, at: u64| {
        let (name, key) = witness_key(seed);
        cosignature::sign(name.name(), &key, UnixSeconds::new(time).unwrap(), &head(at))
    };
    let newest = writer.add_cosignatures(size(20), &[line(21, 100, 20), line(22, 101, 20)]).unwrap();
    assert_eq!(newest, log.checkpoint_bytes().unwrap());
    assert_eq!(newest, log.history_note(size(20)).unwrap());
    let older = writer.add_cosignatures(size(14), &[line(21, 90, 14)]).unwrap();
    assert_eq!(older, log.history_note(size(14)).unwrap());
    assert_eq!(newest, log.checkpoint_bytes().unwrap(), "an older note never becomes the newest");
    // A later line of a key that has one changes nothing.
    assert_eq!(writer.add_cosignatures(size(20), &[line(21, 999, 20)]).unwrap(), newest);
    assert_eq!(UnverifiedCheckpoint::parse(&newest).unwrap().note().signatures().len(), 3);
    assert_eq!(writer.add_cosignatures(size(15), &[]).unwrap_err().code(), Code::MalformedTile);

    let lines: Vec<_> = (30..130).map(|seed| line(seed, 5, 20)).collect();
    let error = writer.add_cosignatures(size(20), &lines).unwrap_err();
    assert_eq!(error.code(), Code::TooManySignatures);
    assert_eq!(log.checkpoint_bytes().unwrap(), newest);
    writer.append(&[party.sealed(20)], &party.signer()).unwrap();
    check(folder.path()).unwrap();
    assert_eq!(head(21), head(21));
    let again = head(21).sign(&checkpoint_key()).unwrap();
    assert_eq!(again.as_bytes(), log.checkpoint_bytes().unwrap(), "signing again gives the same note");
}

/// Copies and version control leave out the empty folder `staging`.
#[test]
fn a_copy_without_empty_folders_takes_cosignatures() {
    let party = Party::new();
    let folder = party.log_of(&[20]);
    std::fs::remove_dir(folder.path().join("staging")).unwrap();
    let log = LogDirectory::open(folder.path()).unwrap();
    let head = log.checkpoint().unwrap().claimed().clone();
    let (name, key) = witness_key(21);
    let line = cosignature::sign(name.name(), &key, UnixSeconds::new(100).unwrap(), &head);
    let note = LogWriter::open(folder.path()).unwrap().add_cosignatures(size(20), &[line]).unwrap();
    assert_eq!(note, log.checkpoint_bytes().unwrap());
    check(folder.path()).unwrap();
}

#[test]
fn a_state_older_than_the_notes_is_never_continued() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let old = fs::read(folder.path().join("state")).unwrap();
    LogWriter::open(folder.path()).unwrap().append(&[party.sealed(14)], &party.signer()).unwrap();
    fs::write(folder.path().join("state"), old).unwrap();
    assert_eq!(LogWriter::open(folder.path()).unwrap_err().code(), Code::LogRolledBack);
    // Nor when the newest note was taken back too, and only the history tells.
    fs::remove_file(folder.path().join("checkpoint")).unwrap();
    fs::copy(folder.path().join("history/14"), folder.path().join("checkpoint")).unwrap();
    let error = LogWriter::open(folder.path()).unwrap_err();
    assert_eq!(error.code(), Code::LogRolledBack);
    assert!(error.to_string().contains("history/15"), "{error}");
}

#[test]
fn a_writer_does_not_build_on_altered_files() {
    let party = Party::new();
    for (name, code) in [
        ("tile/0/000.p/14", Code::RootMismatch),
        ("tile/entries/000.p/14", Code::MalformedTile),
        ("state", Code::RootMismatch),
    ] {
        let folder = party.log_of(&[14]);
        let path = folder.path().join(name);
        let mut bytes = fs::read(&path).unwrap();
        let last = bytes.len() - 2;
        bytes[last] = if bytes[last] == b'0' { b'1' } else { b'0' };
        fs::write(&path, bytes).unwrap();
        assert_eq!(LogWriter::open(folder.path()).unwrap_err().code(), code, "{name}");
    }
}

#[test]
fn a_state_that_changes_under_the_writer_stops_it() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let mut writer = LogWriter::open(folder.path()).unwrap();
    let other = party.log_of(&[15]);
    fs::copy(other.path().join("state"), folder.path().join("state")).unwrap();
    let checkpoint = fs::read(folder.path().join("checkpoint")).unwrap();
    let error = writer.append(&[party.sealed(14)], &party.signer()).unwrap_err();
    assert!(error.to_string().contains("another writer"), "{error}");
    assert!(writer.is_stopped());
    assert_eq!(fs::read(folder.path().join("checkpoint")).unwrap(), checkpoint);
}
