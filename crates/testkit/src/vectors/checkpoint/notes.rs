//! The frame of a signed note: bytes, lines, signatures. No key is looked at.

use detente_core::{Code, json::Object};

use super::checkpoint;
use crate::{
    build::{
        bytes::base64,
        note::{line, note},
    },
    vector::{Operation, Vector, object},
};

fn input(bytes: impl AsRef<[u8]>) -> Object {
    object! {"note": base64(bytes)}
}

/// Signature line number `n` of a made-up key.
fn made_up(n: u32) -> String {
    line("key.example", n.to_be_bytes(), b"not a real signature")
}

fn many(count: u32) -> Vec<String> {
    (0..count).map(made_up).collect()
}

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("checkpoint.note");
    valid(&mut operation);
    frame(&mut operation);
    lines(&mut operation);
    operation.into_vectors()
}

fn valid(operation: &mut Operation) {
    let mut ok = |name: &str, description: &str, note: String, signatures: u32| {
        operation.ok(name, description, input(note), object! {"signatures": signatures});
    };
    ok(
        "vector-a",
        "a checkpoint with one log line and one witness line",
        checkpoint(13, &[(1, 1_700_000_000)]),
        2,
    );
    ok("one-line", "a text of one line", note("text\n", &many(1)), 1);
    ok("blank-line-in-text", "the text ends before the last blank line", note("one\n\ntwo\n", &many(1)), 1);
    ok(
        "blank-lines-at-end-of-text",
        "two blank lines: the first belongs to the text",
        note("one\n\n", &many(1)),
        1,
    );
    ok("text-starts-blank", "the text starts with a blank line", note("\none\n", &many(1)), 1);
    ok("text-like-signature", "a text that looks like a signature line", note(&made_up(7), &many(1)), 1);
    ok("five-bytes", "a key id and one byte", note("text\n", &[line("a", [0; 4], &[0])]), 1);
    ok(
        "unicode",
        "text and name that are not ASCII",
        note("запись 记录\n", &[line("ключ.example", [1; 4], &[0; 64])]),
        1,
    );
    ok("delete-in-text", "U+007F is not below U+0020", note("a\u{7f}b\n", &many(1)), 1);
    ok("no-break-space-in-text", "U+00A0 in the text", note("a\u{a0}b\n", &many(1)), 1);
    ok(
        "same-name-other-id",
        "one name, two key ids",
        note("text\n", &[line("a", [1; 4], &[0]), line("a", [2; 4], &[0])]),
        2,
    );
    ok(
        "other-name-same-id",
        "two names, one key id",
        note("text\n", &[line("a", [1; 4], &[0]), line("b", [1; 4], &[0])]),
        2,
    );
    ok(
        "large-line",
        "a line as large as a post-quantum cosignature",
        note("text\n", &[line("a", [1; 4], &[0x5a; 2428])]),
        1,
    );
    ok("sixteen-signatures", "16 signature lines", note("text\n", &many(16)), 16);
    ok("hundred-signatures", "100 signature lines", note("text\n", &many(100)), 100);
}

fn frame(operation: &mut Operation) {
    let mut fails = |name: &str, description: &str, bytes: &[u8]| {
        operation.fails(Code::MalformedNote, name, description, input(bytes));
    };
    let good = note("text\n", &many(1));
    fails("empty", "no byte", b"");
    fails("only-line-feed", "a line feed", b"\n");
    fails("only-text", "a text without a blank line", b"text\n");
    fails("no-signature", "a text and a blank line", b"text\n\n");
    fails(
        "no-blank-line",
        "a signature line right after the text",
        format!("text\n{}", made_up(0)).as_bytes(),
    );
    fails("empty-text", "a blank line and a signature line", format!("\n{}", made_up(0)).as_bytes());
    fails("only-signature", "a signature line alone", made_up(0).as_bytes());
    fails("no-final-line-feed", "the last line does not end", good.trim_end().as_bytes());
    fails(
        "blank-line-at-end",
        "a blank line after the signature lines leaves none",
        format!("{good}\n").as_bytes(),
    );
    fails(
        "carriage-returns",
        "carriage returns before the line feeds",
        good.replace('\n', "\r\n").as_bytes(),
    );
    fails(
        "carriage-return-in-text",
        "one carriage return in the text",
        note("te\rxt\n", &many(1)).as_bytes(),
    );
    fails("tab-in-text", "a tab in the text", note("te\txt\n", &many(1)).as_bytes());
    fails("nul-in-text", "a zero byte in the text", note("te\0xt\n", &many(1)).as_bytes());
    fails("unit-separator-in-text", "U+001F in the text", note("te\u{1f}xt\n", &many(1)).as_bytes());
    fails("escape-in-name", "U+001B in a name", note("text\n", &[line("a\u{1b}", [0; 4], &[0])]).as_bytes());
    fails("not-utf-8", "a byte that is not UTF-8", &[b"te\xffxt\n\n", made_up(0).as_bytes()].concat());
    fails(
        "utf-8-cut",
        "the first byte of an em dash at the end of the text",
        &[b"text\xe2\n\n", made_up(0).as_bytes()].concat(),
    );
    fails("trailing-bytes", "text after the last signature line", format!("{good}more\n").as_bytes());
}

fn lines(operation: &mut Operation) {
    let mut fails = |code: Code, name: &str, description: &str, lines: &[String]| {
        operation.fails(code, name, description, input(note("text\n", lines)));
    };
    let form = Code::MalformedNote;
    let blob = base64([0u8; 68]);
    for (name, description, text) in [
        ("hyphen", "a hyphen for the dash", format!("- a {blob}\n")),
        ("en-dash", "U+2013 for the dash", format!("\u{2013} a {blob}\n")),
        ("no-space-after-dash", "no space after the dash", format!("\u{2014}a {blob}\n")),
        ("no-break-space-after-dash", "U+00A0 after the dash", format!("\u{2014}\u{a0}a {blob}\n")),
        ("leading-space", "a space before the dash", format!(" \u{2014} a {blob}\n")),
        ("empty-name", "no name", format!("\u{2014}  {blob}\n")),
        ("no-base64", "a name alone", "\u{2014} a\n".to_owned()),
        ("no-name", "base64 alone", format!("\u{2014} {blob}\n")),
        ("plus-in-name", "a `+` in the name", format!("\u{2014} a+b {blob}\n")),
        ("no-break-space-in-name", "U+00A0 in the name", format!("\u{2014} a\u{a0}b {blob}\n")),
        ("next-line-in-name", "U+0085 in the name", format!("\u{2014} a\u{85}b {blob}\n")),
        ("delete-in-name", "U+007F in the name", format!("\u{2014} a\u{7f}b {blob}\n")),
        ("256-byte-name", "a name of 256 bytes", format!("\u{2014} {} {blob}\n", "a".repeat(256))),
        ("empty-base64", "nothing after the space", "\u{2014} a \n".to_owned()),
        ("three-bytes", "three bytes", "\u{2014} a AAAA\n".to_owned()),
        ("four-bytes", "a key id and nothing more", "\u{2014} a AAAAAA==\n".to_owned()),
    ] {
        fails(form, &format!("line-{name}"), description, &[text]);
    }
    let base = Code::MalformedBase64;
    for (name, description, text) in [
        ("loose-bits", "unused bits that are not zero", "AAAAAAB=".to_owned()),
        ("no-padding", "padding left out", "AAAAAAA".to_owned()),
        ("url-alphabet", "the alphabet of URLs", "AAAA__--".to_owned()),
        ("two-spaces", "two spaces before the base64: the name ends at the first", format!(" {blob}")),
        ("trailing-space", "a space after the base64", format!("{blob} ")),
        ("name-with-space", "a name with a space ends at the space", format!("b {blob}")),
    ] {
        fails(base, &format!("line-{name}"), description, &[format!("\u{2014} a {text}\n")]);
    }
    let (bad_base, bad_form) = ("\u{2014} a AAAAAAB=\n".to_owned(), format!("- a {blob}\n"));
    fails(
        base,
        "first-bad-line-base64",
        "the first bad line decides",
        &[made_up(0), bad_base.clone(), bad_form.clone()],
    );
    fails(
        form,
        "first-bad-line-form",
        "the first bad line decides",
        &[made_up(0), bad_form.clone(), bad_base.clone()],
    );
    let many_code = Code::TooManySignatures;
    fails(many_code, "hundred-and-one-signatures", "101 signature lines", &many(101));
    fails(many_code, "two-hundred-signatures", "200 signature lines", &many(200));
    let mut twice = many(100);
    twice.push(made_up(0));
    fails(many_code, "hundred-and-one-with-duplicate", "the number is looked at before duplicates", &twice);
    let mut late = many(101);
    late[100] = bad_form.clone();
    fails(many_code, "hundred-and-one-last-bad", "only the first 100 lines are read", &late);
    let mut early = many(101);
    early[50] = bad_form;
    fails(form, "hundred-and-one-with-bad-line", "a malformed line among the first 100 wins", &early);
    early[50] = bad_base;
    fails(base, "hundred-and-one-with-bad-base64", "a malformed line among the first 100 wins", &early);
    let duplicate = Code::DuplicateSignature;
    fails(duplicate, "duplicate-line", "one line twice", &[made_up(0), made_up(0)]);
    fails(
        duplicate,
        "duplicate-key-other-signature",
        "one name and key id, two signatures",
        &[line("a", [1; 4], &[0]), line("a", [1; 4], &[1])],
    );
    fails(
        duplicate,
        "duplicate-key-apart",
        "the two lines are the first and the last",
        &[line("a", [1; 4], &[0]), made_up(1), made_up(2), line("a", [1; 4], &[1])],
    );
    let mut hundred = many(99);
    hundred.push(made_up(0));
    fails(duplicate, "duplicate-among-hundred", "100 lines, two of one key", &hundred);
}
