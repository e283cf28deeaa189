//! The body of a statement of kind `anchor`: another log's checkpoint, held and verified (`specs/checkpoint.md`
//! "Anchor").

use bincode::{Decode, Encode};
use detente_core::{LogId, TreeSize, canonical};

use crate::{CheckpointError, NoteKey, Policy, UnverifiedCheckpoint, UnverifiedNote, VerifiedCheckpoint};

/// The most bytes of a body: what an entry of a log can hold.
const BODY_LIMIT: usize = 65_535;

#[derive(Encode, Decode)]
struct Wire {
    nonce: [u8; 16],
    log: LogId,
    note: String,
}

/// An anchor whose form is right; none of its signatures has been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedAnchor {
    log: LogId,
    checkpoint: UnverifiedCheckpoint,
}

impl UnverifiedAnchor {
    /// Reads a body.
    ///
    /// # Errors
    /// `MALFORMED-STATEMENT`, the codes of notes and checkpoints, `MALFORMED-CHECKPOINT` for a note that an anchor does
    /// not hold in this form.
    pub fn parse(body: &[u8]) -> Result<Self, CheckpointError> {
        let malformed = |expected| CheckpointError::MalformedAnchor { expected };
        let wire: Wire = canonical::decode::<Wire, BODY_LIMIT>("anchor", body)
            .map_err(|_| malformed("a nonce, a log id and a note"))?;
        if wire.log == LogId::ZERO {
            return Err(malformed("the id of a log"));
        }
        let checkpoint = UnverifiedCheckpoint::parse(wire.note.as_bytes())?;
        let malformed = |expected| Err(CheckpointError::MalformedCheckpoint { expected });
        if checkpoint.claimed().size() == TreeSize::ZERO {
            return malformed("in an anchor, a tree that has entries");
        }
        let note = checkpoint.note();
        if note.text().matches('\n').count() != 3 {
            return malformed("in an anchor, no extension lines");
        }
        let cosignatures = note.signatures().get(1..).unwrap_or_default();
        let names: Vec<_> =
            cosignatures.iter().map(|line| (line.name(), *line.key_id().as_bytes())).collect();
        if !names.is_sorted_by(|left, right| left < right) {
            return malformed("in an anchor, cosignatures in the order of name and key id");
        }
        Ok(Self { log: wire.log, checkpoint })
    }

    /// The log that it names.
    pub const fn unverified_log(&self) -> LogId {
        self.log
    }

    /// The checkpoint as written.
    pub const fn unverified_checkpoint(&self) -> &UnverifiedCheckpoint {
        &self.checkpoint
    }

    /// Whether its first line has the name and key id of a log of the policy; otherwise it is about another one.
    pub fn names_log_of(&self, policy: &Policy) -> bool {
        let first = self.checkpoint.note().signatures().first();
        first.is_some_and(|line| policy.log_of(line).is_some())
    }

    /// Checks the checkpoint against the reader's policy. That it is one of the log named shows entry 0 of that log.
    ///
    /// # Errors
    /// `UNKNOWN-LOG` unless the first line is of a log of the policy, then those of [`UnverifiedCheckpoint::verify`].
    pub fn verify(self, policy: &Policy) -> Result<Anchor, CheckpointError> {
        if !self.names_log_of(policy) {
            let origin = self.checkpoint.claimed().origin().to_string();
            return Err(CheckpointError::UnknownLog { origin });
        }
        Ok(Anchor { log: self.log, checkpoint: self.checkpoint.verify(policy)? })
    }
}

/// An anchor whose checkpoint the policy's log signed.
#[derive(Debug, Clone)]
pub struct Anchor {
    log: LogId,
    checkpoint: VerifiedCheckpoint,
}

impl Anchor {
    /// The log that the anchoring party names.
    pub const fn log(&self) -> LogId {
        self.log
    }

    /// The checkpoint: every entry below its size is held and verified, says the anchoring party.
    pub const fn checkpoint(&self) -> &VerifiedCheckpoint {
        &self.checkpoint
    }
}

/// Writes a body: of a note that was verified against the policy, the line of the log's key and those of the policy's
/// witnesses. The nonce is 16 random bytes.
///
/// # Errors
/// Those of [`UnverifiedAnchor::parse`], which reads it again.
pub fn write(
    log: LogId,
    checkpoint: &VerifiedCheckpoint,
    log_key: &NoteKey,
    policy: &Policy,
    nonce: [u8; 16],
) -> Result<Vec<u8>, CheckpointError> {
    let note = UnverifiedNote::parse(checkpoint.note_bytes())?;
    let (own, others): (Vec<_>, Vec<_>) =
        note.signatures().iter().cloned().partition(|line| line.is_of(log_key));
    let mut lines: Vec<_> = others
        .into_iter()
        .filter(|line| policy.witnesses().iter().any(|witness| line.is_of(witness.key())))
        .collect();
    lines.sort_by(|left, right| {
        (left.name(), left.key_id().as_bytes()).cmp(&(right.name(), right.key_id().as_bytes()))
    });
    let head: Vec<_> = own.into_iter().chain(lines).collect();
    let note = UnverifiedNote::assemble(note.text(), &head)?;
    let note = String::from_utf8_lossy(note.as_bytes()).into_owned();
    let body = canonical::encode("anchor", &Wire { nonce, log, note })
        .map_err(|_| CheckpointError::MalformedAnchor { expected: "a value that has canonical bytes" })?;
    UnverifiedAnchor::parse(&body)?;
    Ok(body)
}
