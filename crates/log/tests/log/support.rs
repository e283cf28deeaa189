//! A party with keys made of small seeds, its log, and folders to keep it in.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use detente_checkpoint::{
    Ed25519Signer, KeyType, NoteKey, Policy, PublicKey, SigningFault, SigningKey, TreeHead,
};
use detente_core::{Digest, LogId, Origin};
use detente_log::{CheckFailure, CheckReport, LogDirectory, LogSigner, LogWriter, check_log};
use detente_merkle::leaf_hash;
use detente_statement::{GenesisDraft, Signer};

/// A signer that notes every state it ever signed.
#[derive(Debug, Clone)]
pub(crate) struct Recording {
    signed: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Recording {
    pub(crate) fn new() -> Self {
        Self { signed: Arc::default() }
    }

    pub(crate) fn signer(&self, origin: &Origin) -> LogSigner {
        LogSigner::new(origin.clone(), self.clone())
    }

    /// Another life that begins where this one is.
    pub(crate) fn fork(&self) -> Self {
        Self { signed: Arc::new(Mutex::new(self.signed.lock().unwrap().clone())) }
    }

    /// Every size that was signed, and that none was signed with two roots.
    pub(crate) fn sizes(&self) -> BTreeSet<u64> {
        let mut roots = BTreeMap::new();
        for message in self.signed.lock().unwrap().iter() {
            let head = TreeHead::parse(core::str::from_utf8(message).unwrap()).unwrap();
            let root = *roots.entry(head.size().get()).or_insert(head.root());
            assert_eq!(root, head.root(), "two trees of size {}", head.size());
        }
        roots.into_keys().collect()
    }
}

impl Ed25519Signer for Recording {
    fn public(&self) -> PublicKey {
        checkpoint_key().public()
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SigningFault> {
        self.signed.lock().unwrap().push(message.to_vec());
        Ok(checkpoint_key().sign(message))
    }
}

/// A folder in memory where the system has one: what these tests flush need not reach a disk.
pub(crate) fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

pub(crate) struct Party {
    pub(crate) origin: Origin,
    pub(crate) genesis: Vec<u8>,
    author: SigningKey,
    sealing: SigningKey,
}

impl Party {
    pub(crate) fn new() -> Self {
        Self::with_origin("log.example/a")
    }

    pub(crate) fn with_origin(origin: &str) -> Self {
        let origin = Origin::parse(origin).unwrap();
        let (author, sealing) = (SigningKey::from_seed(&[2; 32]), SigningKey::from_seed(&[3; 32]));
        let draft = GenesisDraft {
            origin: origin.clone(),
            party: "Example Agency".to_owned(),
            checkpoint_key: signer_of(&origin).note_key(),
            authors: vec![author.public()],
            sealing: sealing.public(),
            recovery: SigningKey::from_seed(&[4; 32]).public(),
            predecessor: None,
            nonce: [5; 16],
            random: [6; 32],
        };
        let genesis = Signer::genesis(&author, &draft).unwrap();
        Self { origin, genesis, author, sealing }
    }

    pub(crate) fn log(&self) -> LogId {
        LogId::new(leaf_hash(&self.genesis).digest())
    }

    pub(crate) fn signer(&self) -> LogSigner {
        signer_of(&self.origin)
    }

    pub(crate) fn author(&self) -> Signer<'_> {
        Signer::new(self.log(), &self.author)
    }

    /// The sealed entry with the number `number`; equal numbers seal equal values.
    pub(crate) fn sealed(&self, number: u64) -> Vec<u8> {
        let mut value = [7; 32];
        value[..8].copy_from_slice(&number.to_le_bytes());
        Signer::new(self.log(), &self.sealing).sealed(Digest::from_bytes(value)).unwrap()
    }

    /// Genesis and sealed entries up to a size.
    pub(crate) fn entries(&self, size: u64) -> Vec<Vec<u8>> {
        [self.genesis.clone()].into_iter().chain((1..size).map(|number| self.sealed(number))).collect()
    }

    /// A log at these sizes, one batch each, in a folder of its own.
    pub(crate) fn log_of(&self, sizes: &[u64]) -> tempfile::TempDir {
        let folder = scratch();
        let entries = self.entries(sizes.iter().copied().max().unwrap_or(0));
        self.publish(folder.path(), &entries, sizes);
        folder
    }

    /// Publishes these entries in batches that end at these sizes.
    pub(crate) fn publish(&self, folder: &Path, entries: &[Vec<u8>], sizes: &[u64]) {
        let mut writer = LogWriter::create(folder, &self.origin).unwrap();
        let mut start = 0;
        for size in sizes {
            writer.append(&entries[start..*size as usize], &self.signer()).unwrap();
            start = *size as usize;
        }
    }

    pub(crate) fn policy(&self) -> Policy {
        let text = format!("log {}\nquorum none\n", self.signer().note_key());
        Policy::parse(text.as_bytes(), None).unwrap()
    }
}

pub(crate) fn signer_of(origin: &Origin) -> LogSigner {
    LogSigner::new(origin.clone(), checkpoint_key())
}

pub(crate) fn checkpoint_key() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}

pub(crate) fn witness_key(seed: u8) -> (NoteKey, SigningKey) {
    let key = SigningKey::from_seed(&[seed; 32]);
    let name = detente_core::Name::parse(&format!("witness.example/w{seed}")).unwrap();
    (NoteKey::new(name, KeyType::Cosignature, key.public()), key)
}

pub(crate) fn check(folder: &Path) -> Result<CheckReport, CheckFailure> {
    check_log(&LogDirectory::open(folder).unwrap(), None, |_, _| {})
}

/// Every file below a folder, by its name relative to it.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
                found.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// A copy of a folder with all that is in it, empty folders included.
pub(crate) fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            fs::create_dir(&target).unwrap();
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}
