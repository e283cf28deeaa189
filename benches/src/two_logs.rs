//! Two parties' logs, signed beforehand into files: nearly all is sealed, and once in a block each asks, anchors and
//! answers the other.

use std::{
    fs::File,
    io::{BufReader, BufWriter, Read as _, Write as _},
    path::{Path, PathBuf},
    thread,
};

use detente_agreement::{AgreementDigest, Body, Reference};
use detente_checkpoint::{
    KeyType, NoteKey, Policy, SigningKey, TreeHead, UnverifiedCheckpoint, anchor, cosignature,
};
use detente_core::{Digest, LogId, Name, Origin, UnixSeconds, json::Value};
use detente_merkle::{Frontier, leaf_hash, leaf_index};
use detente_statement::{GenesisDraft, Kind, Signer, UnverifiedStatement};
use sha2::{Digest as _, Sha256};

use crate::measure::Failure;

/// Entries between two notes.
const BETWEEN_NOTES: u64 = 200;
/// Sealed entries between two rounds of visible ones.
const BLOCK: u64 = 1_000;
/// Seconds between two notes.
const STEP: u64 = 3_600;
const WITNESSES: u8 = 3;

/// A log in a file, and its notes.
pub struct BenchLog {
    /// Its party's id.
    pub id: &'static str,
    /// Every note, the first one first.
    pub notes: Vec<Vec<u8>>,
    path: PathBuf,
    out: BufWriter<File>,
    origin: Origin,
    key: SigningKey,
    author: SigningKey,
    sealing: SigningKey,
    log: LogId,
    tree: Frontier,
    number: u64,
}

/// Both logs, and what an auditor brings along.
pub struct TwoLogs {
    /// One party's and the other's.
    pub logs: [BenchLog; 2],
    /// The policy's bytes.
    pub policy: Vec<u8>,
    /// Its companion's.
    pub companion: Vec<u8>,
    /// The agreement's.
    pub agreement: Vec<u8>,
    time: u64,
}

impl TwoLogs {
    /// Both parties, with nothing but their adoption.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn new(folder: &Path) -> Result<Self, Failure> {
        let logs = [BenchLog::new("a", 1, folder)?, BenchLog::new("b", 10, folder)?];
        let mut policy = String::new();
        for log in &logs {
            policy.push_str(&format!("log {}\n", log.vkey()));
        }
        for number in 1..=WITNESSES {
            policy.push_str(&format!("witness w{number} {}\n", witness(number)?.0));
        }
        policy.push_str("group g 2 w1 w2 w3\nquorum g\n");
        let operators = (1..=WITNESSES).map(|n| (format!("w{n}"), Value::from("institute")));
        let companion = Value::from([
            ("f", 0.into()),
            ("mirror_quorum", "none".into()),
            ("mirrors", Vec::new().into()),
            ("operators", Value::Object(operators.collect())),
            ("parties", vec!["a".into(), "b".into()].into()),
            ("policy", sha256(policy.as_bytes()).to_string().into()),
        ])
        .to_file();
        let agreement = agreement(&logs, &policy, &companion).into_bytes();
        let mut this = Self { logs, policy: policy.into_bytes(), companion, agreement, time: 1_700_000_000 };
        let adopted = Body::AgreementAdopt(AgreementDigest::new(sha256(&this.agreement)));
        for log in &mut this.logs {
            log.say(Kind::AgreementAdopt, &adopted)?;
            log.publish(this.time)?;
        }
        Ok(this)
    }

    /// Lets both logs grow to so many entries each.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn grow(&mut self, entries: u64) -> Result<(), Failure> {
        let policy = Policy::parse(&self.policy, Some(&self.companion))?;
        while self.logs.iter().any(|log| log.size() < entries) {
            for own in 0..2 {
                let mut asked = None;
                {
                    let [a, b] = &mut self.logs;
                    let (log, other) = if own == 0 { (a, b) } else { (b, a) };
                    let most = entries.saturating_sub(log.size()).min(BLOCK);
                    for _ in 0..most.div_ceil(BETWEEN_NOTES) {
                        log.seal((entries.saturating_sub(log.size())).min(BETWEEN_NOTES))?;
                        self.time += STEP;
                        log.publish(self.time)?;
                    }
                    if log.size() + 3 < entries {
                        let to = other.log;
                        let request = Body::Request { to, content: Digest::from_bytes([1; 32]) };
                        asked = Some(log.say(Kind::RequestAssistance, &request)?);
                        self.time += STEP;
                        log.publish(self.time)?;
                    }
                }
                let [a, b] = &mut self.logs;
                let (log, other) = if own == 0 { (a, b) } else { (b, a) };
                if let (Some(request), true) = (asked, other.size() + 3 < entries) {
                    other.anchor(log, &policy)?;
                    self.time += STEP;
                    other.publish(self.time)?;
                    let answer = Body::RequestAnswer { request, outcome: 1, content: None };
                    other.say(Kind::RequestAnswer, &answer)?;
                }
            }
        }
        for log in &mut self.logs {
            self.time += STEP;
            log.publish(self.time)?;
            log.out.flush()?;
        }
        Ok(())
    }

    /// A time after everything that was said.
    ///
    /// # Errors
    /// None that a program can cause.
    pub fn now(&self) -> Result<UnixSeconds, Failure> {
        Ok(UnixSeconds::new(self.time + STEP)?)
    }
}

impl BenchLog {
    fn new(id: &'static str, seed: u8, folder: &Path) -> Result<Self, Failure> {
        let key = |number: u8| SigningKey::from_seed(&[seed + number; 32]);
        let origin = Origin::parse(&format!("{id}.example/log"))?;
        let path = folder.join(id);
        let mut log = Self {
            id,
            notes: Vec::new(),
            out: BufWriter::new(File::create(&path)?),
            path,
            origin: origin.clone(),
            key: key(0),
            author: key(1),
            sealing: key(2),
            log: LogId::ZERO,
            tree: Frontier::new(),
            number: 0,
        };
        let draft = GenesisDraft {
            party: format!("{id} agency"),
            checkpoint_key: log.vkey(),
            origin,
            authors: vec![log.author.public()],
            sealing: log.sealing.public(),
            recovery: key(3).public(),
            predecessor: None,
            nonce: [seed; 16],
            random: [seed; 32],
        };
        let genesis = Signer::genesis(&log.author, &draft)?;
        log.log = LogId::new(leaf_hash(&genesis).digest());
        log.append(&genesis)?;
        Ok(log)
    }

    /// The log's id.
    pub const fn log(&self) -> LogId {
        self.log
    }

    /// How many entries it has.
    pub const fn size(&self) -> u64 {
        self.tree.size().get()
    }

    /// The keys under which its statements are signed: of visible ones, of sealed ones.
    pub fn keys(&self) -> [[u8; 32]; 2] {
        [*self.author.public().as_bytes(), *self.sealing.public().as_bytes()]
    }

    /// Hands over the entries from a number on, many at a time.
    ///
    /// # Errors
    /// A file that cannot be read, and what `each` returns.
    pub fn read(
        &self,
        from: u64,
        mut each: impl FnMut(&[Vec<u8>]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut file = BufReader::with_capacity(1 << 20, File::open(&self.path)?);
        let mut entries = Vec::new();
        for number in 0..self.size() {
            let mut length = [0; 2];
            file.read_exact(&mut length)?;
            let length = u16::from_be_bytes(length);
            if number < from {
                file.seek_relative(i64::from(length))?;
                continue;
            }
            let mut entry = vec![0; usize::from(length)];
            file.read_exact(&mut entry)?;
            entries.push(entry);
            if entries.len() == 4_096 {
                each(&entries)?;
                entries.clear();
            }
        }
        each(&entries)
    }

    fn vkey(&self) -> NoteKey {
        NoteKey::new(self.origin.key_name().clone(), KeyType::Log, self.key.public())
    }

    fn append(&mut self, entry: &[u8]) -> Result<(), Failure> {
        self.out.write_all(&u16::try_from(entry.len())?.to_be_bytes())?;
        self.out.write_all(entry)?;
        self.tree.push(leaf_hash(entry))?;
        Ok(())
    }

    /// Sealed entries, signed on two threads.
    fn seal(&mut self, count: u64) -> Result<(), Failure> {
        let first = self.number;
        self.number += count;
        let signer = Signer::new(self.log, &self.sealing);
        let sign = |numbers: core::ops::Range<u64>| {
            let one = |number: u64| {
                let mut value = [7; 32];
                if let Some(start) = value.first_chunk_mut() {
                    *start = number.to_le_bytes();
                }
                signer.sealed(Digest::from_bytes(value)).map_err(|error| error.to_string())
            };
            numbers.map(one).collect::<Result<Vec<_>, String>>()
        };
        let middle = first + count / 2;
        let (low, high) = thread::scope(|scope| {
            let low = scope.spawn(|| sign(first..middle));
            let high = sign(middle..first + count);
            (low.join(), high)
        });
        for entry in low.map_err(|_| "signing panicked")??.into_iter().chain(high?) {
            self.append(&entry)?;
        }
        Ok(())
    }

    fn say(&mut self, kind: Kind, body: &Body) -> Result<Reference, Failure> {
        let nonce = self.nonce();
        self.other(kind, body.encode(kind, nonce)?)
    }

    fn anchor(&mut self, other: &Self, policy: &Policy) -> Result<(), Failure> {
        let note = other.notes.last().ok_or("a log that was published")?;
        let checkpoint = UnverifiedCheckpoint::parse(note)?.verify(policy)?;
        let nonce = self.nonce();
        let body = anchor::write(other.log, &checkpoint, &other.vkey(), policy, nonce)?;
        self.other(Kind::Anchor, body).map(drop)
    }

    fn other(&mut self, kind: Kind, body: Vec<u8>) -> Result<Reference, Failure> {
        let entry = Signer::new(self.log, &self.author).other(kind, body, None)?;
        let (index, statement) = (leaf_index(self.size())?, UnverifiedStatement::decode(&entry)?.id());
        self.append(&entry)?;
        Ok(Reference { log: self.log, index, statement })
    }

    fn nonce(&mut self) -> [u8; 16] {
        self.number += 1;
        u128::from(self.number).to_le_bytes()
    }

    fn publish(&mut self, time: u64) -> Result<(), Failure> {
        let head = TreeHead::new(self.origin.clone(), self.tree.size(), self.tree.root())?;
        let mut note = head.sign(&self.key)?;
        for number in 1..=WITNESSES {
            let (key, secret) = witness(number)?;
            let when = UnixSeconds::new(time + u64::from(number))?;
            note = note.with_signature(cosignature::sign(key.name(), &secret, when, &head))?;
        }
        self.notes.push(note.as_bytes().to_vec());
        Ok(())
    }
}

fn witness(number: u8) -> Result<(NoteKey, SigningKey), Failure> {
    let secret = SigningKey::from_seed(&[100 + number; 32]);
    let name = Name::parse(&format!("witness.example/w{number}"))?;
    Ok((NoteKey::new(name, KeyType::Cosignature, secret.public()), secret))
}

fn sha256(bytes: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::digest(bytes).into())
}

fn agreement(logs: &[BenchLog; 2], policy: &str, companion: &[u8]) -> String {
    let mut text = format!(
        "agreement = \"detente-agreement/v1\"\nname = \"bench\"\ntitle = \"a benchmark\"\npolicy = \"{}\"\ncompanion = \"{}\"\n",
        sha256(policy.as_bytes()),
        sha256(companion)
    );
    for log in logs {
        text.push_str(&format!(
            "\n[[party]]\nid = \"{}\"\nname = \"{} agency\"\nlog = \"{}\"\norigin = \"{}\"\n",
            log.id, log.id, log.log, log.origin
        ));
    }
    for (id, kind, rest) in [
        ("O1", "respond-within", "of = [\"request.assistance\"]\nstart = \"anchor\"\nperiod = \"P10D\"\n"),
        ("O2", "anchor-within", "period = \"P30D\"\n"),
        ("O3", "publish-within", "period = \"P1D\"\n"),
        ("O4", "open-within", "slots = [0]\nperiod = \"P1Y\"\n"),
    ] {
        text.push_str(&format!(
            "\n[[obligation]]\nid = \"{id}\"\nkind = \"{kind}\"\ntext = \"{kind}\"\n{rest}"
        ));
    }
    text
}
