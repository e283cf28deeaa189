//! Agreement files: the top, parties and definitions.

use detente_core::{Code, json::Object};

use super::{DEFINITIONS, HEAD, OBLIGATION, PARTIES, example, lines, obligations};
use crate::{
    build::bytes::{base64, hex, sha256},
    vector::{Operation, Vector, object, texts},
};

pub(super) fn input(file: &[u8]) -> Object {
    object! {"file": base64(file)}
}

/// The output of a file of parties a and b.
pub(super) fn output(file: &[u8], obligations: &[&str]) -> Object {
    of_parties(file, &["a", "b"], obligations)
}

fn of_parties(file: &[u8], parties: &[&str], obligations: &[&str]) -> Object {
    object! {
        "digest": hex(&sha256(&[file])),
        "parties": texts(parties),
        "obligations": texts(obligations),
    }
}

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("agreement.file");
    top(&mut operation);
    parties(&mut operation);
    definitions(&mut operation);
    lines::add(&mut operation);
    obligations::add(&mut operation);
    operation.into_vectors()
}

pub(super) fn ok(operation: &mut Operation, name: &str, description: &str, file: &str, obligations: &[&str]) {
    operation.ok(name, description, input(file.as_bytes()), output(file.as_bytes(), obligations));
}

pub(super) fn refused(operation: &mut Operation, name: &str, description: &str, file: &str) {
    operation.fails(Code::MalformedAgreement, name, description, input(file.as_bytes()));
}

/// The example with one text for another, which has to be there.
pub(super) fn with(from: &str, to: &str) -> String {
    let file = example();
    assert!(file.contains(from), "{from}");
    file.replacen(from, to, 1)
}

fn top(operation: &mut Operation) {
    ok(operation, "example", "the example of the spec", &example(), &["O1"]);
    ok(operation, "name-longest", "a name of 64", &with("two-party-example", &"n".repeat(64)), &["O1"]);
    ok(
        operation,
        "title-longest",
        "a title of 1,024 bytes",
        &with("requests are answered in ten days", &"é".repeat(512)),
        &["O1"],
    );
    for (name, description, file) in [
        ("version", "another version", with("detente-agreement/v1", "detente-agreement/v2")),
        ("version-missing", "no version", with("agreement = \"detente-agreement/v1\"\n", "")),
        ("name-missing", "no name", with("name = \"two-party-example\"\n", "")),
        ("name-empty", "an empty name", with("two-party-example", "")),
        ("name-65", "a name of 65", with("two-party-example", &"n".repeat(65))),
        ("name-upper-case", "a name in upper case", with("two-party-example", "Two")),
        ("title-empty", "an empty title", with("requests are answered in ten days", "")),
        (
            "title-1025",
            "a title of 1,025 bytes",
            with("requests are answered in ten days", &"x".repeat(1025)),
        ),
        (
            "policy-missing",
            "no policy",
            with("policy = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"\n", ""),
        ),
        ("policy-63-digits", "a digest cut short", with("policy = \"a", "policy = \"")),
        ("policy-upper-case", "a digest in upper case", with("policy = \"a", "policy = \"A")),
        (
            "policy-number",
            "a digest that is a number",
            with(
                "policy = \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"",
                "policy = 7",
            ),
        ),
        (
            "companion-missing",
            "no companion",
            with("companion = \"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\"\n", ""),
        ),
        ("top-unknown", "a member that is not named", with("title =", "until = \"2030\"\ntitle =")),
        ("table-unknown", "a table that is not named", format!("{}\n[other]\nx = \"y\"\n", example())),
        (
            "list-unknown",
            "a list of tables that is not named",
            format!("{}\n[[other]]\nx = \"y\"\n", example()),
        ),
        ("empty", "no bytes", String::new()),
    ] {
        refused(operation, name, description, &file);
    }
}

fn parties(operation: &mut Operation) {
    let third = "
[[party]]
id = \"c-1\"
name = \"c.example\"
log = \"3333333333333333333333333333333333333333333333333333333333333333\"
origin = \"c.example/log\"
offset = \"-14:00\"
";
    let file = format!("{HEAD}{PARTIES}{third}{OBLIGATION}");
    operation.ok(
        "three-parties",
        "more than two parties, no definitions",
        input(file.as_bytes()),
        of_parties(file.as_bytes(), &["a", "b", "c-1"], &["O1"]),
    );
    let many = |count: u32| {
        let parties: String = (1..=count)
            .map(|at| {
                format!("[[party]]\nid = \"p{at}\"\nname = \"p\"\nlog = \"{at:064x}\"\norigin = \"p{at}.example/log\"\n")
            })
            .collect();
        format!("{HEAD}{parties}{OBLIGATION}")
    };
    let names: Vec<String> = (1..=16).map(|at| format!("p{at}")).collect();
    let sixteen = many(16);
    operation.ok(
        "sixteen-parties",
        "as many as there may be",
        input(sixteen.as_bytes()),
        of_parties(sixteen.as_bytes(), &names.iter().map(String::as_str).collect::<Vec<_>>(), &["O1"]),
    );
    for offset in ["+00:00", "-00:00", "+14:00", "-14:00", "+05:45"] {
        let word = offset.replace(['+', ':'], "").replace('-', "minus-");
        ok(operation, &format!("offset-{word}"), "a stated offset", &with("+08:00", offset), &["O1"]);
    }
    for (name, description, file) in [
        ("seventeen-parties", "one party too many", many(17)),
        ("one-party", "an agreement with oneself", many(1)),
        ("no-parties", "nobody", format!("{HEAD}{OBLIGATION}")),
        ("party-id-twice", "two parties of one id", with("id = \"b\"", "id = \"a\"")),
        ("party-log-twice", "two parties of one log", with(&"2".repeat(64), &"1".repeat(64))),
        ("party-origin-twice", "two parties of one origin", with("b.example/log", "a.example/log")),
        ("party-log-zeros", "a log id of zeros", with(&"2".repeat(64), &"0".repeat(64))),
        ("party-log-short", "a log id cut short", with(&"2".repeat(64), &"2".repeat(62))),
        ("party-id-empty", "an empty id", with("id = \"b\"", "id = \"\"")),
        ("party-id-33", "an id of 33", with("id = \"b\"", &format!("id = \"{}\"", "b".repeat(33)))),
        ("party-id-upper-case", "an id in upper case", with("id = \"b\"", "id = \"B\"")),
        ("party-id-missing", "no id", with("id = \"b\"\n", "")),
        ("party-name-missing", "no name", with("name = \"b.example\"\n", "")),
        ("party-origin-missing", "no origin", with("origin = \"b.example/log\"\n", "")),
        ("party-origin-space", "an origin with a space", with("b.example/log", "b example")),
        ("party-origin-plus", "an origin with a plus", with("b.example/log", "b+example")),
        ("party-origin-empty", "an empty origin", with("b.example/log", "")),
        (
            "party-unknown-member",
            "a member that is not named",
            with("id = \"b\"", "seat = \"x\"\nid = \"b\""),
        ),
        ("offset-hour-15", "an offset that no place has", with("+08:00", "+15:00")),
        ("offset-14-01", "above 14 hours", with("+08:00", "+14:01")),
        ("offset-minute-60", "an offset of 60 minutes", with("+08:00", "+08:60")),
        ("offset-no-sign", "an offset without a sign", with("+08:00", "08:00")),
        ("offset-z", "an offset in letters", with("+08:00", "Z")),
        ("offset-short", "one digit of hours", with("+08:00", "+8:00")),
        ("party-table-not-list", "a table in the place of a list", with("[[party]]", "[party]")),
    ] {
        refused(operation, name, description, &file);
    }
}

fn definitions(operation: &mut Operation) {
    ok(
        operation,
        "definitions-last",
        "tables in another order",
        &format!("{HEAD}{OBLIGATION}{PARTIES}{DEFINITIONS}"),
        &["O1"],
    );
    ok(
        operation,
        "definitions-empty",
        "a table of no definitions",
        &format!("{HEAD}{PARTIES}\n[definitions]\n{OBLIGATION}"),
        &["O1"],
    );
    for (name, description, text) in [
        ("definition-empty", "a definition without words", "\"\"".to_owned()),
        ("definition-number", "a definition that is a number", "7".to_owned()),
        ("definition-list", "a definition that is a list", "[\"x\"]".to_owned()),
        ("definition-1025", "a definition of 1,025 bytes", format!("\"{}\"", "x".repeat(1025))),
    ] {
        refused(
            operation,
            name,
            description,
            &format!("{HEAD}{PARTIES}\n[definitions]\nword = {text}\n{OBLIGATION}"),
        );
    }
    operation.fails(
        Code::MalformedAgreement,
        "definitions-as-list",
        "a list of tables in the place of a table",
        input(format!("{HEAD}{PARTIES}\n[[definitions]]\nword = \"x\"\n{OBLIGATION}").as_bytes()),
    );
}
