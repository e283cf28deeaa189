//! What others ask of the obliged party, and how a link of it is judged.

use detente_core::LeafIndex;
use detente_statement::Kind;

use crate::{
    Body, Interval, Period, Ruling, Verdict, Visible, deadline,
    evaluate::{log::Log, sheet::Sheet},
};

/// Entries of other parties of these kinds that are addressed to the obliged one, by party and index.
pub(super) fn asked<'a>(sheet: &Sheet<'a>, of: &[Kind]) -> Vec<(&'a Log<'a>, &'a Visible, &'a Body)> {
    let (case, own) = (sheet.case, sheet.own);
    let others = case.logs.iter().filter(|log| log.party != own.party);
    let entries = others.flat_map(|log| log.bodies().map(move |(entry, body)| (log, entry, body)));
    entries.filter(|(_, entry, body)| of.contains(&entry.kind) && body.addressee() == Some(own.id)).collect()
}

/// The deadline of one link, without the opaque rule.
pub(super) fn by_times(
    sheet: &Sheet<'_>,
    start: Interval,
    period: Period,
    answer: Option<LeafIndex>,
) -> Ruling {
    let answer = answer.map(|index| sheet.own.interval(index));
    sheet.case.timed(deadline(start, period, answer, sheet.case.known(sheet.own)))
}

/// The opaque rule: an own entry of a kind that is not known may have met what seems missed. `opaque` is the lowest one
/// that may belong to the link: not one from before what it would answer.
pub(super) fn unless_opaque(
    sheet: &Sheet<'_>,
    opaque: Option<LeafIndex>,
    start: Interval,
    period: Period,
    answer: Option<LeafIndex>,
    ruling: Ruling,
) -> Ruling {
    if !matches!(ruling.verdict, Verdict::Missed | Verdict::Overdue) {
        return ruling;
    }
    // The first one is the earliest one too.
    let opaque = opaque.filter(|opaque| {
        let late = sheet.own.interval(*opaque).is_after(period.latest(start));
        !late && answer.is_none_or(|answer| *opaque < answer)
    });
    if opaque.is_some() { Ruling::with(Verdict::Indeterminate, "OPAQUE") } else { ruling }
}
