//! When something happened, as far as witnesses or a date bound it (`specs/agreement.md` "Time").

use detente_core::UnixSeconds;

use crate::civil::{Civil, DAY, LAST_INSTANT};

/// A time, or plus infinity: nothing is above it, and it is not at or below anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Seconds since 1970, up to the end of the year 9999.
    At(UnixSeconds),
    /// Later than every time.
    Never,
}

impl Moment {
    /// These seconds since 1970; above the year 9999 it is plus infinity.
    pub(crate) fn of(seconds: u64) -> Self {
        UnixSeconds::new(seconds).ok().filter(|_| seconds <= LAST_INSTANT).map_or(Self::Never, Self::At)
    }

    /// The time, when it is one.
    pub const fn instant(self) -> Option<UnixSeconds> {
        match self {
            Self::At(instant) => Some(instant),
            Self::Never => None,
        }
    }

    /// Whether this is below a time.
    pub(crate) fn is_before(self, instant: UnixSeconds) -> bool {
        matches!(self, Self::At(moment) if moment < instant)
    }

    /// Whether this is above a time.
    pub(crate) fn is_after(self, instant: UnixSeconds) -> bool {
        match self {
            Self::At(moment) => moment > instant,
            Self::Never => true,
        }
    }

    /// The smaller of the two.
    pub(crate) fn min(self, other: Self) -> Self {
        match other {
            Self::At(instant) if self.is_after(instant) => other,
            _ => self,
        }
    }

    /// The larger of the two.
    pub(crate) fn max(self, other: Self) -> Self {
        match other {
            Self::At(instant) if !self.is_before(instant) => self,
            _ => other,
        }
    }
}

/// Bounds of a time, both ends included; `None` is unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash)]
pub struct Interval {
    /// Not before; `None` is minus infinity.
    pub lo: Option<UnixSeconds>,
    /// Not after; `None` is plus infinity.
    pub hi: Option<UnixSeconds>,
}

impl Interval {
    /// Nothing is known.
    pub const UNKNOWN: Self = Self { lo: None, hi: None };

    /// Whether the bounds contradict each other.
    pub fn conflicts(self) -> bool {
        matches!((self.lo, self.hi), (Some(lo), Some(hi)) if lo > hi)
    }

    /// Whether neither bound is known.
    pub const fn is_unknown(self) -> bool {
        self.lo.is_none() && self.hi.is_none()
    }

    /// The quarter of the UTC calendar, as `2026-Q1`, that both bounds are known to lie in.
    pub fn quarter(self) -> Option<String> {
        let quarter = |time: UnixSeconds| {
            let days =
                (time.get() <= LAST_INSTANT).then(|| i64::try_from(time.get() / DAY).ok()).flatten()?;
            let civil = Civil::from_days(days);
            Some((civil.year, civil.month.div_ceil(3)))
        };
        let (year, number) = quarter(self.lo?)?;
        (quarter(self.hi?)? == (year, number)).then(|| format!("{year}-Q{number}"))
    }

    /// The same bounds within the calendar: lo at most the last second of 9999, and hi unknown above it.
    pub(crate) fn in_calendar(self) -> Self {
        let last = UnixSeconds::new(LAST_INSTANT).unwrap_or(UnixSeconds::ZERO);
        Self { lo: self.lo.map(|lo| lo.min(last)), hi: self.hi.filter(|hi| *hi <= last) }
    }

    /// The larger lo and the larger hi: when the later of two things was.
    pub(crate) fn later_of(self, other: Self) -> Self {
        let hi = self.hi.zip(other.hi).map(|(one, another)| one.max(another));
        Self { lo: self.lo.max(other.lo), hi }
    }

    /// Whether this was certainly before a moment.
    pub(crate) fn is_before(self, moment: Option<Moment>) -> bool {
        self.hi.zip(moment).is_some_and(|(hi, moment)| moment.is_after(hi))
    }

    /// Whether this was certainly not before a moment.
    pub(crate) fn is_not_before(self, moment: Moment) -> bool {
        self.lo.is_some_and(|lo| !moment.is_after(lo))
    }

    /// Whether this was certainly after a moment.
    pub(crate) fn is_after(self, moment: Moment) -> bool {
        self.lo.is_some_and(|lo| moment.is_before(lo))
    }

    /// Whether this was certainly at a moment or before.
    pub(crate) fn is_not_after(self, moment: Option<Moment>) -> bool {
        self.hi.zip(moment).is_some_and(|(hi, moment)| !moment.is_before(hi))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(lo: u64, hi: u64) -> Interval {
        Interval { lo: UnixSeconds::new(lo).ok(), hi: UnixSeconds::new(hi).ok() }
    }

    #[test]
    fn a_quarter_holds_both_bounds_or_is_none() {
        assert_eq!(between(0, 7_775_999).quarter().as_deref(), Some("1970-Q1"));
        assert_eq!(between(0, 7_776_000).quarter(), None);
        assert_eq!(between(7_776_000, 7_776_000).quarter().as_deref(), Some("1970-Q2"));
        assert_eq!(between(1_798_761_599, 1_798_761_599).quarter().as_deref(), Some("2026-Q4"));
        assert_eq!(between(LAST_INSTANT, LAST_INSTANT).quarter().as_deref(), Some("9999-Q4"));
        assert_eq!(between(LAST_INSTANT, LAST_INSTANT + 1).quarter(), None);
        assert_eq!(Interval { lo: None, ..between(0, 0) }.quarter(), None);
        assert_eq!(Interval { hi: None, ..between(0, 0) }.quarter(), None);
    }
}
