//! `open-within`: slots of sealed entries are opened, as far as the presentations at hand show.

use crate::{
    Interval, Opened, Period, Ruling, Verdict,
    evaluate::{fold::Fold, scope::Scope, sheet::Sheet},
};

pub(super) fn open(sheet: &mut Sheet<'_>, slots: &[u16], period: Period) {
    let (own, case) = (sheet.own, sheet.case);
    let is_opened = |opened: &Opened| slots.iter().all(|slot| opened.slots.contains_key(slot));
    let mut opened = own.facts.opened.iter().filter(|(_, opened)| is_opened(opened)).peekable();
    // Entries below this one have the interval of the one before.
    let mut until = 0;
    let (mut published, mut unopened) = (Interval::UNKNOWN, Ruling::of(Verdict::Pending));
    let mut fold = Fold::default();
    for entry in own.sealed() {
        if entry.get() >= until {
            published = own.interval(*entry);
            until = own.facts.timeline.next_change(*entry).unwrap_or(u64::MAX);
            unopened = case.timed(Ruling::of(judge(sheet, published, period)));
        }
        let place = own.place(*entry);
        while opened.next_if(|(index, _)| *index < entry).is_some() {}
        let cell = match case.scope(place) {
            Scope::Out => continue,
            Scope::Unknown => sheet.scope_cell(place),
            Scope::In => {
                let met = opened.next_if(|(index, _)| *index == entry).is_some();
                let ruling = if met { Ruling::of(Verdict::Met) } else { unopened.clone() };
                sheet.timed_cell(ruling, Some(place), published, period, None)
            }
        };
        let cell = sheet.unless_ended(cell);
        fold.push(sheet, cell);
    }
    fold.finish(sheet);
}

fn judge(sheet: &Sheet<'_>, published: Interval, period: Period) -> Verdict {
    if published.conflicts() {
        Verdict::WitnessConflict
    } else if period.latest(published).is_before(sheet.case.facts.at) {
        Verdict::Overdue
    } else {
        Verdict::Pending
    }
}
