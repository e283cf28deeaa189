//! `report-within`: dates that a report claims, and stages that amend each other.

use detente_agreement::{Duty, Period, ReportTrigger, Times};
use detente_core::json::Value;

use crate::story::{A, B, DAY, Story, number, text};

type Slots = Vec<(u16, Option<Value>)>;

/// 2026-03-10T00:00:00Z, `date -u -d 2026-03-10 +%s`.
const TENTH: u64 = 1_773_100_800;

fn within(from: ReportTrigger, stage: Option<&str>, period: Period) -> Story {
    let stage = stage.map(str::to_owned);
    let duty = Duty::ReportWithin { trigger: "awareness".to_owned(), from, stage, period };
    let mut story = Story::of([duty]).obliging(B);
    story.at = TENTH + 100 * DAY;
    story
}

fn field(field: &str, by: Option<&str>) -> ReportTrigger {
    ReportTrigger::Field { field: field.to_owned(), by: by.map(str::to_owned) }
}

fn report(more: &[(u16, Option<Value>)]) -> Slots {
    let mut slots = vec![(0, Some(text("incident.report")))];
    slots.extend(more.iter().cloned());
    slots
}

fn claimed(date: &str) -> Slots {
    report(&[(1, Some(text(date)))])
}

/// Slots 15 to 17 are `timeline.incident`, 213 to 215 `plus.timeline.notification`.
fn date(first: u16, parts: [Option<u32>; 3]) -> Slots {
    (first..).zip(parts).map(|(slot, part)| (slot, part.map(number))).collect()
}

#[test]
fn publication_is_judged_by_the_date_that_the_report_claims() {
    // Known at 10:00:00 on the tenth, 24 hours: due at TENTH + 36,000 + 86,400, to the second.
    let due = TENTH + 36_000 + DAY;
    for (lo, hi, verdict) in [
        (due - 100, due, "MET"),
        (due - 100, due + 1, "INDETERMINATE"),
        (due, due + 100, "INDETERMINATE"),
        (due + 1, due + 100, "MISSED"),
        // Published before what it tells of.
        (TENTH, TENTH + 35_999, "BEFORE-EVENT"),
        (TENTH, TENTH + 36_000, "MET"),
        (due + 1, due, "WITNESS-CONFLICT"),
    ] {
        let mut story = within(field("claimed_time", None), None, Period::Hours(24));
        story.logs[B].seal(lo, hi, &claimed("2026-03-10T10:00:00Z"));
        let event = TENTH + 36_000;
        assert_eq!(
            story.timed_table(),
            [format!(
                "b {verdict}(CLAIMED) b/2 by b/2 | from {event}..{event} answered {lo}..{hi} due {due}..{due}"
            )]
        );
        // Without times nothing is decided, and BEFORE-EVENT neither.
        story.logs[B].heads.pop();
        story.logs[B].sealed.clear();
        story.logs[B].opened.clear();
        story.logs[B].anchor(20, 30, A, Some(2));
        story.logs[B].seal(lo, hi, &claimed("2026-03-10T10:00:00Z"));
        story.times = Times::Unwitnessed;
        assert_eq!(story.table(), ["b INDETERMINATE(CLAIMED) b/3 by b/3"]);
        story.times = Times::QuorumSplit;
        assert_eq!(story.table(), ["b QUORUM-SPLIT(CLAIMED) b/3 by b/3"]);
    }
}

#[test]
fn a_day_is_read_where_the_party_is() {
    // Some time on the tenth; 24 hours after its first second, and after its last.
    let verdict = |offset, lo, hi| {
        let mut story = within(field("claimed_time", None), None, Period::Hours(24));
        story.terms.parties[B].offset = offset;
        story.logs[B].seal(lo, hi, &claimed("2026-03-10"));
        story.table()
    };
    // In UTC from TENTH to TENTH + 86,399: due from the eleventh to the last second of it.
    assert_eq!(verdict(Some(0), TENTH + 100, TENTH + DAY), ["b MET(CLAIMED) b/2 by b/2"]);
    assert_eq!(verdict(Some(0), TENTH + 100, TENTH + DAY + 1), ["b INDETERMINATE(CLAIMED) b/2 by b/2"]);
    assert_eq!(verdict(Some(0), TENTH + 2 * DAY, TENTH + 3 * DAY), ["b MISSED(CLAIMED) b/2 by b/2"]);
    // Eight hours east it began and ended eight hours earlier.
    assert_eq!(verdict(Some(480), TENTH + 100, TENTH + DAY), ["b INDETERMINATE(CLAIMED) b/2 by b/2"]);
    assert_eq!(
        verdict(Some(480), TENTH + 2 * DAY - 28_800, TENTH + 3 * DAY),
        ["b MISSED(CLAIMED) b/2 by b/2"]
    );
    // Nobody says where: from 14 hours earlier to 12 hours later.
    assert_eq!(verdict(None, TENTH + 100, TENTH + DAY - 50_400), ["b MET(CLAIMED) b/2 by b/2"]);
    assert_eq!(
        verdict(None, TENTH + 2 * DAY + 43_199, TENTH + 3 * DAY),
        ["b INDETERMINATE(CLAIMED) b/2 by b/2"]
    );
    assert_eq!(verdict(None, TENTH + 2 * DAY + 43_200, TENTH + 3 * DAY), ["b MISSED(CLAIMED) b/2 by b/2"]);
}

#[test]
fn a_date_that_was_not_opened_not_stated_or_is_none() {
    let told = |slots: Slots| {
        let mut story = within(field("timeline.incident", None), None, Period::Days(3));
        story.logs[B].seal(TENTH, TENTH + 10, &report(&slots));
        story.timed_table()[0].clone()
    };
    let answered = format!("answered {TENTH}..{} due", TENTH + 10);
    let none = format!("b/2 by b/2 | from none {answered} none");
    // The day is missing among what was opened.
    let mut slots = date(15, [Some(2026), Some(3), Some(9)]);
    slots.pop();
    assert_eq!(told(slots), format!("b INDETERMINATE(NOT-OPENED) {none}"));
    assert_eq!(told(Vec::new()), format!("b INDETERMINATE(NOT-OPENED) {none}"));
    assert_eq!(told(date(15, [None, None, None])), format!("b INDETERMINATE(NOT-STATED) {none}"));
    for parts in [
        [Some(2026), None, Some(9)],
        [None, Some(3), Some(9)],
        [Some(2018), Some(2), Some(29)],
        [Some(2026), Some(13), None],
    ] {
        assert_eq!(told(date(15, parts)), format!("b MALFORMED-DATE {none}"), "{parts:?}");
    }
    // A year is a date: of 2026 in every offset, and the report came in March.
    let wide = told(date(15, [Some(2026), None, None]));
    assert!(wide.starts_with("b INDETERMINATE(CLAIMED) b/2 by b/2"), "{wide}");
    // A name of no date in the profile opens nothing.
    let mut story = within(field("timeline.discovery", None), None, Period::Days(3));
    story.logs[B].seal(TENTH, TENTH + 10, &claimed("2026-03-10"));
    assert_eq!(story.table(), ["b INDETERMINATE(NOT-OPENED) b/2 by b/2"]);
}

#[test]
fn only_what_is_opened_as_a_report_of_the_stage_counts() {
    let mut story = within(field("claimed_time", None), Some("early"), Period::Hours(24));
    let own = &mut story.logs[B];
    let stage = |stage: Option<&str>, kind: &str| {
        vec![(0, Some(text(kind))), (1, Some(text("2026-03-10T00:00:00Z"))), (4, stage.map(text))]
    };
    own.seal(TENTH, TENTH + 10, &stage(Some("early"), "incident.report"));
    own.seal(TENTH, TENTH + 10, &stage(Some("early"), "incident.amend"));
    own.seal(TENTH, TENTH + 10, &stage(Some("final"), "incident.report"));
    own.seal(TENTH, TENTH + 10, &stage(None, "incident.report"));
    own.seal(TENTH, TENTH + 10, &stage(Some("early"), "cover"));
    own.seal(TENTH, TENTH + 10, &claimed("2026-03-10T00:00:00Z"));
    own.seal(TENTH, TENTH + 10, &[(4, Some(text("early")))]);
    own.seal(TENTH, TENTH + 10, &[]);
    assert_eq!(story.table(), ["b MET(CLAIMED) b/2 by b/2", "b MET(CLAIMED) b/3 by b/3"]);
}

#[test]
fn two_claimed_dates_are_counted_in_days() {
    let told = |first: Slots, second: Slots| {
        let by = Some("plus.timeline.notification");
        let mut story = within(field("timeline.incident", by), None, Period::Days(3));
        story.terms.parties[B].offset = Some(14 * 60);
        let slots: Slots = first.into_iter().chain(second).collect();
        // Published years later, between times that contradict each other: two claims are compared, no instants.
        story.logs[B].seal(TENTH + 99 * DAY, TENTH + 98 * DAY, &report(&slots));
        story.times = Times::Known;
        story.timed_table()[0].clone()
    };
    let none = "b/2 by b/2 | from none answered none due none";
    let of = |day| date(15, [Some(2026), Some(3), Some(day)]);
    let by = |day| date(213, [Some(2026), Some(3), Some(day)]);
    assert_eq!(told(of(10), by(13)), format!("b MET(CLAIMED) {none}"));
    assert_eq!(told(of(10), by(14)), format!("b MISSED(CLAIMED) {none}"));
    assert_eq!(told(of(10), by(9)), format!("b BEFORE-EVENT(CLAIMED) {none}"));
    assert_eq!(
        told(of(10), date(213, [Some(2026), Some(3), None])),
        format!("b INDETERMINATE(CLAIMED) {none}")
    );
    assert_eq!(told(of(10), date(213, [None; 3])), format!("b INDETERMINATE(NOT-STATED) {none}"));
    assert_eq!(told(of(10), Vec::new()), format!("b INDETERMINATE(NOT-OPENED) {none}"));
    assert_eq!(told(of(10), by(32)), format!("b MALFORMED-DATE {none}"));
    // The first date is looked at first.
    assert_eq!(told(date(15, [None; 3]), by(32)), format!("b INDETERMINATE(NOT-STATED) {none}"));
}

#[test]
fn claims_alone_need_no_times() {
    let by = Some("plus.timeline.notification");
    let mut story = within(field("claimed_time", by), None, Period::Days(3));
    story.logs[B].anchor(20, 30, A, Some(2));
    let mut slots = claimed("2026-03-10T23:59:59-12:00");
    slots.extend(date(213, [Some(2026), Some(3), Some(13)]));
    story.logs[B].seal(TENTH, TENTH + 10, &slots);
    for times in [Times::Unwitnessed, Times::QuorumSplit] {
        story.times = times;
        assert_eq!(story.table(), ["b MET(CLAIMED) b/3 by b/3"]);
    }
}

/// A report of stage `early` (b/2) between 100 and 110; a final one within a month, 2,678,500 to 2,678,510.
fn early() -> Story {
    let mut story = within(ReportTrigger::After("early".to_owned()), Some("final"), Period::Months(1));
    story.at = 90 * DAY;
    story.logs[B].seal(100, 110, &staged("incident.report", None, "early"));
    story
}

fn staged(kind: &str, amends: Option<Value>, stage: &str) -> Slots {
    vec![(0, Some(text(kind))), (3, amends), (4, Some(text(stage)))]
}

#[test]
fn the_next_stage_amends_the_one_before() {
    for (lo, hi, verdict) in [
        (2_678_400, 2_678_500, "MET"),
        (2_678_400, 2_678_501, "INDETERMINATE"),
        (2_678_511, 2_678_600, "MISSED"),
        (2_678_511, 2_678_510, "WITNESS-CONFLICT"),
    ] {
        let mut story = early();
        let id = story.logs[B].id(2);
        story.logs[B].seal(lo, hi, &staged("incident.amend", Some(id), "final"));
        assert_eq!(
            story.timed_table(),
            [format!("b {verdict} b/2 by b/3 | from 100..110 answered {lo}..{hi} due 2678500..2678510")]
        );
    }
    let mut silent = early();
    silent.logs[B].seen(2_678_511);
    assert_eq!(silent.table(), ["b OVERDUE b/2"]);
}

#[test]
fn an_amendment_of_an_amendment_counts_and_of_another_report_not() {
    let mut story = early();
    let (first, other) = (story.logs[B].id(2), story.logs[B].id(9));
    let own = &mut story.logs[B];
    // b/3 amends something else, b/4 nothing, b/5 the right one but is not of the stage.
    own.seal(200, 210, &staged("incident.amend", Some(other), "final"));
    own.seal(200, 210, &staged("incident.amend", None, "final"));
    own.seal(200, 210, &staged("incident.amend", Some(first), "middle"));
    let middle = own.id(5);
    own.seal(300, 310, &staged("incident.amend", Some(middle), "final"));
    assert_eq!(story.table(), ["b MET b/2 by b/6"]);
    // Way through an entry that is opened as another kind there is none.
    let slot = story.logs[B].opened.get_mut(&crate::story::index(5)).unwrap();
    slot.slots.insert(0, Some(text("cover")));
    story.logs[B].seen(2_678_511);
    assert_eq!(story.table(), ["b OVERDUE b/2"]);
}

#[test]
fn nothing_amends_what_comes_after_it() {
    // b/3 names b/4, which names b/2: at b/3 there was nothing to amend, so it ends no chain.
    let mut story = early();
    let (first, later) = (story.logs[B].id(2), story.logs[B].id(4));
    story.logs[B].seal(200, 210, &staged("incident.amend", Some(later), "final"));
    story.logs[B].seal(300, 310, &staged("incident.amend", Some(first), "middle"));
    story.logs[B].seen(2_678_511);
    assert_eq!(story.table(), ["b OVERDUE b/2"]);
}

#[test]
fn the_lowest_of_the_stage_answers_each_report_it_amends() {
    // A chain early, early, final, final: both early ones are answered by the first final one.
    let mut story = early();
    for (at, stage) in [(2, "early"), (3, "final"), (4, "final")] {
        let id = story.logs[B].id(at);
        story.logs[B].seal(at * 100, at * 100 + 10, &staged("incident.amend", Some(id), stage));
    }
    assert_eq!(story.table(), ["b MET b/2 by b/4", "b MET b/3 by b/4"]);
}

#[test]
fn what_is_unopened_may_be_the_amendment() {
    let sealed = |slots: &[Slots], horizon| {
        let mut story = early();
        for (at, slots) in (200..).zip(slots) {
            story.logs[B].seal(at, 1_000, slots);
        }
        story.logs[B].seen(horizon);
        story
    };
    let report = |slots: &[u16]| -> Slots {
        let all = staged("incident.amend", None, "middle");
        all.into_iter().filter(|(slot, _)| slots.contains(slot)).collect()
    };
    // Nothing opened, slots 3 and 4 without the kind, and a report without its stage or what it amends: four.
    let some = [Vec::new(), report(&[3, 4]), report(&[0, 3]), report(&[0, 4]), report(&[0, 3, 4])];
    assert_eq!(sealed(&some, 2_678_511).table(), ["b INDETERMINATE(UNOPENED) b/2 unopened 4"]);
    // Of another kind: slots 3 and 4 are not asked for.
    let cover = vec![(0, Some(text("cover")))];
    assert_eq!(sealed(&[cover], 2_678_511).table(), ["b OVERDUE b/2"]);
    // Open it is open, whatever is unopened.
    assert_eq!(sealed(&some, 5_000).table(), ["b INDETERMINATE(STALE) b/2"]);
    // After the last instant none can be in time: the one at 2,678,510 may, the one above it not.
    let mut story = sealed(&[], 1_000);
    story.logs[B].seal(2_678_510, 2_700_000, &[]);
    story.logs[B].seal(2_678_511, 2_700_000, &[]);
    assert_eq!(story.table(), ["b INDETERMINATE(UNOPENED) b/2 unopened 1"]);
    // Between it and a late answer: above the answer, and below the report, nothing counts.
    let mut story = within(ReportTrigger::After("early".to_owned()), Some("final"), Period::Months(1));
    story.logs[B].seal(50, 60, &[]);
    story.logs[B].seal(100, 110, &staged("incident.report", None, "early"));
    let id = story.logs[B].id(3);
    story.logs[B].seal(2_678_511, 2_678_600, &staged("incident.amend", Some(id.clone()), "final"));
    story.logs[B].seal(2_678_511, 2_678_600, &[]);
    assert_eq!(story.table(), ["b MISSED b/3 by b/4"]);
    let mut story = within(ReportTrigger::After("early".to_owned()), Some("final"), Period::Months(1));
    story.logs[B].seal(50, 60, &[]);
    story.logs[B].seal(100, 110, &staged("incident.report", None, "early"));
    story.logs[B].seal(200, 210, &[]);
    story.logs[B].seal(2_678_511, 2_678_600, &staged("incident.amend", Some(id), "final"));
    assert_eq!(story.table(), ["b INDETERMINATE(UNOPENED) b/3 by b/5 unopened 1"]);
}
