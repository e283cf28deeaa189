//! `publish-within`, `anchor-within`, `meet-every`.

use detente_agreement::{Duty, Period, Times};

use crate::story::{A, B, C, DAY, Story, adopts, asks, cannot_read, meets, withdraws};

fn publish() -> Duty {
    Duty::PublishWithin { period: Period::Days(1) }
}

/// A is obliged; B's log was seen late, so that an end that it hid would be later than all of this.
fn obliged(duty: Duty) -> Story {
    let mut story = Story::of([duty]).obliging(A);
    story.logs[B].seen(99 * DAY);
    story
}

#[test]
fn every_entry_is_due_within_the_period_of_the_one_before() {
    // In force from 0 to 10; entries within a day, within a day, 3 days later, and then nothing until day 10.
    let mut story = obliged(publish());
    story.logs[A].seal(DAY - 20, DAY - 10, &[]);
    story.logs[A].seal(2 * DAY - 40, 2 * DAY - 30, &[]);
    story.logs[A].seal(5 * DAY, 5 * DAY + 10, &[]);
    story.logs[A].seen(10 * DAY);
    assert_eq!(
        story.timed_table(),
        [
            "a MET by a/3 x2 | from 0..10 answered 172760..172770 due 172780..172790",
            "a MISSED a/3 by a/4 | from 172760..172770 answered 432000..432010 due 259160..259170",
            "a OVERDUE a/4 | from 432000..432010 answered none due 518400..518410",
        ]
    );
}

#[test]
fn entries_with_the_same_times_are_one_run() {
    // Entries 2 to 6 between one pair of heads, then one of its own: five links, all met, and the open one.
    let mut story = obliged(publish());
    story.logs[A].seal(100, 200, &[]);
    for _ in 0..4 {
        story.logs[A].heads.last_mut().unwrap()[0] = None;
        story.logs[A].seal(0, 200, &[]);
    }
    story.logs[A].seal(300, 310, &[]);
    story.logs[A].seen(400);
    story.at = 500;
    assert_eq!(
        story.timed_table(),
        [
            "a MET by a/7 x6 | from 0..10 answered 300..310 due 86500..86600",
            "a PENDING a/7 | from 300..310 answered none due 86700..86710",
        ]
    );
    // Of a run the links may be undecided, when their times are wider than the period.
    let mut story = obliged(Duty::PublishWithin { period: Period::Minutes(1) });
    story.logs[A].seal(20, 200, &[]);
    for _ in 0..3 {
        story.logs[A].heads.last_mut().unwrap()[0] = None;
        story.logs[A].seal(0, 200, &[]);
    }
    story.logs[A].seen(261);
    assert_eq!(
        story.timed_table(),
        [
            "a INDETERMINATE by a/5 x4 | from 0..10 answered 20..200 due 80..260",
            "a OVERDUE a/5 | from 20..200 answered none due 80..260",
        ]
    );
}

#[test]
fn nothing_is_owed_for_the_time_before_force() {
    // A adopts at once and is silent; B takes 50 days. A's entry of day 1 starts nothing before day 50.
    let mut story = Story::before(2, [publish()]).obliging(A);
    story.logs[A].say(0, 10, adopts());
    story.logs[A].seal(DAY, DAY + 10, &[]);
    story.logs[B].say(50 * DAY, 50 * DAY + 10, adopts());
    story.logs[B].seen(99 * DAY);
    story.logs[A].seal(51 * DAY - 10, 51 * DAY, &[]);
    story.logs[A].seen(51 * DAY + 100);
    story.at = 51 * DAY + 200;
    assert_eq!(
        story.timed_table(),
        [
            "a MET by a/3 x2 | from 4320000..4320010 answered 4406390..4406400 due 4406400..4406410",
            "a PENDING a/3 | from 4406390..4406400 answered none due 4492790..4492800",
        ]
    );
    // An entry below the own adoption is no link.
    let mut story = Story::before(2, [publish()]).obliging(A);
    story.logs[A].seal(0, 5, &[]);
    story.logs[A].say(0, 10, adopts());
    story.logs[B].say(0, 10, adopts());
    assert_eq!(story.table().len(), 1);
}

#[test]
fn a_silent_party_is_overdue_and_nothing_but_a_horizon_shows_it() {
    let mut story = obliged(publish());
    story.at = 2 * DAY;
    assert_eq!(story.table(), ["a INDETERMINATE(STALE)"]);
    story.logs[A].seen(DAY + 10);
    assert_eq!(story.table(), ["a INDETERMINATE(STALE)"]);
    story.logs[A].seen(DAY + 11);
    assert_eq!(story.timed_table(), ["a OVERDUE | from 0..10 answered none due 86400..86410"]);
    story.at = DAY;
    // Asked about an earlier time, witnesses had not seen so much; what is here decides all the same.
    assert_eq!(story.table(), ["a OVERDUE"]);
}

#[test]
fn nothing_is_owed_after_the_end() {
    // B withdraws; the end is between 5 days and 5 days and 10 seconds. A's last entry is of day 4.
    let until = |horizon| {
        let mut story = Story::of([publish()]).obliging(A);
        for day in 1..=4 {
            story.logs[A].seal(day * DAY - 20, day * DAY - 20, &[]);
        }
        story.logs[B].say(5 * DAY, 5 * DAY + 10, withdraws(0));
        story.logs[B].seen(99 * DAY);
        story.logs[A].seen(horizon);
        story
    };
    // The next entry was due at 5 days - 20, which is certainly before the end: overdue.
    let expected = ["a MET by a/5 x4", "a OVERDUE a/5"];
    assert_eq!(until(6 * DAY).table(), expected);
    // One more entry a moment later, and the next one would be due after the end: no cell for it.
    let mut story = until(0);
    story.logs[A].seal(4 * DAY, 4 * DAY + 5, &[]);
    story.logs[A].seen(20 * DAY);
    assert_eq!(story.table(), ["a MET by a/6 x5"]);
    // Due between 5 days - 20 and 5 days + 100: perhaps before the end, perhaps not.
    let mut story = until(0);
    story.logs[A].seal(4 * DAY - 10, 4 * DAY + 100, &[]);
    story.logs[A].seen(20 * DAY);
    assert_eq!(story.table(), ["a MET by a/6 x5", "a INDETERMINATE(END) a/6"]);
    // An entry that was published all the same is counted when it is in time; a late one and all after it not.
    let mut story = until(0);
    story.logs[A].seal(4 * DAY, 4 * DAY + 5, &[]);
    story.logs[A].seal(5 * DAY - 10, 5 * DAY, &[]);
    story.logs[A].seal(9 * DAY, 9 * DAY, &[]);
    story.logs[A].seal(9 * DAY + 10, 9 * DAY + 10, &[]);
    assert_eq!(story.table(), ["a MET by a/7 x6"]);
}

#[test]
fn an_end_that_was_not_seen_is_thought_of() {
    // B's log was seen to day 2, and A is silent from day 1 on. B may have withdrawn on day 2 and hide it.
    let silent = |seen| {
        let mut story = Story::of([publish()]).obliging(A);
        story.logs[A].seal(DAY - 20, DAY - 10, &[]);
        story.logs[A].seen(30 * DAY);
        story.logs[B].seen(seen);
        story
    };
    assert_eq!(silent(2 * DAY).table(), ["a MET by a/2", "a OVERDUE a/2"]);
    // Due at 2 days - 10 at the latest.
    assert_eq!(silent(2 * DAY - 10).table(), ["a MET by a/2", "a INDETERMINATE(END) a/2"]);
    assert_eq!(silent(2 * DAY - 9).table(), ["a MET by a/2", "a OVERDUE a/2"]);
    // What was missed is the same as what is overdue.
    let mut late = silent(2 * DAY - 10);
    late.logs[A].seal(30 * DAY, 30 * DAY, &[]);
    late.logs[A].seen(30 * DAY + 1);
    late.at = 30 * DAY + 1;
    assert_eq!(late.table(), ["a MET by a/2", "a INDETERMINATE(END) a/2 by a/3", "a PENDING a/3"]);
}

#[test]
fn cadences_without_times() {
    let mut story = obliged(publish());
    story.logs[A].seal(DAY - 20, DAY - 10, &[]);
    story.logs[A].seal(9 * DAY, 9 * DAY + 10, &[]);
    story.times = Times::Unwitnessed;
    assert_eq!(story.timed_table(), ["a INDETERMINATE(UNWITNESSED) x3 | from ?..? answered none due ?..?"]);
    let mut anchored = obliged(anchors());
    anchored.logs[A].anchor(DAY - 20, DAY - 10, B, Some(1));
    anchored.times = Times::Unwitnessed;
    assert_eq!(anchored.table(), ["a INDETERMINATE(OF-b) x2"]);
    anchored.times = Times::QuorumSplit;
    assert_eq!(anchored.table(), ["a QUORUM-SPLIT(OF-b) x2"]);
    story.times = Times::QuorumSplit;
    assert_eq!(story.timed_table(), ["a QUORUM-SPLIT x3 | from ?..? answered none due ?..?"]);
}

#[test]
fn contradicting_times_of_a_link_decide_nothing() {
    let mut story = obliged(publish());
    story.logs[A].seal(9 * DAY, 8 * DAY, &[]);
    story.logs[A].seal(20 * DAY, 20 * DAY, &[]);
    story.logs[A].seen(50 * DAY);
    // 0..10 to 9 days..8 days, from there to 20 days, and from 20 days on.
    assert_eq!(story.table(), ["a WITNESS-CONFLICT by a/3 x2", "a OVERDUE a/3"]);
}

fn anchors() -> Duty {
    Duty::AnchorWithin { period: Period::Days(1) }
}

#[test]
fn an_anchor_counts_when_it_covers_what_was_long_known() {
    // B's log of size 3 has a quorum by day 1 (entry 2), of size 4 by day 5 (entry 3).
    let story = |covers, lo| {
        let mut story = Story::of([anchors()]).obliging(A);
        story.logs[B].seal(DAY - 5, DAY, &[]);
        story.logs[B].seal(5 * DAY - 5, 5 * DAY, &[]);
        story.logs[B].seen(99 * DAY);
        story.logs[A].anchor(lo, lo + 10, B, Some(covers));
        story.logs[A].seen(lo + 20);
        story.at = lo + 30;
        story.table()
    };
    // On day 1 all that has to be covered is what was held by day 0: sizes 1 and 2 were seen by second 10.
    assert_eq!(story(2, DAY - 100), ["a MET(OF-b) by a/2", "a PENDING(OF-b) a/2"]);
    // Size 3 was held by the end of day 1, and has to be in an anchor after the end of day 2.
    assert_eq!(story(2, 2 * DAY), ["a MISSED(OF-b) by a/2", "a PENDING(OF-b) a/2"]);
    assert_eq!(story(2, 2 * DAY + 1), ["a OVERDUE(OF-b)"]);
    assert_eq!(story(3, 2 * DAY + 1), ["a MISSED(OF-b) by a/2", "a PENDING(OF-b) a/2"]);
    assert_eq!(story(3, 6 * DAY), ["a MISSED(OF-b) by a/2", "a PENDING(OF-b) a/2"]);
    assert_eq!(story(3, 6 * DAY + 1), ["a OVERDUE(OF-b)"]);
    assert_eq!(story(4, 6 * DAY + 1), ["a MISSED(OF-b) by a/2", "a PENDING(OF-b) a/2"]);
}

#[test]
fn a_small_checkpoint_that_was_seen_late_does_not_hide_a_large_one() {
    // Size 4 was seen on day 1, size 3 by another path on day 9: an anchor of day 3 has to cover 4.
    let mut story = Story::of([anchors()]).obliging(A);
    story.logs[B].seal(10, 9 * DAY, &[]);
    story.logs[B].seal(10, DAY, &[]);
    story.logs[B].seen(99 * DAY);
    story.logs[A].anchor(20 * DAY, 20 * DAY, B, Some(3));
    story.logs[A].seen(30 * DAY);
    assert_eq!(story.table(), ["a OVERDUE(OF-b)"]);
    story.logs[A].anchor(30 * DAY, 30 * DAY, B, Some(4));
    assert_eq!(story.table(), ["a MISSED(OF-b) by a/3", "a INDETERMINATE(OF-b) a/3"]);
}

#[test]
fn an_end_that_was_not_seen_leaves_the_name_of_the_other_log() {
    // B's log was seen to second 10, and A's to day 9, without an anchor: undecided, of B's log.
    let mut story = Story::of([anchors()]).obliging(A);
    story.logs[A].seen(9 * DAY);
    assert_eq!(story.table(), ["a INDETERMINATE(OF-b)"]);
}

#[test]
fn an_anchor_below_the_own_adoption_is_no_link() {
    let mut story = Story::before(2, [anchors()]).obliging(A);
    story.logs[B].say(0, 10, adopts());
    story.logs[B].seen(99 * DAY);
    story.logs[A].anchor(20, 30, B, Some(2));
    story.logs[A].say(40, 50, adopts());
    story.logs[A].seen(DAY);
    story.at = DAY;
    assert_eq!(story.table(), ["a PENDING(OF-b)"]);
}

#[test]
fn a_party_that_cannot_read_says_so() {
    let mut story = obliged(anchors());
    story.logs[A].say(DAY - 20, DAY - 10, cannot_read(B));
    story.logs[A].say(2 * DAY - 50, 2 * DAY - 40, cannot_read(C));
    story.logs[A].seen(2 * DAY);
    story.at = 2 * DAY;
    assert_eq!(story.table(), ["a MET(OF-b) by a/2", "a OVERDUE(OF-b) a/2"]);
}

#[test]
fn each_other_partys_log_is_anchored_and_links_of_two_are_not_folded() {
    let mut story = Story::among(3, [anchors()]).obliging(A);
    for other in [B, C] {
        story.logs[other].seen(99 * DAY);
    }
    story.logs[A].anchor(DAY - 20, DAY - 10, C, Some(2));
    story.logs[A].anchor(DAY - 20, DAY - 10, B, Some(2));
    story.logs[A].seen(DAY);
    story.at = DAY;
    assert_eq!(
        story.table(),
        ["a MET(OF-b) by a/3", "a PENDING(OF-b) a/3", "a MET(OF-c) by a/2", "a PENDING(OF-c) a/2"]
    );
}

#[test]
fn an_anchor_that_was_left_aside_may_have_been_in_time() {
    // A's anchor of day 1 names more of B's log than the auditor has of it: B may show an old copy.
    let aside = |lo| {
        let mut story = obliged(anchors());
        story.logs[A].anchor(lo, lo + 10, B, None);
        story.logs[A].seen(9 * DAY);
        story
    };
    assert_eq!(aside(DAY - 20).table(), ["a INDETERMINATE(OF-b)"]);
    // Not one that was too late in any case: due by 86,410.
    assert_eq!(aside(86_410).table(), ["a INDETERMINATE(OF-b)"]);
    assert_eq!(aside(86_411).table(), ["a OVERDUE(OF-b)"]);
    let mut story = aside(DAY - 20);
    story.logs[A].anchor(9 * DAY, 9 * DAY + 10, B, Some(2));
    story.logs[A].seen(20 * DAY);
    assert_eq!(story.table(), ["a INDETERMINATE(OF-b) by a/3", "a OVERDUE(OF-b) a/3"]);
    // Below the link it excuses nothing: it is older than the anchor that the link begins with.
    story.logs[A].anchor(20 * DAY, 20 * DAY + 10, B, Some(2));
    assert_eq!(
        story.table(),
        ["a INDETERMINATE(OF-b) by a/3", "a MISSED(OF-b) a/3 by a/4", "a INDETERMINATE(OF-b) a/4"]
    );
}

fn meet() -> Duty {
    Duty::MeetEvery { of: vec![1, 2], period: Period::Months(6) }
}

#[test]
fn a_session_counts_when_both_recorded_it() {
    // B's record b/2 is named by A's a/2; A's a/3 is named by B's b/3. Six months after 100..110 is 181 days later.
    let mut story = Story::of([meet()]);
    let by_b = story.logs[B].say(100, 110, meets(A, 1, None));
    story.logs[A].say(100, 110, meets(B, 1, Some(by_b)));
    let by_a = story.logs[A].say(90 * DAY, 90 * DAY + 10, meets(B, 2, None));
    story.logs[B].say(91 * DAY, 91 * DAY + 10, meets(A, 2, Some(by_a)));
    story.at = 92 * DAY;
    assert_eq!(story.table(), ["a MET by a/3 x2", "a PENDING a/3", "b MET by b/3 x2", "b PENDING b/3"]);
}

#[test]
fn a_session_of_another_form_with_another_or_that_nobody_records_is_none() {
    let duty = Duty::MeetEvery { of: vec![1], period: Period::Days(1) };
    let silent = |say: &dyn Fn(&mut Story)| {
        let mut story = Story::among(3, [duty.clone()]).obliging(A);
        say(&mut story);
        for log in &mut story.logs {
            log.seen(99 * DAY);
        }
        story.table()
    };
    // Form 3 is not asked for.
    let form = silent(&|story| {
        let by_b = story.logs[B].say(100, 110, meets(A, 1, None));
        story.logs[A].say(100, 110, meets(B, 3, Some(by_b)));
    });
    assert_eq!(form, ["a OVERDUE"]);
    // B records a session with C, and A names that; what B records of A itself is missing.
    let with_c = silent(&|story| {
        let by_b = story.logs[B].say(100, 110, meets(C, 1, None));
        story.logs[A].say(100, 110, meets(B, 1, Some(by_b)));
    });
    assert_eq!(with_c, ["a INDETERMINATE(UNCONFIRMED)"]);
    // With nobody that is a party, or with itself.
    let stranger = silent(&|story| {
        story.logs[A].say(100, 110, meets(3, 1, None));
        story.logs[A].say(100, 110, meets(A, 1, None));
    });
    assert_eq!(stranger, ["a OVERDUE"]);
    // What it names is no session.
    let no_session = silent(&|story| {
        let by_b = story.logs[B].say(100, 110, asks(A));
        story.logs[A].say(100, 110, meets(B, 1, Some(by_b)));
    });
    assert_eq!(no_session, ["a INDETERMINATE(UNCONFIRMED)"]);
}

#[test]
fn one_partys_word_for_a_session_is_neither_kept_nor_broken() {
    let duty = Duty::MeetEvery { of: vec![1], period: Period::Days(1) };
    let told = |lo| {
        let mut story = obliged(duty.clone());
        story.logs[A].say(lo, lo + 10, meets(B, 1, None));
        let by_b = story.logs[B].say(99 * DAY, 99 * DAY, meets(A, 1, None));
        story.logs[A].say(99 * DAY, 99 * DAY, meets(B, 1, Some(by_b)));
        story.logs[B].seen(100 * DAY);
        story.at = 99 * DAY;
        story.table()
    };
    assert_eq!(told(86_410), ["a INDETERMINATE(UNCONFIRMED) by a/3", "a PENDING a/3"]);
    // Held too late, it would not have been in time either.
    assert_eq!(told(86_411), ["a MISSED by a/3", "a PENDING a/3"]);
}

#[test]
fn an_unconfirmed_session_excuses_only_the_link_that_it_is_in() {
    // a/2 only A recorded; a/3 both, late; then nothing more, and a/2 does not excuse that.
    let mut story = obliged(Duty::MeetEvery { of: vec![1], period: Period::Days(1) });
    story.logs[A].say(100, 110, meets(B, 1, None));
    let by_b = story.logs[B].say(99 * DAY, 99 * DAY, meets(A, 1, None));
    story.logs[A].say(5 * DAY, 5 * DAY, meets(B, 1, Some(by_b)));
    story.logs[A].seen(20 * DAY);
    assert_eq!(story.table(), ["a INDETERMINATE(UNCONFIRMED) by a/3", "a OVERDUE a/3"]);
}

#[test]
fn a_session_below_the_own_adoption_is_no_link() {
    let mut story = Story::before(2, [meet()]).obliging(A);
    let by_b = story.logs[B].say(0, 10, meets(A, 1, None));
    story.logs[B].say(0, 10, adopts());
    story.logs[A].say(20, 30, meets(B, 1, Some(by_b)));
    story.logs[A].say(40, 50, adopts());
    story.at = DAY;
    assert_eq!(story.table(), ["a PENDING"]);
}

#[test]
fn of_several_reasons_the_first_is_told() {
    // An opaque entry, a session of one side, and B's log as of second 0: each alone would do.
    let mut story = Story::of([Duty::MeetEvery { of: vec![1], period: Period::Days(1) }]).obliging(A);
    story.logs[A].say(100, 110, meets(B, 1, None));
    story.logs[A].seen(50 * DAY);
    assert_eq!(story.table(), ["a INDETERMINATE(UNCONFIRMED)"]);
    let mut silent = Story::of([Duty::MeetEvery { of: vec![1], period: Period::Days(1) }]).obliging(A);
    silent.logs[A].seen(50 * DAY);
    assert_eq!(silent.table(), ["a INDETERMINATE(END)"]);
    story.logs[A].heads.last_mut().unwrap()[1] = None;
    story.logs[A].mumble(200, 210);
    story.logs[A].seen(50 * DAY);
    assert_eq!(story.table(), ["a INDETERMINATE(OPAQUE)"]);
}

#[test]
fn links_of_another_state_are_not_folded() {
    // The first link is undecided by its times, the last one for the age of the log.
    let mut story = obliged(publish());
    story.logs[A].seal(DAY - 5, DAY + 5, &[]);
    story.at = 9 * DAY;
    assert_eq!(story.table(), ["a INDETERMINATE by a/2", "a INDETERMINATE(STALE) a/2"]);
}

#[test]
fn an_opaque_entry_may_be_a_session() {
    let mut story = obliged(Duty::MeetEvery { of: vec![1], period: Period::Days(1) });
    story.logs[A].mumble(100, 110);
    story.logs[A].seen(50 * DAY);
    assert_eq!(story.table(), ["a INDETERMINATE(OPAQUE)"]);
}

#[test]
fn an_opaque_entry_below_a_session_is_not_the_next_one() {
    let mut story = obliged(Duty::MeetEvery { of: vec![1], period: Period::Days(1) });
    story.logs[A].mumble(100, 110);
    let by_b = story.logs[B].say(200, 210, meets(A, 1, None));
    story.logs[A].say(200, 210, meets(B, 1, Some(by_b)));
    story.logs[A].seen(20 * DAY);
    assert_eq!(story.table(), ["a MET by a/3", "a OVERDUE a/3"]);
}

#[test]
fn one_record_of_the_other_party_confirms_one_session() {
    let mut story = obliged(Duty::MeetEvery { of: vec![1], period: Period::Days(1) });
    let by_b = story.logs[B].say(100, 110, meets(A, 1, None));
    story.logs[A].say(200, 210, meets(B, 1, Some(by_b)));
    let second = story.logs[A].say(300, 310, meets(B, 1, Some(by_b)));
    story.at = DAY;
    // The second is A's word alone, until B records it too.
    assert_eq!(story.table(), ["a MET by a/2", "a PENDING a/2"]);
    story.logs[B].say(400, 410, meets(A, 1, Some(second)));
    assert_eq!(story.table(), ["a MET by a/3 x2", "a PENDING a/3"]);
}
