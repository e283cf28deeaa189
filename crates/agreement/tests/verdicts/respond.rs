//! `respond-within`, `acknowledge-within`, starts, and the opaque rule.

use detente_agreement::{Duty, Period, Start, Times};
use detente_statement::Kind;

use crate::story::{
    A, B, C, DAY, Story, accuses, acks, answers, asks, asks_to_preserve, index, pings, pongs, refuses,
    replies, updates,
};

const GROUNDS: [u8; 2] = [1, 6];

fn respond(start: Start) -> Duty {
    Duty::RespondWithin {
        of: vec![Kind::RequestAssistance, Kind::AccusationIssue],
        start,
        period: Period::Days(10),
        grounds: GROUNDS.to_vec(),
    }
}

/// A asks B between 100 and 160 (a/2), and B anchors A's log, which has 3 entries then, between 400 and 460 (b/2).
/// So B owes an answer by 400 + 864,000 at the earliest and 460 + 864,000 at the latest.
fn asked() -> (Story, detente_agreement::Reference) {
    let mut story = Story::of([respond(Start::Anchor)]).obliging(B);
    let request = story.logs[A].say(100, 160, asks(B));
    story.logs[B].anchor(400, 460, A, Some(3));
    (story, request)
}

#[test]
fn the_example_of_the_spec() {
    // 5,060 is not above 400 + 864,000: met whatever the true times are.
    let (mut story, request) = asked();
    story.logs[B].say(5_000, 5_060, answers(request, 4));
    assert_eq!(
        story.timed_table(),
        ["b MET(provided) a/2 by b/3 | from 400..460 answered 5000..5060 due 864400..864460"]
    );
}

#[test]
fn both_bounds_decide_at_the_second() {
    // The earliest due time is 864,400 and the latest 864,460: an answer by the first is met, one after the second
    // is missed, and whatever may be on either side of the true one is neither.
    for (lo, hi, verdict) in [
        (864_000, 864_400, "MET(provided)"),
        (864_000, 864_401, "INDETERMINATE(provided)"),
        (864_460, 864_500, "INDETERMINATE(provided)"),
        (864_461, 864_500, "MISSED(provided)"),
    ] {
        let (mut story, request) = asked();
        story.logs[B].say(lo, hi, answers(request, 4));
        assert_eq!(story.table(), [format!("b {verdict} a/2 by b/3")], "{lo}..{hi}");
    }
}

#[test]
fn absence_needs_a_horizon_above_the_latest_due_time() {
    for (horizon, at, verdict) in [
        // One second more, and witnesses saw the log without an answer after the last instant.
        (864_461, 900_000, "OVERDUE"),
        // The log as of the last instant itself may be followed by an answer in that second; it is too old.
        (864_460, 900_000, "INDETERMINATE(STALE)"),
        // Asked about the last instant, the duty may still be kept.
        (500_000, 864_460, "PENDING"),
        (500_000, 864_461, "INDETERMINATE(STALE)"),
    ] {
        let (mut story, _) = asked();
        story.logs[B].seen(horizon);
        story.at = at;
        assert_eq!(story.table(), [format!("b {verdict} a/2")], "{horizon} {at}");
    }
}

#[test]
fn nothing_is_late_that_was_not_delivered() {
    // B's log says nothing of A's request, however long it waits.
    let mut story = Story::of([respond(Start::Anchor)]).obliging(B);
    story.logs[A].say(100, 160, asks(B));
    story.logs[B].anchor(400, 460, A, Some(2));
    story.logs[B].seen(90 * DAY);
    // The anchor covers entries 0 and 1, and the request is entry 2.
    assert_eq!(story.timed_table(), ["b UNDELIVERED a/2 | from none answered none due none"]);
}

#[test]
fn the_lowest_entry_that_covers_or_refers_starts_it() {
    // B acknowledges between 200 and 260, before it anchors: the acknowledgement shows that it knew.
    let mut story = Story::of([respond(Start::Anchor)]).obliging(B);
    let request = story.logs[A].say(100, 160, asks(B));
    story.logs[B].say(200, 260, acks(request));
    story.logs[B].anchor(400, 460, A, Some(3));
    story.logs[B].say(864_201, 864_260, answers(request, 1));
    // Due from 864,200 to 864,260: not met and not missed. By the anchor it would be met.
    assert_eq!(
        story.timed_table(),
        [
            "b INDETERMINATE(investigated) a/2 by b/4 | from 200..260 answered 864201..864260 due 864200..864260"
        ]
    );
}

#[test]
fn a_smaller_anchor_after_a_larger_one_changes_nothing() {
    let (mut story, request) = asked();
    story.logs[B].anchor(500, 560, A, Some(1));
    story.logs[B].anchor(600, 660, A, Some(3));
    story.logs[B].say(864_461, 864_500, answers(request, 4));
    assert_eq!(
        story.timed_table(),
        ["b MISSED(provided) a/2 by b/5 | from 400..460 answered 864461..864500 due 864400..864460"]
    );
}

#[test]
fn an_answer_that_is_the_start_is_met_by_order() {
    // Nothing in B's log says that it knew of the request, but its answer. The times contradict each other even; the
    // answer is at the start, so no time can be between.
    let mut story = Story::of([respond(Start::Anchor)]).obliging(B);
    let request = story.logs[A].say(100, 160, asks(B));
    story.logs[B].say(5_060, 5_000, answers(request, 4));
    assert_eq!(story.table(), ["b MET(provided) a/2 by b/2"]);
    // The same without any times, and with a quorum that splits.
    for times in [Times::Unwitnessed, Times::QuorumSplit] {
        story.times = times;
        // Scope by order: A's log must show that it saw B adopt before it asked.
        let mut ordered = Story::of([respond(Start::Anchor)]).obliging(B);
        ordered.logs[A].anchor(20, 30, B, Some(2));
        let request = ordered.logs[A].say(100, 160, asks(B));
        ordered.logs[B].say(5_000, 5_060, answers(request, 4));
        ordered.times = times;
        assert_eq!(
            ordered.timed_table(),
            ["b MET(provided) a/3 by b/2 | from ?..? answered ?..? due ?..?"],
            "{times:?}"
        );
        assert_eq!(story.table(), ["b INDETERMINATE(SCOPE) a/2"], "{times:?}");
    }
}

#[test]
fn an_anchor_that_was_left_aside_may_be_the_start() {
    // B's anchor of 200 to 260 names more of A's log than the auditor has, so it may cover the request.
    let mut story = Story::of([respond(Start::Anchor)]).obliging(B);
    let request = story.logs[A].say(100, 160, asks(B));
    story.logs[B].anchor(200, 260, A, None);
    let alone = story.clone();
    story.logs[B].say(864_201, 864_300, answers(request, 4));
    // The answer itself would start it, and be met by order. But the duty may have begun at 200, and the answer came
    // 864,001 seconds later: neither.
    assert_eq!(
        story.timed_table(),
        [
            "b INDETERMINATE(provided) a/2 by b/3 | from 200..864300 answered 864201..864300 due 864200..1728300"
        ]
    );
    // In time even by the earlier start: met.
    let mut early = alone.clone();
    early.logs[B].say(300, 360, answers(request, 4));
    assert_eq!(early.table(), ["b MET(provided) a/2 by b/3"]);
    // Alone it delivers nothing: what was left aside was not checked.
    let mut silent = alone;
    silent.logs[B].seen(90 * DAY);
    assert_eq!(silent.table(), ["b UNDELIVERED a/2"]);
}

#[test]
fn a_mirror_starts_it_between_the_request_and_the_time_mirrors_held_it() {
    let asked = |mirrored: Option<u64>| {
        let mut story = Story::of([respond(Start::Mirror)]).obliging(B);
        let request = story.logs[A].say(100, 160, asks(B));
        if let Some(at) = mirrored {
            story.logs[A].mirrored(at);
        }
        (story, request)
    };
    // Due from 100 + 864,000 to 300 + 864,000.
    let (mut story, request) = asked(Some(300));
    story.logs[B].say(864_301, 864_400, answers(request, 4));
    assert_eq!(
        story.timed_table(),
        ["b MISSED(provided) a/2 by b/2 | from 100..300 answered 864301..864400 due 864100..864300"]
    );
    // No mirror has it: never late, but an answer that is in time by the request itself is met.
    let (mut story, request) = asked(None);
    story.logs[B].say(864_000, 864_101, answers(request, 4));
    assert_eq!(
        story.timed_table(),
        ["b UNDELIVERED(provided) a/2 by b/2 | from 100..? answered 864000..864101 due 864100..?"]
    );
    let (mut story, request) = asked(None);
    story.logs[B].say(864_000, 864_100, answers(request, 4));
    assert_eq!(story.table(), ["b MET(provided) a/2 by b/2"]);
    let (mut story, _) = asked(None);
    story.logs[B].seen(90 * DAY);
    assert_eq!(story.table(), ["b UNDELIVERED a/2"]);
    // Mirrors are no quorum of witnesses: they deliver, but nothing is compared with their times.
    let (mut story, _) = asked(Some(300));
    story.logs[A].anchor(310, 320, B, Some(2));
    let request = story.logs[A].say(330, 340, asks(B));
    story.logs[A].mirrored(400);
    story.logs[B].say(500, 510, answers(request, 4));
    story.times = Times::QuorumSplit;
    assert_eq!(story.table(), ["b INDETERMINATE(SCOPE) a/2", "b QUORUM-SPLIT(provided) a/4 by b/2"]);
    story.times = Times::Unwitnessed;
    assert_eq!(story.table(), ["b INDETERMINATE(SCOPE) a/2", "b INDETERMINATE(provided) a/4 by b/2"]);
}

#[test]
fn a_refusal_answers_on_a_listed_ground_only() {
    // Ground 6, legal-hold, is listed: neither kept nor broken.
    let (mut story, request) = asked();
    story.logs[B].say(5_000, 5_060, refuses(request, 6));
    assert_eq!(story.table(), ["b REFUSED(legal-hold) a/2 by b/3"]);
    // Late it is as late as an answer.
    let (mut story, request) = asked();
    story.logs[B].say(864_461, 864_500, refuses(request, 6));
    assert_eq!(story.table(), ["b MISSED(legal-hold) a/2 by b/3"]);
    // Ground 3 is not listed: as if nothing were there; the answer after it counts.
    let (mut story, request) = asked();
    story.logs[B].say(5_000, 5_060, refuses(request, 3));
    story.logs[B].seen(864_461);
    assert_eq!(story.table(), ["b OVERDUE a/2"]);
    story.logs[B].say(865_000, 865_060, answers(request, 5));
    assert_eq!(story.table(), ["b MISSED(nothing-found) a/2 by b/4"]);
}

#[test]
fn only_what_is_addressed_to_a_party_and_of_a_listed_kind_obliges_it() {
    let mut story = Story::among(3, [respond(Start::Anchor)]).obliging(B);
    story.logs[A].say(100, 160, asks(C));
    story.logs[A].say(200, 260, asks_to_preserve(B));
    story.logs[B].say(300, 360, asks(A));
    story.logs[A].say(400, 460, accuses(None, None, true));
    assert_eq!(story.table(), [""; 0]);
}

#[test]
fn others_come_in_the_order_of_parties_and_indices() {
    let mut story = Story::among(3, [respond(Start::Anchor)]).obliging(B);
    story.logs[C].say(100, 160, asks(B));
    story.logs[A].say(500, 560, asks(B));
    story.logs[A].say(600, 660, asks(B));
    let expected = ["b UNDELIVERED a/2", "b UNDELIVERED a/3", "b UNDELIVERED c/2"];
    assert_eq!(story.table(), expected);
}

#[test]
fn a_reply_answers_an_accusation_and_nothing_else_does() {
    let mut story = Story::of([respond(Start::Anchor)]).obliging(B);
    let accusation = story.logs[A].say(100, 160, accuses(Some(B), None, true));
    // An answer that names an accusation answers no request.
    story.logs[B].say(200, 260, answers(accusation, 4));
    story.logs[B].say(864_261, 864_300, replies(accusation, 1));
    assert_eq!(story.table(), ["b MISSED(denied) a/2 by b/3"]);
}

#[test]
fn a_reference_with_another_statement_id_refers_to_nothing() {
    let (mut story, mut request) = asked();
    request.statement = story.logs[A].statement(1);
    story.logs[B].say(5_000, 5_060, answers(request, 4));
    story.logs[B].seen(864_461);
    assert_eq!(story.table(), ["b OVERDUE a/2"]);
    // Nor with another index.
    let (mut story, mut request) = asked();
    request.index = index(1);
    story.logs[B].say(5_000, 5_060, answers(request, 4));
    story.logs[B].seen(864_461);
    assert_eq!(story.table(), ["b OVERDUE a/2"]);
}

#[test]
fn an_opaque_entry_in_time_makes_absence_undecided() {
    let silent = |lo, hi| {
        let (mut story, request) = asked();
        story.logs[B].mumble(lo, hi);
        story.logs[B].seen(864_500);
        (story, request)
    };
    // It may be an answer of a later version.
    assert_eq!(silent(5_000, 5_060).0.table(), ["b INDETERMINATE(OPAQUE) a/2"]);
    assert_eq!(silent(864_460, 864_500).0.table(), ["b INDETERMINATE(OPAQUE) a/2"]);
    // After the last instant it can't be one that is in time.
    assert_eq!(silent(864_461, 864_500).0.table(), ["b OVERDUE a/2"]);
    // Below a late answer it may be the one that was in time; above it not.
    let (mut story, request) = silent(5_000, 5_060);
    story.logs[B].say(864_501, 864_600, answers(request, 4));
    assert_eq!(story.table(), ["b INDETERMINATE(OPAQUE) a/2 by b/4"]);
    let (mut story, request) = asked();
    story.logs[B].say(864_461, 864_500, answers(request, 4));
    story.logs[B].mumble(864_461, 864_500);
    assert_eq!(story.table(), ["b MISSED(provided) a/2 by b/3"]);
    // What is kept stays kept.
    let (mut story, request) = silent(5_000, 5_060);
    story.logs[B].heads.last_mut().unwrap()[1] = None;
    story.logs[B].say(6_000, 6_060, answers(request, 4));
    assert_eq!(story.table(), ["b MET(provided) a/2 by b/4"]);
}

#[test]
fn an_opaque_entry_below_the_adoption_meets_nothing() {
    let mut story = Story::before(2, [respond(Start::Anchor)]).obliging(B);
    story.logs[B].mumble(0, 5);
    story.logs[B].say(6, 10, crate::story::adopts());
    story.logs[A].say(6, 10, crate::story::adopts());
    story.logs[A].say(100, 160, asks(B));
    story.logs[B].anchor(400, 460, A, Some(3));
    story.logs[B].seen(864_461);
    assert_eq!(story.table(), ["b OVERDUE a/2"]);
}

#[test]
fn times_that_contradict_each_other_decide_nothing() {
    // The start.
    let mut story = Story::of([respond(Start::Anchor)]).obliging(B);
    let request = story.logs[A].say(100, 160, asks(B));
    story.logs[B].anchor(460, 400, A, Some(3));
    story.logs[B].seen(90 * DAY);
    assert_eq!(story.table(), ["b WITNESS-CONFLICT a/2"]);
    story.logs[B].say(90 * DAY, 91 * DAY, answers(request, 4));
    assert_eq!(story.table(), ["b WITNESS-CONFLICT(provided) a/2 by b/3"]);
    // The answer.
    let (mut story, request) = asked();
    story.logs[B].say(90 * DAY, 80 * DAY, answers(request, 4));
    assert_eq!(story.table(), ["b WITNESS-CONFLICT(provided) a/2 by b/3"]);
}

#[test]
fn without_times_an_answer_after_the_start_is_undecided() {
    let ordered = |times| {
        let mut story = Story::of([respond(Start::Anchor)]).obliging(B);
        story.logs[A].anchor(20, 30, B, Some(2));
        let request = story.logs[A].say(100, 160, asks(B));
        story.logs[B].anchor(400, 460, A, Some(4));
        story.times = times;
        (story, request)
    };
    for (times, open, answered) in [
        (Times::Unwitnessed, "INDETERMINATE(UNWITNESSED)", "INDETERMINATE"),
        (Times::QuorumSplit, "QUORUM-SPLIT", "QUORUM-SPLIT"),
    ] {
        let (mut story, request) = ordered(times);
        story.logs[B].seen(90 * DAY);
        assert_eq!(story.table(), [format!("b {open} a/3")]);
        story.logs[B].say(95 * DAY, 96 * DAY, answers(request, 4));
        assert_eq!(story.table(), [format!("b {answered}(provided) a/3 by b/3")]);
    }
}

fn acknowledge() -> Duty {
    Duty::AcknowledgeWithin {
        of: vec![Kind::RequestAssistance, Kind::AccusationIssue, Kind::Ping],
        start: Start::Anchor,
        period: Period::Hours(1),
    }
}

#[test]
fn any_word_about_a_request_acknowledges_it() {
    // The anchor is of 400 to 460, an hour later is 4,000 to 4,060. Ground 3 is no listed one, but shows that B knows.
    let word: [fn(detente_agreement::Reference) -> _; 4] =
        [acks, |request| answers(request, 5), |request| refuses(request, 3), |request| updates(request, 1)];
    for says in word {
        let mut story = Story::of([acknowledge()]).obliging(B);
        let request = story.logs[A].say(100, 160, asks(B));
        story.logs[B].anchor(400, 460, A, Some(3));
        story.logs[B].say(3_900, 4_000, says(request));
        story.logs[B].say(9_000, 9_060, acks(request));
        assert_eq!(
            story.timed_table(),
            ["b MET a/2 by b/3 | from 400..460 answered 3900..4000 due 4000..4060"]
        );
    }
}

#[test]
fn a_pong_acknowledges_a_ping_and_a_reply_an_accusation() {
    let mut story = Story::of([acknowledge()]).obliging(B);
    let ping = story.logs[A].say(100, 160, pings(B));
    let accusation = story.logs[A].say(200, 260, accuses(Some(B), None, true));
    story.logs[B].anchor(400, 460, A, Some(4));
    // An acknowledgement of a request is none of either.
    story.logs[B].say(500, 560, acks(ping));
    story.logs[B].say(600, 660, acks(accusation));
    story.logs[B].say(3_900, 4_000, pongs(ping));
    story.logs[B].say(4_061, 4_100, replies(accusation, 4));
    assert_eq!(story.table(), ["b MET a/2 by b/5", "b MISSED a/3 by b/6"]);
}

#[test]
fn an_unknown_bound_of_the_start_is_never_late() {
    // No head after the anchor has a quorum until the one after the answer, so the anchor came between 400
    // and 99 days, like the answer: due 10 days later, between 864,400 and 109 days.
    let (mut story, request) = asked();
    story.logs[B].say(98 * DAY, 99 * DAY, answers(request, 4));
    story.logs[B].heads[2] = [None; 3];
    assert_eq!(
        story.timed_table(),
        [format!(
            "b INDETERMINATE(provided) a/2 by b/3 | from 400..{n} answered 400..{n} due 864400..{due}",
            n = 99 * DAY,
            due = 109 * DAY
        )]
    );
}

#[test]
fn an_opaque_entry_from_before_the_request_answers_nothing() {
    let told = |hi| {
        let mut story = Story::of([respond(Start::Anchor)]).obliging(B);
        story.logs[B].mumble(20, hi);
        story.logs[A].say(100, 160, asks(B));
        story.logs[B].anchor(400, 460, A, Some(3));
        story.logs[B].seen(864_461);
        story.table()
    };
    assert_eq!(told(100), ["b INDETERMINATE(OPAQUE) a/2"]);
    assert_eq!(told(99), ["b OVERDUE a/2"]);
}
