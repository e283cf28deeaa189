//! The text of a verification key.

use detente_core::Code;

use super::{LOG, log_key, witness_key};
use crate::{
    build::{
        bytes::{base64, hex},
        edwards::{beyond_prime, mixed, torsion},
        keys::{self, COSIGNATURE, Key, key_id, vkey},
    },
    vector::{Operation, Vector, object},
};

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("checkpoint.vkey");
    let mut ok = |name: &str, description: &str, key_name: &str, kind: u8, public: &[u8]| {
        operation.ok(
            name,
            description,
            object! {"text": vkey(key_name, kind, public)},
            object! {"name": key_name, "id": hex(&key_id(key_name, kind, public)), "type": u32::from(kind)},
        );
    };
    ok("log", "a log's key", LOG, keys::LOG, &log_key().public);
    ok("witness", "a witness's key", "witness.example/w1", COSIGNATURE, &witness_key(1).public);
    ok(
        "log-key-as-witness",
        "the 32 bytes of the log's key as type 4: another key id",
        LOG,
        COSIGNATURE,
        &log_key().public,
    );
    ok("one-byte-name", "a name of one byte", "a", keys::LOG, &log_key().public);
    ok("255-byte-name", "a name of 255 bytes", &"a".repeat(255), keys::LOG, &log_key().public);
    ok(
        "255-byte-name-two-byte-letters",
        "127 letters of two bytes and one of one",
        &format!("{}a", "é".repeat(127)),
        keys::LOG,
        &log_key().public,
    );
    ok("non-ascii-name", "letters that are not ASCII", "журнал.example/日志", keys::LOG, &log_key().public);
    ok("zero-width-space-name", "U+200B is not white space", "log\u{200b}a", keys::LOG, &log_key().public);
    ok(
        "soft-hyphen-name",
        "U+00AD is neither white space nor a control character",
        "log\u{ad}a",
        keys::LOG,
        &log_key().public,
    );
    let plus = (0..=255)
        .map(Key::counting)
        .find(|key| base64([&[1], &key.public[..]].concat()).contains('+'))
        .unwrap();
    ok("plus-in-base64", "the third part has a `+` too", LOG, keys::LOG, &plus.public);

    let mut fails = |code: Code, name: &str, description: &str, text: String| {
        operation.fails(code, name, description, object! {"text": text});
    };
    let malformed = Code::MalformedKey;
    let public = log_key().public;
    let good = vkey(LOG, keys::LOG, &public);
    let (id, material) = (hex(&key_id(LOG, keys::LOG, &public)), base64([&[1], &public[..]].concat()));
    fails(malformed, "empty", "no text", String::new());
    fails(malformed, "one-part", "a name alone", LOG.to_owned());
    fails(malformed, "two-parts", "no third part", format!("{LOG}+{id}"));
    fails(malformed, "empty-name", "an empty name", vkey("", keys::LOG, &public));
    fails(malformed, "256-byte-name", "a name of 256 bytes", vkey(&"a".repeat(256), keys::LOG, &public));
    for (name, description, key_name) in [
        ("space-in-name", "a space", "log a"),
        ("tab-in-name", "a tab", "log\ta"),
        ("line-feed-in-name", "a line feed", "log\na"),
        ("no-break-space-in-name", "U+00A0", "log\u{a0}a"),
        ("ideographic-space-in-name", "U+3000", "log\u{3000}a"),
        ("line-separator-in-name", "U+2028", "log\u{2028}a"),
        ("next-line-in-name", "U+0085, white space and control character", "log\u{85}a"),
        ("nul-in-name", "a zero byte", "log\u{0}a"),
        ("delete-in-name", "U+007F, a control character", "log\u{7f}a"),
        ("c1-control-in-name", "U+009F, a control character", "log\u{9f}a"),
    ] {
        fails(malformed, name, description, vkey(key_name, keys::LOG, &public));
    }
    fails(
        malformed,
        "plus-in-name",
        "a `+` in the name: the parts are not where they seem",
        vkey("log+a", keys::LOG, &public),
    );
    fails(malformed, "leading-space", "a space before the name", format!(" {good}"));
    fails(
        malformed,
        "id-upper-case",
        "the key id in upper case",
        format!("{LOG}+{}+{material}", id.to_uppercase()),
    );
    fails(malformed, "id-seven-digits", "a key id of seven digits", format!("{LOG}+{}+{material}", &id[1..]));
    fails(malformed, "id-nine-digits", "a key id of nine digits", format!("{LOG}+0{id}+{material}"));
    fails(malformed, "id-empty", "an empty key id", format!("{LOG}++{material}"));
    fails(malformed, "id-sign", "a sign in the key id", format!("{LOG}+-{}+{material}", &id[1..]));
    fails(
        malformed,
        "id-other",
        "another key id",
        format!("{LOG}+{}+{material}", hex(&key_id(LOG, 4, &public))),
    );
    fails(
        malformed,
        "id-of-other-name",
        "the key id of another name",
        format!("{}+{id}+{material}", "log.example/b"),
    );
    fails(
        malformed,
        "id-bad-and-base64-bad",
        "the key id is looked at before the base64",
        format!("{LOG}+{}+AB==", id.to_uppercase()),
    );
    fails(malformed, "type-0", "type 0x00", vkey(LOG, 0, &public));
    fails(malformed, "type-2", "type 0x02", vkey(LOG, 2, &public));
    fails(malformed, "type-6", "type 0x06 is not read yet", vkey(LOG, 6, &[7; 1312]));
    fails(malformed, "type-255", "type 0xff", vkey(LOG, 255, &public));
    fails(malformed, "key-31-bytes", "31 key bytes", vkey(LOG, keys::LOG, &public[..31]));
    fails(malformed, "key-33-bytes", "33 key bytes", vkey(LOG, keys::LOG, &[&public[..], &[0]].concat()));
    fails(malformed, "key-no-bytes", "a type and nothing more", vkey(LOG, keys::LOG, &[]));
    fails(malformed, "third-part-empty", "an empty third part is base64 of nothing", format!("{LOG}+{id}+"));
    fails(
        malformed,
        "weak-key-other-id",
        "the key id is looked at before the key",
        format!("{LOG}+{id}+{}", base64([&[1], &torsion(1)[..]].concat())),
    );
    let base = Code::MalformedBase64;
    // 33 bytes are whole groups of base64: padding and loose bits need another length.
    fails(base, "line-feed-at-end", "a line feed at the end", format!("{good}\n"));
    fails(base, "padding-at-end", "padding after whole groups", format!("{good}="));
    fails(base, "character-missing", "one character less", good[..good.len() - 1].to_owned());
    fails(
        base,
        "loose-bits",
        "32 bytes and loose bits, before the length is looked at",
        format!("{LOG}+{id}+{}B=", &material[..42]),
    );
    fails(base, "url-alphabet", "the alphabet of URLs", format!("{LOG}+{id}+{}-_", &material[..42]));
    fails(base, "fourth-part", "a `+` and more after the third part, out of step", format!("{good}+a"));
    fails(base, "trailing-space", "a space at the end", format!("{good} "));
    let weak = Code::WeakKey;
    fails(weak, "identity", "the identity", vkey(LOG, keys::LOG, &torsion(0)));
    fails(weak, "small-order", "a key of small order", vkey(LOG, keys::LOG, &torsion(1)));
    fails(weak, "mixed-order", "a key of mixed order", vkey(LOG, keys::LOG, &mixed(&log_key(), 1)));
    fails(
        weak,
        "mixed-order-witness",
        "a witness's key of mixed order",
        vkey(LOG, COSIGNATURE, &mixed(&log_key(), 4)),
    );
    fails(
        weak,
        "not-canonical",
        "a key that is not canonical",
        vkey(LOG, keys::LOG, &beyond_prime(1, false)),
    );
    operation.into_vectors()
}
