//! One party and its statements, signed once for all logs and lives.

use std::{fmt, fs, path::Path, thread};

use detente_checkpoint::{Ed25519Signer, KeyType, NoteKey, Policy, PublicKey, SigningFault, SigningKey};
use detente_core::{LogId, Origin};
use detente_log::LogSigner;
use detente_merkle::{LeafHash, leaf_hash};
use detente_statement::{GenesisDraft, Signer};

/// Statements in the file: more than any log here takes.
const STATEMENTS: u64 = 24_000;

pub(crate) struct Party {
    /// By number; 0 is the genesis.
    statements: Vec<Vec<u8>>,
    leaves: Vec<LeafHash>,
}

pub(crate) fn origin() -> Origin {
    Origin::parse("log.example/a").unwrap()
}

fn checkpoint_key() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}

fn note_key() -> NoteKey {
    NoteKey::new(origin().key_name().clone(), KeyType::Log, checkpoint_key().public())
}

impl Party {
    pub(crate) fn new() -> Self {
        let (author, sealing) = (SigningKey::from_seed(&[2; 32]), SigningKey::from_seed(&[3; 32]));
        let draft = GenesisDraft {
            origin: origin(),
            party: "Example Agency".to_owned(),
            checkpoint_key: note_key(),
            authors: vec![author.public()],
            sealing: sealing.public(),
            recovery: SigningKey::from_seed(&[4; 32]).public(),
            predecessor: None,
            nonce: [5; 16],
            random: [6; 32],
        };
        let genesis = Signer::genesis(&author, &draft).unwrap();
        let log = LogId::new(leaf_hash(&genesis).digest());
        let sign = |numbers: std::ops::Range<u64>| {
            let signer = Signer::new(log, &sealing);
            let value = |number: u64| leaf_hash(&number.to_le_bytes()).digest();
            numbers.map(|number| signer.sealed(value(number)).unwrap()).collect::<Vec<_>>()
        };
        let (low, high) = thread::scope(|scope| {
            let low = scope.spawn(|| sign(1..STATEMENTS / 2));
            let high = sign(STATEMENTS / 2..STATEMENTS);
            (low.join().unwrap(), high)
        });
        let statements: Vec<_> = [genesis].into_iter().chain(low).chain(high).collect();
        let leaves = statements.iter().map(|entry| leaf_hash(entry)).collect();
        Self { statements, leaves }
    }

    pub(crate) fn statement(&self, number: u64) -> &[u8] {
        &self.statements[number as usize]
    }

    pub(crate) fn leaf(&self, number: u64) -> LeafHash {
        self.leaves[number as usize]
    }

    /// Each behind its length, `u16`.
    pub(crate) fn write_statements(&self, path: &Path) {
        let mut bytes = Vec::new();
        for statement in &self.statements {
            bytes.extend_from_slice(&(statement.len() as u16).to_be_bytes());
            bytes.extend_from_slice(statement);
        }
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn policy() -> Policy {
        Policy::parse(format!("log {}\nquorum none\n", note_key()).as_bytes(), None).unwrap()
    }
}

pub(crate) fn read_statements(path: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(path).unwrap();
    let mut rest = bytes.as_slice();
    let mut statements = Vec::new();
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        let (statement, after) = after.split_at(usize::from(u16::from_be_bytes(*length)));
        statements.push(statement.to_vec());
        rest = after;
    }
    statements
}

/// The log's key. Nothing is signed that was not told before, as a line `signed` with tabulators for line feeds.
pub(crate) struct Telling<T>(T);

impl<T: Fn(&str) + Send + Sync + 'static> Telling<T> {
    pub(crate) fn signer(tell: T) -> LogSigner {
        LogSigner::new(origin(), Self(tell))
    }
}

impl<T: Fn(&str) + Send + Sync> Ed25519Signer for Telling<T> {
    fn public(&self) -> PublicKey {
        checkpoint_key().public()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SigningFault> {
        (self.0)(&format!("signed {}", std::str::from_utf8(message).unwrap().replace('\n', "\t")));
        Ok(checkpoint_key().sign(message))
    }
}

impl<T> fmt::Debug for Telling<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Telling")
    }
}
