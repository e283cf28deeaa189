//! Checkpoints against a policy: text, log signature, origin, cosignatures.

use detente_core::{Code, json::Object};

use super::{
    LOG, TIME, checkpoint, cosignatures, log_key, log_line, neutral, policy, quorums, text, tree_root,
    with_policy, witness_key, witness_line, witness_name,
};
use crate::{
    build::{
        bytes::base64,
        edwards::{commitment, nonce, secret, signature},
        keys::{self, COSIGNATURE, Key, key_id},
        note,
    },
    vector::{Operation, Vector, object, texts},
};

/// An input under a policy and a companion in which `w1` to `w<witnesses>` are neutral.
pub(super) fn input(note: &str, policy: &str, witnesses: u8) -> Object {
    with_policy(policy.as_bytes(), Some(&neutral(policy, witnesses, 0)), object! {"note": base64(note)})
}

/// The output for the counting tree.
pub(super) fn output(size: usize, witnesses: &[&str]) -> Object {
    object! {"origin": LOG, "size": size.to_string(), "root": base64(tree_root(size)), "witnesses": texts(witnesses)}
}

const ONE: &str = "quorum w1\n";

pub(super) fn one() -> String {
    policy(1, ONE)
}

/// A checkpoint with a text of one's own, signed and cosigned as it is.
fn signed(text: &str) -> String {
    note::note(text, &[log_line(text), witness_line(1, TIME, text)])
}

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("checkpoint.checkpoint");
    valid(&mut operation);
    malformed(&mut operation);
    logs(&mut operation);
    cosignatures::checkpoints(&mut operation);
    quorums::checkpoints(&mut operation);
    operation.into_vectors()
}

fn valid(operation: &mut Operation) {
    let mut ok = |name: &str, description: &str, input: Object, output: Object| {
        operation.ok(name, description, input, output)
    };
    ok(
        "vector-a",
        "log and one witness, 13 leaves",
        input(&checkpoint(13, &[(1, TIME)]), &one(), 1),
        output(13, &["w1"]),
    );
    ok("size-0", "the empty tree", input(&checkpoint(0, &[(1, TIME)]), &one(), 1), output(0, &["w1"]));
    let large = note::text(LOG, i64::MAX as u64, &tree_root(13));
    let mut largest = output(13, &["w1"]);
    largest.insert("size".to_owned(), "9223372036854775807".into());
    ok("size-largest", "the largest size", input(&signed(&large), &one(), 1), largest);
    let extended = format!("{}extension one\nextension two\n", text(13));
    ok(
        "extension-lines",
        "extension lines are read, signed over and ignored",
        input(&signed(&extended), &one(), 1),
        output(13, &["w1"]),
    );
    let text = text(13);
    let unknown = [
        note::line("other.example/log", [1, 2, 3, 4], &[0; 64]),
        log_line(&text),
        note::line(LOG, [9, 9, 9, 9], b"a line of an unknown key"),
        note::witness_line("witness.example/unknown", &Key::named("unknown"), 0, &text),
        witness_line(1, TIME, &text),
        note::witness_line(LOG, &log_key(), TIME, &text),
    ];
    ok(
        "unknown-lines",
        "lines of keys that the policy does not name",
        input(&note::note(&text, &unknown), &one(), 1),
        output(13, &["w1"]),
    );
    ok(
        "witness-line-first",
        "the order of the lines does not matter",
        input(&note::note(&text, &[witness_line(1, TIME, &text), log_line(&text)]), &one(), 1),
        output(13, &["w1"]),
    );
    let filler = |count: u32| {
        let made_up = (0..count).map(|at| note::line("made.up", at.to_be_bytes(), &[0; 64]));
        note::note(&text, &made_up.chain([log_line(&text), witness_line(1, TIME, &text)]).collect::<Vec<_>>())
    };
    ok(
        "sixteen-signatures",
        "16 signature lines, the known ones last",
        input(&filler(14), &one(), 1),
        output(13, &["w1"]),
    );
    ok(
        "hundred-signatures",
        "100 signature lines, the known ones last",
        input(&filler(98), &one(), 1),
        output(13, &["w1"]),
    );
    operation.fails(
        Code::TooManySignatures,
        "hundred-and-one-signatures",
        "101 signature lines",
        input(&filler(99), &one(), 1),
    );
    let second = Key::named("second log key");
    let both = format!("{}{}", note::policy_log(LOG, &second), one());
    let lines = [note::log_line(LOG, &second, &text), log_line(&text), witness_line(1, TIME, &text)];
    operation.ok(
        "two-log-keys",
        "two keys of one log, both valid",
        input(&note::note(&text, &lines), &both, 1),
        output(13, &["w1"]),
    );
    operation.ok(
        "one-of-two-log-keys",
        "the policy names two keys of one log, the note has one",
        input(&signed(&text), &both, 1),
        output(13, &["w1"]),
    );
    let time = note::note(&text, &[log_line(&text), witness_line(1, i64::MAX as u64, &text)]);
    operation.ok(
        "cosignature-time-largest",
        "a cosignature at the largest time",
        input(&time, &one(), 1),
        output(13, &["w1"]),
    );
}

fn malformed(operation: &mut Operation) {
    let mut fails = |code: Code, name: &str, description: &str, text: &str| {
        operation.fails(code, name, description, input(&signed(text), &one(), 1));
    };
    let root = base64(tree_root(13));
    let form = Code::MalformedCheckpoint;
    fails(form, "one-line", "an origin alone", &format!("{LOG}\n"));
    fails(form, "two-lines", "origin and size", &format!("{LOG}\n13\n"));
    fails(form, "origin-empty", "an empty first line", &format!("\n13\n{root}\n"));
    fails(form, "origin-with-space", "a space in the origin", &format!("log.example a\n13\n{root}\n"));
    fails(form, "origin-with-plus", "a `+` in the origin", &format!("log.example+a\n13\n{root}\n"));
    fails(
        form,
        "origin-with-no-break-space",
        "U+00A0 in the origin",
        &format!("log.example\u{a0}a\n13\n{root}\n"),
    );
    fails(form, "origin-256-bytes", "an origin of 256 bytes", &format!("{}\n13\n{root}\n", "a".repeat(256)));
    fails(
        form,
        "origin-before-size",
        "origin and size are both wrong",
        &format!("log.example a\n+13\n{root}\n"),
    );
    let number = Code::MalformedNumber;
    for (name, size) in [
        ("plus", "+5"),
        ("leading-zero", "05"),
        ("double-zero", "00"),
        ("minus", "-5"),
        ("empty", ""),
        ("leading-space", " 5"),
        ("trailing-space", "5 "),
        ("hexadecimal", "0x5"),
        ("exponent", "1e3"),
        ("two-pow-63", "9223372036854775808"),
        ("two-pow-64-plus-13", "18446744073709551629"),
        ("arabic-digit", "\u{665}"),
    ] {
        fails(
            number,
            &format!("size-{name}"),
            &format!("the size line is `{size}`"),
            &format!("{LOG}\n{size}\n{root}\n"),
        );
    }
    fails(number, "size-before-root", "size and root are both wrong", &format!("{LOG}\n05\nAB==\n"));
    let base = Code::MalformedBase64;
    let cut = &root[..42];
    fails(base, "root-loose-bits", "unused bits of the root are set", &format!("{LOG}\n13\n{cut}F=\n"));
    fails(
        base,
        "root-no-padding",
        "the root without padding",
        &format!("{LOG}\n13\n{}\n", root.trim_end_matches('=')),
    );
    fails(base, "root-trailing-space", "a space after the root", &format!("{LOG}\n13\n{root} \n"));
    fails(
        form,
        "root-hexadecimal",
        "64 hexadecimal digits are base64 of 48 bytes",
        &format!("{LOG}\n13\n{}\n", crate::build::bytes::hex(&tree_root(13))),
    );
    fails(form, "root-empty", "an empty root line is base64 of nothing", &format!("{LOG}\n13\n\n"));
    fails(form, "root-31-bytes", "a root of 31 bytes", &format!("{LOG}\n13\n{}\n", base64([1; 31])));
    fails(form, "root-33-bytes", "a root of 33 bytes", &format!("{LOG}\n13\n{}\n", base64([1; 33])));
    fails(
        form,
        "extension-empty",
        "an empty line among the extension lines",
        &format!("{}\nmore\n", text(13)),
    );
    fails(form, "extension-empty-last", "an empty line at the end of the text", &format!("{}\n", text(13)));
    fails(
        form,
        "size-0-other-root",
        "size 0 with a root that is not that of the empty tree",
        &format!("{LOG}\n0\n{root}\n"),
    );
    for (name, description, note, code) in [
        (
            "note-carriage-return",
            "carriage returns",
            checkpoint(13, &[(1, TIME)]).replace('\n', "\r\n"),
            Code::MalformedNote,
        ),
        (
            "note-no-final-line-feed",
            "the final line feed is missing",
            checkpoint(13, &[(1, TIME)]).trim_end().to_owned(),
            Code::MalformedNote,
        ),
        (
            "note-duplicate-line",
            "the log's line twice",
            note::note(
                &text(13),
                &[log_line(&text(13)), log_line(&text(13)), witness_line(1, TIME, &text(13))],
            ),
            Code::DuplicateSignature,
        ),
        (
            "note-duplicate-witness",
            "two cosignatures of one witness at two times",
            checkpoint(13, &[(1, TIME), (1, TIME + 1)]),
            Code::DuplicateSignature,
        ),
    ] {
        operation.fails(code, name, description, input(&note, &one(), 1));
    }
}

fn logs(operation: &mut Operation) {
    let text = text(13);
    let mut fails = |code: Code, name: &str, description: &str, lines: &[String], policy: &str| {
        operation.fails(code, name, description, input(&note::note(&text, lines), policy, 1));
    };
    let witness = witness_line(1, TIME, &text);
    let other = Key::named("other log");
    let unknown = Code::UnknownLog;
    fails(unknown, "no-log-line", "a cosignature alone", std::slice::from_ref(&witness), &one());
    fails(
        unknown,
        "other-log-key",
        "signed by another key under the same name",
        &[note::log_line(LOG, &other, &text), witness.clone()],
        &one(),
    );
    let id = key_id(LOG, keys::LOG, &log_key().public);
    let signature_bytes = log_key().sign(text.as_bytes());
    fails(
        unknown,
        "known-id-other-name",
        "the known key id under another name",
        &[note::line("log.example/b", id, &signature_bytes), witness.clone()],
        &one(),
    );
    fails(
        unknown,
        "known-name-other-id",
        "the known name with another key id",
        &[note::line(LOG, [0; 4], &signature_bytes), witness.clone()],
        &one(),
    );
    fails(
        unknown,
        "log-key-as-witness",
        "the log's key as a cosigner only",
        &[note::witness_line(LOG, &log_key(), TIME, &text), witness.clone()],
        &one(),
    );
    let renamed = format!(
        "{}{}quorum w1\n",
        note::policy_log("log.example/b", &log_key()),
        note::policy_witness("w1", &witness_name(1), &witness_key(1))
    );
    fails(
        unknown,
        "policy-other-name",
        "the policy knows the key under another name",
        &[log_line(&text), witness.clone()],
        &renamed,
    );
    let invalid = Code::InvalidLogSignature;
    let blob = |blob: &[u8]| note::line(LOG, id, blob);
    let mut flipped = signature_bytes;
    flipped[0] ^= 1;
    fails(
        invalid,
        "signature-bit",
        "one bit of the log's signature",
        &[blob(&flipped), witness.clone()],
        &one(),
    );
    fails(
        invalid,
        "signature-63-bytes",
        "63 bytes",
        &[blob(&signature_bytes[..63]), witness.clone()],
        &one(),
    );
    fails(
        invalid,
        "signature-65-bytes",
        "65 bytes",
        &[blob(&[&signature_bytes[..], &[0]].concat()), witness.clone()],
        &one(),
    );
    fails(invalid, "signature-one-byte", "one byte", &[blob(&[0]), witness.clone()], &one());
    fails(
        invalid,
        "signature-of-other-text",
        "a signature of another checkpoint",
        &[blob(&log_key().sign(super::text(12).as_bytes())), witness.clone()],
        &one(),
    );
    fails(
        invalid,
        "signature-with-blank-line",
        "a signature over the text and the blank line",
        &[blob(&log_key().sign(format!("{text}\n").as_bytes())), witness.clone()],
        &one(),
    );
    fails(
        invalid,
        "signature-of-other-key",
        "another key's signature under the known name and key id",
        &[blob(&other.sign(text.as_bytes())), witness.clone()],
        &one(),
    );
    let chosen = nonce("checkpoint");
    let r = commitment(&chosen, 1);
    let mixed = signature(&secret(&log_key()), &log_key().public, &r, &chosen, text.as_bytes());
    fails(
        invalid,
        "signature-mixed-order",
        "R of mixed order: valid with the cofactor only",
        &[blob(&mixed), witness.clone()],
        &one(),
    );
    let second = Key::named("second log key");
    let both = format!("{}{}", note::policy_log(LOG, &second), one());
    let second_id = key_id(LOG, keys::LOG, &second.public);
    fails(
        invalid,
        "second-log-key-bad",
        "the line of a second known key does not verify",
        &[log_line(&text), note::line(LOG, second_id, &flipped), witness.clone()],
        &both,
    );
    let bad_witness =
        note::line(&witness_name(1), key_id(&witness_name(1), COSIGNATURE, &witness_key(1).public), &[0; 72]);
    fails(
        invalid,
        "log-before-witness",
        "both are bad: log keys are checked first",
        &[bad_witness.clone(), blob(&flipped)],
        &one(),
    );
    let origin = Code::OriginMismatch;
    let elsewhere = note::text("log.example/b", 13, &tree_root(13));
    operation.fails(
        origin,
        "origin-of-other-log",
        "the known key signed a text of another origin",
        input(
            &note::note(
                &elsewhere,
                &[note::log_line(LOG, &log_key(), &elsewhere), witness_line(1, TIME, &elsewhere)],
            ),
            &one(),
            1,
        ),
    );
    operation.fails(
        origin,
        "origin-before-witness",
        "the origin is checked before cosignatures",
        input(
            &note::note(&elsewhere, &[note::log_line(LOG, &log_key(), &elsewhere), bad_witness.clone()]),
            &one(),
            1,
        ),
    );
    operation.fails(
        invalid,
        "signature-before-origin",
        "the signature is checked before the origin",
        input(&note::note(&elsewhere, &[log_line(&text), witness_line(1, TIME, &elsewhere)]), &one(), 1),
    );
    let two = format!("{}{}", note::policy_log("log.example/b", &second), one());
    let lines = [
        note::log_line(LOG, &log_key(), &elsewhere),
        note::log_line("log.example/b", &second, &elsewhere),
        witness_line(1, TIME, &elsewhere),
    ];
    operation.fails(
        origin,
        "origin-of-second-log-line",
        "the origin is the name of the second log line, not of the first",
        input(&note::note(&elsewhere, &lines), &two, 1),
    );
}
