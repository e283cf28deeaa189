//! A store that fails at any one call, before it took effect or after: no two trees, no earlier time, no lost witness.

use std::sync::atomic::{AtomicUsize, Ordering};

use detente_core::Origin;
use detente_witness::{
    AddCheckpoint, Evidence, Kept, MemoryStore, Refusal, Seen, SeenKey, SqliteStore, Witness, WitnessError,
    WitnessStore,
};

use crate::scene::{Branch, Ledger, NOON, at, origin, witness, witness_note_key};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The call fails and nothing happened.
    NotDone,
    /// The call fails and everything happened.
    Done,
}

/// Fails at the call of one number.
struct Failing<S> {
    store: S,
    calls: AtomicUsize,
    at: usize,
    fault: Fault,
}

impl<S> Failing<S> {
    fn call<T>(&self, call: impl FnOnce(&S) -> Result<T, WitnessError>) -> Result<T, WitnessError> {
        let broken = || WitnessError::store(std::io::Error::other("arranged"));
        let fails = self.calls.fetch_add(1, Ordering::Relaxed) == self.at;
        if fails && self.fault == Fault::NotDone {
            return Err(broken());
        }
        let done = call(&self.store)?;
        if fails { Err(broken()) } else { Ok(done) }
    }
}

impl<S: WitnessStore> WitnessStore for Failing<S> {
    fn newest(&self, origin: &Origin) -> Result<Option<Seen>, WitnessError> {
        self.call(|store| store.newest(origin))
    }

    fn compare_and_set(
        &self,
        origin: &Origin,
        expected: Option<&SeenKey>,
        next: &Seen,
    ) -> Result<bool, WitnessError> {
        self.call(|store| store.compare_and_set(origin, expected, next))
    }

    fn keep_evidence(&self, origin: &Origin, evidence: &Evidence) -> Result<Kept, WitnessError> {
        self.call(|store| store.keep_evidence(origin, evidence))
    }

    fn evidence(&self, origin: &Origin) -> Result<Vec<Evidence>, WitnessError> {
        self.call(|store| store.evidence(origin))
    }

    fn keep_refusal(&self, origin: &Origin, refusal: &Refusal) -> Result<(), WitnessError> {
        self.call(|store| store.keep_refusal(origin, refusal))
    }

    fn refusals(&self, origin: &Origin) -> Result<Vec<Refusal>, WitnessError> {
        self.call(|store| store.refusals(origin))
    }
}

/// Asks until there is an answer, as a log does: with the size that a 409 names, and again after a failure.
fn persist<S: WitnessStore>(
    witness: &Witness<S>,
    branch: &Branch,
    mut old: u64,
    new: u64,
    now: u64,
    ledger: &mut Ledger,
) -> Result<(), WitnessError> {
    for _ in 0..4 {
        let request = branch.request(old, new);
        match witness.add_checkpoint(&request, at(now)) {
            Ok(lines) => {
                ledger.record(&request, &lines);
                return Ok(());
            }
            Err(WitnessError::SizeConflict { newest, .. }) if newest.get() <= new => old = newest.get(),
            Err(WitnessError::Store(_)) => {}
            Err(error) => return Err(error),
        }
    }
    panic!("no answer after four tries");
}

/// A log that grows, a fork that tries its luck after each step, and a clock that hesitates.
fn play<S: WitnessStore>(witness: &Witness<S>) -> Ledger {
    let (honest, fork) = (Branch::new(1, 4, 30), Branch::new(2, 4, 30));
    let mut ledger = Ledger::default();
    for (step, (old, new)) in [(0, 4), (4, 9), (9, 9), (9, 17), (17, 23)].into_iter().enumerate() {
        let clock = if step == 2 { NOON } else { NOON + 60 * step as u64 };
        persist(witness, &honest, old, new, clock, &mut ledger).unwrap();
        if new > 4 {
            for claim in [new, new + 1] {
                let refused = persist(witness, &fork, old, claim, clock, &mut ledger).unwrap_err();
                assert_eq!(refused.status(), 422, "{refused}");
            }
        }
    }
    assert!(ledger.is_of(&honest));
    assert_eq!(ledger.count, 5, "the log gets every cosignature, whatever failed in between");
    ledger
}

fn calls_of_a_quiet_run() -> usize {
    let store =
        Failing { store: MemoryStore::new(), calls: AtomicUsize::new(0), at: usize::MAX, fault: Fault::Done };
    play(&witness(&store));
    store.calls.load(Ordering::Relaxed)
}

#[test]
fn any_call_may_fail_done_or_not() {
    let calls = calls_of_a_quiet_run();
    assert!(calls > 20, "the play calls the store {calls} times");
    for fault in [Fault::NotDone, Fault::Done] {
        for at in 0..calls {
            let store = Failing { store: MemoryStore::new(), calls: AtomicUsize::new(0), at, fault };
            play(&witness(&store));
            assert!(store.calls.load(Ordering::Relaxed) > at, "the fault was reached");
            let kept = store.store.evidence(&origin()).unwrap();
            assert_eq!(kept.len(), 6, "{fault:?} at {at}: every forked tree left its signature, once");
        }
    }
}

#[test]
fn any_call_may_fail_over_a_file() {
    let calls = calls_of_a_quiet_run();
    let folder = tempfile::tempdir().unwrap();
    for (number, at) in (0..calls).step_by(3).enumerate() {
        let fault = if number % 2 == 0 { Fault::Done } else { Fault::NotDone };
        let path = folder.path().join(format!("{number}.sqlite"));
        let store = SqliteStore::create(&path, &witness_note_key()).unwrap();
        play(&witness(Failing { store, calls: AtomicUsize::new(0), at, fault }));
    }
}

#[test]
fn a_failure_after_the_step_gives_no_signature_and_the_next_start_knows() {
    let memory = MemoryStore::new();
    let branch = Branch::new(1, 4, 30);
    // Call 0 reads, call 1 compares and sets.
    let store = Failing { store: &memory, calls: AtomicUsize::new(0), at: 1, fault: Fault::Done };
    let failed = witness(store).add_checkpoint(&branch.request(0, 9), at(NOON)).unwrap_err();
    assert_eq!(failed.status(), 503);
    let again = witness(&memory);
    let refused = again.add_checkpoint(&branch.request(0, 9), at(NOON)).unwrap_err();
    assert_eq!(refused.conflict().map(detente_core::TreeSize::get), Some(9));
    let request: AddCheckpoint = branch.request(9, 9);
    let lines = again.add_checkpoint(&request, at(NOON - 10)).unwrap();
    let mut ledger = Ledger::default();
    ledger.record(&request, &lines);
    assert_eq!(ledger.time(), NOON, "the time that was persisted, not the slower clock's");
}
