//! One party's log as the rules ask about it: who refers to what, and what anchors cover, found without a search
//! through all entries.

use std::{borrow::Cow, collections::BTreeMap};

use detente_core::{LeafIndex, LogId, TreeSize, UnixSeconds};

use crate::{AgreementTerms, Body, Interval, PartyFacts, Place, Reference, Said, Times, Visible};

/// An anchor of one other party's log.
#[derive(Debug, Clone, Copy)]
pub(super) struct AnchorEntry {
    pub(super) index: LeafIndex,
    /// `None` for one that was left aside.
    pub(super) covers: Option<TreeSize>,
}

pub(super) struct Log<'a> {
    pub(super) party: usize,
    pub(super) id: LogId,
    pub(super) facts: &'a PartyFacts,
    times: Times,
    /// By increasing index.
    visible: Vec<&'a Visible>,
    sealed: Cow<'a, [LeafIndex]>,
    /// Of each party's log, by increasing index.
    anchors: Vec<Vec<AnchorEntry>>,
    /// Of each party's log those anchors that cover more than every one before.
    covering: Vec<Vec<(LeafIndex, TreeSize)>>,
    /// Of each party's log those anchors that were left aside.
    aside: Vec<Vec<LeafIndex>>,
    /// Entries whose kind is not known.
    opaque: Vec<LeafIndex>,
    /// Positions in `visible` of what refers to an entry of a party, by increasing index.
    referring: BTreeMap<(usize, LeafIndex), Vec<usize>>,
}

impl<'a> Log<'a> {
    pub(super) fn new(party: usize, facts: &'a PartyFacts, terms: &AgreementTerms, times: Times) -> Self {
        let positions: BTreeMap<_, _> =
            terms.parties.iter().enumerate().map(|(position, party)| (party.log, position)).collect();
        let mut visible: Vec<_> = facts.visible.iter().collect();
        visible.sort_by_key(|entry| entry.index);
        let mut sealed = Cow::Borrowed(facts.sealed.as_slice());
        if !sealed.is_sorted() {
            sealed.to_mut().sort_unstable();
        }
        let mut anchors = vec![Vec::new(); terms.parties.len()];
        let mut referring: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (position, entry) in visible.iter().enumerate() {
            match &entry.said {
                Said::Anchor { log, covers } => {
                    if let Some(of) = positions.get(log).and_then(|of| anchors.get_mut(*of)) {
                        of.push(AnchorEntry { index: entry.index, covers: *covers });
                    }
                }
                Said::Body(body) => {
                    if let Some(reference) = body.reference()
                        && let Some(of) = positions.get(&reference.log)
                    {
                        referring.entry((*of, reference.index)).or_default().push(position);
                    }
                }
                Said::OfTheLog | Said::Opaque => {}
            }
        }
        let covering = anchors.iter().map(|anchors| growing(anchors)).collect();
        let aside = anchors.iter().map(|anchors| left_aside(anchors)).collect();
        let opaque = visible.iter().filter(|entry| matches!(entry.said, Said::Opaque));
        let opaque = opaque.map(|entry| entry.index).collect();
        let id = terms.parties.get(party).map_or(LogId::ZERO, |party| party.log);
        Self { party, id, facts, times, visible, sealed, anchors, covering, aside, opaque, referring }
    }

    /// Visible entries, by increasing index.
    pub(super) fn visible(&self) -> &[&'a Visible] {
        &self.visible
    }

    /// Entries with a body of this word, by increasing index.
    pub(super) fn bodies(&self) -> impl Iterator<Item = (&'a Visible, &'a Body)> {
        self.visible.iter().filter_map(|entry| match &entry.said {
            Said::Body(body) => Some((*entry, body.as_ref())),
            _ => None,
        })
    }

    /// The entry at an index, when it is visible and not malformed.
    pub(super) fn entry(&self, index: LeafIndex) -> Option<&'a Visible> {
        let position = self.visible.binary_search_by_key(&index, |entry| entry.index).ok()?;
        self.visible.get(position).copied()
    }

    /// What a reference names in this log, if it is there.
    pub(super) fn named(&self, reference: Reference) -> Option<(&'a Visible, &'a Body)> {
        let entry = self.entry(reference.index).filter(|_| reference.log == self.id)?;
        match &entry.said {
            Said::Body(body) if entry.statement == reference.statement => Some((entry, body)),
            _ => None,
        }
    }

    /// Entries of this log that refer to an entry of a party, by increasing index.
    pub(super) fn referring(
        &self,
        to: &Log<'_>,
        entry: &Visible,
    ) -> impl Iterator<Item = (&'a Visible, &'a Body)> {
        let positions = self.referring.get(&(to.party, entry.index)).map_or(&[][..], Vec::as_slice);
        let statement = entry.statement;
        positions.iter().filter_map(move |position| {
            let entry = *self.visible.get(*position)?;
            match &entry.said {
                Said::Body(body) if body.reference()?.statement == statement => Some((entry, body.as_ref())),
                _ => None,
            }
        })
    }

    /// Anchors of a party's log, by increasing index.
    pub(super) fn anchors(&self, of: usize) -> &[AnchorEntry] {
        self.anchors.get(of).map_or(&[], Vec::as_slice)
    }

    /// The lowest anchor here that covers an entry.
    pub(super) fn first_covering(&self, entry: Place) -> Option<LeafIndex> {
        let covering = self.covering.get(entry.party)?;
        let position = covering.partition_point(|(_, size)| !entry.index.is_below(*size));
        covering.get(position).map(|(index, _)| *index)
    }

    /// The lowest anchor of a party's log that was left aside, from an index on.
    pub(super) fn first_left_aside(&self, of: usize, from: LeafIndex) -> Option<LeafIndex> {
        let aside = self.aside.get(of)?;
        aside.get(aside.partition_point(|anchor| *anchor < from)).copied()
    }

    /// The lowest entry above an index whose kind is not known, and that was not certainly published before a time.
    pub(super) fn first_opaque(&self, above: LeafIndex, since: Option<UnixSeconds>) -> Option<LeafIndex> {
        // Later entries have later bounds.
        let is_before = |entry: &LeafIndex| {
            let hi = self.interval(*entry).hi;
            *entry <= above || hi.zip(since).is_some_and(|(hi, since)| hi < since)
        };
        self.opaque.get(self.opaque.partition_point(is_before)).copied()
    }

    /// Sealed entries, by increasing index.
    pub(super) fn sealed(&self) -> &[LeafIndex] {
        &self.sealed
    }

    /// When an entry was published.
    pub(super) fn interval(&self, index: LeafIndex) -> Interval {
        match self.times {
            Times::Known => self.facts.timeline.interval(index).in_calendar(),
            Times::Unwitnessed | Times::QuorumSplit => Interval::UNKNOWN,
        }
    }

    /// Whatever is not in this log came later than this.
    pub(super) fn horizon(&self) -> Option<UnixSeconds> {
        let lo = match self.times {
            Times::Known => self.facts.timeline.horizon(self.facts.size),
            Times::Unwitnessed | Times::QuorumSplit => None,
        };
        Interval { lo, hi: None }.in_calendar().lo
    }

    pub(super) const fn place(&self, index: LeafIndex) -> Place {
        Place { party: self.party, index }
    }
}

fn left_aside(anchors: &[AnchorEntry]) -> Vec<LeafIndex> {
    anchors.iter().filter(|anchor| anchor.covers.is_none()).map(|anchor| anchor.index).collect()
}

/// Those anchors that cover more than every one before, so that the first to cover an entry is found by halving.
fn growing(anchors: &[AnchorEntry]) -> Vec<(LeafIndex, TreeSize)> {
    let mut growing: Vec<(LeafIndex, TreeSize)> = Vec::new();
    for anchor in anchors {
        if let Some(covers) = anchor.covers
            && growing.last().is_none_or(|(_, most)| covers > *most)
        {
            growing.push((anchor.index, covers));
        }
    }
    growing
}
