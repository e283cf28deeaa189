//! `detente inbox`: an audit of one's own log and the others', read for what is still to be done.

use std::path::{Path, PathBuf};

use detente_agreement::{Cell, PartyId, Verdict};
use detente_audit::Case;
use detente_core::{LeafIndex, LogId, json::Value};
use detente_log::LogDirectory;
use detente_merkle::leaf_hash;
use detente_party::PartyFolder;

use super::audit::{Gathered, Names, at, bring, gather, interval, latest, made};
use super::{counterpart::Counterpart, published};
use crate::args::Inbox;
use crate::failure::Failure;
use crate::output::{Printer, Report};

pub(crate) fn run(inbox: &Inbox, printer: &Printer) -> Result<Report, Failure> {
    let at = at(&inbox.input)?;
    let brought = bring(&inbox.agreements, &inbox.input)?;
    let folder = PartyFolder::new(&inbox.party.party).log();
    let own = own_log(&folder)?;
    let others: Vec<(Option<PartyId>, PathBuf)> = inbox.logs.iter().map(|log| split(log)).collect();
    let places: Vec<&Path> = others.iter().map(|(_, path)| path.as_path()).collect();
    let mut gathered: Vec<Gathered> = Vec::new();
    for (id, path) in std::iter::once(&(None, folder.clone())).chain(&others) {
        let reading = published::reading_for(path, &places, &inbox.reading)?;
        let log = if *path == folder { own } else { Counterpart::open(path, &reading, None)?.log };
        let party = brought.case.parties().iter().find(|party| party.log == log);
        let Some(party) = party.filter(|party| id.as_ref().is_none_or(|id| *id == party.id)) else {
            return Err(no_party(&brought.case, id.as_ref(), path, log));
        };
        if gathered.iter().any(|known| known.log() == log) {
            let got = format!("expected each log once, got that of {} twice", party.id);
            return Err(Failure::misuse("--log", got));
        }
        gathered.push(gather(party, path, None, &reading, printer)?);
    }
    let audit = made(&brought, &gathered, at, Path::new("."))?;

    let (mut owe, mut owed): (Vec<Item>, Vec<Item>) = (Vec::new(), Vec::new());
    let mut not_in_force = Vec::new();
    for (agreement, evaluation) in brought.case.agreements().zip(audit.evaluations()) {
        let terms = agreement.terms();
        if evaluation.force.is_none() {
            not_in_force.push(terms.name.clone());
        }
        let names = Names { terms, facts: audit.facts() };
        for cell in evaluation.cells.iter().filter(|cell| is_open(cell)) {
            let is_own = terms.parties.get(cell.party).is_some_and(|party| party.log == own);
            if is_own { &mut owe } else { &mut owed }.push(Item::new(&names, cell));
        }
    }
    for items in [&mut owe, &mut owed] {
        items.sort_by_key(|item| item.due);
    }
    let text = format!(
        "you owe\n{}you are owed\n{}",
        lines(&owe, "nothing is open"),
        lines(&owed, "nothing is open")
    );
    let json = |items: Vec<Item>| items.into_iter().map(|item| item.json).collect::<Vec<_>>().into();
    let report = Report::new(
        "inbox/v1",
        [("at", at.to_string().into()), ("owe", json(owe)), ("owed", json(owed))],
        text.trim_end_matches('\n').to_owned(),
    );
    Ok(not_in_force.into_iter().fold(report, |report, name| {
        report.warn(format!("{name} is not in force: not every party has adopted it in its log"))
    }))
}

/// What may still be done or asked for. A duty that was kept too late, or kept, is no longer open.
const fn is_open(cell: &Cell) -> bool {
    !matches!(
        cell.verdict,
        Verdict::Met | Verdict::Missed | Verdict::Refused | Verdict::NotVerifiable | Verdict::BeforeEvent
    )
}

/// One open duty.
struct Item {
    due: (detente_core::UnixSeconds, Option<LeafIndex>),
    line: String,
    json: Value,
}

impl Item {
    fn new(names: &Names<'_>, cell: &Cell) -> Self {
        let due = cell.due.map_or_else(|| "no due time".to_owned(), |due| format!("due {}", interval(due)));
        let (obligation, party) = (names.obligation(cell.obligation), names.party(cell.party));
        let about = cell.subject.map(|subject| format!(", {}{}", names.place(subject), names.kind(subject)));
        let about = about.unwrap_or_default();
        let state = cell.state.as_ref().map_or_else(String::new, |state| format!(" {}", state.as_str()));
        let by = names.terms.obligations.get(cell.obligation).map_or("", |found| found.text.as_str());
        let line = format!("{due}: {party} by {obligation}{about}, {}{state}\n        {by}", cell.verdict);
        let optional = |text: Option<String>| text.map_or(Value::Null, Value::from);
        let bound = |time: Option<detente_core::UnixSeconds>| optional(time.map(|time| time.to_string()));
        let due =
            cell.due.map_or(Value::Null, |due| Value::from([("hi", bound(due.hi)), ("lo", bound(due.lo))]));
        let json = Value::from([
            ("agreement", names.terms.name.as_str().into()),
            ("obligation", obligation.into()),
            ("party", party.into()),
            ("verdict", cell.verdict.as_str().into()),
            ("state", optional(cell.state.as_ref().map(|state| state.as_str().to_owned()))),
            ("subject", optional(cell.subject.map(|subject| names.place(subject)))),
            ("due", due),
        ]);
        Self { due: latest(cell), line, json }
    }
}

fn lines(items: &[Item], none: &str) -> String {
    if items.is_empty() {
        return format!("    {none}\n");
    }
    items.iter().map(|item| format!("    {}\n", item.line)).collect()
}

/// `ID=LOG`, or a log alone; an address may have a `=` of its own.
fn split(given: &str) -> (Option<PartyId>, PathBuf) {
    let named = given.split_once('=').and_then(|(id, log)| Some((PartyId::parse(id)?, log)));
    match named {
        Some((id, log)) => (Some(id), log.into()),
        None => (None, given.into()),
    }
}

fn own_log(folder: &Path) -> Result<LogId, Failure> {
    Ok(LogId::new(leaf_hash(&LogDirectory::open(folder)?.entry(LeafIndex::ZERO)?).digest()))
}

fn no_party(case: &Case, id: Option<&PartyId>, path: &Path, log: LogId) -> Failure {
    if let Some(id) = id {
        let got = format!("expected the log of party {id}, got {log}");
        return Failure::misuse(path.display().to_string(), got);
    }
    let known: Vec<_> = case.parties().iter().map(|party| format!("{} {}", party.id, party.log)).collect();
    Failure::misuse(
        path.display().to_string(),
        format!("expected the log of a party of the agreements, {}, got {log}", known.join(" or ")),
    )
}
