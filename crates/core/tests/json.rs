//! Properties and rank of faults of strict JSON.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use detente_core::{
    Code,
    json::{Number, Value},
};
use proptest::prelude::*;

fn code(text: &str) -> Code {
    Value::parse(text.as_bytes())
        .map_or_else(|error| error.code(), |value| panic!("accepted {text:?} as {value:?}"))
}

#[test]
fn faults_have_their_codes() {
    for text in [
        "",
        "{",
        "[1,]",
        "{\"a\":1,}",
        "nul",
        "01",
        "+1",
        "1.",
        ".5",
        "\"\u{1}\"",
        "1 2",
        "\u{feff}1",
        "NaN",
        "'a'",
        "\"\\x\"",
    ] {
        assert_eq!(code(text), Code::MalformedJson, "{text:?}");
    }
    assert_eq!(Value::parse(b"\"\xff\"").unwrap_err().code(), Code::MalformedJson);
    assert_eq!(code("{\"a\":1,\"\\u0061\":2}"), Code::DuplicateMember);
    for text in ["\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\ud800\\ud800\\udc00\"", "{\"\\udfff\":1}"] {
        assert_eq!(code(text), Code::LoneSurrogate, "{text:?}");
    }
    for text in ["9007199254740992", "-9007199254740993", "9007199254740992.0", "1e400", "1e-400", "1e20"] {
        assert_eq!(code(text), Code::NumberRange, "{text:?}");
    }
}

#[test]
fn rank_does_not_depend_on_the_place() {
    assert_eq!(code("[1e400,{\"a\":1,\"a\":1},\"\\ud800\"]"), Code::DuplicateMember);
    assert_eq!(code("[1e400,\"\\ud800\"]"), Code::LoneSurrogate);
    assert_eq!(code("[1e400,\"\\ud800\",{\"a\":1,\"a\":1},"), Code::MalformedJson);
}

#[test]
fn depth_is_bounded() {
    let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);
    assert!(Value::parse(nested(64).as_bytes()).is_ok());
    assert_eq!(code(&nested(65)), Code::MalformedJson);
    assert_eq!(code(&"[".repeat(1_000_000)), Code::MalformedJson);
}

#[test]
fn values_are_bounded() {
    let array = |count: usize| format!("[{}1]", "1,".repeat(count - 2));
    assert!(Value::parse(array(262_144).as_bytes()).is_ok());
    assert_eq!(code(&array(262_145)), Code::MalformedJson);
}

#[test]
fn canonical_form_is_that_of_rfc_8785() {
    let text = r#"{"\ud83d\ude00":1,"\ufb33":2,"1":{"f":{"f":"hi","F":5},"\n":56.0},"":"empty","a":[1e21,333333333.33333329,4.50,2e-3,0.000000000000000000000000001,-0]}"#;
    let error = Value::parse(text.as_bytes()).unwrap_err();
    assert_eq!(error.code(), Code::NumberRange, "1e21 is an integer beyond 2^53");
    let value =
        Value::parse(text.replace("1e21", "\"\\u20ac$\\u000f\\u000aA'\\u0042\\\"\\\\\\/\"").as_bytes())
            .unwrap();
    assert_eq!(
        value.to_canonical(),
        "{\"\":\"empty\",\"1\":{\"\\n\":56,\"f\":{\"F\":5,\"f\":\"hi\"}},\"a\":[\"€$\\u000f\\nA'B\\\"\\\\/\",333333333.3333333,4.5,0.002,1e-27,0],\"😀\":1,\"\u{fb33}\":2}"
    );
}

#[test]
fn records_know_their_lines() {
    let lines = |text: &str| -> Vec<usize> {
        let mut lines = Vec::new();
        let each = |line, _| {
            lines.push(line);
            Ok::<_, detente_core::CoreError>(())
        };
        Value::parse_records(text.as_bytes(), each).unwrap();
        lines
    };
    let refused = |text: &str| {
        Value::parse_records(text.as_bytes(), |_, _| Ok::<_, detente_core::CoreError>(())).unwrap_err().code()
    };
    for text in ["", "[", "[1", "[1,", "[1,]", "[1 2]", "[]]", "[1]2", "[,1]", "{}{}"] {
        assert_eq!(refused(text), Code::MalformedJson, "{text:?}");
    }
    assert_eq!(refused("[1,{\"a\":1,\"a\":2}]"), Code::DuplicateMember);
    assert_eq!(lines("[\n{\"a\":[\n1,2]},\n\n {}, {}\n]"), [2, 5, 5]);
    assert_eq!(lines("\n\n{\"a\":[1]}"), [3]);
    assert_eq!(lines("[]"), [] as [usize; 0]);
}

fn arb_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_filter_map("in range", |n| Number::new(n).map(Value::Number)),
        any::<i32>().prop_filter_map("in range", |n| Number::new(f64::from(n)).map(Value::Number)),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(Value::Array),
            prop::collection::btree_map(any::<String>(), inner, 0..8).prop_map(Value::Object),
        ]
    })
}

proptest! {
    #[test]
    fn canonical_text_reads_back_as_the_same_value(value in arb_value()) {
        let file = value.to_file();
        prop_assert_eq!(Value::parse_file(&file).unwrap(), value);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(value) = Value::parse(&bytes) {
            let canonical = value.to_canonical();
            prop_assert_eq!(Value::parse(canonical.as_bytes()).unwrap().to_canonical(), canonical);
        }
    }

    #[test]
    fn almost_json_never_panics(text in "[\\[\\]{}\",:\\\\u0-9dDeE+.\\- ntrf]{0,60}") {
        let _ = Value::parse(text.as_bytes());
    }
}
