//! Secrets in memory and the HMAC that derives them (`specs/party.md` "Seeds", "Vault").

use detente_core::{Label, LogId};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::PartyError;

/// Thirty-two secret bytes; wiped when dropped, never printed.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub(crate) struct Secret([u8; 32]);

impl Secret {
    pub(crate) fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// A log id, which is no secret, as a row among the secrets.
    pub(crate) const fn of_log(log: LogId) -> Self {
        Self(*log.as_bytes())
    }

    /// New random bytes from the operating system.
    pub(crate) fn random() -> Result<Self, PartyError> {
        let mut secret = Self([0; 32]);
        fill(&mut secret.0)?;
        Ok(secret)
    }

    pub(crate) const fn expose(&self) -> &[u8; 32] {
        &self.0
    }

    /// `HMAC-SHA-256(self, L(label) ‖ parts…)`.
    pub(crate) fn derive(&self, label: Label, parts: &[&[u8]]) -> Self {
        Self(self.mac(label, parts))
    }

    /// As [`Self::derive`], for a value that is not secret itself.
    pub(crate) fn mac(&self, label: Label, parts: &[&[u8]]) -> [u8; 32] {
        // The trait's slice constructor takes a key of any length, so an array of 32 bytes cannot fail it.
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&key_block(&self.0).into());
        mac.update(&label.prefix());
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }
}

/// A 64-byte block that starts with the key: HMAC pads shorter keys with zeros (RFC 2104 section 2).
fn key_block(key: &[u8; 32]) -> [u8; 64] {
    let mut block = [0; 64];
    let (head, _) = block.split_at_mut(32);
    head.copy_from_slice(key);
    block
}

impl core::fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

/// Random bytes that are not secret.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], PartyError> {
    let mut bytes = [0; N];
    fill(&mut bytes)?;
    Ok(bytes)
}

fn fill(bytes: &mut [u8]) -> Result<(), PartyError> {
    getrandom::fill(bytes).map_err(|_| PartyError::Randomness)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", Secret([7; 32])), "Secret(…)");
    }

    #[test]
    fn derivation_separates_labels_and_parts() {
        let secret = Secret([1; 32]);
        let one = secret.mac(Label::PARTY_SEED, &[b"ab"]);
        assert_ne!(one, secret.mac(Label::PARTY_LOOKUP, &[b"ab"]));
        assert_ne!(one, secret.mac(Label::PARTY_SEED, &[b"ac"]));
        assert_eq!(one, secret.mac(Label::PARTY_SEED, &[b"a", b"b"]));
    }
}
