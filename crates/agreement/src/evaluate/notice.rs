//! `notice-before-withdrawal`: a withdrawal is announced.

use crate::{Body, Period, Ruling, Verdict, evaluate::sheet::Sheet};

pub(super) fn notice(sheet: &mut Sheet<'_>, period: Period) {
    let (own, adoption) = (sheet.own, sheet.adoption);
    for (entry, body) in own.bodies().filter(|(entry, _)| entry.index > adoption) {
        let Body::AgreementWithdraw { agreement, effective } = body else { continue };
        if *agreement != sheet.case.digest {
            continue;
        }
        let said = own.interval(entry.index);
        let verdict = if said.conflicts() {
            Verdict::WitnessConflict
        } else if !period.latest(said).is_after(*effective) {
            Verdict::Met
        } else if period.earliest(said).is_some_and(|earliest| earliest.is_after(*effective)) {
            Verdict::Missed
        } else {
            Verdict::Indeterminate
        };
        let ruling = sheet.case.timed(Ruling::of(verdict));
        let cell = sheet.timed_cell(ruling, Some(own.place(entry.index)), said, period, None);
        sheet.push_unless_ended(cell);
    }
}
