//! Accusations: their evidence, what came before them, replies.

use super::{
    accept, coded, obligation, request_to,
    world::{Cell, Expected, World, accusations, agreed, cell, requests, thread},
};
use crate::{
    build::{
        agreement::{Accusation, item, kind, manifest, manifest_commitment, some},
        bytes::run_from,
    },
    vector::Operation,
};

const HOUR: u64 = 3_600;

fn accusation(world: &World) -> Accusation {
    Accusation::of(world.b.log())
}

/// a accuses b at index 3, published 300..1000.
fn accused(terms: &str, change: impl FnOnce(&mut Accusation, &World)) -> World {
    let mut world = World::agreed(terms);
    let mut said = accusation(&world);
    change(&mut said, &world);
    world.a.say(kind::ACCUSATION_ISSUE, &said.rest());
    world.a.publish(1_000);
    world
}

/// The same, and b's log was seen afterwards: it holds no end.
fn accused_and_seen(terms: &str, change: impl FnOnce(&mut Accusation, &World)) -> World {
    let mut world = accused(terms, change);
    world.b.publish(10_000);
    world
}

fn story(cells: Vec<Cell>, index: u64, came: &[(&str, u64)], state: &str) -> Expected {
    Expected {
        cells: cells.into_iter().map(Cell::done).collect(),
        threads: vec![thread("accusation.issue", "a", index, "b", came)],
        accusations: vec![accusations("a", "b", "government", "1970-Q1", state, 1)],
        force: agreed(),
        ..Expected::default()
    }
}

pub(super) fn add(operation: &mut Operation) {
    evidence(operation);
    asking(operation);
    waiting(operation);
    replies(operation);
}

fn evidence(operation: &mut Operation) {
    let terms = obligation("E1", "evidence-with-accusation", "");
    let items = || [item(1, "10", "sample"), item(2, "20", "network-log")];
    let salt = run_from(0x33);
    let committed = |said: &mut Accusation, world: &World| {
        said.manifest = some(&manifest_commitment(&world.a.log(), &salt, &items()));
        said.items = vec![(1, 1), (2, 1)];
    };
    let of = |verdict: &str, state: &str| cell("E1", "a", verdict).subject("a", 3).met("a", 3).state(state);
    accept(
        operation,
        "evidence-none",
        "no manifest, and none can be added later",
        &accused_and_seen(&terms, |_, _| {}),
        story(vec![of("MISSED", "EVIDENCE-NONE")], 3, &[], "none"),
    );
    accept(
        operation,
        "evidence-none-by-what-was-seen",
        "b's log was not seen after the accusation: it may hold a withdrawal",
        &accused(&terms, |_, _| {}),
        story(vec![of("INDETERMINATE", "END")], 3, &[], "none"),
    );
    let sealed = accused_and_seen(&terms, committed);
    accept(
        operation,
        "evidence-committed",
        "a manifest that nobody has opened here",
        &sealed,
        story(vec![of("MET", "COMMITTED")], 3, &[], "sealed"),
    );
    let mut opened = sealed.clone();
    opened.contents = vec![manifest(&opened.a.log(), &salt, &items())];
    accept(
        operation,
        "evidence-opened",
        "the manifest is at hand",
        &opened,
        story(vec![of("MET", "OPENED")], 3, &[], "opened"),
    );
    let mut other = sealed;
    other.contents = vec![manifest(&other.a.log(), &run_from(0x34), &items()), b"{}\n".to_vec()];
    let mut expected = story(vec![of("MET", "COMMITTED")], 3, &[], "sealed");
    expected.refused_contents = [(0, "CONTENT-MISMATCH"), (1, "MALFORMED-CONTENT")].into();
    accept(
        operation,
        "evidence-of-something-else",
        "a manifest that nothing commits to, and no manifest at all",
        &other,
        expected,
    );

    let nobody = accused_and_seen(&terms, |said, _| said.accused = [0; 32]);
    accept(
        operation,
        "evidence-against-a-stranger",
        "an accusation of somebody without a log asks for evidence too",
        &nobody,
        Expected {
            cells: vec![of("MISSED", "EVIDENCE-NONE").done()],
            accusations: vec![accusations("a", "other", "government", "1970-Q1", "none", 1)],
            force: agreed(),
            ..Expected::default()
        },
    );
    let mut withdrawn = accused_and_seen(&terms, committed);
    let at = withdrawn.a.at(3);
    withdrawn.a.say(kind::ACCUSATION_WITHDRAW, &[&at[..], &[1]].concat());
    withdrawn.a.publish(1_200);
    accept(
        operation,
        "accusation-withdrawn",
        "taken back; what was asked for stays asked for",
        &withdrawn,
        story(vec![of("MET", "COMMITTED")], 3, &[("withdrawn", 4)], "withdrawn"),
    );
}

/// a asks b at index 3, 300..500, and accuses it at index 4, 500..1000.
fn asked_then(terms: &str, change: impl FnOnce(&mut Accusation, &World)) -> World {
    let mut world = World::agreed(terms);
    let log = world.b.log();
    world.a.say(kind::REQUEST_ASSISTANCE, &request_to(&log));
    world.a.publish(500);
    let mut said = accusation(&world);
    said.asked = some(&world.a.at(3));
    change(&mut said, &world);
    world.a.say(kind::ACCUSATION_ISSUE, &said.rest());
    world.a.publish(1_000);
    world.b.publish(10_000);
    world
}

fn with_request(cells: Vec<Cell>, came: &[(&str, u64)], outcome: &str) -> Expected {
    let mut expected = story(cells, 4, &[], "none");
    expected.threads.insert(0, thread("request.assistance", "a", 3, "b", came));
    expected.requests = vec![requests("a", "b", "request.assistance", "1970-Q1", outcome, 1)];
    expected
}

fn asking(operation: &mut Operation) {
    let terms = obligation("E2", "ask-before-accusing", "");
    accept(
        operation,
        "asked-first",
        "a request to the accused came first",
        &asked_then(&terms, |_, _| {}),
        with_request(
            vec![cell("E2", "a", "MET").subject("a", 4).met("a", 3).state("ASKED-FIRST")],
            &[],
            "none",
        ),
    );
    let public =
        || with_request(vec![cell("E2", "a", "MISSED").subject("a", 4).state("PUBLIC-FIRST")], &[], "none");
    accept(
        operation,
        "asked-and-not-said",
        "the accusation names no request, though there is one",
        &asked_then(&terms, |said, _| said.asked = vec![0]),
        public(),
    );
    accept(
        operation,
        "asked-something-else",
        "it names an entry that is no request",
        &asked_then(&terms, |said, world| said.asked = some(&world.a.at(2))),
        public(),
    );
    accept(
        operation,
        "asked-another-statement",
        "it names the right place and another statement",
        &asked_then(&terms, |said, world| {
            let mut at = world.a.at(3);
            at[40] ^= 1;
            said.asked = some(&at);
        }),
        public(),
    );
    accept(
        operation,
        "asked-by-the-other",
        "it names an entry of the accused's log",
        &asked_then(&terms, |said, world| said.asked = some(&world.b.at(2))),
        public(),
    );
    // The request is addressed to a itself.
    let mut oneself = World::agreed(&terms);
    let log = oneself.a.log();
    oneself.a.say(kind::REQUEST_ASSISTANCE, &request_to(&log));
    oneself.a.publish(500);
    let mut said = accusation(&oneself);
    said.asked = some(&oneself.a.at(3));
    oneself.a.say(kind::ACCUSATION_ISSUE, &said.rest());
    oneself.a.publish(1_000);
    oneself.b.publish(10_000);
    accept(
        operation,
        "asked-somebody-else",
        "the request was to another log than that of the accused",
        &oneself,
        story(vec![cell("E2", "a", "MISSED").subject("a", 4).state("PUBLIC-FIRST")], 4, &[], "none"),
    );
    accept(
        operation,
        "asked-of-a-stranger",
        "an accused without a log cannot be asked in one",
        &accused(&terms, |said, _| said.accused = [0; 32]),
        Expected {
            accusations: vec![accusations("a", "other", "government", "1970-Q1", "none", 1)],
            force: agreed(),
            ..Expected::default()
        },
    );
}

fn waiting(operation: &mut Operation) {
    let terms = obligation("E2", "ask-before-accusing", "wait = \"PT1H\"\n");
    let of = |verdict: &str| cell("E2", "a", verdict).subject("a", 4).met("a", 3);
    let waited = |before: u64, after: u64| {
        let mut world = World::agreed(&terms);
        let log = world.b.log();
        world.a.say(kind::REQUEST_ASSISTANCE, &request_to(&log));
        world.a.publish(500);
        world.a.publish(before);
        let mut said = accusation(&world);
        said.asked = some(&world.a.at(3));
        world.a.say(kind::ACCUSATION_ISSUE, &said.rest());
        world.a.publish(after);
        world.b.publish(10_000);
        world
    };
    // The request was published 300..500.
    for (word, verdict, before, after) in [
        ("long-enough", "MET", 500 + HOUR, 9_000),
        ("too-short", "MISSED", 500, 299 + HOUR),
        ("perhaps-too-short", "INDETERMINATE", 500, 300 + HOUR),
        ("perhaps-long-enough", "INDETERMINATE", 499 + HOUR, 9_000),
    ] {
        accept(
            operation,
            &format!("waited-{word}"),
            "an hour is to pass between the request and the accusation",
            &waited(before, after),
            with_request(
                vec![of(verdict).start(300, 500).answer(before, after).due(300 + HOUR, 500 + HOUR)],
                &[],
                "none",
            ),
        );
    }
    // b answers at index 3, published 310..600; a records that at index 4 and accuses at index 5.
    let answered = |recorded: bool| {
        let mut world = World::agreed(&terms);
        let log = world.b.log();
        world.a.say(kind::REQUEST_ASSISTANCE, &request_to(&log));
        world.a.publish(500);
        let at = world.a.at(3);
        world.b.say(kind::REQUEST_ANSWER, &coded(&at, 5));
        world.b.publish(600);
        if recorded {
            world.a_anchors();
        } else {
            world.a.seal();
        }
        let mut said = accusation(&world);
        said.asked = some(&at);
        world.a.say(kind::ACCUSATION_ISSUE, &said.rest());
        world.a.publish(1_000);
        world.b.publish(10_000);
        world
    };
    let expected = |verdict: &str, state: Option<&str>| {
        let mut row = cell("E2", "a", verdict)
            .subject("a", 5)
            .met("a", 3)
            .start(300, 500)
            .answer(500, 1_000)
            .due(300 + HOUR, 500 + HOUR);
        if let Some(state) = state {
            row = row.state(state);
        }
        let mut expected = story(vec![row], 5, &[], "none");
        expected.threads.insert(0, thread("request.assistance", "a", 3, "b", &[("answered", 3)]));
        expected.requests = vec![requests("a", "b", "request.assistance", "1970-Q1", "answered", 1)];
        expected
    };
    accept(
        operation,
        "answered-and-recorded",
        "the answer came, and the accuser had recorded it: nothing to wait for",
        &answered(true),
        expected("MET", Some("ANSWERED")),
    );
    accept(
        operation,
        "answered-and-not-recorded",
        "nothing shows that the accuser had the answer",
        &answered(false),
        expected("MISSED", None),
    );
}

fn replies(operation: &mut Operation) {
    let terms = obligation(
        "E3",
        "respond-within",
        "of = [\"accusation.issue\"]\nstart = \"anchor\"\nperiod = \"PT1H\"\n",
    );
    let mut world = accused(&terms, |_, _| {});
    world.b_anchors();
    world.b.publish(1_100);
    let of = |verdict: &str| {
        cell("E3", "b", verdict).subject("a", 3).start(310, 1_100).due(310 + HOUR, 1_100 + HOUR)
    };
    let mut replied = world.clone();
    let at = replied.a.at(3);
    replied.b.say(kind::ACCUSATION_REPLY, &coded(&at, 3));
    replied.b.publish(1_200);
    accept(
        operation,
        "accusation-replied-to",
        "a reply in time",
        &replied,
        story(
            vec![of("MET").met("b", 4).answer(1_100, 1_200).state("evidence-asked")],
            3,
            &[("replied", 4)],
            "none",
        ),
    );
    let mut answered = world;
    let at = answered.a.at(3);
    answered.b.say(kind::REQUEST_ANSWER, &coded(&at, 1));
    answered.b.publish(9_000);
    accept(
        operation,
        "accusation-answered-as-a-request",
        "an answer to a request is no reply to an accusation",
        &answered,
        story(vec![of("OVERDUE")], 3, &[], "none"),
    );
}
