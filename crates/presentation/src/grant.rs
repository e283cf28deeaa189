//! What the discloser signs (`specs/presentation.md` "Grant").

use detente_checkpoint::{Ed25519Signer, PublicKey, SigningFault};
use detente_core::{Digest, KeyDigest, Label, LeafIndex, LogId, ProfileDigest, StatementId, UnixSeconds};
use detente_statement::key_digest;

use crate::{Pap, Tlp};

/// The terms of a grant: which slots of which statement, to whom, under which marking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantTerms {
    /// The log.
    pub log: LogId,
    /// The statement.
    pub statement: StatementId,
    /// Its index.
    pub index: LeafIndex,
    /// The profile that names the slots.
    pub profile: ProfileDigest,
    /// Opened slots with their leaves, in increasing order of slot.
    pub leaves: Vec<(u16, Digest)>,
    /// The key digest of the audience.
    pub audience: KeyDigest,
    /// Who may be told.
    pub tlp: Tlp,
    /// What may be done with it.
    pub pap: Pap,
    /// When, as the discloser says.
    pub time: UnixSeconds,
    /// Sixteen random bytes.
    pub nonce: [u8; 16],
}

impl GrantTerms {
    /// The signed bytes, label first.
    pub fn message(&self) -> Vec<u8> {
        let mut message = Label::PRESENTATION_GRANT.prefix();
        message.extend_from_slice(self.log.as_bytes());
        message.extend_from_slice(self.statement.as_bytes());
        message.extend_from_slice(&self.index.get().to_le_bytes());
        message.extend_from_slice(self.profile.as_bytes());
        message.extend_from_slice(&(self.leaves.len() as u64).to_le_bytes());
        for (slot, leaf) in &self.leaves {
            message.extend_from_slice(&slot.to_le_bytes());
            message.extend_from_slice(leaf.as_bytes());
        }
        message.extend_from_slice(self.audience.as_bytes());
        message.extend_from_slice(&[self.tlp.code(), self.pap.code()]);
        message.extend_from_slice(&self.time.get().to_le_bytes());
        message.extend_from_slice(&self.nonce);
        message
    }

    /// Signs the terms with a key that the log enrols.
    ///
    /// # Errors
    /// [`SigningFault`] of the key; a [`SigningKey`](detente_checkpoint::SigningKey) has none.
    pub fn sign(self, key: &dyn Ed25519Signer) -> Result<Grant, SigningFault> {
        let signature = key.checked(&self.message())?;
        Ok(Grant { signer: key_digest(&key.public()), signature, terms: self })
    }
}

/// Terms with a signature that nobody has checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub(crate) terms: GrantTerms,
    pub(crate) signer: KeyDigest,
    pub(crate) signature: [u8; 64],
}

impl Grant {
    /// Whether the key signed these terms.
    pub(crate) fn is_signed_by(&self, key: &PublicKey) -> bool {
        key.verify(&self.terms.message(), &self.signature).is_ok()
    }
}
