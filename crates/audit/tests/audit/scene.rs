//! Two parties, three witnesses, a mirror and an agreement: from seeds, so every run makes the same bytes.

use detente_agreement::{AgreementDigest, Body, Reference};
use detente_audit::{Audit, AuditError, Case, LogInput, LogState};
use detente_checkpoint::{
    KeyType, NoteKey, Policy, SignatureLine, SigningKey, TreeHead, UnverifiedCheckpoint, anchor, cosignature,
};
use detente_core::{Code, Digest, LeafIndex, LogId, Name, Origin, TreeSize, UnixSeconds, json::Value};
use detente_merkle::{Tree, leaf_hash};
use detente_statement::{GenesisDraft, Kind, Signer, UnverifiedStatement};
use sha2::{Digest as _, Sha256};

pub(crate) const NONE: &[Vec<u8>] = &[];

pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::digest(bytes).into())
}

pub(crate) fn time(value: u64) -> UnixSeconds {
    UnixSeconds::new(value).unwrap()
}

pub(crate) fn size(value: u64) -> TreeSize {
    TreeSize::new(value).unwrap()
}

pub(crate) fn index(value: u64) -> LeafIndex {
    LeafIndex::new(value).unwrap()
}

pub(crate) fn witness_key(number: u8) -> SigningKey {
    SigningKey::from_seed(&[100 + number; 32])
}

/// Witness 1 to 3, or the mirror, 4.
pub(crate) fn witness(number: u8) -> NoteKey {
    let name = Name::parse(&format!("witness.example/w{number}")).unwrap();
    NoteKey::new(name, KeyType::Cosignature, witness_key(number).public())
}

/// A party, its keys, its log as it stands, and every note that it published.
#[derive(Debug, Clone)]
pub(crate) struct Party {
    pub(crate) id: &'static str,
    pub(crate) origin: Origin,
    seed: u8,
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) notes: Vec<Vec<u8>>,
    nonce: u8,
}

impl Party {
    pub(crate) fn new(id: &'static str, seed: u8) -> Self {
        Self::begun(id, seed, [seed; 32])
    }

    /// Another log of the same keys.
    pub(crate) fn anew(&self) -> Self {
        Self::begun(self.id, self.seed, [99; 32])
    }

    fn begun(id: &'static str, seed: u8, random: [u8; 32]) -> Self {
        let origin = Origin::parse(&format!("{id}.example/log")).unwrap();
        let mut party =
            Self { id, origin: origin.clone(), seed, entries: Vec::new(), notes: Vec::new(), nonce: 0 };
        let draft = GenesisDraft {
            party: format!("{id} agency"),
            checkpoint_key: party.vkey(),
            origin,
            authors: vec![party.author().public()],
            sealing: party.sealing().public(),
            recovery: party.key(3).public(),
            predecessor: None,
            nonce: [seed; 16],
            random,
        };
        party.entries.push(Signer::genesis(&party.author(), &draft).unwrap());
        party
    }

    /// Key 0 signs checkpoints, 1 visible statements, 2 sealed ones; 3 is for recovery.
    pub(crate) fn key(&self, number: u8) -> SigningKey {
        SigningKey::from_seed(&[self.seed + number; 32])
    }

    pub(crate) fn author(&self) -> SigningKey {
        self.key(1)
    }

    pub(crate) fn sealing(&self) -> SigningKey {
        self.key(2)
    }

    pub(crate) fn vkey(&self) -> NoteKey {
        NoteKey::new(self.origin.key_name().clone(), KeyType::Log, self.key(0).public())
    }

    pub(crate) fn log(&self) -> LogId {
        LogId::new(leaf_hash(&self.entries[0]).digest())
    }

    pub(crate) fn tree(&self) -> Tree {
        Tree::from_entries(&self.entries).unwrap()
    }

    /// Sixteen bytes that no statement of this party had before.
    pub(crate) fn nonce(&mut self) -> [u8; 16] {
        self.nonce += 1;
        [self.nonce; 16]
    }

    /// Appends an entry and gives its index.
    pub(crate) fn push(&mut self, entry: Vec<u8>) -> u64 {
        self.entries.push(entry);
        self.entries.len() as u64 - 1
    }

    pub(crate) fn say(&mut self, kind: Kind, body: &Body) -> u64 {
        let body = body.encode(kind, self.nonce()).unwrap();
        self.other(kind, body)
    }

    pub(crate) fn other(&mut self, kind: Kind, body: Vec<u8>) -> u64 {
        let entry = Signer::new(self.log(), &self.author()).other(kind, body, None).unwrap();
        self.push(entry)
    }

    pub(crate) fn seal(&mut self, value: u8) -> u64 {
        let entry = Signer::new(self.log(), &self.sealing()).sealed(Digest::from_bytes([value; 32])).unwrap();
        self.push(entry)
    }

    pub(crate) fn head(&self) -> TreeHead {
        let tree = self.tree();
        TreeHead::new(self.origin.clone(), tree.size(), tree.root()).unwrap()
    }

    /// What the log signs of itself as it stands, cosigned at these times.
    pub(crate) fn signed(&self, cosigners: &[(u8, u64)]) -> Vec<u8> {
        note(&self.head(), &self.key(0), cosigners)
    }

    /// Publishes the log as it stands.
    pub(crate) fn publish(&mut self, cosigners: &[(u8, u64)]) -> Vec<u8> {
        let note = self.signed(cosigners);
        self.notes.push(note.clone());
        note
    }

    /// Records another log's note.
    pub(crate) fn anchor(&mut self, other: &Self, note: &[u8], policy: &Policy) -> u64 {
        let checkpoint = UnverifiedCheckpoint::parse(note).unwrap().verify(policy).unwrap();
        let body = anchor::write(other.log(), &checkpoint, &other.vkey(), policy, self.nonce()).unwrap();
        self.other(Kind::Anchor, body)
    }

    pub(crate) fn reference(&self, at: u64) -> Reference {
        let entry = &self.entries[usize::try_from(at).unwrap()];
        let statement = UnverifiedStatement::decode(entry).unwrap().id();
        Reference { log: self.log(), index: index(at), statement }
    }

    pub(crate) fn state(&self) -> LogState {
        let mut state = LogState::new();
        state.push(&self.entries).unwrap();
        state
    }

    /// The log as it stood when it had so many entries and notes up to that size.
    pub(crate) fn cut(&self, at: usize) -> Self {
        let notes = self.notes.iter().filter(|note| size_of(note) <= at as u64).cloned().collect();
        Self { entries: self.entries[..at].to_vec(), notes, ..self.clone() }
    }
}

pub(crate) fn size_of(note: &[u8]) -> u64 {
    UnverifiedCheckpoint::parse(note).unwrap().claimed().size().get()
}

/// A tree head signed by a log's key and cosigned.
pub(crate) fn note(head: &TreeHead, key: &SigningKey, cosigners: &[(u8, u64)]) -> Vec<u8> {
    let mut note = head.sign(key).unwrap();
    for (number, when) in cosigners {
        note = note.with_signature(cosign(*number, *when, head)).unwrap();
    }
    note.as_bytes().to_vec()
}

pub(crate) fn cosign(number: u8, when: u64, head: &TreeHead) -> SignatureLine {
    cosignature::sign(witness(number).name(), &witness_key(number), time(when), head)
}

/// Both parties, and the reader's files.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    pub(crate) a: Party,
    pub(crate) b: Party,
    pub(crate) policy: Vec<u8>,
    pub(crate) companion: Vec<u8>,
    pub(crate) agreement: Vec<u8>,
}

const OBLIGATIONS: &str = r#"
[[obligation]]
id = "O1"
kind = "respond-within"
text = "requests for assistance are answered in ten days"
of = ["request.assistance"]
start = "anchor"
period = "P10D"

[[obligation]]
id = "O2"
kind = "evidence-with-accusation"
text = "an accusation names its evidence"

[[obligation]]
id = "O3"
kind = "open-within"
text = "what is sealed is opened in ten days"
obliged = ["a"]
slots = [0]
period = "P10D"
"#;

impl Scene {
    /// Two parties that have said nothing yet.
    pub(crate) fn new() -> Self {
        Self::under("quorum g\n", OBLIGATIONS)
    }

    /// The same with another quorum and other terms.
    pub(crate) fn under(quorum: &str, obligations: &str) -> Self {
        let (a, b) = (Party::new("a", 10), Party::new("b", 20));
        let mut policy = format!("log {}\nlog {}\n", a.vkey(), b.vkey());
        for number in 1..=3 {
            policy.push_str(&format!("witness w{number} {}\n", witness(number)));
        }
        policy.push_str(&format!("group g 2 w1 w2 w3\n{quorum}"));
        let operators: Vec<_> = (1..=3).map(|n| (format!("w{n}"), Value::from("institute"))).collect();
        let companion = Value::from([
            ("f", 0.into()),
            ("mirror_quorum", "1".into()),
            ("mirrors", vec![witness(4).to_string().into()].into()),
            ("operators", Value::Object(operators.into_iter().collect())),
            ("parties", vec!["a agency".into(), "b agency".into()].into()),
            ("policy", sha256(policy.as_bytes()).to_string().into()),
        ])
        .to_file();
        let agreement = agreement_text("two-party-example", &policy, &companion, &[&a, &b], obligations);
        Self { a, b, policy: policy.into_bytes(), companion, agreement }
    }

    pub(crate) fn adopted(&self) -> Body {
        Body::AgreementAdopt(AgreementDigest::new(sha256(&self.agreement)))
    }

    pub(crate) fn case(&self) -> Case {
        Case::open(&self.policy, Some(&self.companion), &[&self.agreement]).unwrap()
    }

    pub(crate) fn policy(&self) -> Policy {
        Policy::parse(&self.policy, Some(&self.companion)).unwrap()
    }

    /// The example of the spec: adoptions, a request, its anchor, an answer; and what is sealed.
    pub(crate) fn example() -> Self {
        let mut scene = Self::new();
        let adopt = scene.adopted();
        let policy = scene.policy();
        let Self { a, b, .. } = &mut scene;
        a.say(Kind::AgreementAdopt, &adopt);
        b.say(Kind::AgreementAdopt, &adopt);
        let first = b.publish(&[(1, 20), (2, 25)]);
        a.publish(&[(1, 20), (2, 30), (3, 30)]);
        a.anchor(b, &first, &policy);
        a.seal(1);
        a.publish(&[(1, 100), (2, 100)]);
        let to = b.log();
        let request =
            a.say(Kind::RequestAssistance, &Body::Request { to, content: Digest::from_bytes([7; 32]) });
        let asked = a.publish(&[(1, 160), (3, 150), (4, 155)]);
        b.publish(&[(2, 400), (3, 400)]);
        b.anchor(a, &asked, &policy);
        b.publish(&[(1, 460), (2, 450)]);
        b.publish(&[(1, 5_000), (2, 5_001)]);
        let answer = Body::RequestAnswer { request: a.reference(request), outcome: 4, content: None };
        b.say(Kind::RequestAnswer, &answer);
        b.publish(&[(2, 5_060), (3, 5_050)]);
        scene
    }
}

pub(crate) fn agreement_text(
    name: &str,
    policy: &str,
    companion: &[u8],
    parties: &[&Party],
    obligations: &str,
) -> Vec<u8> {
    let mut text = format!(
        "agreement = \"detente-agreement/v1\"\nname = \"{name}\"\ntitle = \"an example\"\npolicy = \"{}\"\ncompanion = \"{}\"\n",
        sha256(policy.as_bytes()),
        sha256(companion)
    );
    for party in parties {
        text.push_str(&format!(
            "\n[[party]]\nid = \"{}\"\nname = \"{} agency\"\nlog = \"{}\"\norigin = \"{}\"\n",
            party.id,
            party.id,
            party.log(),
            party.origin
        ));
    }
    text.push_str(obligations);
    text.into_bytes()
}

/// Everything that one audit reads, owned.
#[derive(Debug)]
pub(crate) struct Inputs {
    pub(crate) case: Case,
    pub(crate) logs: Vec<(LogId, Vec<Vec<u8>>, LogState)>,
    pub(crate) presentations: Vec<Vec<u8>>,
    pub(crate) contents: Vec<Vec<u8>>,
    pub(crate) at: u64,
}

impl Inputs {
    pub(crate) fn of(scene: &Scene, at: u64) -> Self {
        let log = |party: &Party| (party.log(), party.notes.clone(), party.state());
        let logs = vec![log(&scene.a), log(&scene.b)];
        Self { case: scene.case(), logs, presentations: Vec::new(), contents: Vec::new(), at }
    }

    pub(crate) fn audit(&self) -> Result<Audit<'_>, AuditError> {
        let logs: Vec<_> =
            self.logs.iter().map(|(log, notes, state)| LogInput { log: *log, notes, state }).collect();
        self.case.audit(&logs, &self.presentations, &self.contents, time(self.at))
    }

    pub(crate) fn report(&self) -> Result<String, AuditError> {
        self.audit().map(|audit| String::from_utf8(audit.to_report()).unwrap())
    }

    /// The code of a failure, which has a culprit and says what was expected.
    pub(crate) fn code(&self) -> Code {
        let error = self.audit().map(|_| ()).unwrap_err();
        assert!(!error.culprit().is_empty());
        error.code()
    }
}

/// Of each cell: obligation, party, verdict, state, subject.
pub(crate) fn cells(audit: &Audit<'_>) -> Vec<String> {
    let report = audit.report();
    let agreements = report.as_object().unwrap()["agreements"].as_array().unwrap();
    let cells =
        agreements.iter().flat_map(|agreement| agreement.as_object().unwrap()["cells"].as_array().unwrap());
    cells
        .map(|cell| {
            let cell = cell.as_object().unwrap();
            let text = |name: &str| cell[name].as_str().unwrap_or("-").to_owned();
            let place = |name: &str| {
                cell[name].as_object().map_or("-".to_owned(), |place| {
                    format!("{}/{}", place["party"].as_str().unwrap(), place["index"].as_str().unwrap())
                })
            };
            let [obligation, party, verdict, state] = ["obligation", "party", "verdict", "state"].map(text);
            format!("{obligation} {party} {verdict} {state} {} {}", place("subject"), place("met_by"))
        })
        .collect()
}
