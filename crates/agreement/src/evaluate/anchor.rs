//! `anchor-within`: the other logs' checkpoints are recorded.

use detente_core::{LeafIndex, TreeSize};

use crate::{
    Body, Moment, Period, Ruling, State, Times, Verdict,
    evaluate::{
        cadence::{links, walk},
        log::Log,
        sheet::Sheet,
    },
};

pub(super) fn anchor(sheet: &mut Sheet<'_>, period: Period) {
    let case = sheet.case;
    for (other, terms) in case.logs.iter().zip(&case.terms.parties) {
        if other.party == sheet.own.party {
            continue;
        }
        let state = State::new(format!("OF-{}", terms.id));
        let entries = qualifying(sheet, other, period);
        walk(sheet, period, links(&entries), |sheet, link, start, ruling| {
            let verdict = match ruling.verdict {
                Verdict::Missed | Verdict::Overdue => {
                    // One that was left aside may cover all that it should.
                    let above = link.from.unwrap_or(sheet.adoption);
                    let aside = sheet.own.first_left_aside(other.party, above).filter(|aside| {
                        let late = sheet.own.interval(*aside).is_after(period.latest(start));
                        !late && link.to.is_none_or(|to| *aside < to)
                    });
                    if aside.is_some() { Verdict::Indeterminate } else { ruling.verdict }
                }
                verdict => verdict,
            };
            Ruling { verdict, state: Some(state.clone()) }
        });
    }
}

/// Own entries that record the other log, or say that it could not be read.
fn qualifying(sheet: &Sheet<'_>, other: &Log<'_>, period: Period) -> Vec<LeafIndex> {
    let own = sheet.own;
    let due = due(other, period, sheet.case.facts.times);
    let anchors = own.anchors(other.party).iter().filter(|anchor| {
        let published = own.interval(anchor.index);
        let before = due.partition_point(|(due, _)| published.is_after(*due));
        let asked = before.checked_sub(1).and_then(|last| due.get(last)).map(|(_, size)| *size);
        anchor.covers.is_some_and(|covers| asked.is_none_or(|asked| covers >= asked))
    });
    let denied =
        own.bodies().filter(|(_, body)| matches!(body, Body::AccessDenied { log, .. } if *log == other.id));
    let denied = denied.map(|(entry, _)| entry.index);
    let mut entries: Vec<_> =
        anchors.map(|anchor| anchor.index).chain(denied).filter(|entry| *entry > sheet.adoption).collect();
    entries.sort_unstable();
    entries
}

/// When checkpoints have to be in an anchor, increasing, each with the largest size that has to be by then.
fn due(other: &Log<'_>, period: Period, times: Times) -> Vec<(Moment, TreeSize)> {
    if times != Times::Known {
        return Vec::new();
    }
    let held = other.facts.timeline.held();
    let mut due: Vec<_> = held.iter().map(|held| (held.hi, held.size)).collect();
    due.sort_unstable();
    let mut most = TreeSize::ZERO;
    let with_most = due.into_iter().map(|(hi, size)| {
        most = most.max(size);
        (period.after(hi), most)
    });
    with_most.collect()
}
