//! The rules of a profile, and what the built-in one says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod sample;

use detente_core::{Code, json::Value};
use detente_disclosure::{Profile, Shape, SlotNumber};
use proptest::prelude::*;

use sample::{EIGHT, SIXTEEN, file, profile};

fn code(text: &str) -> Code {
    Profile::parse(&file(text)).map_or_else(|error| error.code(), |_| panic!("accepted {text}"))
}

/// The first occurrence replaced; a test that replaces nothing would pass for the wrong reason.
fn with(text: &str, old: &str, new: &str) -> String {
    assert!(text.contains(old), "{old} is not there");
    text.replacen(old, new, 1)
}

#[test]
fn the_samples_are_profiles() {
    assert_eq!(profile(EIGHT).slots().len(), 8);
    assert_eq!(profile(SIXTEEN).slots().len(), 12);
    assert_eq!(profile(EIGHT).width(), 8);
}

#[test]
fn every_rule_has_a_text_that_breaks_it() {
    let kind = r#"{"name":"kind","slot":0,"types":["string"]}"#;
    let cases = [
        ("\"version\":1", "\"version\":2"),
        ("\"version\":1", "\"version\":\"1\""),
        ("\"version\":1,", ""),
        ("\"version\":1", "\"version\":1,\"more\":1"),
        ("\"profile\":\"eight\"", "\"profile\":\"Eight\""),
        ("\"profile\":\"eight\"", "\"profile\":\"\""),
        ("\"profile\":\"eight\"", "\"profile\":8"),
        ("\"width\":8", "\"width\":4"),
        ("\"width\":8", "\"width\":12"),
        ("\"width\":8", "\"width\":8192"),
        ("\"width\":8", "\"width\":8.5"),
        // Slots.
        (kind, "1"),
        (kind, r#"{"name":"sort","slot":0,"types":["string"]}"#),
        (kind, r#"{"name":"kind","slot":0,"types":["number","string"]}"#),
        (kind, r#"{"name":"kind","pointer":"/kind","slot":0,"types":["string"]}"#),
        (kind, r#"{"name":"kind","slot":0,"types":["string"],"more":1}"#),
        ("\"slot\":7", "\"slot\":8"),
        ("\"slot\":7", "\"slot\":6"),
        ("\"slot\":7", "\"slot\":-1"),
        ("\"slot\":7", "\"slot\":\"7\""),
        ("\"name\":\"inside\"", "\"name\":\"in side\""),
        ("\"name\":\"inside\"", "\"name\":\"in\\u0001side\""),
        ("\"name\":\"inside\"", "\"name\":\"in\\u00a0side\""),
        ("\"name\":\"inside\"", "\"name\":\"\""),
        ("\"name\":\"inside\"", "\"name\":\"box\""),
        ("\"name\":\"inside\",", ""),
        ("[\"boolean\",\"number\"]", "[]"),
        ("[\"boolean\",\"number\"]", "[\"number\",\"boolean\"]"),
        ("[\"boolean\",\"number\"]", "[\"number\",\"number\"]"),
        ("[\"boolean\",\"number\"]", "[\"null\"]"),
        ("[\"boolean\",\"number\"]", "\"number\""),
        ("\"/box/in side\"", "\"box/in\""),
        ("\"/box/in side\"", "\"/box/in~\""),
        ("\"/box/in side\"", "\"\""),
        ("\"/box/in side\"", "7"),
        ("\"/box/in side\"", "\"/box\""),
        ("\"/box/in side\"", "\"/code\""),
        // Containers, parts, residues.
        ("\"container\":true", "\"container\":false"),
        ("\"container\":true", "\"container\":true,\"residue\":true"),
        ("[\"object\",\"string\"]", "[\"string\"]"),
        ("\"container\":true", "\"residue\":true"),
        ("\"pointer\":\"/box\",", ""),
        (
            "[0,2],\"pointer\":\"/code\",\"slot\":4,\"types\":[\"string\"]",
            "[0,2],\"pointer\":\"/code\",\"slot\":4,\"types\":[\"number\"]",
        ),
        ("\"part\":[0,2]", "\"part\":[1,2]"),
        ("\"part\":[0,2]", "\"part\":[0,0]"),
        ("\"part\":[1,0]", "\"part\":[1,4]"),
        ("\"part\":[1,0]", "\"part\":[0,0]"),
        ("\"part\":[1,0]", "\"part\":[1]"),
        ("\"part\":[1,0]", "\"part\":[1,-1]"),
        ("\"part\":[1,0]", "\"part\":1"),
        ("\"part\":[1,0],", ""),
        ("\"part\":[0,2],\"pointer\":\"/code\"", "\"part\":[0,2]"),
        ("\"pointer\":\"/code\",\"slot\":5", "\"pointer\":\"/core\",\"slot\":5"),
        // Names.
        ("[[4,2]]", "[[4,0]]"),
        ("[[4,2]]", "[]"),
        ("[[4,2]]", "[[4]]"),
        ("[[4,2]]", "[[4,2],[5,1]]"),
        ("[[4,2]]", "[[5,1],[4,1]]"),
        ("[[4,2]]", "[[7,2]]"),
        ("[[4,2]]", "[[65535,2]]"),
        ("[[4,2]]", "4"),
    ];
    for (old, new) in cases {
        assert_eq!(code(&with(EIGHT, old, new)), Code::MalformedProfile, "{old} -> {new}");
    }
    let cases = [
        (
            "\"residue\":true,\"slot\":5,\"types\":[\"object\"]",
            "\"residue\":true,\"slot\":5,\"types\":[\"object\",\"string\"]",
        ),
        ("\"slot\":9", "\"slot\":10"),
        ("\"coarse_of\":11", "\"coarse_of\":12"),
        ("\"coarse_of\":11", "\"coarse_of\":15"),
        ("\"coarse_of\":11", "\"coarse_of\":\"11\""),
        ("\"names\":{}", "\"names\":{\"x\":[[4,1]]}"),
        ("\"names\":{}", "\"names\":[]"),
        ("\"name\":\"year\",", "\"container\":true,\"name\":\"year\","),
        (
            "\"pointer\":\"/rest/date/year\",\"slot\":6,\"types\":[\"number\"]",
            "\"pointer\":\"/rest/date\",\"residue\":true,\"slot\":6,\"types\":[\"object\"]",
        ),
    ];
    for (old, new) in cases {
        assert_eq!(code(&with(SIXTEEN, old, new)), Code::MalformedProfile, "{old} -> {new}");
    }
    for text in ["[]", "{}", "null"] {
        assert_eq!(code(text), Code::MalformedProfile, "{text}");
    }
}

#[test]
fn a_profile_is_a_file_of_ours() {
    let canonical = file(EIGHT);
    let without_feed = &canonical[..canonical.len() - 1];
    for (bytes, expected) in [
        (without_feed, Code::NotCanonical),
        (EIGHT.as_bytes(), Code::NotCanonical),
        (b"{\"a\":1,\"a\":1}\n", Code::DuplicateMember),
        (b"{", Code::MalformedJson),
    ] {
        assert_eq!(Profile::parse(bytes).unwrap_err().code(), expected);
    }
}

#[test]
fn an_error_names_slot_and_field() {
    let text = with(EIGHT, "\"part\":[0,2]", "\"part\":[1,2]");
    let error = Profile::parse(&file(&text)).unwrap_err();
    assert!(error.to_string().starts_with("profile, slot 4, code.2: expected "), "{error}");
}

#[test]
fn names_come_before_slots_before_pointers() {
    let eight = profile(EIGHT);
    let select =
        |name: &str| eight.select(name).map(|slots| slots.iter().map(|s| s.get()).collect::<Vec<_>>());
    assert_eq!(select("ends").unwrap(), [0, 7]);
    assert_eq!(select("code").unwrap(), [4, 5]);
    assert_eq!(select("code.2").unwrap(), [4]);
    // A slot of that name, although the pointer's dotted form means the group.
    assert_eq!(select("box").unwrap(), [6]);
    assert_eq!(select("box.in side").unwrap(), [7]);
    let renamed = profile(&with(EIGHT, "\"name\":\"box\"", "\"name\":\"container\""));
    assert_eq!(renamed.select("box").unwrap(), [6, 7].map(SlotNumber::new));
    let sixteen = profile(SIXTEEN);
    assert_eq!(sixteen.select("p").unwrap(), [7, 8, 9].map(SlotNumber::new));
    for name in ["", "Code", "code.", "/code", "rest.date", "nothing"] {
        assert_eq!(sixteen.select(name).unwrap_err().code(), Code::UnknownField, "{name}");
    }
}

#[test]
fn the_built_in_profile_is_pinned() {
    let veris = Profile::veris_1();
    assert_eq!((veris.name(), veris.width(), veris.slots().len()), ("veris-1", 256, 216));
    assert_eq!(
        veris.digest().to_string(),
        "29eec3beca83537e74bcec65aae431207f1717b77c458feb9608b4d2c6ffd04e",
        "a change of the profile is a change of format"
    );
}

#[test]
fn the_built_in_profile_has_the_fourteen_names() {
    let veris = Profile::veris_1();
    let range = |first: u16, count: u16| (first..first + count).map(SlotNumber::new).collect::<Vec<_>>();
    let cases = [
        ("id", range(8, 1)),
        ("status", range(10, 1)),
        ("summary", range(12, 1)),
        ("occurred", range(14, 5)),
        ("discovered", range(25, 3)),
        ("sector", range(33, 2)),
        ("country", range(35, 1)),
        ("actor", range(49, 22)),
        ("action", range(71, 58)),
        ("asset", range(130, 1)),
        ("effect", range(141, 21)),
        ("severity", [5, 6, 173].map(SlotNumber::new).to_vec()),
        ("discovery_method", range(162, 9)),
        ("evidence", range(7, 1)),
        ("sector.2", range(33, 1)),
        ("victim.industry", range(33, 2)),
        ("occurred.year", range(15, 1)),
        ("notified", range(213, 3)),
        ("asset.*", range(129, 12)),
        ("plus", range(212, 4)),
        ("value_chain.money laundering", range(196, 3)),
        ("value_chain.money_laundering", range(196, 3)),
    ];
    for (name, expected) in cases {
        assert_eq!(veris.select(name).unwrap(), expected, "{name}");
    }
}

#[test]
fn the_name_of_every_group_means_the_whole_group() {
    let veris = Profile::veris_1();
    let containers = veris.slots().iter().filter(|slot| *slot.shape() == Shape::Container);
    let mut count = 0;
    for container in containers {
        let pointer = container.pointer().unwrap();
        let within: Vec<_> = veris
            .slots()
            .iter()
            .filter(|slot| slot.pointer().is_some_and(|inner| inner == pointer || inner.lies_below(pointer)))
            .map(|slot| slot.number())
            .collect();
        let name = if container.name() == "asset" { "asset.*" } else { container.name() };
        assert_eq!(veris.select(name).unwrap(), within, "{name}");
        assert!(within.len() > 1, "{name}");
        count += 1;
    }
    assert_eq!(count, 42);
    for slot in veris.slots() {
        assert!(veris.select(slot.name()).unwrap().contains(&slot.number()) || slot.name() == "asset");
        if let Some(pointer) = slot.pointer() {
            assert!(veris.select(&pointer.dotted()).is_ok());
        }
    }
}

#[test]
fn regions_are_derived_from_countries() {
    let veris = Profile::veris_1();
    let derived: Vec<_> = veris
        .slots()
        .iter()
        .filter_map(|slot| Some((slot.name(), veris.slot(slot.coarse_of()?)?.name())))
        .collect();
    assert_eq!(
        derived,
        [
            ("victim.region", "victim.country"),
            ("actor.external.region", "actor.external.country"),
            ("actor.partner.region", "actor.partner.country"),
        ]
    );
}

proptest! {
    #[test]
    fn a_changed_profile_is_refused_or_has_another_digest(at: prop::sample::Index, bit in 0..8_u8) {
        let mut bytes = file(SIXTEEN);
        let before = Profile::parse(&bytes).unwrap().digest();
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(changed) = Profile::parse(&bytes) {
            prop_assert_ne!(changed.digest(), before);
        }
    }

    #[test]
    fn arbitrary_json_never_panics(value in sample::arb_json()) {
        prop_assert!(Profile::parse(&value.to_file()).is_err());
        let nested = Value::from([
            ("names", value.clone()), ("profile", "x".into()), ("slots", value), ("version", 1.into()), ("width", 8.into()),
        ]);
        prop_assert_eq!(Profile::parse(&nested.to_file()).unwrap_err().code(), Code::MalformedProfile);
    }
}
