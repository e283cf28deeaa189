//! Roles, key entries, and the digest that names a key.

use bincode::{Decode, Encode};
use detente_checkpoint::PublicKey;
use detente_core::{KeyDigest, Label};

use crate::StatementError;

/// What a key may sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Visible statements and key events.
    Author,
    /// Sealed statements; a log has exactly one usable at a time.
    Sealing,
}

impl Role {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Author => 1,
            Self::Sealing => 2,
        }
    }

    fn from_code(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Author),
            2 => Some(Self::Sealing),
            _ => None,
        }
    }

    /// The word on screens and in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Author => "author",
            Self::Sealing => "sealing",
        }
    }
}

/// The only algorithm of suite 1: Ed25519, strict rule.
pub(crate) const ED25519: u8 = 1;

/// The digest that names a key as author or audience: `H(L(detente/statement/key/v1) ‖ algorithm ‖ key)`.
pub fn key_digest(key: &PublicKey) -> KeyDigest {
    KeyDigest::new(Label::STATEMENT_KEY.digest(&[&[ED25519], key.as_bytes()]))
}

/// An enrolled key with its role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyEntry {
    role: Role,
    key: PublicKey,
}

impl KeyEntry {
    /// Names a key's role.
    pub const fn new(role: Role, key: PublicKey) -> Self {
        Self { role, key }
    }

    /// The role.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// The key.
    pub const fn key(&self) -> &PublicKey {
        &self.key
    }

    /// The digest that names the key.
    pub fn digest(&self) -> KeyDigest {
        key_digest(&self.key)
    }

    pub(crate) fn to_wire(&self) -> WireKey {
        WireKey { role: self.role.code(), algorithm: ED25519, key: *self.key.as_bytes() }
    }
}

/// `role u8 ‖ algorithm u8 ‖ key [32]`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct WireKey {
    pub(crate) role: u8,
    pub(crate) algorithm: u8,
    pub(crate) key: [u8; 32],
}

impl WireKey {
    /// Role and algorithm, before anything is asked of the key itself.
    pub(crate) fn role(&self) -> Result<Role, StatementError> {
        if self.algorithm != ED25519 {
            return Err(StatementError::MalformedStatement { reason: "a key of another algorithm than 1" });
        }
        Role::from_code(self.role)
            .ok_or(StatementError::MalformedStatement { reason: "a key role other than 1 or 2" })
    }

    pub(crate) fn enrol(&self) -> Result<KeyEntry, StatementError> {
        let role = self.role()?;
        Ok(KeyEntry { role, key: enrol(&self.key)? })
    }
}

pub(crate) fn enrol(key: &[u8; 32]) -> Result<PublicKey, StatementError> {
    PublicKey::enrol(*key).map_err(|weak| StatementError::Key(weak.into()))
}
