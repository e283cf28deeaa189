//! SHA-256 digests and the ids made of them; a digest of one kind cannot stand where another is meant.

use core::fmt;

use crate::CoreError;

/// Thirty-two bytes of SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, bincode::Encode, bincode::Decode)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The all-zero digest, where a spec says "or zeros".
    pub const ZERO: Self = Self([0; 32]);

    /// Wraps 32 bytes; any value is a digest.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads exactly 32 bytes.
    ///
    /// # Errors
    /// [`CoreError::MalformedText`] for another length.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, CoreError> {
        match bytes.try_into() {
            Ok(bytes) => Ok(Self(bytes)),
            Err(_) => Err(CoreError::MalformedText { object: "digest", expected: "32 bytes" }),
        }
    }

    /// Parses 64 lower-case hexadecimal digits.
    ///
    /// # Errors
    /// [`CoreError::MalformedText`] for anything else.
    pub fn from_hex(text: &str) -> Result<Self, CoreError> {
        let malformed =
            CoreError::MalformedText { object: "digest", expected: "64 lower-case hexadecimal digits" };
        let digits = text.as_bytes();
        if digits.len() != 64 {
            return Err(malformed);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let (Some(high), Some(low)) =
                (pair.first().and_then(|d| nibble(*d)), pair.get(1).and_then(|d| nibble(*d)))
            else {
                return Err(malformed);
            };
            *byte = high << 4 | low;
        }
        Ok(Self(bytes))
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

macro_rules! digest_newtype {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, bincode::Encode, bincode::Decode)]
        pub struct $name(Digest);

        impl $name {
            /// Names a digest as this kind of id.
            pub const fn new(digest: Digest) -> Self {
                Self(digest)
            }

            /// The digest.
            pub const fn digest(self) -> Digest {
                self.0
            }

            /// The 32 bytes.
            pub const fn as_bytes(&self) -> &[u8; 32] {
                self.0.as_bytes()
            }

            /// Parses 64 lower-case hexadecimal digits.
            ///
            /// # Errors
            /// [`CoreError::MalformedText`] for anything else.
            pub fn from_hex(text: &str) -> Result<Self, CoreError> {
                Digest::from_hex(text).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, formatter)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

digest_newtype! {
    /// A log: the RFC 6962 leaf hash of its entry 0 (`specs/statement.md`).
    LogId
}

impl LogId {
    /// The log id inside entry 0 itself.
    pub const ZERO: Self = Self(Digest::ZERO);
}

digest_newtype! {
    /// A statement: the labelled digest of its bytes without the signature (`specs/statement.md`).
    StatementId
}
digest_newtype! {
    /// A key, as *author* or *audience*: the labelled digest of algorithm and key (`specs/statement.md`).
    KeyDigest
}
digest_newtype! {
    /// A profile: the labelled digest of its RFC 8785 bytes (`specs/disclosure.md`).
    ProfileDigest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hexadecimal_round_trips_and_refuses_upper_case() {
        let digest = Digest::from_bytes(core::array::from_fn(|i| i as u8 * 7));
        let text = digest.to_string();
        assert_eq!(Digest::from_hex(&text), Ok(digest));
        assert!(Digest::from_hex(&text.to_uppercase()).is_err());
        assert!(Digest::from_hex(&text[1..]).is_err());
    }
}
