//! The history as logs: entries that were signed, notes that witnesses cosigned, presentations and manifests.

use std::collections::BTreeMap;

use detente_agreement::{Body, Reference};
use detente_audit::{Audit, Case, LogInput, LogState};
use detente_checkpoint::{
    KeyType, NoteKey, Policy, SigningKey, TreeHead, UnverifiedCheckpoint, anchor, cosignature,
};
use detente_core::{Digest, LogId, Name, Origin, UnixSeconds, json::Value};
use detente_merkle::{Tree, leaf_hash, leaf_index};
use detente_statement::{GenesisDraft, Kind, Signer, UnverifiedStatement};
use sha2::{Digest as _, Sha256};

use crate::data::{History, NAMES, Side};

pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::digest(bytes).into())
}

fn witness_key(number: u8) -> SigningKey {
    SigningKey::from_seed(&[100 + number; 32])
}

/// Witness 1 to 3, or the mirror, 4.
fn witness(number: u8) -> NoteKey {
    let name = Name::parse(&format!("witness.example/w{number}")).unwrap();
    NoteKey::new(name, KeyType::Cosignature, witness_key(number).public())
}

/// A party's log, and when it published what.
#[derive(Debug, Clone)]
pub(crate) struct Party {
    pub(crate) side: Side,
    pub(crate) entries: Vec<Vec<u8>>,
    /// Of each entry: its label.
    pub(crate) labels: Vec<String>,
    /// With the times of their publication, in order.
    pub(crate) notes: Vec<(u64, Vec<u8>)>,
    pub(crate) log: LogId,
    tree: Tree,
    origin: Origin,
    nonce: u64,
}

/// Both logs, with everything that an audit reads.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) parties: [Party; 2],
    pub(crate) case: Case,
    /// With the time of the note that each is proven to.
    pub(crate) presentations: Vec<(u64, Vec<u8>)>,
    /// Manifests, with the time of publication of their accusation.
    pub(crate) contents: Vec<(u64, Vec<u8>)>,
    /// What each statement is: whose, and where.
    pub(crate) places: BTreeMap<String, (Side, u64)>,
}

impl Party {
    pub(crate) fn new(side: Side) -> Self {
        let origin = Origin::parse(&format!("{}.example/log", NAMES[side])).unwrap();
        let mut party = Self {
            side,
            entries: Vec::new(),
            labels: Vec::new(),
            notes: Vec::new(),
            log: LogId::ZERO,
            tree: Tree::new(),
            origin: origin.clone(),
            nonce: 0,
        };
        let draft = GenesisDraft {
            party: format!("{} agency", NAMES[side]),
            checkpoint_key: party.vkey(),
            origin,
            authors: vec![party.author().public()],
            sealing: party.key(2).public(),
            recovery: party.key(3).public(),
            predecessor: None,
            nonce: party.nonce(),
            random: [side as u8 + 1; 32],
        };
        let genesis = Signer::genesis(&party.author(), &draft).unwrap();
        party.log = LogId::new(leaf_hash(&genesis).digest());
        party.push("genesis", genesis);
        party
    }

    fn key(&self, number: u8) -> SigningKey {
        SigningKey::from_seed(&[10 * (self.side as u8 + 1) + number; 32])
    }

    pub(crate) fn author(&self) -> SigningKey {
        self.key(1)
    }

    pub(crate) fn tree(&self) -> &Tree {
        &self.tree
    }

    fn vkey(&self) -> NoteKey {
        NoteKey::new(self.origin.key_name().clone(), KeyType::Log, self.key(0).public())
    }

    pub(crate) fn nonce(&mut self) -> [u8; 16] {
        self.nonce += 1;
        let mut nonce = [0; 16];
        nonce[..8].copy_from_slice(&self.nonce.to_le_bytes());
        nonce
    }

    fn push(&mut self, label: &str, entry: Vec<u8>) {
        self.tree.push(leaf_hash(&entry)).unwrap();
        self.entries.push(entry);
        self.labels.push(label.to_owned());
    }

    pub(crate) fn say(&mut self, label: &str, kind: Kind, body: Vec<u8>) {
        let entry = Signer::new(self.log, &self.author()).other(kind, body, None).unwrap();
        self.push(label, entry);
    }

    pub(crate) fn seal(&mut self, label: &str, sealed: Digest) {
        let entry = Signer::new(self.log, &self.key(2)).sealed(sealed).unwrap();
        self.push(label, entry);
    }

    pub(crate) fn plain(&mut self, label: &str) {
        let contacts = Body::PartyDeclare { diplomatic: "a desk".to_owned(), technical: "a room".to_owned() };
        let body = contacts.encode(Kind::PartyDeclare, self.nonce()).unwrap();
        self.say(label, Kind::PartyDeclare, body);
    }

    pub(crate) fn reference(&self, index: u64) -> Reference {
        let entry = &self.entries[usize::try_from(index).unwrap()];
        let statement = UnverifiedStatement::decode(entry).unwrap().id();
        Reference { log: self.log, index: leaf_index(index).unwrap(), statement }
    }

    /// Two witnesses sign at that time, or three around it: the second smallest time and the second largest are the same.
    pub(crate) fn publish(&mut self, time: u64, mirrored: Option<u64>) {
        let head = TreeHead::new(self.origin.clone(), self.tree.size(), self.tree.root()).unwrap();
        let number = self.notes.len();
        let who = |nth: usize| 1 + ((number + nth) % 3) as u8;
        let mut lines = vec![(who(0), time), (who(1), time)];
        if number.is_multiple_of(4) {
            lines = vec![(who(0), time - 5), (who(1), time), (who(2), time + 9)];
        }
        lines.extend(mirrored.map(|time| (4, time)));
        let mut note = head.sign(&self.key(0)).unwrap();
        for (number, time) in lines {
            let time = UnixSeconds::new(time).unwrap();
            let line = cosignature::sign(witness(number).name(), &witness_key(number), time, &head);
            note = note.with_signature(line).unwrap();
        }
        self.notes.push((time, note.as_bytes().to_vec()));
    }

    pub(crate) fn anchor(&mut self, label: &str, other: &Self, before: u64, policy: &Policy) {
        let (_, note) = other.notes.iter().rfind(|(time, _)| *time < before).unwrap();
        let checkpoint = UnverifiedCheckpoint::parse(note).unwrap().verify(policy).unwrap();
        let body = anchor::write(other.log, &checkpoint, &other.vkey(), policy, self.nonce()).unwrap();
        self.say(label, Kind::Anchor, body);
    }
}

impl World {
    /// The label of an entry.
    pub(crate) fn label(&self, side: Side, index: u64) -> &str {
        &self.parties[side].labels[usize::try_from(index).unwrap()]
    }
}

/// What one audit reads, owned.
#[derive(Debug)]
pub(crate) struct Inputs<'w> {
    pub(crate) world: &'w World,
    pub(crate) logs: Vec<(LogId, Vec<Vec<u8>>, LogState)>,
    pub(crate) presentations: Vec<Vec<u8>>,
    pub(crate) contents: Vec<Vec<u8>>,
}

impl<'w> Inputs<'w> {
    pub(crate) fn of(world: &'w World) -> Self {
        Self::until(world, [u64::MAX; 2])
    }

    /// What each party had published by a time of its own.
    pub(crate) fn until(world: &'w World, until: [u64; 2]) -> Self {
        let logs = world.parties.iter().zip(until).map(|(party, until)| {
            let notes: Vec<_> = party.notes.iter().filter(|(time, _)| *time <= until).collect();
            let size = notes.last().map_or(0, |(_, note)| size_of(note));
            let mut state = LogState::new();
            state.push(&party.entries[..size]).unwrap();
            (party.log, notes.into_iter().map(|(_, note)| note.clone()).collect(), state)
        });
        let known = |files: &[(u64, Vec<u8>)]| {
            files
                .iter()
                .filter(|(time, _)| until.iter().all(|until| time <= until))
                .map(|file| file.1.clone())
                .collect()
        };
        let (presentations, contents) = (known(&world.presentations), known(&world.contents));
        Self { world, logs: logs.collect(), presentations, contents }
    }

    pub(crate) fn audit(&self, at: u64) -> Audit<'_> {
        let logs: Vec<_> =
            self.logs.iter().map(|(log, notes, state)| LogInput { log: *log, notes, state }).collect();
        let at = UnixSeconds::new(at).unwrap();
        self.world.case.audit(&logs, &self.presentations, &self.contents, at).unwrap()
    }
}

fn size_of(note: &[u8]) -> usize {
    let size = UnverifiedCheckpoint::parse(note).unwrap().claimed().size();
    usize::try_from(size.get()).unwrap()
}

pub(crate) fn policy(parties: &[Party; 2], history: &History) -> (Vec<u8>, Vec<u8>) {
    let mut policy = String::new();
    parties.iter().for_each(|party| policy.push_str(&format!("log {}\n", party.vkey())));
    for number in 1..=3 {
        policy.push_str(&format!("witness w{number} {}\n", witness(number)));
    }
    policy.push_str(&format!("group g 2 w1 w2 w3\nquorum {}\n", history.quorum));
    let operators = (1..=3).map(|n| (format!("w{n}"), Value::from(format!("institute {n}"))));
    let companion = Value::from([
        ("f", history.tolerated.into()),
        ("mirror_quorum", "1".into()),
        ("mirrors", vec![witness(4).to_string().into()].into()),
        ("operators", Value::Object(operators.collect())),
        ("parties", vec!["a agency".into(), "b agency".into()].into()),
        ("policy", sha256(policy.as_bytes()).to_string().into()),
    ]);
    (policy.into_bytes(), companion.to_file())
}

pub(crate) fn agreement(parties: &[Party; 2], history: &History, policy: &[u8], companion: &[u8]) -> Vec<u8> {
    let mut text = format!(
        "agreement = \"detente-agreement/v1\"\nname = \"two-years\"\ntitle = \"every obligation there is\"\npolicy = \"{}\"\ncompanion = \"{}\"\n",
        sha256(policy),
        sha256(companion)
    );
    for party in parties {
        let name = NAMES[party.side];
        text.push_str(&format!(
            "\n[[party]]\nid = \"{name}\"\nname = \"{name} agency\"\nlog = \"{}\"\norigin = \"{}\"\n",
            party.log, party.origin
        ));
        if let Some(offset) = history.offsets[party.side] {
            text.push_str(&format!("offset = \"{offset}\"\n"));
        }
    }
    text.push_str(&history.terms);
    text.into_bytes()
}
