//! What is known of each party, typed (`specs/agreement.md` "Facts"). Nothing here says how it became known.

use std::collections::{BTreeMap, BTreeSet};

use detente_core::{LeafIndex, LogId, StatementId, TreeSize, UnixSeconds, json::Value};

use detente_statement::Kind;

use crate::{Body, Interval};

/// What the cells of one or more agreements are computed from.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The time asked about.
    pub at: UnixSeconds,
    /// Whether there are times at all.
    pub times: Times,
    /// By log; one that is not here is not at hand.
    pub logs: BTreeMap<LogId, PartyFacts>,
}

/// Whether the policy gives times.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    /// Witnesses bound them.
    Known,
    /// The policy asks for no witness.
    Unwitnessed,
    /// Two ways to meet the quorum need not share an honest witness.
    QuorumSplit,
}

impl Times {
    /// The word used in reports.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Known => "KNOWN",
            Self::Unwitnessed => "UNWITNESSED",
            Self::QuorumSplit => "QUORUM-SPLIT",
        }
    }
}

/// One party's log, below its audited size.
#[derive(Debug, Clone)]
pub struct PartyFacts {
    /// The audited size.
    pub size: TreeSize,
    /// When each entry was published.
    pub timeline: Timeline,
    /// Entries of visible kinds, by increasing index.
    pub visible: Vec<Visible>,
    /// Entries that are sealed, by increasing index.
    pub sealed: Vec<LeafIndex>,
    /// Sealed entries of which slots were opened.
    pub opened: BTreeMap<LeafIndex, Opened>,
    /// Accusations whose manifest is at hand and opens them.
    pub manifests: BTreeSet<LeafIndex>,
}

/// An entry of a visible kind that is not malformed.
#[derive(Debug, Clone)]
pub struct Visible {
    /// Where it is.
    pub index: LeafIndex,
    /// Its id.
    pub statement: StatementId,
    /// Its kind.
    pub kind: Kind,
    /// What it says.
    pub said: Said,
}

/// What a visible entry says.
#[derive(Debug, Clone)]
pub enum Said {
    /// A body of this word.
    Body(Box<Body>),
    /// An anchor that verified and is of the audited tree; one that is left aside covers nothing.
    Anchor {
        /// The log that it names.
        log: LogId,
        /// The entries below this are covered; `None` when it was left aside.
        covers: Option<TreeSize>,
    },
    /// Genesis, key events, the log's end.
    OfTheLog,
    /// A kind that this version does not know.
    Opaque,
}

/// Slots of one sealed entry that presentations opened.
#[derive(Debug, Clone)]
pub struct Opened {
    /// The entry's statement id.
    pub statement: StatementId,
    /// Slot to value; `None` for a slot that was opened as absent.
    pub slots: BTreeMap<u16, Option<Value>>,
}

/// A checkpoint that the auditor holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// Its size.
    pub size: TreeSize,
    /// The smallest time at which its own quorum is met.
    pub hi: UnixSeconds,
}

/// The quorum times of one tree head (`specs/checkpoint.md` "Time").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoteTimes {
    /// Its size.
    pub size: TreeSize,
    /// The smallest t such that the witnesses with a time of at most t meet the quorum.
    pub first: Option<UnixSeconds>,
    /// The largest t such that the witnesses with a time of at least t meet the quorum.
    pub last: Option<UnixSeconds>,
    /// The smallest t such that the mirrors with a time of at most t meet the mirror quorum.
    pub mirrored: Option<UnixSeconds>,
}

/// When each entry of a log was published, and what of it is held.
#[derive(Debug, Clone, Default)]
pub struct Timeline {
    /// By increasing size, one a size.
    heads: Vec<Step>,
    held: Vec<Held>,
}

#[derive(Debug, Clone, Copy)]
struct Step {
    size: TreeSize,
    /// The largest `last` of the heads up to this one.
    lo: Option<UnixSeconds>,
    /// The smallest `first` of the heads from this one on.
    hi: Option<UnixSeconds>,
    /// The same of mirrors.
    mirrored: Option<UnixSeconds>,
}

impl Timeline {
    /// From tree heads that are consistent with each other, in any order, each size once.
    pub fn new(mut heads: Vec<NoteTimes>) -> Self {
        heads.sort_by_key(|head| head.size);
        let held =
            heads.iter().filter_map(|head| head.first.map(|hi| Held { size: head.size, hi })).collect();
        let mut lo = None;
        let mut steps: Vec<_> = heads
            .iter()
            .map(|head| {
                // `None` is the smallest option, as minus infinity should be.
                lo = lo.max(head.last);
                Step { size: head.size, lo, hi: None, mirrored: None }
            })
            .collect();
        let (mut hi, mut mirrored) = (None, None);
        for (step, head) in steps.iter_mut().zip(&heads).rev() {
            hi = [hi, head.first].into_iter().flatten().min();
            mirrored = [mirrored, head.mirrored].into_iter().flatten().min();
            (step.hi, step.mirrored) = (hi, mirrored);
        }
        Self { heads: steps, held }
    }

    /// The bounds of an entry's publication; may contradict each other.
    pub fn interval(&self, index: LeafIndex) -> Interval {
        let above = self.first_above(index.get());
        let lo = above.checked_sub(1).and_then(|at| self.heads.get(at)).and_then(|step| step.lo);
        Interval { lo, hi: self.heads.get(above).and_then(|step| step.hi) }
    }

    /// `lo` of an entry that would come at this size.
    pub fn horizon(&self, size: TreeSize) -> Option<UnixSeconds> {
        let above = self.first_above(size.get());
        above.checked_sub(1).and_then(|at| self.heads.get(at)).and_then(|step| step.lo)
    }

    /// When enough mirrors held the entry.
    pub fn mirrored(&self, index: LeafIndex) -> Option<UnixSeconds> {
        self.heads.get(self.first_above(index.get())).and_then(|step| step.mirrored)
    }

    /// Checkpoints with a quorum, by size.
    pub fn held(&self) -> &[Held] {
        &self.held
    }

    /// The first index at or above this one whose interval is another; `None` when there is none.
    pub fn next_change(&self, index: LeafIndex) -> Option<u64> {
        self.heads.get(self.first_above(index.get())).map(|step| step.size.get())
    }

    /// The position of the first head whose size is above a position in the log.
    fn first_above(&self, position: u64) -> usize {
        self.heads.partition_point(|step| step.size.get() <= position)
    }
}
