//! `evidence-with-accusation`, `ask-before-accusing`, `notice-before-withdrawal`.

use detente_agreement::{AgreementDigest, Body, Duty, Period, Times};
use detente_statement::Kind;

use crate::story::{
    A, B, C, DAY, NOBODY, Story, accuses, adopts, answers, asks, asks_to_preserve, digest, index, pings,
    refuses, second, withdraws,
};

#[test]
fn evidence_is_committed_when_the_accusation_is_made() {
    let mut story = Story::of([Duty::EvidenceWithAccusation]);
    story.logs[A].say(100, 160, accuses(Some(B), None, false));
    story.logs[A].say(200, 260, accuses(Some(B), None, true));
    // Whom it accuses does not matter, nor whether that one has a log.
    story.logs[A].say(300, 360, accuses(None, None, true));
    story.logs[A].manifests.insert(index(4));
    story.logs[B].say(100, 160, accuses(Some(A), None, false));
    assert_eq!(
        story.seen_but(NOBODY).timed_table(),
        [
            "a MISSED(EVIDENCE-NONE) a/2 by a/2 | from none answered none due none",
            "a MET(COMMITTED) a/3 by a/3 | from none answered none due none",
            "a MET(OPENED) a/4 by a/4 | from none answered none due none",
            "b MISSED(EVIDENCE-NONE) b/2 by b/2 | from none answered none due none",
        ]
    );
}

fn ask_first(wait: Option<Period>) -> Story {
    Story::among(3, [Duty::AskBeforeAccusing { wait }]).obliging(A)
}

#[test]
fn a_request_to_the_accused_comes_first() {
    let mut story = ask_first(None);
    let to_c = story.logs[A].say(100, 110, asks(C));
    let ping = story.logs[A].say(120, 130, pings(B));
    let request = story.logs[A].say(140, 150, asks_to_preserve(B));
    let of_b = story.logs[B].say(140, 150, asks(A));
    story.logs[A].say(200, 210, accuses(Some(B), Some(request), true));
    // Nothing asked, somebody else asked, a ping, the other's own request, and one that is not there.
    let elsewhere = detente_agreement::Reference { statement: story.logs[A].statement(1), ..request };
    for asked in [None, Some(to_c), Some(ping), Some(of_b), Some(elsewhere)] {
        story.logs[A].say(300, 310, accuses(Some(B), asked, true));
    }
    // One that comes after it.
    let later =
        detente_agreement::Reference { index: index(12), statement: story.logs[A].statement(12), ..request };
    story.logs[A].say(400, 410, accuses(Some(B), Some(later), true));
    story.logs[A].say(500, 510, asks(B));
    // Who is no party, or has no log, can't be asked; whom the accuser is, neither.
    story.logs[A].say(600, 610, accuses(None, None, true));
    story.logs[A].say(600, 610, accuses(Some(3), None, true));
    story.logs[A].say(600, 610, accuses(Some(A), None, true));
    let first: Vec<_> = (6..=11).map(|at| format!("a MISSED(PUBLIC-FIRST) a/{at}")).collect();
    let mut expected = vec!["a MET(ASKED-FIRST) a/5 by a/4".to_owned()];
    expected.extend(first);
    assert_eq!(story.seen_but(A).table(), expected);
    // Order decides it without times too.
    let mut ordered = ask_first(None);
    for other in [B, C] {
        ordered.logs[A].anchor(20, 30, other, Some(2));
    }
    let request = ordered.logs[A].say(100, 110, asks(B));
    ordered.logs[A].say(200, 210, accuses(Some(B), Some(request), true));
    ordered.logs[A].say(300, 310, accuses(Some(B), None, true));
    for times in [Times::Unwitnessed, Times::QuorumSplit] {
        ordered.times = times;
        // Without times it is not known what was seen when, so an end may hide.
        assert_eq!(
            ordered.seen_but(A).table(),
            ["a MET(ASKED-FIRST) a/5 by a/4", "a INDETERMINATE(END) a/6"]
        );
    }
}

#[test]
fn an_end_that_was_not_seen_is_thought_of_for_single_entries_too() {
    let told = |seen| {
        let mut story = Story::of([Duty::EvidenceWithAccusation]).obliging(A);
        story.logs[A].say(100, 160, accuses(Some(B), None, false));
        story.logs[B].seen(seen);
        story.table()
    };
    // B may have withdrawn at 160, and hide it.
    assert_eq!(told(160), ["a INDETERMINATE(END) a/2 by a/2"]);
    assert_eq!(told(161), ["a MISSED(EVIDENCE-NONE) a/2 by a/2"]);
}

/// A asks B between 100 and 110 (a/2), and accuses between the two.
fn waited(lo: u64, hi: u64) -> Story {
    let mut story = ask_first(Some(Period::Days(1)));
    let request = story.logs[A].say(100, 110, asks(B));
    story.logs[A].say(lo, hi, accuses(Some(B), Some(request), true));
    story
}

#[test]
fn the_wait_is_a_least_time() {
    for (lo, hi, verdict) in [
        (86_510, 86_600, "MET"),
        (86_509, 86_600, "INDETERMINATE"),
        (86_400, 86_500, "INDETERMINATE"),
        (86_400, 86_499, "MISSED"),
        (86_499, 86_400, "WITNESS-CONFLICT"),
    ] {
        assert_eq!(
            waited(lo, hi).seen_but(A).timed_table(),
            [format!("a {verdict} a/3 by a/2 | from 100..110 answered {lo}..{hi} due 86500..86510")]
        );
    }
    let mut split = waited(86_510, 86_600);
    split.times = Times::QuorumSplit;
    // Scope by order is not there.
    assert_eq!(split.seen_but(A).table(), ["a INDETERMINATE(SCOPE) a/3"]);
}

#[test]
fn an_answer_that_was_anchored_before_ends_the_wait() {
    for says in [answers as fn(_, _) -> _, refuses] {
        let told = |covers, after: bool| {
            let mut story = ask_first(Some(Period::Days(1)));
            let request = story.logs[A].say(100, 110, asks(B));
            story.logs[B].say(200, 210, says(request, 3));
            if !after {
                story.logs[A].anchor(300, 310, B, covers);
            }
            story.logs[A].say(400, 410, accuses(Some(B), Some(request), true));
            if after {
                story.logs[A].anchor(500, 510, B, covers);
            }
            story.seen_but(A).table()
        };
        assert_eq!(told(Some(3), false), ["a MET(ANSWERED) a/4 by a/2"]);
        // The anchor does not reach the answer, or came after the accusation: it could not be known.
        assert_eq!(told(Some(2), false), ["a MISSED a/4 by a/2"]);
        assert_eq!(told(Some(3), true), ["a MISSED a/3 by a/2"]);
        // What A held then goes on above what was audited of B's log; the answer may be there.
        assert_eq!(told(None, false), ["a INDETERMINATE(UNAUDITED) a/4 by a/2"]);
        assert_eq!(told(Some(4), false), ["a MET(ANSWERED) a/4 by a/2"]);
    }
}

#[test]
fn an_answer_by_order_needs_no_times() {
    let mut story = ask_first(Some(Period::Days(1)));
    for other in [B, C] {
        story.logs[A].anchor(20, 30, other, Some(2));
    }
    let request = story.logs[A].say(100, 110, asks(B));
    story.logs[B].say(200, 210, answers(request, 1));
    story.logs[A].say(250, 260, accuses(Some(B), Some(request), true));
    story.logs[A].anchor(300, 310, B, Some(3));
    story.logs[A].say(400, 410, accuses(Some(B), Some(request), true));
    for (times, verdict) in
        [(Times::QuorumSplit, "QUORUM-SPLIT"), (Times::Unwitnessed, "INDETERMINATE(UNWITNESSED)")]
    {
        story.times = times;
        assert_eq!(
            story.timed_table(),
            [
                format!("a {verdict} a/5 by a/4 | from ?..? answered ?..? due ?..?"),
                "a MET(ANSWERED) a/7 by a/4 | from ?..? answered ?..? due ?..?".to_owned(),
            ]
        );
    }
}

#[test]
fn a_withdrawal_is_announced() {
    // Published between 1,000 and 1,060: ten days later is 865,000 to 865,060.
    for (effective, verdict) in [
        (865_060, "MET"),
        (865_059, "INDETERMINATE"),
        (865_000, "INDETERMINATE"),
        (864_999, "MISSED"),
        (detente_core::MAX_POSITION, "MET"),
    ] {
        let mut story = Story::of([Duty::NoticeBeforeWithdrawal { period: Period::Days(10) }]);
        story.logs[B].say(1_000, 1_060, withdraws(effective));
        assert_eq!(
            story.seen_but(B).timed_table(),
            [format!("b {verdict} b/2 | from 1000..1060 answered none due 865000..865060")]
        );
        story.times = Times::QuorumSplit;
        assert_eq!(story.seen_but(B).table(), ["b QUORUM-SPLIT b/2"]);
        story.times = Times::Unwitnessed;
        assert_eq!(story.seen_but(B).table(), ["b INDETERMINATE(UNWITNESSED) b/2"]);
    }
    let mut story = Story::of([Duty::NoticeBeforeWithdrawal { period: Period::Days(10) }]);
    story.logs[B].say(1_060, 1_000, withdraws(90 * DAY));
    assert_eq!(story.seen_but(B).table(), ["b WITNESS-CONFLICT b/2"]);
    // Of another agreement, and before its own adoption: nothing.
    let mut story = Story::before(2, [Duty::NoticeBeforeWithdrawal { period: Period::Days(10) }]);
    story.logs[B].say(0, 5, withdraws(0));
    for party in [A, B] {
        story.logs[party].say(6, 10, adopts());
    }
    let agreement = AgreementDigest::new(digest(0x22));
    let body = Body::AgreementWithdraw { agreement, effective: second(0) };
    story.logs[B].say(100, 110, (Kind::AgreementWithdraw, body));
    assert_eq!(story.seen_but(B).table(), [""; 0]);
}

#[test]
fn an_anchor_from_before_the_request_holds_no_answer_to_it() {
    let mut story = ask_first(Some(Period::Days(1)));
    story.logs[A].anchor(50, 60, B, None);
    let request = story.logs[A].say(100, 110, asks(B));
    story.logs[A].say(400, 410, accuses(Some(B), Some(request), true));
    assert_eq!(story.seen_but(A).table(), ["a MISSED a/4 by a/3"]);
}
