//! `open-within` and `budget`.

use detente_agreement::{BudgetPeriod, Duty, Period, Times};
use detente_core::json::Value;
use detente_statement::Kind;

use crate::story::{A, B, DAY, Story, asks, pings, text, withdraws};

fn open() -> Story {
    let mut story = Story::of([Duty::OpenWithin { slots: vec![0, 3], period: Period::Days(2) }]).obliging(B);
    story.at = 5 * DAY;
    story
}

fn slots(opened: &[u16]) -> Vec<(u16, Option<Value>)> {
    opened.iter().map(|slot| (*slot, (*slot == 0).then(|| text("cover")))).collect()
}

#[test]
fn what_is_not_opened_is_due_after_its_publication() {
    let mut story = open();
    let own = &mut story.logs[B];
    own.seal(100, 110, &slots(&[0]));
    own.seal(200, 210, &[]);
    // Opened as absent is opened.
    own.seal(300, 310, &slots(&[0, 3]));
    // Due at the very second that is asked about, and one second before it.
    own.seal(3 * DAY - 11, 3 * DAY - 1, &[]);
    own.seal(3 * DAY - 1, 3 * DAY, &[]);
    own.seal(4 * DAY, 4 * DAY + 10, &[]);
    assert_eq!(
        story.timed_table(),
        [
            "b OVERDUE b/2 x2 | from 100..110 answered none due 173000..173010",
            "b MET b/4 | from 300..310 answered none due 173100..173110",
            "b OVERDUE b/5 | from 259189..259199 answered none due 431989..431999",
            "b PENDING b/6 x2 | from 259199..259200 answered none due 518400..518410",
        ]
    );
}

#[test]
fn opening_follows_scope_and_times() {
    let mut story = open();
    story.logs[A].say(2 * DAY, 2 * DAY + 10, withdraws(0));
    let own = &mut story.logs[B];
    own.seal(5, 20, &[]);
    own.seal(20, 15, &[]);
    own.seal(100, 110, &[]);
    own.seal(2 * DAY - 5, 2 * DAY + 5, &slots(&[0, 3]));
    own.seal(2 * DAY + 3, 2 * DAY + 5, &[]);
    own.seal(3 * DAY, 3 * DAY + 10, &[]);
    // b/2 may have come before all adopted, b/3 has times that contradict each other, b/5 and b/6 may be after the end,
    // b/7 is.
    assert_eq!(
        story.timed_table(),
        [
            "b INDETERMINATE(SCOPE) b/2 | from none answered none due none",
            "b WITNESS-CONFLICT b/3 | from 20..15 answered none due 172820..172815",
            "b OVERDUE b/4 | from 100..110 answered none due 172900..172910",
            "b INDETERMINATE(SCOPE) b/5 x2 | from none answered none due none",
        ]
    );
    let mut story = open();
    story.logs[B].anchor(20, 30, A, Some(2));
    story.logs[B].seal(100, 110, &slots(&[0, 3]));
    story.logs[B].seal(200, 210, &[]);
    story.times = Times::QuorumSplit;
    assert_eq!(story.table(), ["b MET b/3", "b QUORUM-SPLIT b/4"]);
    story.times = Times::Unwitnessed;
    assert_eq!(story.table(), ["b MET b/3", "b INDETERMINATE(UNWITNESSED) b/4"]);
}

/// `date -u -d 2026-01-01 +%s`, and 1 April.
const JANUARY: u64 = 1_767_225_600;
const APRIL: u64 = 1_775_001_600;

fn budget(at_most: u64, per: BudgetPeriod) -> Story {
    let of = vec![Kind::Ping, Kind::RequestAssistance];
    let mut story = Story::of([Duty::Budget { of, at_most, per }]).obliging(A);
    story.logs[B].seen(JANUARY + 5_000 * DAY);
    story.at = JANUARY + 1_000 * DAY;
    story
}

#[test]
fn entries_are_counted_by_the_calendar() {
    let mut story = budget(2, BudgetPeriod::Quarter);
    for day in [1, 2, 3] {
        story.logs[A].say(JANUARY + day * DAY, JANUARY + day * DAY + 10, pings(B));
    }
    // Of a kind that is not counted.
    story.logs[A].seal(JANUARY + 5 * DAY, JANUARY + 5 * DAY, &[]);
    story.logs[A].say(APRIL, APRIL + 10, asks(B));
    story.logs[A].seen(APRIL + 100);
    assert_eq!(
        story.timed_table(),
        [
            "a MISSED(2026-Q1) x3 | from none answered none due none",
            "a PENDING(2026-Q2) | from none answered none due none",
        ]
    );
    // The second quarter ends before 1 July, 91 days later.
    story.logs[A].seen(APRIL + 91 * DAY - 1);
    assert_eq!(story.table()[1], "a PENDING(2026-Q2)");
    story.logs[A].seen(APRIL + 91 * DAY);
    assert_eq!(story.table()[1], "a MET(2026-Q2)");
    for (per, name) in [(BudgetPeriod::Year, "2026"), (BudgetPeriod::Month, "2026-04")] {
        let mut story = budget(1, per);
        story.logs[A].say(APRIL, APRIL + 10, pings(B));
        story.logs[A].seen(APRIL + 400 * DAY);
        assert_eq!(story.table(), [format!("a MET({name})")]);
    }
}

#[test]
fn an_entry_between_two_periods_is_possible_in_both_and_certain_in_none() {
    let mut story = budget(1, BudgetPeriod::Quarter);
    story.logs[A].say(APRIL - 100, APRIL - 50, pings(B));
    story.logs[A].say(APRIL - 10, APRIL + 10, pings(B));
    story.logs[A].seen(APRIL + 200 * DAY);
    // One or two in the first quarter, none or one in the second.
    assert_eq!(story.table(), ["a INDETERMINATE(2026-Q1)", "a MET(2026-Q2) x0"]);
    // Over three quarters, one entry: none is certain, and the one in the middle has a cell too.
    let mut story = budget(1, BudgetPeriod::Quarter);
    story.logs[A].say(APRIL - 10, APRIL + 92 * DAY, pings(B));
    story.logs[A].seen(APRIL + 300 * DAY);
    assert_eq!(story.table(), ["a MET(2026-Q1) x0", "a MET(2026-Q2) x0", "a MET(2026-Q3) x0"]);
}

#[test]
fn an_entry_without_a_bound_is_possible_everywhere() {
    let mut story = budget(1, BudgetPeriod::Year);
    story.logs[A].say(JANUARY + 10, JANUARY + 20, pings(B));
    story.logs[A].say(JANUARY + 400 * DAY, JANUARY + 400 * DAY, pings(B));
    story.logs[A].seen(JANUARY + 900 * DAY);
    assert_eq!(story.table(), ["a MET(2026)", "a MET(2027)"]);
    // The last one has no upper bound now; no period of its own, and possible in 2026.
    story.logs[A].heads.last_mut().unwrap()[0] = None;
    assert_eq!(story.table(), ["a INDETERMINATE(2026)"]);
    // The same with times that contradict each other.
    story.logs[A].heads.last_mut().unwrap()[0] = Some(JANUARY + 399 * DAY);
    assert_eq!(story.table(), ["a INDETERMINATE(2026)"]);
    story.times = Times::QuorumSplit;
    assert_eq!(story.table(), [""; 0]);
}

#[test]
fn a_year_without_an_entry_has_no_cell() {
    let mut story = budget(1, BudgetPeriod::Year);
    story.logs[A].say(JANUARY + 10, JANUARY + 20, pings(B));
    story.logs[A].say(JANUARY + 800 * DAY, JANUARY + 800 * DAY, pings(B));
    story.logs[A].seen(JANUARY + 900 * DAY);
    assert_eq!(story.table(), ["a MET(2026)", "a PENDING(2028)"]);
}

#[test]
fn what_is_out_of_scope_is_not_counted() {
    // A pings before B adopts, and after B's withdrawal.
    let mut story =
        Story::before(2, [Duty::Budget { of: vec![Kind::Ping], at_most: 1, per: BudgetPeriod::Year }]);
    story = story.obliging(A);
    story.logs[A].say(JANUARY, JANUARY, crate::story::adopts());
    story.logs[A].say(JANUARY + 10, JANUARY + 10, pings(B));
    story.logs[B].say(JANUARY + 20, JANUARY + 20, crate::story::adopts());
    story.logs[A].say(JANUARY + 30, JANUARY + 30, pings(B));
    story.logs[B].say(JANUARY + DAY, JANUARY + DAY, withdraws(0));
    story.logs[A].say(JANUARY + 2 * DAY, JANUARY + 2 * DAY, pings(B));
    story.logs[A].seen(JANUARY + 400 * DAY);
    story.at = JANUARY + 500 * DAY;
    assert_eq!(story.table(), ["a MET(2026)"]);
}

#[test]
fn unknown_scope_is_possible_and_a_hidden_end_is_thought_of() {
    // B withdraws on 2 January. A pings before, around and after that.
    let mut story =
        Story::of([Duty::Budget { of: vec![Kind::Ping], at_most: 1, per: BudgetPeriod::Year }]).obliging(A);
    story.at = JANUARY + 1_000 * DAY;
    story.logs[B].say(JANUARY + DAY, JANUARY + DAY + 10, withdraws(0));
    story.logs[B].seen(JANUARY + 900 * DAY);
    story.logs[A].say(JANUARY, JANUARY + 10, pings(B));
    story.logs[A].say(JANUARY + DAY - 5, JANUARY + DAY + 5, pings(B));
    story.logs[A].say(JANUARY + 2 * DAY, JANUARY + 2 * DAY, pings(B));
    story.logs[A].seen(JANUARY + 900 * DAY);
    assert_eq!(story.table(), ["a INDETERMINATE(2026)"]);
    // Two certain ones; but B's log was seen only to the first, and may have ended the agreement before the second.
    let mut story = budget(1, BudgetPeriod::Year);
    story.logs[B].heads.last_mut().unwrap()[1] = Some(JANUARY + 100);
    story.logs[A].say(JANUARY, JANUARY + 10, pings(B));
    story.logs[A].say(JANUARY + DAY, JANUARY + DAY, pings(B));
    story.logs[A].seen(JANUARY + 900 * DAY);
    assert_eq!(story.table(), ["a INDETERMINATE(2026) x2"]);
    story.logs[B].seen(JANUARY + DAY + 1);
    assert_eq!(story.table(), ["a MISSED(2026) x2"]);
}
