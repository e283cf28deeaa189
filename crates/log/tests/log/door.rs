//! At a sequencer's door: what is known takes no place in the queue, and what is nobody's to submit gets no further.

use std::{fs, path::Path, sync::mpsc, thread, time::Duration};

use detente_checkpoint::{KeyType, NoteKey, SigningKey};
use detente_core::{Code, Digest, LogId, Origin, TreeSize};
use detente_log::{LogSigner, LogWriter, Options, Refused, Sequencer, Status};
use detente_merkle::leaf_hash;
use detente_statement::{GenesisDraft, NewKey, Role, Signer, key_digest};

use crate::support::{Party, check, checkpoint_key, copy, scratch};

/// Nothing goes before the end.
const NEVER: Options = Options {
    max_wait: Duration::from_secs(600),
    max_batch: 1000,
    queue: 3,
    retry: Duration::from_millis(5),
};

fn start(folder: &Path, party: &Party, options: Options) -> Sequencer {
    Sequencer::start(LogWriter::open(folder).unwrap(), party.signer(), options).unwrap()
}

fn published(sequencer: &Sequencer, size: u64) {
    while sequencer.published().0.get() < size {
        thread::yield_now();
    }
}

#[test]
fn what_is_in_the_log_is_answered_beside_a_full_queue() {
    let party = Party::new();
    let folder = party.log_of(&[14, 300]);
    let sequencer = start(folder.path(), &party, NEVER);
    published(&sequencer, 300);
    let waiting: Vec<_> = (500..503).map(|number| sequencer.submit(&party.sealed(number)).unwrap()).collect();
    assert!(matches!(sequencer.submit(&party.sealed(503)), Err(Refused::Busy { .. })));
    for number in [1, 13, 255, 256, 299] {
        let receipt = sequencer.submit(&party.sealed(number)).unwrap().wait().unwrap();
        assert_eq!((receipt.index().get(), receipt.size().get()), (number, 300));
        receipt.proof().unwrap();
        sequencer.offer(&party.sealed(number)).unwrap();
        let (sender, _receiver) = mpsc::channel();
        let known =
            sequencer.submit_with(&party.sealed(number), move |outcome| sender.send(outcome).unwrap());
        assert_eq!(known.unwrap().unwrap().index().get(), number);
    }
    assert_eq!(sequencer.submit(&party.genesis).unwrap().wait().unwrap().index().get(), 0);
    assert_eq!(sequencer.waiting(), 3, "no repetition took a place");
    sequencer.stop().unwrap();
    assert!(waiting.into_iter().map(|ticket| ticket.wait().unwrap().index().get()).eq(300..303));
    assert_eq!(check(folder.path()).unwrap().size().get(), 303);
}

#[test]
fn what_waits_already_shares_the_place_and_the_answer_of_the_first() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let sequencer = start(folder.path(), &party, NEVER);
    let entry = party.sealed(500);
    let first = sequencer.submit(&entry).unwrap();
    let beside: Vec<_> = (0..3).map(|_| sequencer.submit(&entry).unwrap()).collect();
    assert!(
        matches!(sequencer.submit(&entry), Err(Refused::Busy { .. })),
        "as many beside others as in the queue"
    );
    for _ in 0..10 {
        sequencer.offer(&entry).unwrap();
    }
    assert_eq!(sequencer.waiting(), 1);
    let last = sequencer.submit(&party.sealed(501)).unwrap();
    sequencer.stop().unwrap();
    for ticket in beside.into_iter().chain([first]) {
        assert_eq!(ticket.wait().unwrap().index().get(), 14);
    }
    assert_eq!(last.wait().unwrap().index().get(), 15);

    // Of many threads at once one entry gets in.
    let sequencer =
        start(folder.path(), &party, Options { max_wait: Duration::from_millis(20), queue: 64, ..NEVER });
    let entry = party.sealed(600);
    let places: Vec<u64> = thread::scope(|scope| {
        let submit = || sequencer.submit(&entry).unwrap().wait().unwrap().index().get();
        let threads: Vec<_> = (0..32).map(|_| scope.spawn(submit)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(places.iter().all(|place| *place == 16));
    sequencer.stop().unwrap();
    assert_eq!(check(folder.path()).unwrap().size().get(), 17);
}

#[test]
fn whoever_has_no_key_of_the_log_gets_nothing_into_the_queue() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let sequencer = start(folder.path(), &party, NEVER);
    let code = |entry: &[u8]| sequencer.submit(entry).unwrap_err().code();
    // A genesis brings its own keys, so anybody can sign one.
    for number in 0..5 {
        assert_eq!(code(&genesis_of(&party.origin, &checkpoint_key(), number)), Code::GenesisMisplaced);
    }
    // One sealing key in two logs: what is public there is signed by a key that is enrolled here.
    assert_eq!(code(&Party::with_origin("log.example/b").sealed(1)), Code::LogMismatch);
    assert_eq!(sequencer.waiting(), 0);
    sequencer.stop().unwrap();

    // What a revoked key signed and nobody took.
    let sequencer = start(folder.path(), &party, Options { max_wait: Duration::from_millis(1), ..NEVER });
    let (new, old) = (SigningKey::from_seed(&[41; 32]), SigningKey::from_seed(&[3; 32]));
    let add = NewKey { key: &new, role: Role::Sealing, nonce: [1; 16] };
    let rotate = party.author().key_rotate(key_digest(&old.public()), &add).unwrap();
    sequencer.submit(&rotate).unwrap().wait().unwrap();
    assert_eq!(sequencer.submit(&party.sealed(700)).unwrap_err().code(), Code::KeyRevoked);
    assert_eq!(sequencer.submit(&party.sealed(5)).unwrap().wait().unwrap().index().get(), 5, "in the log");
    sequencer.stop().unwrap();
}

/// A genesis that somebody else makes, with keys of his own beside this checkpoint key.
fn genesis_of(origin: &Origin, checkpoint: &SigningKey, number: u8) -> Vec<u8> {
    let key = |seed: u8| SigningKey::from_seed(&[seed; 32]);
    let author = key(150);
    let draft = GenesisDraft {
        origin: origin.clone(),
        party: "Somebody Else".to_owned(),
        checkpoint_key: NoteKey::new(origin.key_name().clone(), KeyType::Log, checkpoint.public()),
        authors: vec![author.public()],
        sealing: key(151).public(),
        recovery: key(152).public(),
        predecessor: None,
        nonce: [number; 16],
        random: [6; 32],
    };
    Signer::genesis(&author, &draft).unwrap()
}

#[test]
fn an_empty_log_takes_the_genesis_of_its_own_key_and_no_other() {
    let (party, folder) = (Party::new(), scratch());
    let start = |signer: LogSigner| {
        let writer = match folder.path().join("state").exists() {
            true => LogWriter::open(folder.path()).unwrap(),
            false => LogWriter::create(folder.path(), &party.origin).unwrap(),
        };
        Sequencer::start(writer, signer, Options { max_wait: Duration::from_millis(1), ..NEVER }).unwrap()
    };
    let sequencer = start(party.signer());
    let elsewhere = Origin::parse("log.example/b").unwrap();
    for (genesis, code) in [
        (genesis_of(&elsewhere, &checkpoint_key(), 1), Code::OriginMismatch),
        (genesis_of(&party.origin, &SigningKey::from_seed(&[99; 32]), 1), Code::UnknownLog),
    ] {
        assert_eq!(sequencer.submit(&genesis).unwrap_err().code(), code);
    }
    // Nor does what such a genesis would enrol get in behind it.
    let squatter = genesis_of(&party.origin, &SigningKey::from_seed(&[99; 32]), 1);
    let key = SigningKey::from_seed(&[151; 32]);
    let sealed = Signer::new(LogId::new(leaf_hash(&squatter).digest()), &key)
        .sealed(Digest::from_bytes([1; 32]))
        .unwrap();
    assert_eq!(sequencer.submit(&sealed).unwrap_err().code(), Code::GenesisMisplaced);
    assert_eq!(sequencer.status(), Status::Running);
    sequencer.stop().unwrap();

    // The checkpoint key is in every policy, so anybody can name it.
    let sequencer = start(party.signer().only_for(party.log()));
    let squatter = genesis_of(&party.origin, &checkpoint_key(), 1);
    assert_eq!(sequencer.submit(&squatter).unwrap_err().code(), Code::LogMismatch);
    assert_eq!(sequencer.submit(&party.genesis).unwrap().wait().unwrap().index().get(), 0);
    sequencer.stop().unwrap();
    assert_eq!(check(folder.path()).unwrap().log(), party.log());

    // A log that somebody else began is not gone on with.
    let other = party.signer().only_for(LogId::new(Digest::from_bytes([1; 32])));
    let refused = Sequencer::start(LogWriter::open(folder.path()).unwrap(), other, NEVER).unwrap_err();
    assert_eq!(refused.code(), Code::Misuse);
}

#[test]
fn a_file_that_cannot_be_read_now_ends_one_batch_and_not_the_sequencer() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let quick = Options { max_wait: Duration::from_millis(100), queue: 100, ..NEVER };
    let sequencer = start(folder.path(), &party, quick);
    let (new, old) = (SigningKey::from_seed(&[41; 32]), SigningKey::from_seed(&[3; 32]));
    let add = NewKey { key: &new, role: Role::Sealing, nonce: [1; 16] };
    let rotate = party.author().key_rotate(key_digest(&old.public()), &add).unwrap();
    sequencer.submit(&rotate).unwrap().wait().unwrap();
    let by_new = |value| Signer::new(party.log(), &new).sealed(value).unwrap();
    let mut five = [7; 32];
    five[..8].copy_from_slice(&5_u64.to_le_bytes());
    let (twice, fresh) = (by_new(Digest::from_bytes(five)), by_new(Digest::from_bytes([9; 32])));

    // Whether a value was sealed before is read in the bundle.
    let (bundle, away) = (folder.path().join("tile/entries/000.p/15"), folder.path().join("away"));
    fs::rename(&bundle, &away).unwrap();
    let tickets = [&fresh, &twice].map(|entry| sequencer.submit(entry).unwrap());
    for ticket in tickets {
        let refused = ticket.wait().unwrap_err();
        assert!(matches!(&refused, Refused::NotCommitted(_)) && refused.is_final(), "{refused}");
    }
    assert_eq!(sequencer.status(), Status::Running);
    fs::rename(&away, &bundle).unwrap();
    let tickets = [&fresh, &twice].map(|entry| sequencer.submit(entry).unwrap());
    let [fresh, twice] = tickets.map(|ticket| ticket.wait().map(|receipt| receipt.index().get()));
    assert_eq!(fresh.unwrap(), 15);
    assert_eq!(twice.unwrap_err().code(), Code::DuplicateSealed);

    // At the door it is the one submission.
    let (tile, away) = (folder.path().join("tile/0/000.p/16"), folder.path().join("away"));
    fs::rename(&tile, &away).unwrap();
    assert!(matches!(sequencer.submit(&party.sealed(3)), Err(Refused::NotCommitted(_))));
    fs::rename(&away, &tile).unwrap();
    assert_eq!(sequencer.submit(&party.sealed(3)).unwrap().wait().unwrap().index().get(), 3);
    sequencer.stop().unwrap();
    assert_eq!(check(folder.path()).unwrap().size().get(), 16);
}

#[test]
fn an_index_that_was_ahead_does_not_come_back_when_the_log_has_grown_otherwise() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let quick = Options { max_wait: Duration::from_millis(1), ..NEVER };
    let sequencer = start(folder.path(), &party, quick);
    sequencer.submit(&party.sealed(500)).unwrap().wait().unwrap();
    sequencer.stop().unwrap();
    for opened_between in [true, false] {
        // The log as it was before, with the index that knows one entry more.
        let back = party.log_of(&[14]);
        let index = back.path().join("index");
        fs::create_dir(&index).unwrap();
        copy(&folder.path().join("index"), &index);
        if opened_between {
            start(back.path(), &party, quick).stop().unwrap();
        }
        // It grows by a writer that has no index.
        let mut writer = LogWriter::open(back.path()).unwrap();
        writer.append(&[party.sealed(600)], &party.signer()).unwrap();
        drop(writer);
        let sequencer = start(back.path(), &party, quick);
        let again = sequencer.submit(&party.sealed(600)).unwrap().wait().unwrap();
        assert_eq!(again.index().get(), 14, "the entry that the index did not see");
        assert_eq!(sequencer.submit(&party.sealed(500)).unwrap().wait().unwrap().index().get(), 15);
        sequencer.stop().unwrap();
        check(back.path()).unwrap();
    }
}

#[test]
fn the_sizes_of_the_history_are_known_without_listing_them() {
    let party = Party::new();
    let folder = party.log_of(&[1, 14, 20]);
    let sequencer = start(folder.path(), &party, Options { max_wait: Duration::from_millis(1), ..NEVER });
    for number in 500..503 {
        sequencer.submit(&party.sealed(number)).unwrap().wait().unwrap();
    }
    let above = |after: u64, most| -> Vec<u64> {
        sequencer.history(TreeSize::new(after).unwrap(), most).into_iter().map(TreeSize::get).collect()
    };
    assert_eq!(above(0, 100), [1, 14, 20, 21, 22, 23]);
    assert_eq!((above(14, 2), above(15, 2), above(23, 2)), (vec![20, 21], vec![20, 21], vec![]));
    fs::rename(folder.path().join("history"), folder.path().join("away")).unwrap();
    assert_eq!(above(0, 2), [1, 14]);
    fs::rename(folder.path().join("away"), folder.path().join("history")).unwrap();
    sequencer.stop().unwrap();
}
