//! `budget`: no more than so many in a year, a quarter or a month.

use std::collections::BTreeMap;

use detente_core::UnixSeconds;
use detente_statement::Kind;

use crate::{
    BudgetPeriod, Cell, Ruling, State, Verdict,
    civil::{Civil, DAY},
    evaluate::{scope::Scope, sheet::Sheet},
};

/// What is counted in one period of the calendar.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    /// In scope, and the interval lies in it.
    certain: u64,
    /// Of these, those that no end which was not seen can put out of scope.
    owed: u64,
    /// Intervals that begin to touch it here.
    begin: u64,
    /// Intervals that touched the one before, and this one no more.
    end: u64,
}

pub(super) fn budget(sheet: &mut Sheet<'_>, of: &[Kind], at_most: u64, per: BudgetPeriod) {
    let own = sheet.own;
    let seen_until = sheet.others_seen_until();
    let mut counts: BTreeMap<i64, Count> = BTreeMap::new();
    let mut anywhere = 0_u64;
    for entry in own.visible().iter().filter(|entry| of.contains(&entry.kind)) {
        let scope = sheet.case.scope(own.place(entry.index));
        if scope == Scope::Out {
            continue;
        }
        let published = own.interval(entry.index);
        let (Some(lo), Some(hi), false) = (published.lo, published.hi, published.conflicts()) else {
            anywhere += 1;
            continue;
        };
        let (first, last) = (number(per, lo), number(per, hi));
        counts.entry(first).or_default().begin += 1;
        counts.entry(last + 1).or_default().end += 1;
        if scope == Scope::In && first == last {
            let count = counts.entry(first).or_default();
            count.certain += 1;
            count.owed += u64::from(seen_until.is_some_and(|seen| hi < seen));
        }
    }
    let mut touching = 0;
    let mut marks = counts.into_iter().peekable();
    while let Some((from, count)) = marks.next() {
        touching = touching + count.begin - count.end;
        let until = marks.peek().map_or(from, |(next, _)| *next);
        for period in from..until {
            if touching == 0 {
                break;
            }
            let count = if period == from { count } else { Count::default() };
            let possible = touching + anywhere;
            let verdict = if count.owed > at_most {
                Verdict::Missed
            } else if possible > at_most {
                Verdict::Indeterminate
            } else if own.horizon().is_none_or(|horizon| horizon <= last_second(per, period)) {
                Verdict::Pending
            } else {
                Verdict::Met
            };
            let ruling = Ruling { verdict, state: Some(State::new(name(per, period))) };
            let cell = Cell { links: count.certain, ..sheet.cell(ruling) };
            sheet.push(cell);
        }
    }
}

const fn months(per: BudgetPeriod) -> i64 {
    match per {
        BudgetPeriod::Year => 12,
        BudgetPeriod::Quarter => 3,
        BudgetPeriod::Month => 1,
    }
}

/// Which period of the calendar an instant is in, counted from the year 0.
fn number(per: BudgetPeriod, instant: UnixSeconds) -> i64 {
    let civil = Civil::from_days((instant.get() / DAY) as i64);
    (civil.year * 12 + i64::from(civil.month) - 1) / months(per)
}

fn last_second(per: BudgetPeriod, period: i64) -> UnixSeconds {
    let month = (period + 1) * months(per);
    let next = Civil { year: month / 12, month: (month % 12) as u8 + 1, day: 1 };
    let seconds = u64::try_from(next.days()).unwrap_or(0).saturating_mul(DAY).saturating_sub(1);
    UnixSeconds::new(seconds).unwrap_or(UnixSeconds::ZERO)
}

fn name(per: BudgetPeriod, period: i64) -> String {
    match per {
        BudgetPeriod::Year => period.to_string(),
        BudgetPeriod::Quarter => format!("{}-Q{}", period / 4, period % 4 + 1),
        BudgetPeriod::Month => format!("{}-{:02}", period / 12, period % 12 + 1),
    }
}
