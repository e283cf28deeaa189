use core::fmt;

use detente_core::json::Value;

use crate::Pointer;

/// The fixed place of one sealed field: 0 to width - 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SlotNumber(u16);

impl SlotNumber {
    /// The real kind's name.
    pub const KIND: Self = Self(0);
    /// The time that the author claims.
    pub const CLAIMED_TIME: Self = Self(1);
    /// The role that the author has.
    pub const AUTHOR_ROLE: Self = Self(2);
    /// The statement that this one amends.
    pub const AMENDS: Self = Self(3);

    /// Names a slot; whether a profile has it shows later, as `SLOT-RANGE`.
    pub const fn new(number: u16) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> u16 {
        self.0
    }

    pub(crate) fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl fmt::Display for SlotNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

/// A JSON type that a slot can list; null is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ValueType {
    /// An array, kept whole.
    Array,
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// An object.
    Object,
    /// A string.
    String,
}

impl ValueType {
    const ALL: [Self; 5] = [Self::Array, Self::Boolean, Self::Number, Self::Object, Self::String];

    /// The word in a profile.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Array => "array",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::Object => "object",
            Self::String => "string",
        }
    }

    pub(super) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|candidate| candidate.as_str() == word)
    }
}

/// How a slot takes its value from the document. Source: `specs/disclosure.md` "Profile".
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shape {
    /// Not from the document: filled by the party.
    Envelope,
    /// The property as it is.
    Plain,
    /// `{}` when the property is an empty object; its members have slots of their own.
    Container,
    /// A piece of a string.
    Part {
        /// Which piece, from 0.
        position: usize,
        /// Number of Unicode scalar values; 0 is the rest.
        take: usize,
    },
    /// An object, but for what slots below take out of it.
    Residue,
}

/// One assigned slot of a profile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    pub(super) number: SlotNumber,
    pub(super) name: String,
    pub(super) types: Vec<ValueType>,
    pub(super) pointer: Option<Pointer>,
    pub(super) shape: Shape,
    pub(super) coarse_of: Option<SlotNumber>,
}

impl Slot {
    /// The slot's number.
    pub const fn number(&self) -> SlotNumber {
        self.number
    }

    /// The slot's name, unique in its profile.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The types it can hold, sorted.
    pub fn types(&self) -> &[ValueType] {
        &self.types
    }

    /// Where its property is; none for a slot of the envelope.
    pub const fn pointer(&self) -> Option<&Pointer> {
        self.pointer.as_ref()
    }

    /// How it takes its value.
    pub const fn shape(&self) -> &Shape {
        &self.shape
    }

    /// The slot that this one is derived from; opened without it, it is COARSE-UNCHECKED.
    pub const fn coarse_of(&self) -> Option<SlotNumber> {
        self.coarse_of
    }

    /// Whether the value's type is listed.
    pub(crate) fn lists(&self, value: &Value) -> bool {
        self.types.iter().any(|listed| listed.as_str() == value.type_name())
    }

    /// The listed types as messages name them.
    pub(crate) fn expected(&self) -> String {
        let words: Vec<_> = self.types.iter().map(|listed| listed.as_str()).collect();
        words.join(" or ")
    }

    pub(crate) const fn is_part(&self) -> bool {
        matches!(self.shape, Shape::Part { .. })
    }
}
