//! `publish-within`: the log does not fall silent. Every entry counts, so entries with the same times go as one.

use detente_core::LeafIndex;

use crate::{
    Period,
    evaluate::{
        cadence::{Link, walk},
        sheet::Sheet,
    },
};

pub(super) fn publish(sheet: &mut Sheet<'_>, period: Period) {
    let links = runs(sheet);
    walk(sheet, period, links.into_iter(), |_, _, _, ruling| ruling);
}

/// The links of all entries above the adoption; those between entries of one interval are one.
fn runs(sheet: &Sheet<'_>) -> Vec<Link> {
    let facts = sheet.own.facts;
    let mut links = Vec::new();
    let mut before = None;
    let mut next = LeafIndex::new(sheet.adoption.get().saturating_add(1)).ok();
    while let Some(first) = next.filter(|first| first.is_below(facts.size)) {
        let size = facts.size.get();
        let end = facts.timeline.next_change(first).map_or(size, |change| change.min(size));
        links.push(Link { from: before, to: Some(first), links: 1 });
        let last = LeafIndex::new(end.saturating_sub(1)).ok().filter(|last| *last > first);
        if let Some(last) = last {
            links.push(Link { from: Some(first), to: Some(last), links: last.get() - first.get() });
        }
        before = Some(last.unwrap_or(first));
        next = LeafIndex::new(end).ok();
    }
    links.push(Link { from: before, to: None, links: 1 });
    links
}
