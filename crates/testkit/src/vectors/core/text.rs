//! Decimal numbers, base64, labelled digests.

use detente_core::{Code, Label};

use crate::{
    build::bytes::{base64, digest, hex, run_from},
    vector::{Operation, Vector, object},
};

pub(super) fn numbers() -> Vec<Vector> {
    let mut operation = Operation::new("core.number");
    for (name, text) in
        [("zero", "0"), ("one-digit", "5"), ("many-digits", "1234567890"), ("largest", "9223372036854775807")]
    {
        operation.ok(name, format!("`{text}`"), object! {"text": text}, object! {"value": text});
    }
    for (name, description, text) in [
        ("empty", "no digit", ""),
        ("plus", "`+5`", "+5"),
        ("minus", "`-5`", "-5"),
        ("minus-zero", "`-0`", "-0"),
        ("leading-zero", "`05`", "05"),
        ("double-zero", "`00`", "00"),
        ("leading-space", "a space before", " 5"),
        ("trailing-space", "a space after", "5 "),
        ("line-feed", "a line feed after", "5\n"),
        ("carriage-return", "a carriage return after", "5\r"),
        ("nul", "a zero byte after", "5\u{0}"),
        ("hexadecimal", "`0x5`", "0x5"),
        ("exponent", "`1e3`", "1e3"),
        ("fraction", "`5.0`", "5.0"),
        ("underscore", "`1_000`", "1_000"),
        ("arabic-digit", "a digit that is not ASCII", "\u{665}"),
        ("full-width-digit", "a full-width digit", "\u{ff15}"),
        ("above-largest", "2^63", "9223372036854775808"),
        ("two-pow-64", "2^64", "18446744073709551616"),
        ("two-pow-64-plus-five", "2^64 + 5, which wraps to 5", "18446744073709551621"),
        ("forty-digits", "forty digits", "1000000000000000000000000000000000000000"),
    ] {
        operation.fails(Code::MalformedNumber, name, description, object! {"text": text});
    }
    operation.into_vectors()
}

pub(super) fn base64_texts() -> Vec<Vector> {
    let mut operation = Operation::new("core.base64");
    for (text, bytes) in [
        ("", ""),
        ("Zg==", "f"),
        ("Zm8=", "fo"),
        ("Zm9v", "foo"),
        ("Zm9vYg==", "foob"),
        ("Zm9vYmE=", "fooba"),
        ("Zm9vYmFy", "foobar"),
    ] {
        let name = if bytes.is_empty() { "empty".to_owned() } else { format!("text-{bytes}") };
        operation.ok(
            name,
            format!("the bytes of `{bytes}`"),
            object! {"text": text},
            object! {"hex": hex(bytes.as_bytes())},
        );
    }
    operation.ok("alphabet-62-63", "plus and solidus", object! {"text": "+/+/"}, object! {"hex": "fbffbf"});
    for (name, description, text) in [
        ("loose-bits-four", "two characters with unused bits set", "AB=="),
        ("loose-bits-two", "three characters with unused bits set", "AAB="),
        ("no-padding-two", "two characters without padding", "AA"),
        ("no-padding-three", "three characters without padding", "AAA"),
        ("short-padding", "one padding character where two belong", "AA="),
        ("long-padding", "padding after a whole group", "AAAA===="),
        ("excess-padding", "two padding characters where one belongs", "AAA=="),
        ("only-padding", "padding alone", "===="),
        ("one-character", "one character and padding", "A==="),
        ("padding-inside", "padding before the last group", "AA==AAAA"),
        ("character-after-padding", "a character after padding", "AA=A"),
        ("url-alphabet", "the alphabet of URLs", "-_-_"),
        ("line-feed-at-end", "a line feed at the end", "AAAA\n"),
        ("line-feed-inside", "a line break inside", "AAAA\nAAAA"),
        ("carriage-return-inside", "a carriage return inside", "AA\rAA"),
        ("space-inside", "a space inside", "AA AA"),
        ("space-before", "a space before", " AAAA"),
        ("nul", "a zero byte", "AAA\u{0}"),
        ("not-ascii", "a letter that is not ASCII", "AAA\u{c5}"),
    ] {
        operation.fails(Code::MalformedBase64, name, description, object! {"text": text});
    }
    operation.into_vectors()
}

pub(super) fn digests() -> Vec<Vector> {
    let mut operation = Operation::new("core.digest");
    for label in Label::ALL {
        let name = label.as_str().trim_start_matches("detente/").trim_end_matches("/v1").replace('/', "-");
        operation.ok(
            format!("{name}-empty"),
            "the label and no data",
            object! {"label": label.as_str(), "data": ""},
            object! {"digest": hex(&digest(*label, &[]))},
        );
    }
    for (name, data) in
        [("one-byte", vec![0]), ("32-bytes", run_from(0).to_vec()), ("300-bytes", vec![0xa5; 300])]
    {
        operation.ok(
            format!("statement-id-{name}"),
            "the statement id label and data",
            object! {"label": Label::STATEMENT_ID.as_str(), "data": base64(&data)},
            object! {"digest": hex(&digest(Label::STATEMENT_ID, &[&data]))},
        );
    }
    operation.into_vectors()
}
