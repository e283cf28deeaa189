//! What is checked at the door, by the submitter's own thread: everything that needs no order.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Instant,
};

use detente_checkpoint::PublicKey;
use detente_core::{KeyDigest, LeafIndex, LogId, StatementId, TreeSize};
use detente_merkle::LeafHash;
use detente_statement::{Body, KeyHistory, SignedStatement, StatementError, UnverifiedStatement, key_digest};

use super::ticket::{Refused, Reply};
use crate::writer::Expected;

/// An entry on its way to the sequencer's thread.
#[derive(Debug)]
pub(super) struct Submission {
    pub(super) bytes: Arc<[u8]>,
    pub(super) leaf: LeafHash,
    pub(super) statement: Checked,
    /// Keys that this entry, once it is in the log, enrols.
    pub(super) introduces: Vec<KeyDigest>,
    pub(super) arrived: Instant,
    pub(super) reply: Reply,
}

/// A statement as far as the door could check it.
#[derive(Debug)]
pub(super) enum Checked {
    /// Of any kind but genesis: its author's signature is valid.
    Signed(SignedStatement),
    /// A genesis, which is checked as a whole.
    Genesis(UnverifiedStatement),
}

impl Checked {
    pub(super) const fn id(&self) -> StatementId {
        match self {
            Self::Signed(signed) => signed.as_unverified().id(),
            Self::Genesis(statement) => statement.id(),
        }
    }
}

/// The keys that the door knows: those of the log, and those that waiting entries would enrol.
#[derive(Debug)]
pub(super) struct Keys {
    known: RwLock<Known>,
    /// Of which log a genesis has to be.
    expected: Expected,
}

#[derive(Debug, Default)]
struct Known {
    history: Option<KeyHistory>,
    /// The index that comes next.
    next: u64,
    incoming: HashMap<KeyDigest, (PublicKey, usize)>,
}

impl Keys {
    /// The keys of a log that is signed so.
    pub(super) fn new(expected: Expected) -> Self {
        Self { known: RwLock::default(), expected }
    }

    /// After a batch: the log's keys now.
    pub(super) fn follow(&self, history: Option<&KeyHistory>, size: TreeSize) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.next = size.get();
        known.history = history.cloned();
    }

    /// Only the size has changed.
    pub(super) fn follow_size(&self, size: TreeSize) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).next = size.get();
    }

    /// The fate of an entry is known, so the keys that it would enrol are no longer on their way.
    pub(super) fn settle(&self, introduced: &[KeyDigest]) {
        if introduced.is_empty() {
            return;
        }
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        for key in introduced {
            if let Some((_, count)) = known.incoming.get_mut(key) {
                *count = count.saturating_sub(1);
            }
        }
        known.incoming.retain(|_, (_, count)| *count > 0);
    }

    /// Verifies the signature by the key that the statement names, and what no later entry can change.
    pub(super) fn check(
        &self,
        bytes: &[u8],
        leaf: LeafHash,
        statement: UnverifiedStatement,
        reply: Reply,
    ) -> Result<Submission, (Refused, Reply)> {
        match self.checked(leaf, statement) {
            Ok((statement, introduced)) => {
                let introduces = introduced.iter().map(key_digest).collect();
                // Nearly always nothing, and then nobody has to wait for anybody.
                if !introduced.is_empty() {
                    let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
                    for key in introduced {
                        known.incoming.entry(key_digest(&key)).or_insert((key, 0)).1 += 1;
                    }
                }
                let (bytes, arrived) = (bytes.into(), Instant::now());
                Ok(Submission { bytes, leaf, statement, introduces, arrived, reply })
            }
            Err(error) => Err((error, reply)),
        }
    }

    fn checked(
        &self,
        leaf: LeafHash,
        statement: UnverifiedStatement,
    ) -> Result<(Checked, Vec<PublicKey>), Refused> {
        let introduced = match statement.unverified_body() {
            Body::Genesis(genesis) => {
                // It brings its own keys, so anybody can make one, and as many as he likes: only the one of this log
                // gets into the queue, and that one may come again.
                let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
                if known.history.as_ref().is_some_and(|history| history.log().digest() != leaf.digest()) {
                    let index = LeafIndex::new(known.next).map_err(StatementError::Build)?;
                    let kind = statement.unverified_kind();
                    return Err(StatementError::GenesisMisplaced { index, kind }.into());
                }
                let is_first = known.history.is_none();
                drop(known);
                self.expected.require(genesis, leaf)?;
                KeyHistory::begin(statement.clone())?;
                let keys = match is_first {
                    true => genesis.keys().iter().map(|entry| *entry.key()).collect(),
                    false => Vec::new(),
                };
                return Ok((Checked::Genesis(statement), keys));
            }
            Body::KeyAdd(add) => vec![*add.entry().key()],
            Body::KeyRotate(rotate) => vec![*rotate.entry().key()],
            _ => Vec::new(),
        };
        let (key, index) = self.key_of(&statement)?;
        let author = statement.unverified_author();
        let signed = statement
            .verify_signature(&key)
            .map_err(|_| StatementError::InvalidSignature { index, key: author })?;
        Ok((Checked::Signed(signed), introduced))
    }

    /// The key of a statement's author, and the index of the next entry. A statement of another log is refused here, and
    /// one by a key that is revoked: both may be public, and so anybody's to submit.
    fn key_of(&self, statement: &UnverifiedStatement) -> Result<(PublicKey, LeafIndex), StatementError> {
        let (author, kind) = (statement.unverified_author(), statement.unverified_kind());
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let index = LeafIndex::new(known.next).map_err(StatementError::Build)?;
        let (log, got) = (known.history.as_ref().map(KeyHistory::log), statement.unverified_log());
        if let Some(expected) = log.filter(|log| *log != got && got != LogId::ZERO) {
            return Err(StatementError::LogMismatch { index, expected, got });
        }
        let enrolled = known.history.as_ref().and_then(|history| history.find(author));
        if let Some((_, Some(revoked))) = enrolled {
            return Err(StatementError::KeyRevoked { index, key: author, revoked });
        }
        let incoming = known.incoming.get(&author).map(|(key, _)| *key);
        match enrolled.map(|(entry, _)| *entry.key()).or(incoming) {
            Some(key) => Ok((key, index)),
            None if known.history.is_none() && known.incoming.is_empty() => {
                Err(StatementError::GenesisMisplaced { index, kind })
            }
            None => Err(StatementError::UnknownAuthor { index, key: author }),
        }
    }
}
