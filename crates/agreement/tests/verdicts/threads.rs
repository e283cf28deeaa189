//! `update-every` and `preserve-for`.

use detente_agreement::{Duty, Period, Start, Times};
use detente_statement::Kind;

use crate::story::{A, B, DAY, Story, acks, answers, asks, asks_to_preserve, refuses, updates, withdraws};

fn update(start: Start) -> Story {
    let of = vec![Kind::RequestAssistance];
    let mut story = Story::of([Duty::UpdateEvery { of, start, period: Period::Days(1) }]).obliging(B);
    story.logs[A].say(100, 160, asks(B));
    story
}

fn request(story: &Story) -> detente_agreement::Reference {
    let at = crate::story::index(2);
    let statement = story.logs[A].statement(2);
    detente_agreement::Reference { log: crate::story::log(A), index: at, statement }
}

#[test]
fn each_link_runs_from_the_news_before() {
    // Anchored at 400 to 410, acknowledged at 500, updated within a day, then a day and 31 seconds late, then closed.
    let mut story = update(Start::Anchor);
    let request = request(&story);
    story.logs[B].anchor(400, 410, A, Some(3));
    story.logs[B].say(500, 510, acks(request));
    story.logs[B].say(DAY + 400, DAY + 500, updates(request, 1));
    story.logs[B].say(2 * DAY + 531, 2 * DAY + 540, updates(request, 2));
    story.logs[B].say(2 * DAY + 600, 2 * DAY + 610, updates(request, 4));
    // After it is closed nothing is owed and nothing counts.
    story.logs[B].say(9 * DAY, 9 * DAY + 10, updates(request, 1));
    story.logs[B].seen(90 * DAY);
    assert_eq!(
        story.timed_table(),
        [
            "b MET a/2 by b/3 | from 400..410 answered 500..510 due 86800..86810",
            "b MET a/2 by b/4 | from 500..510 answered 86800..86900 due 86900..86910",
            "b MISSED a/2 by b/5 | from 86800..86900 answered 173331..173340 due 173200..173300",
            "b MET a/2 by b/6 | from 173331..173340 answered 173400..173410 due 259731..259740",
        ]
    );
}

#[test]
fn the_last_link_stays_open_until_it_is_answered_refused_or_closed() {
    let open = || {
        let mut story = update(Start::Anchor);
        story.logs[B].anchor(400, 410, A, Some(3));
        let request = request(&story);
        story.logs[B].say(500, 510, updates(request, 1));
        (story, request)
    };
    let (mut story, _) = open();
    story.logs[B].seen(DAY + 511);
    assert_eq!(story.table(), ["b MET a/2 by b/3", "b OVERDUE a/2"]);
    for last in [answers as fn(_, _) -> _, refuses, |request, _| updates(request, 4)] {
        let (mut story, request) = open();
        story.logs[B].say(600, 610, last(request, 3));
        story.logs[B].seen(90 * DAY);
        assert_eq!(story.table(), ["b MET a/2 by b/3", "b MET a/2 by b/4"]);
    }
}

#[test]
fn a_second_acknowledgement_is_no_news() {
    let mut story = update(Start::Anchor);
    let request = request(&story);
    story.logs[B].anchor(400, 410, A, Some(3));
    story.logs[B].say(500, 510, acks(request));
    story.logs[B].say(600, 610, acks(request));
    story.logs[B].seen(DAY + 511);
    assert_eq!(story.table(), ["b MET a/2 by b/3", "b OVERDUE a/2"]);
}

#[test]
fn what_was_not_delivered_is_one_link() {
    let mut story = update(Start::Anchor);
    story.logs[B].seen(90 * DAY);
    assert_eq!(story.table(), ["b UNDELIVERED a/2"]);
    // By a mirror's start too; but news of it show that it is known, and later links run from them.
    let mut story = update(Start::Mirror);
    let request = request(&story);
    story.logs[B].say(5 * DAY, 5 * DAY + 10, updates(request, 1));
    story.logs[B].seen(90 * DAY);
    assert_eq!(story.table(), ["b UNDELIVERED a/2 by b/2", "b OVERDUE a/2"]);
}

#[test]
fn an_opaque_entry_may_be_news() {
    let mut story = update(Start::Anchor);
    let request = request(&story);
    story.logs[B].anchor(400, 410, A, Some(3));
    story.logs[B].say(500, 510, updates(request, 1));
    story.logs[B].mumble(600, 610);
    story.logs[B].say(3 * DAY, 3 * DAY + 10, updates(request, 4));
    assert_eq!(story.table(), ["b MET a/2 by b/3", "b INDETERMINATE(OPAQUE) a/2 by b/5"]);
}

#[test]
fn a_duty_that_began_in_scope_outlasts_the_agreement() {
    let mut story = update(Start::Anchor);
    story.logs[B].anchor(400, 410, A, Some(3));
    story.logs[B].say(500, 510, withdraws(0));
    story.logs[B].seen(DAY + 411);
    assert_eq!(story.table(), ["b OVERDUE a/2"]);
}

/// A asks B to preserve (a/2); B anchors it between 400 and 410 and says between 500 and 510 that it is preserved.
/// To be kept for 60 days: 5,184,400 at the earliest, 5,184,410 at the latest.
fn preserved(start: Start) -> (Story, detente_agreement::Reference) {
    let mut story = Story::of([Duty::PreserveFor { start, period: Period::Days(60) }]).obliging(B);
    let request = story.logs[A].say(100, 160, asks_to_preserve(B));
    story.logs[B].anchor(400, 410, A, Some(3));
    story.logs[B].say(500, 510, answers(request, 2));
    (story, request)
}

#[test]
fn a_release_is_not_before_the_period_is_over() {
    for (lo, hi, verdict) in [
        (5_184_410, 5_184_500, "MET"),
        (5_184_409, 5_184_500, "INDETERMINATE"),
        (5_184_300, 5_184_400, "INDETERMINATE"),
        (5_184_300, 5_184_399, "MISSED"),
        (5_184_399, 5_184_300, "WITNESS-CONFLICT"),
    ] {
        let (mut story, request) = preserved(Start::Anchor);
        // Another status is no release.
        story.logs[B].say(600, 610, updates(request, 2));
        story.logs[B].say(lo, hi, updates(request, 3));
        // A second one later does not undo the first.
        story.logs[B].say(9_000_000, 9_000_010, updates(request, 3));
        assert_eq!(
            story.timed_table(),
            [format!("b {verdict} a/2 by b/5 | from 400..410 answered {lo}..{hi} due 5184400..5184410")]
        );
    }
}

#[test]
fn what_was_not_released_is_held() {
    let held = |horizon| {
        let (mut story, _) = preserved(Start::Anchor);
        story.logs[B].seen(horizon);
        story.table()
    };
    assert_eq!(held(5_184_410), ["b PENDING(HELD) a/2 by b/3"]);
    assert_eq!(held(5_184_411), ["b MET(HELD) a/2 by b/3"]);
}

#[test]
fn only_an_answer_that_says_preserved_begins_it() {
    let mut story =
        Story::of([Duty::PreserveFor { start: Start::Anchor, period: Period::Days(60) }]).obliging(B);
    let request = story.logs[A].say(100, 160, asks_to_preserve(B));
    let assistance = story.logs[A].say(200, 260, asks(B));
    story.logs[B].anchor(400, 410, A, Some(4));
    // To the wrong kind of request, with another outcome, and a release before anything was preserved.
    story.logs[B].say(500, 510, answers(assistance, 2));
    story.logs[B].say(600, 610, answers(request, 5));
    story.logs[B].say(700, 710, updates(request, 3));
    assert_eq!(story.table(), [""; 0]);
    story.logs[B].say(800, 810, answers(request, 2));
    assert_eq!(story.table(), ["b PENDING(HELD) a/2 by b/6"]);
    // Released before that answer does not count.
    story.logs[B].seen(90 * DAY);
    assert_eq!(story.table(), ["b MET(HELD) a/2 by b/6"]);
}

#[test]
fn preservation_is_never_undelivered() {
    // No mirror shows the request; the answer itself shows that it is known. From 100 to unknown: too early a release
    // is one before 100 + 60 days, and none is certainly late enough.
    let (mut story, request) = preserved(Start::Mirror);
    story.logs[B].say(5_184_000, 5_184_099, updates(request, 3));
    assert_eq!(
        story.timed_table(),
        ["b MISSED a/2 by b/4 | from 100..? answered 5184000..5184099 due 5184100..?"]
    );
    let (mut story, request) = preserved(Start::Mirror);
    story.logs[B].say(9_000_000, 9_000_010, updates(request, 3));
    assert_eq!(story.table(), ["b INDETERMINATE a/2 by b/4"]);
    let (mut story, _) = preserved(Start::Mirror);
    story.logs[B].seen(90 * DAY);
    assert_eq!(story.table(), ["b PENDING(HELD) a/2 by b/3"]);
}

#[test]
fn preservation_with_a_split_quorum_or_contradicting_times() {
    let (mut story, _) = preserved(Start::Anchor);
    story.logs[A].heads.truncate(3);
    story.times = Times::QuorumSplit;
    assert_eq!(story.table(), ["b INDETERMINATE(SCOPE) a/2"]);
    let mut story =
        Story::of([Duty::PreserveFor { start: Start::Anchor, period: Period::Days(60) }]).obliging(B);
    story.logs[A].anchor(20, 30, B, Some(2));
    let request = story.logs[A].say(100, 160, asks_to_preserve(B));
    story.logs[B].anchor(410, 400, A, Some(4));
    story.logs[B].say(500, 510, answers(request, 2));
    story.logs[B].seen(90 * DAY);
    assert_eq!(story.table(), ["b WITNESS-CONFLICT a/3 by b/3"]);
    story.times = Times::QuorumSplit;
    assert_eq!(story.table(), ["b QUORUM-SPLIT a/3 by b/3"]);
    story.times = Times::Unwitnessed;
    assert_eq!(story.table(), ["b INDETERMINATE(UNWITNESSED) a/3 by b/3"]);
}

#[test]
fn an_opaque_entry_below_the_news_is_not_the_next_one() {
    let mut story = update(Start::Anchor);
    let request = request(&story);
    story.logs[B].anchor(400, 410, A, Some(3));
    story.logs[B].mumble(450, 460);
    story.logs[B].say(500, 510, updates(request, 1));
    story.logs[B].say(3 * DAY, 3 * DAY + 10, updates(request, 4));
    assert_eq!(story.table(), ["b MET a/2 by b/4", "b MISSED a/2 by b/5"]);
}
