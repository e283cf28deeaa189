//! Fitting a report to the profile: its slots, and what to do with properties that have none.

use detente_core::json::{Object, Value};
use detente_disclosure::{DisclosureError, Document, Profile, SlotValues};

use crate::Extra;

/// The document with its slots, its unknown properties moved under `plus` when that was asked for.
pub(crate) fn fit(value: Value, extra: Extra) -> Result<(Document, SlotValues<'static>), DisclosureError> {
    let mut document = Document::from_value(value)?;
    loop {
        match document.to_slots(Profile::veris_1()) {
            Ok(values) => return Ok((document, values)),
            Err(DisclosureError::UnknownProperty { pointer, .. }) if extra == Extra::Plus => {
                let mut root = document.into_value();
                let Some(value) = remove(&mut root, &pointer) else {
                    return Err(DisclosureError::UnknownProperty { pointer, profile: "veris-1".to_owned() });
                };
                keep(&mut root, pointer, value)?;
                document = Document::from_value(root)?;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Takes the value at an RFC 6901 pointer out of its object.
fn remove(root: &mut Value, pointer: &str) -> Option<Value> {
    let mut tokens: Vec<String> =
        pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect();
    let last = tokens.pop()?;
    let mut at = root;
    for token in &tokens {
        let Value::Object(members) = at else { return None };
        at = members.get_mut(token)?;
    }
    match at {
        Value::Object(members) => members.remove(&last),
        _ => None,
    }
}

/// Puts a value under `/plus/detente_extra`, by its pointer.
fn keep(root: &mut Value, pointer: String, value: Value) -> Result<(), DisclosureError> {
    let taken = || DisclosureError::UnknownProperty {
        pointer: "/plus/detente_extra".to_owned(),
        profile: "veris-1".to_owned(),
    };
    let Value::Object(members) = root else { return Err(taken()) };
    let plus = members.entry("plus".to_owned()).or_insert_with(|| Value::Object(Object::new()));
    let Value::Object(plus) = plus else { return Err(taken()) };
    let extra = plus.entry("detente_extra".to_owned()).or_insert_with(|| Value::Object(Object::new()));
    let Value::Object(extra) = extra else { return Err(taken()) };
    match extra.insert(pointer, value) {
        None => Ok(()),
        Some(_) => Err(taken()),
    }
}
