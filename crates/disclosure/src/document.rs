//! A report as a party writes it, and its way into slots and back (`specs/disclosure.md` "Document to slots").

use std::collections::BTreeMap;

use detente_core::{
    CoreError,
    json::{Fault, Object, Value},
};

use crate::{DisclosureError, Profile, Shape, Slot, SlotNumber, SlotValues, pointer, profile::Node};

/// A strict JSON object of at most [`Document::MAX_BYTES`].
#[derive(Debug, Clone, PartialEq)]
pub struct Document(Object);

impl Document {
    /// Most bytes of a document's text.
    pub const MAX_BYTES: usize = 4_194_304;

    /// Most arrays and objects inside one another: a presentation, and a vault, put more around a value.
    pub const MAX_DEPTH: usize = 62;

    /// Reads a document.
    ///
    /// # Errors
    /// `OVERSIZE`, the codes of strict JSON (`specs/core.md` "JSON"), `FIELD-TYPE` for a value that is no object.
    pub fn parse(text: &[u8]) -> Result<Self, DisclosureError> {
        if text.len() > Self::MAX_BYTES {
            return Err(oversize(text.len()));
        }
        Self::from_object(Value::parse_within(text, Self::MAX_DEPTH)?)
    }

    /// Takes a value that came inside another text, such as an item of an array of documents.
    ///
    /// # Errors
    /// `MALFORMED-JSON` for a value that is too deep, `FIELD-TYPE` for one that is no object, `OVERSIZE` when its canonical
    /// text is too long.
    pub fn from_value(value: Value) -> Result<Self, DisclosureError> {
        if value.depth() > Self::MAX_DEPTH {
            let fault = Fault::Malformed("expected at most 62 arrays and objects inside one another");
            return Err(CoreError::Json { fault, line: 1, column: 1 }.into());
        }
        // Writing the text only to measure it is dear; most documents are far below the limit whatever their form.
        let length = if most_bytes(&value) <= Self::MAX_BYTES { 0 } else { value.to_canonical().len() };
        let document = Self::from_object(value)?;
        if length > Self::MAX_BYTES { Err(oversize(length)) } else { Ok(document) }
    }

    fn from_object(value: Value) -> Result<Self, DisclosureError> {
        match value {
            Value::Object(members) => Ok(Self(members)),
            other => Err(DisclosureError::NotAnObject { got: other.type_name() }),
        }
    }

    /// The members.
    pub const fn members(&self) -> &Object {
        &self.0
    }

    /// The document as a JSON value.
    pub fn into_value(self) -> Value {
        Value::Object(self.0)
    }

    /// The RFC 8785 text.
    pub fn to_canonical(&self) -> String {
        Value::Object(self.0.clone()).to_canonical()
    }

    /// Cuts the document into the slots of a profile.
    ///
    /// # Errors
    /// `UNKNOWN-FIELD` or `FIELD-TYPE` with the pointer of the first member at fault, in canonical order.
    pub fn to_slots<'p>(&self, profile: &'p Profile) -> Result<SlotValues<'p>, DisclosureError> {
        let mut cutter = Cutter { profile, values: BTreeMap::new(), path: Vec::new() };
        cutter.object(profile.tree(), &self.0)?;
        Ok(SlotValues::of_document(profile, cutter.values))
    }

    /// Puts a document together again from the slots that have a pointer.
    ///
    /// # Errors
    /// `CONTAINER-CONFLICT` for values that no document gives.
    pub fn from_slots(values: &SlotValues<'_>) -> Result<Self, DisclosureError> {
        let mut root = Value::Object(Object::new());
        let in_document = || values.iter().filter(|(slot, _)| slot.pointer().is_some());
        // A residue replaces the object at its pointer, so it goes in before what is put inside it.
        let (residues, others): (Vec<_>, Vec<_>) =
            in_document().partition(|(slot, _)| *slot.shape() == Shape::Residue);
        for (slot, value) in residues.into_iter().chain(others) {
            put(&mut root, slot, value)?;
        }
        let document = Self::from_object(root)?;
        let again = document.to_slots(values.profile())?;
        // Cutting it again is the one test that misses nothing: what does not come back was no document's.
        match values
            .profile()
            .slots()
            .iter()
            .find(|slot| slot.pointer().is_some() && values.get(slot.number()) != again.get(slot.number()))
        {
            Some(slot) => {
                Err(DisclosureError::conflict(slot, slot, "values that one document gives together"))
            }
            None => Ok(document),
        }
    }
}

/// No fewer bytes than the canonical text has: a character is at most six (`\u0000`), a number at most 25, and two quotes,
/// a colon and a comma follow from how many there are.
fn most_bytes(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 25,
        Value::String(text) => 6 * text.len() + 2,
        Value::Array(items) => items.iter().map(|item| most_bytes(item) + 1).sum::<usize>() + 2,
        Value::Object(members) => {
            members.iter().map(|(name, value)| 6 * name.len() + 4 + most_bytes(value)).sum::<usize>() + 2
        }
    }
}

fn oversize(got: usize) -> DisclosureError {
    DisclosureError::Core(CoreError::Oversize { object: "document", limit: Document::MAX_BYTES, got })
}

struct Cutter<'p, 'd> {
    profile: &'p Profile,
    values: BTreeMap<SlotNumber, Value>,
    /// The way from the root to the member in hand.
    path: Vec<&'d str>,
}

impl<'p, 'd> Cutter<'p, 'd> {
    fn object(&mut self, node: &'p Node, members: &'d Object) -> Result<(), DisclosureError> {
        let mut members: Vec<_> = members.iter().collect();
        // RFC 8785 sorts by UTF-16 unit; which of two faults is reported depends on it.
        if members.iter().any(|(name, _)| !name.is_ascii()) {
            members.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
        }
        for (name, value) in members {
            self.path.push(name);
            self.member(node.children.get(name), value)?;
            self.path.pop();
        }
        Ok(())
    }

    fn member(&mut self, node: Option<&'p Node>, value: &'d Value) -> Result<(), DisclosureError> {
        let profile = self.profile;
        let found = node.and_then(|node| Some((node, profile.slots_at(node).next()?)));
        let Some((node, slot)) = found else {
            return Err(DisclosureError::UnknownProperty {
                pointer: pointer::to_text(&self.path),
                profile: profile.name().to_owned(),
            });
        };
        match (slot.shape(), value) {
            (Shape::Container, Value::Object(members)) if !members.is_empty() => self.object(node, members),
            _ if !slot.lists(value) => {
                Err(DisclosureError::field_type(slot, slot.expected(), value.type_name()))
            }
            (Shape::Part { .. }, Value::String(text)) => {
                cut_parts(profile, node, text, &mut self.values);
                Ok(())
            }
            (Shape::Residue, Value::Object(members)) => {
                let mut rest = members.clone();
                self.take_out(node, &mut rest);
                self.values.insert(slot.number(), Value::Object(rest));
                Ok(())
            }
            _ => {
                self.values.insert(slot.number(), value.clone());
                Ok(())
            }
        }
    }

    /// Moves the values of slots below a residue out of it; the objects on the way stay behind, even empty.
    fn take_out(&mut self, node: &'p Node, rest: &mut Object) {
        for (token, child) in &node.children {
            let slot = self.profile.slots_at(child).next();
            let Some(value) = rest.get_mut(token) else { continue };
            match (slot, value) {
                (Some(slot), value) if slot.lists(value) => {
                    let Some(value) = rest.remove(token) else { continue };
                    match (slot.is_part(), value) {
                        (true, Value::String(text)) => {
                            cut_parts(self.profile, child, &text, &mut self.values);
                        }
                        (_, value) => {
                            self.values.insert(slot.number(), value);
                        }
                    }
                }
                (_, Value::Object(members)) => self.take_out(child, members),
                _ => {}
            }
        }
    }
}

fn cut_parts(profile: &Profile, node: &Node, text: &str, values: &mut BTreeMap<SlotNumber, Value>) {
    let mut rest = text.chars();
    for slot in profile.slots_at(node) {
        let Shape::Part { take, .. } = *slot.shape() else { continue };
        let piece: String =
            if take == 0 { rest.by_ref().collect() } else { rest.by_ref().take(take).collect() };
        values.insert(slot.number(), Value::String(piece));
    }
}

fn put(root: &mut Value, slot: &Slot, value: &Value) -> Result<(), DisclosureError> {
    let tokens = slot.pointer().map(|pointer| pointer.tokens()).unwrap_or_default();
    let mut place = root;
    for token in tokens {
        let Value::Object(members) = place else {
            return Err(DisclosureError::conflict(slot, slot, "objects on the way to it"));
        };
        place = members.entry(token.clone()).or_insert_with(|| Value::Object(Object::new()));
    }
    match (slot.shape(), place, value) {
        (Shape::Part { position, .. }, Value::String(text), Value::String(piece)) if *position > 0 => {
            text.push_str(piece);
        }
        (_, place, value) => *place = value.clone(),
    }
    Ok(())
}
