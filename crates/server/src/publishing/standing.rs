//! What a log says of itself, signed: ok or degraded (`specs/server.md` "Log: status").

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use detente_checkpoint::{Ed25519Signer, KeyType, NoteKey, SignatureLine, UnverifiedNote};
use detente_core::{Code, Origin, STATUS_NOTE, TreeSize};
use detente_log::Status;

/// How often it is looked at.
pub(super) const PAUSE: Duration = Duration::from_millis(100);

/// The log's word about itself, and since when.
#[derive(Debug)]
pub(super) struct Standing {
    origin: Origin,
    key: Arc<dyn Ed25519Signer>,
    last: Mutex<(Option<Code>, SystemTime)>,
    /// The newest signed note and its text: everybody may ask, and a key in a device is slow.
    signed: Mutex<Option<(String, Vec<u8>)>>,
}

impl Standing {
    pub(super) fn new(origin: Origin, key: Arc<dyn Ed25519Signer>) -> Self {
        let last = Mutex::new((None, UNIX_EPOCH));
        Self { origin, key, last, signed: Mutex::default() }
    }

    /// Takes note of the state; gives the code, or `None` when all is well, and since when the word is what it is.
    pub(super) fn look(&self, status: &Status) -> (Option<Code>, SystemTime) {
        let code = match status {
            Status::Running => None,
            Status::Ended { code: Some(Code::LogRolledBack), .. } => Some(Code::LogRolledBack),
            Status::Degraded(degraded) if degraded.signing.is_none() => Some(Code::UnderWitnessed),
            Status::Degraded(_) | Status::Ended { .. } => Some(Code::Unavailable),
        };
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let (word, since) = &mut *last;
        let changed = (*word).is_some() != code.is_some() || *since == UNIX_EPOCH;
        if changed {
            *since = match status {
                Status::Degraded(degraded) => degraded.since,
                _ => SystemTime::now(),
            };
        }
        *word = code;
        (code, *since)
    }

    /// The signed note; `None` when the key does not sign.
    pub(super) fn note(&self, status: &Status, size: TreeSize) -> Option<Vec<u8>> {
        let (code, since) = self.look(status);
        let word = if code.is_none() { "ok" } else { "degraded" };
        let time = since.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
        let code = code.map_or("OK", Code::as_str);
        let text = format!("{STATUS_NOTE}\n{}\n{word}\n{size}\n{time}\n{code}\n", self.origin);
        let mut signed = self.signed.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, note)) = signed.as_ref().filter(|(known, _)| *known == text) {
            return Some(note.clone());
        }
        let key = NoteKey::new(self.origin.key_name().clone(), KeyType::Log, self.key.public());
        let line = SignatureLine::new(&key, self.key.checked(text.as_bytes()).ok()?.to_vec());
        let note = UnverifiedNote::assemble(&text, &[line]).ok()?.as_bytes().to_vec();
        *signed = Some((text, note.clone()));
        Some(note)
    }
}
