//! Which key may sign what at which index (`specs/statement.md` "The life of keys").

use std::collections::BTreeMap;

use detente_checkpoint::PublicKey;
use detente_core::{KeyDigest, Label, LeafIndex, LogId};
use detente_merkle::leaf_hash;

use crate::{
    Body, Genesis, KeyAdd, KeyEntry, Kind, Role, SignedStatement, Statement, StatementError,
    UnverifiedStatement, key,
};

/// The keys of one log, from its genesis and from all or some of its events.
#[derive(Debug, Clone)]
pub struct KeyHistory {
    log: LogId,
    genesis: Genesis,
    keys: BTreeMap<KeyDigest, Life>,
    closed: Option<LeafIndex>,
}

#[derive(Debug, Clone)]
struct Life {
    entry: KeyEntry,
    enrolled: LeafIndex,
    revoked: Option<LeafIndex>,
}

impl KeyHistory {
    /// Begins with entry 0.
    ///
    /// # Errors
    /// [`StatementError::GenesisMisplaced`], [`StatementError::UnknownAuthor`], [`StatementError::KeyRole`],
    /// [`StatementError::InvalidSignature`].
    pub fn begin(entry: UnverifiedStatement) -> Result<(Self, Statement), StatementError> {
        let index = LeafIndex::ZERO;
        let genesis = match entry.unverified_body() {
            Body::Genesis(genesis) if entry.unverified_log() == LogId::ZERO => (**genesis).clone(),
            _ => return Err(StatementError::GenesisMisplaced { index, kind: entry.unverified_kind() }),
        };
        let log = log_id(entry.bytes());
        let keys = genesis
            .keys()
            .iter()
            .map(|entry| (entry.digest(), Life { entry: entry.clone(), enrolled: index, revoked: None }))
            .collect();
        let history = Self { log, genesis, keys, closed: None };
        let author = entry.unverified_author();
        let life = history.keys.get(&author).ok_or(StatementError::UnknownAuthor { index, key: author })?;
        let statement = life.verify(entry, log, index)?;
        Ok((history, statement))
    }

    /// The log's id.
    pub const fn log(&self) -> LogId {
        self.log
    }

    /// What entry 0 says.
    pub const fn genesis(&self) -> &Genesis {
        &self.genesis
    }

    /// The index of `log.close`, when there was one.
    pub const fn closed(&self) -> Option<LeafIndex> {
        self.closed
    }

    /// The keys usable for an entry after the last event, by digest.
    pub fn usable(&self) -> impl Iterator<Item = &KeyEntry> {
        self.keys.values().filter(|life| life.revoked.is_none()).map(|life| &life.entry)
    }

    /// Every key with the index that enrols it and the one that revokes it, by digest.
    pub fn lives(&self) -> impl Iterator<Item = (&KeyEntry, LeafIndex, Option<LeafIndex>)> {
        self.keys.values().map(|life| (&life.entry, life.enrolled, life.revoked))
    }

    /// The key of a digest and the index that revokes it, when some event enrols it.
    pub fn find(&self, key: KeyDigest) -> Option<(&KeyEntry, Option<LeafIndex>)> {
        self.keys.get(&key).map(|life| (&life.entry, life.revoked))
    }

    /// Checks a statement at an index of at least 1.
    ///
    /// # Errors
    /// In the order of the spec: [`StatementError::GenesisMisplaced`], [`StatementError::LogMismatch`],
    /// [`StatementError::UnknownAuthor`], [`StatementError::KeyNotYetEnrolled`], [`StatementError::KeyRevoked`],
    /// [`StatementError::KeyRole`], [`StatementError::InvalidSignature`].
    pub fn check(&self, index: LeafIndex, entry: UnverifiedStatement) -> Result<Statement, StatementError> {
        let life = self.require_place(index, &entry)?;
        life.verify(entry, self.log, index)
    }

    /// The dear half of [`Self::check`] alone, which needs no order: `None` when the entry is no statement, or not one that
    /// a key of this history signed. Nothing is decided by it; an entry that is not prepared is checked as any other.
    pub fn prepare(&self, entry: &[u8]) -> Option<SignedStatement> {
        let statement = UnverifiedStatement::decode(entry).ok()?;
        let (key, _) = self.find(statement.unverified_author())?;
        let key = *key.key();
        statement.verify_signature(&key).ok()
    }

    /// [`Self::check`] of a statement whose signature was verified before, perhaps on another thread.
    ///
    /// # Errors
    /// Those of [`Self::check`] but the last.
    pub fn check_signed(
        &self,
        index: LeafIndex,
        signed: SignedStatement,
    ) -> Result<Statement, StatementError> {
        let entry = signed.into_unverified();
        // The author is the digest of the key that signed, so the living key of that digest is this very key.
        let life = self.require_place(index, &entry)?;
        life.require_role(&entry, index)?;
        Ok(entry.into_verified(self.log, index))
    }

    /// Everything of [`Self::check`] before the role.
    fn require_place(&self, index: LeafIndex, entry: &UnverifiedStatement) -> Result<&Life, StatementError> {
        let kind = entry.unverified_kind();
        if index == LeafIndex::ZERO || kind == Kind::Genesis || entry.unverified_log() == LogId::ZERO {
            return Err(StatementError::GenesisMisplaced { index, kind });
        }
        if entry.unverified_log() != self.log {
            return Err(StatementError::LogMismatch {
                index,
                expected: self.log,
                got: entry.unverified_log(),
            });
        }
        let key = entry.unverified_author();
        let life = self.keys.get(&key).ok_or(StatementError::UnknownAuthor { index, key })?;
        if life.enrolled >= index {
            return Err(StatementError::KeyNotYetEnrolled { index, key, enrolled: life.enrolled });
        }
        if let Some(revoked) = life.revoked.filter(|revoked| *revoked < index) {
            return Err(StatementError::KeyRevoked { index, key, revoked });
        }
        Ok(life)
    }

    /// Applies a checked statement; only key events and `log.close` change anything.
    ///
    /// # Errors
    /// [`StatementError::UnknownAuthor`], [`StatementError::KeyRevoked`], [`StatementError::KeyRole`],
    /// [`StatementError::KeyAlreadyEnrolled`], [`StatementError::InvalidPossession`], as the spec lists them a kind.
    pub fn apply(&mut self, statement: &Statement) -> Result<(), StatementError> {
        let index = statement.index();
        match statement.body() {
            Body::KeyAdd(add) => {
                let entry = &add.entry;
                require_role(index, entry.digest(), Role::Author, entry.role())?;
                self.enrol(index, add)
            }
            Body::KeyRotate(rotate) => {
                let role = self.living(index, rotate.old)?.entry.role();
                let entry = &rotate.new.entry;
                require_role(index, entry.digest(), role, entry.role())?;
                self.enrol(index, &rotate.new)?;
                self.living(index, rotate.old)?.revoked = Some(index);
                Ok(())
            }
            Body::KeyRevoke(revoke) => {
                let life = self.living(index, revoke.key)?;
                require_role(index, revoke.key, Role::Author, life.entry.role())?;
                life.revoked = Some(index);
                Ok(())
            }
            Body::LogClose(_) => {
                self.closed = Some(index);
                Ok(())
            }
            Body::Genesis(_) | Body::Sealed | Body::Opaque(_) => Ok(()),
        }
    }

    fn living(&mut self, index: LeafIndex, key: KeyDigest) -> Result<&mut Life, StatementError> {
        let life = self.keys.get_mut(&key).ok_or(StatementError::UnknownAuthor { index, key })?;
        match life.revoked {
            Some(revoked) => Err(StatementError::KeyRevoked { index, key, revoked }),
            None => Ok(life),
        }
    }

    fn enrol(&mut self, index: LeafIndex, add: &KeyAdd) -> Result<(), StatementError> {
        let key = add.entry.digest();
        if self.keys.contains_key(&key) || key == key::key_digest(self.genesis.recovery()) {
            return Err(StatementError::KeyAlreadyEnrolled { index, key });
        }
        let message = possession_message(self.log, &add.entry, &add.nonce);
        add.entry
            .key()
            .verify(&message, &add.possession)
            .map_err(|_| StatementError::InvalidPossession { index, key })?;
        self.keys.insert(key, Life { entry: add.entry.clone(), enrolled: index, revoked: None });
        Ok(())
    }
}

impl Life {
    fn verify(
        &self,
        entry: UnverifiedStatement,
        log: LogId,
        index: LeafIndex,
    ) -> Result<Statement, StatementError> {
        self.require_role(&entry, index)?;
        let key = entry.unverified_author();
        self.entry
            .key()
            .verify(&entry.signed_message(), entry.signature())
            .map_err(|_| StatementError::InvalidSignature { index, key })?;
        Ok(entry.into_verified(log, index))
    }

    fn require_role(&self, entry: &UnverifiedStatement, index: LeafIndex) -> Result<(), StatementError> {
        require_role(index, entry.unverified_author(), entry.unverified_kind().role(), self.entry.role())
    }
}

fn require_role(index: LeafIndex, key: KeyDigest, expected: Role, got: Role) -> Result<(), StatementError> {
    if expected == got { Ok(()) } else { Err(StatementError::KeyRole { index, key, expected, got }) }
}

/// `L(detente/statement/possession/v1) ‖ log id ‖ role ‖ algorithm ‖ key ‖ nonce`.
pub(crate) fn possession_message(log: LogId, entry: &KeyEntry, nonce: &[u8; 16]) -> Vec<u8> {
    let mut message = Label::STATEMENT_POSSESSION.prefix();
    message.extend_from_slice(log.as_bytes());
    message.extend_from_slice(&[entry.role().code(), key::ED25519]);
    message.extend_from_slice(PublicKey::as_bytes(entry.key()));
    message.extend_from_slice(nonce);
    message
}

/// The id of a log whose entry 0 has these bytes.
pub(crate) fn log_id(genesis: &[u8]) -> LogId {
    LogId::new(leaf_hash(genesis).digest())
}
