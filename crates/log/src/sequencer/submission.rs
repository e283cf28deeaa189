//! What is checked at the door, by the submitter's own thread: everything that needs no order.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::Instant,
};

use detente_checkpoint::PublicKey;
use detente_core::{KeyDigest, LeafIndex, StatementId, TreeSize};
use detente_merkle::{LeafHash, leaf_hash};
use detente_statement::{
    Body, KeyHistory, Kind, SignedStatement, StatementError, UnverifiedStatement, key_digest,
};

use super::ticket::Reply;

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
#[derive(Debug, Default)]
pub(super) struct Keys {
    known: RwLock<Known>,
}

#[derive(Debug, Default)]
struct Known {
    history: Option<KeyHistory>,
    /// The index that comes next.
    next: u64,
    incoming: HashMap<KeyDigest, (PublicKey, usize)>,
}

impl Keys {
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

    /// Decodes, and verifies the signature by the key that the statement names.
    pub(super) fn check(&self, bytes: &[u8], reply: Reply) -> Result<Submission, (StatementError, Reply)> {
        match self.checked(bytes) {
            Ok((statement, introduced)) => {
                let introduces = introduced.iter().map(key_digest).collect();
                // Nearly always nothing, and then nobody has to wait for anybody.
                if !introduced.is_empty() {
                    let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
                    for key in introduced {
                        known.incoming.entry(key_digest(&key)).or_insert((key, 0)).1 += 1;
                    }
                }
                let (bytes, leaf, arrived) = (bytes.into(), leaf_hash(bytes), Instant::now());
                Ok(Submission { bytes, leaf, statement, introduces, arrived, reply })
            }
            Err(error) => Err((error, reply)),
        }
    }

    fn checked(&self, bytes: &[u8]) -> Result<(Checked, Vec<PublicKey>), StatementError> {
        let statement = UnverifiedStatement::decode(bytes)?;
        let introduced = match statement.unverified_body() {
            Body::Genesis(genesis) => {
                // It brings its own keys, so it is judged whole. The log's own genesis may come again.
                KeyHistory::begin(statement.clone())?;
                let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
                let keys = match known.history {
                    None => genesis.keys().iter().map(|entry| *entry.key()).collect(),
                    Some(_) => Vec::new(),
                };
                return Ok((Checked::Genesis(statement), keys));
            }
            Body::KeyAdd(add) => vec![*add.entry().key()],
            Body::KeyRotate(rotate) => vec![*rotate.entry().key()],
            _ => Vec::new(),
        };
        let (key, index) = self.key_of(statement.unverified_author(), statement.unverified_kind())?;
        let author = statement.unverified_author();
        let signed = statement
            .verify_signature(&key)
            .map_err(|_| StatementError::InvalidSignature { index, key: author })?;
        Ok((Checked::Signed(signed), introduced))
    }

    /// The key of a digest, and the index of the next entry.
    fn key_of(&self, author: KeyDigest, kind: Kind) -> Result<(PublicKey, LeafIndex), StatementError> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let index = LeafIndex::new(known.next).map_err(StatementError::Build)?;
        let enrolled = known.history.as_ref().and_then(|history| history.find(author));
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
