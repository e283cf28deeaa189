//! Bodies of every kind: valid ones here, others in `bodies_refused`.

use detente_core::json::{Object, Value};

use super::bodies_refused;
use crate::{
    build::{
        agreement::{Accusation, NONE, kind, reference, some},
        bytes::{Hash, base64, hex, prefixed, run_from},
        statement::nonce,
    },
    vector::{Operation, Vector, object},
};

/// A kind, its name, and a valid body with what it names.
pub(super) struct Sample {
    pub(super) kind: u32,
    pub(super) name: &'static str,
    pub(super) body: Vec<u8>,
    pub(super) output: Object,
}

pub(super) fn other_log() -> Hash {
    run_from(0x40)
}

pub(super) fn body(rest: &[u8]) -> Vec<u8> {
    [&nonce(0xa0)[..], rest].concat()
}

pub(super) fn input(kind: u32, body: &[u8]) -> Object {
    object! {"kind": kind, "body": base64(body)}
}

/// The ref of most samples.
pub(super) fn to_entry_five() -> Vec<u8> {
    reference(&other_log(), 5, &run_from(0x60))
}

fn names(name: &str, to: Option<Hash>, reference: Option<(Hash, u64, Hash)>) -> Object {
    let id = |id: Option<Hash>| id.map_or(Value::Null, |id| hex(&id).into());
    object! {
        "kind": name,
        "to": id(to),
        "log": id(reference.map(|reference| reference.0)),
        "index": reference.map_or(Value::Null, |reference| reference.1.to_string().into()),
        "statement": id(reference.map(|reference| reference.2)),
    }
}

/// One of each kind.
pub(super) fn samples() -> Vec<Sample> {
    let log = other_log();
    let five = Some((log, 5, run_from(0x60)));
    let commitment = some(&run_from(0x80));
    let sample = |kind, name, rest: &[&[u8]], to, reference| Sample {
        kind,
        name,
        body: body(&rest.concat()),
        output: names(name, to, reference),
    };
    let at = to_entry_five();
    let accusation = Accusation::of(log).rest();
    vec![
        sample(
            kind::PARTY_DECLARE,
            "party.declare",
            &[&prefixed(b"desk@a.example"), &prefixed(b"duty@a.example")],
            None,
            None,
        ),
        sample(kind::AGREEMENT_ADOPT, "agreement.adopt", &[&[0xaa; 32]], None, None),
        sample(kind::AGREEMENT_AMEND, "agreement.amend", &[&[0xaa; 32], &[0xab; 32]], None, None),
        sample(
            kind::AGREEMENT_WITHDRAW,
            "agreement.withdraw",
            &[&[0xaa; 32], &1_800_000_000u64.to_le_bytes()],
            None,
            None,
        ),
        sample(kind::ACCESS_DENIED, "access.denied", &[&log, &7u64.to_le_bytes()], Some(log), None),
        sample(kind::PING, "ping", &[&log], Some(log), None),
        sample(kind::PONG, "pong", &[&at], None, five),
        sample(
            kind::DIALOGUE_SESSION,
            "dialogue.session",
            &[&log, &[1], &prefixed(b"2026-06-14"), &NONE],
            Some(log),
            None,
        ),
        sample(kind::REQUEST_ASSISTANCE, "request.assistance", &[&log, &run_from(0x80)], Some(log), None),
        sample(kind::REQUEST_PRESERVE, "request.preserve", &[&log, &run_from(0x80)], Some(log), None),
        sample(kind::REQUEST_ACK, "request.ack", &[&at], None, five),
        sample(kind::REQUEST_ANSWER, "request.answer", &[&at, &[1], &commitment], None, five),
        sample(kind::REQUEST_REFUSE, "request.refuse", &[&at, &[6], &NONE], None, five),
        sample(kind::REQUEST_UPDATE, "request.update", &[&at, &[1], &NONE], None, five),
        sample(kind::ACCUSATION_ISSUE, "accusation.issue", &[&accusation], Some(log), None),
        sample(kind::ACCUSATION_REPLY, "accusation.reply", &[&at, &[1], &NONE], None, five),
        sample(kind::ACCUSATION_WITHDRAW, "accusation.withdraw", &[&at, &[2]], None, five),
    ]
}

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("agreement.body");
    for sample in samples() {
        operation.ok(
            sample.name.replace('.', "-"),
            format!("a {}", sample.name),
            input(sample.kind, &sample.body),
            sample.output,
        );
    }
    limits(&mut operation);
    accusations(&mut operation);
    bodies_refused::refused(&mut operation);
    operation.into_vectors()
}

/// The outermost values that each field may have.
fn limits(operation: &mut Operation) {
    let log = other_log();
    let statement = run_from(0x60);
    let largest = i64::MAX as u64;
    let mut accepted = |name: &str, description: &str, kind, rest: &[&[u8]], output| {
        operation.ok(name, description, input(kind, &body(&rest.concat())), output);
    };
    accepted(
        "ref-index-1",
        "the smallest index that can be referred to",
        kind::REQUEST_ACK,
        &[&reference(&log, 1, &statement)],
        names("request.ack", None, Some((log, 1, statement))),
    );
    accepted(
        "ref-index-largest",
        "the largest index",
        kind::REQUEST_ACK,
        &[&reference(&log, largest, &statement)],
        names("request.ack", None, Some((log, largest, statement))),
    );
    accepted(
        "ref-statement-of-zeros",
        "any statement id can be written",
        kind::PONG,
        &[&reference(&log, 5, &[0; 32])],
        names("pong", None, Some((log, 5, [0; 32]))),
    );
    accepted(
        "denied-of-size-0",
        "nothing of the log is held",
        kind::ACCESS_DENIED,
        &[&log, &0u64.to_le_bytes()],
        names("access.denied", Some(log), None),
    );
    accepted(
        "denied-of-largest-size",
        "the largest size",
        kind::ACCESS_DENIED,
        &[&log, &largest.to_le_bytes()],
        names("access.denied", Some(log), None),
    );
    accepted(
        "withdraw-at-0",
        "effective at second 0",
        kind::AGREEMENT_WITHDRAW,
        &[&[0xaa; 32], &[0; 8]],
        names("agreement.withdraw", None, None),
    );
    accepted(
        "contact-longest",
        "1,024 bytes of contact",
        kind::PARTY_DECLARE,
        &[&prefixed(&[b'x'; 1024]), &prefixed("é".as_bytes())],
        names("party.declare", None, None),
    );
    for (word, date) in [
        ("year", "2026"),
        ("month", "2026-06"),
        ("leap-day", "2024-02-29"),
        ("second-60", "2026-06-30T23:59:60Z"),
        ("fraction-and-offset", "2026-06-30T23:59:59.5+05:30"),
    ] {
        accepted(
            &format!("session-date-{word}"),
            "a claimed time",
            kind::DIALOGUE_SESSION,
            &[&log, &[4], &prefixed(date.as_bytes()), &NONE],
            names("dialogue.session", Some(log), None),
        );
    }
    accepted(
        "session-with-other",
        "refers to the other's record",
        kind::DIALOGUE_SESSION,
        &[&log, &[2], &prefixed(b"2026"), &some(&to_entry_five())],
        names("dialogue.session", Some(log), Some((log, 5, statement))),
    );
    for (kind, name, codes) in [
        (kind::REQUEST_ANSWER, "request.answer", 1..=5u8),
        (kind::REQUEST_REFUSE, "request.refuse", 1..=7),
        (kind::REQUEST_UPDATE, "request.update", 1..=4),
        (kind::ACCUSATION_REPLY, "accusation.reply", 1..=4),
    ] {
        for code in codes {
            accepted(
                &format!("{}-code-{code}", name.replace('.', "-")),
                "a code of the closed list",
                kind,
                &[&to_entry_five(), &[code], &NONE],
                names(name, None, Some((log, 5, statement))),
            );
        }
    }
}

fn accusations(operation: &mut Operation) {
    let log = other_log();
    let mut accepted = |name: &str, description: &str, accusation: Accusation, to| {
        operation.ok(
            name,
            description,
            input(kind::ACCUSATION_ISSUE, &body(&accusation.rest())),
            names("accusation.issue", to, None),
        );
    };
    let plain = Accusation::of(log);
    accepted(
        "accusation-of-nobody-here",
        "the accused has no log",
        Accusation { accused: [0; 32], ..plain.clone() },
        None,
    );
    accepted(
        "accusation-full",
        "every field stated",
        Accusation {
            head: [3, 1, 7, 3],
            bases: vec![1, 2, 3, 4, 5, 6],
            alternatives: 2,
            manifest: some(&run_from(0x90)),
            items: vec![(1, 1), (2, u32::MAX), (3, 2), (4, 1), (5, 1), (6, 1), (7, 1), (8, 1)],
            review: b"2027-01".to_vec(),
            content: some(&run_from(0x80)),
            ..plain
        },
        Some(log),
    );
    let asked = Accusation { asked: some(&to_entry_five()), ..plain };
    operation.ok(
        "accusation-asked",
        "a request came before",
        input(kind::ACCUSATION_ISSUE, &body(&asked.rest())),
        names("accusation.issue", Some(log), Some((log, 5, run_from(0x60)))),
    );
}
