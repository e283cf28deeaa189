//! What a slot can hold, and what slots can hold together (`specs/disclosure.md` "Openings", steps 4 and 5).

use detente_core::{Digest, json::Value};

use crate::{ClaimedTime, DisclosureError, Pointer, Profile, Shape, Slot, SlotNumber, profile::Node};

/// Step 4, for one value.
pub(crate) fn value(profile: &Profile, number: SlotNumber, value: &Value) -> Result<(), DisclosureError> {
    if !profile.has(number) {
        return Err(DisclosureError::BeyondWidth { slot: number, width: profile.width() });
    }
    let slot = profile
        .slot(number)
        .ok_or_else(|| DisclosureError::Unassigned { slot: number, profile: profile.name().to_owned() })?;
    if !slot.lists(value) {
        return Err(DisclosureError::field_type(slot, slot.expected(), value.type_name()));
    }
    let form = match (slot.shape(), value) {
        (Shape::Container, Value::Object(members)) if !members.is_empty() => {
            Some("an object without members")
        }
        (Shape::Part { take, .. }, Value::String(text)) if *take > 0 && text.chars().nth(*take).is_some() => {
            return Err(DisclosureError::field_type(
                slot,
                format!("at most {take} characters"),
                format!("{} characters", text.chars().count()),
            ));
        }
        (_, Value::String(text)) if number == SlotNumber::CLAIMED_TIME => {
            ClaimedTime::parse(text).is_none().then_some("an RFC 3339 date-time, or its year, month or day")
        }
        (_, Value::String(text)) if number == SlotNumber::AMENDS => {
            Digest::from_hex(text).is_err().then_some("64 lower-case hexadecimal digits")
        }
        _ => None,
    };
    form.map_or(Ok(()), |expected| Err(DisclosureError::field_type(slot, expected, "another form")))
}

/// Step 5. `opened` is in slot order: a slot and its value, none for one opened as absent.
pub(crate) fn together(profile: &Profile, opened: &[(&Slot, Option<&Value>)]) -> Result<(), DisclosureError> {
    containers(opened)?;
    parts(opened)?;
    residues(profile, opened)
}

fn containers(opened: &[(&Slot, Option<&Value>)]) -> Result<(), DisclosureError> {
    let present = || opened.iter().filter(|(_, value)| value.is_some());
    for (container, _) in present().filter(|(slot, _)| *slot.shape() == Shape::Container) {
        for (slot, _) in present() {
            if let (Some(inner), Some(outer)) = (slot.pointer(), container.pointer())
                && inner.lies_below(outer)
            {
                let expected = "no value below a container that is empty or no object";
                return Err(DisclosureError::conflict(container, slot, expected));
            }
        }
    }
    Ok(())
}

/// Parts of one pointer stand in consecutive slots, so a run of opened parts is never interrupted by others.
fn parts(opened: &[(&Slot, Option<&Value>)]) -> Result<(), DisclosureError> {
    let parts: Vec<_> = opened.iter().filter(|(slot, _)| slot.is_part()).collect();
    for run in parts.chunk_by(|(left, _), (right, _)| left.pointer() == right.pointer()) {
        let Some(((first, first_value), rest)) = run.split_first() else { continue };
        let mut short = ends_early(first, *first_value).then_some(first);
        for (slot, value) in rest {
            if value.is_some() != first_value.is_some() {
                let expected = "parts of one string to be all present or all absent";
                return Err(DisclosureError::conflict(first, slot, expected));
            }
            let empty = value.and_then(Value::as_str).is_none_or(str::is_empty);
            if let (Some(short), false) = (short, empty) {
                let expected = "nothing after a part that the string does not fill";
                return Err(DisclosureError::conflict(short, slot, expected));
            }
            if ends_early(slot, *value) {
                short = short.or(Some(slot));
            }
        }
    }
    Ok(())
}

fn ends_early(slot: &Slot, value: Option<&Value>) -> bool {
    match (slot.shape(), value.and_then(Value::as_str)) {
        (Shape::Part { take, .. }, Some(text)) => text.chars().count() < *take,
        _ => false,
    }
}

fn residues(profile: &Profile, opened: &[(&Slot, Option<&Value>)]) -> Result<(), DisclosureError> {
    for (residue, value) in opened {
        let (Shape::Residue, Some(value), Some(pointer)) = (residue.shape(), value, residue.pointer()) else {
            continue;
        };
        let mut node = Some(profile.tree());
        for token in pointer.tokens() {
            node = node.and_then(|node| node.children.get(token));
        }
        if let Some(left) = node.and_then(|node| left_inside(profile, node, value)) {
            return Err(DisclosureError::conflict(
                residue,
                left,
                "what has a slot of its own to be taken out",
            ));
        }
    }
    for (residue, residue_value) in opened.iter().filter(|(slot, _)| *slot.shape() == Shape::Residue) {
        for (slot, value) in opened {
            let (Some(outer), Some(inner)) = (residue.pointer(), slot.pointer()) else { continue };
            if value.is_some() && inner.lies_below(outer) && !has_place(*residue_value, outer, inner) {
                let expected = "a residue that has the place the value was taken out of";
                return Err(DisclosureError::conflict(residue, slot, expected));
            }
        }
    }
    Ok(())
}

/// Whether the residue's value leads, through objects, to an object without the member that `inner` names.
fn has_place(residue: Option<&Value>, outer: &Pointer, inner: &Pointer) -> bool {
    let steps = inner.tokens().get(outer.tokens().len()..).unwrap_or_default();
    let Some((last, steps)) = steps.split_last() else { return false };
    let place = steps.iter().try_fold(residue, |value, step| Some(value?.as_object()?.get(step)));
    place.flatten().and_then(Value::as_object).is_some_and(|members| !members.contains_key(last))
}

/// A slot below `node` whose value is still inside.
fn left_inside<'p>(profile: &'p Profile, node: &'p Node, value: &Value) -> Option<&'p Slot> {
    let members = value.as_object()?;
    node.children.iter().find_map(|(token, child)| {
        let value = members.get(token)?;
        let here = profile.slots_at(child).next().filter(|slot| slot.lists(value));
        here.or_else(|| left_inside(profile, child, value))
    })
}
