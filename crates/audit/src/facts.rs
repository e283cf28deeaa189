//! What is known of each party, typed for the word `agreement` (`specs/audit.md` "Procedure", step 7).

use std::collections::BTreeSet;

use detente_agreement::{Opened, PartyFacts, Said, Timeline, Visible};
use detente_core::LeafIndex;

use crate::{
    log::AuditedLog,
    state::{Content, Entry},
};

/// The facts of one log.
pub(crate) fn facts(
    log: &AuditedLog<'_>,
    timeline: Timeline,
    opened: std::collections::BTreeMap<LeafIndex, Opened>,
    manifests: BTreeSet<LeafIndex>,
) -> PartyFacts {
    let is_sound = |entry: &&Entry| !log.malformed.contains_key(&entry.index);
    let visible: Vec<_> = log.entries().filter(is_sound).map(|entry| visible(log, entry)).collect();
    let sealed = sealed(log, &visible);
    PartyFacts { size: log.size, timeline, visible, sealed, opened, manifests }
}

fn visible(log: &AuditedLog<'_>, entry: &Entry) -> Visible {
    let said = match &entry.content {
        Content::Body(body) => Said::Body(body.clone()),
        Content::OfTheLog => Said::OfTheLog,
        Content::Opaque => Said::Opaque,
        Content::Anchor => match log.anchors.get(&entry.index) {
            Some((of, covers)) => Said::Anchor { log: *of, covers: *covers },
            // No anchor under this policy: it says nothing here, and is an entry like any other.
            None => Said::OfTheLog,
        },
    };
    Visible { index: entry.index, statement: entry.id, kind: entry.kind, said }
}

/// Whatever is neither visible nor malformed.
fn sealed(log: &AuditedLog<'_>, visible: &[Visible]) -> Vec<LeafIndex> {
    let mut visible = visible.iter().map(|entry| entry.index).peekable();
    let mut malformed = log.malformed.keys().copied().peekable();
    let indices = (0..log.size.get()).filter_map(|index| LeafIndex::new(index).ok());
    indices
        .filter(|index| {
            let is_visible = visible.next_if_eq(index).is_some();
            let is_malformed = malformed.next_if_eq(index).is_some();
            !is_visible && !is_malformed
        })
        .collect()
}
