//! Refusals that are kept and signed, and writers that share a transaction.

use std::sync::{
    Arc, Barrier,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

use detente_checkpoint::{KeyType, NoteKey, UnverifiedCheckpoint, UnverifiedNote};
use detente_core::{Code, Digest, Name, Origin, REFUSAL_NOTE, TreeSize};
use detente_witness::{
    Applied, BatchStore, Evidence, GroupStore, Kept, MemoryStore, Refusal, Seen, SeenKey, SqliteStore,
    StoreStep, TrustedLogs, Witness, WitnessError, WitnessFolder, WitnessStore, conformance,
};

use crate::scene::{Branch, LOG, NOON, at, logs, origin, size, witness, witness_key, witness_note_key};

#[test]
fn a_refusal_is_kept_and_signed_as_the_spec_writes_it() {
    let witness = witness(MemoryStore::new());
    let branch = Branch::new(0, 0, 20);
    assert!(witness.answer(&branch.request(0, 5), at(NOON)).refusal.is_none(), "nothing was refused");
    let request = branch.request(3, 9);
    let answered = witness.answer(&request, at(NOON + 1));
    assert_eq!(answered.outcome.unwrap_err().code(), Code::SizeConflict);
    let digest = answered.refusal.unwrap();
    let note = witness.refusal(&origin(), digest).unwrap().unwrap();
    let root = detente_core::base64::encode(branch.root(9).as_bytes());
    assert_eq!(
        note.text(),
        format!(
            "detente/refusal/v1\nwitness.example/w1\n{LOG}\nSIZE-CONFLICT\n3\n9\n{root}\n5\n{}\n{digest}\n",
            NOON + 1
        )
    );
    let [line] = note.signatures() else { panic!("one line") };
    let key = NoteKey::new(Name::parse("witness.example/w1").unwrap(), KeyType::Log, witness_key().public());
    assert!(line.is_of(&key) && !line.is_of(&witness_note_key()), "its own key id, not that of cosignatures");
    key.key().verify(note.text().as_bytes(), line.blob().try_into().unwrap()).unwrap();
    assert!(UnverifiedCheckpoint::parse(note.as_bytes()).is_err(), "a refusal never reads as a checkpoint");
    assert_eq!(witness.refusals(&origin()).unwrap().len(), 1);
    assert!(witness.refusal(&origin(), Digest::from_bytes([0; 32])).unwrap().is_none());
}

#[test]
fn only_what_a_trusted_key_has_signed_is_kept() {
    let witness = Witness::new(
        Name::parse("w").unwrap(),
        witness_key(),
        TrustedLogs::new([]).unwrap(),
        MemoryStore::new(),
    );
    let answered = witness.answer(&Branch::new(0, 0, 20).request(0, 5), at(NOON));
    assert_eq!(answered.outcome.unwrap_err().code(), Code::UnknownOrigin);
    assert!(answered.refusal.is_none() && witness.refusals(&origin()).unwrap().is_empty());
    let other = self::witness(MemoryStore::new());
    let request = Branch::new(0, 0, 20).request(0, 5);
    let unsigned = String::from_utf8(request.to_bytes())
        .unwrap()
        .replace("— log.example/a 2HC6", "— log.example/a 2HC7");
    let unsigned = detente_witness::AddCheckpoint::parse(unsigned.as_bytes()).unwrap();
    assert!(other.answer(&unsigned, at(NOON)).refusal.is_none(), "another key id is nobody's");
    assert!(other.refusals(&origin()).unwrap().is_empty());
}

#[test]
fn an_old_store_notes_nothing() {
    let branch = Branch::new(0, 0, 20);
    let lines = witness(MemoryStore::new()).add_checkpoint(&branch.request(0, 9), at(NOON)).unwrap();
    let note = branch.note(9).with_signature(lines[0].clone()).unwrap();
    let stale = witness(MemoryStore::new());
    let request = detente_witness::AddCheckpoint::new(size(0), &[], &note).unwrap();
    let answered = stale.answer(&request, at(NOON));
    assert_eq!(answered.outcome.unwrap_err().code(), Code::StaleStore);
    assert!(answered.refusal.is_none() && stale.refusals(&origin()).unwrap().is_empty());
}

#[test]
fn no_witness_is_named_like_a_refusal() {
    let name = Name::parse(REFUSAL_NOTE).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let made = WitnessFolder::new(folder.path().join("w")).create(name.clone(), logs());
    assert!(matches!(made.unwrap_err(), WitnessError::Name { .. }));
    assert!(!folder.path().join("w").exists(), "nothing is made");
    let named = Witness::new(name, witness_key(), logs(), MemoryStore::new());
    let answered = named.answer(&Branch::new(0, 0, 20).request(3, 5), at(NOON));
    assert!(named.refusal(&origin(), answered.refusal.unwrap()).is_err(), "and none signs one");
}

#[test]
fn a_group_passes_the_suite() {
    conformance::run(&mut || GroupStore::start(MemoryStore::new()).unwrap(), &mut |store| store);
    let folder = tempfile::tempdir().unwrap();
    let number = std::cell::Cell::new(0);
    let path = || folder.path().join(format!("{}.sqlite", number.get()));
    conformance::run(
        &mut || {
            number.set(number.get() + 1);
            GroupStore::start(SqliteStore::create(&path(), &witness_note_key()).unwrap()).unwrap()
        },
        &mut |store| {
            drop(store);
            GroupStore::start(SqliteStore::open(&path(), &witness_note_key()).unwrap()).unwrap()
        },
    );
}

/// Counts transactions, and can be told to fail.
#[derive(Default)]
struct Counting {
    store: MemoryStore,
    transactions: AtomicUsize,
    largest: AtomicUsize,
    fails: AtomicBool,
}

impl WitnessStore for Counted {
    fn newest(&self, origin: &Origin) -> Result<Option<Seen>, WitnessError> {
        self.0.store.newest(origin)
    }

    fn compare_and_set(
        &self,
        origin: &Origin,
        expected: Option<&SeenKey>,
        next: &Seen,
    ) -> Result<bool, WitnessError> {
        self.0.store.compare_and_set(origin, expected, next)
    }

    fn keep_evidence(&self, origin: &Origin, evidence: &Evidence) -> Result<Kept, WitnessError> {
        self.0.store.keep_evidence(origin, evidence)
    }

    fn evidence(&self, origin: &Origin) -> Result<Vec<Evidence>, WitnessError> {
        self.0.store.evidence(origin)
    }

    fn keep_refusal(&self, origin: &Origin, refusal: &Refusal) -> Result<(), WitnessError> {
        self.0.store.keep_refusal(origin, refusal)
    }

    fn refusals(&self, origin: &Origin) -> Result<Vec<Refusal>, WitnessError> {
        self.0.store.refusals(origin)
    }
}

/// The counting store in two hands: the group's and the test's.
struct Counted(Arc<Counting>);

impl BatchStore for Counted {
    fn apply(&self, steps: &[StoreStep]) -> Result<Vec<Applied>, WitnessError> {
        self.0.transactions.fetch_add(1, Ordering::SeqCst);
        self.0.largest.fetch_max(steps.len(), Ordering::SeqCst);
        // A slow disk: the others have to queue up.
        std::thread::sleep(std::time::Duration::from_millis(20));
        if self.0.fails.load(Ordering::SeqCst) {
            return Err(WitnessError::store(std::io::Error::other("arranged")));
        }
        self.0.store.apply(steps)
    }
}

const LOGS: u8 = 24;

#[test]
fn writers_of_many_logs_share_transactions_and_each_gets_its_own_answer() {
    let counting = Arc::new(Counting::default());
    let store = GroupStore::start(Counted(Arc::clone(&counting))).unwrap();
    let start = Barrier::new(usize::from(LOGS));
    std::thread::scope(|scope| {
        for number in 0..LOGS {
            let (store, start) = (&store, &start);
            scope.spawn(move || {
                let (origin, next) = seen(number);
                start.wait();
                assert!(store.compare_and_set(&origin, None, &next).unwrap());
                assert_eq!(store.newest(&origin).unwrap(), Some(next));
            });
        }
    });
    let transactions = counting.transactions.load(Ordering::SeqCst);
    assert!(transactions < usize::from(LOGS), "{transactions} transactions for {LOGS} writers");
    assert!(counting.largest.load(Ordering::SeqCst) > 1);
}

#[test]
fn when_a_group_fails_nobody_gets_a_signature() {
    let counting = Arc::new(Counting::default());
    counting.fails.store(true, Ordering::SeqCst);
    let witness = witness(GroupStore::start(Counted(Arc::clone(&counting))).unwrap());
    let branch = Branch::new(0, 0, 20);
    std::thread::scope(|scope| {
        for new in 1..9 {
            let (witness, branch) = (&witness, &branch);
            scope.spawn(move || {
                let refused = witness.add_checkpoint(&branch.request(0, new), at(NOON)).unwrap_err();
                assert_eq!(refused.code(), Code::Unavailable, "{refused}");
            });
        }
    });
    assert!(witness.checkpoint(&origin()).unwrap().is_none());
    counting.fails.store(false, Ordering::SeqCst);
    assert_eq!(witness.add_checkpoint(&branch.request(0, 5), at(NOON)).unwrap().len(), 1, "and it goes on");
}

fn seen(number: u8) -> (Origin, Seen) {
    let origin = Origin::parse(&format!("log.example/{number}")).unwrap();
    let (leaves, root) = (TreeSize::new(u64::from(number) + 1).unwrap(), Digest::from_bytes([number; 32]));
    let head = detente_checkpoint::TreeHead::new(origin.clone(), leaves, root).unwrap();
    let note: UnverifiedNote = head.sign(&witness_key()).unwrap();
    let key = SeenKey { size: leaves, root, time: at(NOON) };
    let seen = Seen::restore(&origin, key, note.as_bytes()).unwrap();
    (origin, seen)
}
