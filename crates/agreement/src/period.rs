//! `t ⊕ P`: minutes, hours and days as seconds, months and years by the calendar.

use core::fmt;

use detente_core::UnixSeconds;

use crate::{
    Interval, Moment, Period,
    civil::{Civil, DAY, LAST_INSTANT},
};

impl Period {
    /// Parses `P<n>Y`, `P<n>M`, `P<n>D`, `PT<n>H` or `PT<n>M`, n from 1 to 9,999; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (rest, of_day) = match text.strip_prefix("PT") {
            Some(rest) => (rest, true),
            None => (text.strip_prefix('P')?, false),
        };
        let unit = rest.chars().next_back()?;
        let number = detente_core::decimal::parse(rest.strip_suffix(unit)?).ok()?;
        let number = u16::try_from(number).ok().filter(|number| (1..=9_999).contains(number))?;
        match (of_day, unit) {
            (false, 'Y') => Some(Self::Years(number)),
            (false, 'M') => Some(Self::Months(number)),
            (false, 'D') => Some(Self::Days(number)),
            (true, 'H') => Some(Self::Hours(number)),
            (true, 'M') => Some(Self::Minutes(number)),
            _ => None,
        }
    }

    /// The moment this long after an instant.
    pub fn after(self, instant: UnixSeconds) -> Moment {
        let instant = instant.get();
        if instant > LAST_INSTANT {
            return Moment::Never;
        }
        let seconds = match self {
            Self::Minutes(number) => instant + u64::from(number) * 60,
            Self::Hours(number) => instant + u64::from(number) * 3_600,
            Self::Days(number) => instant + u64::from(number) * DAY,
            Self::Months(number) => later(instant, i64::from(number)),
            Self::Years(number) => later(instant, i64::from(number) * 12),
        };
        Moment::of(seconds)
    }

    /// The earliest that a period which began in an interval can end; `None` is minus infinity.
    pub(crate) fn earliest(self, start: Interval) -> Option<Moment> {
        start.lo.map(|lo| self.after(lo))
    }

    /// The latest that a period which began in an interval can end.
    pub(crate) fn latest(self, start: Interval) -> Moment {
        start.hi.map_or(Moment::Never, |hi| self.after(hi))
    }

    /// Both, as a cell has them; what is unknown or plus infinity is unknown.
    pub(crate) fn due(self, start: Interval) -> Interval {
        Interval { lo: self.earliest(start).and_then(Moment::instant), hi: self.latest(start).instant() }
    }
}

/// The same time of day, that many months later.
fn later(instant: u64, months: i64) -> u64 {
    let day = Civil::from_days((instant / DAY) as i64).months_later(months);
    day.days() as u64 * DAY + instant % DAY
}

impl fmt::Display for Period {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Years(number) => write!(formatter, "P{number}Y"),
            Self::Months(number) => write!(formatter, "P{number}M"),
            Self::Days(number) => write!(formatter, "P{number}D"),
            Self::Hours(number) => write!(formatter, "PT{number}H"),
            Self::Minutes(number) => write!(formatter, "PT{number}M"),
        }
    }
}
