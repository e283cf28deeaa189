//! `acknowledge-within` and `respond-within`: one answer to what another party says.

use detente_core::LeafIndex;
use detente_statement::Kind;

use crate::{
    Body, Cell, Period, Start, State, Verdict,
    evaluate::{
        case::UNWITNESSED,
        sheet::Sheet,
        start::Begin,
        thread::{asked, by_times, unless_opaque},
    },
    words::{GROUNDS, OUTCOMES, POSITIONS},
};

/// A sign that it was seen.
pub(super) fn acknowledge(sheet: &mut Sheet<'_>, of: &[Kind], start: Start, period: Period) {
    answered(sheet, of, start, period, acknowledges, |_| None);
}

/// An answer, or a refusal on an accepted ground.
pub(super) fn respond(sheet: &mut Sheet<'_>, of: &[Kind], start: Start, period: Period, grounds: &[u8]) {
    let answers = |body: &Body| match body {
        Body::RequestAnswer { .. } | Body::AccusationReply { .. } => true,
        Body::RequestRefuse { ground, .. } => grounds.contains(ground),
        _ => false,
    };
    answered(sheet, of, start, period, answers, word);
}

/// Whether a body that refers to something shows that it was seen.
pub(super) const fn acknowledges(body: &Body) -> bool {
    matches!(
        body,
        Body::RequestAck(_)
            | Body::RequestAnswer { .. }
            | Body::RequestRefuse { .. }
            | Body::RequestUpdate { .. }
            | Body::Pong(_)
            | Body::AccusationReply { .. }
    )
}

fn word(body: &Body) -> Option<&'static str> {
    match body {
        Body::RequestAnswer { outcome, .. } => OUTCOMES.word(*outcome),
        Body::RequestRefuse { ground, .. } => GROUNDS.word(*ground),
        Body::AccusationReply { position, .. } => POSITIONS.word(*position),
        _ => None,
    }
}

fn answered(
    sheet: &mut Sheet<'_>,
    of: &[Kind],
    start: Start,
    period: Period,
    answers: impl Fn(&Body) -> bool,
    word: impl Fn(&Body) -> Option<&'static str>,
) {
    for (asker, entry, subject) in asked(sheet, of) {
        let place = asker.place(entry.index);
        if !sheet.admits(place) {
            continue;
        }
        let begin = Begin::find(sheet, start, asker, entry);
        let mut referring = sheet.own.referring(asker, entry);
        let answer = referring.find(|(_, body)| fits(subject, body) && answers(body));
        let index: Option<LeafIndex> = answer.map(|(entry, _)| entry.index);
        let opaque = sheet.own.first_opaque(sheet.adoption, asker.interval(entry.index).lo);
        let ruling = begin.decide(index, |interval| {
            let ruling = by_times(sheet, interval, period, index);
            unless_opaque(sheet, opaque, interval, period, index, ruling)
        });
        let mut cell = Cell { subject: Some(place), ..sheet.cell(ruling) };
        if let Some(interval) = begin.interval {
            cell = Cell { start: Some(interval), due: Some(period.due(interval)), ..cell };
        }
        if let Some((entry, body)) = answer {
            cell.met_by = Some(sheet.own.place(entry.index));
            cell.answer = Some(sheet.own.interval(entry.index));
            if let Some(word) = word(body) {
                let refused = cell.verdict == Verdict::Met && matches!(body, Body::RequestRefuse { .. });
                cell.verdict = if refused { Verdict::Refused } else { cell.verdict };
                // What the answer says tells more than that there are no times; only the opaque rule tells more.
                let stays = cell.state.filter(|state| state.as_str() != UNWITNESSED);
                cell.state = stays.or_else(|| Some(State::new(word)));
            }
        }
        sheet.push_unless_ended(cell);
    }
}

/// Whether a body answers what is asked at all: a request, a ping or an accusation.
const fn fits(subject: &Body, answer: &Body) -> bool {
    match subject {
        Body::Ping(_) => matches!(answer, Body::Pong(_)),
        Body::AccusationIssue(_) => matches!(answer, Body::AccusationReply { .. }),
        _ => !matches!(answer, Body::Pong(_) | Body::AccusationReply { .. }),
    }
}
