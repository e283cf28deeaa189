//! Documents cut into slots.

use detente_core::Code;

use super::{by_slot, json};
use crate::{
    build::{
        bytes::base64,
        profile::{rich, small},
    },
    vector::{Operation, Vector, object},
};

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("disclosure.slots");
    let (small, rich) = (base64(small().to_file()), base64(rich().to_file()));
    let mut ok = |name: &str, description: &str, profile: &str, document: &str, values: &[(u16, &str)]| {
        let values: Vec<_> = values.iter().map(|(slot, value)| (*slot, json(value))).collect();
        operation.ok(
            name,
            description,
            object! {"profile": profile, "document": base64(document)},
            object! {"values": by_slot(&values)},
        );
    };
    ok("empty", "an empty document fills nothing", &small, "{}", &[]);
    ok(
        "plain",
        "a string, a number and a list",
        &small,
        r#"{"tags":[1,null,{"a":[]}],"summary":"text","count":1.50}"#,
        &[(4, "\"text\""), (5, "1.5"), (6, "[1,null,{\"a\":[]}]")],
    );
    ok(
        "white-space",
        "a document need not be canonical",
        &small,
        " {\r\n\t\"summary\" : \"\\u0061\" } ",
        &[(4, "\"a\"")],
    );
    ok(
        "empty-values",
        "an empty string, zero and an empty list are values",
        &small,
        r#"{"summary":"","count":-0,"tags":[]}"#,
        &[(4, "\"\""), (5, "0"), (6, "[]")],
    );
    ok(
        "parts",
        "a string in two parts",
        &rich,
        r#"{"victim":{"industry":"541330"}}"#,
        &[(6, "\"54\""), (7, "\"1330\"")],
    );
    ok(
        "parts-exact",
        "a string as long as the first part",
        &rich,
        r#"{"victim":{"industry":"54"}}"#,
        &[(6, "\"54\""), (7, "\"\"")],
    );
    ok(
        "parts-short",
        "a string shorter than the first part",
        &rich,
        r#"{"victim":{"industry":"5"}}"#,
        &[(6, "\"5\""), (7, "\"\"")],
    );
    ok(
        "parts-empty",
        "an empty string: all parts are present",
        &rich,
        r#"{"victim":{"industry":""}}"#,
        &[(6, "\"\""), (7, "\"\"")],
    );
    ok(
        "parts-scalars",
        "parts count scalar values, not bytes or UTF-16 units",
        &rich,
        "{\"victim\":{\"industry\":\"é😀x😀\"}}",
        &[(6, "\"é😀\""), (7, "\"x😀\"")],
    );
    ok(
        "parts-combining",
        "a combining mark is a scalar value of its own",
        &rich,
        "{\"victim\":{\"industry\":\"e\u{301}a\"}}",
        &[(6, "\"e\u{301}\""), (7, "\"a\"")],
    );
    ok(
        "three-parts",
        "a string in three parts",
        &rich,
        r#"{"date":"2020-07-14"}"#,
        &[(12, "\"2020\""), (13, "\"-07\""), (14, "\"-14\"")],
    );
    ok(
        "three-parts-short",
        "the second part is cut, the third empty",
        &rich,
        r#"{"date":"2020-0"}"#,
        &[(12, "\"2020\""), (13, "\"-0\""), (14, "\"\"")],
    );
    ok(
        "container-empty",
        "an empty object fills its container's slot",
        &rich,
        r#"{"action":{}}"#,
        &[(8, "{}")],
    );
    ok(
        "container-inner-empty",
        "an empty inner object fills its own slot only",
        &rich,
        r#"{"action":{"hacking":{}}}"#,
        &[(9, "{}")],
    );
    ok(
        "container-members",
        "members have slots of their own, containers none",
        &rich,
        r#"{"action":{"hacking":{"variety":["SQLi"],"count":2}}}"#,
        &[(10, "[\"SQLi\"]"), (11, "2")],
    );
    ok(
        "container-plain",
        "another value of a container, when its type is listed",
        &rich,
        r#"{"action":{"hacking":"yes"}}"#,
        &[(9, "\"yes\"")],
    );
    ok(
        "container-list",
        "a list in a container, when its type is listed",
        &rich,
        r#"{"action":{"hacking":[]}}"#,
        &[(9, "[]")],
    );
    ok(
        "object-whole",
        "an object without container is one value; its pointer has escapes",
        &rich,
        r#"{"a/b~c":{"x":{"y":null}}}"#,
        &[(22, r#"{"x":{"y":null}}"#)],
    );
    ok(
        "object-whole-empty",
        "an empty object without container is a value",
        &rich,
        r#"{"a/b~c":{}}"#,
        &[(22, "{}")],
    );
    ok(
        "two-types",
        "either of two types",
        &rich,
        r#"{"country":"XX","flag":false}"#,
        &[(19, "\"XX\""), (21, "false")],
    );
    ok(
        "residue",
        "what no longer pointer takes out stays",
        &rich,
        r#"{"plus":{"other":[1],"note":"n","timeline":{"year":2020,"unit":"d"}}}"#,
        &[(16, r#"{"other":[1],"timeline":{"unit":"d"}}"#), (17, "2020"), (18, "\"n\"")],
    );
    ok("residue-empty", "an empty residue is a value", &rich, r#"{"plus":{}}"#, &[(16, "{}")]);
    ok(
        "residue-object-stays",
        "the object that a value was taken out of stays, even empty",
        &rich,
        r#"{"plus":{"timeline":{"year":2020}}}"#,
        &[(16, r#"{"timeline":{}}"#), (17, "2020")],
    );
    ok(
        "residue-all-taken",
        "all of it taken out",
        &rich,
        r#"{"plus":{"note":true}}"#,
        &[(16, "{}"), (18, "true")],
    );
    ok(
        "residue-other-type",
        "a value of a type that the slot does not list stays",
        &rich,
        r#"{"plus":{"timeline":{"year":"2020"},"note":null}}"#,
        &[(16, r#"{"note":null,"timeline":{"year":"2020"}}"#)],
    );
    ok(
        "residue-step-no-object",
        "a step on the way that is no object stays",
        &rich,
        r#"{"plus":{"timeline":[{"year":2020}]}}"#,
        &[(16, r#"{"timeline":[{"year":2020}]}"#)],
    );
    ok(
        "residue-unknown-members",
        "a residue takes any member",
        &rich,
        r#"{"plus":{"kind":1,"summary":{"a":null}}}"#,
        &[(16, r#"{"kind":1,"summary":{"a":null}}"#)],
    );
    let mut fails = |code: Code, name: &str, description: &str, profile: &str, document: &str| {
        operation.fails(code, name, description, object! {"profile": profile, "document": base64(document)});
    };
    let unknown = Code::UnknownField;
    fails(unknown, "unknown", "a property that no slot takes", &small, r#"{"colour":"red"}"#);
    fails(unknown, "unknown-case", "another case", &small, r#"{"Summary":"text"}"#);
    fails(
        unknown,
        "unknown-inner",
        "an unknown property in a container",
        &rich,
        r#"{"action":{"malware":{}}}"#,
    );
    fails(unknown, "unknown-slot-name", "the name of a slot is no pointer", &rich, r#"{"sector.2":"54"}"#);
    fails(
        unknown,
        "unknown-envelope",
        "slots of the envelope are not filled from the document",
        &small,
        r#"{"kind":"incident.report"}"#,
    );
    fails(unknown, "unknown-null", "an unknown property whose value is null", &small, r#"{"colour":null}"#);
    fails(unknown, "unknown-tilde", "a name that must be escaped in a pointer", &rich, r#"{"a~1b~0c":{}}"#);
    fails(unknown, "unknown-empty-name", "the empty name", &small, r#"{"":1}"#);
    let kind = Code::FieldType;
    fails(kind, "type-number-for-text", "a number for a string", &small, r#"{"summary":1}"#);
    fails(kind, "type-text-for-number", "a string for a number", &small, r#"{"count":"1"}"#);
    fails(kind, "type-null", "null is of no type", &small, r#"{"summary":null}"#);
    fails(kind, "type-object-for-list", "an object for a list", &small, r#"{"tags":{}}"#);
    fails(kind, "type-boolean-for-text", "a boolean for a string or a list", &rich, r#"{"country":true}"#);
    fails(kind, "type-parts", "a number where parts are cut", &rich, r#"{"victim":{"industry":54}}"#);
    fails(kind, "type-parts-null", "null where parts are cut", &rich, r#"{"victim":{"industry":null}}"#);
    fails(
        kind,
        "type-container",
        "a string for a container that lists objects only",
        &rich,
        r#"{"action":"x"}"#,
    );
    fails(kind, "type-container-null", "null for a container", &rich, r#"{"action":null}"#);
    fails(
        kind,
        "type-container-other",
        "a number for a container that lists others",
        &rich,
        r#"{"action":{"hacking":1}}"#,
    );
    fails(kind, "type-residue", "a list for a residue", &rich, r#"{"plus":[]}"#);
    fails(kind, "type-residue-null", "null for a residue", &rich, r#"{"plus":null}"#);
    fails(
        kind,
        "first-type-then-unknown",
        "the first member in canonical order decides: `count`",
        &small,
        r#"{"zebra":1,"count":"1"}"#,
    );
    fails(
        unknown,
        "first-unknown-then-type",
        "the first member in canonical order decides: `ant`",
        &small,
        r#"{"count":"1","ant":1}"#,
    );
    fails(
        kind,
        "depth-first",
        "an inner member comes before the next outer one",
        &rich,
        r#"{"zebra":1,"action":{"hacking":{"count":"x"}}}"#,
    );
    fails(Code::MalformedJson, "malformed-json", "a document that is no JSON", &small, "{");
    let deep = format!("{{\"count\":{}{}}}", "[".repeat(62), "]".repeat(62));
    fails(Code::MalformedJson, "depth-63", "63 arrays and objects inside one another", &small, &deep);
    let deep = format!("{{\"count\":{}{}}}", "[".repeat(61), "]".repeat(61));
    fails(Code::FieldType, "depth-62", "62 are read; it is the type that is wrong", &small, &deep);
    fails(Code::DuplicateMember, "duplicate-member", "a member twice", &small, r#"{"count":1,"count":1}"#);
    fails(Code::LoneSurrogate, "lone-surrogate", "half a surrogate pair", &small, r#"{"summary":"\ud800"}"#);
    fails(Code::NumberRange, "number-range", "2^53", &small, r#"{"count":9007199254740992}"#);
    fails(
        Code::NumberRange,
        "number-range-before-unknown",
        "strict JSON comes before the profile",
        &small,
        r#"{"colour":9007199254740992}"#,
    );
    for (name, document) in [("array", "[]"), ("text", "\"summary\""), ("number", "1"), ("null", "null")] {
        fails(kind, &format!("document-{name}"), "a document that is no object", &small, document);
    }
    operation.into_vectors()
}
