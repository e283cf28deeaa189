//! Logs that grow and fork, requests, and a ledger of every cosignature that left the witness.

use std::collections::BTreeMap;

use detente_checkpoint::{
    KeyType, NoteKey, SignatureLine, SigningKey, TreeHead, UnverifiedNote, cosignature,
};
use detente_core::{Digest, Name, Origin, TreeSize, UnixSeconds};
use detente_merkle::Tree;
use detente_witness::{AddCheckpoint, TrustedLogs, Witness, WitnessStore};

pub(crate) const LOG: &str = "log.example/a";
pub(crate) const WITNESS: &str = "witness.example/w1";
/// A time that all clocks start from.
pub(crate) const NOON: u64 = 1_700_000_000;

pub(crate) fn origin() -> Origin {
    Origin::parse(LOG).unwrap()
}

pub(crate) fn size(value: u64) -> TreeSize {
    TreeSize::new(value).unwrap()
}

pub(crate) fn at(seconds: u64) -> UnixSeconds {
    UnixSeconds::new(seconds).unwrap()
}

/// Seed 00..1f, as in the spec's example.
pub(crate) fn log_key() -> SigningKey {
    SigningKey::from_seed(&core::array::from_fn(|at| at as u8))
}

pub(crate) fn log_note_key() -> NoteKey {
    NoteKey::new(Name::parse(LOG).unwrap(), KeyType::Log, log_key().public())
}

/// Seed 20..3f.
pub(crate) fn witness_seed() -> [u8; 32] {
    core::array::from_fn(|at| at as u8 + 32)
}

pub(crate) fn witness_key() -> SigningKey {
    SigningKey::from_seed(&witness_seed())
}

pub(crate) fn witness_note_key() -> NoteKey {
    NoteKey::new(Name::parse(WITNESS).unwrap(), KeyType::Cosignature, witness_key().public())
}

pub(crate) fn logs() -> TrustedLogs {
    TrustedLogs::new([log_note_key()]).unwrap()
}

pub(crate) fn witness<S: WitnessStore>(store: S) -> Witness<S> {
    Witness::new(Name::parse(WITNESS).unwrap(), witness_key(), logs(), store)
}

/// One history of the log: entries of one byte, up to `fork` those of every history, then its own.
#[derive(Debug, Clone)]
pub(crate) struct Branch(Tree);

impl Branch {
    pub(crate) fn new(label: u8, fork: u64, leaves: u64) -> Self {
        let entries: Vec<Vec<u8>> =
            (0..leaves).map(|at| if at < fork { vec![at as u8] } else { vec![at as u8, label] }).collect();
        Self(Tree::from_entries(&entries).unwrap())
    }

    pub(crate) fn root(&self, leaves: u64) -> Digest {
        self.0.root_at(size(leaves)).unwrap()
    }

    pub(crate) fn note(&self, leaves: u64) -> UnverifiedNote {
        TreeHead::new(origin(), size(leaves), self.root(leaves)).unwrap().sign(&log_key()).unwrap()
    }

    pub(crate) fn proof(&self, old: u64, new: u64) -> Vec<Digest> {
        // Above its own size a proof has to be made up.
        self.0.consistency_proof(size(old), size(new)).unwrap_or_default()
    }

    pub(crate) fn request(&self, old: u64, new: u64) -> AddCheckpoint {
        AddCheckpoint::new(size(old), &self.proof(old, new), &self.note(new)).unwrap()
    }
}

/// Every cosignature that left a witness, and what must hold of them together.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    roots: BTreeMap<u64, Digest>,
    last: u64,
    pub(crate) count: usize,
}

impl Ledger {
    /// Verifies the line and compares it with all before: one root a size, and no earlier time.
    pub(crate) fn record(&mut self, request: &AddCheckpoint, lines: &[SignatureLine]) {
        let [line] = lines else { panic!("expected one line, got {}", lines.len()) };
        let time = cosignature::verify(&witness_note_key(), line, request.note().text()).unwrap().get();
        assert!(time >= self.last && time != 0, "time {time} after {}", self.last);
        self.last = time;
        let root = *self.roots.entry(request.size().get()).or_insert(request.root());
        assert_eq!(root, request.root(), "two roots cosigned for size {}", request.size());
        self.count += 1;
    }

    /// Whether all that was cosigned is of one history.
    pub(crate) fn is_of(&self, branch: &Branch) -> bool {
        self.roots.iter().all(|(leaves, root)| branch.root(*leaves) == *root)
    }

    pub(crate) fn time(&self) -> u64 {
        self.last
    }
}
