//! Companions of a policy.

use detente_core::{
    Code,
    json::{Object, Value},
};

use super::{LOG, log_key, policy, with_policy, witness_key};
use crate::{
    build::{
        bytes::{hex, sha256},
        edwards::torsion,
        keys::{self, COSIGNATURE, Key, vkey},
        note::companion_members,
    },
    vector::{Operation, object, texts},
};

const POLICY: &str = "quorum w1\n";

fn members(policy: &str) -> Object {
    companion_members(policy, 0, &[("w1", "institute 1")], &["a.example"])
}

fn changed(policy: &str, name: &str, value: impl Into<Value>) -> Vec<u8> {
    let mut members = members(policy);
    members.insert(name.to_owned(), value.into());
    Value::Object(members).to_file()
}

pub(super) fn policies(operation: &mut Operation) {
    let policy = policy(1, POLICY);
    let mirrors: Vec<String> = (1..=3)
        .map(|number| vkey("mirror.example", COSIGNATURE, &Key::named(&format!("mirror {number}")).public))
        .collect();
    let mut ok = |name: &str, description: &str, file: Vec<u8>, overlap: u32| {
        operation.ok(
            format!("companion-{}", name.replace('_', "-")),
            description,
            with_policy(policy.as_bytes(), Some(&file), object! {}),
            object! {"overlap": overlap},
        );
    };
    ok("plain", "all members", Value::Object(members(&policy)).to_file(), 1);
    ok("f-255", "f is 255", changed(&policy, "f", 255), 1);
    ok(
        "no-operators",
        "no operator named: nobody counts",
        changed(&policy, "operators", Value::Object(object! {})),
        0,
    );
    ok("parties-empty", "no parties", changed(&policy, "parties", texts::<&str>(&[])), 1);
    ok(
        "mirrors-none-asked",
        "three mirrors, none asked for",
        changed(&policy, "mirrors", texts(&mirrors)),
        1,
    );
    let mut asked = members(&policy);
    asked.insert("mirrors".to_owned(), texts(&mirrors));
    for count in ["1", "3"] {
        asked.insert("mirror_quorum".to_owned(), count.into());
        ok(
            &format!("mirror-quorum-{count}"),
            "three mirrors, some asked for",
            Value::Object(asked.clone()).to_file(),
            1,
        );
    }
    let good = Value::Object(members(&policy)).to_file();
    let mut fails = |code: Code, name: &str, description: &str, file: &[u8]| {
        operation.fails(
            code,
            format!("companion-{}", name.replace('_', "-")),
            description,
            with_policy(policy.as_bytes(), Some(file), object! {}),
        );
    };
    let text = String::from_utf8(good.clone()).unwrap();
    fails(Code::NotCanonical, "no-line-feed", "the line feed is missing", text.trim_end().as_bytes());
    fails(Code::NotCanonical, "spaces", "spaces between members", text.replace(':', ": ").as_bytes());
    fails(
        Code::NotCanonical,
        "carriage-return",
        "carriage return and line feed",
        text.replace('\n', "\r\n").as_bytes(),
    );
    fails(Code::MalformedJson, "empty", "no byte", b"");
    fails(Code::MalformedJson, "trailing", "a second value", format!("{text}{{}}\n").as_bytes());
    fails(
        Code::DuplicateMember,
        "duplicate-member",
        "a member twice",
        text.replacen("{\"f\":0", "{\"f\":0,\"f\":0", 1).as_bytes(),
    );
    fails(
        Code::LoneSurrogate,
        "lone-surrogate",
        "half a surrogate pair in an operator",
        text.replacen("institute 1", "\\ud800", 1).as_bytes(),
    );
    fails(
        Code::NumberRange,
        "number-range",
        "f is 2^53",
        text.replacen("\"f\":0", "\"f\":9007199254740992", 1).as_bytes(),
    );
    let malformed = Code::MalformedCompanion;
    fails(malformed, "array", "an array", b"[]\n");
    fails(malformed, "empty-object", "no member", b"{}\n");
    for name in ["f", "mirror_quorum", "mirrors", "operators", "parties", "policy"] {
        let mut without = members(&policy);
        without.remove(name);
        fails(
            malformed,
            &format!("without-{name}"),
            "a member is missing",
            &Value::Object(without).to_file(),
        );
        fails(malformed, &format!("{name}-null"), "a member is null", &changed(&policy, name, Value::Null));
    }
    fails(malformed, "other-member", "a member more", &changed(&policy, "note", "hello"));
    fails(malformed, "f-256", "f is 256", &changed(&policy, "f", 256));
    fails(malformed, "f-negative", "f is -1", text.replacen("\"f\":0", "\"f\":-1", 1).as_bytes());
    fails(malformed, "f-fraction", "f is 0.5", text.replacen("\"f\":0", "\"f\":0.5", 1).as_bytes());
    fails(malformed, "f-text", "f is a string", &changed(&policy, "f", "0"));
    fails(
        malformed,
        "operator-unknown-witness",
        "an operator for a witness that the policy does not define",
        &changed(&policy, "operators", Value::Object(object! {"w2": "institute 2"})),
    );
    fails(
        malformed,
        "operator-group",
        "an operator for the key name of a witness, not its name in the policy",
        &changed(&policy, "operators", Value::Object(object! {"witness.example/w1": "institute 1"})),
    );
    fails(
        malformed,
        "operator-number",
        "an operator that is a number",
        &changed(&policy, "operators", Value::Object(object! {"w1": 1})),
    );
    fails(
        malformed,
        "operators-array",
        "operators as an array",
        &changed(&policy, "operators", texts(&["w1"])),
    );
    fails(
        malformed,
        "party-number",
        "a party that is a number",
        &changed(&policy, "parties", vec![Value::from(1)]),
    );
    fails(
        malformed,
        "mirror-malformed",
        "a mirror that is no vkey",
        &changed(&policy, "mirrors", texts(&["mirror"])),
    );
    fails(
        malformed,
        "mirror-type-1",
        "a mirror of type 0x01",
        &changed(&policy, "mirrors", texts(&[vkey(LOG, keys::LOG, &log_key().public)])),
    );
    fails(
        malformed,
        "mirror-weak",
        "a mirror's key of small order",
        &changed(&policy, "mirrors", texts(&[vkey("m", COSIGNATURE, &torsion(1))])),
    );
    fails(
        malformed,
        "mirror-base64",
        "a mirror that is not base64",
        &changed(
            &policy,
            "mirrors",
            texts(&[format!("{}=", vkey("m", COSIGNATURE, &witness_key(2).public))]),
        ),
    );
    let twice = texts(&[&mirrors[0], &mirrors[0]]);
    fails(malformed, "mirror-twice", "a mirror listed twice", &changed(&policy, "mirrors", twice));
    fails(
        malformed,
        "mirror-quorum-without-mirrors",
        "one mirror asked for, none named",
        &changed(&policy, "mirror_quorum", "1"),
    );
    for (name, count) in [("0", "0"), ("4", "4"), ("leading-zero", "01"), ("plus", "+1"), ("word", "all")] {
        let mut asked = members(&policy);
        asked.insert("mirrors".to_owned(), texts(&mirrors));
        asked.insert("mirror_quorum".to_owned(), count.into());
        fails(
            malformed,
            &format!("mirror-quorum-{name}"),
            "three mirrors and a number out of range or out of form",
            &Value::Object(asked).to_file(),
        );
    }
    fails(
        malformed,
        "mirror-quorum-number",
        "the number of mirrors as a JSON number",
        &changed(&policy, "mirror_quorum", 1),
    );
    fails(
        malformed,
        "policy-63-digits",
        "a digest of 63 digits",
        &changed(&policy, "policy", hex(&sha256(&[policy.as_bytes()]))[1..].to_owned()),
    );
    fails(
        malformed,
        "policy-upper-case",
        "a digest in upper case",
        &changed(&policy, "policy", hex(&sha256(&[policy.as_bytes()])).to_uppercase()),
    );
    fails(
        Code::CompanionMismatch,
        "policy-other",
        "the digest of another policy",
        &changed(&policy, "policy", hex(&sha256(&[b"another"]))),
    );
    fails(
        Code::CompanionMismatch,
        "policy-without-line-feed",
        "the digest of the policy without its last line feed",
        &changed(&policy, "policy", hex(&sha256(&[policy.trim_end().as_bytes()]))),
    );
}
