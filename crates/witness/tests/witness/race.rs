//! The race that C2SP tlog-witness describes: a second request between the first one's read and its write.
//!
//! The store runs the second request inside the first one's read, so the interleaving is the same in every run.

use std::sync::Mutex;

use detente_core::Origin;
use detente_witness::{Evidence, Kept, MemoryStore, Refusal, Seen, SeenKey, WitnessError, WitnessStore};

use crate::scene::{Branch, Ledger, NOON, at, origin, size, witness};

type Second<'a> = Box<dyn FnOnce() + Send + 'a>;

/// Hands out what it read only after the second request is through.
struct Interleaved<'a, S> {
    store: &'a S,
    second: Mutex<Option<Second<'a>>>,
}

impl<'a, S: WitnessStore> Interleaved<'a, S> {
    fn new(store: &'a S, second: impl FnOnce() + Send + 'a) -> Self {
        Self { store, second: Mutex::new(Some(Box::new(second))) }
    }
}

impl<S: WitnessStore> WitnessStore for Interleaved<'_, S> {
    fn newest(&self, origin: &Origin) -> Result<Option<Seen>, WitnessError> {
        let found = self.store.newest(origin);
        let second = self.second.lock().unwrap().take();
        if let Some(second) = second {
            second();
        }
        found
    }

    fn compare_and_set(
        &self,
        origin: &Origin,
        expected: Option<&SeenKey>,
        next: &Seen,
    ) -> Result<bool, WitnessError> {
        self.store.compare_and_set(origin, expected, next)
    }

    fn keep_evidence(&self, origin: &Origin, evidence: &Evidence) -> Result<Kept, WitnessError> {
        self.store.keep_evidence(origin, evidence)
    }

    fn evidence(&self, origin: &Origin) -> Result<Vec<Evidence>, WitnessError> {
        self.store.evidence(origin)
    }

    fn keep_refusal(&self, origin: &Origin, refusal: &Refusal) -> Result<(), WitnessError> {
        self.store.keep_refusal(origin, refusal)
    }

    fn refusals(&self, origin: &Origin) -> Result<Vec<Refusal>, WitnessError> {
        self.store.refusals(origin)
    }
}

/// Writes without comparing: what a store must not do.
#[derive(Default)]
struct Naive(MemoryStore);

impl WitnessStore for Naive {
    fn newest(&self, origin: &Origin) -> Result<Option<Seen>, WitnessError> {
        self.0.newest(origin)
    }

    fn compare_and_set(
        &self,
        origin: &Origin,
        _: Option<&SeenKey>,
        next: &Seen,
    ) -> Result<bool, WitnessError> {
        let found = self.0.newest(origin)?;
        self.0.compare_and_set(origin, found.as_ref().map(Seen::key), next)
    }

    fn keep_evidence(&self, origin: &Origin, evidence: &Evidence) -> Result<Kept, WitnessError> {
        self.0.keep_evidence(origin, evidence)
    }

    fn evidence(&self, origin: &Origin) -> Result<Vec<Evidence>, WitnessError> {
        self.0.evidence(origin)
    }

    fn keep_refusal(&self, origin: &Origin, refusal: &Refusal) -> Result<(), WitnessError> {
        self.0.keep_refusal(origin, refusal)
    }

    fn refusals(&self, origin: &Origin) -> Result<Vec<Refusal>, WitnessError> {
        self.0.refusals(origin)
    }
}

#[test]
fn without_the_comparison_the_witness_signs_a_fork() {
    let store = Naive::default();
    let (one, other) = (Branch::new(1, 12, 20), Branch::new(2, 12, 20));
    witness(&store).add_checkpoint(&one.request(0, 10), at(NOON)).unwrap();
    let b = || {
        witness(&store).add_checkpoint(&one.request(10, 15), at(NOON)).unwrap();
    };
    witness(Interleaved::new(&store, b)).add_checkpoint(&one.request(10, 12), at(NOON)).unwrap();
    // Three leaves are rolled back, and another history of 15 finds the way free.
    assert_eq!(store.newest(&origin()).unwrap().unwrap().key().size, size(12));
    witness(&store).add_checkpoint(&other.request(12, 15), at(NOON)).unwrap();
    assert_ne!(one.root(15), other.root(15), "the witness has signed both");
}

#[test]
fn with_the_comparison_it_does_not() {
    let store = MemoryStore::new();
    let (one, other) = (Branch::new(1, 12, 20), Branch::new(2, 12, 20));
    let ledger = Mutex::new(Ledger::default());
    let submit = |request| {
        let lines = witness(&store).add_checkpoint(&request, at(NOON))?;
        ledger.lock().unwrap().record(&request, &lines);
        Ok::<_, WitnessError>(())
    };
    submit(one.request(0, 10)).unwrap();
    let b = || submit(one.request(10, 15)).unwrap();
    let a = witness(Interleaved::new(&store, b)).add_checkpoint(&one.request(10, 12), at(NOON)).unwrap_err();
    assert_eq!((a.status(), a.conflict()), (409, Some(size(15))));
    assert_eq!(store.newest(&origin()).unwrap().unwrap().key().size, size(15));
    assert_eq!(submit(other.request(12, 15)).unwrap_err().status(), 409);
    assert_eq!(submit(other.request(15, 15)).unwrap_err().status(), 422);
    assert!(ledger.lock().unwrap().is_of(&one));
}

#[test]
fn two_forks_at_once_and_one_is_signed() {
    let store = MemoryStore::new();
    let (one, other) = (Branch::new(1, 10, 20), Branch::new(2, 10, 20));
    witness(&store).add_checkpoint(&one.request(0, 10), at(NOON)).unwrap();
    let b = || {
        witness(&store).add_checkpoint(&other.request(10, 15), at(NOON)).unwrap();
    };
    let a = witness(Interleaved::new(&store, b)).add_checkpoint(&one.request(10, 15), at(NOON)).unwrap_err();
    // Decided anew, the old size is another. That the roots differ at one size is kept.
    assert_eq!((a.status(), a.conflict()), (409, Some(size(15))));
    let kept = store.evidence(&origin()).unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].kind.as_str(), kept[0].root), ("fork", one.root(15)));
    assert_eq!(kept[0].newest.as_deref(), Some(other.note(15).as_bytes()));
}

#[test]
fn one_size_twice_at_once_keeps_the_later_time() {
    let store = MemoryStore::new();
    let branch = Branch::new(1, 10, 20);
    let mut ledger = Ledger::default();
    witness(&store).add_checkpoint(&branch.request(0, 10), at(NOON)).unwrap();
    let b = || {
        witness(&store).add_checkpoint(&branch.request(10, 10), at(NOON + 50)).unwrap();
    };
    let request = branch.request(10, 10);
    let lines = witness(Interleaved::new(&store, b)).add_checkpoint(&request, at(NOON + 20)).unwrap();
    ledger.record(&request, &lines);
    assert_eq!(ledger.time(), NOON + 50, "the slower request must not sign an earlier time");
}

#[test]
fn overtaken_for_ever_is_said() {
    /// Every read is followed by somebody else's step.
    struct Busy(MemoryStore);
    impl WitnessStore for Busy {
        fn newest(&self, origin: &Origin) -> Result<Option<Seen>, WitnessError> {
            self.0.newest(origin)
        }
        fn compare_and_set(&self, _: &Origin, _: Option<&SeenKey>, _: &Seen) -> Result<bool, WitnessError> {
            Ok(false)
        }
        fn keep_evidence(&self, origin: &Origin, evidence: &Evidence) -> Result<Kept, WitnessError> {
            self.0.keep_evidence(origin, evidence)
        }
        fn evidence(&self, origin: &Origin) -> Result<Vec<Evidence>, WitnessError> {
            self.0.evidence(origin)
        }

        fn keep_refusal(&self, origin: &Origin, refusal: &Refusal) -> Result<(), WitnessError> {
            self.0.keep_refusal(origin, refusal)
        }

        fn refusals(&self, origin: &Origin) -> Result<Vec<Refusal>, WitnessError> {
            self.0.refusals(origin)
        }
    }
    let branch = Branch::new(1, 10, 20);
    let refused =
        witness(Busy(MemoryStore::new())).add_checkpoint(&branch.request(0, 10), at(NOON)).unwrap_err();
    assert!(matches!(refused, WitnessError::Contended), "{refused}");
    assert_eq!(refused.status(), 503);
}
