//! What every store must do (`specs/witness.md` "Compare, persist, cosign", "Evidence"), as one suite for any of them.
//!
//! ```
//! use detente_witness::{MemoryStore, conformance};
//!
//! // A store in memory survives no restart, so here it is only handed back.
//! conformance::run(&mut MemoryStore::new, &mut |store| store);
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a suite for tests: it stops at the first rule that a store breaks"
)]

use std::{sync::Barrier, thread};

use detente_checkpoint::{SigningKey, TreeHead};
use detente_core::{Code, Digest, Origin, TreeSize, UnixSeconds};
use detente_merkle::EMPTY_ROOT;

use crate::{Evidence, EvidenceKind, Kept, MAX_EVIDENCE, MAX_REFUSALS, Refusal, Seen, SeenKey, WitnessStore};

/// Runs every check. `fresh` makes a store that has seen nothing, a new one each time; `reopen` closes a store and opens
/// it again, as a restart does.
///
/// # Panics
/// At the first rule that is broken, naming it.
pub fn run<S: WitnessStore>(fresh: &mut dyn FnMut() -> S, reopen: &mut dyn FnMut(S) -> S) {
    starts_empty(&fresh());
    compares_size_root_and_time(&fresh());
    keeps_origins_apart(&fresh());
    keeps_the_extremes(&fresh());
    one_of_many_wins(&fresh());
    evidence_is_bounded(&fresh());
    refusals_are_bounded(&fresh());
    everything_survives(fresh(), reopen);
}

fn starts_empty<S: WitnessStore>(store: &S) {
    assert_eq!(store.newest(&origin("a")).unwrap(), None, "a new store has seen nothing");
    assert!(store.evidence(&origin("a")).unwrap().is_empty(), "a new store holds no evidence");
}

fn compares_size_root_and_time<S: WitnessStore>(store: &S) {
    let log = origin("a");
    let (first, second) = (seen("a", 5, 1, 100), seen("a", 8, 2, 200));
    let set = |expected: Option<&SeenKey>, next: &Seen| store.compare_and_set(&log, expected, next).unwrap();
    let is = |expected: &Seen, rule: &str| {
        assert_eq!(store.newest(&log).unwrap().as_ref(), Some(expected), "{rule}");
    };
    assert!(!set(Some(first.key()), &second), "nothing is there: something expected");
    assert_eq!(store.newest(&log).unwrap(), None, "a lost comparison changes nothing");
    assert!(set(None, &first), "nothing is there: nothing expected");
    is(&first, "what was set is read, note included");
    assert!(!set(None, &second), "something is there: nothing expected");
    is(&first, "a lost comparison changes nothing");
    for (rule, other) in [
        ("another size", SeenKey { size: size(6), ..*first.key() }),
        ("another root", SeenKey { root: root(9), ..*first.key() }),
        ("another time", SeenKey { time: time(101), ..*first.key() }),
    ] {
        assert!(!set(Some(&other), &second), "{rule} expected");
        is(&first, "a lost comparison changes nothing");
    }
    assert!(set(Some(first.key()), &second), "what is there is expected");
    is(&second, "what was set is read");
    assert!(!set(Some(first.key()), &second), "the same step twice");
    let later = seen("a", 8, 2, 300);
    assert!(set(Some(second.key()), &later), "one size and root at a later time");
    is(&later, "a later time is a step too");
    assert!(!set(Some(second.key()), &seen("a", 8, 2, 250)), "a slower request for the same size");
    is(&later, "times do not go back");
}

fn keeps_origins_apart<S: WitnessStore>(store: &S) {
    let (a, b) = (origin("a"), origin("b"));
    let first = seen("a", 5, 1, 100);
    assert!(store.compare_and_set(&a, None, &first).unwrap(), "nothing is there");
    assert_eq!(store.newest(&b).unwrap(), None, "another log has its own newest");
    store.keep_evidence(&a, &evidence(EvidenceKind::Fork, 5, 2)).unwrap();
    assert!(store.evidence(&b).unwrap().is_empty(), "another log has its own evidence");
    let longer = origin("a/b");
    assert_eq!(store.newest(&longer).unwrap(), None, "an origin that begins with another is another");
}

fn keeps_the_extremes<S: WitnessStore>(store: &S) {
    let log = origin("a");
    let key = SeenKey { size: TreeSize::ZERO, root: EMPTY_ROOT, time: time(1) };
    let empty = made("a", key);
    assert!(store.compare_and_set(&log, None, &empty).unwrap(), "an empty tree may be cosigned");
    assert_eq!(store.newest(&log).unwrap(), Some(empty), "and is not the same as nothing");
    let most = detente_core::MAX_POSITION;
    let largest = seen("a", most, 7, most);
    assert!(store.compare_and_set(&log, Some(&key), &largest).unwrap(), "the largest size and time");
    assert_eq!(store.newest(&log).unwrap(), Some(largest), "the largest size and time are read back");
}

fn one_of_many_wins<S: WitnessStore>(store: &S) {
    const RACERS: u8 = 8;
    let log = origin("a");
    let first = seen("a", 5, 1, 100);
    assert!(store.compare_and_set(&log, None, &first).unwrap(), "nothing is there");
    let start = Barrier::new(usize::from(RACERS));
    let (start, log, first) = (&start, &log, &first);
    let won: Vec<u8> = thread::scope(|scope| {
        let racers: Vec<_> = (0..RACERS)
            .map(|racer| {
                scope.spawn(move || {
                    let next = seen("a", 6 + u64::from(racer), racer, 200);
                    start.wait();
                    store.compare_and_set(log, Some(first.key()), &next).unwrap().then_some(racer)
                })
            })
            .collect();
        racers.into_iter().filter_map(|racer| racer.join().unwrap()).collect()
    });
    assert_eq!(won.len(), 1, "exactly one of many that expect the same wins, got {won:?}");
    let newest = store.newest(log).unwrap().unwrap();
    assert_eq!(newest.key().size, size(6 + u64::from(won[0])), "the winner's step is what is stored");
}

fn evidence_is_bounded<S: WitnessStore>(store: &S) {
    let log = origin("a");
    let keep = |evidence: &Evidence| store.keep_evidence(&log, evidence).unwrap();
    let first = evidence(EvidenceKind::Unproven, 5, 1);
    assert_eq!(keep(&first), Kept::New, "the first");
    let again = Evidence { request: b"another proof".to_vec(), time: time(999), ..first.clone() };
    assert_eq!(keep(&again), Kept::Known, "the same kind, size and root");
    assert_eq!(store.evidence(&log).unwrap(), std::slice::from_ref(&first), "the first one stays");
    let as_fork = Evidence { kind: EvidenceKind::Fork, newest: Some(b"note".to_vec()), ..first.clone() };
    assert_eq!(keep(&as_fork), Kept::New, "another kind");
    let mut expected = vec![first, as_fork];
    for number in 1..MAX_EVIDENCE {
        let next = evidence(EvidenceKind::Unproven, 5 + number as u64, 1);
        assert_eq!(keep(&next), Kept::New, "number {number} of one kind");
        expected.push(next);
    }
    let more = evidence(EvidenceKind::Unproven, 999, 1);
    assert_eq!(keep(&more), Kept::Full, "one more than the limit");
    assert_eq!(keep(&expected[0].clone()), Kept::Known, "a known one, at the limit");
    let fork = evidence(EvidenceKind::Fork, 999, 1);
    assert_eq!(keep(&fork), Kept::New, "one kind does not take the other's place");
    expected.push(fork);
    assert_eq!(store.evidence(&log).unwrap(), expected, "all that was kept, in order");
}

fn refusals_are_bounded<S: WitnessStore>(store: &S) {
    let log = origin("a");
    let keep = |refusal: &Refusal| store.keep_refusal(&log, refusal).unwrap();
    assert!(store.refusals(&log).unwrap().is_empty(), "a new store holds no refusal");
    let first = refusal(1, 5);
    keep(&first);
    assert_eq!(store.refusals(&log).unwrap(), std::slice::from_ref(&first), "what was kept is read");
    assert!(store.refusals(&origin("b")).unwrap().is_empty(), "another log has its own refusals");
    let second = refusal(2, 6);
    keep(&second);
    let again = Refusal { time: time(999), ..first };
    keep(&again);
    assert_eq!(store.refusals(&log).unwrap(), [again, second], "the newest first, one for a request");
    let many: Vec<_> = (0..MAX_REFUSALS).map(|number| refusal(1000 + number as u64, 7)).collect();
    many.iter().for_each(keep);
    let newest: Vec<_> = many.into_iter().rev().collect();
    assert_eq!(store.refusals(&log).unwrap(), newest, "the oldest make room");
}

fn everything_survives<S: WitnessStore>(store: S, reopen: &mut dyn FnMut(S) -> S) {
    let log = origin("a");
    let (first, second) = (seen("a", 5, 1, 100), seen("a", 8, 2, 200));
    let kept = evidence(EvidenceKind::Fork, 5, 9);
    assert!(store.compare_and_set(&log, None, &first).unwrap(), "nothing is there");
    assert_eq!(store.keep_evidence(&log, &kept).unwrap(), Kept::New, "the first");
    let refused = refusal(1, 6);
    store.keep_refusal(&log, &refused).unwrap();
    let store = reopen(store);
    assert_eq!(store.refusals(&log).unwrap(), std::slice::from_ref(&refused), "a refusal survives a restart");
    assert_eq!(store.newest(&log).unwrap().as_ref(), Some(&first), "the newest survives a restart");
    assert!(!store.compare_and_set(&log, None, &second).unwrap(), "a restart forgets nothing");
    assert!(store.compare_and_set(&log, Some(first.key()), &second).unwrap(), "and goes on from there");
    let store = reopen(store);
    assert_eq!(store.newest(&log).unwrap().as_ref(), Some(&second), "the newest survives a restart");
    assert_eq!(store.evidence(&log).unwrap(), std::slice::from_ref(&kept), "evidence survives a restart");
    assert_eq!(store.keep_evidence(&log, &kept).unwrap(), Kept::Known, "and is still known");
}

fn origin(name: &str) -> Origin {
    Origin::parse(&format!("log.example/{name}")).unwrap()
}

fn size(value: u64) -> TreeSize {
    TreeSize::new(value).unwrap()
}

fn time(value: u64) -> UnixSeconds {
    UnixSeconds::new(value).unwrap()
}

fn root(byte: u8) -> Digest {
    Digest::from_bytes([byte; 32])
}

fn seen(log: &str, leaves: u64, root_byte: u8, at: u64) -> Seen {
    made(log, SeenKey { size: size(leaves), root: root(root_byte), time: time(at) })
}

fn made(log: &str, key: SeenKey) -> Seen {
    let head = TreeHead::new(origin(log), key.size, key.root).unwrap();
    let note = head.sign(&SigningKey::from_seed(&[7; 32])).unwrap();
    Seen::restore(&origin(log), key, note.as_bytes()).unwrap()
}

fn evidence(kind: EvidenceKind, leaves: u64, root_byte: u8) -> Evidence {
    Evidence {
        kind,
        size: size(leaves),
        root: root(root_byte),
        time: time(100),
        request: vec![0, 1, 2, 255],
        newest: (kind == EvidenceKind::Fork).then(|| b"note\n".to_vec()),
    }
}

fn refusal(request: u64, leaves: u64) -> Refusal {
    let mut digest = [0; 32];
    digest[..8].copy_from_slice(&request.to_be_bytes());
    Refusal {
        request: Digest::from_bytes(digest),
        code: Code::SizeConflict,
        old: size(1),
        size: size(leaves),
        root: root(9),
        newest: size(detente_core::MAX_POSITION),
        time: time(100),
    }
}
