//! `evidence-with-accusation` and `ask-before-accusing`.

use detente_core::LeafIndex;
use detente_statement::Kind;

use crate::{
    Accusation, Body, Cell, Period, Ruling, Verdict, Visible,
    deadline::at_least,
    evaluate::{log::Log, sheet::Sheet},
};

fn accusations<'a>(own: &Log<'a>) -> impl Iterator<Item = (&'a Visible, &'a Accusation)> {
    own.bodies().filter_map(|(entry, body)| match body {
        Body::AccusationIssue(accusation) => Some((entry, accusation)),
        _ => None,
    })
}

/// An accusation names its evidence when it is made.
pub(super) fn evidence(sheet: &mut Sheet<'_>) {
    for (entry, accusation) in accusations(sheet.own) {
        let place = sheet.own.place(entry.index);
        if !sheet.admits(place) {
            continue;
        }
        let ruling = if accusation.manifest.is_none() {
            Ruling::with(Verdict::Missed, "EVIDENCE-NONE")
        } else if sheet.own.facts.manifests.contains(&entry.index) {
            Ruling::with(Verdict::Met, "OPENED")
        } else {
            Ruling::with(Verdict::Met, "COMMITTED")
        };
        let cell = Cell { subject: Some(place), met_by: Some(place), ..sheet.cell(ruling) };
        sheet.push_unless_ended(cell);
    }
}

/// A request comes before an accusation.
pub(super) fn ask_first(sheet: &mut Sheet<'_>, wait: Option<Period>) {
    let own = sheet.own;
    for (entry, accusation) in accusations(own) {
        let accused = accusation.accused.and_then(|log| sheet.case.party_of(log));
        let Some(accused) = accused.filter(|accused| accused.party != own.party) else { continue };
        let place = own.place(entry.index);
        if !sheet.admits(place) {
            continue;
        }
        let Some(request) = request_before(own, accused, entry.index, accusation) else {
            let ruling = Ruling::with(Verdict::Missed, "PUBLIC-FIRST");
            let cell = Cell { subject: Some(place), ..sheet.cell(ruling) };
            sheet.push_unless_ended(cell);
            continue;
        };
        let met_by = Some(own.place(request.index));
        let Some(wait) = wait else {
            let ruling = Ruling::with(Verdict::Met, "ASKED-FIRST");
            let cell = Cell { subject: Some(place), met_by, ..sheet.cell(ruling) };
            sheet.push_unless_ended(cell);
            continue;
        };
        let start = own.interval(request.index);
        let ruling = if is_answered(own, accused, request, entry.index) {
            Ruling::with(Verdict::Met, "ANSWERED")
        } else {
            let ruling = Ruling::of(at_least(start, wait, own.interval(entry.index)));
            // More may have been held than was audited; but nothing answered before it was asked.
            let beyond = own.first_left_aside(accused.party, request.index);
            let unaudited =
                ruling.verdict == Verdict::Missed && beyond.is_some_and(|anchor| anchor < entry.index);
            let softened = Ruling::with(Verdict::Indeterminate, "UNAUDITED");
            sheet.case.timed(if unaudited { softened } else { ruling })
        };
        let cell = sheet.timed_cell(ruling, Some(place), start, wait, Some(entry.index));
        sheet.push_unless_ended(Cell { met_by, ..cell });
    }
}

/// The request that an accusation names, when it is there, below it, and asks the accused.
fn request_before<'a>(
    own: &Log<'a>,
    accused: &Log<'_>,
    accusation: LeafIndex,
    said: &Accusation,
) -> Option<&'a Visible> {
    let (request, body) = own.named(said.asked?)?;
    let is_request = matches!(request.kind, Kind::RequestAssistance | Kind::RequestPreserve);
    let fits = is_request && request.index < accusation && body.addressee() == Some(accused.id);
    fits.then_some(request)
}

/// Whether the accuser held an answer, by its own anchors, when it accused.
fn is_answered(own: &Log<'_>, accused: &Log<'_>, request: &Visible, accusation: LeafIndex) -> bool {
    let answers = |body: &Body| matches!(body, Body::RequestAnswer { .. } | Body::RequestRefuse { .. });
    let lowest = accused.referring(own, request).find(|(_, body)| answers(body));
    let covering = lowest.and_then(|(answer, _)| own.first_covering(accused.place(answer.index)));
    covering.is_some_and(|anchor| anchor < accusation)
}
