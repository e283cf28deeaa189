//! Writing statements. Randomness is an argument: the same inputs give the same bytes.

use detente_checkpoint::{Ed25519Signer, NoteKey, PublicKey};
use detente_core::{Digest, KeyDigest, LogId, Origin, canonical};

use crate::body::{WireGenesis, WireKeyAdd, WireKeyRevoke, WireKeyRotate, WireLogClose};
use crate::envelope::{Wire, signed_message};
use crate::history::possession_message;
use crate::{ENTRY_LIMIT, KeyEntry, Kind, Predecessor, RevocationReason, Role, StatementError, key};

/// What a genesis is made of.
#[derive(Debug, Clone)]
pub struct GenesisDraft {
    /// The origin, which is the checkpoint key's name too.
    pub origin: Origin,
    /// The party's name.
    pub party: String,
    /// The checkpoint key.
    pub checkpoint_key: NoteKey,
    /// First author keys.
    pub authors: Vec<PublicKey>,
    /// The sealing key.
    pub sealing: PublicKey,
    /// The offline recovery key.
    pub recovery: PublicKey,
    /// The log it continues.
    pub predecessor: Option<Predecessor>,
    /// Sixteen random bytes.
    pub nonce: [u8; 16],
    /// Thirty-two random bytes, which make the log id unpredictable.
    pub random: [u8; 32],
}

/// A new key, held by the caller, with its role and 16 random bytes.
#[derive(Debug)]
pub struct NewKey<'a> {
    /// The new key.
    pub key: &'a dyn Ed25519Signer,
    /// Its role.
    pub role: Role,
    /// Sixteen random bytes.
    pub nonce: [u8; 16],
}

/// A key that signs statements of one log.
#[derive(Debug)]
pub struct Signer<'a> {
    log: LogId,
    author: KeyDigest,
    key: &'a dyn Ed25519Signer,
}

impl<'a> Signer<'a> {
    /// A signer of statements of a log.
    pub fn new(log: LogId, key: &'a dyn Ed25519Signer) -> Self {
        Self { log, author: key::key_digest(&key.public()), key }
    }

    /// The log whose statements it signs.
    pub const fn log(&self) -> LogId {
        self.log
    }

    /// The bytes of entry 0, signed by one of its author keys.
    ///
    /// # Errors
    /// [`StatementError`] of decoding, when the draft breaks a rule of shape; [`StatementError::Signing`].
    pub fn genesis(key: &'a dyn Ed25519Signer, draft: &GenesisDraft) -> Result<Vec<u8>, StatementError> {
        let entry = |role, key: &PublicKey| KeyEntry::new(role, *key).to_wire();
        let mut keys: Vec<_> = draft.authors.iter().map(|key| entry(Role::Author, key)).collect();
        keys.push(entry(Role::Sealing, &draft.sealing));
        let (predecessor_log, predecessor_size, predecessor_root) = match draft.predecessor {
            Some(predecessor) => (predecessor.log, predecessor.size.get(), predecessor.root),
            None => (LogId::ZERO, 0, Digest::ZERO),
        };
        let body = encode(&WireGenesis {
            nonce: draft.nonce,
            origin: draft.origin.to_string(),
            party: draft.party.clone(),
            checkpoint_vkey: draft.checkpoint_key.to_string(),
            keys,
            recovery_algorithm: key::ED25519,
            recovery: *draft.recovery.as_bytes(),
            random: draft.random,
            predecessor_log,
            predecessor_size,
            predecessor_root,
        })?;
        let bytes = Signer::new(LogId::ZERO, key).sign(Kind::Genesis, body, None)?;
        // A genesis that its own reader would refuse ends a log before it begins.
        crate::KeyHistory::begin(crate::UnverifiedStatement::decode(&bytes)?)?;
        Ok(bytes)
    }

    /// A sealed entry, whatever its real kind: always 176 bytes.
    ///
    /// # Errors
    /// [`StatementError::Signing`]; none that a caller can cause.
    pub fn sealed(&self, sealed: Digest) -> Result<Vec<u8>, StatementError> {
        self.sign(Kind::Sealed, Vec::new(), Some(sealed))
    }

    /// `key.add`.
    ///
    /// # Errors
    /// [`StatementError::Signing`]; none that a caller can cause.
    pub fn key_add(&self, new: &NewKey<'_>) -> Result<Vec<u8>, StatementError> {
        let (key, possession) = self.possession(new)?;
        let body = encode(&WireKeyAdd { nonce: new.nonce, key, possession })?;
        self.sign(Kind::KeyAdd, body, None)
    }

    /// `key.rotate`.
    ///
    /// # Errors
    /// [`StatementError::Signing`]; none that a caller can cause.
    pub fn key_rotate(&self, old: KeyDigest, new: &NewKey<'_>) -> Result<Vec<u8>, StatementError> {
        let (key, possession) = self.possession(new)?;
        let body = encode(&WireKeyRotate { nonce: new.nonce, old, key, possession })?;
        self.sign(Kind::KeyRotate, body, None)
    }

    /// `key.revoke`, with 16 random bytes.
    ///
    /// # Errors
    /// [`StatementError::Signing`]; none that a caller can cause.
    pub fn key_revoke(
        &self,
        key: KeyDigest,
        reason: RevocationReason,
        nonce: [u8; 16],
    ) -> Result<Vec<u8>, StatementError> {
        let body = encode(&WireKeyRevoke { nonce, key, reason: reason.code() })?;
        self.sign(Kind::KeyRevoke, body, None)
    }

    /// `log.close`, with 16 random bytes.
    ///
    /// # Errors
    /// [`StatementError::Signing`]; none that a caller can cause.
    pub fn log_close(&self, successor: Option<LogId>, nonce: [u8; 16]) -> Result<Vec<u8>, StatementError> {
        let body = encode(&WireLogClose { nonce, successor: successor.unwrap_or(LogId::ZERO) })?;
        self.sign(Kind::LogClose, body, None)
    }

    /// A statement of a kind whose body another word defines; the body starts with 16 random bytes.
    ///
    /// # Errors
    /// [`StatementError::Oversize`], [`StatementError::MalformedStatement`] for a body that does not fit the kind,
    /// [`StatementError::Signing`].
    pub fn other(
        &self,
        kind: Kind,
        body: Vec<u8>,
        sealed: Option<Digest>,
    ) -> Result<Vec<u8>, StatementError> {
        let bytes = self.sign(kind, body, sealed)?;
        crate::UnverifiedStatement::decode(&bytes)?;
        Ok(bytes)
    }

    fn possession(&self, new: &NewKey<'_>) -> Result<(key::WireKey, [u8; 64]), StatementError> {
        let entry = KeyEntry::new(new.role, new.key.public());
        let possession = new.key.checked(&possession_message(self.log, &entry, &new.nonce))?;
        Ok((entry.to_wire(), possession))
    }

    fn sign(&self, kind: Kind, body: Vec<u8>, sealed: Option<Digest>) -> Result<Vec<u8>, StatementError> {
        let wire = Wire {
            version: 1,
            suite: 1,
            log: self.log,
            author: self.author,
            kind: kind.code(),
            body,
            sealed,
            counts: 0,
            signature: [0; 64],
        };
        let mut bytes = encode(&wire)?;
        if bytes.len() > ENTRY_LIMIT {
            return Err(StatementError::Oversize { limit: ENTRY_LIMIT, got: bytes.len() });
        }
        bytes.truncate(bytes.len() - wire.signature.len());
        let signature = self.key.checked(&signed_message(&bytes))?;
        bytes.extend_from_slice(&signature);
        Ok(bytes)
    }
}

fn encode<T: bincode::Encode>(value: &T) -> Result<Vec<u8>, StatementError> {
    canonical::encode("statement", value).map_err(StatementError::Build)
}
