//! A signer that fails or lies, such as a broken device: nothing that it made reaches a file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use detente_checkpoint::{CheckpointError, Ed25519Signer, PublicKey, SigningFault, SigningKey, TreeHead};
use detente_core::{Digest, TreeSize};
use detente_log::{LogError, LogSigner, LogWriter};
use detente_statement::{NewKey, Role, Signer, StatementError};

use crate::support::{Party, check, checkpoint_key};

/// What it does instead of signing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// One bit of R, or of S, is another.
    Flip(usize),
    /// The signature is of another key.
    OtherKey,
    /// The signature is of another message.
    OtherMessage,
    Nothing,
    Refuse,
}

const WRONG: [Fault; 5] =
    [Fault::Flip(0), Fault::Flip(40), Fault::OtherKey, Fault::OtherMessage, Fault::Nothing];

#[derive(Debug)]
struct Faulty {
    key: SigningKey,
    fault: Fault,
    broken: Arc<AtomicBool>,
}

impl Faulty {
    fn new(key: SigningKey, fault: Fault) -> Self {
        Self { key, fault, broken: Arc::new(AtomicBool::new(true)) }
    }
}

impl Ed25519Signer for Faulty {
    fn public(&self) -> PublicKey {
        self.key.public()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SigningFault> {
        let mut signature = self.key.sign(message);
        if !self.broken.load(Ordering::SeqCst) {
            return Ok(signature);
        }
        match self.fault {
            Fault::Flip(at) => signature[at] ^= 1,
            Fault::OtherKey => signature = SigningKey::from_seed(&[99; 32]).sign(message),
            Fault::OtherMessage => signature = self.key.sign(b"another message"),
            Fault::Nothing => signature = [0; 64],
            Fault::Refuse => {
                return Err(SigningFault::Refused {
                    reason: "gone".to_owned(),
                    next: "plug it in".to_owned(),
                });
            }
        }
        Ok(signature)
    }
}

fn is_wrong(fault: &SigningFault, key: &SigningKey) -> bool {
    *fault == SigningFault::WrongSignature { key: Box::new(key.public()) }
}

#[test]
fn a_wrong_signature_makes_no_note_and_no_statement() {
    let party = Party::new();
    let key = || SigningKey::from_seed(&[9; 32]);
    let head =
        TreeHead::new(party.origin.clone(), TreeSize::new(1).unwrap(), Digest::from_bytes([8; 32])).unwrap();
    for fault in WRONG {
        let faulty = Faulty::new(key(), fault);
        let refused = head.sign(&faulty).unwrap_err();
        assert!(matches!(&refused, CheckpointError::Signing(fault) if is_wrong(fault, &key())), "{refused}");
        assert_eq!(refused.code().as_str(), "UNAVAILABLE");

        let good = key();
        let (by_faulty, by_good) = (Signer::new(party.log(), &faulty), Signer::new(party.log(), &good));
        let new = NewKey { key: &faulty, role: Role::Author, nonce: [1; 16] };
        let old = detente_statement::key_digest(&SigningKey::from_seed(&[10; 32]).public());
        let made = [
            by_faulty.sealed(Digest::from_bytes([7; 32])),
            by_faulty.log_close(None, [0; 16]),
            // The signature by which the new key shows that it is held.
            by_good.key_add(&new),
            by_good.key_rotate(old, &new),
        ];
        for made in made {
            let refused = made.unwrap_err();
            assert!(
                matches!(&refused, StatementError::Signing(fault) if is_wrong(fault, &key())),
                "{refused}"
            );
            assert_eq!(refused.code().as_str(), "UNAVAILABLE");
        }
        faulty.broken.store(false, Ordering::SeqCst);
        head.sign(&faulty).unwrap();
        by_faulty.sealed(Digest::from_bytes([7; 32])).unwrap();
    }
}

#[test]
fn a_wrong_signature_of_a_checkpoint_is_in_no_file_and_the_log_goes_on_afterwards() {
    for fault in WRONG.into_iter().chain([Fault::Refuse]) {
        let party = Party::new();
        let entries = party.entries(6);
        let folder = party.log_of(&[3]);
        let faulty = Faulty::new(checkpoint_key(), fault);
        let broken = Arc::clone(&faulty.broken);
        let signer = LogSigner::new(party.origin.clone(), faulty);
        let before = notes(folder.path());
        let mut writer = LogWriter::open(folder.path()).unwrap();
        let refused = writer.append(&entries[3..5], &signer).unwrap_err();
        assert!(matches!(refused, LogError::Checkpoint(CheckpointError::Signing(_))), "{refused}");
        assert_eq!(refused.code().as_str(), "UNAVAILABLE");
        assert_eq!(notes(folder.path()), before, "{fault:?}");
        drop(writer);
        check(folder.path()).unwrap();

        // The batch is committed: a start with the fault gone signs it, and goes on.
        broken.store(false, Ordering::SeqCst);
        let mut writer = LogWriter::open(folder.path()).unwrap();
        assert!(writer.is_unsigned());
        writer.resume(&signer).unwrap();
        writer.append(&entries[5..], &signer).unwrap();
        drop(writer);
        assert_eq!(check(folder.path()).unwrap().size().get(), 6);
    }
}

/// Every published note.
fn notes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let history = std::fs::read_dir(folder.join("history")).unwrap();
    let paths = history.map(|entry| entry.unwrap().path()).chain([folder.join("checkpoint")]);
    paths.map(|path| (path.clone(), std::fs::read(path).unwrap())).collect()
}
