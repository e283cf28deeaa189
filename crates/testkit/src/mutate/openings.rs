//! Openings with other values, sealed again so that the last steps decide.

use detente_core::json::{Object, Value};

use super::json;
use crate::{
    build::{
        bytes::{Hash, digest, hex, unhex},
        profile::profile_digest,
        slots::leaf,
    },
    random::Random,
};

/// Changes the openings of an input and, three times of four, the sealed value with them.
pub(super) fn damage(input: &mut Object, profile: &Value, random: &mut Random) {
    let Some(Value::Array(items)) = input.get_mut("openings") else { return };
    if random.once_in(4) {
        super::text::reorder(items, random);
    } else if !items.is_empty() {
        let at = random.below(items.len());
        let strings = super::path::strings(&Value::Array(items.clone()));
        if let Value::Object(opening) = &mut items[at] {
            let slot = opening.get("slot").and_then(Value::as_u64);
            match opening.get_mut("value") {
                Some(Value::Object(kept)) if random.once_in(2) => nested(kept, slot, profile, random),
                _ => value(opening, &strings, random),
            }
        }
    }
    if !random.once_in(4)
        && let Some(sealed) = sealed(input, profile)
    {
        input.insert("sealed".to_owned(), hex(&sealed).into());
    }
}

fn value(opening: &mut Object, strings: &[String], random: &mut Random) {
    match opening.remove("value") {
        Some(_) if random.once_in(6) => _ = opening.insert("absent".to_owned(), true.into()),
        Some(_) if random.once_in(4) => _ = opening.insert("value".to_owned(), json::other(random)),
        Some(Value::String(text)) => {
            let text = json::string(&text, strings, random);
            opening.insert("value".to_owned(), text.into());
        }
        Some(value) => _ = opening.insert("value".to_owned(), json::damaged(&value, random)),
        None => {
            opening.remove("absent");
            let value = if random.once_in(2) && !strings.is_empty() {
                random.pick(strings).as_str().into()
            } else {
                json::other(random)
            };
            opening.insert("value".to_owned(), value);
        }
    }
}

/// Puts a value where the pointer of a slot below leads to, as if nothing had taken it out.
fn nested(kept: &mut Object, slot: Option<u64>, profile: &Value, random: &mut Random) {
    let slots = profile.as_object().and_then(|members| members.get("slots")).and_then(Value::as_array);
    let pointers: Vec<(Option<u64>, &str)> = slots
        .unwrap_or_default()
        .iter()
        .filter_map(|slot| {
            let members = slot.as_object()?;
            Some((members.get("slot")?.as_u64(), members.get("pointer")?.as_str()?))
        })
        .collect();
    let own = pointers.iter().find(|(number, _)| *number == slot).map_or("", |(_, pointer)| pointer);
    let below: Vec<&str> =
        pointers.iter().filter_map(|(_, pointer)| pointer.strip_prefix(own)?.strip_prefix('/')).collect();
    if below.is_empty() {
        return;
    }
    let names: Vec<&str> = below[random.below(below.len())].split('/').collect();
    let [outer @ .., last] = names.as_slice() else { return };
    let value = if random.once_in(2) { "x".into() } else { json::other(random) };
    let mut here = kept;
    for name in outer {
        let next = here.entry((*name).to_owned()).or_insert_with(|| Value::Object(Object::new()));
        let Value::Object(members) = next else { return };
        here = members;
    }
    here.insert((*last).to_owned(), value);
}

/// The sealed value that openings and multi-proof give under a profile, when they are of the right number.
pub(super) fn sealed(input: &Object, profile: &Value) -> Option<Hash> {
    let width = profile.as_object()?.get("width")?.as_u64().filter(|width| width.is_power_of_two())?;
    let log: Hash = unhex(input["log"].as_str()?).try_into().ok()?;
    let mut proof = input["proof"].as_array()?.iter().filter_map(Value::as_str).map(unhex);
    let mut known: Vec<(u64, Hash)> = vec![];
    for item in input["openings"].as_array()? {
        let opening = item.as_object()?;
        let slot = opening.get("slot")?.as_u64().filter(|slot| *slot < width)?;
        let salt = detente_core::base64::decode(opening.get("salt")?.as_str()?).ok()?.try_into().ok()?;
        known.push((slot, leaf(&log, slot as u16, &salt, opening.get("value"))));
    }
    if known.is_empty() || !known.is_sorted_by(|one, two| one.0 < two.0) {
        return None;
    }
    for _ in 0..width.ilog2() {
        let mut above = vec![];
        let mut rest = known.into_iter().peekable();
        while let Some((at, hash)) = rest.next() {
            let sibling = match rest.next_if(|(next, _)| *next == at ^ 1) {
                Some((_, hash)) => hash,
                None => proof.next()?.try_into().ok()?,
            };
            let (left, right) = if at % 2 == 0 { (hash, sibling) } else { (sibling, hash) };
            above.push((at / 2, digest(detente_core::Label::DISCLOSURE_NODE, &[&left, &right])));
        }
        known = above;
    }
    let (_, root) = known.first()?;
    let width = width as u32;
    Some(digest(
        detente_core::Label::DISCLOSURE_SEALED,
        &[&log, &profile_digest(profile), &width.to_le_bytes(), root],
    ))
}
