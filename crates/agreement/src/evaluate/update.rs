//! `update-every`: news of a request, again and again, until it is closed.

use detente_statement::Kind;

use crate::{
    Body, Cell, Interval, Period, Start,
    evaluate::{
        codes,
        sheet::Sheet,
        start::Begin,
        thread::{asked, by_times, unless_opaque},
    },
};

pub(super) fn update(sheet: &mut Sheet<'_>, of: &[Kind], start: Start, period: Period) {
    for (asker, entry, _) in asked(sheet, of) {
        let place = asker.place(entry.index);
        if !sheet.admits(place) {
            continue;
        }
        let begin = Begin::find(sheet, start, asker, entry);
        let own = sheet.own;
        let mut news = own.referring(asker, entry).filter(|(_, body)| is_news(body));
        let asked_since = asker.interval(entry.index).lo;
        let mut above = sheet.adoption;
        let mut before: Option<Interval> = None;
        loop {
            // Only the first sign may be an acknowledgement.
            let next = match before {
                None => news.next(),
                Some(_) => news.find(|(_, body)| !matches!(body, Body::RequestAck(_))),
            };
            let index = next.map(|(entry, _)| entry.index);
            let opaque = own.first_opaque(above, asked_since);
            let judge = |interval| {
                let ruling = by_times(sheet, interval, period, index);
                unless_opaque(sheet, opaque, interval, period, index, ruling)
            };
            let (link, ruling) = match before {
                None => (begin.interval, begin.decide(index, judge)),
                Some(interval) => (Some(interval), judge(interval)),
            };
            let cell = match link {
                Some(interval) => sheet.timed_cell(ruling, Some(place), interval, period, index),
                None => Cell { subject: Some(place), ..sheet.cell(ruling) },
            };
            sheet.push_unless_ended(cell);
            let Some((entry, _)) = next.filter(|(_, body)| !closes(body)) else { break };
            before = Some(own.interval(entry.index));
            above = above.max(entry.index);
        }
    }
}

const fn is_news(body: &Body) -> bool {
    matches!(
        body,
        Body::RequestAck(_)
            | Body::RequestAnswer { .. }
            | Body::RequestRefuse { .. }
            | Body::RequestUpdate { .. }
    )
}

const fn closes(body: &Body) -> bool {
    match body {
        Body::RequestAnswer { .. } | Body::RequestRefuse { .. } => true,
        Body::RequestUpdate { status, .. } => *status == codes::CLOSED,
        _ => false,
    }
}
