//! `report-within` after another report: the next stage amends it.

use std::collections::BTreeMap;

use detente_core::LeafIndex;

use crate::{
    Cell, Opened, Period, Ruling, Verdict,
    evaluate::{
        report::{AMENDS, is_of_stage, is_settled, text},
        sheet::Sheet,
        thread::by_times,
    },
};

pub(super) fn amended(
    sheet: &mut Sheet<'_>,
    reports: &BTreeMap<&LeafIndex, &Opened>,
    after: &str,
    stage: Option<&str>,
    period: Period,
) {
    let answers = answers(reports, stage);
    let settled: Vec<_> = {
        let opened = sheet.own.facts.opened.iter();
        opened.filter(|(_, opened)| is_settled(opened)).map(|(index, _)| *index).collect()
    };
    for (index, _) in reports.iter().filter(|(_, opened)| is_of_stage(opened, after)) {
        let place = sheet.own.place(**index);
        if !sheet.admits(place) {
            continue;
        }
        let start = sheet.own.interval(**index);
        let answer = answers.get(*index).copied();
        let mut ruling = by_times(sheet, start, period, answer);
        let mut unopened = None;
        if matches!(ruling.verdict, Verdict::Missed | Verdict::Overdue) {
            let number = unsettled(sheet, &settled, **index, answer, period);
            if number > 0 {
                ruling = Ruling::with(Verdict::Indeterminate, "UNOPENED");
                unopened = Some(number);
            }
        }
        let cell = sheet.timed_cell(ruling, Some(place), start, period, answer);
        sheet.push_unless_ended(Cell { unopened, ..cell });
    }
}

/// For each report the lowest entry of the stage that amends it, straight or by way of others.
fn answers(reports: &BTreeMap<&LeafIndex, &Opened>, stage: Option<&str>) -> BTreeMap<LeafIndex, LeafIndex> {
    let by_statement: BTreeMap<_, _> =
        reports.iter().map(|(index, opened)| (opened.statement.to_string(), **index)).collect();
    let amends = |index: LeafIndex| {
        let opened = reports.get(&index)?;
        let amended = by_statement.get(text(opened, AMENDS)?).copied();
        // Nothing amends what is not yet there.
        amended.filter(|amended| *amended < index)
    };
    let mut answers = BTreeMap::new();
    for (index, opened) in reports {
        if !stage.is_some_and(|stage| is_of_stage(opened, stage)) {
            continue;
        }
        let mut next = amends(**index);
        // What a lower one amends, it amends by way of the same entries; so each entry is passed once.
        while let Some(amended) = next.filter(|amended| !answers.contains_key(amended)) {
            answers.insert(amended, **index);
            next = amends(amended);
        }
    }
    answers
}

/// How many sealed entries might be the amendment that is missing, or lead to it, and are not opened enough to tell.
fn unsettled(
    sheet: &Sheet<'_>,
    settled: &[LeafIndex],
    report: LeafIndex,
    answer: Option<LeafIndex>,
    period: Period,
) -> u64 {
    let own = sheet.own;
    let latest = period.latest(own.interval(report));
    let could_stand = |entry: &LeafIndex| {
        answer.is_none_or(|answer| *entry < answer) && !own.interval(*entry).is_after(latest)
    };
    let between = |entries: &[LeafIndex]| {
        let below = entries.partition_point(|entry| *entry <= report);
        entries.partition_point(|entry| *entry <= report || could_stand(entry)).saturating_sub(below) as u64
    };
    between(own.sealed()).saturating_sub(between(settled))
}
