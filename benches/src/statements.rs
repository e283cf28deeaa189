//! One party's statements, signed beforehand into a file, so that none of it is timed and none of it is in memory.

use std::{
    fs::File,
    io::{BufWriter, Write as _},
    os::unix::fs::FileExt as _,
    path::Path,
    sync::Arc,
    thread,
};

use detente_checkpoint::{Ed25519Signer, KeyType, NoteKey, Policy, SigningKey};
use detente_core::{Digest, LogId, Origin};
use detente_log::LogSigner;
use detente_merkle::leaf_hash;
use detente_statement::{GenesisDraft, Signer};

use crate::measure::Failure;

/// Statements that are signed by one thread before they are written.
const CHUNK: u64 = 1 << 14;

/// A party whose keys are made of small seeds.
pub struct Party {
    origin: Origin,
    genesis: Vec<u8>,
    sealing: SigningKey,
}

impl Party {
    /// The party, with its genesis.
    ///
    /// # Errors
    /// None that a program can cause.
    pub fn new() -> Result<Self, Failure> {
        let origin = Origin::parse("log.example/a")?;
        let (author, sealing) = (SigningKey::from_seed(&[2; 32]), SigningKey::from_seed(&[3; 32]));
        let draft = GenesisDraft {
            party: "Example Agency".to_owned(),
            checkpoint_key: note_key(&origin),
            origin: origin.clone(),
            authors: vec![author.public()],
            sealing: sealing.public(),
            recovery: SigningKey::from_seed(&[4; 32]).public(),
            predecessor: None,
            nonce: [5; 16],
            random: [6; 32],
        };
        Ok(Self { genesis: Signer::genesis(&author, &draft)?, origin, sealing })
    }

    /// The origin of its log.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Entry 0.
    pub fn genesis(&self) -> &[u8] {
        &self.genesis
    }

    /// The log's key.
    pub fn signer(&self) -> LogSigner {
        LogSigner::new(self.origin.clone(), checkpoint_key())
    }

    /// The same key, for a server.
    pub fn log_key(&self) -> Arc<dyn Ed25519Signer> {
        Arc::new(checkpoint_key())
    }

    /// Trusts the log, and no witness.
    ///
    /// # Errors
    /// None that a program can cause.
    pub fn policy(&self) -> Result<Policy, Failure> {
        Ok(Policy::parse(format!("log {}\nquorum none\n", note_key(&self.origin)).as_bytes(), None)?)
    }

    /// The public key under which the statements are signed.
    pub fn sealing_key(&self) -> [u8; 32] {
        *self.sealing.public().as_bytes()
    }

    /// `sealed` statements of the numbers of a range.
    fn sign(&self, numbers: core::ops::Range<u64>) -> Result<Vec<u8>, Failure> {
        let signer = Signer::new(LogId::new(leaf_hash(&self.genesis).digest()), &self.sealing);
        let mut bytes = Vec::new();
        for number in numbers {
            let mut value = [7; 32];
            if let Some(start) = value.first_chunk_mut() {
                *start = number.to_le_bytes();
            }
            bytes.extend(signer.sealed(Digest::from_bytes(value))?);
        }
        Ok(bytes)
    }
}

fn checkpoint_key() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}

fn note_key(origin: &Origin) -> NoteKey {
    NoteKey::new(origin.key_name().clone(), KeyType::Log, checkpoint_key().public())
}

/// Signed statements of one length, in a file.
pub struct Statements {
    file: File,
    length: usize,
    count: u64,
}

impl Statements {
    /// Signs so many on two threads, into a new file.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn sign(party: &Party, count: u64, path: &Path) -> Result<Self, Failure> {
        let length = party.sign(0..1)?.len();
        let mut out = BufWriter::new(File::create(path)?);
        let sign =
            |from: u64| party.sign(from.min(count)..(from + CHUNK).min(count)).map_err(|e| e.to_string());
        for from in (0..count).step_by(2 * CHUNK as usize) {
            let (low, high) = thread::scope(|scope| {
                let low = scope.spawn(|| sign(from));
                let high = sign(from + CHUNK);
                (low.join(), high)
            });
            out.write_all(&low.map_err(|_| "signing panicked")??)?;
            out.write_all(&high?)?;
        }
        out.flush()?;
        drop(out);
        Ok(Self { file: File::open(path)?, length, count })
    }

    /// How many there are.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Bytes of each.
    pub const fn length(&self) -> usize {
        self.length
    }

    /// Reads those from a number on, as many as the buffer has room for or the file has.
    ///
    /// # Errors
    /// A file that cannot be read.
    pub fn read(&self, from: u64, most: u64) -> Result<Vec<u8>, Failure> {
        let count = self.count.saturating_sub(from).min(most);
        let mut bytes = vec![0; usize::try_from(count)? * self.length];
        self.file.read_exact_at(&mut bytes, from * self.length as u64)?;
        Ok(bytes)
    }
}
