//! Strict JSON in, RFC 8785 out (`specs/core.md` "JSON").
//!
//! A reader of its own, because what must be told apart here (a member named twice, half a surrogate pair, a number
//! that a double cannot hold) general readers either accept or report as one syntax error.

mod read;
mod write;

use core::fmt;
use std::collections::BTreeMap;

use crate::{Code, CoreError};

/// Most arrays and objects inside one another.
pub const MAX_DEPTH: usize = 64;

/// Most values in one text; a value can take a hundred times the memory of its text.
pub const MAX_VALUES: usize = 262_144;

/// The largest integer, 2^53 - 1.
pub const MAX_INTEGER: f64 = 9_007_199_254_740_991.0;

/// A JSON value whose every number is finite and whose every string is whole Unicode.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number within the limits of the spec.
    Number(Number),
    /// A string.
    String(String),
    /// An array.
    Array(Vec<Value>),
    /// An object; no member twice.
    Object(Object),
}

/// The members of an object.
pub type Object = BTreeMap<String, Value>;

/// A double that is finite and, when an integer, within ±(2^53 - 1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number(f64);

impl Number {
    /// Wraps a double that is in range; `-0` becomes `0`.
    pub fn new(value: f64) -> Option<Self> {
        let fits = value.is_finite() && (value.fract() != 0.0 || value.abs() <= MAX_INTEGER);
        fits.then_some(Self(if value == 0.0 { 0.0 } else { value }))
    }

    /// The double.
    pub const fn get(self) -> f64 {
        self.0
    }

    /// The number, when it is a non-negative integer.
    pub fn as_u64(self) -> Option<u64> {
        (self.0 >= 0.0 && self.0.fract() == 0.0).then_some(self.0 as u64)
    }
}

impl From<u32> for Number {
    fn from(value: u32) -> Self {
        Self(f64::from(value))
    }
}

/// The rule that a text breaks; the order is the rank (`specs/core.md` "JSON").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Fault {
    /// Encoding, syntax, depth or trailing text.
    Malformed(&'static str),
    /// An object names a member twice.
    DuplicateMember,
    /// Half of a surrogate pair.
    LoneSurrogate,
    /// A number that a double or 2^53 - 1 cannot hold.
    NumberRange,
    /// A file of ours in other bytes than the canonical ones.
    NotCanonical,
}

impl Fault {
    /// The stable code.
    pub const fn code(self) -> Code {
        match self {
            Self::Malformed(_) => Code::MalformedJson,
            Self::DuplicateMember => Code::DuplicateMember,
            Self::LoneSurrogate => Code::LoneSurrogate,
            Self::NumberRange => Code::NumberRange,
            Self::NotCanonical => Code::NotCanonical,
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Malformed(expected) => expected,
            Self::DuplicateMember => "expected each member once, got one twice",
            Self::LoneSurrogate => "expected whole surrogate pairs, got half of one",
            Self::NumberRange => "expected a number that a double holds and, as an integer, within 2^53 - 1",
            Self::NotCanonical => {
                "expected RFC 8785 bytes and one line feed, got other bytes of the same value"
            }
        })
    }
}

impl Value {
    /// Reads one strict JSON text, white space around it allowed.
    ///
    /// # Errors
    /// [`CoreError::Json`] with the fault of highest rank.
    pub fn parse(bytes: &[u8]) -> Result<Self, CoreError> {
        read::read(bytes, MAX_DEPTH)
    }

    /// Reads one strict JSON text with fewer arrays and objects inside one another than [`MAX_DEPTH`].
    ///
    /// # Errors
    /// [`CoreError::Json`] with the fault of highest rank.
    pub fn parse_within(bytes: &[u8], depth: usize) -> Result<Self, CoreError> {
        read::read(bytes, depth.min(MAX_DEPTH))
    }

    /// Reads one strict JSON text as records: the items of an array one after the other, or the value itself, each with
    /// the one-based line it starts on. Only one record is in memory at a time, and [`MAX_VALUES`] holds for each.
    ///
    /// # Errors
    /// [`CoreError::Json`], also after some records were taken; whatever `each` returns.
    pub fn parse_records<E: From<CoreError>>(
        bytes: &[u8],
        each: impl FnMut(usize, Self) -> Result<(), E>,
    ) -> Result<(), E> {
        read::read_records(bytes, each)
    }

    /// The arrays and objects inside one another: 0 for a plain value, 1 for `{}`.
    pub fn depth(&self) -> usize {
        let inside = match self {
            Self::Array(items) => items.iter().map(Self::depth).max(),
            Self::Object(members) => members.values().map(Self::depth).max(),
            _ => return 0,
        };
        1 + inside.unwrap_or_default()
    }

    /// Reads a file of ours: canonical JSON and one line feed.
    ///
    /// # Errors
    /// [`CoreError::Json`] as [`Self::parse`], or [`Fault::NotCanonical`].
    pub fn parse_file(bytes: &[u8]) -> Result<Self, CoreError> {
        let value = read::read(bytes, MAX_DEPTH)?;
        if value.to_file() != bytes {
            return Err(CoreError::Json { fault: Fault::NotCanonical, line: 1, column: 1 });
        }
        Ok(value)
    }

    /// The RFC 8785 text.
    pub fn to_canonical(&self) -> String {
        write::canonical(self)
    }

    /// A file of ours: the RFC 8785 text and one line feed.
    pub fn to_file(&self) -> Vec<u8> {
        let mut text = self.to_canonical();
        text.push('\n');
        text.into_bytes()
    }

    /// The members, when this is an object.
    pub const fn as_object(&self) -> Option<&Object> {
        match self {
            Self::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The items, when this is an array.
    pub fn as_array(&self) -> Option<&[Self]> {
        match self {
            Self::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The text, when this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }

    /// The number, when this is a non-negative integer.
    pub fn as_u64(&self) -> Option<u64> {
        match self {
            Self::Number(number) => number.as_u64(),
            _ => None,
        }
    }

    /// The word for the value's type, as messages name it.
    pub const fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "boolean",
            Self::Number(_) => "number",
            Self::String(_) => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Number(value.into())
    }
}

impl From<Vec<Value>> for Value {
    fn from(items: Vec<Value>) -> Self {
        Self::Array(items)
    }
}

impl<const N: usize> From<[(&str, Value); N]> for Value {
    fn from(members: [(&str, Value); N]) -> Self {
        Self::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }
}
