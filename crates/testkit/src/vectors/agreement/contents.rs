//! Contents and manifests, against what a body commits to.

use detente_core::{
    Code,
    json::{Object, Value},
};

use crate::{
    build::{
        agreement::{content, content_commitment, item, kind, manifest, manifest_commitment},
        bytes::{Hash, base64, hex, run_from},
    },
    vector::{Operation, Vector, object},
};

const NAMES: [(u32, &str); 7] = [
    (kind::REQUEST_ASSISTANCE, "request.assistance"),
    (kind::REQUEST_PRESERVE, "request.preserve"),
    (kind::REQUEST_ANSWER, "request.answer"),
    (kind::REQUEST_REFUSE, "request.refuse"),
    (kind::REQUEST_UPDATE, "request.update"),
    (kind::ACCUSATION_ISSUE, "accusation.issue"),
    (kind::ACCUSATION_REPLY, "accusation.reply"),
];

fn own_log() -> Hash {
    run_from(0x11)
}

fn salt() -> Hash {
    run_from(0x33)
}

/// The least that a content of a kind has.
fn fields(kind: u32) -> Object {
    if kind < 50 {
        object! {"authority": "Duty Office", "offence": "intrusion", "data": "traffic of 1 May"}
    } else {
        object! {"text": "see the annexed pages"}
    }
}

fn input(file: &[u8], kind: u32, commitment: &Hash, items: &[(u32, u32)]) -> Object {
    let items =
        items.iter().map(|(kind, count)| Value::from([Value::from(*kind), Value::from(*count)].to_vec()));
    object! {
        "file": base64(file),
        "log": hex(&own_log()),
        "kind": kind,
        "commitment": hex(commitment),
        "items": Value::Array(items.collect()),
    }
}

/// A content that says what it commits to.
fn honest(kind: u32, fields: &Object) -> Object {
    let name = NAMES.iter().find(|(code, _)| *code == kind).unwrap().1;
    input(
        &content(&own_log(), name, &salt(), fields),
        kind,
        &content_commitment(&own_log(), kind, &salt(), fields),
        &[],
    )
}

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("agreement.content");
    contents(&mut operation);
    members(&mut operation);
    mismatches(&mut operation);
    manifests(&mut operation);
    operation.into_vectors()
}

fn contents(operation: &mut Operation) {
    for (kind, name) in NAMES {
        operation.ok(
            name.replace('.', "-"),
            format!("a content of {name}"),
            honest(kind, &fields(kind)),
            object! {},
        );
    }
    let all = object! {
        "authority": "Duty Office", "offence": "intrusion", "data": "traffic of 1 May", "custodian": "a host",
        "necessity": "it is deleted in June", "intent": "a request for legal assistance follows",
        "indicators": "198.51.100.7", "severity_scale": "NCISS", "severity_value": "75",
    };
    for kind in [kind::REQUEST_ASSISTANCE, kind::REQUEST_PRESERVE] {
        operation.ok(
            format!("every-field-{kind}"),
            "every field that a request may have",
            honest(kind, &all),
            object! {},
        );
    }
    operation.ok(
        "accusation-act-and-target",
        "an accusation with act and target",
        honest(kind::ACCUSATION_ISSUE, &object! {"text": "x", "act": "intrusion", "target": "a ministry"}),
        object! {},
    );
    operation.ok(
        "field-empty",
        "a field may be empty",
        honest(kind::REQUEST_UPDATE, &object! {"text": ""}),
        object! {},
    );
}

/// Changes one member of the honest file; the commitment stays.
fn changed(kind: u32, change: impl FnOnce(&mut Object)) -> Object {
    let name = NAMES.iter().find(|(code, _)| *code == kind).unwrap().1;
    let fields = fields(kind);
    let file = content(&own_log(), name, &salt(), &fields);
    let mut members = Value::parse(&file).unwrap().as_object().unwrap().clone();
    change(&mut members);
    input(
        &Value::Object(members).to_file(),
        kind,
        &content_commitment(&own_log(), kind, &salt(), &fields),
        &[],
    )
}

fn members(operation: &mut Operation) {
    let preserve = kind::REQUEST_PRESERVE;
    let mut refused = |name: &str, description: &str, input: Object| {
        operation.fails(Code::MalformedContent, name, description, input);
    };
    for member in ["detente", "fields", "kind", "log", "salt"] {
        refused(
            &format!("without-{member}"),
            "a member is missing",
            changed(preserve, |members| {
                members.remove(member);
            }),
        );
        refused(
            &format!("{member}-of-another-type"),
            "a member of another type",
            changed(preserve, |members| {
                members.insert(member.to_owned(), Value::from(7u32));
            }),
        );
    }
    let set = |member: &'static str, value: Value| {
        changed(preserve, move |members| {
            members.insert(member.to_owned(), value);
        })
    };
    refused("unknown-member", "a member that is not named", set("note", "x".into()));
    refused("version-2", "another version", set("detente", "content/v2".into()));
    refused("kind-without-content", "a kind that has no content", set("kind", "request.ack".into()));
    refused("kind-unheard-of", "a kind that is none", set("kind", "request.favour".into()));
    refused("log-upper-case", "a log id in upper case", set("log", hex(&own_log()).to_uppercase().into()));
    refused("salt-31", "a salt of 31 bytes", set("salt", base64([7; 31]).into()));
    refused("salt-33", "a salt of 33 bytes", set("salt", base64([7; 33]).into()));
    for field in ["authority", "offence", "data"] {
        let mut fewer = fields(preserve);
        fewer.remove(field);
        refused(
            &format!("request-without-{field}"),
            "a field that Article 29 asks for is missing",
            honest(preserve, &fewer),
        );
    }
    let mut more = fields(preserve);
    more.insert("text".to_owned(), "x".into());
    refused("request-with-text", "a field that a request does not have", honest(preserve, &more));
    refused("answer-without-text", "an answer without text", honest(kind::REQUEST_ANSWER, &object! {}));
    refused(
        "answer-with-act",
        "a field that only an accusation has",
        honest(kind::REQUEST_ANSWER, &object! {"text": "x", "act": "y"}),
    );
    refused(
        "field-number",
        "a field that is a number",
        honest(kind::REQUEST_ANSWER, &object! {"text": 7u32}),
    );
    let file = content(&own_log(), "request.preserve", &salt(), &fields(preserve));
    let commitment = content_commitment(&own_log(), preserve, &salt(), &fields(preserve));
    let spaced = [b" ".as_slice(), &file].concat();
    operation.fails(
        Code::NotCanonical,
        "blank-before",
        "not canonical",
        input(&spaced, preserve, &commitment, &[]),
    );
    operation.fails(
        Code::MalformedJson,
        "cut",
        "cut short",
        input(&file[..file.len() - 2], preserve, &commitment, &[]),
    );
    operation.fails(Code::MalformedJson, "empty", "no bytes", input(&[], preserve, &commitment, &[]));
}

fn mismatches(operation: &mut Operation) {
    let preserve = kind::REQUEST_PRESERVE;
    let fields = fields(preserve);
    let file = |log: &Hash, name: &str, salt: &Hash, fields: &Object| content(log, name, salt, fields);
    let commitment = content_commitment(&own_log(), preserve, &salt(), &fields);
    let mut refused = |name: &str, description: &str, file: &[u8], kind: u32, commitment: &Hash| {
        operation.fails(Code::ContentMismatch, name, description, input(file, kind, commitment, &[]));
    };
    refused(
        "other-salt",
        "another salt",
        &file(&own_log(), "request.preserve", &run_from(0x34), &fields),
        preserve,
        &commitment,
    );
    let mut changed = fields.clone();
    changed.insert("data".to_owned(), "traffic of 2 May".into());
    refused(
        "other-field",
        "another field",
        &file(&own_log(), "request.preserve", &salt(), &changed),
        preserve,
        &commitment,
    );
    // The commitment is over the other log, so nothing but the log differs.
    let other = run_from(0x12);
    refused(
        "other-log",
        "the content of another author",
        &file(&other, "request.preserve", &salt(), &fields),
        preserve,
        &content_commitment(&other, preserve, &salt(), &fields),
    );
    refused(
        "other-kind",
        "the content of another kind with the same fields",
        &file(&own_log(), "request.assistance", &salt(), &fields),
        preserve,
        &commitment,
    );
    refused(
        "kind-of-body-differs",
        "the body is of another kind than the content that it commits to",
        &file(&own_log(), "request.preserve", &salt(), &fields),
        kind::REQUEST_ASSISTANCE,
        &commitment,
    );
}

fn manifests(operation: &mut Operation) {
    let items =
        [item(1, "10", "sample"), item(2, "0", "sample"), item(3, "9223372036854775807", "human-source")];
    let counts = [(1, 2), (6, 1)];
    let file = manifest(&own_log(), &salt(), &items);
    let commitment = manifest_commitment(&own_log(), &salt(), &items);
    operation.ok("manifest", "three items of two types", input(&file, 0, &commitment, &counts), object! {});
    let types = [
        "sample",
        "network-log",
        "host-log",
        "infrastructure",
        "document",
        "human-source",
        "signal",
        "other",
    ];
    let every: Vec<Value> = types.iter().map(|kind| item(7, "1", kind)).collect();
    let each: Vec<(u32, u32)> = (1..=8).map(|kind| (kind, 1)).collect();
    operation.ok(
        "manifest-every-type",
        "one of each type",
        input(
            &manifest(&own_log(), &salt(), &every),
            0,
            &manifest_commitment(&own_log(), &salt(), &every),
            &each,
        ),
        object! {},
    );
    for (name, description, counts) in [
        ("manifest-fewer", "the body counts fewer", vec![(1, 1), (6, 1)]),
        ("manifest-more", "the body counts more", vec![(1, 3), (6, 1)]),
        ("manifest-other-type", "the body counts another type", vec![(1, 2), (7, 1)]),
        ("manifest-type-missing", "the body leaves a type out", vec![(1, 2)]),
        ("manifest-type-extra", "the body has a type more", vec![(1, 2), (2, 1), (6, 1)]),
    ] {
        operation.fails(Code::ContentMismatch, name, description, input(&file, 0, &commitment, &counts));
    }
    let reordered = [items[1].clone(), items[0].clone(), items[2].clone()];
    operation.fails(
        Code::ContentMismatch,
        "manifest-reordered",
        "the same items in another order",
        input(&manifest(&own_log(), &salt(), &reordered), 0, &commitment, &counts),
    );
    operation.fails(
        Code::ContentMismatch,
        "manifest-other-log",
        "the manifest of another author",
        input(
            &manifest(&run_from(0x12), &salt(), &items),
            0,
            &manifest_commitment(&run_from(0x12), &salt(), &items),
            &counts,
        ),
    );
    operation.fails(
        Code::ContentMismatch,
        "manifest-for-content",
        "a manifest where a content was committed to",
        input(&file, kind::REQUEST_PRESERVE, &commitment, &counts),
    );
    for (name, description, items) in [
        ("manifest-empty", "no items", vec![]),
        (
            "manifest-size-number",
            "a size that is a number",
            vec![Value::from([
                ("digest", hex(&[1; 32]).into()),
                ("size", Value::from(7u32)),
                ("type", "sample".into()),
            ])],
        ),
        ("manifest-size-leading-zero", "a size with a leading zero", vec![item(1, "07", "sample")]),
        ("manifest-size-too-large", "a size above 2^63 - 1", vec![item(1, "9223372036854775808", "sample")]),
        ("manifest-type-unknown", "a type that is not listed", vec![item(1, "7", "rumour")]),
        (
            "manifest-item-member",
            "a member that an item does not have",
            vec![Value::from([
                ("digest", hex(&[1; 32]).into()),
                ("name", "x".into()),
                ("size", "7".into()),
                ("type", "sample".into()),
            ])],
        ),
        ("manifest-item-no-object", "an item that is a text", vec!["sample".into()]),
    ] {
        operation.fails(
            Code::MalformedContent,
            name,
            description,
            input(
                &manifest(&own_log(), &salt(), &items),
                0,
                &manifest_commitment(&own_log(), &salt(), &items),
                &[(1, 1)],
            ),
        );
    }
}
