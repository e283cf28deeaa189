//! Profiles: what is one, and every way not to be one.

use detente_core::{
    Code,
    json::{Object, Value},
};

use super::json;
use crate::{
    build::{
        bytes::{base64, hex},
        profile::{envelope, pointed, profile, profile_digest, rich, slot, small, with},
    },
    vector::{Operation, Vector, object},
};

fn input(bytes: &[u8]) -> Object {
    object! {"profile": base64(bytes)}
}

/// A profile of width 8 with the envelope and the slots given.
fn of(slots: Vec<Object>) -> Value {
    profile("case-1", 8, [envelope(), slots].concat(), &[])
}

fn parts(list: &[(u32, &str)]) -> Value {
    let slots = list.iter().zip(["a", "b", "c", "d"]);
    of(slots
        .map(|((number, part), name)| with(pointed(*number, name, &["string"], "/p"), "part", json(part)))
        .collect())
}

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("disclosure.profile");
    let mut ok = |name: &str, description: &str, profile: &Value, called: &str, assigned: u32| {
        operation.ok(
            name,
            description,
            input(&profile.to_file()),
            object! {"digest": hex(&profile_digest(profile)), "name": called, "assigned": assigned},
        );
    };
    ok("small", "width 8, one slot unassigned", &small(), "small-1", 7);
    ok("rich", "width 32, every kind of slot", &rich(), "rich-1", 22);
    ok("envelope-only", "the four slots that every profile has", &of(vec![]), "case-1", 4);
    ok(
        "width-4096",
        "the largest width, its last slot assigned",
        &profile(
            "case-1",
            4096,
            [envelope(), vec![pointed(4095, "last", &["string"], "/last")]].concat(),
            &[("last", &[(4095, 1)])],
        ),
        "case-1",
        5,
    );
    ok(
        "name-64",
        "a name of 64 characters",
        &profile(&"a".repeat(64), 8, envelope(), &[]),
        &"a".repeat(64),
        4,
    );
    ok("one-part", "one part that takes all", &parts(&[(4, "[0,0]")]), "case-1", 5);
    ok("three-parts", "three parts", &parts(&[(4, "[0,4]"), (5, "[1,2]"), (6, "[2,0]")]), "case-1", 7);
    ok(
        "all-types",
        "a slot of every type",
        &of(vec![pointed(4, "any", &["array", "boolean", "number", "object", "string"], "/any")]),
        "case-1",
        5,
    );
    ok(
        "ranges",
        "two ranges of one name",
        &profile("case-1", 8, envelope(), &[("some", &[(0, 1), (2, 2)])]),
        "case-1",
        4,
    );
    files(&mut operation);
    members(&mut operation);
    slots(&mut operation);
    options(&mut operation);
    operation.into_vectors()
}

fn files(operation: &mut Operation) {
    let text = String::from_utf8(small().to_file()).unwrap();
    for (code, name, description, text) in [
        (Code::NotCanonical, "no-line-feed", "the line feed is missing", text.trim_end().to_owned()),
        (Code::NotCanonical, "spaces", "spaces after colons", text.replace(':', ": ")),
        (Code::NotCanonical, "pretty", "members on lines of their own", text.replace(",\"", ",\n\"")),
        (Code::MalformedJson, "empty", "no byte", String::new()),
        (Code::MalformedJson, "cut", "the first half", text[..text.len() / 2].to_owned()),
        (
            Code::DuplicateMember,
            "duplicate-member",
            "a member twice",
            text.replacen("\"version\":1", "\"version\":1,\"version\":1", 1),
        ),
        (
            Code::LoneSurrogate,
            "lone-surrogate",
            "half a surrogate pair in a slot's name",
            text.replacen("summary", "\\udc00", 1),
        ),
        (
            Code::NumberRange,
            "number-range",
            "a width of 2^53",
            text.replacen("\"width\":8", "\"width\":9007199254740992", 1),
        ),
    ] {
        operation.fails(code, format!("file-{name}"), description, input(text.as_bytes()));
    }
}

fn members(operation: &mut Operation) {
    let mut fails = |name: &str, description: &str, profile: &Value| {
        operation.fails(Code::MalformedProfile, name, description, input(&profile.to_file()));
    };
    fails("array", "an array", &json("[]"));
    fails("no-members", "an empty object", &json("{}"));
    let Value::Object(base) = small() else { panic!("an object") };
    for name in ["names", "profile", "slots", "version", "width"] {
        let mut without = base.clone();
        without.remove(name);
        fails(&format!("without-{name}"), "a member is missing", &Value::Object(without));
    }
    let mut set = |name: &str, member: &str, value: &str, description: &str| {
        let mut changed = base.clone();
        changed.insert(member.to_owned(), json(value));
        fails(name, description, &Value::Object(changed));
    };
    set("member-more", "note", "1", "a member more");
    set("name-empty", "profile", "\"\"", "an empty name");
    set("name-upper-case", "profile", "\"Small\"", "a capital letter in the name");
    set("name-underscore", "profile", "\"a_b\"", "an underscore in the name");
    set("name-65", "profile", &format!("\"{}\"", "a".repeat(65)), "a name of 65 characters");
    set("name-number", "profile", "1", "a number as name");
    set("version-2", "version", "2", "version 2");
    set("version-text", "version", "\"1\"", "the version as a string");
    for width in ["0", "4", "7", "12", "8192", "-8", "8.5", "\"8\""] {
        set(
            &format!("width-{}", width.trim_matches('"')).replace("--", "-minus-"),
            "width",
            width,
            "not a power of two from 8 to 4096",
        );
    }
    set("slots-object", "slots", "{}", "slots as an object");
    set("slots-empty", "slots", "[]", "no slots: 0 to 3 are missing");
    set("names-array", "names", "[]", "names as an array");
    for (name, description, ranges) in [
        ("range-not-a-list", "a number where ranges belong", "4"),
        ("range-one-number", "a range of one number", "[[4]]"),
        ("range-three-numbers", "a range of three numbers", "[[4,1,1]]"),
        ("range-text", "a range of strings", "[[\"4\",\"1\"]]"),
        ("range-order", "ranges in decreasing order", "[[5,1],[4,1]]"),
        ("range-overlap", "ranges that overlap", "[[4,2],[5,1]]"),
        ("range-unassigned", "a range over an unassigned slot", "[[6,2]]"),
        ("range-beyond-width", "a range beyond the width", "[[4,5]]"),
        ("range-empty-list", "no range", "[]"),
        ("range-of-none", "a range of no slot", "[[4,0]]"),
        ("range-fraction", "a range that starts at 4.5", "[[4.5,1]]"),
        ("range-negative", "a range that starts at -1", "[[-1,2]]"),
    ] {
        set(name, "names", &format!("{{\"x\":{ranges}}}"), description);
    }
}

fn slots(operation: &mut Operation) {
    let mut fails = |name: &str, description: &str, profile: &Value| {
        operation.fails(Code::MalformedProfile, name, description, input(&profile.to_file()));
    };
    let plain = |number| pointed(number, "a", &["string"], "/a");
    fails(
        "slot-order",
        "slots in decreasing order",
        &of(vec![pointed(5, "a", &["string"], "/a"), pointed(4, "b", &["string"], "/b")]),
    );
    fails(
        "slot-twice",
        "one slot twice",
        &of(vec![pointed(4, "a", &["string"], "/a"), pointed(4, "b", &["string"], "/b")]),
    );
    fails("slot-is-width", "a slot at the width", &of(vec![plain(8)]));
    fails("slot-negative", "a slot below zero", &of(vec![with(plain(4), "slot", json("-1"))]));
    fails("slot-fraction", "a slot of 4.5", &of(vec![with(plain(4), "slot", json("4.5"))]));
    fails("slot-text", "a slot's number as a string", &of(vec![with(plain(4), "slot", "4")]));
    fails(
        "slot-is-text",
        "a string where a slot belongs",
        &json(&small().to_canonical().replacen("\"slots\":[", "\"slots\":[\"x\",", 1)),
    );
    fails(
        "slot-name-twice",
        "two slots of one name",
        &of(vec![pointed(4, "a", &["string"], "/a"), pointed(5, "a", &["string"], "/b")]),
    );
    fails(
        "slot-name-of-envelope",
        "a slot named like one of the envelope",
        &of(vec![pointed(4, "kind", &["string"], "/a")]),
    );
    fails("slot-name-space", "a space in a name", &of(vec![pointed(4, "a b", &["string"], "/a")]));
    fails(
        "slot-name-no-break-space",
        "U+00A0 in a name",
        &of(vec![pointed(4, "a\u{a0}b", &["string"], "/a")]),
    );
    fails(
        "slot-name-control",
        "a control character in a name",
        &of(vec![pointed(4, "a\u{7f}b", &["string"], "/a")]),
    );
    fails("slot-name-number", "a number as a name", &of(vec![with(plain(4), "name", 1)]));
    fails("slot-member-more", "a member that no slot has", &of(vec![with(plain(4), "note", "x")]));
    for member in ["name", "types"] {
        let mut without = plain(4);
        without.remove(member);
        fails(&format!("slot-without-{member}"), "a member is missing", &of(vec![without]));
    }
    for (name, types) in [
        ("empty", &[][..]),
        ("unsorted", &["string", "array"]),
        ("twice", &["string", "string"]),
        ("null", &["null"]),
        ("integer", &["integer"]),
        ("upper-case", &["String"]),
    ] {
        fails(
            &format!("types-{name}"),
            "not a sorted list of types",
            &of(vec![pointed(4, "a", types, "/a")]),
        );
    }
    for number in 0..4usize {
        let mut without = envelope();
        without.remove(number);
        fails(
            &format!("envelope-without-{number}"),
            "a slot of the envelope is missing",
            &profile("case-1", 8, without, &[]),
        );
    }
    let envelope_with = |number: usize, slot: Object| {
        let mut changed = envelope();
        changed[number] = slot;
        profile("case-1", 8, changed, &[])
    };
    fails("envelope-other-name", "slot 0 has another name", &envelope_with(0, slot(0, "type", &["string"])));
    fails("envelope-exchanged", "slots 1 and 2 have each other's names", &{
        let mut changed = envelope();
        changed[1] = slot(1, "author_role", &["string"]);
        changed[2] = slot(2, "claimed_time", &["string"]);
        profile("case-1", 8, changed, &[])
    });
    fails("envelope-other-type", "slot 3 is a number", &envelope_with(3, slot(3, "amends", &["number"])));
    fails(
        "envelope-more-types",
        "slot 1 has two types",
        &envelope_with(1, slot(1, "claimed_time", &["number", "string"])),
    );
    fails(
        "envelope-pointer",
        "slot 0 has a pointer",
        &envelope_with(0, pointed(0, "kind", &["string"], "/kind")),
    );
}

fn options(operation: &mut Operation) {
    let mut fails = |name: &str, description: &str, profile: &Value| {
        operation.fails(Code::MalformedProfile, name, description, input(&profile.to_file()));
    };
    let option = |types: &[&str], name: &str, value: &str| {
        of(vec![with(pointed(4, "a", types, "/a"), name, json(value))])
    };
    fails(
        "pointer-without-slash",
        "a pointer that does not start with `/`",
        &of(vec![pointed(4, "a", &["string"], "a")]),
    );
    fails("pointer-tilde-2", "`~2` in a pointer", &of(vec![pointed(4, "a", &["string"], "/a~2")]));
    fails("pointer-tilde-end", "`~` at the end of a pointer", &of(vec![pointed(4, "a", &["string"], "/a~")]));
    fails("pointer-number", "a number as pointer", &option(&["string"], "pointer", "1"));
    fails("container-false", "container is false", &option(&["object"], "container", "false"));
    fails("container-number", "container is 1", &option(&["object"], "container", "1"));
    fails(
        "container-without-object",
        "a container whose types do not name `object`",
        &option(&["string"], "container", "true"),
    );
    fails("residue-false", "residue is false", &option(&["object"], "residue", "false"));
    fails("residue-two-types", "a residue of two types", &option(&["object", "string"], "residue", "true"));
    fails("residue-string", "a residue that is a string", &option(&["string"], "residue", "true"));
    fails("coarse-of-text", "coarse_of as a string", &option(&["string"], "coarse_of", "\"0\""));
    fails("part-number", "a part that is a number", &option(&["string"], "part", "0"));
    fails("part-one-number", "a part of one number", &option(&["string"], "part", "[0]"));
    fails("part-three-numbers", "a part of three numbers", &option(&["string"], "part", "[0,0,0]"));
    fails("part-negative", "a part that takes -1", &option(&["string"], "part", "[0,-1]"));
    fails("part-of-number", "a part of a number", &option(&["number"], "part", "[0,0]"));
    fails("part-two-types", "a part of two types", &option(&["array", "string"], "part", "[0,0]"));
    fails("slot-name-empty", "an empty name", &of(vec![pointed(4, "", &["string"], "/a")]));
    fails("coarse-of-itself", "a slot derived from itself", &option(&["string"], "coarse_of", "4"));
    fails(
        "coarse-of-unassigned",
        "a slot derived from one that is not listed",
        &option(&["string"], "coarse_of", "5"),
    );
    fails("pointer-empty", "the pointer of the whole document", &of(vec![pointed(4, "a", &["object"], "")]));
    fails(
        "pointer-twice",
        "two slots with one pointer that are no parts",
        &of(vec![pointed(4, "a", &["string"], "/a"), pointed(5, "b", &["string"], "/a")]),
    );
    for (name, value) in [("container", "true"), ("residue", "true")] {
        fails(
            &format!("{name}-without-pointer"),
            "needs a pointer",
            &of(vec![with(slot(4, "a", &["object"]), name, json(value))]),
        );
    }
    fails(
        "part-without-pointer",
        "needs a pointer",
        &of(vec![with(slot(4, "a", &["string"]), "part", json("[0,0]"))]),
    );
    let both = with(pointed(4, "a", &["object"], "/a"), "container", true);
    fails(
        "container-and-residue",
        "a container that is a residue too",
        &of(vec![with(both, "residue", true)]),
    );
    let residue = || with(pointed(4, "a", &["object"], "/a"), "residue", true);
    fails(
        "container-below-residue",
        "a container below a residue",
        &of(vec![residue(), with(pointed(5, "b", &["object"], "/a/b"), "container", true)]),
    );
    let inner = with(pointed(5, "b", &["object"], "/a/b"), "residue", true);
    fails("residue-below-residue", "a residue below a residue", &of(vec![residue(), inner]));
    fails("parts-from-1", "positions that count from 1", &parts(&[(4, "[1,2]"), (5, "[2,0]")]));
    fails("parts-gap-in-position", "a position left out", &parts(&[(4, "[0,2]"), (5, "[2,0]")]));
    fails("parts-position-twice", "a position twice", &parts(&[(4, "[0,2]"), (5, "[0,0]")]));
    fails("parts-reversed", "positions that count down", &parts(&[(4, "[1,0]"), (5, "[0,2]")]));
    fails("parts-not-consecutive", "a slot between the parts", &parts(&[(4, "[0,2]"), (6, "[1,0]")]));
    fails("parts-rest-not-last", "`the rest` in the middle", &parts(&[(4, "[0,0]"), (5, "[1,0]")]));
    fails("parts-no-rest", "no part takes the rest", &parts(&[(4, "[0,2]"), (5, "[1,2]")]));
}
