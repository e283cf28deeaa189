//! Keys with a name: the vkeys of signed notes (`specs/checkpoint.md` "Keys").

use core::fmt;

use detente_core::{Name, base64};
use sha2::{Digest as _, Sha256};

use crate::{CheckpointError, PublicKey};

/// What a key's signature lines hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum KeyType {
    /// 0x01: a log's Ed25519 signature over the note's text.
    Log,
    /// 0x04: an Ed25519 cosignature with a time.
    Cosignature,
}

impl KeyType {
    /// The type byte of C2SP signed-note.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Log => 0x01,
            Self::Cosignature => 0x04,
        }
    }

    const fn from_byte(byte: u8) -> Option<Self> {
        match byte {
            0x01 => Some(Self::Log),
            0x04 => Some(Self::Cosignature),
            _ => None,
        }
    }
}

/// The four bytes that, with the name, say whose signature line it is. Not a commitment to the key: too short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId([u8; 4]);

impl KeyId {
    /// Wraps four bytes.
    pub const fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    /// The four bytes.
    pub const fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }

    fn of(name: &Name, kind: KeyType, key: &[u8]) -> Self {
        let digest: [u8; 32] = Sha256::new()
            .chain_update(name.as_str())
            .chain_update([b'\n', kind.byte()])
            .chain_update(key)
            .finalize()
            .into();
        let [a, b, c, d, ..] = digest;
        Self([a, b, c, d])
    }
}

impl fmt::Display for KeyId {
    /// Eight lower-case hexadecimal digits.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// An enrolled public key, its name and its type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteKey {
    name: Name,
    kind: KeyType,
    id: KeyId,
    key: PublicKey,
}

impl NoteKey {
    /// Names a key.
    pub fn new(name: Name, kind: KeyType, key: PublicKey) -> Self {
        let id = KeyId::of(&name, kind, key.as_bytes());
        Self { name, kind, id, key }
    }

    /// Parses a vkey, `<name>+<key id>+<base64(type ‖ key)>`, and enrols its key.
    ///
    /// # Errors
    /// In this order: `MALFORMED-KEY` for the form, `MALFORMED-BASE64`, `MALFORMED-KEY` for the type, the length or
    /// the key id, `WEAK-KEY`.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let malformed = |expected| CheckpointError::MalformedKey { expected };
        // Base64 has `+` too, so only the first two split.
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(malformed("a name, a key id and a key, split by +"));
        };
        let name = Name::parse(name)
            .map_err(|_| malformed("a name of 1 to 255 bytes without white space or control characters"))?;
        if id.len() != 8 || !id.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(malformed("a key id of 8 lower-case hexadecimal digits"));
        }
        let bytes = base64::decode(key).map_err(CheckpointError::within("vkey"))?;
        let Some((kind, Ok(key))) = bytes
            .split_first()
            .and_then(|(byte, rest)| Some((KeyType::from_byte(*byte)?, <[u8; 32]>::try_from(rest))))
        else {
            return Err(malformed("a type byte 0x01 or 0x04 and 32 bytes"));
        };
        if KeyId::of(&name, kind, &key).to_string() != id {
            return Err(malformed("the key id that follows from name, type and key"));
        }
        Ok(Self::new(name, kind, PublicKey::enrol(key)?))
    }

    /// The name.
    pub const fn name(&self) -> &Name {
        &self.name
    }

    /// The type.
    pub const fn kind(&self) -> KeyType {
        self.kind
    }

    /// The key id.
    pub const fn id(&self) -> KeyId {
        self.id
    }

    /// The public key.
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }
}

impl fmt::Display for NoteKey {
    /// The vkey.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.kind.byte()];
        bytes.extend_from_slice(self.key.as_bytes());
        write!(formatter, "{}+{}+{}", self.name, self.id, base64::encode(&bytes))
    }
}
