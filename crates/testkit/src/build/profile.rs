//! Small profiles that show the rules one by one (`specs/disclosure.md` "Profile").

use detente_core::{
    Label,
    json::{Object, Value},
};

use super::bytes::{Hash, digest};

/// The digest of a profile.
pub fn profile_digest(profile: &Value) -> Hash {
    digest(Label::DISCLOSURE_PROFILE, &[profile.to_canonical().as_bytes()])
}

/// A slot without optional members.
pub fn slot(number: u32, name: &str, types: &[&str]) -> Object {
    let types = types.iter().map(|word| Value::from(*word)).collect();
    let members = [("name", Value::from(name)), ("slot", number.into()), ("types", Value::Array(types))];
    members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// A slot with a pointer.
pub fn pointed(number: u32, name: &str, types: &[&str], pointer: &str) -> Object {
    with(slot(number, name, types), "pointer", pointer)
}

/// The slot with one more member.
pub fn with(mut slot: Object, name: &str, value: impl Into<Value>) -> Object {
    slot.insert(name.to_owned(), value.into());
    slot
}

/// Slots 0 to 3, as every profile has them.
pub fn envelope() -> Vec<Object> {
    let names = ["kind", "claimed_time", "author_role", "amends"];
    names.iter().zip(0..).map(|(name, number)| slot(number, name, &["string"])).collect()
}

/// A profile of its parts; `names` maps each to `[first, count]` ranges.
pub fn profile(name: &str, width: u32, slots: Vec<Object>, names: &[(&str, &[(u32, u32)])]) -> Value {
    let names: Object = names
        .iter()
        .map(|(name, ranges)| {
            let range = |(first, count): &(u32, u32)| Value::Array(vec![(*first).into(), (*count).into()]);
            ((*name).to_owned(), Value::Array(ranges.iter().map(range).collect()))
        })
        .collect();
    Value::from([
        ("profile", name.into()),
        ("version", 1.into()),
        ("width", width.into()),
        ("slots", Value::Array(slots.into_iter().map(Value::Object).collect())),
        ("names", Value::Object(names)),
    ])
}

/// Width 8: a string, a number and a list beside the envelope; slot 7 is unassigned.
pub fn small() -> Value {
    let mut slots = envelope();
    slots.push(pointed(4, "summary", &["string"], "/summary"));
    slots.push(pointed(5, "count", &["number"], "/count"));
    slots.push(pointed(6, "tags", &["array"], "/tags"));
    profile("small-1", 8, slots, &[("what", &[(4, 1), (6, 1)])])
}

/// Width 32: every kind of slot. 23 to 31 are unassigned, and 15.
pub fn rich() -> Value {
    let mut slots = envelope();
    let container =
        |number, name, pointer| with(pointed(number, name, &["object"], pointer), "container", true);
    let part = |number, name, pointer, position: u32, take: u32| {
        with(
            pointed(number, name, &["string"], pointer),
            "part",
            vec![Value::from(position), Value::from(take)],
        )
    };
    slots.extend([
        pointed(4, "summary", &["string"], "/summary"),
        container(5, "victim", "/victim"),
        part(6, "sector.2", "/victim/industry", 0, 2),
        part(7, "sector.rest", "/victim/industry", 1, 0),
        container(8, "action", "/action"),
        with(pointed(9, "hacking", &["array", "object", "string"], "/action/hacking"), "container", true),
        pointed(10, "hacking.variety", &["array"], "/action/hacking/variety"),
        pointed(11, "hacking.count", &["number"], "/action/hacking/count"),
        part(12, "date.year", "/date", 0, 4),
        part(13, "date.month", "/date", 1, 3),
        part(14, "date.rest", "/date", 2, 0),
        with(pointed(16, "plus", &["object"], "/plus"), "residue", true),
        pointed(17, "plus.year", &["number"], "/plus/timeline/year"),
        pointed(18, "plus.note", &["boolean", "string"], "/plus/note"),
        pointed(19, "country", &["array", "string"], "/country"),
        with(slot(20, "region", &["array", "string"]), "coarse_of", 19),
        pointed(21, "flag", &["boolean"], "/flag"),
        pointed(22, "odd", &["object"], "/a~1b~0c"),
    ]);
    profile(
        "rich-1",
        32,
        slots,
        &[("country", &[(19, 2)]), ("sector", &[(6, 2)]), ("when", &[(1, 1), (12, 3)])],
    )
}
