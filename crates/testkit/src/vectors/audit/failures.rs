//! What ends an audit, and entries that do not count.

use detente_core::{
    Code,
    json::{Object, Value},
};

use super::{
    accept, coded, obligation, request_to,
    world::{Cell, Expected, World, agreed, anchor_of, cell, requests, thread},
};
use crate::{
    build::{
        agreement::kind,
        bytes::{base64, hex, sha256},
        keys::Key,
        note,
        statement::{self, key_revoke},
        tree::{leaf_hash, root},
    },
    vector::Operation,
};

const HOUR: u64 = 3_600;

fn plain() -> World {
    World::agreed(&obligation("N1", "not-verifiable", "obliged = [\"a\"]\n"))
}

fn story() -> Expected {
    Expected { cells: vec![cell("N1", "a", "NOT-VERIFIABLE").done()], force: agreed(), ..Expected::default() }
}

pub(super) fn add(operation: &mut Operation) {
    files(operation);
    notes(operation);
    trees(operation);
    forks(operation);
    malformed(operation);
    anchors(operation);
}

fn changed(world: &World, change: impl FnOnce(&mut Object)) -> Object {
    let mut input = world.input();
    change(&mut input);
    input
}

/// Changes a member of b's log.
fn with_b(world: &World, member: &str, change: impl FnOnce(&mut Vec<Value>)) -> Object {
    changed(world, |input| {
        let Some(Value::Array(logs)) = input.get_mut("logs") else { panic!("logs") };
        let Value::Object(log) = &mut logs[1] else { panic!("a log") };
        let Some(Value::Array(list)) = log.get_mut(member) else { panic!("{member}") };
        change(list);
    })
}

fn files(operation: &mut Operation) {
    let world = plain();
    let set = |name: &'static str, value: Value| {
        changed(&world, move |input| {
            input.insert(name.to_owned(), value);
        })
    };
    operation.fails(
        Code::MalformedPolicy,
        "policy",
        "a policy that is none",
        set("policy", base64("log\n").into()),
    );
    operation.fails(
        Code::CompanionMismatch,
        "companion",
        "a companion of another policy",
        set("companion", base64(note::companion("another", 0, &[], &[])).into()),
    );
    operation.fails(
        Code::MalformedAgreement,
        "agreement",
        "an agreement that is none",
        set("agreements", Value::Array(vec![base64("\n").into()])),
    );
    operation.fails(
        Code::PolicyMismatch,
        "no-companion",
        "the agreement names a companion",
        set("companion", Value::Null),
    );
    let other = format!("{}# other bytes\n", world.policy());
    let both = changed(&world, |input| {
        input.insert("policy".to_owned(), base64(&other).into());
        input.insert(
            "companion".to_owned(),
            base64(note::companion(
                &other,
                0,
                &[("w1", "one"), ("w2", "two"), ("w3", "three")],
                &["a.example", "b.example"],
            ))
            .into(),
        );
    });
    operation.fails(Code::PolicyMismatch, "other-policy", "another policy than the agreement's", both);
    let stranger = changed(&world, |input| {
        let Some(Value::Array(logs)) = input.get_mut("logs") else { panic!("logs") };
        let Value::Object(log) = &mut logs[1] else { panic!("a log") };
        log.insert("log".to_owned(), hex(&[0x99; 32]).into());
    });
    operation.fails(Code::UnknownLog, "log-of-nobody", "a log that is no party's", stranger);
}

fn notes(operation: &mut Operation) {
    let world = plain();
    operation.fails(
        Code::MalformedNote,
        "note",
        "a note that is none",
        with_b(&world, "notes", |notes| notes.push(base64("no note").into())),
    );
    let of_a = world.a.newest();
    operation.fails(
        Code::OriginMismatch,
        "note-of-the-other",
        "a note of a among b's",
        with_b(&world, "notes", |notes| notes.push(base64(&of_a).into())),
    );
    let text = note::text(&world.b.party.origin, 3, &[7; 32]);
    let unsigned =
        note::note(&text, &[note::log_line(&world.b.party.origin, &Key::named("somebody"), &text)]);
    operation.fails(
        Code::UnknownLog,
        "note-by-another-key",
        "a note that another key signed under b's name",
        with_b(&world, "notes", |notes| notes.push(base64(&unsigned).into())),
    );
    let forged = note::note(
        &text,
        &[
            note::log_line(&world.b.party.origin, &world.b.party.checkpoint, &text),
            note::witness_line("witness.example/w1", &Key::named("witness 1"), 500, "another text\n"),
        ],
    );
    operation.fails(
        Code::InvalidCosignature,
        "note-with-a-forged-line",
        "a witness's line over another text",
        with_b(&world, "notes", |notes| notes.push(base64(&forged).into())),
    );
    let mut alone = plain();
    for (_, lines) in &mut alone.b.heads {
        lines.truncate(1);
    }
    operation.fails(
        Code::UnderWitnessed,
        "under-witnessed",
        "no note of b meets the quorum, ever",
        alone.input(),
    );
    let mut silent = plain();
    silent.b.heads.clear();
    accept(
        operation,
        "no-notes",
        "no note of b is given: nothing of it is audited, though a has recorded one",
        &silent,
        Expected::default(),
    );
    // One line now, another only after the time asked about: nothing is known yet.
    let mut later = plain();
    later.b.heads = vec![(3, vec![(1, 100), (2, 2_000)])];
    later.at = 1_000;
    accept(
        operation,
        "witnessed-later",
        "the quorum was met after the time asked about",
        &later,
        Expected::default(),
    );
    let reversed = changed(&world, |input| {
        let Some(Value::Array(logs)) = input.get_mut("logs") else { panic!("logs") };
        for log in logs.iter_mut() {
            let Value::Object(log) = log else { panic!("a log") };
            let Some(Value::Array(notes)) = log.get_mut("notes") else { panic!("notes") };
            notes.reverse();
        }
        logs.reverse();
    });
    operation.ok("in-another-order", "notes and logs in another order", reversed, world.report(story()));
}

fn trees(operation: &mut Operation) {
    let world = plain();
    operation.fails(
        Code::IndexRange,
        "entries-missing",
        "the last entry is not there",
        with_b(&world, "entries", |entries| {
            entries.pop();
        }),
    );
    operation.fails(
        Code::RootMismatch,
        "entry-changed",
        "the last entry is another",
        with_b(&world, "entries", |entries| entries[2] = entries[1].clone()),
    );
    let more = with_b(&world, "entries", |entries| entries.push(base64("not published").into()));
    operation.ok(
        "entries-above",
        "an entry above the newest checkpoint does not count",
        more,
        world.report(story()),
    );

    // Logs that do not begin with what the agreement says.
    let mut anew = plain();
    let mut genesis = anew.b.party.genesis();
    genesis.fill = 0x11;
    anew.b.entries[0] = genesis.statement(&anew.b.party.author).signed(&anew.b.party.author);
    operation.fails(
        Code::LogMismatch,
        "another-genesis",
        "a log of the same keys that began anew",
        anew.input(),
    );
    let mut garbage = plain();
    garbage.b.entries[0] = b"garbage".to_vec();
    operation.fails(Code::MalformedEntry, "genesis-malformed", "entry 0 is no statement", garbage.input());
}

fn forks(operation: &mut Operation) {
    let mut world = plain();
    // b signs, and two witnesses cosign, another tree of size 2.
    let text = note::text(&world.b.party.origin, 2, &[7; 32]);
    let forked = world.b.note_of(&text, &[(1, 220), (2, 220)]);
    operation.fails(
        Code::InvalidConsistency,
        "fork-in-notes",
        "a note of another tree of a smaller size",
        with_b(&world, "notes", |notes| notes.push(base64(&forked).into())),
    );
    let bare = world.b.note_of(&text, &[]);
    operation.fails(
        Code::InvalidConsistency,
        "fork-without-witnesses",
        "nobody has cosigned the other tree: it is a fork all the same",
        with_b(&world, "notes", |notes| notes.push(base64(&bare).into())),
    );
    let log = world.b.log();
    world.a.say(kind::ANCHOR, &anchor_of(&log, &forked));
    world.a.publish(1_000);
    operation.fails(
        Code::InvalidConsistency,
        "fork-in-an-anchor",
        "a has recorded another tree of b than b shows",
        world.input(),
    );
}

fn malformed(operation: &mut Operation) {
    let with = |entries: Vec<Vec<u8>>, list: Vec<(u64, &'static str)>| {
        let mut world = plain();
        for entry in entries {
            world.b.push(entry);
        }
        world.b.publish(1_000);
        let mut expected = story();
        expected.malformed.insert("b", list);
        (world, expected)
    };
    let b = plain().b;
    let body = |rest: &[u8]| [&[0x5a; 16], rest].concat();
    let signed_by_other = {
        let other = Key::named("somebody");
        statement::Statement::visible(b.log(), &b.party.author, kind::PING, body(&plain().a.log()))
            .signed(&other)
    };
    let stranger = {
        let other = Key::named("somebody");
        statement::Statement::visible(b.log(), &other, kind::PING, body(&plain().a.log())).signed(&other)
    };
    let good = b.party.visible(kind::PING, body(&plain().a.log()));
    for (name, description, entry, code) in [
        ("garbage", "no statement at all", b"garbage".to_vec(), "UNSUPPORTED-VERSION"),
        ("cut", "a statement that is cut", good[..good.len() - 1].to_vec(), "MALFORMED-STATEMENT"),
        ("signature", "the signature of another key", signed_by_other, "INVALID-STATEMENT-SIGNATURE"),
        ("stranger", "an author that the log does not know", stranger, "UNKNOWN-AUTHOR"),
        ("repeated", "entry 1 again", b.entries[1].clone(), "DUPLICATE-STATEMENT"),
        ("genesis", "entry 0 again", b.entries[0].clone(), "GENESIS-MISPLACED"),
        ("other-log", "a statement of a's log", plain().a.entries[1].clone(), "LOG-MISMATCH"),
        ("body", "a ping that names no log", b.party.visible(kind::PING, body(&[])), "MALFORMED-STATEMENT"),
        (
            "body-of-zeros",
            "a ping to a log of zeros",
            b.party.visible(kind::PING, body(&[0; 32])),
            "MALFORMED-STATEMENT",
        ),
        (
            "anchor",
            "an anchor without a note",
            b.party.visible(kind::ANCHOR, body(&plain().a.log())),
            "MALFORMED-STATEMENT",
        ),
    ] {
        let (world, expected) = with(vec![entry], vec![(3, code)]);
        accept(operation, &format!("malformed-{name}"), description, &world, expected);
    }
    // What failed in its body has been said; what was no statement has not.
    let bad = b.party.visible(kind::PING, body(&[0; 32]));
    let (world, expected) =
        with(vec![bad.clone(), bad], vec![(3, "MALFORMED-STATEMENT"), (4, "DUPLICATE-STATEMENT")]);
    accept(operation, "malformed-body-repeated", "a body that fails, twice", &world, expected);
    let mut forged = good.clone();
    let last = forged.len() - 1;
    forged[last] ^= 1;
    let (world, mut expected) = with(vec![forged, good.clone()], vec![(3, "INVALID-STATEMENT-SIGNATURE")]);
    expected.threads = vec![thread("ping", "b", 4, "a", &[])];
    accept(
        operation,
        "malformed-then-good",
        "the same statement with a right signature afterwards",
        &world,
        expected,
    );
    let revoke = b.party.visible(kind_of_revoke(), key_revoke(0x33, &b.party.author.digest(), 1));
    let (world, expected) = with(vec![revoke, good], vec![(4, "KEY-REVOKED")]);
    accept(operation, "malformed-after-revocation", "the author's key has ended", &world, expected);
    malformed_answer(operation);
}

const fn kind_of_revoke() -> u32 {
    statement::kind::KEY_REVOKE
}

/// An answer that nobody signed answers nothing.
fn malformed_answer(operation: &mut Operation) {
    let terms = obligation(
        "O1",
        "respond-within",
        "of = [\"request.assistance\"]\nstart = \"anchor\"\nperiod = \"PT1H\"\n",
    );
    let mut world = World::agreed(&terms);
    let log = world.b.log();
    world.a.say(kind::REQUEST_ASSISTANCE, &request_to(&log));
    world.a.publish(1_000);
    world.b_anchors();
    world.b.publish(1_100);
    let at = world.a.at(3);
    world.b.say(kind::REQUEST_ANSWER, &coded(&at, 1));
    let entry = world.b.entries.last_mut().unwrap();
    let last = entry.len() - 1;
    entry[last] ^= 1;
    world.b.publish(9_000);
    let mut expected = Expected {
        cells: vec![
            cell("O1", "b", "OVERDUE").subject("a", 3).start(310, 1_100).due(310 + HOUR, 1_100 + HOUR).done(),
        ],
        threads: vec![thread("request.assistance", "a", 3, "b", &[])],
        requests: vec![requests("a", "b", "request.assistance", "1970-Q1", "none", 1)],
        force: agreed(),
        ..Expected::default()
    };
    expected.malformed.insert("b", vec![(4, "INVALID-STATEMENT-SIGNATURE")]);
    accept(
        operation,
        "malformed-answer",
        "an answer with a forged signature answers nothing",
        &world,
        expected,
    );
}

fn anchors(operation: &mut Operation) {
    let terms = obligation("P1", "anchor-within", "obliged = [\"b\"]\nperiod = \"PT1H\"\n");
    let b = |verdict: &str| cell("P1", "b", verdict).state("OF-a");
    // One good anchor at 2, 210..310; then another statement of kind anchor at 3, 310..1000.
    let with = |body: Vec<u8>| {
        let mut world = World::agreed(&terms);
        world.b.say(kind::ANCHOR, &body);
        world.b.publish(1_000);
        world.at = 2_000;
        world
    };
    let of = |malformed: Option<&'static str>| {
        let rows: Vec<Cell> = vec![
            b("MET").met("b", 2).start(100, 210).answer(210, 310).due(100 + HOUR, 210 + HOUR),
            b("PENDING").subject("b", 2).start(210, 310).due(210 + HOUR, 310 + HOUR),
        ];
        let mut expected = Expected {
            cells: rows.into_iter().map(Cell::done).collect(),
            force: agreed(),
            ..Expected::default()
        };
        if let Some(code) = malformed {
            expected.malformed.insert("b", vec![(3, code)]);
        }
        expected
    };
    let a = World::agreed(&terms).a;
    let text = note::text(
        &a.party.origin,
        3,
        &root(&a.entries.iter().map(|entry| leaf_hash(entry)).collect::<Vec<_>>()),
    );
    let witness = |time: u64, over: &str| {
        note::witness_line("witness.example/w1", &Key::named("witness 1"), time, over)
    };
    let own = note::log_line(&a.party.origin, &a.party.checkpoint, &text);
    let wrong = note::log_line(&a.party.origin, &a.party.checkpoint, "another text\n");
    for (name, description, note, code) in [
        (
            "log-signature",
            "a's signature is over another text",
            note::note(&text, &[wrong]),
            Some("INVALID-LOG-SIGNATURE"),
        ),
        (
            "cosignature",
            "a witness's line over another text",
            note::note(&text, &[own.clone(), witness(300, "another text\n")]),
            Some("INVALID-COSIGNATURE"),
        ),
        (
            "another-key",
            "signed by a key that the policy does not name: left aside",
            note::note(&text, &[note::log_line(&a.party.origin, &Key::named("somebody"), &text)]),
            None,
        ),
    ] {
        accept(
            operation,
            &format!("anchor-{name}"),
            description,
            &with(anchor_of(&a.log(), &note)),
            of(code),
        );
    }
    let good = note::note(&text, &[own]);
    accept(
        operation,
        "anchor-of-a-stranger",
        "an anchor of a log that is no party's is left aside",
        &with(anchor_of(&[0x99; 32], &good)),
        of(None),
    );
    // b's own note under a's log id.
    let b_note = World::agreed(&terms).b.note(1, &[(1, 100), (2, 100), (3, 100)]);
    accept(
        operation,
        "anchor-under-another-id",
        "a note of b under the log id of a",
        &with(anchor_of(&a.log(), &b_note)),
        of(Some("ORIGIN-MISMATCH")),
    );
    let above = note::text(&a.party.origin, 9, &sha256(&[b"a tree that nobody here has"]));
    accept(
        operation,
        "anchor-above",
        "an anchor of more entries than a shows here is left aside",
        &with(anchor_of(&a.log(), &a.note_of(&above, &[(1, 900), (2, 900), (3, 900)]))),
        of(None),
    );
}
