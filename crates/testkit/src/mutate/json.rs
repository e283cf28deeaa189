//! One change inside a JSON value that leaves it JSON: another leaf, another order, one member more or less.

use detente_core::{
    base64,
    json::{Number, Value},
};

use super::{
    path::{self, Step, at},
    statements, text,
};
use crate::{random::Random, tamper::flip_bit};

/// A changed copy; the same value only when sixteen tries changed nothing.
pub(super) fn damaged(value: &Value, random: &mut Random) -> Value {
    for _ in 0..16 {
        let mut copy = value.clone();
        if random.once_in(8) {
            swap_places(&mut copy, random);
        } else {
            let place = path::random(value, random);
            let strings = path::strings(value);
            change(at(&mut copy, &place).unwrap(), &strings, random);
        }
        if copy != *value {
            return copy;
        }
    }
    value.clone()
}

fn change(value: &mut Value, strings: &[String], random: &mut Random) {
    if random.once_in(12) {
        *value = other(random);
        return;
    }
    match value {
        Value::Null => *value = other(random),
        Value::Bool(truth) => *truth = !*truth,
        Value::Number(number) => *number = near(*number, random),
        Value::String(text) => *text = string(text, strings, random),
        Value::Array(items) => text::reorder(items, random),
        Value::Object(members) => {
            let names: Vec<String> = members.keys().cloned().collect();
            let Some(name) = names.get(random.below(names.len())) else {
                members.insert("x".to_owned(), other(random));
                return;
            };
            match random.below(4) {
                0 => _ = members.remove(name),
                1 => {
                    let member = members.remove(name).unwrap();
                    members.insert(text::characters(name, random), member);
                }
                2 => _ = members.insert(text::characters(name, random), members[name].clone()),
                _ => {
                    let second = random.pick(&names);
                    let (left, right) = (members[name].clone(), members[second].clone());
                    members.insert(name.clone(), right);
                    members.insert(second.clone(), left);
                }
            }
        }
    }
}

/// Exchanges two values of one type anywhere in the tree.
fn swap_places(root: &mut Value, random: &mut Random) {
    let one: Vec<Step> = path::random(root, random);
    for _ in 0..32 {
        let two = path::random(root, random);
        let (left, right) = (at(root, &one).unwrap().clone(), at(root, &two).unwrap().clone());
        if left.type_name() == right.type_name() && left != right {
            *at(root, &one).unwrap() = right;
            // The first value may have held the second.
            if let Some(place) = at(root, &two) {
                *place = left;
            }
            return;
        }
    }
}

fn near(number: Number, random: &mut Random) -> Number {
    let value = number.get();
    let values = [value + 1.0, value - 1.0, 0.0, 65535.0, value + 0.5, -value, value * 2.0, 65536.0 + value];
    Number::new(*random.pick(&values)).unwrap_or(number)
}

/// A small value of any type.
pub(super) fn other(random: &mut Random) -> Value {
    let values = ["null", "true", "false", "0", "1.5", "\"\"", "\"x\"", "[]", "{}", "[1]", "{\"x\":null}"];
    Value::parse(random.pick(&values).as_bytes()).unwrap()
}

/// Another string, of the same form as often as not.
pub(super) fn string(given: &str, strings: &[String], random: &mut Random) -> String {
    if given.contains('\n') && !random.once_in(8) {
        return if random.once_in(2) {
            super::notes::resigned(&text::lines(given, random))
        } else {
            text::lines(given, random)
        };
    }
    if let Ok(bytes) = base64::decode(given)
        && !bytes.is_empty()
        && random.once_in(3)
    {
        if bytes.len() > 170 && !random.once_in(4) {
            return base64::encode(&statements::damaged(&bytes, random));
        }
        return base64::encode(&flip_bit(&bytes, random.below(bytes.len() * 8)));
    }
    match random.below(4) {
        0 if !strings.is_empty() => random.pick(strings).clone(),
        1 => text::characters(given, random),
        _ => text::same_alphabet(given, random),
    }
}
