//! The form of the file: JSON, members, types.

use detente_core::{
    Code,
    json::{Object, Value},
};

use super::scene::{ONE, Scene, input, json, list};
use crate::{build::bytes::base64, vector::Operation};

pub(super) fn vectors(operation: &mut Operation) {
    files(operation);
    members(operation);
    events(operation);
    openings(operation);
    grants(operation);
}

fn files(operation: &mut Operation) {
    let base = Scene::new();
    let policy = base.policy(ONE);
    let text = String::from_utf8(base.file()).unwrap();
    for (code, name, description, text) in [
        (Code::NotCanonical, "no-line-feed", "the line feed is missing", text.trim_end().to_owned()),
        (Code::NotCanonical, "two-line-feeds", "a second line feed", format!("{text}\n")),
        (Code::NotCanonical, "space", "a space after the first brace", text.replacen('{', "{ ", 1)),
        (
            Code::NotCanonical,
            "escaped-hyphen",
            "a hyphen of the proof as an escape",
            text.replacen("tlog-proof", "tlog\\u002dproof", 1),
        ),
        (Code::MalformedJson, "empty", "no byte", String::new()),
        (Code::MalformedJson, "trailing", "a second value", format!("{text}{{}}\n")),
        (Code::MalformedJson, "cut", "the first half", text[..text.len() / 2].to_owned()),
        (
            Code::MalformedJson,
            "age",
            "an encrypted file that was not decrypted",
            "age-encryption.org/v1\n".to_owned(),
        ),
        (
            Code::DuplicateMember,
            "duplicate-member",
            "the entry twice",
            text.replacen("\"entry\":", "\"entry\":\"\",\"entry\":", 1),
        ),
        (
            Code::LoneSurrogate,
            "lone-surrogate",
            "half a surrogate pair as the kind",
            text.replacen("incident.report", "\\ud800", 1),
        ),
        (
            Code::NumberRange,
            "number-range",
            "slot 2^53",
            text.replacen("\"slot\":33", "\"slot\":9007199254740992", 1),
        ),
        (Code::MalformedPresentation, "array", "an array", "[]\n".to_owned()),
        (Code::MalformedPresentation, "empty-object", "no member", "{}\n".to_owned()),
    ] {
        operation.fails(code, format!("file-{name}"), description, input(text.as_bytes(), &policy));
    }
}

/// Scenarios that only change members; all are `MALFORMED-PRESENTATION`.
struct Changes<'a> {
    operation: &'a mut Operation,
    scene: Scene,
    policy: String,
}

impl<'a> Changes<'a> {
    fn new(operation: &'a mut Operation) -> Self {
        let scene = Scene::new();
        Self { operation, policy: scene.policy(ONE), scene }
    }

    fn change(&mut self, name: &str, description: &str, change: impl FnOnce(&mut Object)) {
        let file = self.scene.with(change);
        self.operation.fails(Code::MalformedPresentation, name, description, input(&file, &self.policy));
    }

    fn set(&mut self, name: &str, description: &str, member: &str, value: impl Into<Value>) {
        let value = value.into();
        self.change(name, description, |members| {
            members.insert(member.to_owned(), value);
        });
    }

    /// Changes a member of the first object of a list, or of an object.
    fn inside(&mut self, name: &str, description: &str, member: &str, inner: &str, value: Option<Value>) {
        self.change(name, description, |members| {
            let target = match members.get_mut(member) {
                Some(Value::Object(object)) => object,
                Some(Value::Array(items)) => match items.first_mut() {
                    Some(Value::Object(object)) => object,
                    _ => panic!("a list of objects"),
                },
                _ => panic!("a member of that name"),
            };
            match value {
                Some(value) => target.insert(inner.to_owned(), value),
                None => target.remove(inner),
            };
        });
    }
}

fn members(operation: &mut Operation) {
    let mut case = Changes::new(operation);
    for member in ["detente", "entry", "events", "grant", "multiproof", "openings", "proof"] {
        case.change(&format!("without-{member}"), "a member is missing", |members| {
            members.remove(member);
        });
        case.set(&format!("{member}-null"), "a member is null", member, Value::Null);
    }
    case.set("earlier-null", "`earlier` is null instead of left out", "earlier", Value::Null);
    case.set("member-more", "a member more", "note", "hello");
    case.set("detente-v2", "another version of the file", "detente", "presentation/v2");
    case.set("detente-number", "a number as the version", "detente", 1);
    case.set("entry-empty", "an entry of no bytes", "entry", "");
    case.set("entry-65536", "an entry of 65,536 bytes", "entry", base64([0; 65_536]));
    case.set("entry-loose-bits", "an entry that is not strict base64", "entry", "AB==");
    case.set("multiproof-text", "the multi-proof as a string", "multiproof", "");
    case.set("multiproof-31-bytes", "a hash of 31 bytes", "multiproof", list(&[base64([0; 31])]));
    case.set(
        "multiproof-loose-bits",
        "a hash that is not strict base64",
        "multiproof",
        list(&[format!("{}B=", "A".repeat(42))]),
    );
    case.set("multiproof-number", "a number as a hash", "multiproof", vec![Value::from(1)]);
    case.set("proof-list", "the proof as a list", "proof", vec![]);
    case.inside(
        "earlier-without-checkpoint",
        "a member of `earlier` is missing",
        "earlier",
        "checkpoint",
        None,
    );
    case.inside(
        "earlier-without-consistency",
        "a member of `earlier` is missing",
        "earlier",
        "consistency",
        None,
    );
    case.inside("earlier-member-more", "a member more in `earlier`", "earlier", "size", Some("6".into()));
    case.inside(
        "earlier-33-byte-hash",
        "a hash of 33 bytes",
        "earlier",
        "consistency",
        Some(list(&[base64([0; 33])])),
    );
    case.inside(
        "earlier-65-hashes",
        "65 hashes",
        "earlier",
        "consistency",
        Some(list(&vec![base64([0; 32]); 65])),
    );
    let extra = case.scene.proof_text().replacen("index", "extra AA==\nindex", 1);
    case.set("proof-with-extra", "an `extra` line in the proof", "proof", extra);
}

fn events(operation: &mut Operation) {
    let mut case = Changes::new(operation);
    case.set("events-empty", "no event", "events", vec![]);
    case.set("events-object", "one event without a list", "events", case.scene.event(0));
    case.set("events-number", "a number as an event", "events", vec![Value::from(0)]);
    for inner in ["entry", "index", "proof"] {
        case.inside(
            &format!("event-without-{inner}"),
            "a member of an event is missing",
            "events",
            inner,
            None,
        );
    }
    case.inside("event-member-more", "a member more in an event", "events", "kind", Some(1.into()));
    case.inside("event-index-number", "an index as a JSON number", "events", "index", Some(0.into()));
    case.inside("event-index-leading-zero", "`00`", "events", "index", Some("00".into()));
    case.inside("event-index-plus", "`+0`", "events", "index", Some("+0".into()));
    case.inside("event-index-2-pow-63", "2^63", "events", "index", Some("9223372036854775808".into()));
    case.inside(
        "event-entry-loose-bits",
        "an entry that is not strict base64",
        "events",
        "entry",
        Some("AB==".into()),
    );
    case.inside("event-64-hashes", "64 hashes", "events", "proof", Some(list(&vec![base64([0; 32]); 64])));
    let twice = vec![case.scene.event(0), case.scene.event(0)];
    case.set("events-index-twice", "the genesis twice", "events", twice);
    let decreasing = vec![case.scene.event(0), case.scene.event(5), case.scene.event(3)];
    case.set("events-decreasing", "indices that decrease", "events", decreasing);
}

fn openings(operation: &mut Operation) {
    let mut case = Changes::new(operation);
    case.change("openings-empty", "no opening and no leaf in the grant", |members| {
        members.insert("openings".to_owned(), Value::Array(vec![]));
        if let Some(Value::Object(grant)) = members.get_mut("grant") {
            grant.insert("leaves".to_owned(), Value::Array(vec![]));
        }
    });
    for inner in ["salt", "slot", "value"] {
        case.inside(
            &format!("opening-without-{inner}"),
            "a member of an opening is missing",
            "openings",
            inner,
            None,
        );
    }
    case.inside("opening-value-and-absent", "a value and absence", "openings", "absent", Some(true.into()));
    case.inside(
        "opening-member-more",
        "a member more in an opening",
        "openings",
        "name",
        Some("kind".into()),
    );
    case.change("opening-absent-false", "`absent` is false", |members| {
        if let Some(Value::Array(items)) = members.get_mut("openings")
            && let Some(Value::Object(first)) = items.first_mut()
        {
            first.remove("value");
            first.insert("absent".to_owned(), false.into());
        }
    });
    case.inside("opening-slot-text", "a slot as a string", "openings", "slot", Some("0".into()));
    case.inside("opening-slot-negative", "slot -1", "openings", "slot", Some(json("-1")));
    case.inside("opening-slot-fraction", "slot 0.5", "openings", "slot", Some(json("0.5")));
    case.inside("opening-slot-65536", "slot 65536", "openings", "slot", Some(json("65536")));
    case.inside(
        "opening-salt-31-bytes",
        "a salt of 31 bytes",
        "openings",
        "salt",
        Some(base64([0; 31]).into()),
    );
    case.inside(
        "opening-salt-hexadecimal",
        "a salt in hexadecimal",
        "openings",
        "salt",
        Some("ab".repeat(32).into()),
    );
}

fn grants(operation: &mut Operation) {
    let mut case = Changes::new(operation);
    for inner in [
        "audience",
        "index",
        "leaves",
        "log",
        "nonce",
        "pap",
        "profile",
        "signature",
        "signer",
        "statement",
        "time",
        "tlp",
    ] {
        case.inside(
            &format!("grant-without-{inner}"),
            "a member of the grant is missing",
            "grant",
            inner,
            None,
        );
    }
    for inner in ["audience", "log", "profile", "signer", "statement"] {
        case.inside(
            &format!("grant-{inner}-upper-case"),
            "a digest in upper case",
            "grant",
            inner,
            Some("AB".repeat(32).into()),
        );
        case.inside(
            &format!("grant-{inner}-63-digits"),
            "a digest of 63 digits",
            "grant",
            inner,
            Some("a".repeat(63).into()),
        );
    }
    for inner in ["index", "time"] {
        for (name, value) in [
            ("number", Value::from(7)),
            ("leading-zero", "07".into()),
            ("plus", "+7".into()),
            ("empty", "".into()),
            ("2-pow-63", "9223372036854775808".into()),
        ] {
            case.inside(
                &format!("grant-{inner}-{name}"),
                "not a decimal string",
                "grant",
                inner,
                Some(value),
            );
        }
    }
    case.inside(
        "grant-nonce-15-bytes",
        "a nonce of 15 bytes",
        "grant",
        "nonce",
        Some(base64([0; 15]).into()),
    );
    case.inside(
        "grant-signature-63-bytes",
        "a signature of 63 bytes",
        "grant",
        "signature",
        Some(base64([0; 63]).into()),
    );
    case.inside(
        "grant-tlp-white",
        "a word of the first version of TLP",
        "grant",
        "tlp",
        Some("WHITE".into()),
    );
    case.inside("grant-tlp-lower-case", "a marking in lower case", "grant", "tlp", Some("amber".into()));
    case.inside("grant-tlp-prefixed", "`TLP:AMBER`", "grant", "tlp", Some("TLP:AMBER".into()));
    case.inside("grant-tlp-number", "a number as marking", "grant", "tlp", Some(2.into()));
    case.inside(
        "grant-pap-strict",
        "a TLP word that PAP does not have",
        "grant",
        "pap",
        Some("AMBER+STRICT".into()),
    );
    case.inside("grant-member-more", "a member more in the grant", "grant", "reader", Some("b".into()));
    case.inside(
        "grant-leaves-fewer",
        "fewer leaves than openings",
        "grant",
        "leaves",
        Some(json(&format!("[{{\"leaf\":\"{}\",\"slot\":0}}]", "ab".repeat(32)))),
    );
    case.inside(
        "grant-leaf-base64",
        "a leaf in base64",
        "grant",
        "leaves",
        Some(json(&format!(
            "[{{\"leaf\":\"{0}\",\"slot\":0}},{{\"leaf\":\"{0}\",\"slot\":33}}]",
            base64([0; 32])
        ))),
    );
    case.inside(
        "grant-leaf-without-slot",
        "a leaf without its slot",
        "grant",
        "leaves",
        Some(json(&format!("[{{\"leaf\":\"{0}\"}},{{\"leaf\":\"{0}\",\"slot\":33}}]", "ab".repeat(32)))),
    );
}
