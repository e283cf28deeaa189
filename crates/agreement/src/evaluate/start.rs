//! When a duty began that another party's entry brings.

use detente_core::LeafIndex;

use crate::Visible;
use crate::{
    Interval, Ruling, Start, Verdict,
    evaluate::{log::Log, sheet::Sheet},
};

/// The start of a duty.
pub(super) struct Begin {
    /// `None` when nothing shows that the obliged party could know.
    pub(super) interval: Option<Interval>,
    /// Whether the start that the terms name is there.
    delivered: bool,
    /// What answers at or below this own entry is in time, whatever the times.
    order: Option<LeafIndex>,
}

impl Begin {
    pub(super) fn find(sheet: &Sheet<'_>, kind: Start, asker: &Log<'_>, entry: &Visible) -> Self {
        let own = sheet.own;
        let place = asker.place(entry.index);
        match kind {
            Start::Anchor => {
                let refers = own.referring(asker, entry).next().map(|(entry, _)| entry.index);
                let covers = own.first_covering(place);
                let Some(first) = [refers, covers].into_iter().flatten().min() else {
                    return Self { interval: None, delivered: false, order: None };
                };
                // An anchor that was left aside may be one that covers the entry; then the duty began there.
                let aside = own.first_left_aside(asker.party, LeafIndex::ZERO).filter(|aside| *aside < first);
                let lowest = aside.unwrap_or(first);
                let lo = own.interval(lowest).lo;
                let interval = Interval { lo, ..own.interval(first) };
                Self { interval: Some(interval), delivered: true, order: Some(lowest) }
            }
            Start::Mirror => {
                let hi = asker.facts.timeline.mirrored(entry.index);
                let interval = Interval { lo: asker.interval(entry.index).lo, hi }.in_calendar();
                Self { delivered: interval.hi.is_some(), interval: Some(interval), order: None }
            }
        }
    }

    /// A ruling on what answers the first time, as the start has it.
    pub(super) fn decide(
        &self,
        answer: Option<LeafIndex>,
        by_times: impl FnOnce(Interval) -> Ruling,
    ) -> Ruling {
        let Some(interval) = self.interval else { return Ruling::of(Verdict::Undelivered) };
        if self.order.zip(answer).is_some_and(|(order, answer)| answer <= order) {
            return Ruling::of(Verdict::Met);
        }
        let ruling = by_times(interval);
        if !self.delivered && ruling.verdict != Verdict::Met {
            return Ruling::of(Verdict::Undelivered);
        }
        ruling
    }
}
