//! `meet-every`: sessions that both parties recorded.

use detente_core::LeafIndex;

use crate::{
    Body, Period, Ruling, Verdict, Visible,
    evaluate::{
        cadence::{Link, links, walk},
        log::Log,
        sheet::Sheet,
        thread::{Since, unless_opaque},
    },
};

pub(super) fn meet(sheet: &mut Sheet<'_>, of: &[u8], period: Period) {
    let (mut confirmed, mut unconfirmed) = (Vec::new(), Vec::new());
    for (entry, body) in sheet.own.bodies().filter(|(entry, _)| entry.index > sheet.adoption) {
        let Body::DialogueSession { with, form, .. } = body else { continue };
        let other = sheet.case.party_of(*with).filter(|other| other.party != sheet.own.party);
        let Some(other) = other.filter(|_| of.contains(form)) else { continue };
        let list =
            if is_confirmed(sheet.own, other, entry, body) { &mut confirmed } else { &mut unconfirmed };
        list.push(entry.index);
    }
    walk(sheet, period, links(&confirmed), |sheet, link, start, ruling| {
        let since = Since { above: link.from.unwrap_or(sheet.adoption), not_before: None };
        let ruling = unless_opaque(sheet, since, start, period, link.to, ruling);
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

/// Whether a session refers to the other party's record of it, or is referred to by one.
fn is_confirmed(own: &Log<'_>, other: &Log<'_>, entry: &Visible, body: &Body) -> bool {
    let with_own = |body: &Body| matches!(body, Body::DialogueSession { with, .. } if *with == own.id);
    let named = match body {
        Body::DialogueSession { other: Some(reference), .. } => other.named(*reference),
        _ => None,
    };
    named.is_some_and(|(_, body)| with_own(body))
        || other.referring(own, entry).any(|(_, body)| with_own(body))
}
