//! What comes again and again: entries, anchors, sessions.

use super::{
    accept, obligation,
    world::{Cell, Expected, Side, World, agreed, anchor_of, cell},
};
use crate::{
    build::{
        agreement::{NONE, kind, some},
        bytes::prefixed,
    },
    vector::Operation,
};

const HOUR: u64 = 3_600;

fn story(cells: Vec<Cell>) -> Expected {
    Expected { cells: cells.into_iter().map(Cell::done).collect(), force: agreed(), ..Expected::default() }
}

/// An obligation of b alone.
fn of_b(kind: &str, members: &str) -> String {
    obligation("O1", kind, &format!("obliged = [\"b\"]\n{members}"))
}

pub(super) fn add(operation: &mut Operation) {
    publishing(operation);
    anchoring(operation);
    meeting(operation);
}

/// b after [`World::agreed`] has entries 0 to 2, the last published 210..310.
fn publishing(operation: &mut Operation) {
    let terms = of_b("publish-within", "period = \"PT1H\"\n");
    let b = |verdict: &str| cell("O1", "b", verdict);
    let mut world = World::agreed(&terms);
    world.b.seal();
    world.b.seal();
    world.b.publish(2_000);
    world.at = 3_000;
    // From 100..210 to index 2; 2 to 3; 3 to 4: three links in time. 4 is the last.
    accept(
        operation,
        "published-in-time",
        "links in time are folded; the last one runs",
        &world,
        story(vec![
            b("MET").met("b", 4).start(100, 210).answer(310, 2_000).due(310 + HOUR, 2_000 + HOUR).links(3),
            b("PENDING").subject("b", 4).start(310, 2_000).due(310 + HOUR, 2_000 + HOUR),
        ]),
    );
    let mut silent = World::agreed(&terms);
    silent.b.publish(310 + HOUR + 1);
    accept(
        operation,
        "published-no-more-by-what-was-seen",
        "a's log was not seen after the deadline: it may hold a withdrawal",
        &silent,
        story(vec![
            b("MET").met("b", 2).start(100, 210).answer(210, 310).due(100 + HOUR, 210 + HOUR),
            b("INDETERMINATE").state("END").subject("b", 2).start(210, 310).due(210 + HOUR, 310 + HOUR),
        ]),
    );
    silent.a.publish(9_000);
    accept(
        operation,
        "published-no-more",
        "seen an hour and a second after the last entry",
        &silent,
        story(vec![
            b("MET").met("b", 2).start(100, 210).answer(210, 310).due(100 + HOUR, 210 + HOUR),
            b("OVERDUE").subject("b", 2).start(210, 310).due(210 + HOUR, 310 + HOUR),
        ]),
    );
    let mut gap = World::agreed(&terms);
    gap.b.publish(9_000);
    gap.b.seal();
    gap.b.publish(9_100);
    gap.a.publish(9_000);
    gap.at = 9_200;
    accept(
        operation,
        "published-after-a-gap",
        "an entry that came too late, and the next link",
        &gap,
        story(vec![
            b("MET").met("b", 2).start(100, 210).answer(210, 310).due(100 + HOUR, 210 + HOUR),
            b("MISSED")
                .subject("b", 2)
                .met("b", 3)
                .start(210, 310)
                .answer(9_000, 9_100)
                .due(210 + HOUR, 310 + HOUR),
            b("PENDING").subject("b", 3).start(9_000, 9_100).due(9_000 + HOUR, 9_100 + HOUR),
        ]),
    );
    let never = {
        let mut world = World::before(&terms);
        let digest = world.digest();
        for (side, time) in [(&mut world.a, 200), (&mut world.b, 210)] {
            side.say(kind::AGREEMENT_ADOPT, &digest);
            side.publish(time);
        }
        world.b.publish(9_000);
        world.a.publish(9_000);
        world
    };
    accept(
        operation,
        "published-never",
        "silent from the adoption on",
        &never,
        story(vec![b("OVERDUE").start(100, 210).due(100 + HOUR, 210 + HOUR)]),
    );
}

fn anchoring(operation: &mut Operation) {
    let terms = of_b("anchor-within", "period = \"PT1H\"\n");
    let b = |verdict: &str| cell("O1", "b", verdict).state("OF-a");
    // Index 2 of b is an anchor of a, size 2, published 210..310. What it had to cover is what was held an hour
    // before 210: nothing.
    let mut world = World::agreed(&terms);
    world.b.publish(310 + HOUR + 1);
    world.a.publish(9_000);
    accept(
        operation,
        "anchored-once",
        "one anchor, and then none",
        &world,
        story(vec![
            b("MET").met("b", 2).start(100, 210).answer(210, 310).due(100 + HOUR, 210 + HOUR),
            b("OVERDUE").subject("b", 2).start(210, 310).due(210 + HOUR, 310 + HOUR),
        ]),
    );

    // a goes on to size 4, published at 500. b's next anchor, published 5,000..5,100, is of size 3 or of size 4.
    let second = |size: usize| {
        let mut world = World::agreed(&terms);
        world.a.seal();
        world.a.publish(500);
        world.b.publish(5_000);
        let at = if size == 3 { 300 } else { 500 };
        let note = world.a.note(size, &[(1, at), (2, at), (3, at)]);
        let log = world.a.log();
        world.b.say(kind::ANCHOR, &anchor_of(&log, &note));
        world.b.publish(5_100);
        world.a.publish(5_000);
        world.at = 5_200;
        world
    };
    let first = || b("MET").met("b", 2).start(100, 210).answer(210, 310).due(100 + HOUR, 210 + HOUR);
    accept(
        operation,
        "anchored-late",
        "an anchor of the newest checkpoint, too late",
        &second(4),
        story(vec![
            first(),
            b("MISSED")
                .subject("b", 2)
                .met("b", 3)
                .start(210, 310)
                .answer(5_000, 5_100)
                .due(210 + HOUR, 310 + HOUR),
            b("PENDING").subject("b", 3).start(5_000, 5_100).due(5_000 + HOUR, 5_100 + HOUR),
        ]),
    );
    accept(
        operation,
        "anchored-an-old-checkpoint",
        "an anchor that leaves out what was there for more than an hour does not qualify",
        &second(3),
        story(vec![first(), b("OVERDUE").subject("b", 2).start(210, 310).due(210 + HOUR, 310 + HOUR)]),
    );
    let edge = |held: u64| {
        let mut world = World::agreed(&terms);
        world.a.seal();
        world.a.publish(held);
        world.b.publish(held + HOUR);
        let note = world.a.note(3, &[(1, 300), (2, 300), (3, 300)]);
        let log = world.a.log();
        world.b.say(kind::ANCHOR, &anchor_of(&log, &note));
        world.b.publish(held + HOUR + 10);
        world.a.publish(held + HOUR + 10);
        world.at = held + HOUR + 20;
        world
    };
    // The anchor came not before 4,000; the checkpoint of 400 is an hour older, not more.
    accept(
        operation,
        "anchored-what-was-an-hour-old",
        "a checkpoint that is exactly an hour old may be left out",
        &edge(400),
        story(vec![
            first(),
            b("MISSED")
                .subject("b", 2)
                .met("b", 3)
                .start(210, 310)
                .answer(4_000, 4_010)
                .due(210 + HOUR, 310 + HOUR),
            b("PENDING").subject("b", 3).start(4_000, 4_010).due(4_000 + HOUR, 4_010 + HOUR),
        ]),
    );
    let mut denied = World::agreed(&terms);
    let log = denied.a.log();
    denied.b.say(kind::ACCESS_DENIED, &[&log[..], &2u64.to_le_bytes()].concat());
    denied.b.publish(2_000);
    denied.at = 3_000;
    accept(
        operation,
        "access-denied",
        "whoever cannot read the other's log says so, and is not late",
        &denied,
        story(vec![
            b("MET").met("b", 3).start(100, 210).answer(310, 2_000).due(210 + HOUR, 310 + HOUR).links(2),
            b("PENDING").subject("b", 3).start(310, 2_000).due(310 + HOUR, 2_000 + HOUR),
        ]),
    );
}

fn meeting(operation: &mut Operation) {
    let terms = of_b("meet-every", "of = [\"dialogue\"]\nperiod = \"PT1H\"\n");
    let b = |verdict: &str| cell("O1", "b", verdict);
    let session = |other: &[u8; 32], form: u8, reference: Option<Vec<u8>>| {
        let reference = reference.map_or(NONE.to_vec(), |bytes| some(&bytes));
        [&other[..], &[form], &prefixed(b"1970-01-01"), &reference].concat()
    };
    let say = |side: &mut Side, other: [u8; 32], form: u8, reference: Option<Vec<u8>>| {
        side.say(kind::DIALOGUE_SESSION, &session(&other, form, reference))
    };
    // a records a session with b at index 3; b's own record refers to it, or not.
    let held = |form: u8, refers: bool| {
        let mut world = World::agreed(&terms);
        let (a, log) = (world.a.log(), world.b.log());
        say(&mut world.a, log, 1, None);
        world.a.publish(1_000);
        let at = refers.then(|| world.a.at(3));
        say(&mut world.b, a, form, at);
        world.b.publish(1_100);
        world.b.publish(9_000);
        world.a.publish(9_000);
        world
    };
    accept(
        operation,
        "met",
        "both have a record, and one refers to the other",
        &held(1, true),
        story(vec![
            b("MET").met("b", 3).start(100, 210).answer(310, 1_100).due(100 + HOUR, 210 + HOUR),
            b("OVERDUE").subject("b", 3).start(310, 1_100).due(310 + HOUR, 1_100 + HOUR),
        ]),
    );
    let overdue = || story(vec![b("OVERDUE").start(100, 210).due(100 + HOUR, 210 + HOUR)]);
    accept(
        operation,
        "met-says-one-side",
        "two records, none refers to the other: whether they are of one session is not known",
        &held(1, false),
        story(vec![b("INDETERMINATE").state("UNCONFIRMED").start(100, 210).due(100 + HOUR, 210 + HOUR)]),
    );
    accept(
        operation,
        "met-in-another-form",
        "a session of experts is no dialogue",
        &held(2, true),
        overdue(),
    );
    // b's record is the earlier one; a's refers to it.
    let mut referred = World::agreed(&terms);
    let (a, log) = (referred.a.log(), referred.b.log());
    say(&mut referred.b, a, 1, None);
    referred.b.publish(1_100);
    let at = referred.b.at(3);
    say(&mut referred.a, log, 1, Some(at));
    referred.a.publish(1_200);
    referred.at = 2_000;
    accept(
        operation,
        "met-and-referred-to",
        "the other's record refers to it",
        &referred,
        story(vec![
            b("MET").met("b", 3).start(100, 210).answer(310, 1_100).due(100 + HOUR, 210 + HOUR),
            b("PENDING").subject("b", 3).start(310, 1_100).due(310 + HOUR, 1_100 + HOUR),
        ]),
    );
}
