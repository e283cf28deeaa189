//! Places inside a JSON value.

use detente_core::json::Value;

use crate::random::Random;

/// One step into a value.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Member(String),
    Item(usize),
}

/// The value at a path.
pub(super) fn at<'a>(value: &'a mut Value, path: &[Step]) -> Option<&'a mut Value> {
    path.iter().try_fold(value, |value, step| match (value, step) {
        (Value::Object(members), Step::Member(name)) => members.get_mut(name),
        (Value::Array(items), Step::Item(position)) => items.get_mut(*position),
        _ => None,
    })
}

/// A random path. Members are drawn before what is in them, so that a long list does not draw all the damage.
pub(super) fn random(value: &Value, random: &mut Random) -> Vec<Step> {
    let mut path = vec![];
    let mut here = value;
    loop {
        match here {
            Value::Object(members) if !members.is_empty() && !random.once_in(6) => {
                let name = members.keys().nth(random.below(members.len())).unwrap();
                path.push(Step::Member(name.clone()));
                here = &members[name];
            }
            Value::Array(items) if !items.is_empty() && !random.once_in(4) => {
                let position = random.below(items.len());
                path.push(Step::Item(position));
                here = &items[position];
            }
            _ => return path,
        }
    }
}

/// Every string in a value.
pub(super) fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(strings).collect(),
        Value::Object(members) => members.values().flat_map(strings).collect(),
        _ => vec![],
    }
}
