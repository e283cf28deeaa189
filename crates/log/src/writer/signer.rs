//! The log's checkpoint key, and what keeps a note by another key out of the log.

use detente_checkpoint::{Ed25519Signer, KeyType, NoteKey, TreeHead, UnverifiedNote};
use detente_core::{Code, LogId, Origin};
use detente_merkle::{LeafHash, leaf_hash};
use detente_statement::{Body, Genesis, UnverifiedStatement};

use crate::{LogError, Refused, Store, history, layout::CHECKPOINT, state::State};

/// A log's checkpoint key, lent to the writer for as long as a batch takes.
#[derive(Debug)]
pub struct LogSigner {
    origin: Origin,
    key: Box<dyn Ed25519Signer>,
    log: Option<LogId>,
}

/// What the genesis has to name, and be, that this key signs for.
#[derive(Debug)]
pub(crate) struct Expected {
    origin: Origin,
    key: NoteKey,
    log: Option<LogId>,
}

impl Expected {
    /// Anybody can make a genesis: whoever's came first would own an empty log.
    pub(crate) fn require(&self, genesis: &Genesis, leaf: LeafHash) -> Result<(), Refused> {
        let other = |code, expected: String, got: String| Err(Refused::OtherGenesis { code, expected, got });
        if *genesis.origin() != self.origin {
            let (expected, got) = (format!("origin {}", self.origin), genesis.origin().to_string());
            return other(Code::OriginMismatch, expected, got);
        }
        if *genesis.checkpoint_key() != self.key {
            let (expected, got) =
                (format!("checkpoint key {}", self.key), genesis.checkpoint_key().to_string());
            return other(Code::UnknownLog, expected, got);
        }
        match self.log.filter(|log| log.digest() != leaf.digest()) {
            Some(log) => other(Code::LogMismatch, format!("log {log}"), leaf.digest().to_string()),
            None => Ok(()),
        }
    }
}

impl LogSigner {
    /// The key of a log. Its name is the origin.
    pub fn new(origin: Origin, key: impl Ed25519Signer + 'static) -> Self {
        Self { origin, key: Box::new(key), log: None }
    }

    /// Only for the log that begins with this genesis: what else a genesis names, others can name too.
    #[must_use]
    pub fn only_for(self, log: LogId) -> Self {
        Self { log: Some(log), ..self }
    }

    /// What the log's genesis has to be.
    pub(crate) fn expected(&self) -> Expected {
        Expected { origin: self.origin.clone(), key: self.note_key(), log: self.log }
    }

    /// The origin.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The public half, as a genesis and a policy name it.
    pub fn note_key(&self) -> NoteKey {
        NoteKey::new(self.origin.key_name().clone(), KeyType::Log, self.key.public())
    }

    /// The note of a committed state, and of nothing else.
    pub(crate) fn sign(&self, state: State) -> Result<UnverifiedNote, LogError> {
        let head = TreeHead::new(self.origin.clone(), state.size, state.root)?;
        Ok(head.sign(&*self.key)?)
    }

    /// A note by another key would be in the log for good, and no reader would accept it.
    pub(crate) fn require_of(
        &self,
        store: &Store,
        origin: Option<&Origin>,
        genesis: Option<&[u8]>,
    ) -> Result<(), LogError> {
        let key = self.note_key();
        let other = |expected| LogError::OtherSigner { expected, got: key.to_string() };
        if let Some(origin) = origin.filter(|origin| **origin != self.origin) {
            return Err(other(format!("a key of {origin}")));
        }
        if let Some(note) = history::read_note(store, CHECKPOINT)? {
            let note = history::parse_note(CHECKPOINT, &note)?;
            if !note.note().signatures().iter().any(|line| line.is_of(&key)) {
                return Err(other("the key of the newest note".to_owned()));
            }
        }
        if let (Some(log), Some(genesis)) = (self.log, genesis)
            && leaf_hash(genesis).digest() != log.digest()
        {
            return Err(LogError::OtherSigner {
                expected: format!("the log {log}"),
                got: leaf_hash(genesis).digest().to_string(),
            });
        }
        if let Some(Ok(genesis)) = genesis.map(UnverifiedStatement::decode)
            && let Body::Genesis(genesis) = genesis.unverified_body()
            && *genesis.checkpoint_key() != key
        {
            return Err(other(genesis.checkpoint_key().to_string()));
        }
        Ok(())
    }
}
