//! The table, the scoreboard and the counts, as they were worked out by hand.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use detente_agreement::Said;
use detente_core::UnixSeconds;
use detente_merkle::leaf_index;
use detente_statement::Kind;

use crate::{
    building::STATEMENTS,
    data::{self, Expected, History, Row, instant},
    table::rows,
    world::{Inputs, World},
};

/// When the audit is asked about, a day after the last entries.
pub(crate) const AT: &str = "2026-01-01T00:00:00";

/// The data, the logs and what an audit of them finds.
pub(crate) struct Told {
    pub(crate) history: History,
    pub(crate) expected: Expected,
    pub(crate) world: World,
    pub(crate) rows: Vec<Row>,
}

pub(crate) static TOLD: LazyLock<Told> = LazyLock::new(|| {
    let (history, expected) = data::read();
    let world = World::build(&history);
    let rows = rows(&world, &Inputs::of(&world).audit(instant(AT)));
    Told { history, expected, world, rows }
});

/// Cells about what nobody opens, which no thread and no line of the data has.
fn is_unopened(row: &Row) -> bool {
    row.duty == "open" && row.verdict != "MET"
}

#[test]
fn every_cell_is_as_worked_out_by_hand() {
    let Told { expected, rows, .. } = &*TOLD;
    let mut wanted: BTreeMap<String, Vec<&Row>> = BTreeMap::new();
    expected.rows.iter().for_each(|row| wanted.entry(row.counted()).or_default().push(row));
    let mut faults = Vec::new();
    for row in rows.iter().filter(|row| !is_unopened(row)) {
        match wanted.get_mut(&row.counted()).and_then(Vec::pop) {
            None => faults.push(format!("found    {}", row.counted())),
            Some(by_hand) => {
                for (name, value) in
                    by_hand.more.iter().filter(|(name, value)| row.more.get(*name) != Some(value))
                {
                    faults.push(format!(
                        "{}: {name} is {value} by hand, found {:?}",
                        row.counted(),
                        row.more.get(name)
                    ));
                }
            }
        }
    }
    faults.extend(
        wanted.into_iter().flat_map(|(text, left)| left.into_iter().map(move |_| format!("by hand  {text}"))),
    );
    faults.sort_by_key(|fault| fault.get(9..).map(str::to_owned));
    assert!(faults.is_empty(), "{} cells differ:\n{}", faults.len(), faults.join("\n"));
}

/// The data says when each statement was published; the notes must bound it exactly so.
#[test]
fn each_statement_is_published_when_the_data_says() {
    let Told { history, world, .. } = &*TOLD;
    let inputs = Inputs::of(world);
    let audit = inputs.audit(instant(AT));
    for statement in &history.statements {
        let (side, index) = world.places[&statement.label];
        let log = &audit.facts().logs[&world.parties[side].log];
        let found = log.timeline.interval(leaf_index(index).unwrap());
        let second = |bound: Option<UnixSeconds>| bound.map(UnixSeconds::get);
        let wanted = (Some(statement.from), Some(statement.from + statement.width));
        assert_eq!((second(found.lo), second(found.hi)), wanted, "{}", statement.label);
    }
}

#[test]
fn there_are_sixty_threads_and_two_thousand_statements_a_side() {
    let Told { history, expected, world, rows } = &*TOLD;
    let numbers: Vec<_> = expected.threads.keys().cloned().collect();
    let wanted: Vec<_> = (0..=60).map(|number| format!("{number:02}")).collect();
    assert_eq!(numbers, wanted, "thread 00 adopts");
    for (number, (title, reasoning)) in &expected.threads {
        assert!(!title.is_empty() && reasoning.len() > 20, "thread {number}");
        assert!(
            history.statements.iter().any(|said| said.label.starts_with(&format!("{number}."))),
            "{number}"
        );
    }
    for party in &world.parties {
        assert_eq!(party.entries.len(), STATEMENTS);
    }
    // Every kind of this word is said, and every kind of obligation is there for both.
    let inputs = Inputs::of(world);
    let audit = inputs.audit(instant(AT));
    let visible = || audit.facts().logs.values().flat_map(|log| &log.visible);
    let kinds: BTreeSet<_> = visible().map(|entry| entry.kind.code()).collect();
    let listed = detente_agreement::KINDS.iter().filter(|kind| **kind != Kind::AgreementAmend);
    let missing: Vec<_> = listed.filter(|kind| !kinds.contains(&kind.code())).collect();
    assert!(missing.is_empty(), "{missing:?}");
    assert_eq!(visible().filter(|entry| matches!(entry.said, Said::Opaque)).count(), 1);
    let terms = world.case.agreements().next().unwrap().terms();
    let duties: BTreeSet<_> = history.terms.lines().filter(|line| line.starts_with("kind = ")).collect();
    assert_eq!(duties.len(), 14, "{duties:?}");
    assert!(terms.obligations.iter().all(|obligation| obligation.obliged.len() == 2));
    let verdicts: BTreeSet<_> = rows.iter().map(|row| row.verdict.as_str()).collect();
    let wanted = [
        "BEFORE-EVENT",
        "INDETERMINATE",
        "MALFORMED-DATE",
        "MET",
        "MISSED",
        "NOT-VERIFIABLE",
        "OVERDUE",
        "PENDING",
        "REFUSED",
        "UNDELIVERED",
    ];
    assert_eq!(verdicts, BTreeSet::from(wanted));
}

/// What nobody opens: counted by the grid of the data.
#[test]
fn what_is_sealed_and_not_opened_is_counted() {
    let Told { world, rows, .. } = &*TOLD;
    let last = instant("2025-12-01T23:59:59");
    for (side, party) in world.parties.iter().enumerate() {
        let mut wanted = BTreeMap::from([("OVERDUE", 0), ("PENDING", 0)]);
        for label in party.labels.iter() {
            // Those of thread 48 lack a slot.
            let published = match label.strip_prefix("sealed@") {
                Some(date) => instant(&format!("{date}T06:00:00")),
                None if side == 1 && ["48.early", "48.notify"].contains(&label.as_str()) => 0,
                None => continue,
            };
            *wanted.get_mut(if published <= last { "OVERDUE" } else { "PENDING" }).unwrap() += 1;
        }
        for (verdict, number) in wanted {
            let found = rows
                .iter()
                .filter(|row| is_unopened(row) && row.verdict == verdict && row.party == data::NAMES[side]);
            let found: Vec<_> = found.map(Row::links).collect();
            assert_eq!(found.iter().sum::<u64>(), number, "{side} {verdict}");
            // One run of neighbours, parted only by what was opened.
            let runs = if verdict == "PENDING" { 1 } else { RUNS[side] };
            assert_eq!(found.len(), runs, "{side} {verdict}");
        }
    }
}

/// a: before 41, 43, 45 (three times: between its reports too), 47 (twice), and after. b: before 42, 44 (three times), 46,
/// and after.
const RUNS: [usize; 2] = [8, 6];

#[test]
fn the_scoreboard_is_as_counted_by_hand() {
    let Told { expected, world, .. } = &*TOLD;
    let inputs = Inputs::of(world);
    let audit = inputs.audit(instant(AT));
    assert_eq!(audit.scoreboard().requests, expected.requests);
    assert_eq!(audit.scoreboard().accusations, expected.accusations);
    let threads = expected.requests.values().sum::<u64>()
        + expected
            .accusations
            .iter()
            .filter(|(key, _)| key[1] != "other")
            .map(|(_, count)| count)
            .sum::<u64>()
        + 8; // pings
    assert_eq!(audit.threads().len() as u64, threads);
    assert!(audit.refused().is_empty());
    assert_eq!(audit.exit_code(), 1);
}

#[test]
fn what_was_knowable_then() {
    let Told { expected, world, .. } = &*TOLD;
    let inputs = Inputs::of(world);
    let mut tables: BTreeMap<u64, Vec<Row>> = BTreeMap::new();
    let mut faults = Vec::new();
    for (at, wanted) in &expected.then {
        let table = tables.entry(*at).or_insert_with(|| rows(world, &inputs.audit(*at)));
        if !table.iter().any(|row| row.counted() == wanted.counted()) {
            let same = |row: &&Row| {
                (&row.duty, &row.party, &row.subject) == (&wanted.duty, &wanted.party, &wanted.subject)
            };
            let found: Vec<_> = table.iter().filter(same).map(Row::counted).collect();
            faults.push(format!("at {at} by hand {}, found {found:?}", wanted.counted()));
        }
    }
    assert!(expected.then.len() > 10 && faults.is_empty(), "{}", faults.join("\n"));
}
