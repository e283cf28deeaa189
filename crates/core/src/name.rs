//! Names of keys and logs (`specs/checkpoint.md` "Keys").

use core::fmt;

use crate::CoreError;

/// A key name of a signed note: 1 to 255 bytes of UTF-8 without Unicode white space, `+` or control characters.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// Parses a name.
    ///
    /// # Errors
    /// [`CoreError::MalformedText`] for anything else.
    pub fn parse(text: &str) -> Result<Self, CoreError> {
        let forbidden = |c: char| c == '+' || c.is_whitespace() || c.is_control();
        if text.is_empty() || text.len() > 255 || text.contains(forbidden) {
            return Err(CoreError::MalformedText {
                object: "name",
                expected: "1 to 255 bytes without white space, `+` or control characters",
            });
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// The origin of a log: first line of its checkpoints, and the name of its key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(Name);

impl Origin {
    /// Parses an origin; the same form as a [`Name`].
    ///
    /// # Errors
    /// [`CoreError::MalformedText`] for anything else.
    pub fn parse(text: &str) -> Result<Self, CoreError> {
        Name::parse(text).map(Self)
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The name of the log's key, which is the origin (`specs/checkpoint.md` "Checkpoint").
    pub fn key_name(&self) -> &Name {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}
