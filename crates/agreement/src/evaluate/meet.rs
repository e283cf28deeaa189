//! `meet-every`: sessions that both parties recorded.

use std::collections::BTreeSet;

use detente_core::LeafIndex;

use crate::{
    Body, Period, Ruling, Verdict, Visible,
    evaluate::{
        cadence::{Link, links, walk},
        log::Log,
        sheet::Sheet,
        thread::unless_opaque,
    },
};

pub(super) fn meet(sheet: &mut Sheet<'_>, of: &[u8], period: Period) {
    let (mut confirmed, mut unconfirmed) = (Vec::new(), Vec::new());
    // One record of the other party is of one session, however many name it.
    let mut taken = BTreeSet::new();
    for (entry, body) in sheet.own.bodies().filter(|(entry, _)| entry.index > sheet.adoption) {
        let Body::DialogueSession { with, form, .. } = body else { continue };
        let other = sheet.case.party_of(*with).filter(|other| other.party != sheet.own.party);
        let Some(other) = other.filter(|_| of.contains(form)) else { continue };
        let record = record(sheet.own, other, entry, body, &taken);
        taken.extend(record);
        let list = if record.is_some() { &mut confirmed } else { &mut unconfirmed };
        list.push(entry.index);
    }
    walk(sheet, period, links(&confirmed), |sheet, link, start, ruling| {
        let opaque = sheet.own.first_opaque(link.from.unwrap_or(sheet.adoption), None);
        let ruling = unless_opaque(sheet, opaque, start, period, link.to, ruling);
        let broken = matches!(ruling.verdict, Verdict::Missed | Verdict::Overdue);
        // Whether a session that the other party did not record was held is one word against another.
        let open = first_between(&unconfirmed, link)
            .filter(|session| !sheet.own.interval(*session).is_after(period.latest(start)));
        if broken && open.is_some() { Ruling::with(Verdict::Indeterminate, "UNCONFIRMED") } else { ruling }
    });
}

fn first_between(entries: &[LeafIndex], link: Link) -> Option<LeafIndex> {
    let above = entries.partition_point(|entry| link.from.is_some_and(|from| *entry <= from));
    entries.get(above).copied().filter(|entry| link.to.is_none_or(|to| *entry < to))
}

/// The other party's record of a session: the one that it refers to, else the lowest that refers to it, of those that
/// are not taken.
fn record(
    own: &Log<'_>,
    other: &Log<'_>,
    entry: &Visible,
    body: &Body,
    taken: &BTreeSet<(usize, LeafIndex)>,
) -> Option<(usize, LeafIndex)> {
    let free = |found: &(&Visible, &Body)| {
        matches!(found.1, Body::DialogueSession { with, .. } if *with == own.id)
            && !taken.contains(&(other.party, found.0.index))
    };
    let named = match body {
        Body::DialogueSession { other: Some(reference), .. } => other.named(*reference),
        _ => None,
    };
    let record = named.filter(free).or_else(|| other.referring(own, entry).find(free));
    record.map(|(record, _)| (other.party, record.index))
}
