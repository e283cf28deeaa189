//! News until it is closed, and data that stays.

use super::{
    accept, coded, obligation, request_to,
    world::{Cell, Expected, World, agreed, cell, requests, thread},
};
use crate::{build::agreement::kind, vector::Operation};

const HOUR: u64 = 3_600;
const DAY: u64 = 86_400;

fn story(kind: &str, cells: Vec<Cell>, came: &[(&str, u64)], outcome: &str) -> Expected {
    Expected {
        cells: cells.into_iter().map(Cell::done).collect(),
        threads: vec![thread(kind, "a", 3, "b", came)],
        requests: vec![requests("a", "b", kind, "1970-Q1", outcome, 1)],
        force: agreed(),
        ..Expected::default()
    }
}

/// A request of a to b at index 3, 300..1000, recorded by b at index 3, 310..1100.
fn delivered(terms: &str, kind: u32) -> World {
    let mut world = World::agreed(terms);
    let log = world.b.log();
    world.a.say(kind, &request_to(&log));
    world.a.publish(1_000);
    world.b_anchors();
    world.b.publish(1_100);
    world
}

pub(super) fn add(operation: &mut Operation) {
    updates(operation);
    preserved(operation);
}

fn updates(operation: &mut Operation) {
    let terms = obligation(
        "O3",
        "update-every",
        "of = [\"request.assistance\"]\nstart = \"anchor\"\nperiod = \"PT1H\"\n",
    );
    let name = "request.assistance";
    let of = |verdict: &str| cell("O3", "b", verdict).subject("a", 3);
    let first = |verdict: &str| of(verdict).start(310, 1_100).due(310 + HOUR, 1_100 + HOUR);

    let mut world = delivered(&terms, kind::REQUEST_ASSISTANCE);
    let at = world.a.at(3);
    world.b.say(kind::REQUEST_ACK, &at);
    world.b.publish(2_000);
    world.b.say(kind::REQUEST_UPDATE, &coded(&at, 1));
    world.b.publish(3_000);
    world.b.publish(9_000);
    accept(
        operation,
        "updated-once",
        "an ack, an update, and silence",
        &world,
        story(
            name,
            vec![
                first("MET").met("b", 4).answer(1_100, 2_000),
                of("MET")
                    .met("b", 5)
                    .start(1_100, 2_000)
                    .answer(2_000, 3_000)
                    .due(1_100 + HOUR, 2_000 + HOUR),
                of("OVERDUE").start(2_000, 3_000).due(2_000 + HOUR, 3_000 + HOUR),
            ],
            &[("acknowledged", 4), ("updated", 5)],
            "acknowledged",
        ),
    );

    for (word, kind, code, came, outcome) in [
        ("closed", kind::REQUEST_UPDATE, 4, "updated", "acknowledged"),
        ("answered", kind::REQUEST_ANSWER, 5, "answered", "answered"),
        ("refused", kind::REQUEST_REFUSE, 2, "refused", "refused"),
    ] {
        let mut world = delivered(&terms, kind::REQUEST_ASSISTANCE);
        let at = world.a.at(3);
        world.b.say(kind, &coded(&at, code));
        world.b.publish(2_000);
        world.b.say(kind::REQUEST_UPDATE, &coded(&at, 1));
        world.b.publish(9_000);
        let mut came = vec![(came, 4)];
        if word != "closed" {
            came.push(("updated", 5));
        }
        accept(
            operation,
            &format!("updates-end-when-{word}"),
            "nothing is owed after that",
            &world,
            story(name, vec![first("MET").met("b", 4).answer(1_100, 2_000)], &came, outcome),
        );
    }

    let mut acks = delivered(&terms, kind::REQUEST_ASSISTANCE);
    let at = acks.a.at(3);
    acks.b.say(kind::REQUEST_ACK, &at);
    acks.b.publish(2_000);
    acks.b.say(kind::REQUEST_ACK, &at);
    acks.b.publish(9_000);
    accept(
        operation,
        "second-ack-is-no-news",
        "an ack begins the chain and does not go on with it",
        &acks,
        story(
            name,
            vec![
                first("MET").met("b", 4).answer(1_100, 2_000),
                of("OVERDUE").start(1_100, 2_000).due(1_100 + HOUR, 2_000 + HOUR),
            ],
            &[("acknowledged", 4)],
            "acknowledged",
        ),
    );

    let mut silent = World::agreed(&terms);
    let log = silent.b.log();
    silent.a.say(kind::REQUEST_ASSISTANCE, &request_to(&log));
    silent.a.publish(1_000);
    silent.b.publish(9_000);
    accept(
        operation,
        "updates-undelivered",
        "b's log does not show that it knew",
        &silent,
        story(name, vec![of("UNDELIVERED")], &[], "none"),
    );
}

fn preserved(operation: &mut Operation) {
    let terms = obligation("O4", "preserve-for", "start = \"anchor\"\nperiod = \"P60D\"\n");
    let name = "request.preserve";
    let of = |verdict: &str| {
        cell("O4", "b", verdict).subject("a", 3).start(310, 1_100).due(310 + 60 * DAY, 1_100 + 60 * DAY)
    };
    let holding = |outcome: u8| {
        let mut world = delivered(&terms, kind::REQUEST_PRESERVE);
        let at = world.a.at(3);
        world.b.say(kind::REQUEST_ANSWER, &coded(&at, outcome));
        world.b.publish(1_200);
        world
    };
    let mut held = holding(2);
    held.b.publish(1_101 + 60 * DAY);
    accept(
        operation,
        "preserved-and-held",
        "no release by the end of the period",
        &held,
        story(
            name,
            vec![of("MET").state("HELD").met("b", 4).answer(1_100, 1_200)],
            &[("answered", 4)],
            "answered",
        ),
    );
    let mut running = holding(2);
    running.b.publish(1_100 + 60 * DAY);
    accept(
        operation,
        "preserved-and-running",
        "the last second of the period: it may still be released too early",
        &running,
        story(
            name,
            vec![of("PENDING").state("HELD").met("b", 4).answer(1_100, 1_200)],
            &[("answered", 4)],
            "answered",
        ),
    );
    let released = |before: u64, after: u64| {
        let mut world = holding(2);
        world.b.publish(before);
        let at = world.a.at(3);
        world.b.say(kind::REQUEST_UPDATE, &coded(&at, 3));
        world.b.publish(after);
        world
    };
    let end = (310 + 60 * DAY, 1_100 + 60 * DAY);
    for (word, verdict, before, after) in [
        ("after-the-period", "MET", end.1, end.1 + 50),
        ("too-early", "MISSED", 5_000, end.0 - 1),
        ("perhaps-too-early", "INDETERMINATE", 5_000, end.0),
        ("perhaps-after", "INDETERMINATE", end.1 - 1, end.1 + 50),
    ] {
        accept(
            operation,
            &format!("released-{word}"),
            "data was preserved and later released",
            &released(before, after),
            story(
                name,
                vec![of(verdict).met("b", 5).answer(before, after)],
                &[("answered", 4), ("updated", 5)],
                "answered",
            ),
        );
    }
    let mut other = holding(5);
    other.b.publish(9_000);
    accept(
        operation,
        "not-preserved",
        "an answer with another outcome brings no such duty",
        &other,
        story(name, vec![], &[("answered", 4)], "answered"),
    );
}
