//! Many submitters, one order: receipts, refusals, the index, degraded and ended sequencers.

use std::{
    fs,
    path::Path,
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};

use detente_checkpoint::{SigningKey, UnverifiedProof};
use detente_core::{Code, Digest, LeafIndex};
use detente_log::{LogDirectory, LogWriter, Options, Receipt, Refused, Sequencer, Status, Store};
use detente_merkle::leaf_hash;
use detente_statement::{NewKey, RevocationReason, Role, Signer, key_digest};

use crate::{
    cosign::{Institute, quorum_of},
    crash::STEPS_OF_OPENING,
    faults::{Fault, Then, copy_of, failing},
    support::{Party, Recording, check, scratch},
};

const QUICK: Options = Options {
    max_wait: Duration::from_millis(2),
    max_batch: 300,
    queue: 4000,
    retry: Duration::from_millis(5),
};

fn start_with(folder: &Path, party: &Party, options: Options) -> Sequencer {
    Sequencer::start(LogWriter::open(folder).unwrap(), party.signer(), options).unwrap()
}

fn start(folder: &Path, party: &Party) -> Sequencer {
    start_with(folder, party, QUICK)
}

fn submit(sequencer: &Sequencer, entry: &[u8]) -> Result<Receipt, Refused> {
    sequencer.submit(entry)?.wait()
}

fn code(outcome: Result<Receipt, Refused>) -> Code {
    outcome.map_or_else(|refused| refused.code(), |receipt| panic!("taken at {}", receipt.index()))
}

fn assert_valid(party: &Party, entry: &[u8], receipt: &Receipt) {
    let bytes = receipt.proof().unwrap();
    let proof = UnverifiedProof::parse(&bytes).unwrap();
    assert_eq!((proof.extra(), proof.claimed_index()), (Some(entry), receipt.index()));
    let included = proof.verify(leaf_hash(entry), &party.policy()).unwrap();
    assert_eq!(included.checkpoint().size(), receipt.size());
}

#[test]
fn a_thousand_entries_of_thirty_two_threads_get_a_valid_receipt_each() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let sequencer = start(folder.path(), &party);
    let entries: Vec<_> = (100..1124).map(|number| party.sealed(number)).collect();
    let receipts: Vec<Receipt> = thread::scope(|scope| {
        let threads: Vec<_> = entries
            .chunks(32)
            .map(|chunk| {
                let sequencer = &sequencer;
                scope.spawn(move || {
                    let tickets: Vec<_> =
                        chunk.iter().map(|entry| sequencer.submit(entry).unwrap()).collect();
                    tickets.into_iter().map(|ticket| ticket.wait().unwrap()).collect::<Vec<_>>()
                })
            })
            .collect();
        assert_eq!(threads.len(), 32);
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    let (size, note) = sequencer.published();
    assert_eq!(size.get(), 14 + 1024);
    sequencer.stop().unwrap();
    let mut indices = Vec::new();
    let log = LogDirectory::open(folder.path()).unwrap();
    assert_eq!(log.checkpoint_bytes().unwrap(), *note);
    for (entry, receipt) in entries.iter().zip(&receipts) {
        assert_valid(&party, entry, receipt);
        assert_eq!(log.entry(receipt.index()).unwrap(), *entry);
        indices.push(receipt.index().get());
    }
    indices.sort_unstable();
    assert!(indices.into_iter().eq(14..14 + 1024));
    let report = check(folder.path()).unwrap();
    assert!(report.history_notes() < 500, "{} batches", report.history_notes());
    assert_eq!(fs::read_dir(folder.path().join("staging")).unwrap().count(), 0);
}

#[test]
fn the_first_entry_of_a_log_is_its_genesis() {
    let (party, folder) = (Party::new(), scratch());
    let writer = LogWriter::create(folder.path(), &party.origin).unwrap();
    let sequencer = Sequencer::start(writer, party.signer(), QUICK).unwrap();
    assert_eq!(code(submit(&sequencer, &party.sealed(1))), Code::GenesisMisplaced);
    // What the genesis enrols may sign before the genesis is in the log.
    let entries = party.entries(5);
    let tickets: Vec<_> = entries.iter().map(|entry| sequencer.submit(entry).unwrap()).collect();
    for (index, ticket) in (0..).zip(tickets) {
        assert_eq!(ticket.wait().unwrap().index().get(), index);
    }
    assert_eq!(submit(&sequencer, &party.genesis).unwrap().index(), LeafIndex::ZERO);
    let other = Party::with_origin("log.example/b");
    assert_eq!(code(submit(&sequencer, &other.genesis)), Code::GenesisMisplaced);
    sequencer.stop().unwrap();
    check(folder.path()).unwrap();
}

#[test]
fn the_same_bytes_give_the_first_receipt_in_flight_and_later_and_after_a_restart() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let slow = Options { max_wait: Duration::from_secs(2), ..QUICK };
    let sequencer = start_with(folder.path(), &party, slow);
    let entry = party.sealed(500);
    let tickets: Vec<_> = (0..5).map(|_| sequencer.submit(&entry).unwrap()).collect();
    let other = sequencer.submit(&party.sealed(501)).unwrap();
    for ticket in tickets {
        let receipt = ticket.wait().unwrap();
        assert_eq!((receipt.index().get(), receipt.size().get()), (14, 16));
    }
    assert_eq!(other.wait().unwrap().index().get(), 15);
    assert_eq!(submit(&sequencer, &entry).unwrap().index().get(), 14);
    sequencer.stop().unwrap();
    for index_deleted in [false, true] {
        if index_deleted {
            fs::remove_dir_all(folder.path().join("index")).unwrap();
        }
        let sequencer = start(folder.path(), &party);
        for (entry, index) in [(entry.clone(), 14), (party.sealed(3), 3), (party.genesis.clone(), 0)] {
            let receipt = submit(&sequencer, &entry).unwrap();
            assert_eq!((receipt.index().get(), receipt.size().get()), (index, 16));
            assert_valid(&party, &entry, &receipt);
        }
        sequencer.stop().unwrap();
    }
    assert_eq!(check(folder.path()).unwrap().size().get(), 16);
}

#[test]
fn an_index_that_is_damaged_or_of_another_log_or_ahead_is_never_believed() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let sequencer = start(folder.path(), &party);
    let ahead = submit(&sequencer, &party.sealed(500)).unwrap();
    assert_eq!(ahead.index().get(), 14);
    sequencer.stop().unwrap();

    // The log without that entry, with the index that knows it.
    let back = party.log_of(&[14]);
    crate::support::copy(&folder.path().join("index"), &{
        let index = back.path().join("index");
        fs::create_dir(&index).unwrap();
        index
    });
    let sequencer = start(back.path(), &party);
    assert_eq!(submit(&sequencer, &party.sealed(600)).unwrap().index().get(), 14);
    assert_eq!(submit(&sequencer, &party.sealed(500)).unwrap().index().get(), 15);
    sequencer.stop().unwrap();
    check(back.path()).unwrap();

    // A damaged one.
    let meta = folder.path().join("index");
    fs::remove_dir_all(&meta).unwrap();
    fs::write(&meta, b"no index").unwrap();
    let refused = Sequencer::start(LogWriter::open(folder.path()).unwrap(), party.signer(), QUICK);
    assert_eq!(refused.unwrap_err().code(), Code::Unavailable);
    fs::remove_file(&meta).unwrap();
    start(folder.path(), &party).stop().unwrap();
}

#[test]
fn entries_that_readers_would_refuse_are_refused_with_their_code() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let sequencer = start(folder.path(), &party);
    let stranger = SigningKey::from_seed(&[77; 32]);
    let signed = |key: &SigningKey, number| {
        Signer::new(party.log(), key).sealed(Digest::from_bytes([number; 32])).unwrap()
    };
    assert_eq!(code(submit(&sequencer, b"no statement")), Code::UnsupportedVersion);
    assert_eq!(code(submit(&sequencer, &[])), Code::MalformedStatement);
    assert_eq!(code(submit(&sequencer, &vec![1; 70_000])), Code::Oversize);
    assert_eq!(code(submit(&sequencer, &signed(&stranger, 1))), Code::UnknownAuthor);
    // An author key does not seal.
    assert_eq!(code(submit(&sequencer, &signed(&SigningKey::from_seed(&[2; 32]), 1))), Code::KeyRole);
    let mut forged = party.sealed(100);
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(code(submit(&sequencer, &forged)), Code::InvalidStatementSignature);
    let other = Party::with_origin("log.example/b");
    assert_eq!(code(submit(&sequencer, &other.sealed(1))), Code::LogMismatch);
    assert_eq!(sequencer.published().0.get(), 14);
    sequencer.stop().unwrap();
    check(folder.path()).unwrap();
}

#[test]
fn a_sealed_value_and_a_statement_id_are_taken_once() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let sequencer = start(folder.path(), &party);
    let new = SigningKey::from_seed(&[41; 32]);
    let add = NewKey { key: &new, role: Role::Sealing, nonce: [1; 16] };
    let rotate =
        party.author().key_rotate(key_digest(&SigningKey::from_seed(&[3; 32]).public()), &add).unwrap();
    let value = |number: u64| {
        let mut value = [7; 32];
        value[..8].copy_from_slice(&number.to_le_bytes());
        Digest::from_bytes(value)
    };
    submit(&sequencer, &rotate).unwrap();
    // The new sealing key seals what the old one sealed before: another statement, the same value.
    let again = Signer::new(party.log(), &new).sealed(value(5)).unwrap();
    assert_eq!(code(submit(&sequencer, &again)), Code::DuplicateSealed);
    sequencer.stop().unwrap();
    assert_eq!(check(folder.path()).unwrap().size().get(), 15);
}

#[test]
fn key_events_take_effect_within_the_batch() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let slow = Options { max_wait: Duration::from_secs(4), ..QUICK };
    let sequencer = start_with(folder.path(), &party, slow);
    let new = SigningKey::from_seed(&[41; 32]);
    let old = key_digest(&SigningKey::from_seed(&[3; 32]).public());
    let add = NewKey { key: &new, role: Role::Sealing, nonce: [1; 16] };
    let by_new = |number| Signer::new(party.log(), &new).sealed(Digest::from_bytes([number; 32])).unwrap();

    assert_eq!(code(submit(&sequencer, &by_new(1))), Code::UnknownAuthor);
    let batch = [
        party.sealed(100),
        party.author().key_rotate(old, &add).unwrap(),
        party.sealed(101),
        by_new(1),
        party.sealed(100),
    ];
    let tickets: Vec<_> = batch.iter().map(|entry| sequencer.submit(entry).unwrap()).collect();
    let outcomes: Vec<_> = tickets
        .into_iter()
        .map(|ticket| ticket.wait().map(|receipt| receipt.index().get()).map_err(|refused| refused.code()))
        .collect();
    assert_eq!(outcomes, [Ok(14), Ok(15), Err(Code::KeyRevoked), Ok(16), Ok(14)]);
    sequencer.stop().unwrap();

    // After a restart the keys are known from the index.
    let sequencer = start(folder.path(), &party);
    assert_eq!(code(submit(&sequencer, &party.sealed(102))), Code::KeyRevoked);
    assert_eq!(submit(&sequencer, &by_new(2)).unwrap().index().get(), 17);
    let revoke = |nonce| party.author().key_revoke(old, RevocationReason::Lost, [nonce; 16]).unwrap();
    assert_eq!(code(submit(&sequencer, &revoke(1))), Code::KeyRevoked);
    let close = party.author().log_close(None, [9; 16]).unwrap();
    assert_eq!(submit(&sequencer, &close).unwrap().index().get(), 18);
    assert_eq!(code(submit(&sequencer, &by_new(3))), Code::EntryAfterClose);
    assert_eq!(submit(&sequencer, &by_new(2)).unwrap().index().get(), 17, "a receipt can still be had");
    sequencer.stop().unwrap();
    let report = check(folder.path()).unwrap();
    assert_eq!((report.size().get(), report.closed().map(LeafIndex::get)), (19, Some(18)));
}

#[test]
fn a_full_queue_says_when_to_come_again() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let slow = Options { max_wait: Duration::from_secs(60), max_batch: 100, queue: 3, ..QUICK };
    let sequencer = start_with(folder.path(), &party, slow);
    let tickets: Vec<_> = (100..103).map(|number| sequencer.submit(&party.sealed(number)).unwrap()).collect();
    assert_eq!(sequencer.waiting(), 3);
    let refused = sequencer.submit(&party.sealed(103)).unwrap_err();
    assert!(matches!(refused, Refused::Busy { retry_after } if !retry_after.is_zero()), "{refused}");
    assert_eq!(refused.code(), Code::Unavailable);
    assert!(tickets[0].wait_timeout(Duration::from_millis(1)).is_none());
    // Stopping does what waits.
    sequencer.stop().unwrap();
    for (index, ticket) in (14..).zip(tickets) {
        assert_eq!(ticket.wait_timeout(Duration::from_secs(60)).unwrap().unwrap().index().get(), index);
    }
    assert!(matches!(sequencer.submit(&party.sealed(104)), Err(Refused::Ended)));
    assert_eq!(sequencer.status(), Status::Ended { reason: None, code: None });
    LogWriter::open(folder.path()).unwrap();
    check(folder.path()).unwrap();
}

#[test]
fn two_sequencers_cannot_have_one_folder() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let sequencer = start(folder.path(), &party);
    let error = LogWriter::open(folder.path()).unwrap_err();
    assert!(error.to_string().contains("lock is held"), "{error}");
    sequencer.stop().unwrap();
    drop(start(folder.path(), &party));
}

#[test]
fn another_key_than_the_logs_is_refused_at_the_start() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let wrong = detente_log::LogSigner::new(party.origin.clone(), SigningKey::from_seed(&[99; 32]));
    let error = Sequencer::start(LogWriter::open(folder.path()).unwrap(), wrong, QUICK).unwrap_err();
    assert_eq!(error.code(), Code::Misuse);
}

#[test]
fn a_callback_is_called_once_and_not_for_what_is_refused_at_the_door() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let sequencer = Arc::new(start(folder.path(), &party));
    let (sender, receiver) = mpsc::channel();
    for number in 100..120 {
        let sender = sender.clone();
        sequencer.submit_with(&party.sealed(number), move |outcome| sender.send(outcome).unwrap()).unwrap();
    }
    let refused = sequencer.submit_with(b"no statement", move |outcome| sender.send(outcome).unwrap());
    assert_eq!(refused.unwrap_err().code(), Code::UnsupportedVersion);
    let indices: Vec<_> = receiver.iter().map(|outcome| outcome.unwrap().index().get()).collect();
    assert!(indices.into_iter().eq(14..34));
}

#[test]
fn without_its_quorum_a_sequencer_is_degraded_until_the_witness_is_back() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let witness = Institute::new(60);
    let mut writer = LogWriter::open(folder.path()).unwrap();
    writer.require_cosignatures(witness.clone(), quorum_of(&party, &[60])).unwrap();
    assert_eq!(writer.begin(&party.signer()).unwrap(), None);
    witness.set_away(true);
    let sequencer = Sequencer::start(writer, party.signer(), QUICK).unwrap();
    let first = sequencer.submit(&party.sealed(100)).unwrap();
    while !matches!(sequencer.status(), Status::Degraded(_)) {
        assert!(first.wait_timeout(Duration::from_millis(1)).is_none());
    }
    let second = sequencer.submit(&party.sealed(101)).unwrap();
    assert!(second.wait_timeout(Duration::from_millis(30)).is_none());
    assert_eq!(sequencer.published().0.get(), 14);
    witness.set_away(false);
    assert_eq!(first.wait().unwrap().size().get(), 15);
    assert_eq!(second.wait().unwrap().size().get(), 16);
    assert_eq!(sequencer.status(), Status::Running);

    // Ended while degraded: committed, not published, and published by the next one.
    witness.set_away(true);
    let third = sequencer.submit(&party.sealed(102)).unwrap();
    while !matches!(sequencer.status(), Status::Degraded(_)) {
        thread::yield_now();
    }
    sequencer.stop().unwrap();
    let refused = third.wait().unwrap_err();
    assert!(!refused.is_final() && refused.code() == Code::UnderWitnessed, "{refused}");
    witness.set_away(false);
    let mut writer = LogWriter::open(folder.path()).unwrap();
    assert!(writer.is_unsigned());
    writer.require_cosignatures(witness, quorum_of(&party, &[60])).unwrap();
    let sequencer = Sequencer::start(writer, party.signer(), QUICK).unwrap();
    let receipt = submit(&sequencer, &party.sealed(102)).unwrap();
    assert_eq!((receipt.index().get(), receipt.size().get()), (16, 17));
}

#[test]
fn a_failing_disk_loses_no_receipt_and_signs_no_second_tree() {
    let party = Party::new();
    let before = party.log_of(&[250]);
    let (mut unknown, mut not_committed) = (0, 0);
    for fault in [Fault::Before, Fault::After] {
        for then in [Then::Off, Then::Recovers] {
            for number in 0..40 {
                let folder = copy_of(before.path());
                let key = Recording::new();
                let (store, _) = failing(folder.path(), number + STEPS_OF_OPENING, fault, then);
                let writer = LogWriter::open_in(store).unwrap();
                let sequencer = Sequencer::start(writer, key.signer(&party.origin), QUICK).unwrap();
                let what = format!("{fault:?} of step {number}, {then:?}");
                let entries: Vec<_> = (300..308).map(|number| party.sealed(number)).collect();
                let mut held = Vec::new();
                for entry in entries.chunks(4) {
                    let tickets: Vec<_> = entry.iter().map(|entry| sequencer.submit(entry)).collect();
                    for (entry, ticket) in entry.iter().zip(tickets) {
                        match ticket.and_then(|ticket| ticket.wait()) {
                            Ok(receipt) => held.push((entry.clone(), receipt.index(), receipt)),
                            Err(Refused::Unknown(_) | Refused::Unpublished { .. } | Refused::Ended) => {
                                unknown += 1
                            }
                            Err(Refused::NotCommitted(_)) => not_committed += 1,
                            Err(other) => panic!("{what}: {other}"),
                        }
                    }
                }
                let _ = sequencer.stop();
                // A new start takes all of them, the ones with a receipt at their old place.
                let writer = LogWriter::open_in(Store::new(folder.path())).unwrap();
                let again = Sequencer::start(writer, key.signer(&party.origin), QUICK).unwrap();
                let tickets: Vec<_> = entries.iter().map(|entry| again.submit(entry).unwrap()).collect();
                for ticket in tickets {
                    ticket.wait().unwrap();
                }
                again.stop().unwrap();
                let log = LogDirectory::open(folder.path()).unwrap();
                for (entry, index, receipt) in held {
                    assert_eq!(log.entry(index).unwrap(), entry, "{what}");
                    assert_valid(&party, &entry, &receipt);
                }
                key.sizes();
                if number % 8 == 0 {
                    assert_eq!(check(folder.path()).unwrap().size().get(), 258, "{what}");
                }
            }
        }
    }
    assert!(unknown > 50 && not_committed > 8, "{unknown} {not_committed}");
}
