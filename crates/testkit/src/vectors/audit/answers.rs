//! Requests and their answers: starts, deadlines, refusals, scope.

use super::{
    accept, coded, obligation, request_to,
    world::{Cell, Expected, World, agreed, cell, requests, thread},
};
use crate::{build::agreement::kind, vector::Operation};

const HOUR: u64 = 3_600;

/// Assistance is answered within an hour of the first anchor that covers the request.
fn terms() -> String {
    obligation(
        "O1",
        "respond-within",
        "of = [\"request.assistance\"]\nstart = \"anchor\"\nperiod = \"PT1H\"\n",
    )
}

/// After [`World::agreed`]: a asks at index 3, published 300..1000.
fn asked(terms: &str) -> World {
    let mut world = World::agreed(terms);
    let log = world.b.log();
    world.a.say(kind::REQUEST_ASSISTANCE, &request_to(&log));
    world.a.publish(1_000);
    world
}

/// And b records it at index 3, published 310..1100.
fn delivered(terms: &str) -> World {
    let mut world = asked(terms);
    world.b_anchors();
    world.b.publish(1_100);
    world
}

/// Everything about one request of a to b at index 3, published in the first quarter of 1970.
fn one(cells: Vec<Cell>, came: &[(&str, u64)], outcome: &str) -> Expected {
    Expected {
        cells: cells.into_iter().map(Cell::done).collect(),
        threads: vec![thread("request.assistance", "a", 3, "b", came)],
        requests: vec![requests("a", "b", "request.assistance", "1970-Q1", outcome, 1)],
        force: agreed(),
        ..Expected::default()
    }
}

/// The cell of the request, with the start of the anchor at 310..1100.
fn of_request(verdict: &str) -> Cell {
    cell("O1", "b", verdict).subject("a", 3).start(310, 1_100).due(310 + HOUR, 1_100 + HOUR)
}

pub(super) fn add(operation: &mut Operation) {
    in_time(operation);
    without(operation);
    starts(operation);
    refusals(operation);
    acknowledgements(operation);
    scope(operation);
    opaque(operation);
    conflicts(operation);
}

fn in_time(operation: &mut Operation) {
    let mut world = delivered(&terms());
    let at = world.a.at(3);
    world.b.say(kind::REQUEST_ANSWER, &coded(&at, 1));
    world.b.publish(1_200);
    let met = |hi| of_request("MET").met("b", 4).answer(1_100, hi).state("investigated");
    accept(
        operation,
        "answered-in-time",
        "answered before the earliest reading of the deadline",
        &world,
        one(vec![met(1_200)], &[("answered", 4)], "answered"),
    );

    let answered_at = |time: u64| {
        let mut world = delivered(&terms());
        let at = world.a.at(3);
        world.b.say(kind::REQUEST_ANSWER, &coded(&at, 1));
        world.b.publish(time);
        world
    };
    accept(
        operation,
        "answered-on-the-last-second",
        "its latest time is the earliest deadline",
        &answered_at(310 + HOUR),
        one(vec![met(310 + HOUR)], &[("answered", 4)], "answered"),
    );
    accept(
        operation,
        "answered-perhaps-late",
        "one second more: in time by one reading, late by another",
        &answered_at(311 + HOUR),
        one(
            vec![of_request("INDETERMINATE").met("b", 4).answer(1_100, 311 + HOUR).state("investigated")],
            &[("answered", 4)],
            "answered",
        ),
    );

    // Something else is seen first, so the answer is bounded from below.
    let answered_after = |time: u64| {
        let mut world = delivered(&terms());
        world.b.seal();
        world.b.publish(time);
        let at = world.a.at(3);
        world.b.say(kind::REQUEST_ANSWER, &coded(&at, 3));
        world.b.publish(time + 100);
        world
    };
    let late = 1_100 + HOUR;
    accept(
        operation,
        "answered-late",
        "its earliest time is one second above the latest deadline",
        &answered_after(late + 1),
        one(
            vec![of_request("MISSED").met("b", 5).answer(late + 1, late + 101).state("mitigated")],
            &[("answered", 5)],
            "answered",
        ),
    );
    accept(
        operation,
        "answered-not-surely-late",
        "its earliest time is the latest deadline",
        &answered_after(late),
        one(
            vec![of_request("INDETERMINATE").met("b", 5).answer(late, late + 100).state("mitigated")],
            &[("answered", 5)],
            "answered",
        ),
    );

    let mut twice = answered_at(1_200);
    let at = twice.a.at(3);
    twice.b.say(kind::REQUEST_ANSWER, &coded(&at, 5));
    twice.b.publish(9_000);
    accept(
        operation,
        "answered-twice",
        "the first answer counts",
        &twice,
        one(vec![met(1_200)], &[("answered", 4)], "answered"),
    );

    let mut misdirected = delivered(&terms());
    let mut wrong = misdirected.a.at(3);
    wrong[40] ^= 1;
    misdirected.b.say(kind::REQUEST_ANSWER, &coded(&wrong, 1));
    misdirected.b.publish(9_000);
    accept(
        operation,
        "answered-another-statement",
        "the answer names the place and another statement: it refers to nothing",
        &misdirected,
        one(vec![of_request("OVERDUE")], &[], "none"),
    );
}

fn without(operation: &mut Operation) {
    let at = |time: u64, seen: u64| {
        let mut world = delivered(&terms());
        world.b.publish(seen);
        world.at = time;
        world
    };
    let late = 1_100 + HOUR;
    accept(
        operation,
        "unanswered",
        "the log was seen without an answer after the latest deadline",
        &at(10_000, late + 1),
        one(vec![of_request("OVERDUE")], &[], "none"),
    );
    accept(
        operation,
        "unanswered-seen-on-the-last-second",
        "seen without an answer on the last second, and asked about later: stale",
        &at(10_000, late),
        one(vec![of_request("INDETERMINATE").state("STALE")], &[], "none"),
    );
    accept(
        operation,
        "unanswered-and-not-due",
        "asked about on the last second",
        &at(late, 1_200),
        one(vec![of_request("PENDING")], &[], "none"),
    );
    accept(
        operation,
        "unanswered-view-of-before",
        "asked about one second later, with the log as it was before: stale",
        &at(late + 1, 1_200),
        one(vec![of_request("INDETERMINATE").state("STALE")], &[], "none"),
    );
    // The answer is there, and published after the time asked about.
    let mut later = delivered(&terms());
    let reference = later.a.at(3);
    later.b.say(kind::REQUEST_ANSWER, &coded(&reference, 1));
    later.b.publish(3_000);
    later.at = 2_000;
    accept(
        operation,
        "answered-after-the-time-asked-about",
        "what was published later was not knowable then",
        &later,
        one(vec![of_request("PENDING")], &[], "none"),
    );
}

fn starts(operation: &mut Operation) {
    let mut world = asked(&terms());
    world.b.publish(9_000);
    accept(
        operation,
        "undelivered",
        "nothing in b's log covers or names the request",
        &world,
        one(vec![cell("O1", "b", "UNDELIVERED").subject("a", 3)], &[], "none"),
    );
    // The anchor of the agreed world covers two entries only; one of size 3 covers index 2, not 3.
    let mut before = asked(&terms());
    let note = before.a.note(3, &[(1, 300), (2, 300), (3, 300)]);
    let log = before.a.log();
    before.b.say(kind::ANCHOR, &super::world::anchor_of(&log, &note));
    before.b.publish(9_000);
    accept(
        operation,
        "undelivered-anchor-of-before",
        "an anchor of the size at which the request stands does not cover it",
        &before,
        one(vec![cell("O1", "b", "UNDELIVERED").subject("a", 3)], &[], "none"),
    );
    let mut direct = asked(&terms());
    let at = direct.a.at(3);
    direct.b.say(kind::REQUEST_ANSWER, &coded(&at, 1));
    direct.b.publish(90_000);
    accept(
        operation,
        "answered-by-the-starting-entry",
        "the entry that starts the duty meets it, whatever the times",
        &direct,
        one(
            vec![
                cell("O1", "b", "MET")
                    .subject("a", 3)
                    .met("b", 3)
                    .state("investigated")
                    .start(310, 90_000)
                    .answer(310, 90_000)
                    .due(310 + HOUR, 90_000 + HOUR),
            ],
            &[("answered", 3)],
            "answered",
        ),
    );
    let mut acknowledged = asked(&terms());
    let at = acknowledged.a.at(3);
    acknowledged.b.say(kind::REQUEST_ACK, &at);
    acknowledged.b.publish(1_100);
    acknowledged.b.publish(5_000);
    accept(
        operation,
        "acknowledgement-starts",
        "an ack names the request, and so starts the answer's time",
        &acknowledged,
        one(vec![of_request("OVERDUE")], &[("acknowledged", 3)], "acknowledged"),
    );
    mirrors(operation);
}

fn mirrors(operation: &mut Operation) {
    let terms = obligation(
        "O1",
        "respond-within",
        "of = [\"request.assistance\"]\nstart = \"mirror\"\nperiod = \"PT1H\"\n",
    );
    let world = |mirrored: &[u64], seen: u64| {
        let mut world = World::before(&terms);
        world.mirrors = vec![11, 12];
        let digest = world.digest();
        for (side, time) in [(&mut world.a, 200), (&mut world.b, 210)] {
            side.say(kind::AGREEMENT_ADOPT, &digest);
            side.publish(time);
        }
        world.a_anchors();
        world.a.publish(300);
        let log = world.b.log();
        world.a.say(kind::REQUEST_ASSISTANCE, &request_to(&log));
        let lines: Vec<(u8, u64)> = [(1, 1_000), (2, 1_000), (3, 1_000)]
            .into_iter()
            .chain(mirrored.iter().zip([11, 12]).map(|(time, number)| (number, *time)))
            .collect();
        world.a.publish_by(&lines);
        world.b.publish(seen);
        world
    };
    accept(
        operation,
        "mirrored-and-unanswered",
        "two mirrors held the request, the later at 1,500",
        &world(&[1_400, 1_500], 6_000),
        one(
            vec![cell("O1", "b", "OVERDUE").subject("a", 3).start(300, 1_500).due(300 + HOUR, 1_500 + HOUR)],
            &[],
            "none",
        ),
    );
    accept(
        operation,
        "mirrored-by-one-of-two",
        "one mirror is no quorum of mirrors: undelivered",
        &world(&[1_400], 6_000),
        one(
            vec![cell("O1", "b", "UNDELIVERED").subject("a", 3).start(300, None).due(300 + HOUR, None)],
            &[],
            "none",
        ),
    );
    let mut answered = world(&[], 1_100);
    let at = answered.a.at(3);
    answered.b.say(kind::REQUEST_ANSWER, &coded(&at, 2));
    answered.b.publish(1_200);
    accept(
        operation,
        "not-mirrored-and-answered",
        "no mirror held it, and it was answered in time all the same",
        &answered,
        one(
            vec![
                cell("O1", "b", "MET")
                    .subject("a", 3)
                    .met("b", 2)
                    .state("preserved")
                    .start(300, None)
                    .answer(1_100, 1_200)
                    .due(300 + HOUR, None),
            ],
            &[("answered", 2)],
            "answered",
        ),
    );
}

fn refusals(operation: &mut Operation) {
    let refused = |terms: &str, ground: u8, seen: u64| {
        let mut world = delivered(terms);
        let at = world.a.at(3);
        world.b.say(kind::REQUEST_REFUSE, &coded(&at, ground));
        world.b.publish(1_200);
        world.b.publish(seen);
        world
    };
    let cell_of =
        |verdict: &str, state: &str| of_request(verdict).met("b", 4).answer(1_100, 1_200).state(state);
    for (ground, word) in [(6, "legal-hold"), (7, "content-not-delivered"), (1, "sovereignty")] {
        accept(
            operation,
            &format!("refused-{word}"),
            "a refusal in time, on a ground of the closed list",
            &refused(&terms(), ground, 9_000),
            one(vec![cell_of("REFUSED", word)], &[("refused", 4)], "refused"),
        );
    }
    let narrow = terms().replace("start =", "grounds = [\"legal-hold\"]\nstart =");
    accept(
        operation,
        "refused-on-another-ground",
        "a ground that the terms do not accept is no answer",
        &refused(&narrow, 1, 9_000),
        one(vec![of_request("OVERDUE")], &[("refused", 4)], "refused"),
    );
    let mut both = refused(&narrow, 1, 1_300);
    let at = both.a.at(3);
    both.b.say(kind::REQUEST_ANSWER, &coded(&at, 4));
    both.b.publish(1_400);
    accept(
        operation,
        "refused-then-answered",
        "after a refusal that does not count, an answer that does",
        &both,
        one(
            vec![of_request("MET").met("b", 5).answer(1_300, 1_400).state("provided")],
            &[("refused", 4), ("answered", 5)],
            "answered",
        ),
    );
    let mut late = delivered(&terms());
    late.b.publish(9_000);
    let at = late.a.at(3);
    late.b.say(kind::REQUEST_REFUSE, &coded(&at, 6));
    late.b.publish(9_100);
    accept(
        operation,
        "refused-late",
        "a refusal after the deadline is late",
        &late,
        one(
            vec![of_request("MISSED").met("b", 4).answer(9_000, 9_100).state("legal-hold")],
            &[("refused", 4)],
            "refused",
        ),
    );
}

fn acknowledgements(operation: &mut Operation) {
    let terms = obligation(
        "O1",
        "acknowledge-within",
        "of = [\"request.assistance\", \"ping\"]\nstart = \"anchor\"\nperiod = \"PT1H\"\n",
    );
    for (word, kind, rest, came, outcome) in [
        ("ack", kind::REQUEST_ACK, &[][..], "acknowledged", "acknowledged"),
        ("update", kind::REQUEST_UPDATE, &[1, 0], "updated", "acknowledged"),
        ("answer", kind::REQUEST_ANSWER, &[1, 0], "answered", "answered"),
        ("refusal", kind::REQUEST_REFUSE, &[1, 0], "refused", "refused"),
    ] {
        let mut world = delivered(&terms);
        let at = world.a.at(3);
        world.b.say(kind, &[&at[..], rest].concat());
        world.b.publish(1_200);
        accept(
            operation,
            &format!("acknowledged-by-{word}"),
            "a sign that the request was seen",
            &world,
            one(vec![of_request("MET").met("b", 4).answer(1_100, 1_200)], &[(came, 4)], outcome),
        );
    }
    let mut world = World::agreed(&terms);
    let log = world.b.log();
    world.a.say(kind::PING, &log);
    world.a.publish(1_000);
    world.b_anchors();
    world.b.publish(1_100);
    let at = world.a.at(3);
    world.b.say(kind::REQUEST_ACK, &at);
    world.b.say(kind::PONG, &at);
    world.b.publish(1_200);
    accept(
        operation,
        "pong",
        "a ping is answered by a pong, and not by an ack",
        &world,
        Expected {
            cells: vec![of_request("MET").met("b", 5).answer(1_100, 1_200).done()],
            threads: vec![thread("ping", "a", 3, "b", &[("replied", 5)])],
            force: agreed(),
            ..Expected::default()
        },
    );
}

fn scope(operation: &mut Operation) {
    // Before a records that b has adopted, and not later than the agreement can have come into force.
    let mut early = World::before(&terms());
    let digest = early.digest();
    for (side, time) in [(&mut early.a, 200), (&mut early.b, 210)] {
        side.say(kind::AGREEMENT_ADOPT, &digest);
        side.publish(time);
    }
    let log = early.b.log();
    early.a.say(kind::REQUEST_ASSISTANCE, &request_to(&log));
    early.a.publish(1_000);
    early.b_anchors();
    early.b.publish(1_100);
    early.b.publish(9_000);
    let story = |cells: Vec<Cell>, index, quarter| Expected {
        cells: cells.into_iter().map(Cell::done).collect(),
        threads: vec![thread("request.assistance", "a", index, "b", &[])],
        requests: vec![requests("a", "b", "request.assistance", quarter, "none", 1)],
        force: agreed(),
        ..Expected::default()
    };
    accept(
        operation,
        "scope-open",
        "asked perhaps before the terms were in force",
        &early,
        story(vec![cell("O1", "b", "INDETERMINATE").subject("a", 2).state("SCOPE")], 2, "1970-Q1"),
    );

    // The same request, after a has recorded b's adoption: order decides, though the times still overlap.
    let mut ordered = World::before(&terms());
    let digest = ordered.digest();
    ordered.b.say(kind::AGREEMENT_ADOPT, &digest);
    ordered.b.publish(210);
    ordered.a.say(kind::AGREEMENT_ADOPT, &digest);
    ordered.a_anchors();
    let log = ordered.b.log();
    ordered.a.say(kind::REQUEST_ASSISTANCE, &request_to(&log));
    ordered.a.publish(220);
    ordered.b_anchors();
    ordered.b.publish(1_100);
    ordered.b.publish(9_000);
    // a's adoption 100..220, b's 100..210, the request 100..220, b's anchor 210..1100.
    accept(
        operation,
        "scope-by-order",
        "a had recorded that b adopted before it asked",
        &ordered,
        Expected {
            cells: vec![
                cell("O1", "b", "OVERDUE")
                    .subject("a", 3)
                    .start(210, 1_100)
                    .due(210 + HOUR, 1_100 + HOUR)
                    .done(),
            ],
            threads: vec![thread("request.assistance", "a", 3, "b", &[])],
            requests: vec![requests("a", "b", "request.assistance", "1970-Q1", "none", 1)],
            force: Some(super::world::force((Some(100), Some(220)), None)),
            ..Expected::default()
        },
    );

    // Before a's own adoption.
    let mut before = World::before(&terms());
    let digest = before.digest();
    let log = before.b.log();
    before.a.say(kind::REQUEST_ASSISTANCE, &request_to(&log));
    before.a.say(kind::AGREEMENT_ADOPT, &digest);
    before.a.publish(200);
    before.b.say(kind::AGREEMENT_ADOPT, &digest);
    before.b_anchors();
    before.b.publish(210);
    before.b.publish(9_000);
    accept(
        operation,
        "scope-before-adoption",
        "asked before a adopted: no duty",
        &before,
        story(vec![], 1, "1970-Q1"),
    );
}

fn opaque(operation: &mut Operation) {
    let world = |before: u64, after: u64| {
        let mut world = delivered(&terms());
        world.b.say(99, &[7; 8]);
        world.b.publish(before);
        world.b.publish(after);
        world
    };
    accept(
        operation,
        "opaque-in-time",
        "a kind that this version does not know stands where an answer could",
        &world(1_200, 9_000),
        one(vec![of_request("INDETERMINATE").state("OPAQUE")], &[], "none"),
    );
    // b says something unknown, 310..320; a asks at index 4, not before 400.
    let mut before = World::agreed(&terms());
    before.b.say(99, &[7; 8]);
    before.b.publish(320);
    before.a.seal();
    before.a.publish(400);
    let log = before.b.log();
    before.a.say(kind::REQUEST_ASSISTANCE, &request_to(&log));
    before.a.publish(1_000);
    before.b_anchors();
    before.b.publish(1_100);
    before.b.publish(9_000);
    accept(
        operation,
        "opaque-before-the-request",
        "it is older than the request, so it could not answer it",
        &before,
        Expected {
            cells: vec![
                cell("O1", "b", "OVERDUE")
                    .subject("a", 4)
                    .start(320, 1_100)
                    .due(320 + HOUR, 1_100 + HOUR)
                    .done(),
            ],
            threads: vec![thread("request.assistance", "a", 4, "b", &[])],
            requests: vec![requests("a", "b", "request.assistance", "1970-Q1", "none", 1)],
            force: agreed(),
            ..Expected::default()
        },
    );
    let mut late = delivered(&terms());
    late.b.publish(8_000);
    late.b.say(99, &[7; 8]);
    late.b.publish(9_000);
    accept(
        operation,
        "opaque-too-late",
        "it came after the latest deadline, so it could not meet the duty in time",
        &late,
        one(vec![of_request("OVERDUE")], &[], "none"),
    );
}

fn conflicts(operation: &mut Operation) {
    // Size 5 is cosigned at 2,000; size 6, which is larger, at 1,500.
    let mut world = delivered(&terms());
    let at = world.a.at(3);
    world.b.seal();
    world.b.publish(2_000);
    world.b.say(kind::REQUEST_ANSWER, &coded(&at, 1));
    world.b.publish(1_500);
    accept(
        operation,
        "witness-conflict",
        "the answer came not before 2,000 and not after 1,500",
        &world,
        one(
            vec![of_request("WITNESS-CONFLICT").met("b", 5).answer(2_000, 1_500).state("investigated")],
            &[("answered", 5)],
            "answered",
        ),
    );
}
