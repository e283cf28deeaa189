//! The Gregorian calendar in UTC, from the year 0 on, and days counted from 1 January 1970.

/// The last second of the year 9999.
pub(crate) const LAST_INSTANT: u64 = 253_402_300_799;

pub(crate) const DAY: u64 = 86_400;

/// A day of the calendar; month and day are in range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Civil {
    pub(crate) year: i64,
    pub(crate) month: u8,
    pub(crate) day: u8,
}

impl Civil {
    /// The day that many days after 1 January 1970.
    pub(crate) fn from_days(days: i64) -> Self {
        // Years are counted from March, so that the leap day is the last of its year; 400 years are 146,097 days.
        let shifted = days + 719_468;
        let era = shifted.div_euclid(146_097);
        let of_era = shifted.rem_euclid(146_097);
        let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self { year, month: month as u8, day: day as u8 }
    }

    /// Days since 1 January 1970.
    pub(crate) fn days(self) -> i64 {
        let year = self.year - i64::from(self.month <= 2);
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let from_march = (i64::from(self.month) + 9) % 12;
        let of_year = (153 * from_march + 2) / 5 + i64::from(self.day) - 1;
        let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
        era * 146_097 + of_era - 719_468
    }

    /// The same day that many months later, or the last one of the month where it has fewer.
    pub(crate) fn months_later(self, months: i64) -> Self {
        let total = self.year * 12 + i64::from(self.month) - 1 + months;
        let (year, month) = (total.div_euclid(12), total.rem_euclid(12) as u8 + 1);
        Self { year, month, day: self.day.min(days_in_month(year, month)) }
    }
}

/// How many days a month has.
pub(crate) const fn days_in_month(year: i64, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_from_the_year_0_to_9999_follows_the_one_before() {
        let first = Civil { year: 0, month: 1, day: 1 };
        let mut expected = first;
        for days in first.days()..=2_932_896 {
            assert_eq!(Civil::from_days(days), expected);
            assert_eq!(expected.days(), days);
            let Civil { year, month, day } = expected;
            expected = match (month, day) {
                (12, 31) => Civil { year: year + 1, month: 1, day: 1 },
                (_, last) if last == days_in_month(year, month) => Civil { year, month: month + 1, day: 1 },
                _ => Civil { year, month, day: day + 1 },
            };
        }
        assert_eq!(expected, Civil { year: 10_000, month: 1, day: 1 });
        assert_eq!(LAST_INSTANT, expected.days() as u64 * DAY - 1);
    }

    #[test]
    fn anchors_of_the_count() {
        // date -u -d 1970-01-01 +%s and 2000-03-01, divided by 86,400.
        assert_eq!(Civil { year: 1970, month: 1, day: 1 }.days(), 0);
        assert_eq!(Civil { year: 2000, month: 3, day: 1 }.days(), 11_017);
    }
}
