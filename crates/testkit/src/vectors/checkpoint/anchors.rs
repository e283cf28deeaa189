//! Bodies of statements of kind `anchor`.

use detente_core::{Code, json::Object};

use super::{
    LOG, TIME, checkpoint, log_key, log_line, neutral, policy, text, tree_root, with_policy, witness_key,
    witness_line, witness_name,
};
use crate::{
    build::{
        bytes::{Hash, base64, hex, prefixed, run_from},
        keys::{COSIGNATURE, Key, key_id},
        note,
    },
    vector::{Operation, Vector, object},
};

const NONCE: [u8; 16] = [0xa5; 16];

/// The id that the anchoring party names.
fn id() -> Hash {
    run_from(0x40)
}

fn body(note: &str) -> Vec<u8> {
    [&NONCE[..], &id(), &prefixed(note.as_bytes())].concat()
}

/// An input under the policy of two witnesses, both neutral.
fn input(body: &[u8]) -> Object {
    under(body, &both())
}

fn under(body: &[u8], policy: &str) -> Object {
    with_policy(policy.as_bytes(), Some(&neutral(policy, 2, 0)), object! {"body": base64(body)})
}

fn both() -> String {
    policy(2, "group both all w1 w2\nquorum both\n")
}

fn output(size: u64) -> Object {
    object! {"log": hex(&id()), "size": size.to_string()}
}

/// The checkpoint of 13 leaves with the log's line and others after it.
fn with_lines(lines: &[String]) -> Vec<u8> {
    let text = text(13);
    body(&note::note(&text, &[&[log_line(&text)], lines].concat()))
}

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("checkpoint.anchor");
    valid(&mut operation);
    layout(&mut operation);
    notes(&mut operation);
    order(&mut operation);
    against_policy(&mut operation);
    operation.into_vectors()
}

fn valid(operation: &mut Operation) {
    let cosigned = checkpoint(13, &[(1, TIME), (2, TIME + 5)]);
    operation.ok("cosigned", "the log and two witnesses", input(&body(&cosigned)), output(13));
    operation.ok(
        "alone",
        "the log alone; the quorum is not checked",
        input(&body(&checkpoint(13, &[]))),
        output(13),
    );
    operation.ok("size-1", "a log with its genesis only", input(&body(&checkpoint(1, &[]))), output(1));
    let large = note::text(LOG, i64::MAX as u64, &tree_root(13));
    operation.ok(
        "size-largest",
        "the largest size",
        input(&body(&note::note(&large, &[log_line(&large)]))),
        output(i64::MAX as u64),
    );
    let unsigned = with_policy(both().as_bytes(), None, object! {"body": base64(body(&cosigned))});
    operation.ok("no-companion", "no witness is neutral, and none has to be", unsigned, output(13));
    let text = text(13);
    let unknown = [
        note::witness_line("a.example/unknown", &Key::named("unknown"), TIME, &text),
        witness_line(1, TIME, &text),
        note::line("witness.example/w1", [0xff; 4], b"no key of the policy"),
    ];
    operation.ok(
        "unknown-lines",
        "lines of keys that the policy does not name, in their order; two names are equal",
        input(&with_lines(&unknown)),
        output(13),
    );
    operation.ok(
        "lines-before-log-name",
        "the order begins with the second line: a name below the log's comes after it",
        input(&with_lines(&[note::line("a", [0; 4], &[0])])),
        output(13),
    );
    operation.ok(
        "nonce-of-zeros",
        "a nonce is any 16 bytes",
        input(&[&[0; 16][..], &id(), &prefixed(cosigned.as_bytes())].concat()),
        output(13),
    );
}

fn layout(operation: &mut Operation) {
    let good = body(&checkpoint(13, &[(1, TIME)]));
    let mut refused = |name: &str, description: &str, body: &[u8]| {
        operation.fails(Code::MalformedStatement, name, description, input(body));
    };
    refused("empty", "no bytes", &[]);
    refused("truncated", "the last byte is missing", &good[..good.len() - 1]);
    refused("truncated-in-id", "the log id is cut short", &good[..40]);
    refused("no-note", "ends with the log id", &good[..48]);
    refused("extended", "one byte more", &[&good[..], b"\n"].concat());
    let length = |length: u64| [&good[..48], &length.to_le_bytes(), &good[56..]].concat();
    refused("length-too-small", "the note's length is one less", &length(good.len() as u64 - 57));
    refused("length-too-large", "the note's length is one more", &length(good.len() as u64 - 55));
    refused("length-bomb", "a length of 2^64 - 1", &length(u64::MAX));
    refused("zero-log-id", "a log id of zeros", &[&NONCE[..], &[0; 32], &good[48..]].concat());
    let mut latin = good.clone();
    latin[60] = 0xe9;
    refused("note-not-utf-8", "the note is no text", &latin);
    // Both rules are broken: the layout comes first.
    refused(
        "zero-log-id-and-malformed-note",
        "a log id of zeros before a note that is none",
        &[&NONCE[..], &[0; 32], &prefixed(b"no note")].concat(),
    );
}

fn notes(operation: &mut Operation) {
    let good = checkpoint(13, &[(1, TIME)]);
    let mut refused = |code, name: &str, description: &str, note: &str| {
        operation.fails(code, name, description, input(&body(note)))
    };
    refused(Code::MalformedNote, "note-empty", "an empty note", "");
    refused(Code::MalformedNote, "note-without-lines", "a text without a signature line", &text(13));
    refused(Code::MalformedNote, "note-without-line-feed", "the note does not end with LF", good.trim_end());
    let line = witness_line(1, TIME, &text(13));
    refused(
        Code::DuplicateSignature,
        "duplicate-line",
        "a line twice is a fault of the note",
        &format!("{good}{line}"),
    );
    refused(
        Code::MalformedNumber,
        "size-with-plus",
        "the size is no number",
        &good.replacen("\n13\n", "\n+13\n", 1),
    );
    refused(
        Code::MalformedCheckpoint,
        "two-lines-of-text",
        "no root",
        &note::note(&format!("{LOG}\n13\n"), &[log_line(&format!("{LOG}\n13\n"))]),
    );
    refused(Code::MalformedCheckpoint, "size-0", "the empty tree", &checkpoint(0, &[(1, TIME)]));
    let extended = format!("{}extension\n", text(13));
    refused(
        Code::MalformedCheckpoint,
        "extension-line",
        "an extension line, signed by all",
        &note::note(&extended, &[log_line(&extended), witness_line(1, TIME, &extended)]),
    );
}

fn order(operation: &mut Operation) {
    let text = text(13);
    let (one, two) = (witness_line(1, TIME, &text), witness_line(2, TIME, &text));
    let mut refused = |name: &str, description: &str, lines: &[String]| {
        operation.fails(Code::MalformedCheckpoint, name, description, input(&with_lines(lines)));
    };
    refused("lines-out-of-order", "the second witness before the first", &[two.clone(), one.clone()]);
    let name = witness_name(1);
    let own = key_id(&name, COSIGNATURE, &witness_key(1).public);
    assert!(own < [0xff; 4]);
    refused(
        "key-ids-out-of-order",
        "two lines of one name, the larger key id first",
        &[note::line(&name, [0xff; 4], &[1]), one.clone()],
    );
    refused(
        "unknown-lines-out-of-order",
        "the order holds for lines of unknown keys too",
        &[note::line("b", [0; 4], &[0]), note::line("a", [0; 4], &[0])],
    );
    // A character outside the basic plane: as bytes after U+FF5E, as UTF-16 before it.
    refused(
        "lines-in-utf-16-order",
        "the order is that of bytes",
        &[note::line("\u{1f600}", [0; 4], &[0]), note::line("\u{ff5e}", [0; 4], &[0])],
    );
}

fn against_policy(operation: &mut Operation) {
    let text = text(13);
    let (log, one) = (log_line(&text), witness_line(1, TIME, &text));
    let of = |lines: &[String]| input(&body(&note::note(&text, lines)));
    operation.fails(
        Code::UnknownLog,
        "log-line-second",
        "a witness's line before the log's",
        of(&[one.clone(), log.clone()]),
    );
    operation.fails(
        Code::UnknownLog,
        "no-log-line",
        "a witness's line only",
        of(core::slice::from_ref(&one)),
    );
    let stranger = Key::named("another log");
    operation.fails(
        Code::UnknownLog,
        "unknown-log",
        "the log signed with a key that the policy does not name",
        of(&[note::log_line(LOG, &stranger, &text), one.clone()]),
    );
    let wrong = note::log_line(LOG, &log_key(), "another text\n");
    operation.fails(
        Code::InvalidLogSignature,
        "log-signature",
        "the log's signature is over another text",
        of(&[wrong, one]),
    );
    let other = note::text("log.example/b", 13, &tree_root(13));
    operation.fails(
        Code::OriginMismatch,
        "origin",
        "the text names another log than the key",
        input(&body(&note::note(&other, &[log_line(&other)]))),
    );
    operation.fails(
        Code::InvalidCosignature,
        "cosignature",
        "a cosignature over another text",
        of(&[log.clone(), witness_line(1, TIME, "another text\n")]),
    );
    let good = body(&note::note(&text, &[log]));
    operation.fails(
        Code::MalformedPolicy,
        "policy-first",
        "the policy is read before the body",
        under(&good[..9], "log\n"),
    );
    let policy = both();
    operation.fails(
        Code::CompanionMismatch,
        "companion-first",
        "the companion is of another policy",
        with_policy(
            policy.as_bytes(),
            Some(&neutral(&format!("{policy}\n"), 2, 0)),
            object! {"body": base64(good)},
        ),
    );
}
