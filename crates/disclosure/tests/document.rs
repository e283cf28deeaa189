//! Documents into slots and back.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod sample;

use std::path::Path;

use detente_core::{
    Code,
    json::{Number, Value},
};
use detente_disclosure::{
    ClaimedTime, DisclosureError, Document, Envelope, Profile, RealKind, Severity, SeverityValue, SlotNumber,
    SlotValues,
};
use proptest::prelude::*;

use sample::{EIGHT, SIXTEEN, arb_document, document, profile};

fn cut(profile: &Profile, text: &str) -> Result<Vec<(u16, String)>, DisclosureError> {
    let values = document(text).to_slots(profile)?;
    Ok(values.iter().map(|(slot, value)| (slot.number().get(), value.to_canonical())).collect())
}

fn fault(profile: &Profile, text: &str) -> (Code, String) {
    let error = cut(profile, text).unwrap_err();
    (error.code(), error.pointer().unwrap_or("none").to_owned())
}

fn pairs<const N: usize>(pairs: [(u16, &str); N]) -> Vec<(u16, String)> {
    pairs.into_iter().map(|(slot, value)| (slot, value.to_owned())).collect()
}

#[test]
fn parts_containers_and_plain_values() {
    let eight = profile(EIGHT);
    for (text, expected) in [
        (r#"{}"#, pairs([])),
        (r#"{"code":"541330"}"#, pairs([(4, "\"54\""), (5, "\"1330\"")])),
        (r#"{"code":"5"}"#, pairs([(4, "\"5\""), (5, "\"\"")])),
        (r#"{"code":""}"#, pairs([(4, "\"\""), (5, "\"\"")])),
        (r#"{"code":"é😀x"}"#, pairs([(4, "\"é😀\""), (5, "\"x\"")])),
        (r#"{"box":{}}"#, pairs([(6, "{}")])),
        (r#"{"box":"open"}"#, pairs([(6, "\"open\"")])),
        (r#"{"box":{"in side":1.0}}"#, pairs([(7, "1")])),
    ] {
        assert_eq!(cut(&eight, text).unwrap(), expected, "{text}");
    }
}

#[test]
fn a_residue_keeps_the_rest() {
    let sixteen = profile(SIXTEEN);
    for (text, expected) in [
        (r#"{"rest":{}}"#, pairs([(5, "{}")])),
        (r#"{"rest":{"date":{"year":2020},"x":null}}"#, pairs([(5, r#"{"date":{},"x":null}"#), (6, "2020")])),
        (r#"{"rest":{"date":{"year":"2020"}}}"#, pairs([(5, r#"{"date":{"year":"2020"}}"#)])),
        (r#"{"rest":{"date":[2020]}}"#, pairs([(5, r#"{"date":[2020]}"#)])),
        (r#"{"p":"abcd"}"#, pairs([(7, "\"a\""), (8, "\"bc\""), (9, "\"d\"")])),
        (r#"{"rest":{"p":1}}"#, pairs([(5, r#"{"p":1}"#)])),
        (r#"{"a~b/c":{"any":null}}"#, pairs([(13, r#"{"any":null}"#)])),
    ] {
        assert_eq!(cut(&sixteen, text).unwrap(), expected, "{text}");
        let back = Document::from_slots(&document(text).to_slots(&sixteen).unwrap()).unwrap();
        assert_eq!(back, document(text));
    }
}

#[test]
fn faults_name_the_pointer() {
    let (eight, sixteen) = (profile(EIGHT), profile(SIXTEEN));
    for (text, code, pointer) in [
        (r#"{"other":1}"#, Code::UnknownField, "/other"),
        (r#"{"box":{"a/b~c":1}}"#, Code::UnknownField, "/box/a~1b~0c"),
        (r#"{"code":null}"#, Code::FieldType, "/code"),
        (r#"{"code":{}}"#, Code::FieldType, "/code"),
        (r#"{"box":[]}"#, Code::FieldType, "/box"),
        (r#"{"box":null}"#, Code::FieldType, "/box"),
        (r#"{"box":{"in side":"1"}}"#, Code::FieldType, "/box/in side"),
        // Canonical order decides, not the order of the text; U+FB33 comes after U+1F600 there.
        (r#"{"z":1,"a":1}"#, Code::UnknownField, "/a"),
        (r#"{"z":1,"box":{"in side":[]}}"#, Code::FieldType, "/box/in side"),
        ("{\"\u{fb33}\":1,\"\u{1f600}\":1}", Code::UnknownField, "/\u{1f600}"),
    ] {
        assert_eq!(fault(&eight, text), (code, pointer.to_owned()), "{text}");
    }
    for (text, code, pointer) in [
        (r#"{"rest":"x"}"#, Code::FieldType, "/rest"),
        (r#"{"country":"CN"}"#, Code::FieldType, "/country"),
        (r#"{"a~b/c":null}"#, Code::FieldType, "/a~0b~1c"),
        // An intermediate token that only a longer pointer has is no property.
        (r#"{"date":{}}"#, Code::UnknownField, "/date"),
    ] {
        assert_eq!(fault(&sixteen, text), (code, pointer.to_owned()), "{text}");
    }
    let error = cut(&eight, r#"{"box":{"in side":"1"}}"#).unwrap_err().to_string();
    assert_eq!(error, "slot 7, inside, at /box/in side: expected boolean or number, got string");
}

#[test]
fn a_document_is_a_bounded_strict_object() {
    let code = |bytes: &[u8]| Document::parse(bytes).unwrap_err().code();
    for text in ["[]", "null", "\"x\"", "1"] {
        assert_eq!(code(text.as_bytes()), Code::FieldType, "{text}");
    }
    assert_eq!(code(b"{"), Code::MalformedJson);
    assert_eq!(code(b"{\"a\":1,\"a\":2}"), Code::DuplicateMember);
    assert_eq!(code(b"{\"a\":9007199254740992}"), Code::NumberRange);
    let mut text = b"{}".to_vec();
    text.resize(Document::MAX_BYTES, b' ');
    assert!(Document::parse(&text).is_ok());
    text.push(b' ');
    assert_eq!(code(&text), Code::Oversize);
    let long = Value::from([("summary", "x".repeat(Document::MAX_BYTES).into())]);
    assert_eq!(Document::from_value(long).unwrap_err().code(), Code::Oversize);
}

#[test]
fn values_that_no_document_gives_make_no_document() {
    let (eight, sixteen) = (profile(EIGHT), profile(SIXTEEN));
    let back = |profile: &Profile, values: &[(u16, &str)]| {
        let mut slots = SlotValues::new(profile);
        for (slot, text) in values {
            slots.set(SlotNumber::new(*slot), Value::parse(text.as_bytes()).unwrap()).unwrap();
        }
        Document::from_slots(&slots).map(|document| document.to_canonical()).map_err(|error| error.code())
    };
    let conflict = Err(Code::ContainerConflict);
    assert_eq!(back(&eight, &[(4, "\"5\""), (5, "\"1\"")]), conflict);
    assert_eq!(back(&eight, &[(4, "\"54\"")]), conflict);
    assert_eq!(back(&eight, &[(5, "\"54\"")]), conflict);
    assert_eq!(back(&eight, &[(6, "{}"), (7, "1")]), conflict);
    assert_eq!(back(&eight, &[(6, "\"x\""), (7, "1")]), conflict);
    assert_eq!(back(&sixteen, &[(6, "2020")]), conflict);
    assert_eq!(back(&sixteen, &[(5, "{}"), (6, "2020")]), conflict);
    assert_eq!(back(&sixteen, &[(5, r#"{"date":{"year":1}}"#)]), conflict);
    assert_eq!(back(&sixteen, &[(5, r#"{"date":7}"#), (6, "2020")]), conflict);
    assert_eq!(
        back(&sixteen, &[(5, r#"{"date":{}}"#), (6, "2020")]),
        Ok(r#"{"rest":{"date":{"year":2020}}}"#.into())
    );
    assert_eq!(back(&eight, &[(0, "\"cover\""), (4, "\"54\""), (5, "\"\"")]), Ok(r#"{"code":"54"}"#.into()));
}

#[test]
fn the_envelope_fills_the_slots_without_a_pointer() {
    let veris = Profile::veris_1();
    let amended = detente_core::StatementId::from_hex(&"ab".repeat(32)).unwrap();
    let envelope = Envelope {
        claimed_time: ClaimedTime::parse("2026-11"),
        author_role: Some("duty officer".into()),
        amends: Some(amended),
        stage: Some("early".into()),
        severity: Some(Severity {
            scale: "nciss".into(),
            value: SeverityValue::Number(Number::new(62.5).unwrap()),
        }),
        ..Envelope::new(RealKind::IncidentAmend)
    };
    let mut values = document(r#"{"summary":"s"}"#).to_slots(veris).unwrap();
    values.set_envelope(&envelope).unwrap();
    let found: Vec<_> =
        values.iter().map(|(slot, value)| format!("{}={}", slot.name(), value.to_canonical())).collect();
    let expected = [
        "kind=\"incident.amend\"".to_owned(),
        "claimed_time=\"2026-11\"".into(),
        "author_role=\"duty officer\"".into(),
        format!("amends=\"{}\"", "ab".repeat(32)),
        "stage=\"early\"".into(),
        "severity_scale=\"nciss\"".into(),
        "severity_value=62.5".into(),
        "summary=\"s\"".into(),
    ];
    assert_eq!(found, expected);
    assert_eq!(Document::from_slots(&values).unwrap(), document(r#"{"summary":"s"}"#));

    values.set_envelope(&Envelope::new(RealKind::Cover)).unwrap();
    assert_eq!(values.len(), 2, "what is no longer stated is absent again");
    let eight = profile(EIGHT);
    let refused = SlotValues::new(&eight).set_envelope(&envelope).unwrap_err();
    assert_eq!(refused.code(), Code::UnknownField);
    for kind in RealKind::ALL {
        assert_eq!(RealKind::parse(kind.as_str()), Some(kind));
    }
}

#[test]
fn a_slot_takes_only_what_it_can_hold() {
    let eight = profile(EIGHT);
    let code = |slot: u16, text: &str| {
        let value = Value::parse(text.as_bytes()).unwrap();
        SlotValues::new(&eight).set(SlotNumber::new(slot), value).map_err(|error| error.code())
    };
    assert_eq!(code(8, "1"), Err(Code::SlotRange));
    for (slot, text) in [
        (0, "null"),
        (0, "1"),
        (1, "\"yesterday\""),
        (1, "\"2026-02-30\""),
        (3, "\"AB\""),
        (4, "\"541\""),
        (4, "5"),
        (5, "null"),
        (6, "{\"in side\":1}"),
        (6, "[]"),
        (7, "\"1\""),
        (7, "null"),
    ] {
        assert_eq!(code(slot, text), Err(Code::FieldType), "{slot} {text}");
    }
    let sixteen = profile(SIXTEEN);
    let unassigned = SlotValues::new(&sixteen).set(SlotNumber::new(4), 1.into()).unwrap_err();
    assert_eq!(unassigned.code(), Code::SlotRange);
    assert!(unassigned.to_string().contains("slot 4"), "{unassigned}");
}

#[test]
fn shapes_of_veris_1_3_are_taken() {
    let veris = Profile::veris_1();
    for text in [
        r#"{"discovery_method":"Ext - unknown"}"#,
        r#"{"asset":{"cloud":"Unknown","ownership":"Victim","hosting":["Internal"],"management":"Internal"}}"#,
        r#"{"asset":{"governance":["Personally owned"],"accessibility":"Internal"}}"#,
        r#"{"action":{"unknown":{},"hacking":{"Elevate":true,"Exfiltrate":false,"Infiltrate":true}}}"#,
        r#"{"actor":{"unknown":{}},"extra":{},"subsets":{"a":1},"plus":{}}"#,
        r#"{"timeline":{"incident":{}},"victim":{},"attribute":{"availability":{"duration":{}}}}"#,
        r#"{"plus":{"timeline":{"notification":{"year":2012,"month":"4","day":1}},"attribute":null}}"#,
    ] {
        let values = document(text).to_slots(veris).unwrap();
        assert_eq!(Document::from_slots(&values).unwrap(), document(text), "{text}");
    }
    assert_eq!(fault(veris, r#"{"action":{"social":{"target":null}}}"#).0, Code::FieldType);
    assert_eq!(fault(veris, r#"{"action":{"cyber":{}}}"#), (Code::UnknownField, "/action/cyber".into()));
}

#[test]
fn the_shipped_incidents_go_through_whole() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/incidents");
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).expect("the shipped incidents") {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let document = Document::parse(&std::fs::read(&path).unwrap()).unwrap();
        let values =
            document.to_slots(Profile::veris_1()).unwrap_or_else(|error| panic!("{path:?}: {error}"));
        assert_eq!(Document::from_slots(&values).unwrap(), document, "{path:?}");
        count += 1;
    }
    assert!(count >= 24, "{count} incidents in {folder:?}");
}

fn leaked(text: &str) -> &'static Profile {
    Box::leak(Box::new(profile(text)))
}

fn arb_case() -> impl Strategy<Value = (&'static Profile, Document)> {
    prop_oneof![Just(Profile::veris_1()), Just(leaked(EIGHT)), Just(leaked(SIXTEEN))]
        .prop_flat_map(|profile| (Just(profile), arb_document(profile)))
}

proptest! {
    #[test]
    fn every_accepted_document_comes_back((profile, document) in arb_case()) {
        let values = document.to_slots(profile).unwrap();
        let back = Document::from_slots(&values).unwrap();
        prop_assert_eq!(back.to_canonical(), document.to_canonical());
        prop_assert_eq!(back.to_slots(profile).unwrap(), values.clone());
        // What was cut can be put in by hand, so it is what slots can hold.
        let mut again = SlotValues::new(profile);
        for (slot, value) in values.iter() {
            again.set(slot.number(), value.clone()).unwrap();
        }
        prop_assert_eq!(again, values);
    }

    #[test]
    fn arbitrary_json_is_refused_by_name_or_comes_back(value in sample::arb_json()) {
        let sixteen = profile(SIXTEEN);
        if let Ok(document) = Document::from_value(Value::from([("rest", value.clone()), ("a~b/c", value)])) {
            match document.to_slots(&sixteen) {
                Ok(values) => prop_assert_eq!(Document::from_slots(&values).unwrap(), document),
                Err(error) => prop_assert!(error.pointer().is_some()),
            }
        }
    }
}
