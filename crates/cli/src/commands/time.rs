//! Times that a person typed, and the clock.

use detente_core::UnixSeconds;
use jiff::{Timestamp, civil::Date, tz::TimeZone};

/// The second that an RFC 3339 date-time means.
pub(super) fn instant(text: &str) -> Option<UnixSeconds> {
    seconds(text.parse().ok()?)
}

/// As [`instant`]; a day means its first second in UTC.
pub(super) fn at(text: &str) -> Option<UnixSeconds> {
    let day = || text.parse::<Date>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    instant(text).or_else(|| seconds(day()?))
}

/// The present second, by this machine's clock.
pub(super) fn now() -> UnixSeconds {
    seconds(Timestamp::now()).unwrap_or(UnixSeconds::ZERO)
}

fn seconds(time: Timestamp) -> Option<UnixSeconds> {
    UnixSeconds::new(u64::try_from(time.as_second()).ok()?).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    #[test]
    fn days_and_seconds() {
        assert_eq!(at("1970-01-02").unwrap().get(), 86_400);
        assert_eq!(at("1970-01-01T08:00:00+08:00").unwrap().get(), 0);
        assert_eq!(instant("1970-01-02"), None);
        assert_eq!(at("1969-12-31"), None);
        assert_eq!(at("yesterday"), None);
    }
}
