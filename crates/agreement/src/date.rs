//! Dates as a party claims them: what they can mean in seconds, and in days (`specs/agreement.md` "Time").

use detente_core::{UnixSeconds, json::Value};
use detente_disclosure::ClaimedTime;

use crate::{
    Interval, Verdict,
    civil::{Civil, DAY, days_in_month},
};

/// A year, a month, a day or a second, as somebody says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClaimedDate {
    first: Civil,
    last: Civil,
    /// The second of the day, and minutes east of UTC.
    time: Option<(i64, i64)>,
}

impl ClaimedDate {
    /// Reads a claimed time (`specs/disclosure.md`); `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        ClaimedTime::parse(text)?;
        let number = |from: usize, to: usize| text.get(from..to).and_then(|digits| digits.parse().ok());
        let date = Self::new(number(0, 4)?, number(5, 7), number(8, 10))?;
        let Some(hours) = number(11, 13) else { return Some(date) };
        let seconds = hours * 3_600 + number(14, 16)? * 60 + number(17, 19)?.min(59);
        let offset = match text.strip_suffix('Z') {
            Some(_) => 0,
            None => {
                let from = text.len().checked_sub(6)?;
                let minutes = number(from + 1, from + 3)? * 60 + number(from + 4, from + 6)?;
                if text.get(from..)?.starts_with('-') { -minutes } else { minutes }
            }
        };
        Some(Self { time: Some((seconds, offset)), ..date })
    }

    /// Reads slots `.year`, `.month` and `.day`, `None` for one that is absent.
    pub fn from_slots(year: Option<&Value>, month: Option<&Value>, day: Option<&Value>) -> Option<Self> {
        let number = |value: &Value| value.as_u64().and_then(|number| i64::try_from(number).ok());
        let year = number(year?).filter(|year| (1..=9_999).contains(year))?;
        // A slot with a value that is no number of a month is no date; without a value it says nothing.
        let month = month.map(|month| number(month).ok_or(())).transpose().ok()?;
        let day = day.map(|day| number(day).ok_or(())).transpose().ok()?;
        Self::new(year, month, day)
    }

    fn new(year: i64, month: Option<i64>, day: Option<i64>) -> Option<Self> {
        let small = |number: i64| u8::try_from(number).ok();
        let (first, last) = match (month, day) {
            (None, None) => ((1, 1), (12, 31)),
            (Some(month), day) => {
                let month = small(month).filter(|month| (1..=12).contains(month))?;
                let days = days_in_month(year, month);
                match day {
                    Some(day) => {
                        let day = small(day).filter(|day| (1..=days).contains(day))?;
                        ((month, day), (month, day))
                    }
                    None => ((month, 1), (month, days)),
                }
            }
            (None, Some(_)) => return None,
        };
        let civil = |(month, day)| Civil { year, month, day };
        Some(Self { first: civil(first), last: civil(last), time: None })
    }

    /// From the first to the last second it can mean, read at minutes east of UTC, or anywhere without.
    pub fn interval(self, offset: Option<i16>) -> Interval {
        let start = self.first.days() * DAY as i64;
        let end = self.last.days() * DAY as i64 + DAY as i64 - 1;
        let (first, last) = match (self.time, offset) {
            (Some((second, offset)), _) => (start + second - offset * 60, start + second - offset * 60),
            (None, Some(offset)) => (start - i64::from(offset) * 60, end - i64::from(offset) * 60),
            // The first place where it is that day is 14 hours ahead of UTC, the last one 12 hours behind.
            (None, None) => (start - 14 * 3_600, end + 12 * 3_600),
        };
        let instant = |seconds: i64| UnixSeconds::new(u64::try_from(seconds).unwrap_or(0)).ok();
        Interval { lo: instant(first), hi: instant(last) }.in_calendar()
    }

    /// First and last day it can mean, as written, whatever the offset.
    fn days(self) -> (i64, i64) {
        (self.first.days(), self.last.days())
    }
}

/// Whether a second claimed date is within days of a first one: both are a party's word.
pub fn claimed_days(first: ClaimedDate, second: ClaimedDate, days: u16) -> Verdict {
    let (from, to) = (first.days(), second.days());
    let limit = i64::from(days);
    if to.1 < from.0 {
        Verdict::BeforeEvent
    } else if to.0 - from.1 > limit {
        Verdict::Missed
    } else if to.0 >= from.1 && to.1 - from.0 <= limit {
        Verdict::Met
    } else {
        Verdict::Indeterminate
    }
}

/// Whether what was published within `answer` was in time after a claimed date.
pub(crate) fn claimed(date: Interval, period: crate::Period, answer: Interval) -> Verdict {
    if answer.conflicts() {
        Verdict::WitnessConflict
    } else if answer.hi.zip(date.lo).is_some_and(|(published, event)| published < event) {
        Verdict::BeforeEvent
    } else if answer.is_after(period.latest(date)) {
        Verdict::Missed
    } else if answer.is_not_after(period.earliest(date)) {
        Verdict::Met
    } else {
        Verdict::Indeterminate
    }
}
