//! Whether an entry was made while the agreement was in force.

use crate::{Place, evaluate::case::Case};

/// What is known of that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// Certainly not.
    Out,
    /// What is known allows both.
    Unknown,
    /// Certainly.
    In,
}

impl Case<'_> {
    pub(super) fn scope(&self, entry: Place) -> Scope {
        let (Some(log), Some(adoption)) = (self.logs.get(entry.party), self.force.adoptions.get(entry.party))
        else {
            return Scope::Out;
        };
        let published = log.interval(entry.index);
        let from = self.force.from;
        let before = published.hi.zip(from.lo).is_some_and(|(published, from)| published < from);
        if entry.index < *adoption || before {
            return Scope::Out;
        }
        if self.force.end.is_some_and(|end| published.is_not_before(end.hi)) {
            return Scope::Out;
        }
        // Without times, or between them, the party's own anchors show that it saw everybody adopt.
        let saw = self.saw_all_adopt.get(entry.party).copied().flatten();
        let begun = published.lo.zip(from.hi).is_some_and(|(published, from)| published >= from)
            || saw.is_some_and(|saw| saw < entry.index);
        let not_ended = self.force.end.is_none_or(|end| published.is_before(end.lo));
        if begun && not_ended { Scope::In } else { Scope::Unknown }
    }
}
