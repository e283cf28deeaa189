//! A log with its keys, witnesses, and servers for both.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use detente_checkpoint::{KeyType, NoteKey, Policy, SigningKey, UnverifiedProof};
use detente_core::{Digest, LogId, Name, Origin, json::Value};
use detente_log::{Guards, LogSigner, LogWriter, Options};
use detente_merkle::leaf_hash;
use detente_server::{Around, Limits, Running, Writing, serve_log, serve_witness};
use detente_statement::{GenesisDraft, Signer};
use detente_witness::{MemoryStore, TrustedLogs, Witness, WitnessStore};
use sha2::{Digest as _, Sha256};

use crate::wire::{Reply, post};

pub(crate) const OCTETS: (&str, &str) = ("Content-Type", "application/octet-stream");

/// A folder in memory where the system has one.
pub(crate) fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory).unwrap() } else { tempfile::tempdir().unwrap() }
}

/// A log's keys and entries.
pub(crate) struct Party {
    pub(crate) origin: Origin,
    pub(crate) genesis: Vec<u8>,
    sealing: SigningKey,
    author: SigningKey,
}

impl Party {
    pub(crate) fn new() -> Self {
        let origin = Origin::parse("log.example/a").unwrap();
        let (author, sealing) = (SigningKey::from_seed(&[2; 32]), SigningKey::from_seed(&[3; 32]));
        let draft = GenesisDraft {
            origin: origin.clone(),
            party: "Example Agency".to_owned(),
            checkpoint_key: NoteKey::new(origin.key_name().clone(), KeyType::Log, checkpoint_key().public()),
            authors: vec![author.public()],
            sealing: sealing.public(),
            recovery: SigningKey::from_seed(&[4; 32]).public(),
            predecessor: None,
            nonce: [5; 16],
            random: [6; 32],
        };
        let genesis = Signer::genesis(&author, &draft).unwrap();
        Self { origin, genesis, sealing, author }
    }

    pub(crate) fn log(&self) -> LogId {
        LogId::new(leaf_hash(&self.genesis).digest())
    }

    pub(crate) fn author(&self) -> Signer<'_> {
        Signer::new(self.log(), &self.author)
    }

    pub(crate) fn sealed(&self, number: u64) -> Vec<u8> {
        let mut value = [7; 32];
        value[..8].copy_from_slice(&number.to_le_bytes());
        Signer::new(self.log(), &self.sealing).sealed(Digest::from_bytes(value)).unwrap()
    }

    /// Creates the log at these sizes, a batch each.
    pub(crate) fn create(&self, folder: &Path, sizes: &[u64]) {
        let signer = LogSigner::new(self.origin.clone(), checkpoint_key());
        let mut writer = LogWriter::create(folder, &self.origin).unwrap();
        let mut start = 0;
        for size in sizes {
            let entry = |number: u64| if number == 0 { self.genesis.clone() } else { self.sealed(number) };
            let batch: Vec<_> = (start..*size).map(entry).collect();
            writer.append(&batch, &signer).unwrap();
            start = *size;
        }
    }

    pub(crate) fn vkey(&self) -> NoteKey {
        NoteKey::new(self.origin.key_name().clone(), KeyType::Log, checkpoint_key().public())
    }

    pub(crate) fn policy(&self) -> Policy {
        Policy::parse(format!("log {}\nquorum none\n", self.vkey()).as_bytes(), None).unwrap()
    }

    /// A policy that wants `quorum` of these witnesses, all neutral.
    pub(crate) fn witnessed(&self, witnesses: &[(&NoteKey, String)], quorum: usize) -> Policy {
        let mut text = format!("log {}\n", self.vkey());
        let names: Vec<String> = (1..=witnesses.len()).map(|number| format!("w{number}")).collect();
        for (name, (key, url)) in names.iter().zip(witnesses) {
            text.push_str(&format!("witness {name} {key} {url}\n"));
        }
        text.push_str(&format!("group all-of-them {quorum} {}\nquorum all-of-them\n", names.join(" ")));
        let operators =
            names.into_iter().map(|name| (name.clone(), format!("institute of {name}").into())).collect();
        let companion = Value::from([
            ("f", 0_u32.into()),
            ("mirror_quorum", "none".into()),
            ("mirrors", Vec::<Value>::new().into()),
            ("operators", Value::Object(operators)),
            ("parties", vec![Value::from("a.example")].into()),
            ("policy", Digest::from_bytes(Sha256::digest(text.as_bytes()).into()).to_string().into()),
        ]);
        Policy::parse(text.as_bytes(), Some(&companion.to_file())).unwrap()
    }
}

pub(crate) fn checkpoint_key() -> SigningKey {
    SigningKey::from_seed(&[1; 32])
}

pub(crate) fn local() -> Around {
    Around::new(SocketAddr::from(([127, 0, 0, 1], 0)))
}

/// Limits that a test can wait for.
pub(crate) fn short() -> Limits {
    Limits {
        arrival: Duration::from_millis(300),
        answer: Duration::from_millis(1500),
        farewell: Duration::from_secs(5),
        ..Limits::default()
    }
}

/// A served log and its folder.
pub(crate) struct Served {
    pub(crate) party: Party,
    pub(crate) folder: tempfile::TempDir,
    pub(crate) running: Running,
}

/// What is not as usual.
pub(crate) struct Unusual {
    pub(crate) around: Around,
    pub(crate) options: Options,
    pub(crate) policy: Option<Policy>,
    pub(crate) access: Option<PathBuf>,
    pub(crate) guards: Guards,
    pub(crate) read_only: bool,
    pub(crate) log: Option<LogId>,
}

impl Default for Unusual {
    fn default() -> Self {
        Self {
            around: local(),
            options: Options {
                max_wait: Duration::from_millis(1),
                retry: Duration::from_millis(50),
                ..Options::default()
            },
            policy: None,
            access: None,
            guards: Guards::none(),
            read_only: false,
            log: None,
        }
    }
}

impl Served {
    pub(crate) fn at(sizes: &[u64]) -> Self {
        Self::with(sizes, |_| Unusual::default())
    }

    pub(crate) fn with(sizes: &[u64], unusual: impl FnOnce(&Party) -> Unusual) -> Self {
        let (party, folder) = (Party::new(), scratch());
        party.create(&folder.path().join("log"), sizes);
        let unusual = unusual(&party);
        let running = serve(&party, &folder.path().join("log"), unusual).unwrap();
        Self { party, folder, running }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.running.address()
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    pub(crate) fn add(&self, entry: &[u8]) -> Reply {
        post(self.address(), "/add", &[OCTETS], entry)
    }
}

pub(crate) fn serve(
    party: &Party,
    folder: &Path,
    unusual: Unusual,
) -> Result<Running, detente_server::ServerError> {
    let Unusual { around, options, policy, access, guards, read_only, log } = unusual;
    let (origin, key) = (party.origin.clone(), Arc::new(checkpoint_key()));
    let writing = (!read_only).then_some(Writing { origin, key, log, guards, options, policy });
    serve_log(folder.to_owned(), writing, access, &around)
}

/// The receipt in an answer, verified: its index and size.
pub(crate) fn receipt(reply: &Reply, entry: &[u8], policy: &Policy) -> (u64, u64) {
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.header("content-type"), Some("text/plain; charset=utf-8"));
    let proof = UnverifiedProof::parse(&reply.body).unwrap();
    assert_eq!(proof.extra(), Some(entry), "the receipt carries the entry");
    let verified = proof.verify(leaf_hash(entry), policy).unwrap();
    verified.checkpoint().require_quorum(policy).unwrap();
    (verified.index().get(), verified.checkpoint().size().get())
}

pub(crate) fn witness_key(number: u8) -> (NoteKey, SigningKey) {
    let key = SigningKey::from_seed(&[100 + number; 32]);
    let name = Name::parse(&format!("witness.example/w{number}")).unwrap();
    (NoteKey::new(name, KeyType::Cosignature, key.public()), key)
}

pub(crate) fn witness_of<S: WitnessStore>(number: u8, party: &Party, store: S) -> Witness<S> {
    let (note_key, key) = witness_key(number);
    Witness::new(note_key.name().clone(), key, TrustedLogs::new([party.vkey()]).unwrap(), store)
}

pub(crate) fn served_witness(number: u8, party: &Party) -> Running {
    serve_witness(witness_of(number, party, MemoryStore::new()), &local()).unwrap()
}

pub(crate) fn url(running: &Running) -> String {
    format!("http://{}", running.address())
}

/// Asks again until it is so.
pub(crate) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..600 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    panic!("{what}: not within 15 seconds");
}
