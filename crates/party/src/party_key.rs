//! A key of the party, wherever it lives: in the vault, or in a token.

use std::cell::Cell;
use std::sync::Arc;

use detente_checkpoint::{Ed25519Signer, PublicKey, SigningFault, SigningKey};

use crate::secret::Secret;
use crate::token::{TokenKey, TokenPlace};

/// Where a key lives.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeyPlace {
    /// Its seed is in the vault.
    Vault,
    /// It never leaves a token.
    Token {
        /// The token's label when the key was made.
        label: String,
        /// Its serial number.
        serial: String,
    },
}

impl KeyPlace {
    pub(crate) fn of(place: Option<&TokenPlace>) -> Self {
        match place {
            None => Self::Vault,
            Some(place) => Self::Token { label: place.label.clone(), serial: place.serial.clone() },
        }
    }
}

/// Where a new key is to live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewKeyPlace<'a> {
    /// Where the key is that it replaces; an added key, where the author key in use is.
    Same,
    /// In the vault.
    Vault,
    /// In the token with this label or serial number.
    Token(&'a str),
}

/// A key, ready to sign.
#[derive(Debug)]
pub(crate) enum PartyKey {
    /// Out of the vault.
    Vault(SigningKey),
    /// In its token.
    Token(TokenKey),
}

impl PartyKey {
    fn signer(&self) -> &dyn Ed25519Signer {
        match self {
            Self::Vault(key) => key,
            Self::Token(key) => key,
        }
    }
}

impl Ed25519Signer for PartyKey {
    fn public(&self) -> PublicKey {
        self.signer().public()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SigningFault> {
        self.signer().sign(message)
    }

    fn checked(&self, message: &[u8]) -> Result<[u8; 64], SigningFault> {
        self.signer().checked(message)
    }
}

/// A key that was made and that nobody knows yet.
#[derive(Debug)]
pub(crate) struct NewPartyKey {
    pub(crate) key: Arc<PartyKey>,
    /// What the vault has to keep of it; a key in a token has no seed.
    pub(crate) seed: Option<Secret>,
    is_kept: Cell<bool>,
}

impl NewPartyKey {
    pub(crate) fn in_vault() -> Result<Self, crate::PartyError> {
        let seed = Secret::random()?;
        let key = PartyKey::Vault(SigningKey::from_seed(seed.expose()));
        Ok(Self { key: Arc::new(key), seed: Some(seed), is_kept: Cell::new(false) })
    }

    pub(crate) fn in_token(key: TokenKey) -> Self {
        Self { key: Arc::new(PartyKey::Token(key)), seed: None, is_kept: Cell::new(false) }
    }

    pub(crate) fn place(&self) -> Option<&TokenPlace> {
        match &*self.key {
            PartyKey::Vault(_) => None,
            PartyKey::Token(key) => Some(key.place()),
        }
    }

    /// Says that the vault knows the key from now on. Until then it is taken back out of its token when this is dropped.
    pub(crate) fn keep(&self) {
        self.is_kept.set(true);
    }
}

impl Drop for NewPartyKey {
    fn drop(&mut self) {
        match &*self.key {
            PartyKey::Token(key) if !self.is_kept.get() => key.discard(),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_seed_is_printed() {
        let new = NewPartyKey::in_vault().unwrap();
        let seed = new.seed.as_ref().unwrap();
        let text = format!("{new:?} {seed:?}");
        let public = new.key.public();
        assert!(text.contains(&format!("SigningKey(secret of {public})")), "{text}");
        let hex: String = seed.expose().iter().map(|byte| format!("{byte:02x}")).collect();
        let list = format!("{:?}", seed.expose());
        assert!(!text.contains(&hex) && !text.contains(list.trim_matches(['[', ']'])), "{text}");
    }
}
