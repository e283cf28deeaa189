//! Bodies that no statement of this word has.

use detente_core::Code;

use super::bodies::{body, input, other_log, samples, to_entry_five};
use crate::{
    build::{
        agreement::{Accusation, NONE, kind, reference, some},
        bytes::{prefixed, run_from},
    },
    vector::Operation,
};

pub(super) fn refused(operation: &mut Operation) {
    every_kind(operation);
    references(operation);
    codes(operation);
    texts(operation);
    accusations(operation);
}

/// Cut, extended, with tags that no option has.
fn every_kind(operation: &mut Operation) {
    for sample in samples() {
        let name = sample.name.replace('.', "-");
        let mut refused = |word: &str, description: &str, bytes: &[u8]| {
            operation.fails(
                Code::MalformedStatement,
                format!("{name}-{word}"),
                description,
                input(sample.kind, bytes),
            );
        };
        refused("empty", "no bytes", &[]);
        refused("nonce-only", "nothing after the nonce", &sample.body[..16]);
        refused("truncated", "the last byte is missing", &sample.body[..sample.body.len() - 1]);
        refused("extended", "one byte more", &[&sample.body[..], &[0]].concat());
    }
    let at = to_entry_five();
    let mut refused = |name: &str, kind, rest: &[&[u8]]| {
        operation.fails(
            Code::MalformedStatement,
            name,
            "an option whose tag is neither 0 nor 1",
            input(kind, &body(&rest.concat())),
        );
    };
    refused("answer-tag-2", kind::REQUEST_ANSWER, &[&at, &[1], &[2], &run_from(0x80)]);
    refused(
        "session-tag-2",
        kind::DIALOGUE_SESSION,
        &[&other_log(), &[1], &prefixed(b"2026"), &[2], &to_entry_five()],
    );
    refused("answer-tag-2-alone", kind::REQUEST_ANSWER, &[&at, &[1], &[2]]);
}

fn references(operation: &mut Operation) {
    let log = other_log();
    let statement = run_from(0x60);
    for (word, reference) in [
        ("log-of-zeros", reference(&[0; 32], 5, &statement)),
        ("index-0", reference(&log, 0, &statement)),
        ("index-too-large", reference(&log, 1 << 63, &statement)),
        ("index-of-ones", reference(&log, u64::MAX, &statement)),
    ] {
        for (name, kind, rest) in [
            ("pong", kind::PONG, &[][..]),
            ("request-ack", kind::REQUEST_ACK, &[]),
            ("request-answer", kind::REQUEST_ANSWER, &[1, 0]),
            ("accusation-withdraw", kind::ACCUSATION_WITHDRAW, &[1]),
        ] {
            operation.fails(
                Code::MalformedStatement,
                format!("{name}-ref-{word}"),
                "a ref that no entry can have",
                input(kind, &body(&[&reference, rest].concat())),
            );
        }
        operation.fails(
            Code::MalformedStatement,
            format!("session-ref-{word}"),
            "a ref that no entry can have, in an option",
            input(
                kind::DIALOGUE_SESSION,
                &body(&[&log[..], &[1], &prefixed(b"2026"), &some(&reference)].concat()),
            ),
        );
    }
    for (name, kind, rest) in [
        ("ping", kind::PING, vec![]),
        ("access-denied", kind::ACCESS_DENIED, 7u64.to_le_bytes().to_vec()),
        ("request-assistance", kind::REQUEST_ASSISTANCE, run_from(0x80).to_vec()),
        ("request-preserve", kind::REQUEST_PRESERVE, run_from(0x80).to_vec()),
        ("dialogue-session", kind::DIALOGUE_SESSION, [&[1][..], &prefixed(b"2026"), &NONE].concat()),
    ] {
        operation.fails(
            Code::MalformedStatement,
            format!("{name}-to-zeros"),
            "a log id of zeros",
            input(kind, &body(&[&[0; 32][..], &rest].concat())),
        );
    }
}

/// One below and one above every closed list.
fn codes(operation: &mut Operation) {
    let at = to_entry_five();
    for (name, kind, above) in [
        ("request-answer", kind::REQUEST_ANSWER, 6u8),
        ("request-refuse", kind::REQUEST_REFUSE, 8),
        ("request-update", kind::REQUEST_UPDATE, 5),
        ("accusation-reply", kind::ACCUSATION_REPLY, 5),
    ] {
        for code in [0, above, 255] {
            operation.fails(
                Code::MalformedStatement,
                format!("{name}-code-{code}"),
                "a code outside the closed list",
                input(kind, &body(&[&at[..], &[code], &NONE].concat())),
            );
        }
    }
    for code in [0, 4] {
        operation.fails(
            Code::MalformedStatement,
            format!("accusation-withdraw-code-{code}"),
            "a reason outside the closed list",
            input(kind::ACCUSATION_WITHDRAW, &body(&[&at[..], &[code]].concat())),
        );
    }
    for form in [0, 5] {
        operation.fails(
            Code::MalformedStatement,
            format!("dialogue-session-form-{form}"),
            "a form outside the closed list",
            input(
                kind::DIALOGUE_SESSION,
                &body(&[&other_log()[..], &[form], &prefixed(b"2026"), &NONE].concat()),
            ),
        );
    }
    let mut refused = |name: &str, description: &str, kind, rest: &[&[u8]]| {
        operation.fails(Code::MalformedStatement, name, description, input(kind, &body(&rest.concat())));
    };
    refused(
        "agreement-amend-same",
        "old and new are the same",
        kind::AGREEMENT_AMEND,
        &[&[0xaa; 32], &[0xaa; 32]],
    );
    refused(
        "agreement-withdraw-too-late",
        "effective above 2^63 - 1",
        kind::AGREEMENT_WITHDRAW,
        &[&[0xaa; 32], &(1u64 << 63).to_le_bytes()],
    );
    refused(
        "access-denied-too-large",
        "a size above 2^63 - 1",
        kind::ACCESS_DENIED,
        &[&other_log(), &(1u64 << 63).to_le_bytes()],
    );
}

fn texts(operation: &mut Operation) {
    let good = prefixed(b"duty@a.example");
    for (word, text) in [
        ("empty", vec![]),
        ("too-long", vec![b'x'; 1025]),
        ("line-feed", b"a\nb".to_vec()),
        ("delete", vec![0x7f]),
        ("c1-control", "\u{85}".as_bytes().to_vec()),
        ("not-utf-8", vec![0xff]),
    ] {
        for (which, rest) in [
            ("first", [prefixed(&text), good.clone()].concat()),
            ("second", [good.clone(), prefixed(&text)].concat()),
        ] {
            operation.fails(
                Code::MalformedStatement,
                format!("party-declare-{which}-{word}"),
                "a contact that is none",
                input(kind::PARTY_DECLARE, &body(&rest)),
            );
        }
    }
    operation.fails(
        Code::MalformedStatement,
        "party-declare-length-bomb",
        "a length of 2^64 - 1",
        input(kind::PARTY_DECLARE, &body(&[&[0xff; 8][..], &good].concat())),
    );
    for (word, date) in [
        ("empty", ""),
        ("month-13", "2026-13"),
        ("day-30-of-february", "2024-02-30"),
        ("no-leap-day", "2026-02-29"),
        ("lower-case-t", "2026-06-30t00:00:00Z"),
        ("no-offset", "2026-06-30T00:00:00"),
        ("two-digit-year", "26"),
        ("second-61", "2026-06-30T23:59:61Z"),
    ] {
        operation.fails(
            Code::MalformedStatement,
            format!("dialogue-session-date-{word}"),
            "a date that is no claimed time",
            input(
                kind::DIALOGUE_SESSION,
                &body(&[&other_log()[..], &[1], &prefixed(date.as_bytes()), &NONE].concat()),
            ),
        );
    }
}

fn accusations(operation: &mut Operation) {
    let plain = Accusation::of(other_log());
    let mut refused = |name: &str, description: &str, accusation: Accusation| {
        operation.fails(
            Code::MalformedStatement,
            format!("accusation-{name}"),
            description,
            input(kind::ACCUSATION_ISSUE, &body(&accusation.rest())),
        );
    };
    for (at, field, above) in
        [(0, "class", 4u8), (1, "channel", 3), (2, "likelihood", 8), (3, "confidence", 4)]
    {
        let mut head = plain.head;
        head[at] = above;
        refused(
            &format!("{field}-{above}"),
            "a code above the closed list",
            Accusation { head, ..plain.clone() },
        );
    }
    for (at, field) in [(0, "class"), (1, "channel")] {
        let mut head = plain.head;
        head[at] = 0;
        refused(&format!("{field}-0"), "a code that has to be stated", Accusation { head, ..plain.clone() });
    }
    refused(
        "alternatives-3",
        "a code above the closed list",
        Accusation { alternatives: 3, ..plain.clone() },
    );
    for (word, bases) in [
        ("none", vec![]),
        ("twice", vec![1, 1]),
        ("out-of-order", vec![2, 1]),
        ("0", vec![0]),
        ("7", vec![7]),
    ] {
        refused(
            &format!("bases-{word}"),
            "bases that are no list of them",
            Accusation { bases, ..plain.clone() },
        );
    }
    let manifest = some(&run_from(0x90));
    for (word, items) in [
        ("none", vec![]),
        ("twice", vec![(1, 1), (1, 1)]),
        ("out-of-order", vec![(2, 1), (1, 1)]),
        ("type-0", vec![(0, 1)]),
        ("type-9", vec![(9, 1)]),
        ("count-0", vec![(1, 0)]),
    ] {
        refused(
            &format!("items-{word}"),
            "items that a manifest does not have",
            Accusation { manifest: manifest.clone(), items, ..plain.clone() },
        );
    }
    refused(
        "items-without-manifest",
        "items, and nothing that commits to them",
        Accusation { items: vec![(1, 1)], ..plain.clone() },
    );
    refused(
        "review-no-date",
        "a review date that is none",
        Accusation { review: b"soon".to_vec(), ..plain.clone() },
    );
    refused(
        "asked-index-0",
        "a ref that no entry can have",
        Accusation { asked: some(&reference(&other_log(), 0, &run_from(0x60))), ..plain.clone() },
    );
    refused("content-tag-2", "an option with another tag", Accusation { content: vec![2], ..plain });
}
