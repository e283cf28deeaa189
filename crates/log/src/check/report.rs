//! What a check that found nothing wrong says.

use detente_checkpoint::{Pool, VerifiedCheckpoint, Witnessing};
use detente_core::{Digest, LeafIndex, LogId, Origin, TreeSize};
use detente_statement::{KeyEntry, Kind};

use super::Replayed;
use crate::CheckFailure;

/// A log whose every entry, tile and note was checked. Only [`check_log`](crate::check_log) makes one.
#[derive(Debug, Clone)]
pub struct CheckReport {
    log: LogId,
    party: String,
    checkpoint: VerifiedCheckpoint,
    kinds: Vec<KindCount>,
    history_notes: usize,
    policy_given: bool,
    witnessing: Witnessing,
    pool: Pool,
    keys: Vec<KeyEntry>,
    closed: Option<LeafIndex>,
}

/// How many entries are of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindCount {
    /// The kind that the envelope shows.
    pub kind: Kind,
    /// The number of entries, at least 1.
    pub count: u64,
}

impl CheckReport {
    pub(super) fn new(
        replayed: &Replayed,
        checkpoint: VerifiedCheckpoint,
        history_notes: usize,
        policy_given: bool,
        witnessing: Witnessing,
        pool: Pool,
    ) -> Result<Self, CheckFailure> {
        let keys = replayed.keys()?;
        Ok(Self {
            log: keys.log(),
            party: keys.genesis().party().to_owned(),
            checkpoint,
            kinds: replayed.kinds().map(|(kind, count)| KindCount { kind, count }).collect(),
            history_notes,
            policy_given,
            witnessing,
            pool,
            keys: keys.usable().cloned().collect(),
            closed: keys.closed(),
        })
    }

    /// The log's id.
    pub const fn log(&self) -> LogId {
        self.log
    }

    /// The origin, in genesis and checkpoint alike.
    pub const fn origin(&self) -> &Origin {
        self.checkpoint.origin()
    }

    /// The party's name, as its genesis says.
    pub fn party(&self) -> &str {
        &self.party
    }

    /// The number of entries.
    pub const fn size(&self) -> TreeSize {
        self.checkpoint.size()
    }

    /// The root, computed and signed.
    pub const fn root(&self) -> Digest {
        self.checkpoint.root()
    }

    /// The newest note.
    pub const fn checkpoint(&self) -> &VerifiedCheckpoint {
        &self.checkpoint
    }

    /// The number of entries of each kind that occurs, in the order of the kind codes. What is sealed stays sealed.
    pub fn kinds(&self) -> &[KindCount] {
        &self.kinds
    }

    /// How many notes of the history were checked.
    pub const fn history_notes(&self) -> usize {
        self.history_notes
    }

    /// Whether the relier handed over a policy. Without one the log was only compared with itself.
    pub const fn policy_given(&self) -> bool {
        self.policy_given
    }

    /// How far others than the log vouch for the newest note.
    pub const fn witnessing(&self) -> &Witnessing {
        &self.witnessing
    }

    /// All notes, proven consistent by the entries: times of publication come from here.
    pub const fn pool(&self) -> &Pool {
        &self.pool
    }

    /// The keys that may sign the next entry.
    pub fn keys(&self) -> &[KeyEntry] {
        &self.keys
    }

    /// The index of the entry that ends the log.
    pub const fn closed(&self) -> Option<LeafIndex> {
        self.closed
    }
}
