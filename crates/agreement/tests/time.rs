//! Periods, claimed dates and the one rule of deadlines, against values worked out beside the program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]
#![forbid(unsafe_code)]

use detente_agreement::{ClaimedDate, Interval, Known, Moment, Period, Verdict, claimed_days, deadline};
use detente_core::{
    UnixSeconds,
    json::{Number, Value},
};
use proptest::prelude::*;

const LAST: u64 = 253_402_300_799;

fn second(seconds: u64) -> UnixSeconds {
    UnixSeconds::new(seconds).unwrap()
}

fn between(lo: u64, hi: u64) -> Interval {
    Interval { lo: Some(second(lo)), hi: Some(second(hi)) }
}

/// Seconds of a date-time, by the reader of claimed times.
fn at(text: &str) -> u64 {
    ClaimedDate::parse(text).unwrap().interval(None).lo.unwrap().get()
}

fn after(period: &str, from: &str) -> Moment {
    Period::parse(period).unwrap().after(second(at(from)))
}

#[test]
fn periods_are_read_and_written_in_one_form() {
    for text in ["P1Y", "P9999Y", "P6M", "P10D", "PT72H", "PT30M", "PT9999M"] {
        assert_eq!(Period::parse(text).unwrap().to_string(), text);
    }
    for text in [
        "",
        "P",
        "PT",
        "P1",
        "PT1",
        "P0D",
        "P01D",
        "P+1D",
        "P-1D",
        "P10000D",
        "P1.5D",
        "P1W",
        "PT1S",
        "PT1D",
        "P1H",
        "p1D",
        "P1d",
        "P1DT1H",
        "P1D ",
        " P1D",
        "PT1H1M",
        "P１D",
        "P99999999999999999999D",
        "PTM",
        "P1\u{fc}",
    ] {
        assert_eq!(Period::parse(text), None, "{text:?}");
    }
}

#[test]
fn seconds_of_dates() {
    // date -u -d "$1" +%s
    assert_eq!(at("1970-01-01T00:00:00Z"), 0);
    assert_eq!(at("2026-02-11T08:06:40Z"), 1_770_797_200);
    assert_eq!(at("2000-02-29T23:59:59Z"), 951_868_799);
    assert_eq!(at("9999-12-31T23:59:59Z"), LAST);
}

#[test]
fn months_and_years_keep_the_time_of_day_and_are_clamped_to_the_month() {
    for (from, period, to) in [
        ("2026-01-15T10:20:30Z", "P1M", "2026-02-15T10:20:30Z"),
        // February has 28 days, in leap years 29; 1900 and 2100 are none, 2000 is one.
        ("2026-01-31T10:20:30Z", "P1M", "2026-02-28T10:20:30Z"),
        ("2028-01-31T10:20:30Z", "P1M", "2028-02-29T10:20:30Z"),
        ("2100-01-30T00:00:00Z", "P1M", "2100-02-28T00:00:00Z"),
        ("2000-01-30T00:00:00Z", "P1M", "2000-02-29T00:00:00Z"),
        // Clamped from the day it began, not from month to month: 31 January and two months is 31 March.
        ("2026-01-31T00:00:00Z", "P2M", "2026-03-31T00:00:00Z"),
        ("2026-08-31T00:00:00Z", "P6M", "2027-02-28T00:00:00Z"),
        ("2026-11-30T00:00:00Z", "P13M", "2027-12-30T00:00:00Z"),
        ("2026-12-31T23:59:59Z", "P1M", "2027-01-31T23:59:59Z"),
        ("2028-02-29T12:00:00Z", "P1Y", "2029-02-28T12:00:00Z"),
        ("2028-02-29T12:00:00Z", "P4Y", "2032-02-29T12:00:00Z"),
        ("2096-02-29T12:00:00Z", "P4Y", "2100-02-28T12:00:00Z"),
        ("2026-03-01T00:00:00Z", "P1D", "2026-03-02T00:00:00Z"),
        ("2026-02-28T00:00:00Z", "PT72H", "2026-03-03T00:00:00Z"),
        ("2026-12-31T23:59:00Z", "PT1M", "2027-01-01T00:00:00Z"),
        ("2026-01-01T00:00:00Z", "P9999D", "2053-05-18T00:00:00Z"),
    ] {
        assert_eq!(after(period, from), Moment::At(second(at(to))), "{from} {period}");
    }
}

#[test]
fn above_the_year_9999_is_plus_infinity() {
    assert_eq!(after("PT1M", "9999-12-31T23:58:59Z"), Moment::At(second(LAST)));
    for (from, period) in [
        ("9999-12-31T23:59:00Z", "PT1M"),
        ("9999-12-01T00:00:00Z", "P1M"),
        ("9990-01-01T00:00:00Z", "P10Y"),
        ("1970-01-01T00:00:00Z", "P9999Y"),
    ] {
        assert_eq!(after(period, from), Moment::Never, "{from} {period}");
    }
    for seconds in [LAST + 1, detente_core::MAX_POSITION] {
        assert_eq!(Period::Minutes(1).after(second(seconds)), Moment::Never);
        assert_eq!(Period::Years(9_999).after(second(seconds)), Moment::Never);
    }
}

#[test]
fn a_date_is_read_where_its_party_is_or_everywhere() {
    let interval = |text: &str, offset| ClaimedDate::parse(text).unwrap().interval(offset);
    let (first, last) = (at("2026-02-01T00:00:00Z"), at("2026-02-28T23:59:59Z"));
    assert_eq!(interval("2026-02", Some(0)), between(first, last));
    // East of UTC the month begins earlier.
    assert_eq!(interval("2026-02", Some(8 * 60)), between(first - 28_800, last - 28_800));
    assert_eq!(interval("2026-02", Some(-(3 * 60 + 30))), between(first + 12_600, last + 12_600));
    // Without an offset it begins where it is 14 hours later and ends where it is 12 hours earlier.
    assert_eq!(interval("2026-02", None), between(first - 50_400, last + 43_200));
    assert_eq!(interval("2026", Some(0)), between(at("2026-01-01T00:00:00Z"), at("2026-12-31T23:59:59Z")));
    assert_eq!(
        interval("2026-05-06", Some(0)),
        between(at("2026-05-06T00:00:00Z"), at("2026-05-06T23:59:59Z"))
    );
    // A date-time has its own offset; the party's says nothing. A leap second is the one before; a fraction is cut.
    let one = at("2026-05-06T07:08:09Z");
    assert_eq!(interval("2026-05-06T09:08:09.999+02:00", Some(-60)), between(one, one));
    assert_eq!(interval("2026-05-06T01:38:09-05:30", None), between(one, one));
    assert_eq!(interval("2026-05-06T23:59:60Z", None), interval("2026-05-06T23:59:59Z", None));
    // Before 1970 is 0, and above 9999 nothing is known.
    assert_eq!(interval("1970", None).lo, Some(second(0)));
    assert_eq!(interval("0000-02-29", Some(0)), between(0, 0));
    assert_eq!(interval("1969-12-31T23:59:59Z", None), between(0, 0));
    assert_eq!(interval("1969-12-31T23:59:59-00:01", None), between(59, 59));
    assert_eq!(interval("9999", None).hi, None);
    assert_eq!(interval("9999", Some(0)).hi, Some(second(LAST)));
    assert_eq!(interval("9999-12-31T23:59:59-00:01", None), Interval { lo: Some(second(LAST)), hi: None });
    for text in ["", "2026-13", "2026-02-29", "2026-2", "2026-02-28T10", "yesterday"] {
        assert_eq!(ClaimedDate::parse(text), None, "{text:?}");
    }
}

#[test]
fn a_date_of_slots_is_a_year_then_a_month_then_a_day() {
    let of = |year: Option<Value>, month: Option<Value>, day: Option<Value>| {
        ClaimedDate::from_slots(year.as_ref(), month.as_ref(), day.as_ref())
    };
    let number = |number: u32| Some(Value::Number(Number::from(number)));
    for (slots, text) in [
        ((number(2026), None, None), "2026"),
        ((number(2026), number(2), None), "2026-02"),
        ((number(2028), number(2), number(29)), "2028-02-29"),
        ((number(1), number(12), number(31)), "0001-12-31"),
        ((number(9_999), number(12), number(31)), "9999-12-31"),
    ] {
        let (year, month, day) = slots;
        assert_eq!(of(year, month, day), ClaimedDate::parse(text), "{text}");
        assert!(ClaimedDate::parse(text).is_some());
    }
    let half = Some(Value::Number(Number::new(2.5).unwrap()));
    let word = Some(Value::String("2".to_owned()));
    for slots in [
        (None, None, None),
        (None, number(2), number(3)),
        (number(0), None, None),
        (number(10_000), None, None),
        (number(2026), number(0), None),
        (number(2026), number(13), None),
        (number(2026), number(123), number(6)),
        // A day without a month is no date, whatever the day.
        (number(2016), None, number(6)),
        (number(2018), number(2), number(29)),
        (number(2026), number(4), number(31)),
        (number(2026), number(4), number(0)),
        (number(2026), number(258), number(1)),
        (number(2026), half.clone(), None),
        (number(2026), word.clone(), None),
        (number(2026), number(2), half),
        (word, None, None),
    ] {
        let (year, month, day) = slots.clone();
        assert_eq!(of(year, month, day), None, "{slots:?}");
    }
}

#[test]
fn days_between_two_claimed_dates() {
    let verdict = |first: &str, second: &str, days| {
        let [first, second] = [first, second].map(|text| ClaimedDate::parse(text).unwrap());
        claimed_days(first, second, days)
    };
    // One day each: the difference decides, both ends included.
    assert_eq!(verdict("2026-03-01", "2026-03-04", 3), Verdict::Met);
    assert_eq!(verdict("2026-03-01", "2026-03-05", 3), Verdict::Missed);
    assert_eq!(verdict("2026-03-01", "2026-03-01", 3), Verdict::Met);
    assert_eq!(verdict("2026-03-01", "2026-02-28", 3), Verdict::BeforeEvent);
    // A leap day counts.
    assert_eq!(verdict("2028-02-28", "2028-03-01", 2), Verdict::Met);
    assert_eq!(verdict("2028-02-28", "2028-03-01", 1), Verdict::Missed);
    // Some day of March, told on the 31st: 0 to 30 days after, and never before.
    assert_eq!(verdict("2026-03", "2026-03-31", 30), Verdict::Met);
    assert_eq!(verdict("2026-03", "2026-03-31", 29), Verdict::Indeterminate);
    // Told on the 30th it may have been before.
    assert_eq!(verdict("2026-03", "2026-03-30", 30), Verdict::Indeterminate);
    // The same year on both sides says nothing about three days; the year after that of the event by 30 days.
    assert_eq!(verdict("2026", "2026", 3), Verdict::Indeterminate);
    assert_eq!(verdict("2026", "2027", 3), Verdict::Indeterminate);
    assert_eq!(verdict("2026", "2028", 30), Verdict::Missed);
    assert_eq!(verdict("2026", "2025", 30), Verdict::BeforeEvent);
    // Time of day and offset do not count, nor does 1970.
    assert_eq!(verdict("2026-03-01T23:59:59-12:00", "2026-03-04", 3), Verdict::Met);
    assert_eq!(verdict("1969-12-31", "1970-01-01", 1), Verdict::Met);
    assert_eq!(verdict("0000-02-29", "0000-03-01", 1), Verdict::Met);
}

#[test]
fn plus_infinity_meets_nothing_and_misses_nothing() {
    let known = |horizon: Option<u64>| Known { horizon: horizon.map(second), at: second(LAST) };
    let never = between(LAST - 10, LAST);
    let ruling = |start, answer, horizon| deadline(start, Period::Days(1), answer, known(horizon)).verdict;
    // Due is plus infinity, early and late: whatever has an upper bound is in time, and nothing is overdue.
    assert_eq!(ruling(never, Some(never), None), Verdict::Met);
    assert_eq!(ruling(never, Some(Interval { hi: None, ..never }), None), Verdict::Indeterminate);
    assert_eq!(ruling(never, None, Some(LAST)), Verdict::Pending);
    // An unknown start has no earliest and no latest due time.
    assert_eq!(ruling(Interval::UNKNOWN, Some(between(0, 0)), None), Verdict::Indeterminate);
    assert_eq!(ruling(Interval::UNKNOWN, None, Some(LAST)), Verdict::Pending);
    // Contradictions come first.
    assert_eq!(ruling(between(2, 1), None, Some(LAST)), Verdict::WitnessConflict);
    assert_eq!(ruling(between(1, 1), Some(between(2, 1)), None), Verdict::WitnessConflict);
}

fn periods() -> impl Strategy<Value = Period> {
    prop_oneof![
        (1_u16..=9_999).prop_map(Period::Minutes),
        (1_u16..=9_999).prop_map(Period::Hours),
        (1_u16..=9_999).prop_map(Period::Days),
        (1_u16..=9_999).prop_map(Period::Months),
        (1_u16..=9_999).prop_map(Period::Years),
    ]
}

/// An interval and one within it; bounds are unknown at times.
fn narrowing(times: std::ops::Range<u64>) -> impl Strategy<Value = (Interval, Interval)> {
    let bounds = proptest::collection::vec(times, 4);
    (bounds, any::<[bool; 2]>()).prop_map(|(mut bounds, unknown)| {
        bounds.sort_unstable();
        let narrow = between(bounds[1], bounds[2]);
        let wide = between(bounds[0], bounds[3]);
        let lo = wide.lo.filter(|_| !unknown[0]);
        (Interval { lo, hi: wide.hi.filter(|_| !unknown[1]) }, narrow)
    })
}

proptest! {
    #[test]
    fn a_period_is_written_as_it_is_read(period in periods()) {
        prop_assert_eq!(Period::parse(&period.to_string()), Some(period));
    }

    #[test]
    fn a_later_start_is_never_due_earlier(period in periods(), one in 0..=LAST, another in 0..=LAST) {
        let (early, late) = (one.min(another), one.max(another));
        match (period.after(second(early)), period.after(second(late))) {
            (Moment::At(early), Moment::At(late)) => prop_assert!(early <= late),
            (Moment::Never, late) => prop_assert_eq!(late, Moment::Never),
            (Moment::At(_), Moment::Never) => {}
        }
        if let Moment::At(due) = period.after(second(early)) {
            prop_assert!(due.get() > early && due.get() <= LAST);
        }
    }

    #[test]
    fn narrower_times_never_turn_a_deadline(
        (wide_start, start) in narrowing(0..200_000),
        (wide_answer, answer) in narrowing(0..400_000),
        hours in 1_u16..60,
        answered: bool,
        horizons in any::<(u32, u32)>(),
        at in 0_u64..500_000,
    ) {
        let known = |horizon: u32| Known { horizon: Some(second(u64::from(horizon) % 400_000)), at: second(at) };
        let (low, high) = (horizons.0.min(horizons.1), horizons.0.max(horizons.1));
        let period = Period::Hours(hours);
        let wide = deadline(wide_start, period, answered.then_some(wide_answer), known(low)).verdict;
        let narrow = deadline(start, period, answered.then_some(answer), known(high)).verdict;
        match wide {
            Verdict::Met | Verdict::Missed => prop_assert_eq!(narrow, wide),
            _ => {}
        }
        // No absence without a horizon above the latest due time.
        if narrow == Verdict::Overdue {
            let Moment::At(due) = period.after(start.hi.unwrap()) else { panic!("due never") };
            prop_assert!(known(high).horizon.unwrap() > due);
        }
    }
}
