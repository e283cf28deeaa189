//! One change of meaning in one input of a vector, by the format of that input.

use detente_core::{
    base64,
    json::{Object, Value},
};

use super::{json, notes, openings, replay, ring, statements, text};
use crate::{
    build::{
        bytes::{hex, prefixed, sha256, unhex},
        keys::{key_id, vkey},
    },
    random::Random,
    tamper::flip_bit,
    vector::Vector,
};

/// Damaged inputs of a vector: three, and more where much lies behind the outer checks.
pub(super) fn copies(vector: &Vector, random: &mut Random) -> Vec<Object> {
    let count = match vector.operation {
        "statement.replay" => 20,
        "disclosure.seal" => 15,
        "presentation.verify" => 4,
        "core.number" | "core.base64" | "checkpoint.vkey" => 10,
        "statement.decode" | "disclosure.profile" | "checkpoint.proof" | "disclosure.open" => 8,
        "disclosure.slots" | "checkpoint.policy" | "core.json" | "checkpoint.checkpoint" => 5,
        _ => 3,
    };
    (0..count)
        .map(|_| {
            let mut input = vector.input.clone();
            damage(vector.operation, &mut input, random);
            input
        })
        .collect()
}

fn damage(operation: &str, input: &mut Object, random: &mut Random) {
    match operation {
        "core.json" => bytes(input, "bytes", |bytes| tokens(bytes, random)),
        "core.file" if random.once_in(2) => bytes(input, "bytes", |bytes| tokens(bytes, random)),
        "core.file" => bytes(input, "bytes", |bytes| file(bytes, random)),
        "core.number" | "core.base64" => string(input, "text", |text| either(text, random)),
        "core.digest" => bytes(input, "data", |bytes| flip(bytes, random)),
        "merkle.root" => list(input, "leaves", random),
        "merkle.inclusion" => numbers(input, &["index", "size"], "proof", random),
        "merkle.consistency" => numbers(input, &["old_size", "new_size"], "proof", random),
        "merkle.subtree" => numbers(input, &["start", "end", "size"], "proof", random),
        "merkle.prefix" => numbers(input, &["old_size", "new_size"], "proof", random),
        "merkle.tile" => {
            let name = *random.pick(&["level", "index", "width"]);
            string(input, name, |text| either(text, random));
        }
        "checkpoint.key" => string(input, "key", |text| text::same_alphabet(text, random)),
        "checkpoint.signature" => signature(input, random),
        "checkpoint.vkey" => string(input, "text", |text| key_text(text, random)),
        "checkpoint.note" => bytes(input, "note", |bytes| note(bytes, random)),
        "checkpoint.policy" => policy(input, random),
        "checkpoint.checkpoint" if random.once_in(3) => policy(input, random),
        "checkpoint.checkpoint" => bytes(input, "note", |bytes| note(bytes, random)),
        "checkpoint.proof" if random.once_in(4) => policy(input, random),
        "checkpoint.proof" => bytes(input, "proof", |bytes| note(bytes, random)),
        "checkpoint.time" => time(input, random),
        "checkpoint.anchor" if random.once_in(4) => policy(input, random),
        "checkpoint.anchor" => bytes(input, "body", |bytes| anchor(bytes, random)),
        "statement.decode" => bytes(input, "entry", |bytes| statements::damaged(bytes, random)),
        "statement.replay" => entries(input, random),
        "disclosure.profile" => bytes(input, "profile", |bytes| file(bytes, random)),
        "disclosure.select" if random.once_in(2) => string(input, "field", |text| either(text, random)),
        "disclosure.select" => bytes(input, "profile", |bytes| file(bytes, random)),
        "disclosure.slots" if random.once_in(5) => bytes(input, "profile", |bytes| file(bytes, random)),
        "disclosure.slots" => bytes(input, "document", |bytes| file(bytes, random)),
        "disclosure.seal" => sealed(input, random),
        "disclosure.open" => opened(input, random),
        "presentation.verify" if random.once_in(6) => policy(input, random),
        "presentation.verify" => bytes(input, "file", |bytes| file(bytes, random)),
        "witness.request" | "witness.decide" => bytes(input, "request", |bytes| note(bytes, random)),
        "finding.verify" if input["policy"].as_str().is_some() && random.once_in(3) => policy(input, random),
        "finding.verify" => bytes(input, "file", |bytes| file(bytes, random)),
        "agreement.body" => bytes(input, "body", |bytes| flip(bytes, random)),
        "agreement.file" => bytes(input, "file", |bytes| lines(bytes, random)),
        "agreement.policy" if random.once_in(2) => policy(input, random),
        "agreement.policy" => bytes(input, "file", |bytes| lines(bytes, random)),
        "agreement.content" => bytes(input, "file", |bytes| file(bytes, random)),
        "agreement.period" => string(input, "period", |text| either(text, random)),
        "agreement.date" => string(input, "date", |text| either(text, random)),
        "agreement.days" => string(input, "first", |text| either(text, random)),
        "audit.report" => audit(input, random),
        other => panic!("no structured damage for {other}"),
    }
}

fn string(input: &mut Object, name: &str, change: impl FnOnce(&str) -> String) {
    let Some(Value::String(text)) = input.get_mut(name) else { panic!("a string {name}") };
    *text = change(text);
}

fn bytes(input: &mut Object, name: &str, change: impl FnOnce(&[u8]) -> Vec<u8>) {
    string(input, name, |text| base64::encode(&change(&base64::decode(text).unwrap())));
}

fn either(given: &str, random: &mut Random) -> String {
    if random.once_in(3) { text::same_alphabet(given, random) } else { text::characters(given, random) }
}

fn flip(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    flip_bit(bytes, random.below(bytes.len() * 8))
}

fn tokens(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    core::str::from_utf8(bytes)
        .map_or_else(|_| bytes.to_vec(), |text| text::tokens(text, random).into_bytes())
}

/// A file of ours with its JSON changed and written as it has to be; other bytes as text.
fn file(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    match Value::parse(bytes) {
        Ok(value) => json::damaged(&value, random).to_file(),
        Err(_) => tokens(bytes, random),
    }
}

/// A note or a proof, signed again half of the time.
fn note(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    let Ok(given) = core::str::from_utf8(bytes) else { return flip(bytes, random) };
    let damaged = text::lines(given, random);
    if random.once_in(2) { damaged.into_bytes() } else { notes::resigned(&damaged).into_bytes() }
}

/// The note of an anchor under a length that fits; a body without one as bytes.
fn anchor(body: &[u8], random: &mut Random) -> Vec<u8> {
    let Some((head, text)) = body.split_at_checked(56) else { return flip(body, random) };
    let text = note(text, random);
    [&head[..48], &prefixed(&text)].concat()
}

/// Lines of a text that nobody signed.
fn lines(bytes: &[u8], random: &mut Random) -> Vec<u8> {
    match core::str::from_utf8(bytes) {
        Ok(given) => text::lines(given, random).into_bytes(),
        Err(_) => flip(bytes, random),
    }
}

/// One thing that an audit was given: the time, the order of the logs, or entries or notes of one of them.
fn audit(input: &mut Object, random: &mut Random) {
    if random.once_in(4) {
        return string(input, "at", |_| {
            random.pick(&["0", "310", "1000", "5000", "9223372036854775807"]).to_string()
        });
    }
    let Some(Value::Array(logs)) = input.get_mut("logs") else { panic!("a list logs") };
    if random.once_in(6) {
        logs.reverse();
        return;
    }
    let at = random.below(logs.len());
    let Some(Value::Object(log)) = logs.get_mut(at) else { return };
    if random.once_in(2) {
        return entries(log, random);
    }
    let Some(Value::Array(notes)) = log.get_mut("notes") else { panic!("a list notes") };
    if notes.is_empty() || random.once_in(2) {
        notes.reverse();
        notes.pop();
        return;
    }
    let at = random.below(notes.len());
    let Value::String(text) = &mut notes[at] else { return };
    *text = base64::encode(&note(&base64::decode(text).unwrap(), random));
}

/// A list of texts: its order, or one of them.
fn list(input: &mut Object, name: &str, random: &mut Random) {
    let Some(Value::Array(items)) = input.get_mut(name) else { panic!("a list {name}") };
    text::reorder(items, random);
}

fn numbers(input: &mut Object, names: &[&str], proof: &str, random: &mut Random) {
    if random.once_in(3) {
        list(input, proof, random);
    } else {
        let name = random.pick(names);
        string(input, name, |text| text::same_alphabet(text, random));
    }
}

fn signature(input: &mut Object, random: &mut Random) {
    match random.below(3) {
        0 => bytes(input, "message", |bytes| [bytes, &[0]].concat()),
        1 => string(input, "signature", |text| {
            let mut bytes = unhex(text);
            text::reorder(&mut bytes, random);
            hex(&bytes)
        }),
        _ => {
            let key = random.pick(ring::keys());
            let message = base64::decode(input["message"].as_str().unwrap()).unwrap();
            input.insert("key".to_owned(), hex(&key.public).into());
            if random.once_in(2) {
                input.insert("signature".to_owned(), hex(&key.sign(&message)).into());
            }
        }
    }
}

/// A vkey changed as text, or in a part with the key id made to fit.
fn key_text(given: &str, random: &mut Random) -> String {
    let parts: Vec<&str> = given.splitn(3, '+').collect();
    let (&[name, _, key], false) = (parts.as_slice(), random.once_in(3)) else {
        return either(given, random);
    };
    let Ok(material) = base64::decode(key) else { return either(given, random) };
    let Some((kind, public)) = material.split_first() else { return either(given, random) };
    match random.below(4) {
        0 => vkey(&either(name, random), *kind, public),
        1 => vkey(name, *random.pick(&[0, 1, 2, 4, 5, 6]), public),
        2 => vkey(name, *kind, &flip(public, random)),
        _ => {
            let id = hex(&key_id(name, *kind, public));
            format!("{name}+{}+{key}", either(&id, random))
        }
    }
}

/// A policy or its companion. The companion of a changed policy names it again, three times of four.
fn policy(input: &mut Object, random: &mut Random) {
    let with_companion = input["companion"].as_str().is_some();
    if with_companion && random.once_in(3) {
        return bytes(input, "companion", |bytes| file(bytes, random));
    }
    bytes(input, "policy", |bytes| match core::str::from_utf8(bytes) {
        Ok(given) => text::lines(given, random).into_bytes(),
        Err(_) => flip(bytes, random),
    });
    if with_companion && !random.once_in(4) {
        let digest = hex(&sha256(&[&base64::decode(input["policy"].as_str().unwrap()).unwrap()]));
        bytes(input, "companion", |bytes| match Value::parse(bytes) {
            Ok(Value::Object(mut members)) => {
                members.insert("policy".to_owned(), digest.as_str().into());
                Value::Object(members).to_file()
            }
            _ => bytes.to_vec(),
        });
    }
}

fn time(input: &mut Object, random: &mut Random) {
    match random.below(6) {
        0 => policy(input, random),
        1 => string(input, "index", |text| text::same_alphabet(text, random)),
        2 => list(input, "notes", random),
        _ => {
            let Some(Value::Array(notes)) = input.get_mut("notes") else { panic!("a list of notes") };
            let at = random.below(notes.len());
            if let Some(Value::String(text)) = notes.get_mut(at) {
                *text = base64::encode(&note(&base64::decode(text).unwrap(), random));
            }
        }
    }
}

fn entries(input: &mut Object, random: &mut Random) {
    let given = input["entries"].as_array().unwrap().iter().filter_map(Value::as_str);
    let given: Vec<Vec<u8>> = given.map(|text| base64::decode(text).unwrap()).collect();
    let damaged = replay::damaged(&given, random).iter().map(|entry| base64::encode(entry).into()).collect();
    input.insert("entries".to_owned(), Value::Array(damaged));
}

/// Claimed times and statement ids, from which a character is then changed.
const FORMS: &[(&str, &str)] = &[
    ("1", "2026"),
    ("1", "2026-02"),
    ("1", "2024-02-29"),
    ("1", "2000-02-29"),
    ("1", "2100-02-28"),
    ("1", "2026-11-30"),
    ("1", "2026-12-31T23:59:60Z"),
    ("1", "2026-01-01T00:00:00.5+23:59"),
    ("1", "0000-01-01T00:00:00-00:00"),
    ("3", "00000000000000000000000000000000000000000000000000000000000000af"),
];

fn sealed(input: &mut Object, random: &mut Random) {
    if random.once_in(3) {
        let values = json::damaged(&input["values"], random);
        input.insert("values".to_owned(), values);
    } else if let Some(Value::Object(values)) = input.get_mut("values") {
        let (slot, form) = FORMS[random.below(FORMS.len())];
        let text = if random.once_in(3) {
            text::characters(form, random)
        } else {
            text::same_alphabet(form, random)
        };
        values.insert(slot.to_owned(), text.into());
    }
}

fn opened(input: &mut Object, random: &mut Random) {
    let given = base64::decode(input["profile"].as_str().unwrap()).unwrap();
    let profile = Value::parse(&given).unwrap();
    if !random.once_in(4) {
        return openings::damage(input, &profile, random);
    }
    let profile = json::damaged(&profile, random);
    input.insert("profile".to_owned(), base64::encode(&profile.to_file()).into());
    if let Some(sealed) = openings::sealed(input, &profile) {
        input.insert("sealed".to_owned(), hex(&sealed).into());
    }
}
