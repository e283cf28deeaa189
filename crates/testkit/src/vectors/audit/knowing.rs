//! What is in force, what is known, and when: adoption, ends, budgets, times that are missing.

use super::{
    accept, coded, obligation, request_to,
    world::{Cell, Expected, World, agreed, cell, force, requests, thread},
};
use crate::{build::agreement::kind, vector::Operation};

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

pub(super) fn add(operation: &mut Operation) {
    adoption(operation);
    ends(operation);
    budgets(operation);
    no_times(operation);
    past(operation);
    missing(operation);
}

fn plain() -> String {
    obligation("N1", "not-verifiable", "")
}

fn not_verifiable() -> Vec<Cell> {
    vec![cell("N1", "a", "NOT-VERIFIABLE"), cell("N1", "b", "NOT-VERIFIABLE")]
}

fn story(cells: Vec<Cell>) -> Expected {
    Expected { cells: cells.into_iter().map(Cell::done).collect(), force: agreed(), ..Expected::default() }
}

fn adoption(operation: &mut Operation) {
    accept(operation, "in-force", "both have adopted", &World::agreed(&plain()), story(not_verifiable()));
    let not_in_force = Expected::default;
    let mut one = World::before(&plain());
    let digest = one.digest();
    one.a.say(kind::AGREEMENT_ADOPT, &digest);
    one.a.publish(200);
    accept(operation, "one-sided", "only one has adopted", &one, not_in_force());
    let mut other = one.clone();
    other.b.say(kind::AGREEMENT_ADOPT, &[0xcc; 32]);
    other.b.publish(210);
    accept(operation, "other-terms", "the other has adopted other terms", &other, not_in_force());
    let mut amended = one;
    amended.b.say(kind::AGREEMENT_AMEND, &[&[0xcc; 32], &digest[..]].concat());
    amended.b.publish(210);
    accept(
        operation,
        "adopted-by-amendment",
        "an amendment to these terms adopts them",
        &amended,
        story(not_verifiable()),
    );
    let mut early = World::agreed(&plain());
    early.at = 205;
    accept(
        operation,
        "not-yet-in-force",
        "asked about a moment before the second adoption was published",
        &early,
        not_in_force(),
    );
    early.at = 210;
    accept(
        operation,
        "just-in-force",
        "asked about the second at which it was published",
        &early,
        story(not_verifiable()),
    );
    early.at = 50;
    accept(
        operation,
        "before-anything",
        "asked about a time at which nothing was published",
        &early,
        not_in_force(),
    );
}

fn ends(operation: &mut Operation) {
    let terms = format!(
        "{}{}",
        obligation("W1", "notice-before-withdrawal", "period = \"PT1H\"\n"),
        obligation("P1", "publish-within", "obliged = [\"b\"]\nperiod = \"PT1H\"\n"),
    );
    // a withdraws at index 3, published 300..1000, effective as it says.
    let withdrawn = |effective: u64, seen: u64| {
        let mut world = World::agreed(&terms);
        let digest = world.digest();
        world.a.say(kind::AGREEMENT_WITHDRAW, &[&digest[..], &effective.to_le_bytes()].concat());
        world.a.publish(1_000);
        world.b.publish(seen);
        world.a.publish(seen);
        world
    };
    let notice = |verdict: &str| {
        cell("W1", "a", verdict).subject("a", 3).start(300, 1_000).due(300 + HOUR, 1_000 + HOUR)
    };
    let first =
        || cell("P1", "b", "MET").met("b", 2).start(100, 210).answer(210, 310).due(100 + HOUR, 210 + HOUR);
    let ended = |cells: Vec<Cell>, until: (u64, u64)| Expected {
        force: Some(force((Some(100), Some(210)), Some((Some(until.0), Some(until.1))))),
        ..story(cells)
    };
    // The last link of b begins 210..310 and is due 3,810 at the earliest: before the end or not.
    accept(
        operation,
        "withdrawn-with-notice",
        "effective an hour after its latest time; what was due before is still owed",
        &withdrawn(1_000 + HOUR, 9_000),
        ended(
            vec![
                notice("MET"),
                first(),
                cell("P1", "b", "OVERDUE").subject("b", 2).start(210, 310).due(210 + HOUR, 310 + HOUR),
            ],
            (1_000 + HOUR, 1_000 + HOUR),
        ),
    );
    accept(
        operation,
        "withdrawn-at-once",
        "effective at once: no notice, and the terms go on for an hour all the same",
        &withdrawn(0, 9_000),
        ended(
            vec![
                notice("MISSED"),
                first(),
                cell("P1", "b", "INDETERMINATE")
                    .state("END")
                    .subject("b", 2)
                    .start(210, 310)
                    .due(210 + HOUR, 310 + HOUR),
            ],
            (300 + HOUR, 1_000 + HOUR),
        ),
    );
    accept(
        operation,
        "withdrawn-perhaps-with-notice",
        "an hour after its earliest time",
        &withdrawn(300 + HOUR, 9_000),
        ended(
            vec![
                notice("INDETERMINATE"),
                first(),
                cell("P1", "b", "INDETERMINATE")
                    .state("END")
                    .subject("b", 2)
                    .start(210, 310)
                    .due(210 + HOUR, 310 + HOUR),
            ],
            (300 + HOUR, 1_000 + HOUR),
        ),
    );
    // Without the other obligation there is no notice: the end is 300..1000, before anything of b was due.
    let short = obligation("P1", "publish-within", "obliged = [\"b\"]\nperiod = \"PT1H\"\n");
    let mut at_once = World::agreed(&short);
    let digest = at_once.digest();
    at_once.a.say(kind::AGREEMENT_WITHDRAW, &[&digest[..], &[0; 8]].concat());
    at_once.a.publish(1_000);
    at_once.b.publish(9_000);
    accept(
        operation,
        "withdrawn-before-due",
        "what would have been due after the end is not owed",
        &at_once,
        ended(vec![first()], (300, 1_000)),
    );
    // Both amend to other terms: a at 3, 300..1000, b at 3, 310..1200.
    let mut amended = World::agreed(&short);
    let digest = amended.digest();
    let rest = [&digest[..], &[0xcc; 32]].concat();
    amended.a.say(kind::AGREEMENT_AMEND, &rest);
    amended.a.publish(1_000);
    let one_sided = {
        let mut world = amended.clone();
        world.b.publish(9_000);
        world.a.publish(9_000);
        world
    };
    accept(
        operation,
        "amended-by-one",
        "one party alone amends nothing",
        &one_sided,
        story(vec![
            first(),
            cell("P1", "b", "OVERDUE").subject("b", 2).start(210, 310).due(210 + HOUR, 310 + HOUR),
        ]),
    );
    amended.b.say(kind::AGREEMENT_AMEND, &rest);
    amended.b.publish(1_200);
    amended.b.publish(9_000);
    accept(
        operation,
        "amended-by-both",
        "the terms end with the later amendment",
        &amended,
        ended(
            vec![
                cell("P1", "b", "MET")
                    .met("b", 3)
                    .start(100, 210)
                    .answer(310, 1_200)
                    .due(210 + HOUR, 310 + HOUR)
                    .links(2),
            ],
            (310, 1_200),
        ),
    );
    scope(operation);
}

/// Requests before, around and after the end.
fn scope(operation: &mut Operation) {
    let terms = obligation(
        "O1",
        "respond-within",
        "of = [\"request.assistance\"]\nstart = \"anchor\"\nperiod = \"PT1H\"\n",
    );
    let mut world = World::agreed(&terms);
    let (digest, log) = (world.digest(), world.b.log());
    // Index 3: 300..400. The end: 400..500. Index 5: 400..500. Index 6: 500..600.
    world.a.say(kind::REQUEST_ASSISTANCE, &request_to(&log));
    world.a.publish(400);
    world.a.say(kind::AGREEMENT_WITHDRAW, &[&digest[..], &[0; 8]].concat());
    world.a.say(kind::REQUEST_ASSISTANCE, &request_to(&log));
    world.a.publish(500);
    world.a.say(kind::REQUEST_ASSISTANCE, &request_to(&log));
    world.a.publish(600);
    world.b.publish(9_000);
    let thread_of = |index| thread("request.assistance", "a", index, "b", &[]);
    accept(
        operation,
        "asked-around-the-end",
        "surely before the end is not shown by one second in common; after it nothing is owed",
        &world,
        Expected {
            cells: [3, 5]
                .map(|index| cell("O1", "b", "INDETERMINATE").subject("a", index).state("SCOPE").done())
                .to_vec(),
            threads: [3, 5, 6].map(thread_of).to_vec(),
            requests: vec![requests("a", "b", "request.assistance", "1970-Q1", "none", 3)],
            force: Some(force((Some(100), Some(210)), Some((Some(400), Some(500))))),
            ..Expected::default()
        },
    );
}

fn budgets(operation: &mut Operation) {
    let terms =
        obligation("B1", "budget", "obliged = [\"a\"]\nof = [\"ping\"]\nat_most = 2\nper = \"month\"\n");
    let row = |verdict: &str, state: &str, links: u64| cell("B1", "a", verdict).state(state).links(links);
    let pings = |times: &[u64]| {
        let mut world = World::agreed(&terms);
        let log = world.b.log();
        for time in times {
            world.a.say(kind::PING, &log);
            world.a.publish(*time);
        }
        world.b.publish(9_000);
        world
    };
    let threads = |count: u64| (3..3 + count).map(|index| thread("ping", "a", index, "b", &[])).collect();
    let of = |cells: Vec<Cell>, count: u64| Expected { threads: threads(count), ..story(cells) };
    // January 1970 has 31 days.
    let february = 31 * DAY;
    accept(
        operation,
        "budget-kept",
        "two in January, and the log was seen in February",
        &{
            let mut world = pings(&[1_000, 2_000]);
            world.a.publish(february);
            world
        },
        of(vec![row("MET", "1970-01", 2)], 2),
    );
    accept(
        operation,
        "budget-open",
        "two in January, which is not over in the log",
        &{
            let mut world = pings(&[1_000, 2_000]);
            world.a.publish(february - 1);
            world
        },
        of(vec![row("PENDING", "1970-01", 2)], 2),
    );
    accept(
        operation,
        "budget-exceeded",
        "three in January",
        &pings(&[1_000, 2_000, 3_000]),
        of(vec![row("MISSED", "1970-01", 3)], 3),
    );
    accept(
        operation,
        "budget-perhaps-exceeded",
        "a third that is of January or of February",
        &pings(&[1_000, 2_000, february + 10]),
        of(vec![row("INDETERMINATE", "1970-01", 2), row("PENDING", "1970-02", 0)], 3),
    );
}

fn no_times(operation: &mut Operation) {
    let terms = format!(
        "{}{}{}",
        obligation(
            "O1",
            "respond-within",
            "of = [\"request.assistance\"]\nstart = \"anchor\"\nperiod = \"PT1H\"\n"
        ),
        obligation("P1", "publish-within", "obliged = [\"b\"]\nperiod = \"PT1H\"\n"),
        obligation("E1", "evidence-with-accusation", ""),
    );
    let world = |quorum: &str, f: u32| {
        let mut world = World::before(&terms);
        world.quorum = quorum.to_owned();
        world.f = f;
        let digest = world.digest();
        for (side, time) in [(&mut world.a, 200), (&mut world.b, 210)] {
            side.say(kind::AGREEMENT_ADOPT, &digest);
            side.publish(time);
        }
        world.a_anchors();
        let log = world.b.log();
        world.a.say(kind::REQUEST_ASSISTANCE, &request_to(&log));
        world.a.say(kind::REQUEST_ASSISTANCE, &[&log[..], &[0x78; 32]].concat());
        world.a.publish(1_000);
        let at = world.a.at(3);
        world.b.say(kind::REQUEST_ANSWER, &coded(&at, 1));
        world.b_anchors();
        world.b.publish(9_000);
        world
    };
    let unknown = |row: Cell| row.start(None, None).due(None, None);
    let expected = |verdict: &str, word: Option<&str>, times: &'static str| {
        let state = |row: Cell| match word {
            Some(word) => row.state(word),
            None => row,
        };
        let rows = vec![
            unknown(cell("O1", "b", "MET").subject("a", 3).met("b", 2).state("investigated"))
                .answer(None, None),
            state(unknown(cell("O1", "b", verdict).subject("a", 4))),
            // From the adoption to 2, to 3, and on: nothing tells them apart.
            state(unknown(cell("P1", "b", verdict))).links(3),
        ];
        Expected {
            cells: rows.into_iter().map(Cell::done).collect(),
            threads: vec![
                thread("request.assistance", "a", 3, "b", &[("answered", 2)]),
                thread("request.assistance", "a", 4, "b", &[]),
            ],
            requests: vec![
                requests("a", "b", "request.assistance", "unsettled", "answered", 1),
                requests("a", "b", "request.assistance", "unsettled", "none", 1),
            ],
            force: Some(force((None, None), None)),
            times: Some(times),
            ..Expected::default()
        }
    };
    accept(
        operation,
        "unwitnessed",
        "no witness is asked: order alone decides, and absence is not known",
        &world("quorum none\n", 0),
        expected("INDETERMINATE", Some("UNWITNESSED"), "UNWITNESSED"),
    );
    accept(
        operation,
        "quorum-split",
        "two ways to meet the quorum share one witness, and one may be dishonest",
        &world(super::world::TWO_OF_THREE, 1),
        expected("QUORUM-SPLIT", None, "QUORUM-SPLIT"),
    );
}

fn past(operation: &mut Operation) {
    let terms =
        obligation("O1", "acknowledge-within", "of = [\"ping\"]\nstart = \"anchor\"\nperiod = \"PT1H\"\n");
    let mut world = World::agreed(&terms);
    let log = world.b.log();
    world.a.say(kind::PING, &log);
    world.a.publish(1_000);
    // w1 has signed at once, the others later.
    world.b_anchors();
    world.b.publish_by(&[(1, 1_100), (2, 2_000), (3, 3_000)]);
    let row = |verdict: &str, lo: u64, hi: u64| {
        cell("O1", "b", verdict).subject("a", 3).start(lo, hi).due(lo + HOUR, hi + HOUR)
    };
    let of = |row: Cell| Expected { threads: vec![thread("ping", "a", 3, "b", &[])], ..story(vec![row]) };
    world.at = 1_500;
    accept(
        operation,
        "past-before-the-quorum",
        "one witness had signed the anchor: it is not known yet",
        &world,
        of(cell("O1", "b", "UNDELIVERED").subject("a", 3)),
    );
    world.at = 2_000;
    accept(operation, "past-with-the-quorum", "two had signed", &world, of(row("PENDING", 310, 2_000)));
    world.at = 999;
    accept(operation, "past-before-the-ping", "the ping was not published", &world, story(vec![]));
}

fn missing(operation: &mut Operation) {
    let terms = format!(
        "{}{}",
        obligation("P1", "publish-within", "period = \"PT1H\"\n"),
        obligation("N1", "not-verifiable", ""),
    );
    let mut world = World::agreed(&terms);
    world.without = vec!["b"];
    let mut cells = vec![
        cell("P1", "a", "INDETERMINATE").state("NO-LOG"),
        cell("P1", "b", "INDETERMINATE").state("NO-LOG"),
    ];
    cells.extend(not_verifiable());
    accept(
        operation,
        "one-log-not-at-hand",
        "what is in force is not known",
        &world,
        Expected { force: None, ..story(cells) },
    );
}
