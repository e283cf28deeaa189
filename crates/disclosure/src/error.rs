use detente_core::{Code, CoreError, Digest};
use thiserror::Error;

use crate::{SlotNumber, profile::Slot};

/// Why this crate refused something. Source: `specs/disclosure.md`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DisclosureError {
    /// Bytes or text that the core refused: size, JSON, canonical form.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// Canonical JSON that is not a profile.
    #[error("profile, {place}: expected {expected}")]
    MalformedProfile {
        /// Where in the profile.
        place: String,
        /// The rule broken.
        expected: &'static str,
    },
    /// A document that is not an object.
    #[error("document: expected an object, got {got}")]
    NotAnObject {
        /// The type found.
        got: &'static str,
    },
    /// A property of a document that the profile has no slot for.
    #[error("property {pointer}: expected a property of profile {profile}, got one without a slot")]
    UnknownProperty {
        /// RFC 6901 pointer of the property.
        pointer: String,
        /// Name of the profile.
        profile: String,
    },
    /// A name that names no slot.
    #[error("field {name:?}: expected a name, a slot or a dotted pointer of profile {profile}")]
    UnknownName {
        /// The name asked for.
        name: String,
        /// Name of the profile.
        profile: String,
    },
    /// A value that its slot cannot hold.
    #[error("slot {slot}, {field}{}: expected {expected}, got {got}", at(.pointer.as_deref()))]
    FieldType {
        /// The slot's number.
        slot: SlotNumber,
        /// The slot's name.
        field: String,
        /// RFC 6901 pointer of the property, unless the slot is one of the envelope.
        pointer: Option<String>,
        /// What the slot can hold.
        expected: String,
        /// What was found; never the value itself.
        got: String,
    },
    /// A slot at or above the width.
    #[error("slot {slot}: expected a slot below {width}")]
    BeyondWidth {
        /// The slot's number.
        slot: SlotNumber,
        /// Width of the profile, in slots.
        width: u32,
    },
    /// A value in a slot that the profile does not assign.
    #[error("slot {slot}: expected an assigned slot of profile {profile}, got a value in an unassigned one")]
    Unassigned {
        /// The slot's number.
        slot: SlotNumber,
        /// Name of the profile.
        profile: String,
    },
    /// Openings that are not in strictly increasing order of slot.
    #[error("openings: expected strictly increasing slots, got slot {slot} after slot {previous}")]
    SlotOrder {
        /// The slot out of order.
        slot: SlotNumber,
        /// The slot before it.
        previous: SlotNumber,
    },
    /// No opening at all.
    #[error("openings: expected at least one, got none")]
    NoOpening,
    /// A multi-proof with a missing or an extra hash.
    #[error("multi-proof: expected {expected} hashes, got {got}")]
    ProofLength {
        /// Number of hashes that the opened slots ask for.
        expected: usize,
        /// Number found.
        got: usize,
    },
    /// Openings that do not give the sealed value.
    #[error("openings: expected sealed value {expected}, got {got}")]
    SealedMismatch {
        /// The sealed value of the statement.
        expected: Digest,
        /// The value that the openings give.
        got: Digest,
    },
    /// Slots that no document can have together.
    #[error("slots {slot}, {field}, and {other}, {other_field}: expected {expected}")]
    ContainerConflict {
        /// The first slot's number: the container, the residue or the earlier part.
        slot: SlotNumber,
        /// Its name.
        field: String,
        /// The other slot's number; the same when a slot is at odds with itself.
        other: SlotNumber,
        /// Its name.
        other_field: String,
        /// The rule broken.
        expected: &'static str,
    },
}

fn at(pointer: Option<&str>) -> String {
    pointer.map_or_else(String::new, |pointer| format!(", at {pointer}"))
}

impl DisclosureError {
    /// The stable code, `specs/core.md` "Codes".
    pub fn code(&self) -> Code {
        match self {
            Self::Core(error) => error.code(),
            Self::MalformedProfile { .. } => Code::MalformedProfile,
            Self::UnknownProperty { .. } | Self::UnknownName { .. } => Code::UnknownField,
            Self::NotAnObject { .. } | Self::FieldType { .. } => Code::FieldType,
            Self::BeyondWidth { .. } | Self::Unassigned { .. } => Code::SlotRange,
            Self::SlotOrder { .. } | Self::NoOpening => Code::SlotOrder,
            Self::ProofLength { .. } => Code::ProofLength,
            Self::SealedMismatch { .. } => Code::SealedMismatch,
            Self::ContainerConflict { .. } => Code::ContainerConflict,
        }
    }

    /// RFC 6901 pointer of the property at fault, when the fault lies in a document.
    pub fn pointer(&self) -> Option<&str> {
        match self {
            Self::UnknownProperty { pointer, .. } => Some(pointer),
            Self::FieldType { pointer, .. } => pointer.as_deref(),
            Self::NotAnObject { .. } => Some(""),
            _ => None,
        }
    }

    pub(crate) fn field_type(slot: &Slot, expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self::FieldType {
            slot: slot.number(),
            field: slot.name().to_owned(),
            pointer: slot.pointer().map(ToString::to_string),
            expected: expected.into(),
            got: got.into(),
        }
    }

    pub(crate) fn conflict(slot: &Slot, other: &Slot, expected: &'static str) -> Self {
        Self::ContainerConflict {
            slot: slot.number(),
            field: slot.name().to_owned(),
            other: other.number(),
            other_field: other.name().to_owned(),
            expected,
        }
    }
}
