//! Steps 1 and 2: the file and its members.

use detente_core::{
    Code,
    json::{Object, Value},
};

use super::{Findings, Scene, filler};
use crate::build::bytes::{base64, hex};

const MALFORMED: Code = Code::MalformedFinding;

pub(super) fn vectors(findings: &mut Findings) {
    files(findings);
    members(findings);
    hashes(findings);
    unknown(findings);
}

fn files(findings: &mut Findings) {
    let right = Scene::plain().finding().file();
    let text = String::from_utf8(right.clone()).unwrap();
    let mut file = |code: Code, name: &str, description: &str, bytes: &[u8]| {
        findings.refuses_file(code, format!("file-{name}"), description, bytes);
    };
    let (json, other) = (Code::MalformedJson, Code::NotCanonical);
    file(json, "empty", "no bytes", b"");
    file(json, "only-lf", "a line feed", b"\n");
    file(json, "truncated", "cut in half", &right[..right.len() / 2]);
    file(json, "no-utf-8", "a byte that is no UTF-8", &[&right[..], &[0xff]].concat());
    file(json, "bom", "a byte order mark", &[&b"\xef\xbb\xbf"[..], &right].concat());
    file(json, "two-values", "the file twice", &[&right[..], &right].concat());
    let deep =
        text.replacen("\"hashes\":[", &format!("\"hashes\":[{}{},", "[".repeat(64), "]".repeat(64)), 1);
    file(json, "too-deep", "more than 64 arrays inside one another", deep.as_bytes());
    let with = |piece: &str| text.replacen("{\"culprit\"", &format!("{{{piece},\"culprit\""), 1);
    let twice = with("\"offence\":\"FORK\"");
    file(Code::DuplicateMember, "duplicate-member", "a member twice", twice.as_bytes());
    let surrogate = text.replacen("\"first\":\"", "\"first\":\"\\ud800", 1);
    file(Code::LoneSurrogate, "lone-surrogate", "half of a pair in a note", surrogate.as_bytes());
    file(Code::NumberRange, "number-range", "a number no double holds", with("\"a\":1e999").as_bytes());
    file(other, "no-lf", "no final line feed", &right[..right.len() - 1]);
    file(other, "two-lf", "a line feed more", &[&right[..], b"\n"].concat());
    file(other, "cr-lf", "CR LF at the end", &[&right[..right.len() - 1], b"\r\n"].concat());
    file(other, "space", "a space after a colon", text.replacen("\":\"", "\": \"", 1).as_bytes());
    let (culprit, rest) = text[1..].split_once(',').unwrap();
    let order = format!("{{{},{culprit}}}\n", rest.trim_end_matches("}\n"));
    file(other, "order", "members in another order", order.as_bytes());
    file(
        other,
        "escape",
        "an escape that canonical JSON does not use",
        text.replacen("FORK", "\\u0046ORK", 1).as_bytes(),
    );
    for (name, description, bytes) in [
        ("null", "null", &b"null\n"[..]),
        ("array", "a list", b"[]\n"),
        ("string", "a string", b"\"finding/v1\"\n"),
        ("number", "a number", b"1\n"),
        ("no-member", "an object without members", b"{}\n"),
    ] {
        file(MALFORMED, name, description, bytes);
    }
    let listed = format!("[{}]\n", text.trim_end());
    file(MALFORMED, "in-a-list", "a finding in a list", listed.as_bytes());
}

/// The plain finding with one change of its members.
fn changed(change: impl FnOnce(&mut Object)) -> Vec<u8> {
    let mut members = Scene::plain().finding().members();
    change(&mut members);
    Value::Object(members).to_file()
}

fn set(members: &mut Object, name: &str, value: impl Into<Value>) {
    members.insert(name.to_owned(), value.into());
}

fn members(findings: &mut Findings) {
    for name in ["culprit", "detente", "first", "hashes", "offence", "second"] {
        let mut wrong = |what: &str, description: &str, change: &dyn Fn(&mut Object)| {
            findings.refuses_file(MALFORMED, format!("{name}-{what}"), description, &changed(change));
        };
        wrong("missing", "a member is missing", &|members| _ = members.remove(name));
        wrong("null", "a member is null", &|members| set(members, name, Value::Null));
        wrong("number", "a member is a number", &|members| set(members, name, 1_u32));
        wrong("object", "a member is an object", &|members| set(members, name, Value::Object(Object::new())));
        if name == "hashes" {
            wrong("string", "a list is a string", &|members| set(members, name, "FORK"));
        } else {
            wrong("list", "a string is a list", &|members| {
                let value = members[name].clone();
                set(members, name, vec![value]);
            });
        }
    }
    let mut wrong = |name: &str, description: &str, change: &dyn Fn(&mut Object)| {
        findings.refuses_file(MALFORMED, name, description, &changed(change));
    };
    wrong("extra-member", "a member more", &|members| set(members, "accuser", "b.example"));
    wrong("extra-null", "a member more, which is null", &|members| set(members, "policy", Value::Null));
    wrong("extra-empty-name", "a member without a name", &|members| set(members, "", ""));
    wrong("member-in-capitals", "a member under another name", &|members| {
        let value = members.remove("first").unwrap();
        set(members, "First", value);
    });
    for (name, text) in [
        ("detente-v2", "finding/v2"),
        ("detente-presentation", "presentation/v1"),
        ("detente-empty", ""),
        ("detente-space", "finding/v1 "),
        ("detente-capital", "Finding/v1"),
    ] {
        wrong(name, "another format", &|members| set(members, "detente", text));
    }
}

/// Lists of hashes that step 2 refuses.
fn bad_hashes() -> Vec<(&'static str, &'static str, Value)> {
    let list = |items: &[Value]| Value::Array(items.to_vec());
    let good = Value::from(base64(filler(0)));
    let text = base64(filler(0));
    vec![
        ("null-item", "null for a hash", list(&[Value::Null])),
        ("number-item", "a number for a hash", list(&[1_u32.into()])),
        ("list-item", "a list for a hash", list(&[list(&[])])),
        ("empty-item", "an empty string for a hash", list(&["".into()])),
        ("31-bytes", "31 bytes", list(&[base64([7; 31]).into()])),
        ("33-bytes", "33 bytes", list(&[good.clone(), base64([7; 33]).into()])),
        ("hexadecimal", "a hash in hexadecimal", list(&[hex(&filler(0)).into()])),
        ("no-padding", "base64 without padding", list(&[text.trim_end_matches('=').into()])),
        (
            "unused-bits",
            "base64 with unused bits",
            list(&["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=".into()]),
        ),
        (
            "url-alphabet",
            "the other alphabet",
            list(&["__________________________________________8=".into()]),
        ),
        ("line-feed", "a line feed after the base64", list(&[format!("{text}\n").into()])),
        ("sixty-five", "65 hashes", list(&vec![good; 65])),
    ]
}

fn hashes(findings: &mut Findings) {
    for (name, description, value) in bad_hashes() {
        let file = changed(|members| set(members, "hashes", value));
        findings.refuses_file(MALFORMED, format!("hashes-{name}"), description, &file);
    }
}

fn unknown(findings: &mut Findings) {
    let code = Code::UnknownOffence;
    for (name, word) in [
        ("word", "SPLIT-VIEW"),
        ("lower-case", "fork"),
        ("space", "FORK "),
        ("line-feed", "FORK\n"),
        ("two-words", "FORK COSIGNED-FORK"),
        ("underscore", "COSIGNED_FORK"),
        ("empty", ""),
        ("unicode", "ＦＯＲＫ"),
        ("code", "NO-OFFENCE"),
    ] {
        let file = changed(|members| set(members, "offence", word));
        findings.refuses_file(
            code,
            format!("unknown-offence-{name}"),
            "an offence that is not in the table",
            &file,
        );
    }
    let mut unknown = |code: Code, name: &str, description: &str, change: &dyn Fn(&mut Object)| {
        let file = changed(|members| {
            set(members, "offence", "SPLIT-VIEW");
            change(members);
        });
        findings.refuses_file(code, format!("unknown-offence-{name}"), description, &file);
    };
    for name in ["culprit", "first", "second"] {
        unknown(code, &format!("{name}-broken"), "and a string that nobody can read", &|members| {
            set(members, name, "?");
        });
        unknown(code, &format!("{name}-empty"), "and an empty string", &|members| set(members, name, ""));
    }
    unknown(code, "all-broken", "and nothing that anybody can read", &|members| {
        for name in ["culprit", "first", "second"] {
            set(members, name, "\u{0}");
        }
        set(members, "hashes", Value::Array(vec![]));
    });
    unknown(code, "sixty-four-hashes", "and 64 hashes", &|members| {
        set(members, "hashes", Value::Array((0..64).map(|number| base64(filler(number)).into()).collect()));
    });
    for (name, description, value) in bad_hashes() {
        unknown(MALFORMED, &format!("hashes-{name}"), description, &|members| {
            set(members, "hashes", value.clone())
        });
    }
    for name in ["culprit", "detente", "first", "hashes", "second"] {
        unknown(MALFORMED, &format!("no-{name}"), "and a member is missing", &|members| {
            _ = members.remove(name)
        });
        unknown(MALFORMED, &format!("{name}-null"), "and a member is null", &|members| {
            set(members, name, Value::Null)
        });
    }
    unknown(MALFORMED, "extra-member", "and a member more", &|members| set(members, "x", ""));
    unknown(MALFORMED, "other-version", "and another version", &|members| {
        set(members, "detente", "finding/v2")
    });
}
