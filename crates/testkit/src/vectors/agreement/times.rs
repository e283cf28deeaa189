//! Periods, dates, and days between claimed dates.

use detente_core::{
    Code,
    json::{Object, Value},
};

use crate::vector::{Operation, Vector, object};

/// The last second of the year 9999.
const LAST: u64 = 253_402_300_799;

pub(super) fn vectors() -> Vec<Vector> {
    [periods(), dates(), days()].concat()
}

fn periods() -> Vec<Vector> {
    let mut operation = Operation::new("agreement.period");
    let input = |instant: u64, period: &str| object! {"instant": instant.to_string(), "period": period};
    let output =
        |instant: Option<u64>| object! {"instant": instant.map_or(Value::Null, |at| at.to_string().into())};
    let mut gives = |name: &str, description: &str, instant: u64, period: &str, after: Option<u64>| {
        operation.ok(name, description, input(instant, period), output(after));
    };
    gives("minutes", "30 minutes", 0, "PT30M", Some(1_800));
    gives("hours", "72 hours", 1_700_000_000, "PT72H", Some(1_700_259_200));
    gives("days", "10 days", 400, "P10D", Some(864_400));
    // 2023-11-14T22:13:20Z
    gives("month", "14 November to 14 December", 1_700_000_000, "P1M", Some(1_702_592_000));
    gives("months-12", "twelve months are a year", 1_700_000_000, "P12M", Some(1_731_622_400));
    gives("year", "14 November 2023 to 14 November 2024", 1_700_000_000, "P1Y", Some(1_731_622_400));
    // 2024-01-31T12:00:00Z = 1706702400; 2024-02-29T12:00:00Z = 1709208000
    gives("month-end-leap", "31 January of a leap year", 1_706_702_400, "P1M", Some(1_709_208_000));
    // 2023-01-31T12:00:00Z = 1675166400; 2023-02-28T12:00:00Z = 1677585600
    gives("month-end", "31 January", 1_675_166_400, "P1M", Some(1_677_585_600));
    // two months later: 2023-03-31T12:00:00Z = 1680264000
    gives(
        "month-end-not-chained",
        "31 January and two months: 31 March",
        1_675_166_400,
        "P2M",
        Some(1_680_264_000),
    );
    // 2023-10-31T00:00:00Z = 1698710400; 2023-11-30 = 1701302400
    gives("month-of-30", "31 October", 1_698_710_400, "P1M", Some(1_701_302_400));
    // 2024-02-29T00:00:00Z = 1709164800; 2025-02-28 = 1740700800; 2028-02-29 = 1835395200
    gives("leap-day-year", "29 February and a year: 28 February", 1_709_164_800, "P1Y", Some(1_740_700_800));
    gives(
        "leap-day-4-years",
        "29 February and four years: 29 February",
        1_709_164_800,
        "P4Y",
        Some(1_835_395_200),
    );
    // 2100 is no leap year: 2096-02-29 = 3981312000; 2100-02-28 = 4107456000
    gives("leap-day-2100", "2100 has no leap day", 3_981_312_000, "P4Y", Some(4_107_456_000));
    gives("month-over-year", "December to January", 1_702_592_000, "P1M", Some(1_705_270_400));
    gives("epoch-month", "1 January 1970", 0, "P1M", Some(2_678_400));
    gives("last-second", "up to the last second of 9999", LAST - 60, "PT1M", Some(LAST));
    gives("beyond-last-second", "one second above it", LAST - 59, "PT1M", None);
    gives("beyond-by-months", "beyond it by months", LAST, "P1M", None);
    gives("beyond-by-years", "beyond it by years", 0, "P9999Y", None);
    gives("years-8029", "31 December 9998 and a year", LAST - 31_536_000, "P1Y", Some(LAST));
    gives("instant-above", "an instant above it", LAST + 1, "PT1M", None);
    gives("instant-largest", "the largest number", i64::MAX as u64, "P9999D", None);
    for (name, period) in [
        ("no-period", "10 days"),
        ("zero", "P0D"),
        ("weeks", "P1W"),
        ("seconds", "PT1S"),
        ("two-units", "P1DT1H"),
        ("10000", "P10000D"),
    ] {
        operation.fails(Code::MalformedAgreement, name, "no period", input(0, period));
    }
    operation.into_vectors()
}

fn dates() -> Vec<Vector> {
    let mut operation = Operation::new("agreement.date");
    let input = |date: &str, offset: Option<&str>| -> Object {
        object! {"date": date, "offset": offset.map_or(Value::Null, Value::from)}
    };
    let mut gives =
        |name: &str, description: &str, date: &str, offset: Option<&str>, first: u64, last: u64| {
            operation.ok(
                name,
                description,
                input(date, offset),
                object! {"first": first.to_string(), "last": last.to_string()},
            );
        };
    let day = 86_400;
    // 2026-07-14T00:00:00Z
    let july = 1_783_987_200;
    let (east, west) = (14 * 3_600, 12 * 3_600);
    gives("day-utc", "a day in UTC", "2026-07-14", Some("+00:00"), july, july + day - 1);
    gives(
        "day-east",
        "a day east of UTC begins earlier",
        "2026-07-14",
        Some("+08:00"),
        july - 28_800,
        july + day - 1 - 28_800,
    );
    gives(
        "day-west",
        "a day west of UTC begins later",
        "2026-07-14",
        Some("-05:30"),
        july + 19_800,
        july + day - 1 + 19_800,
    );
    gives("day-anywhere", "a day without an offset", "2026-07-14", None, july - east, july + day - 1 + west);
    // July has 31 days; it begins 13 days earlier.
    let first = july - 13 * day;
    gives("month-utc", "a month", "2026-07", Some("+00:00"), first, first + 31 * day - 1);
    gives(
        "month-anywhere",
        "a month without an offset",
        "2026-07",
        None,
        first - east,
        first + 31 * day - 1 + west,
    );
    // 2026-01-01T00:00:00Z
    let year = 1_767_225_600;
    gives("year-utc", "a year", "2026", Some("+00:00"), year, year + 365 * day - 1);
    // 2024-01-01 = 1704067200
    gives("leap-year", "a leap year", "2024", Some("+00:00"), 1_704_067_200, 1_704_067_200 + 366 * day - 1);
    gives(
        "february-leap",
        "February of a leap year",
        "2024-02",
        Some("+00:00"),
        1_706_745_600,
        1_706_745_600 + 29 * day - 1,
    );
    gives(
        "moment",
        "a date-time is one second, whatever the party's offset",
        "2026-07-14T10:00:00+02:00",
        Some("+08:00"),
        july + 28_800,
        july + 28_800,
    );
    gives("moment-z", "in UTC", "2026-07-14T00:00:00Z", None, july, july);
    gives("moment-fraction", "a fraction is cut", "2026-07-14T00:00:00.999Z", None, july, july);
    gives("second-60", "a leap second is the one before", "2026-07-13T23:59:60Z", None, july - 1, july - 1);
    gives("before-1970", "what lies before 1970 is 0", "1969", Some("+00:00"), 0, 0);
    gives("epoch-east", "the first day, east of UTC", "1970-01-01", Some("+14:00"), 0, day - 1 - east);
    gives("year-1", "the first year", "0001", Some("+00:00"), 0, 0);
    for (name, date) in [
        ("empty", ""),
        ("word", "soon"),
        ("month-13", "2026-13"),
        ("month-0", "2026-00"),
        ("day-0", "2026-07-00"),
        ("day-32", "2026-07-32"),
        ("no-leap-day", "2026-02-29"),
        ("short-year", "26"),
        ("no-seconds", "2026-07-14T10:00Z"),
        ("no-offset", "2026-07-14T10:00:00"),
        ("blank-for-t", "2026-07-14 10:00:00Z"),
        ("hour-24", "2026-07-14T24:00:00Z"),
        ("offset-hour-24", "2026-07-14T10:00:00+24:00"),
        ("second-61", "2026-07-14T10:00:61Z"),
    ] {
        operation.fails(Code::MalformedAgreement, name, "no date", input(date, Some("+00:00")));
    }
    operation.into_vectors()
}

fn days() -> Vec<Vector> {
    let mut operation = Operation::new("agreement.days");
    let mut gives = |name: &str, description: &str, first: &str, second: &str, days: u32, verdict: &str| {
        operation.ok(
            name,
            description,
            object! {"first": first, "second": second, "days": days},
            object! {"verdict": verdict},
        );
    };
    gives("same-day", "on the day", "2014-03-05", "2014-03-05", 3, "MET");
    gives("last-day", "on the last day", "2014-03-05", "2014-03-08", 3, "MET");
    gives("day-after", "a day late", "2014-03-05", "2014-03-09", 3, "MISSED");
    gives("before", "the day before", "2014-03-05", "2014-03-04", 3, "BEFORE-EVENT");
    gives(
        "month-and-day",
        "the event in March, told on its last day",
        "2014-03",
        "2014-03-31",
        3,
        "INDETERMINATE",
    );
    gives(
        "month-and-day-wide",
        "told on the last day of the month, 30 days",
        "2014-03",
        "2014-03-31",
        30,
        "MET",
    );
    gives(
        "month-and-day-inside",
        "told in the middle of the month: perhaps before it",
        "2014-03",
        "2014-03-15",
        30,
        "INDETERMINATE",
    );
    gives("month-and-later", "certainly too late", "2014-03", "2014-04-04", 3, "MISSED");
    gives("month-and-just-later", "perhaps in time", "2014-03", "2014-04-03", 3, "INDETERMINATE");
    gives("years", "a year and the next", "2013", "2014", 30, "INDETERMINATE");
    gives("years-apart", "a year between", "2012", "2014", 30, "MISSED");
    gives("year-before", "the year before", "2014", "2013", 30, "BEFORE-EVENT");
    gives("same-year", "one year", "2014", "2014", 400, "INDETERMINATE");
    gives("leap-day", "over the leap day", "2016-02-28", "2016-03-01", 2, "MET");
    gives("no-leap-day", "without one", "2015-02-28", "2015-03-01", 1, "MET");
    gives("first-malformed", "the first is no date", "2014-02-30", "2014-03-01", 3, "MALFORMED-DATE");
    gives("second-malformed", "the second is no date", "2014-02-01", "2014-13", 3, "MALFORMED-DATE");
    gives("words", "neither is a date", "soon", "later", 3, "MALFORMED-DATE");
    gives(
        "date-time",
        "a time of day is no date here",
        "2014-03-05T00:00:00Z",
        "2014-03-05",
        3,
        "MALFORMED-DATE",
    );
    operation.into_vectors()
}
