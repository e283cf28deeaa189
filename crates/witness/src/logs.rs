//! Whom a witness follows, and steps 1 and 2 of `specs/witness.md` "Decide".

use std::collections::BTreeMap;

use detente_checkpoint::{
    CheckpointError, InvalidSignature, KeyType, NoteKey, SignatureLine, UnverifiedNote,
};
use detente_core::Name;

use crate::{AddCheckpoint, WitnessError};

/// The keys of the logs that a witness follows, by origin.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TrustedLogs(BTreeMap<Name, Vec<NoteKey>>);

impl TrustedLogs {
    /// Trusts log keys. A key's name is the origin of its log; a log may have several.
    ///
    /// # Errors
    /// [`WitnessError::KeyType`] for a key that is not a log's, [`WitnessError::KeyTwice`] for a name and key id that is
    /// there already.
    pub fn new(keys: impl IntoIterator<Item = NoteKey>) -> Result<Self, WitnessError> {
        let mut logs = Self::default();
        keys.into_iter().try_for_each(|key| logs.trust(key))?;
        Ok(logs)
    }

    /// Trusts one more key.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub fn trust(&mut self, key: NoteKey) -> Result<(), WitnessError> {
        require_type(&key, KeyType::Log)?;
        let keys = self.0.entry(key.name().clone()).or_default();
        if keys.iter().any(|known| known.id() == key.id()) {
            return Err(WitnessError::KeyTwice { vkey: key.to_string() });
        }
        keys.push(key);
        Ok(())
    }

    /// Every key, by name and then in the order in which they were trusted.
    pub fn keys(&self) -> impl Iterator<Item = &NoteKey> {
        self.0.values().flatten()
    }

    /// Shows that a trusted key of the request's origin signed its note.
    ///
    /// # Errors
    /// In this order: `UNKNOWN-ORIGIN`, `UNKNOWN-LOG`, `INVALID-LOG-SIGNATURE`.
    pub(crate) fn check<'r>(&self, request: &'r AddCheckpoint) -> Result<SignedRequest<'r>, WitnessError> {
        let origin = request.origin();
        let keys = self
            .0
            .get(origin.key_name())
            .ok_or_else(|| WitnessError::UnknownOrigin { origin: origin.clone() })?;
        let text = request.note().text();
        let mut trusted = Vec::new();
        for line in request.note().signatures() {
            if let Some(key) = keys.iter().find(|key| line.is_of(key)) {
                verify(key, line, text)?;
                trusted.push(line.clone());
            }
        }
        if trusted.is_empty() {
            return Err(CheckpointError::UnknownLog { origin: origin.to_string() }.into());
        }
        Ok(SignedRequest { request, note: UnverifiedNote::assemble(text, &trusted)? })
    }
}

/// A request whose note a trusted key signed.
#[derive(Debug)]
pub(crate) struct SignedRequest<'r> {
    /// The request as it came.
    pub(crate) request: &'r AddCheckpoint,
    /// Its note with the lines of trusted keys only: nobody but the log decides how long it is.
    pub(crate) note: UnverifiedNote,
}

fn verify(key: &NoteKey, line: &SignatureLine, text: &str) -> Result<(), CheckpointError> {
    let verdict = match line.blob().try_into() {
        Ok(signature) => key.key().verify(text.as_bytes(), signature),
        Err(_) => Err(InvalidSignature),
    };
    verdict.map_err(|source| CheckpointError::InvalidLogSignature { name: line.name().to_string(), source })
}

/// # Errors
/// [`WitnessError::KeyType`].
pub(crate) fn require_type(key: &NoteKey, expected: KeyType) -> Result<(), WitnessError> {
    if key.kind() == expected {
        return Ok(());
    }
    let (expected, got) = (expected.byte(), key.kind().byte());
    Err(WitnessError::KeyType { name: key.name().to_string(), expected, got })
}
