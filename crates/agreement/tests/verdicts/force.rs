//! Since when an agreement is in force, until when, and what is in scope.

use detente_agreement::{AgreementDigest, Duty, Force, Interval, Period, Times};

use crate::story::{
    A, B, C, DAY, Story, accuses, adopts, agreement, amends, between, digest, second, withdraws,
};

fn other() -> AgreementDigest {
    AgreementDigest::new(digest(0x22))
}

fn force(story: &Story) -> Option<(Interval, Option<Interval>)> {
    story.evaluate().force.map(|Force { from, until }| (from, until))
}

/// A duty of which every own accusation in scope is a cell.
fn evidence() -> [Duty; 1] {
    [Duty::EvidenceWithAccusation]
}

#[test]
fn it_is_in_force_from_the_last_adoption_on() {
    let mut story = Story::before(3, evidence());
    story.logs[A].say(100, 160, adopts());
    story.logs[B].say(90, 200, adopts());
    story.logs[B].say(500, 600, adopts());
    // C has not adopted.
    assert_eq!(force(&story), None);
    assert_eq!(story.table(), [""; 0]);
    // To amend another agreement into this one adopts it.
    story.logs[C].say(50, 60, amends(other(), agreement()));
    assert_eq!(force(&story), Some((between(100, 200), None)));
    // Without an upper bound of one there is none.
    story.logs[A].heads[1][0] = None;
    story.logs[A].heads[0][0] = None;
    assert_eq!(force(&story), Some((Interval { lo: Some(second(100)), hi: None }, None)));
}

#[test]
fn without_a_log_nothing_is_known() {
    let duties = [Duty::EvidenceWithAccusation, Duty::NotVerifiable];
    let mut story = Story::of(duties);
    story.logs.pop();
    assert_eq!(
        story.table(),
        ["a INDETERMINATE(NO-LOG)", "b INDETERMINATE(NO-LOG)", "a NOT-VERIFIABLE", "b NOT-VERIFIABLE"]
    );
    assert_eq!(force(&story), None);
}

#[test]
fn what_no_log_can_show_is_one_cell_a_party_while_in_force() {
    assert_eq!(Story::of([Duty::NotVerifiable]).table(), ["a NOT-VERIFIABLE", "b NOT-VERIFIABLE"]);
    assert_eq!(Story::before(2, [Duty::NotVerifiable]).table(), [""; 0]);
}

#[test]
fn a_withdrawal_ends_it_not_before_its_notice_and_its_own_time() {
    // No notice is asked for: the end is the entry, or the time that it names.
    let mut story = Story::of(evidence());
    story.logs[B].say(1_000, 1_060, withdraws(900));
    assert_eq!(force(&story), Some((between(0, 10), Some(between(1_000, 1_060)))));
    let mut story = Story::of(evidence());
    story.logs[B].say(1_000, 1_060, withdraws(1_030));
    assert_eq!(force(&story), Some((between(0, 10), Some(between(1_030, 1_060)))));
    // Ten days of notice are asked for, whatever the withdrawal says.
    let notice = || [Duty::EvidenceWithAccusation, Duty::NoticeBeforeWithdrawal { period: Period::Days(10) }];
    let mut story = Story::of(notice());
    story.logs[B].say(1_000, 1_060, withdraws(900));
    assert_eq!(force(&story), Some((between(0, 10), Some(between(865_000, 865_060)))));
    let mut story = Story::of(notice());
    story.logs[B].say(1_000, 1_060, withdraws(20 * DAY));
    assert_eq!(force(&story), Some((between(0, 10), Some(between(20 * DAY, 20 * DAY)))));
    // An end above the year 9999 is no time.
    let mut story = Story::of(evidence());
    story.logs[B].say(1_000, 1_060, withdraws(detente_core::MAX_POSITION));
    assert_eq!(force(&story), Some((between(0, 10), Some(Interval::UNKNOWN))));
    // Of several ends the first.
    let mut story = Story::of(evidence());
    story.logs[A].say(2_000, 2_060, withdraws(2_000));
    story.logs[B].say(1_000, 3_000, withdraws(1_000));
    assert_eq!(force(&story), Some((between(0, 10), Some(between(1_000, 2_060)))));
}

#[test]
fn an_end_below_its_partys_adoption_is_passed_over() {
    let mut story = Story::before(2, evidence());
    story.logs[A].say(0, 10, withdraws(0));
    story.logs[A].say(0, 10, amends(agreement(), other()));
    for party in [A, B] {
        story.logs[party].say(20, 30, adopts());
    }
    story.logs[B].say(40, 50, amends(agreement(), other()));
    // A's amendment came before it had adopted anything, so B is the only one that amended.
    assert_eq!(force(&story), Some((between(20, 30), None)));
    story.logs[A].say(60, 70, amends(agreement(), other()));
    assert_eq!(force(&story), Some((between(20, 30), Some(between(60, 70)))));
}

#[test]
fn an_amendment_ends_it_when_all_have_made_theirs() {
    let mut story = Story::of(evidence());
    story.logs[A].say(1_000, 1_060, amends(agreement(), other()));
    assert_eq!(force(&story), Some((between(0, 10), None)));
    story.logs[B].say(2_000, 2_060, amends(agreement(), AgreementDigest::new(digest(0x33))));
    // Terms that A did not put in its place end nothing: B would be rid of these without notice, and of the new ones.
    assert_eq!(force(&story), Some((between(0, 10), None)));
    story.logs[B].say(3_000, 3_060, amends(agreement(), other()));
    assert_eq!(force(&story), Some((between(0, 10), Some(between(3_000, 3_060)))));
    // Of two that all put in its place the earlier one ends it.
    story.logs[A].say(4_000, 4_060, amends(agreement(), digest_of_a_third()));
    assert_eq!(force(&story), Some((between(0, 10), Some(between(3_000, 3_060)))));
    // Of another agreement it ends nothing here.
    let mut story = Story::of(evidence());
    for party in [A, B] {
        story.logs[party].say(1_000, 1_060, amends(other(), digest_of_a_third()));
    }
    assert_eq!(force(&story), Some((between(0, 10), None)));
}

fn digest_of_a_third() -> AgreementDigest {
    AgreementDigest::new(digest(0x33))
}

/// A accuses without evidence between the two; B adopted between 200 and 260.
fn accused(lo: u64, hi: u64) -> Story {
    let mut story = Story::before(2, evidence()).obliging(A);
    story.logs[A].say(0, 10, adopts());
    story.logs[B].say(200, 260, adopts());
    story.logs[A].say(lo, hi, accuses(Some(B), None, false));
    story
}

#[test]
fn scope_begins_with_force() {
    for (lo, hi, expected) in [
        // Certainly before: no cell, green or red.
        (100, 199, None),
        (100, 200, Some("a INDETERMINATE(SCOPE) a/2")),
        (259, 300, Some("a INDETERMINATE(SCOPE) a/2")),
        (260, 300, Some("a MISSED(EVIDENCE-NONE) a/2 by a/2")),
    ] {
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(accused(lo, hi).seen_but(A).table(), expected, "{lo}..{hi}");
    }
    // Below the own adoption nothing is in scope, even at a time that would do.
    let mut story = Story::before(2, evidence()).obliging(A);
    story.logs[A].say(300, 310, accuses(Some(B), None, false));
    story.logs[A].say(300, 310, adopts());
    story.logs[B].say(0, 10, adopts());
    story.logs[A].say(400, 410, accuses(Some(B), None, false));
    assert_eq!(story.seen_but(A).table(), ["a MISSED(EVIDENCE-NONE) a/3 by a/3"]);
}

#[test]
fn a_partys_own_anchor_shows_that_it_saw_the_others_adopt() {
    // Between 230 and 300, where B's adoption is from 200 to 260: the times allow both. But A anchored B's log with its
    // adoption before it accused.
    let story = |covers, anchored_first: bool| {
        let mut story = Story::before(2, evidence()).obliging(A);
        story.logs[A].say(0, 10, adopts());
        story.logs[B].say(200, 260, adopts());
        if anchored_first {
            story.logs[A].anchor(210, 290, B, covers);
        }
        story.logs[A].say(230, 300, accuses(Some(B), None, false));
        if !anchored_first {
            story.logs[A].anchor(230, 300, B, covers);
        }
        story
    };
    assert_eq!(story(Some(2), true).seen_but(A).table(), ["a MISSED(EVIDENCE-NONE) a/3 by a/3"]);
    // Of one entry, of none that is known, or above.
    assert_eq!(story(Some(1), true).table(), ["a INDETERMINATE(SCOPE) a/3"]);
    assert_eq!(story(None, true).seen_but(A).table(), ["a INDETERMINATE(SCOPE) a/3"]);
    assert_eq!(story(Some(2), false).table(), ["a INDETERMINATE(SCOPE) a/2"]);
    // The same without any times, where order is all there is: it does not show that nothing ended the terms before.
    for times in [Times::Unwitnessed, Times::QuorumSplit] {
        let mut ordered = story(Some(2), true);
        ordered.times = times;
        // It is in scope; and without times nobody knows what was seen when, so an end may hide.
        assert_eq!(ordered.seen_but(A).table(), ["a INDETERMINATE(END) a/3 by a/3"], "{times:?}");
        let mut unordered = story(Some(1), true);
        unordered.times = times;
        assert_eq!(unordered.seen_but(A).table(), ["a INDETERMINATE(SCOPE) a/3"], "{times:?}");
    }
}

#[test]
fn every_other_partys_adoption_has_to_be_covered() {
    let mut story = Story::before(3, evidence()).obliging(A);
    for party in [A, B, C] {
        story.logs[party].say(200, 260, adopts());
    }
    story.logs[A].anchor(210, 290, B, Some(2));
    story.logs[A].say(230, 300, accuses(Some(B), None, false));
    story.logs[A].anchor(230, 300, C, Some(2));
    story.logs[A].say(230, 310, accuses(Some(B), None, false));
    assert_eq!(
        story.seen_but(A).table(),
        ["a INDETERMINATE(SCOPE) a/3", "a MISSED(EVIDENCE-NONE) a/5 by a/5"]
    );
}

#[test]
fn scope_ends_with_force() {
    // B withdraws: the end is between 1,000 and 1,060.
    for (lo, hi, expected) in [
        (900, 999, Some("a MISSED(EVIDENCE-NONE) a/2 by a/2")),
        (900, 1_000, Some("a INDETERMINATE(SCOPE) a/2")),
        (1_059, 1_100, Some("a INDETERMINATE(SCOPE) a/2")),
        (1_060, 1_100, None),
    ] {
        let mut story = Story::of(evidence()).obliging(A);
        story.logs[B].say(1_000, 1_060, withdraws(0));
        story.logs[A].say(lo, hi, accuses(Some(B), None, false));
        let expected: Vec<_> = expected.into_iter().collect();
        assert_eq!(story.table(), expected, "{lo}..{hi}");
    }
    // Without times an end makes scope unknown.
    let mut story = Story::of(evidence()).obliging(A);
    story.logs[A].anchor(20, 30, B, Some(2));
    story.logs[A].say(100, 110, accuses(Some(B), None, false));
    story.logs[B].say(1_000, 1_060, withdraws(0));
    story.times = Times::Unwitnessed;
    assert_eq!(story.table(), ["a INDETERMINATE(SCOPE) a/3"]);
}
