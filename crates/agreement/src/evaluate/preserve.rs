//! `preserve-for`: what was said to be preserved stays so.

use detente_statement::Kind;

use crate::{
    Body, Interval, Period, Ruling, Start, Verdict,
    deadline::at_least,
    evaluate::{codes, sheet::Sheet, start::Begin, thread::asked},
};

pub(super) fn preserve(sheet: &mut Sheet<'_>, start: Start, period: Period) {
    for (asker, entry, _) in asked(sheet, &[Kind::RequestPreserve]) {
        let own = sheet.own;
        let mut referring = own.referring(asker, entry);
        let preserved =
            |body: &Body| matches!(body, Body::RequestAnswer { outcome, .. } if *outcome == codes::PRESERVED);
        let released =
            |body: &Body| matches!(body, Body::RequestUpdate { status, .. } if *status == codes::RELEASED);
        let Some((answer, _)) = referring.find(|(_, body)| preserved(body)) else { continue };
        let place = asker.place(entry.index);
        if !sheet.admits(place) {
            continue;
        }
        let release = referring.find(|(_, body)| released(body)).map(|(entry, _)| entry.index);
        let begin = Begin::find(sheet, start, asker, entry).interval.unwrap_or(Interval::UNKNOWN);
        let ruling = match release {
            Some(release) => Ruling::of(at_least(begin, period, own.interval(release))),
            None => held(sheet, begin, period),
        };
        let ruling = sheet.case.timed(ruling);
        let met_by = release.unwrap_or(answer.index);
        let cell = sheet.timed_cell(ruling, Some(place), begin, period, Some(met_by));
        sheet.push_unless_ended(cell);
    }
}

/// Nothing says that it was released.
fn held(sheet: &Sheet<'_>, start: Interval, period: Period) -> Ruling {
    let latest = period.latest(start);
    if start.conflicts() {
        Ruling::of(Verdict::WitnessConflict)
    } else if sheet.own.horizon().is_some_and(|horizon| latest.is_before(horizon)) {
        Ruling::with(Verdict::Met, "HELD")
    } else {
        Ruling::with(Verdict::Pending, "HELD")
    }
}
