//! `report-within`: sealed reports, as far as presentations opened them.

use std::collections::BTreeMap;

use detente_core::{LeafIndex, json::Value};
use detente_disclosure::Profile;

use crate::{
    Cell, ClaimedDate, Opened, Period, ReportTrigger, Ruling, State, Verdict, claimed_days,
    date::claimed,
    evaluate::{amend, sheet::Sheet},
};

/// The slots of the envelope.
const KIND: u16 = 0;
const CLAIMED_TIME: u16 = 1;
pub(super) const AMENDS: u16 = 3;
const STAGE: u16 = 4;

pub(super) fn report(sheet: &mut Sheet<'_>, from: &ReportTrigger, stage: Option<&str>, period: Period) {
    let reports: BTreeMap<_, _> =
        sheet.own.facts.opened.iter().filter(|(_, opened)| is_report(opened)).collect();
    match from {
        ReportTrigger::After(after) => amend::amended(sheet, &reports, after, stage, period),
        ReportTrigger::Field { field, by } => {
            for (index, opened) in reports {
                if stage.is_none_or(|stage| is_of_stage(opened, stage)) {
                    dated(sheet, *index, opened, field, by.as_deref(), period);
                }
            }
        }
    }
}

/// Whether slot 0 is opened as a report or as an amendment of one.
pub(super) fn is_report(opened: &Opened) -> bool {
    matches!(text(opened, KIND), Some("incident.report" | "incident.amend"))
}

/// Whether slots 0, 3 and 4 show whether an entry is an amendment of the one and the stage that is asked for.
pub(super) fn is_settled(opened: &Opened) -> bool {
    let is_known = |slot: u16| opened.slots.contains_key(&slot);
    is_known(KIND) && (!is_report(opened) || (is_known(AMENDS) && is_known(STAGE)))
}

pub(super) fn is_of_stage(opened: &Opened, stage: &str) -> bool {
    text(opened, STAGE) == Some(stage)
}

/// The text of a slot that was opened with one.
pub(super) fn text(opened: &Opened, slot: u16) -> Option<&str> {
    opened.slots.get(&slot)?.as_ref()?.as_str()
}

/// A report whose period runs from a date of its own.
fn dated(
    sheet: &mut Sheet<'_>,
    index: LeafIndex,
    opened: &Opened,
    field: &str,
    by: Option<&str>,
    period: Period,
) {
    let place = sheet.own.place(index);
    if !sheet.admits(place) {
        return;
    }
    let published = sheet.own.interval(index);
    let base = Cell { subject: Some(place), met_by: Some(place), ..sheet.cell(Ruling::of(Verdict::Met)) };
    let dates = date(opened, field).and_then(|first| match by {
        Some(by) => date(opened, by).map(|second| (first, Some(second))),
        None => Ok((first, None)),
    });
    let cell = match dates {
        Err(Ruling { verdict, state }) => {
            let answer = by.is_none().then_some(published);
            Cell { verdict, state, answer, ..base }
        }
        Ok((first, None)) => {
            let offset = sheet.case.terms.parties.get(sheet.own.party).and_then(|party| party.offset);
            let event = first.interval(offset);
            let verdict = sheet.case.timed(Ruling::of(claimed(event, period, published))).verdict;
            let (start, due) = (Some(event), Some(period.due(event)));
            Cell { verdict, state: Some(State::new("CLAIMED")), start, answer: Some(published), due, ..base }
        }
        Ok((first, Some(second))) => {
            // Terms with a second date have a period in days.
            let days = if let Period::Days(days) = period { days } else { 0 };
            let verdict = claimed_days(first, second, days);
            Cell { verdict, state: Some(State::new("CLAIMED")), ..base }
        }
    };
    sheet.push_unless_ended(cell);
}

/// A date of a report, or what is to be said when there is none.
fn date(opened: &Opened, name: &str) -> Result<ClaimedDate, Ruling> {
    let slots = slots(name);
    let values: Option<Vec<Option<&Value>>> =
        slots.iter().map(|slot| opened.slots.get(slot).map(Option::as_ref)).collect();
    let Some(values) = values.filter(|values| !values.is_empty()) else {
        return Err(Ruling::with(Verdict::Indeterminate, "NOT-OPENED"));
    };
    if values.iter().all(Option::is_none) {
        return Err(Ruling::with(Verdict::Indeterminate, "NOT-STATED"));
    }
    let date = match values.as_slice() {
        [claimed] => claimed.and_then(Value::as_str).and_then(ClaimedDate::parse),
        [year, month, day] => ClaimedDate::from_slots(*year, *month, *day),
        _ => None,
    };
    date.ok_or(Ruling::of(Verdict::MalformedDate))
}

/// The slots of a date that terms name.
fn slots(name: &str) -> Vec<u16> {
    if name == "claimed_time" {
        return vec![CLAIMED_TIME];
    }
    let parts = ["year", "month", "day"].map(|part| {
        let slot = Profile::veris_1().slot_named(&format!("{name}.{part}"));
        slot.map(|slot| slot.number().get())
    });
    parts.into_iter().collect::<Option<_>>().unwrap_or_default()
}
