//! The history as logs: entries that were signed, notes that witnesses cosigned, presentations and manifests.

use std::collections::{BTreeMap, BTreeSet};

use detente_agreement::{
    Accusation, AgreementDigest, Body, ContentSalt, EvidenceItem, Manifest, Reference, words,
};
use detente_audit::{Audit, Case, LogInput, LogState};
use detente_checkpoint::{
    KeyType, NoteKey, Policy, SigningKey, TreeHead, UnverifiedCheckpoint, anchor, cosignature,
};
use detente_core::{Digest, LogId, Name, Origin, TreeSize, UnixSeconds, json::Value};
use detente_merkle::{Tree, leaf_hash, leaf_index};
use detente_statement::{GenesisDraft, Kind, Signer, UnverifiedStatement};
use sha2::{Digest as _, Sha256};

use crate::{
    data::{History, NAMES, Side, Statement, grid},
    report::Report,
};

/// Statements a side, genesis and all.
pub(crate) const STATEMENTS: usize = 2_000;
/// The day on which what is missing to them is sealed.
const REST: &str = "2025-12-26";
const HOUR: u64 = 3_600;

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
    fn new(side: Side) -> Self {
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

    fn nonce(&mut self) -> [u8; 16] {
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

    fn say(&mut self, label: &str, kind: Kind, body: Vec<u8>) {
        let entry = Signer::new(self.log, &self.author()).other(kind, body, None).unwrap();
        self.push(label, entry);
    }

    fn seal(&mut self, label: &str, sealed: Digest) {
        let entry = Signer::new(self.log, &self.key(2)).sealed(sealed).unwrap();
        self.push(label, entry);
    }

    fn plain(&mut self, label: &str) {
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
    fn publish(&mut self, time: u64, mirrored: Option<u64>) {
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

    fn anchor(&mut self, label: &str, other: &Self, before: u64, policy: &Policy) {
        let (_, note) = other.notes.iter().rfind(|(time, _)| *time < before).unwrap();
        let checkpoint = UnverifiedCheckpoint::parse(note).unwrap().verify(policy).unwrap();
        let body = anchor::write(other.log, &checkpoint, &other.vkey(), policy, self.nonce()).unwrap();
        self.say(label, Kind::Anchor, body);
    }
}

/// What happens at a time; at the same time in this order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    /// A statement of that position.
    Said(usize),
    /// What is there is published once more.
    Again,
    Ordinary(usize),
    Anchor(usize),
    Closing,
}

impl World {
    pub(crate) fn build(history: &History) -> Self {
        let mut parties = [Party::new(0), Party::new(1)];
        let (policy, companion) = policy(&parties, history);
        let agreement = agreement(&parties, history, &policy, &companion);
        let case = Case::open(&policy, Some(&companion), std::slice::from_ref(&agreement)).unwrap();
        let mut building = Building {
            history,
            policy: Policy::parse(&policy, Some(&companion)).unwrap(),
            agreement: AgreementDigest::new(sha256(&agreement)),
            grid: grid(),
            rest: [0; 2],
            reports: BTreeMap::new(),
            references: BTreeMap::new(),
            places: BTreeMap::new(),
            presentations: Vec::new(),
            contents: Vec::new(),
        };
        let events = building.events();
        for side in [0, 1] {
            building.rest[side] = STATEMENTS - building.others(&events, side);
        }
        for (time, event, side) in events {
            building.happen(&mut parties, time, event, side);
        }
        let Building { places, presentations, contents, .. } = building;
        Self { parties, case, presentations, contents, places }
    }

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

fn policy(parties: &[Party; 2], history: &History) -> (Vec<u8>, Vec<u8>) {
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

fn agreement(parties: &[Party; 2], history: &History, policy: &[u8], companion: &[u8]) -> Vec<u8> {
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

/// What is at hand while the logs are built.
struct Building<'h> {
    history: &'h History,
    policy: Policy,
    agreement: AgreementDigest,
    grid: Vec<(u64, String)>,
    /// How many are sealed on [`REST`].
    rest: [usize; 2],
    reports: BTreeMap<String, Report>,
    references: BTreeMap<String, Reference>,
    places: BTreeMap<String, (Side, u64)>,
    presentations: Vec<(u64, Vec<u8>)>,
    contents: Vec<(u64, Vec<u8>)>,
}

impl Building<'_> {
    fn events(&self) -> BTreeSet<(u64, Event, Side)> {
        let mut events = BTreeSet::new();
        for (number, said) in self.history.statements.iter().enumerate() {
            events.insert((said.from, Event::Again, said.side));
            events.insert((said.from + said.width, Event::Said(number), said.side));
        }
        for (side, time) in &self.history.again {
            events.insert((*time, Event::Again, *side));
        }
        for side in [0, 1] {
            for (number, (midnight, date)) in self.grid.iter().enumerate() {
                if is_within(&self.history.silent, side, *midnight) {
                    continue;
                }
                events.insert((midnight + 6 * HOUR, Event::Ordinary(number), side));
                let noon = midnight + 12 * HOUR;
                let anchors = ["01", "11", "21"].iter().any(|day| date.ends_with(day)) && number > 0;
                if anchors && !self.history.left_out.contains(&(side, noon)) {
                    events.insert((noon, Event::Anchor(number), side));
                }
            }
            events.insert((self.history.closing[side], Event::Closing, side));
        }
        events
    }

    fn is_quiet(&self, side: Side, midnight: u64) -> bool {
        is_within(&self.history.quiet, side, midnight)
    }

    /// Entries but those of [`REST`].
    fn others(&self, events: &BTreeSet<(u64, Event, Side)>, side: Side) -> usize {
        let own = events.iter().filter(|(.., whose)| *whose == side);
        let counts = own.map(|(_, event, _)| match event {
            Event::Again => 0,
            Event::Said(_) | Event::Anchor(_) | Event::Closing => 1,
            // The first note has genesis only.
            Event::Ordinary(0) => 1,
            Event::Ordinary(number) => match &self.grid[*number] {
                (_, date) if date == REST => 0,
                (midnight, _) if self.is_quiet(side, *midnight) => 1,
                _ => self.history.ordinary,
            },
        });
        counts.sum()
    }

    fn happen(&mut self, parties: &mut [Party; 2], time: u64, event: Event, side: Side) {
        let [a, b] = parties;
        let (party, other) = if side == 0 { (a, &*b) } else { (b, &*a) };
        let mut mirrored = None;
        match event {
            Event::Again => {}
            Event::Said(number) => self.say(party, other.log, &self.history.statements[number], time),
            Event::Ordinary(number) => {
                let (midnight, date) = self.grid[number].clone();
                let stamp = midnight + 8 * HOUR;
                mirrored = Some(stamp).filter(|stamp| *stamp < self.history.unmirrored[side]);
                let sealed = if date == REST { self.rest[side] } else { self.history.ordinary };
                if number > 0 && self.is_quiet(side, midnight) {
                    party.plain(&format!("plain@{date}"));
                } else if number > 0 {
                    for nth in 0..sealed {
                        let value = sha256(format!("sealed {side} {date} {nth}").as_bytes());
                        party.seal(&format!("sealed@{date}"), value);
                    }
                }
            }
            Event::Anchor(number) => {
                let label = format!("anchor@{}", self.grid[number].1);
                let old = self.history.outdated.contains(&(side, time));
                party.anchor(&label, other, if old { time - 20 * 24 * HOUR } else { time }, &self.policy);
            }
            Event::Closing => party.plain("plain@2025-12-31"),
        }
        party.publish(time, mirrored);
        if let Event::Said(number) = event {
            let said = &self.history.statements[number];
            if let Some((_, earlier)) = self.history.backdated.filter(|(label, _)| *label == said.label) {
                party.publish(earlier, None);
            }
            if let Some(report) = self.reports.get(&said.label) {
                let file =
                    report.present(party, self.places[&said.label].1, &party.notes[party.notes.len() - 1].1);
                self.presentations.extend(file.map(|file| (time, file)));
            }
        }
    }

    fn say(&mut self, party: &mut Party, to: LogId, said: &Statement, time: u64) {
        let index = party.entries.len() as u64;
        assert_eq!(self.places.insert(said.label.clone(), (party.side, index)), None, "{} twice", said.label);
        match said.kind.as_str() {
            "report" => {
                let amends = said.words.get("amends").map(|name| self.named(said, name).statement);
                let report = Report::of(said, amends);
                party.seal(&said.label, report.sealed(party.log));
                self.reports.insert(said.label.clone(), report);
            }
            "opaque" => {
                let nonce = party.nonce();
                party.say(&said.label, Kind::Unlisted(900), nonce.to_vec());
            }
            _ => {
                let (kind, body) = self.body(party, to, said, time);
                let body = body.encode(kind, party.nonce()).unwrap();
                party.say(&said.label, kind, body);
            }
        }
        self.references.insert(said.label.clone(), party.reference(index));
    }

    /// A statement of the same thread.
    fn named(&self, said: &Statement, name: &str) -> Reference {
        let thread = said.label.split('.').next().unwrap();
        let label = format!("{thread}.{name}");
        *self.references.get(&label).unwrap_or_else(|| panic!("{}: no {label} before it", said.label))
    }

    fn body(&mut self, party: &Party, to: LogId, said: &Statement, time: u64) -> (Kind, Body) {
        let word =
            |list: words::Words| list.code(&said.words[""]).unwrap_or_else(|| panic!("{}", said.label));
        let request = || self.named(said, "req");
        let accusation = || self.named(said, "acc");
        let content = None;
        match said.kind.as_str() {
            "adopt" => (Kind::AgreementAdopt, Body::AgreementAdopt(self.agreement)),
            "leave" => {
                let effective = UnixSeconds::new(crate::data::instant(&said.words["effective"])).unwrap();
                (Kind::AgreementWithdraw, Body::AgreementWithdraw { agreement: self.agreement, effective })
            }
            "assist" | "preserve" => {
                let content = sha256(said.label.as_bytes());
                let kind =
                    if said.kind == "assist" { Kind::RequestAssistance } else { Kind::RequestPreserve };
                (kind, Body::Request { to, content })
            }
            "ack" => (Kind::RequestAck, Body::RequestAck(request())),
            "answer" => {
                let outcome = word(words::OUTCOMES);
                (Kind::RequestAnswer, Body::RequestAnswer { request: request(), outcome, content })
            }
            "refuse" => {
                let ground = word(words::GROUNDS);
                (Kind::RequestRefuse, Body::RequestRefuse { request: request(), ground, content })
            }
            "update" => {
                let status = word(words::STATUSES);
                (Kind::RequestUpdate, Body::RequestUpdate { request: request(), status, content })
            }
            "reply" => {
                let position = word(words::POSITIONS);
                (Kind::AccusationReply, Body::AccusationReply { accusation: accusation(), position, content })
            }
            "withdraw" => {
                let reason = word(words::REASONS);
                (Kind::AccusationWithdraw, Body::AccusationWithdraw { accusation: accusation(), reason })
            }
            "ping" => (Kind::Ping, Body::Ping(to)),
            "pong" => (Kind::Pong, Body::Pong(self.named(said, "ping"))),
            "session" => {
                let other = said.words.get("other").map(|name| self.named(said, name));
                let (form, date) = (word(words::FORMS), "2024".to_owned());
                (Kind::DialogueSession, Body::DialogueSession { with: to, form, date, other })
            }
            "denied" => {
                let size = TreeSize::new(1).unwrap();
                (Kind::AccessDenied, Body::AccessDenied { log: to, size })
            }
            "accuse" => {
                let manifest = said.words.get("manifest").map(|shown| {
                    let manifest = manifest(party.log, &said.label);
                    if shown == "opened" {
                        self.contents.push((time, manifest.to_file().to_vec()));
                    }
                    manifest
                });
                let accusation = Accusation {
                    accused: Some(to).filter(|_| !said.words.contains_key("accused")),
                    class: words::CLASSES.code(&said.words["class"]).unwrap(),
                    channel: 2,
                    likelihood: 6,
                    confidence: 2,
                    bases: vec![1],
                    alternatives: 2,
                    asked: said.words.get("asked").map(|name| self.named(said, name)),
                    manifest: manifest.as_ref().map(Manifest::commitment),
                    items: manifest.as_ref().map(Manifest::counts).unwrap_or_default(),
                    review: None,
                    content,
                };
                (Kind::AccusationIssue, Body::AccusationIssue(accusation))
            }
            other => panic!("{}: no kind {other}", said.label),
        }
    }
}

fn is_within(days: &[(Side, u64, u64)], side: Side, midnight: u64) -> bool {
    days.iter().any(|(whose, from, to)| *whose == side && (*from..=*to).contains(&midnight))
}

fn manifest(log: LogId, label: &str) -> Manifest {
    let item = |item_type| EvidenceItem { digest: sha256(label.as_bytes()), size: 5, item_type };
    let salt = ContentSalt::from_bytes(*sha256(label.as_bytes()).as_bytes());
    Manifest::new(log, salt, vec![item(1), item(2), item(1)]).unwrap()
}
