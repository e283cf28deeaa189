//! Requests, accusations and pings of one party to another, with what the other's log holds of them
//! (`specs/audit.md` "Threads and scoreboard").

use std::collections::BTreeMap;

use detente_agreement::{Body, Facts, Reference, Said, Visible};
use detente_core::LeafIndex;
use detente_statement::Kind;

use crate::CaseParty;

/// One thread. Parties are positions in the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thread {
    /// Who began it, in its own log.
    pub from: usize,
    /// Where.
    pub index: LeafIndex,
    /// Its kind: a request, an accusation or a ping.
    pub kind: Kind,
    /// To whom.
    pub to: usize,
    /// The other's first acknowledgement of a request.
    pub acknowledged: Option<LeafIndex>,
    /// The other's first answer.
    pub answered: Option<LeafIndex>,
    /// The other's first refusal.
    pub refused: Option<LeafIndex>,
    /// The other's first reply to an accusation, or pong.
    pub replied: Option<LeafIndex>,
    /// The other's first news.
    pub updated: Option<LeafIndex>,
    /// The accuser's own withdrawal.
    pub withdrawn: Option<LeafIndex>,
}

/// Every entry that refers to another, by the party whose log it is in and what it refers to. By increasing index.
pub(crate) struct References<'f>(BTreeMap<(usize, ReferenceKey), Vec<&'f Visible>>);

/// Log, index and statement, ordered.
type ReferenceKey = (detente_core::LogId, LeafIndex, detente_core::StatementId);

impl<'f> References<'f> {
    pub(crate) fn of(facts: &'f Facts, parties: &[CaseParty]) -> Self {
        let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (party, log) in parties.iter().enumerate() {
            for entry in facts.logs.get(&log.log).into_iter().flat_map(|facts| &facts.visible) {
                if let Said::Body(body) = &entry.said
                    && let Some(reference) = body.reference()
                {
                    all.entry((party, key(reference))).or_default().push(entry);
                }
            }
        }
        Self(all)
    }

    /// The lowest entry of a party's log of that kind that refers to a statement.
    pub(crate) fn first(&self, party: usize, to: Reference, kind: Kind) -> Option<LeafIndex> {
        let found = self.0.get(&(party, key(to)))?;
        found.iter().find(|entry| entry.kind == kind).map(|entry| entry.index)
    }
}

fn key(reference: Reference) -> ReferenceKey {
    (reference.log, reference.index, reference.statement)
}

/// Every thread, by party and index.
pub(crate) fn threads(facts: &Facts, parties: &[CaseParty], references: &References<'_>) -> Vec<Thread> {
    let mut threads = Vec::new();
    for (from, party) in parties.iter().enumerate() {
        for entry in facts.logs.get(&party.log).into_iter().flat_map(|facts| &facts.visible) {
            let Said::Body(body) = &entry.said else { continue };
            let to = body.addressee().and_then(|log| parties.iter().position(|other| other.log == log));
            let Some(to) = to.filter(|to| *to != from) else { continue };
            let this = Reference { log: party.log, index: entry.index, statement: entry.statement };
            // What refers to a statement of another kind than it is made for says nothing of it.
            let of = |is_kind: bool, kind| is_kind.then(|| references.first(to, this, kind)).flatten();
            let is_request = matches!(**body, Body::Request { .. });
            let is_accusation = matches!(**body, Body::AccusationIssue(_));
            let withdrawn = is_accusation.then(|| references.first(from, this, Kind::AccusationWithdraw));
            let reply = if is_accusation { Kind::AccusationReply } else { Kind::Pong };
            threads.push(Thread {
                from,
                index: entry.index,
                kind: entry.kind,
                to,
                acknowledged: of(is_request, Kind::RequestAck),
                answered: of(is_request, Kind::RequestAnswer),
                refused: of(is_request, Kind::RequestRefuse),
                replied: of(!is_request, reply),
                updated: of(is_request, Kind::RequestUpdate),
                withdrawn: withdrawn.flatten(),
            });
        }
    }
    threads
}
