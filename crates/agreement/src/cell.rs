//! What comes out: one cell for each thing that an obligation asks of a party (`specs/agreement.md` "Verdicts").

use core::fmt;

use detente_core::LeafIndex;

use crate::Interval;

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// Position of the obligation in its agreement.
    pub obligation: usize,
    /// Position of the obliged party.
    pub party: usize,
    /// What is so.
    pub verdict: Verdict,
    /// A word that explains it and decides nothing.
    pub state: Option<State>,
    /// What brought the duty.
    pub subject: Option<Place>,
    /// What met it.
    pub met_by: Option<Place>,
    /// When the duty began.
    pub start: Option<Interval>,
    /// When it was met.
    pub answer: Option<Interval>,
    /// When it was due, at the earliest and at the latest.
    pub due: Option<Interval>,
    /// How many links are folded into this one; 1 for a single cell.
    pub links: u64,
    /// How many sealed entries would have to be opened to decide it.
    pub unopened: Option<u64>,
}

/// When an agreement is in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Force {
    /// Since when.
    pub from: Interval,
    /// Until when; `None` when nothing ends it.
    pub until: Option<Interval>,
}

/// An entry of a party's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Position of the party in the agreement.
    pub party: usize,
    /// The entry.
    pub index: LeafIndex,
}

/// A word beside a verdict: `STALE`, a ground, `2026-Q1`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State(String);

impl State {
    /// A state of this word.
    pub fn new(word: impl Into<String>) -> Self {
        Self(word.into())
    }

    /// The word.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! verdicts {
    ($($variant:ident, $text:literal, $class:ident, $proves:literal, $not:literal;)*) => {
        /// The closed list of verdicts.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Verdict {
            $(#[doc = $proves] $variant,)*
        }

        impl Verdict {
            /// Every verdict, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text,)* }
            }

            /// What it means for the exit code.
            pub const fn class(self) -> VerdictClass {
                match self { $(Self::$variant => VerdictClass::$class,)* }
            }

            /// One sentence: what it proves.
            pub const fn proves(self) -> &'static str {
                match self { $(Self::$variant => $proves,)* }
            }

            /// One sentence: what it does not prove.
            pub const fn does_not_prove(self) -> &'static str {
                match self { $(Self::$variant => $not,)* }
            }
        }
    };
}

verdicts! {
    Met, "MET", Kept, "the duty was kept by the entry named, in time whatever the true times between the witnesses' bounds are", "that what the entry says is true or good";
    Missed, "MISSED", Broken, "the entry came after the last instant that the terms allow, or does not have what they ask for", "why";
    Overdue, "OVERDUE", Broken, "no entry that would meet the duty is in the log, and its last instant has passed", "that nothing was done outside the log";
    Pending, "PENDING", Open, "the duty may still be kept in time", "that it will be";
    Indeterminate, "INDETERMINATE", Undecided, "nothing: what is known allows both", "that either party is at fault";
    Undelivered, "UNDELIVERED", Undecided, "nothing in the obliged party's log, or from a mirror, shows that it could know of the duty", "that it did not know";
    Refused, "REFUSED", Undecided, "the duty was answered in time by a refusal on a ground that the terms accept", "that the ground holds";
    QuorumSplit, "QUORUM-SPLIT", Undecided, "nothing: two ways to meet the policy's quorum need not share an honest witness, so there are no times", "that any witness lied";
    WitnessConflict, "WITNESS-CONFLICT", Undecided, "witnesses' times contradict each other", "which of them is wrong";
    BeforeEvent, "BEFORE-EVENT", Undecided, "the report was out before the time that it gives for the event", "which of the two is wrong";
    MalformedDate, "MALFORMED-DATE", Undecided, "the date that was opened is no date", "anything about time";
    NotVerifiable, "NOT-VERIFIABLE", Outside, "the terms themselves say that no log can show it", "anything";
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What a verdict means for the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VerdictClass {
    /// The duty was kept.
    Kept,
    /// It was not. Exit code 1.
    Broken,
    /// It still runs.
    Open,
    /// Neither green nor guilt. Exit code 3.
    Undecided,
    /// The terms say that nobody can tell.
    Outside,
}
