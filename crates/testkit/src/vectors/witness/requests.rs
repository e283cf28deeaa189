//! The form of a request.

use detente_core::{Code, MAX_POSITION, json::Object};

use super::{LOG, honest, leaves, log_line, proof, request, signed, text};
use crate::{
    build::{
        bytes::{Hash, base64, hex, sha256},
        note,
        tree::{hex_list, root},
    },
    vector::{Operation, Vector, object, texts},
};

fn input(request: impl AsRef<[u8]>) -> Object {
    object! {"request": base64(request)}
}

fn output(old: impl ToString, size: usize, root: &Hash, proof: &[Hash]) -> Object {
    object! {
        "old": old.to_string(),
        "origin": LOG,
        "size": size.to_string(),
        "root": hex(root),
        "proof": texts(&hex_list(proof)),
    }
}

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("witness.request");
    accepted(&mut operation);
    lines(&mut operation);
    notes(&mut operation);
    operation.into_vectors()
}

fn accepted(operation: &mut Operation) {
    for (old, size) in [(0, 0), (0, 1), (0, 13), (1, 2), (5, 13), (8, 13), (12, 13), (13, 13), (255, 300)] {
        let leaves = leaves(size);
        operation.ok(
            format!("from-{old}-to-{size}"),
            "an honest request, entries of one byte",
            input(honest(old, &leaves)),
            output(old, size, &root(&leaves), &proof(old, &leaves)),
        );
    }
    let thirteen = leaves(13);
    let (note, tree) = (signed(&text(&thirteen)), root(&thirteen));
    let mut ok = |name: &str, description: &str, old: u64, proof: &[Hash], note: &str| {
        operation.ok(name, description, input(request(old, proof, note)), output(old, 13, &tree, proof));
    };
    ok("old-above-size", "the numbers are not compared here", 14, &[], &note);
    ok("largest-old", "the largest number", MAX_POSITION, &[], &note);
    ok("sixty-three-hashes", "63 hashes", 5, &[[7; 32]; 63], &note);
    let unsigned = note::note(&text(&thirteen), &[note::line("somebody", [1, 2, 3, 4], &[5])]);
    ok("unknown-line", "who signed is not looked at here", 5, &[], &unsigned);
    let extended = format!("{}more\n", text(&thirteen));
    ok("extension-line", "an extension line is read here", 5, &[], &signed(&extended));
    for (name, description, text) in [
        ("empty-tree-other-root", "size 0 with another root is for the answer", note::text(LOG, 0, &[7; 32])),
        (
            "empty-tree-other-root-extension",
            "the same with an extension line",
            format!("{}more\n", note::text(LOG, 0, &[7; 32])),
        ),
    ] {
        let expected = output(0, 0, &[7; 32], &[]);
        operation.ok(name, description, input(request(0, &[], &signed(&text))), expected);
    }
    let empty = note::text(LOG, 0, &sha256(&[]));
    operation.ok(
        "empty-tree-extension",
        "the empty tree with an extension line",
        input(request(0, &[], &signed(&format!("{empty}more\n")))),
        output(0, 0, &sha256(&[]), &[]),
    );
}

fn lines(operation: &mut Operation) {
    let thirteen = leaves(13);
    let note = signed(&text(&thirteen));
    let good = honest(5, &thirteen);
    let hash = base64([7; 32]);
    let mut fails = |code: Code, name: &str, description: &str, request: String| {
        operation.fails(code, name, description, input(request));
    };
    let form = Code::MalformedRequest;
    fails(form, "empty", "no byte", String::new());
    fails(form, "bare-note", "a note alone", note.clone());
    fails(form, "blank-line-first", "a blank line before the first", format!("\n{good}"));
    fails(form, "old-upper-case", "`Old`", good.replacen("old", "Old", 1));
    fails(form, "old-tab", "a tab after `old`", good.replacen("old ", "old\t", 1));
    fails(form, "old-without-space", "`old5`", good.replacen("old ", "old", 1));
    fails(form, "space-before-old", "a space before `old`", format!(" {good}"));
    fails(form, "mark-before-old", "a byte order mark", format!("\u{feff}{good}"));
    fails(form, "first-line-only", "the first line alone", "old 5\n".to_owned());
    fails(form, "first-line-unfinished", "the first line without its line feed", "old 5".to_owned());
    fails(form, "no-blank-line", "hashes and no end", format!("old 5\n{hash}\n{hash}\n"));
    fails(form, "no-blank-line-unfinished", "the last hash without its line feed", format!("old 5\n{hash}"));
    fails(form, "hash-31-bytes", "a hash of 31 bytes", format!("old 5\n{}\n\n{note}", base64([7; 31])));
    fails(form, "hash-33-bytes", "a hash of 33 bytes", format!("old 5\n{}\n\n{note}", base64([7; 33])));
    fails(form, "sixty-four-hashes", "64 hashes", request(5, &[[7; 32]; 64], &note));
    fails(
        form,
        "hash-length-before-base64",
        "the first bad line decides: a short one before a line that is no base64",
        format!("old 5\n{}\n!\n\n{note}", base64([7; 31])),
    );
    let number = Code::MalformedNumber;
    for (name, text) in [
        ("number-empty", ""),
        ("number-plus", "+5"),
        ("number-minus", "-5"),
        ("number-leading-zero", "05"),
        ("number-space-before", " 5"),
        ("number-space-after", "5 "),
        ("number-hexadecimal", "0x5"),
        ("number-too-large", "9223372036854775808"),
        ("number-carriage-return", "5\r"),
        ("number-other-digits", "\u{665}"),
    ] {
        fails(number, name, "no decimal number", good.replacen("old 5", &format!("old {text}"), 1));
    }
    let base = Code::MalformedBase64;
    let first = good.lines().nth(1).unwrap();
    for (name, line) in [
        ("hash-hexadecimal", hex(&[7; 32]) + "\u{e9}"),
        ("hash-unpadded", first.trim_end_matches('=').to_owned()),
        ("hash-space-before", format!(" {first}")),
        ("hash-space-after", format!("{first} ")),
        ("hash-url-alphabet", base64([0xfb; 32]).replace('+', "-")),
        ("hash-loose-bits", format!("{}B=", &base64([0; 32])[..42])),
    ] {
        fails(base, name, "a hash that is no strict base64", good.replacen(first, &line, 1));
    }
    fails(base, "blank-line-space", "a space on the blank line", format!("old 5\n \n{note}"));
    fails(
        base,
        "blank-line-missing",
        "the note follows the proof at once: its origin is read as a hash",
        request(5, &proof(5, &thirteen), "").trim_end_matches('\n').to_owned() + "\n" + &note,
    );
    operation.fails(
        form,
        "not-utf-8",
        "a byte that is no UTF-8, in the note",
        input([good.as_bytes(), b"\xff\n"].concat()),
    );
    operation.fails(
        form,
        "not-utf-8-before-number",
        "the encoding is looked at before the number",
        input(b"old x\n\xff\n\n"),
    );
}

fn notes(operation: &mut Operation) {
    let text = text(&leaves(13));
    let mut fails = |code: Code, name: &str, description: &str, note: String| {
        operation.fails(code, name, description, input(request(5, &[], &note)));
    };
    let note = signed(&text);
    fails(Code::MalformedNote, "no-note", "nothing after the blank line", String::new());
    fails(Code::MalformedNote, "note-unsigned", "a note without signature lines", format!("{text}\n"));
    fails(
        Code::MalformedNote,
        "note-unfinished",
        "the last line feed is missing",
        note.trim_end().to_owned(),
    );
    fails(Code::MalformedNote, "two-blank-lines", "the note starts with a blank line, its text is empty", {
        format!("\n{}", log_line(&text))
    });
    fails(Code::MalformedNote, "note-carriage-returns", "carriage returns", note.replace('\n', "\r\n"));
    fails(
        Code::MalformedBase64,
        "note-line",
        "a signature line that is no base64",
        format!("{text}\n\u{2014} a !\n"),
    );
    fails(
        Code::DuplicateSignature,
        "note-line-twice",
        "one signature line twice",
        note::note(&text, &[log_line(&text), log_line(&text)]),
    );
    let many: Vec<String> =
        (0..101).map(|number| note::line(&format!("n{number}"), [0; 4], &[number])).collect();
    fails(Code::TooManySignatures, "note-101-lines", "101 signature lines", note::note(&text, &many));
    let mut text_fails = |code: Code, name: &str, description: &str, text: &str| {
        fails(code, name, description, signed(text));
    };
    let form = Code::MalformedCheckpoint;
    text_fails(form, "two-lines", "a text of two lines", &format!("{LOG}\n13\n"));
    text_fails(form, "origin-with-space", "an origin that is no name", &text.replacen(LOG, "log a", 1));
    text_fails(form, "root-31-bytes", "a root of 31 bytes", &format!("{LOG}\n13\n{}\n", base64([7; 31])));
    text_fails(
        form,
        "empty-tree-31-bytes",
        "size 0, a root of 31 bytes",
        &format!("{LOG}\n0\n{}\n", base64([7; 31])),
    );
    text_fails(
        form,
        "empty-tree-origin",
        "size 0 with another root, and an origin that is no name",
        &note::text("log+a", 0, &[7; 32]),
    );
    text_fails(
        form,
        "empty-tree-empty-extension",
        "size 0 with another root, and an empty extension line",
        &format!("{}\nmore\n", note::text(LOG, 0, &[7; 32])),
    );
    text_fails(
        Code::MalformedNumber,
        "size-leading-zero",
        "`00`",
        &format!("{LOG}\n00\n{}\n", base64([7; 32])),
    );
    text_fails(Code::MalformedBase64, "root-base64", "a root that is no base64", &format!("{LOG}\n13\n!\n"));
}
