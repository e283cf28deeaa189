//! Counts, and nothing more: no score, and no row of 0 (`specs/audit.md` "Threads and scoreboard").

use std::collections::BTreeMap;

use detente_agreement::{Body, Facts, Interval, PartyFacts, Reference, Said, Visible, words};
use detente_statement::Kind;

use crate::{
    CaseParty,
    thread::{References, Thread},
};

/// When it is not known in which quarter something was published.
const UNSETTLED: &str = "unsettled";
/// Who is accused and is no party.
const OTHER: &str = "other";

/// Rows by their words, in the order of the words as text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scoreboard {
    /// From, to, kind, quarter, outcome.
    pub requests: BTreeMap<[String; 5], u64>,
    /// From, to, class, quarter, state.
    pub accusations: BTreeMap<[String; 5], u64>,
}

pub(crate) fn scoreboard(
    facts: &Facts,
    parties: &[CaseParty],
    threads: &[Thread],
    references: &References<'_>,
) -> Scoreboard {
    let mut board = Scoreboard::default();
    let id = |party: usize| parties.get(party).map_or_else(String::new, |party| party.id.to_string());
    for thread in threads {
        if !matches!(thread.kind, Kind::RequestAssistance | Kind::RequestPreserve) {
            continue;
        }
        let log = parties.get(thread.from).and_then(|party| facts.logs.get(&party.log));
        let published = log.map_or(Interval::UNKNOWN, |log| log.timeline.interval(thread.index));
        let row = [
            id(thread.from),
            id(thread.to),
            thread.kind.name().to_owned(),
            quarter(published),
            outcome(thread).to_owned(),
        ];
        *board.requests.entry(row).or_default() += 1;
    }
    for (from, party) in parties.iter().enumerate() {
        let Some(log) = facts.logs.get(&party.log) else { continue };
        for entry in &log.visible {
            let Said::Body(body) = &entry.said else { continue };
            let Body::AccusationIssue(accusation) = &**body else { continue };
            let accused = accusation.accused;
            let to = accused.and_then(|log| parties.iter().find(|party| party.log == log));
            let this = Reference { log: party.log, index: entry.index, statement: entry.statement };
            let withdrawn = references.first(from, this, Kind::AccusationWithdraw).is_some();
            let row = [
                party.id.to_string(),
                to.map_or_else(|| OTHER.to_owned(), |party| party.id.to_string()),
                words::CLASSES.word(accusation.class).unwrap_or_default().to_owned(),
                quarter(log.timeline.interval(entry.index)),
                state(log, entry, accusation.manifest.is_some(), withdrawn).to_owned(),
            ];
            *board.accusations.entry(row).or_default() += 1;
        }
    }
    board
}

fn outcome(thread: &Thread) -> &'static str {
    if thread.answered.is_some() {
        "answered"
    } else if thread.refused.is_some() {
        "refused"
    } else if thread.acknowledged.is_some() || thread.updated.is_some() {
        "acknowledged"
    } else {
        "none"
    }
}

fn state(log: &PartyFacts, entry: &Visible, has_manifest: bool, withdrawn: bool) -> &'static str {
    if withdrawn {
        "withdrawn"
    } else if !has_manifest {
        "none"
    } else if log.manifests.contains(&entry.index) {
        "opened"
    } else {
        "sealed"
    }
}

fn quarter(published: Interval) -> String {
    published.quarter().unwrap_or_else(|| UNSETTLED.to_owned())
}
