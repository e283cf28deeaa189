//! What no log can do without: one strict verification a statement, one flush a batch.

use std::{fs::File, io::Write as _, path::Path, thread, time::Duration};

use detente_benches::{
    measure::{Failure, timed},
    statements::{Party, Statements},
};
use detente_checkpoint::PublicKey;
use detente_core::Label;
use detente_merkle::leaf_hash;
use detente_statement::UnverifiedStatement;
use ed25519_dalek::{Signature, VerifyingKey};

/// Signature and message of statements, as `verify_strict` takes them.
pub(crate) struct Signed {
    key: VerifyingKey,
    messages: Vec<(Vec<u8>, Signature)>,
    entries: Vec<u8>,
    length: usize,
}

/// A statement ends in its signature; what is signed is a label and the rest of it.
const SIGNATURE_BYTES: usize = 64;

impl Signed {
    /// The first `count` statements.
    pub(crate) fn read(party: &Party, statements: &Statements, count: u64) -> Result<Self, Failure> {
        let (entries, length) = (statements.read(0, count)?, statements.length());
        let key = PublicKey::enrol(party.sealing_key())?;
        let mut messages = Vec::new();
        for entry in entries.chunks_exact(length) {
            let statement = UnverifiedStatement::decode(entry)?;
            let unsigned = entry.len().saturating_sub(SIGNATURE_BYTES);
            let mut message = Label::STATEMENT_SIGNATURE.prefix();
            message.extend_from_slice(entry.get(..unsigned).unwrap_or_default());
            let signature = entry.last_chunk::<SIGNATURE_BYTES>().ok_or("no signature")?;
            statement.verify_signature(&key).map_err(|_| "a signature that is not valid")?;
            messages.push((message, Signature::from_bytes(signature)));
        }
        let key = VerifyingKey::from_bytes(key.as_bytes())?;
        Ok(Self { key, messages, entries, length })
    }

    /// The time that verifying all of them takes, on so many threads, leaf hashes included or not.
    pub(crate) fn verify(&self, threads: usize, hashes: bool) -> Result<Duration, Failure> {
        let share = self.messages.len().div_ceil(threads).max(1);
        let work = |messages: &[(Vec<u8>, Signature)], entries: &[u8]| {
            let valid = messages
                .iter()
                .all(|(message, signature)| self.key.verify_strict(message, signature).is_ok());
            if hashes {
                entries
                    .chunks_exact(self.length)
                    .for_each(|entry| _ = std::hint::black_box(leaf_hash(entry)));
            }
            valid
        };
        let (time, valid) = timed(|| {
            thread::scope(|scope| {
                let parts = self.messages.chunks(share).zip(self.entries.chunks(share * self.length));
                let threads: Vec<_> = parts.map(|(m, e)| scope.spawn(move || work(m, e))).collect();
                threads.into_iter().all(|thread| thread.join().unwrap_or(false))
            })
        });
        if valid { Ok(time) } else { Err("a signature that is not valid".into()) }
    }

    pub(crate) const fn count(&self) -> usize {
        self.messages.len()
    }
}

/// One small write and its flush, in a folder: the median of several.
pub(crate) fn flush(folder: &Path) -> Result<Duration, Failure> {
    let path = folder.join("flushed");
    let mut file = File::create(&path)?;
    let mut times = Vec::new();
    for _ in 0..15 {
        let (time, done) = timed(|| file.write_all(&[7; 4096]).and_then(|()| file.sync_data()));
        done?;
        times.push(time);
    }
    std::fs::remove_file(path)?;
    times.sort_unstable();
    times.get(times.len() / 2).copied().ok_or_else(|| "no times".into())
}
