//! What an audit found, as rows with the names of the data.

use std::collections::BTreeMap;

use detente_agreement::{Cell, Interval, Place};
use detente_audit::Audit;

use crate::{
    data::{NAMES, Row},
    world::World,
};

/// Every cell, in the order of the report.
pub(crate) fn rows(world: &World, audit: &Audit<'_>) -> Vec<Row> {
    audit.evaluations()[0].cells.iter().map(|cell| row(world, cell)).collect()
}

fn row(world: &World, cell: &Cell) -> Row {
    let terms = world.case.agreements().next().unwrap().terms();
    let place = |place: Option<Place>| match place {
        Some(place) => world.label(place.party, place.index.get()).to_owned(),
        None => "-".to_owned(),
    };
    let mut more = BTreeMap::from([
        ("links".to_owned(), cell.links.to_string()),
        ("unopened".to_owned(), cell.unopened.map_or("-".to_owned(), |number| number.to_string())),
    ]);
    for (name, interval) in [("start", cell.start), ("due", cell.due), ("answer", cell.answer)] {
        if let Some(interval) = interval {
            more.insert(name.to_owned(), bounds(interval));
        }
    }
    Row {
        duty: terms.obligations[cell.obligation].id.to_string(),
        party: NAMES[cell.party].to_owned(),
        subject: place(cell.subject),
        verdict: cell.verdict.to_string(),
        state: cell.state.as_ref().map_or("-", |state| state.as_str()).to_owned(),
        met_by: place(cell.met_by),
        more,
    }
}

fn bounds(interval: Interval) -> String {
    let text =
        |bound: Option<detente_core::UnixSeconds>| bound.map_or("?".to_owned(), |bound| bound.to_string());
    format!("{}/{}", text(interval.lo), text(interval.hi))
}

/// Rows of one table that the other lacks, as `-row`, and the other way round, as `+row`. Of what nobody opens the numbers
/// are left out: one statement more is one sealed entry less.
pub(crate) fn difference(before: &[Row], after: &[Row]) -> Vec<String> {
    let mut counts: BTreeMap<String, i64> = BTreeMap::new();
    let text = |row: &Row| if row.duty == "open" { row.key() } else { row.counted() };
    before.iter().for_each(|row| *counts.entry(text(row)).or_default() -= 1);
    after.iter().for_each(|row| *counts.entry(text(row)).or_default() += 1);
    let changed = counts.into_iter().filter(|(_, count)| *count != 0);
    let mut lines: Vec<_> =
        changed.map(|(row, count)| format!("{}{row}", if count < 0 { "-" } else { "+" })).collect();
    lines.sort_unstable();
    lines
}
