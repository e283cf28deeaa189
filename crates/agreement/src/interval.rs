//! When something happened, as far as witnesses or a date bound it (`specs/agreement.md` "Time").

use detente_core::UnixSeconds;

/// A time, or plus infinity: nothing is above it, and it is not at or below anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// Seconds since 1970, up to the end of the year 9999.
    At(UnixSeconds),
    /// Later than every time.
    Never,
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
}
