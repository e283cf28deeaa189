//! From a profile file to a [`Profile`]; every rule of `specs/disclosure.md` "Profile" is checked here, once.

use std::collections::BTreeMap;

use detente_core::{
    CoreError, Label, ProfileDigest,
    json::{Object, Value},
};

use super::{Node, Profile, Shape, Slot, SlotNumber, ValueType};
use crate::{DisclosureError, Pointer};

const ENVELOPE: [&str; 4] = ["kind", "claimed_time", "author_role", "amends"];

type Parsed<T> = Result<T, DisclosureError>;

pub(super) fn parse(file: &[u8]) -> Parsed<Profile> {
    if file.len() > Profile::MAX_BYTES {
        let (limit, got) = (Profile::MAX_BYTES, file.len());
        return Err(CoreError::Oversize { object: "profile", limit, got }.into());
    }
    let value = Value::parse_file(file)?;
    let place = "top level";
    let members = value.as_object().ok_or_else(|| malformed(place, "an object"))?;
    let known = |name: &String| ["names", "profile", "slots", "version", "width"].contains(&name.as_str());
    if members.len() != 5 || !members.keys().all(known) {
        return Err(malformed(place, "the members names, profile, slots, version and width"));
    }
    if members.get("version").and_then(Value::as_u64) != Some(1) {
        return Err(malformed("version", "1"));
    }
    let name = name(members.get("profile"))?;
    let width = width(members.get("width"))?;
    let listed =
        members.get("slots").and_then(Value::as_array).ok_or_else(|| malformed("slots", "an array"))?;
    let slots: Vec<Slot> = listed.iter().map(|listed| slot(listed, width)).collect::<Parsed<_>>()?;
    let by_name = check_list(&slots)?;
    let mut by_number = vec![None; usize::from(width)];
    for (position, slot) in slots.iter().enumerate() {
        if let Some(entry) = by_number.get_mut(slot.number.index()) {
            *entry = Some(position);
        }
    }
    let tree = tree(&slots)?;
    check_tree(&slots, &tree, false)?;
    let assigned = |number: SlotNumber| by_number.get(number.index()).is_some_and(Option::is_some);
    for slot in &slots {
        if slot.coarse_of.is_some_and(|origin| origin == slot.number || !assigned(origin)) {
            return Err(malformed(place_of(slot), "coarse_of another assigned slot"));
        }
    }
    let names = names(members.get("names"), assigned)?;
    let canonical = file.strip_suffix(b"\n").unwrap_or(file);
    let digest = ProfileDigest::new(Label::DISCLOSURE_PROFILE.digest(&[canonical]));
    Ok(Profile { name, width, digest, slots, by_number, by_name, names, tree })
}

fn name(value: Option<&Value>) -> Parsed<String> {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    match value.and_then(Value::as_str) {
        Some(text) if (1..=64).contains(&text.len()) && text.chars().all(allowed) => Ok(text.to_owned()),
        _ => Err(malformed("profile", "a name of 1 to 64 of a-z, 0-9 and -")),
    }
}

fn width(value: Option<&Value>) -> Parsed<u16> {
    let width = value.and_then(Value::as_u64).and_then(|width| u16::try_from(width).ok());
    width
        .filter(|width| (8..=4096).contains(width) && width.is_power_of_two())
        .ok_or_else(|| malformed("width", "a power of two from 8 to 4096"))
}

fn slot(value: &Value, width: u16) -> Parsed<Slot> {
    let members = value.as_object().ok_or_else(|| malformed("slots", "objects"))?;
    let number = members
        .get("slot")
        .and_then(Value::as_u64)
        .and_then(|number| u16::try_from(number).ok())
        .filter(|number| *number < width)
        .map(SlotNumber::new)
        .ok_or_else(|| malformed("slots", "a slot number below the width in every object"))?;
    let place = format!("slot {number}");
    let known = ["coarse_of", "container", "name", "part", "pointer", "residue", "slot", "types"];
    if !members.keys().all(|name| known.contains(&name.as_str())) {
        return Err(malformed(place, "no member that the spec does not name"));
    }
    let forbidden = |c: char| c.is_whitespace() || c.is_control();
    let name = members
        .get("name")
        .and_then(Value::as_str)
        .filter(|name| !name.is_empty() && !name.contains(forbidden))
        .ok_or_else(|| malformed(&*place, "a name without white space or control characters"))?
        .to_owned();
    let types = types(members.get("types")).ok_or_else(|| malformed(&*place, "types, sorted, each once"))?;
    let pointer = match members.get("pointer") {
        None => None,
        Some(value) => {
            let pointer = value.as_str().and_then(Pointer::parse);
            Some(pointer.ok_or_else(|| malformed(&*place, "an RFC 6901 pointer to a property"))?)
        }
    };
    let coarse_of = match members.get("coarse_of") {
        None => None,
        Some(value) => {
            let origin = value.as_u64().and_then(|origin| u16::try_from(origin).ok());
            Some(SlotNumber::new(origin.ok_or_else(|| malformed(&*place, "a slot number as coarse_of"))?))
        }
    };
    let shape = shape(members, pointer.is_some(), &types).map_err(|expected| malformed(&*place, expected))?;
    Ok(Slot { number, name, types, pointer, shape, coarse_of })
}

fn types(value: Option<&Value>) -> Option<Vec<ValueType>> {
    let words = value?.as_array()?;
    let types: Vec<_> = words.iter().map(|word| ValueType::parse(word.as_str()?)).collect::<Option<_>>()?;
    let sorted = types.is_sorted_by(|left, right| left < right);
    (!types.is_empty() && sorted).then_some(types)
}

fn shape(members: &Object, has_pointer: bool, types: &[ValueType]) -> Result<Shape, &'static str> {
    let flag = |name| match members.get(name) {
        None => Ok(false),
        Some(Value::Bool(true)) => Ok(true),
        Some(_) => Err("container and residue to be true"),
    };
    let container = flag("container")?;
    let residue = flag("residue")?;
    let part = members.get("part");
    match (has_pointer, container, residue, part) {
        (false, false, false, None) => Ok(Shape::Envelope),
        (true, false, false, None) => Ok(Shape::Plain),
        (true, true, false, None) if types.contains(&ValueType::Object) => Ok(Shape::Container),
        (true, true, false, None) => Err("a container's types to name object"),
        (true, false, true, None) if types == [ValueType::Object] => Ok(Shape::Residue),
        (true, false, true, None) => Err("a residue's types to be object"),
        (true, false, false, Some(_)) if types != [ValueType::String] => Err("a part's types to be string"),
        (true, false, false, Some(part)) => match part.as_array() {
            Some([position, take]) => {
                let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok());
                let (position, take) = (number(position), number(take));
                let position = position.ok_or("a part's position and take to be numbers")?;
                Ok(Shape::Part { position, take: take.ok_or("a part's position and take to be numbers")? })
            }
            _ => Err("a part to be [position, take]"),
        },
        _ => Err("at most one of container, part and residue, with a pointer"),
    }
}

/// What the list of slots as a whole must be: order, unique names, the first four.
fn check_list(slots: &[Slot]) -> Parsed<BTreeMap<String, SlotNumber>> {
    if !slots.is_sorted_by(|left, right| left.number < right.number) {
        return Err(malformed("slots", "strictly increasing slot numbers"));
    }
    for (position, name) in ENVELOPE.into_iter().enumerate() {
        let is_it = |slot: &&Slot| {
            slot.number.index() == position
                && slot.name == name
                && slot.types == [ValueType::String]
                && slot.pointer.is_none()
        };
        if slots.get(position).filter(is_it).is_none() {
            return Err(malformed("slots", "slots 0 to 3 to be kind, claimed_time, author_role and amends"));
        }
    }
    let mut by_name = BTreeMap::new();
    for slot in slots {
        if by_name.insert(slot.name.clone(), slot.number).is_some() {
            return Err(malformed(place_of(slot), "a name that no other slot has"));
        }
    }
    Ok(by_name)
}

fn tree(slots: &[Slot]) -> Parsed<Node> {
    let mut root = Node::default();
    for (position, slot) in slots.iter().enumerate() {
        let Some(pointer) = slot.pointer() else { continue };
        let mut node = &mut root;
        for token in pointer.tokens() {
            node = node.children.entry(token.clone()).or_default();
        }
        if !node.slots.is_empty() && !slot.is_part() {
            return Err(malformed(place_of(slot), "a pointer that no other slot has"));
        }
        node.slots.push(position);
    }
    Ok(root)
}

/// Parts of one pointer, and what may stand inside a residue.
fn check_tree(slots: &[Slot], node: &Node, in_residue: bool) -> Parsed<()> {
    let here: Vec<&Slot> = node.slots.iter().filter_map(|position| slots.get(*position)).collect();
    let mut previous: Option<&Slot> = None;
    for (count, slot) in here.iter().enumerate() {
        if let Shape::Part { position, take } = slot.shape {
            let last = count + 1 == here.len();
            let next_to = previous.is_none_or(|previous| previous.number.get() + 1 == slot.number.get());
            if position != count || (take == 0) != last || !next_to {
                return Err(malformed(
                    place_of(slot),
                    "parts in consecutive slots, from 0, the last of take 0",
                ));
            }
        } else if previous.is_some() {
            return Err(malformed(place_of(slot), "a pointer that no other slot has"));
        }
        if in_residue && slot.shape != Shape::Plain {
            return Err(malformed(place_of(slot), "no container, part or residue inside a residue"));
        }
        previous = Some(slot);
    }
    let in_residue = in_residue || here.iter().any(|slot| slot.shape == Shape::Residue);
    node.children.values().try_for_each(|child| check_tree(slots, child, in_residue))
}

fn names(
    value: Option<&Value>,
    assigned: impl Fn(SlotNumber) -> bool,
) -> Parsed<BTreeMap<String, Vec<SlotNumber>>> {
    let members = value.and_then(Value::as_object).ok_or_else(|| malformed("names", "an object"))?;
    let mut names = BTreeMap::new();
    for (name, ranges) in members {
        let place = format!("names, {name:?}");
        let expected = "ranges [first slot, number of slots] of assigned slots, increasing, without overlap";
        let numbers = slots_of(ranges, &assigned).ok_or_else(|| malformed(place, expected))?;
        names.insert(name.clone(), numbers);
    }
    Ok(names)
}

fn slots_of(ranges: &Value, assigned: impl Fn(SlotNumber) -> bool) -> Option<Vec<SlotNumber>> {
    let mut numbers: Vec<SlotNumber> = Vec::new();
    for range in ranges.as_array()? {
        let [first, count] = range.as_array()? else { return None };
        let first = u16::try_from(first.as_u64()?).ok()?;
        let count = u16::try_from(count.as_u64()?).ok()?;
        let end = first.checked_add(count).filter(|_| count > 0)?;
        if numbers.last().is_some_and(|last| last.get() >= first) {
            return None;
        }
        for number in (first..end).map(SlotNumber::new) {
            numbers.push(Some(number).filter(|number| assigned(*number))?);
        }
    }
    (!numbers.is_empty()).then_some(numbers)
}

fn place_of(slot: &Slot) -> String {
    format!("slot {}, {}", slot.number, slot.name)
}

fn malformed(place: impl Into<String>, expected: &'static str) -> DisclosureError {
    DisclosureError::MalformedProfile { place: place.into(), expected }
}
