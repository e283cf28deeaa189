//! Cadences: something happens in a party's own log again and again, each time within a period of the time before.

use detente_core::LeafIndex;

use crate::{
    Interval, Moment, Period, Ruling, State, Verdict, deadline,
    evaluate::{fold::Fold, sheet::Sheet},
};

/// From one entry that counts to the next.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    /// `None`: since the agreement is in force.
    pub(super) from: Option<LeafIndex>,
    /// `None`: there is no next one.
    pub(super) to: Option<LeafIndex>,
    /// How many links there are from `from` to `to`, all with the same times.
    pub(super) links: u64,
}

/// The links of entries that count, by increasing index.
pub(super) fn links(entries: &[LeafIndex]) -> impl Iterator<Item = Link> {
    let from = core::iter::once(None).chain(entries.iter().copied().map(Some));
    let to = entries.iter().copied().map(Some).chain(core::iter::once(None));
    from.zip(to).map(|(from, to)| Link { from, to, links: 1 })
}

/// Judges links in their order and folds them. `rule` may soften a ruling, from what lies between the two entries.
pub(super) fn walk(
    sheet: &mut Sheet<'_>,
    period: Period,
    links: impl Iterator<Item = Link>,
    rule: impl Fn(&Sheet<'_>, Link, Interval, Ruling) -> Ruling,
) {
    let force = &sheet.case.force;
    let (from, end) = (force.from, force.end);
    let known = sheet.case.known(sheet.own);
    let others_seen_until = sheet.others_seen_until();
    let mut fold = Fold::default();
    for link in links {
        // What was published before the agreement was in force starts nothing earlier than that.
        let start = link.from.map_or(from, |entry| from.later_of(sheet.own.interval(entry)));
        let answer = link.to.map(|entry| sheet.own.interval(entry));
        let ruling = deadline(start, period, answer, known);
        if ruling.verdict != Verdict::Met && end.is_some_and(|end| !is_below(period.earliest(start), end.lo))
        {
            break;
        }
        let latest = period.latest(start);
        let certainly_owed = others_seen_until.is_some_and(|seen| latest.is_before(seen))
            && end.is_none_or(|end| is_below(Some(latest), end.lo));
        let mut ruling = rule(sheet, link, start, sheet.case.timed(ruling));
        if matches!(ruling.verdict, Verdict::Missed | Verdict::Overdue) && !certainly_owed {
            let state = ruling.state.or_else(|| Some(State::new("END")));
            ruling = Ruling { verdict: Verdict::Indeterminate, state };
        }
        let subject = link.from.map(|entry| sheet.own.place(entry));
        let cell = sheet.timed_cell(ruling, subject, start, period, link.to);
        fold.push(sheet, crate::Cell { links: link.links, ..cell });
    }
    fold.finish(sheet);
}

/// Whether a moment is below another; `None` is minus infinity.
fn is_below(moment: Option<Moment>, other: Option<Moment>) -> bool {
    match (moment, other) {
        (_, None) => false,
        (None, Some(_)) => true,
        (Some(moment), Some(other)) => moment.instant().is_some_and(|instant| other.is_after(instant)),
    }
}
