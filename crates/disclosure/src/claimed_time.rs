//! The form of slot 1: an RFC 3339 date-time or a prefix of one.

use core::fmt;

/// A time that somebody claims: a year, a month, a day, or an RFC 3339 date-time with its offset.
///
/// It is a party's word and is never computed with; only its form is checked. `T` and `Z` are upper case, the day
/// exists in its month, and second 60 is allowed, as RFC 3339 section 5.7 has it for leap seconds.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ClaimedTime(String);

impl ClaimedTime {
    /// Parses `2026`, `2026-02`, `2026-02-28` or `2026-02-28T23:59:59.5+08:00`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let date = bytes.get(..bytes.len().min(10))?;
        let fits = match bytes.len() {
            4 | 7 | 10 => is_date(date),
            _ => is_date(date) && date.len() == 10 && is_time(bytes.get(10..)?),
        };
        fits.then(|| Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClaimedTime {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

fn number(digits: &[u8]) -> Option<u32> {
    digits
        .iter()
        .try_fold(0, |number, digit| digit.is_ascii_digit().then(|| number * 10 + u32::from(digit - b'0')))
}

fn in_range(digits: &[u8], low: u32, high: u32) -> bool {
    number(digits).is_some_and(|number| (low..=high).contains(&number))
}

fn is_date(text: &[u8]) -> bool {
    match text {
        year if year.len() == 4 => number(year).is_some(),
        [year @ .., b'-', tens, ones] if year.len() == 4 => {
            number(year).is_some() && in_range(&[*tens, *ones], 1, 12)
        }
        [month @ .., b'-', tens, ones] if month.len() == 7 => {
            is_date(month) && in_range(&[*tens, *ones], 1, days(month))
        }
        _ => false,
    }
}

/// Days of the month `YYYY-MM`, which has been checked.
fn days(month: &[u8]) -> u32 {
    let year = month.get(..4).and_then(number).unwrap_or_default();
    match month.get(5..).and_then(number) {
        Some(2) if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        Some(2) => 28,
        Some(4 | 6 | 9 | 11) => 30,
        _ => 31,
    }
}

/// `T`, the time of day, perhaps a fraction, and the offset.
fn is_time(text: &[u8]) -> bool {
    let [b'T', h1, h2, b':', m1, m2, b':', s1, s2, rest @ ..] = text else { return false };
    let of_day = in_range(&[*h1, *h2], 0, 23) && in_range(&[*m1, *m2], 0, 59) && in_range(&[*s1, *s2], 0, 60);
    let offset = match rest {
        [b'.', fraction @ ..] => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            fraction.get(digits..).filter(|_| digits > 0)
        }
        _ => Some(rest),
    };
    of_day
        && match offset {
            Some([b'Z']) => true,
            Some([b'+' | b'-', h1, h2, b':', m1, m2]) => {
                in_range(&[*h1, *h2], 0, 23) && in_range(&[*m1, *m2], 0, 59)
            }
            _ => false,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_and_whole_date_times() {
        for text in [
            "2026",
            "0000",
            "2026-12",
            "2024-02-29",
            "2000-02-29",
            "2026-11-30T00:00:00Z",
            "2026-11-30T23:59:60.123456789-00:00",
            "2026-11-30T23:59:59+14:00",
        ] {
            assert_eq!(ClaimedTime::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn everything_else_is_refused() {
        for text in [
            "",
            "202",
            "20266",
            "2026-",
            "2026-1",
            "2026-00",
            "2026-13",
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-04-00",
            "2026-11-30T",
            "2026-11-30T10",
            "2026-11-30T10:00Z",
            "2026-11-30T10:00:00",
            "2026-11-30t10:00:00Z",
            "2026-11-30T10:00:00z",
            "2026-11-30 10:00:00Z",
            "2026-11-30T24:00:00Z",
            "2026-11-30T10:60:00Z",
            "2026-11-30T10:00:61Z",
            "2026-11-30T10:00:00.Z",
            "2026-11-30T10:00:00+24:00",
            "2026-11-30T10:00:00+0100",
            "2026-11T10:00:00Z",
            "+026",
            "２０２６",
            "2026-11-30T10:00:00Z ",
            "2026\n",
        ] {
            assert_eq!(ClaimedTime::parse(text), None, "{text:?}");
        }
    }
}
