//! Two parties, three witnesses, an agreement: what every scenario tells its story in, and the report that it expects.

use std::collections::{BTreeMap, BTreeSet};

use detente_core::{
    Label,
    json::{Object, Value},
};

use crate::{
    build::{
        agreement::{kind, reference},
        bytes::{Hash, base64, digest, hex, prefixed, sha256},
        keys::{COSIGNATURE, Key, vkey},
        note,
        statement::{Party, id_of},
        tree::{leaf_hash, root},
    },
    vector::object,
};

/// The quorum of most scenarios: any two of them share a witness.
pub(crate) const TWO_OF_THREE: &str = "group g 2 w1 w2 w3\nquorum g\n";

/// A witness, or above 9 a mirror, and the time that it signs.
pub(crate) type Line = (u8, u64);

pub(crate) fn cosigner(number: u8) -> (String, Key) {
    (format!("witness.example/w{number}"), Key::named(&format!("witness {number}")))
}

/// One party's side.
#[derive(Clone)]
pub(crate) struct Side {
    pub(crate) id: &'static str,
    pub(crate) party: Party,
    pub(crate) entries: Vec<Vec<u8>>,
    /// Sizes and who cosigned them.
    pub(crate) heads: Vec<(usize, Vec<Line>)>,
}

impl Side {
    pub(crate) fn new(id: &'static str) -> Self {
        let party = Party::named(&format!("{id}.example"));
        let entries = vec![party.entry_zero()];
        Self { id, party, entries, heads: vec![] }
    }

    pub(crate) fn log(&self) -> Hash {
        self.party.log()
    }

    /// A visible statement of a kind, the rest of its body after a nonce of its own.
    pub(crate) fn say(&mut self, kind: u32, rest: &[u8]) -> u64 {
        let index = self.entries.len() as u64;
        let mut nonce = [0xa5; 16];
        nonce[..8].copy_from_slice(&index.to_le_bytes());
        self.push(self.party.visible(kind, [&nonce[..], rest].concat()))
    }

    pub(crate) fn push(&mut self, entry: Vec<u8>) -> u64 {
        self.entries.push(entry);
        self.entries.len() as u64 - 1
    }

    /// A sealed statement that nobody opens.
    pub(crate) fn seal(&mut self) -> u64 {
        let at = self.entries.len();
        self.push(self.party.sealed(sha256(&[b"sealed", &at.to_le_bytes()])))
    }

    /// All three witnesses sign what there is, at one second.
    pub(crate) fn publish(&mut self, time: u64) {
        self.publish_by(&[(1, time), (2, time), (3, time)]);
    }

    pub(crate) fn publish_by(&mut self, lines: &[Line]) {
        self.heads.push((self.entries.len(), lines.to_vec()));
    }

    /// A note of a size with these lines.
    pub(crate) fn note(&self, size: usize, lines: &[Line]) -> String {
        let leaves: Vec<Hash> = self.entries[..size].iter().map(|entry| leaf_hash(entry)).collect();
        self.note_of(&note::text(&self.party.origin, size as u64, &root(&leaves)), lines)
    }

    pub(crate) fn note_of(&self, text: &str, lines: &[Line]) -> String {
        let cosigned = lines.iter().map(|(number, time)| {
            let (name, key) = cosigner(*number);
            note::witness_line(&name, &key, *time, text)
        });
        let own = note::log_line(&self.party.origin, &self.party.checkpoint, text);
        note::note(text, &core::iter::once(own).chain(cosigned).collect::<Vec<_>>())
    }

    pub(crate) fn notes(&self) -> Vec<String> {
        self.heads.iter().map(|(size, lines)| self.note(*size, lines)).collect()
    }

    /// The newest note that it has published.
    pub(crate) fn newest(&self) -> String {
        let (size, lines) = self.heads.last().unwrap();
        self.note(*size, lines)
    }

    /// A ref to one of its entries.
    pub(crate) fn at(&self, index: u64) -> Vec<u8> {
        reference(&self.log(), index, &id_of(&self.entries[index as usize]))
    }
}

/// The rest of an anchor's body.
pub(crate) fn anchor_of(log: &Hash, note: &str) -> Vec<u8> {
    [&log[..], &prefixed(note.as_bytes())].concat()
}

/// Everything that an audit is given.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) a: Side,
    pub(crate) b: Side,
    /// `[[obligation]]` tables.
    pub(crate) obligations: String,
    pub(crate) quorum: String,
    pub(crate) f: u32,
    pub(crate) mirrors: Vec<u8>,
    pub(crate) at: u64,
    pub(crate) presentations: Vec<Vec<u8>>,
    pub(crate) contents: Vec<Vec<u8>>,
    pub(crate) without: Vec<&'static str>,
}

impl World {
    /// Both have adopted the terms and recorded that the other has:
    ///
    /// ```text
    ///    a                                b
    /// 0  genesis            -..100        genesis            -..100
    /// 1  adopts           100..200        adopts           100..210
    /// 2  anchor of b, 2   200..300        anchor of a, 2   210..310
    /// ```
    ///
    /// In force from 100..210.
    pub(crate) fn agreed(obligations: &str) -> Self {
        let mut world = Self::before(obligations);
        let digest = world.digest();
        for (side, time) in [(&mut world.a, 200), (&mut world.b, 210)] {
            side.say(kind::AGREEMENT_ADOPT, &digest);
            side.publish(time);
        }
        world.a_anchors();
        world.a.publish(300);
        // What b records is the checkpoint of 200, not the one that a has just published.
        let note = world.a.note(2, &[(1, 200), (2, 200), (3, 200)]);
        let log = world.a.log();
        world.b.say(kind::ANCHOR, &anchor_of(&log, &note));
        world.b.publish(310);
        world
    }

    /// Two logs with their genesis, published at 100.
    pub(crate) fn before(obligations: &str) -> Self {
        let (mut a, mut b) = (Side::new("a"), Side::new("b"));
        a.publish(100);
        b.publish(100);
        Self {
            a,
            b,
            obligations: obligations.to_owned(),
            quorum: TWO_OF_THREE.to_owned(),
            f: 0,
            mirrors: vec![],
            at: 1_000_000_000,
            presentations: vec![],
            contents: vec![],
            without: vec![],
        }
    }

    pub(crate) fn a_anchors(&mut self) -> u64 {
        let (log, note) = (self.b.log(), self.b.newest());
        self.a.say(kind::ANCHOR, &anchor_of(&log, &note))
    }

    pub(crate) fn b_anchors(&mut self) -> u64 {
        let (log, note) = (self.a.log(), self.a.newest());
        self.b.say(kind::ANCHOR, &anchor_of(&log, &note))
    }

    pub(crate) fn policy(&self) -> String {
        let logs: String = [&self.a, &self.b]
            .iter()
            .map(|side| note::policy_log(&side.party.origin, &side.party.checkpoint))
            .collect();
        let witnesses: String = (1..=3)
            .map(|number| {
                let (name, key) = cosigner(number);
                note::policy_witness(&format!("w{number}"), &name, &key)
            })
            .collect();
        format!("{logs}{witnesses}{}", self.quorum)
    }

    pub(crate) fn companion(&self) -> Vec<u8> {
        let operators = [("w1", "one"), ("w2", "two"), ("w3", "three")];
        let mut members =
            note::companion_members(&self.policy(), self.f, &operators, &["a.example", "b.example"]);
        let mirrors: Vec<Value> = self
            .mirrors
            .iter()
            .map(|number| {
                let (name, key) = cosigner(*number);
                vkey(&name, COSIGNATURE, &key.public).into()
            })
            .collect();
        if !mirrors.is_empty() {
            members.insert("mirror_quorum".to_owned(), mirrors.len().to_string().into());
            members.insert("mirrors".to_owned(), Value::Array(mirrors));
        }
        Value::Object(members).to_file()
    }

    pub(crate) fn agreement(&self) -> String {
        let party = |side: &Side| {
            format!(
                "\n[[party]]\nid = \"{}\"\nname = \"{}.example\"\nlog = \"{}\"\norigin = \"{}\"\noffset = \"+00:00\"\n",
                side.id,
                side.id,
                hex(&side.log()),
                side.party.origin
            )
        };
        format!(
            "agreement = \"detente-agreement/v1\"\nname = \"two\"\ntitle = \"x\"\npolicy = \"{}\"\ncompanion = \"{}\"\n{}{}{}",
            hex(&sha256(&[self.policy().as_bytes()])),
            hex(&sha256(&[&self.companion()])),
            party(&self.a),
            party(&self.b),
            self.obligations,
        )
    }

    pub(crate) fn digest(&self) -> Hash {
        sha256(&[self.agreement().as_bytes()])
    }

    pub(crate) fn sides(&self) -> Vec<&Side> {
        [&self.a, &self.b].into_iter().filter(|side| !self.without.contains(&side.id)).collect()
    }

    pub(crate) fn input(&self) -> Object {
        let files = |list: &[Vec<u8>]| Value::Array(list.iter().map(|file| base64(file).into()).collect());
        let log = |side: &&Side| {
            Value::from([
                ("log", hex(&side.log()).into()),
                ("notes", Value::Array(side.notes().iter().map(|note| base64(note).into()).collect())),
                ("entries", files(&side.entries)),
            ])
        };
        object! {
            "agreements": Value::Array(vec![base64(self.agreement()).into()]),
            "policy": base64(self.policy()),
            "companion": base64(self.companion()),
            "at": self.at.to_string(),
            "logs": Value::Array(self.sides().iter().map(log).collect()),
            "presentations": files(&self.presentations),
            "contents": files(&self.contents),
        }
    }
}

/// What a scenario expects beyond what follows from its input.
#[derive(Default)]
pub(crate) struct Expected {
    pub(crate) cells: Vec<Value>,
    pub(crate) threads: Vec<Value>,
    pub(crate) requests: Vec<Value>,
    pub(crate) accusations: Vec<Value>,
    /// In force from and until; none when it is not in force.
    pub(crate) force: Option<Value>,
    pub(crate) malformed: BTreeMap<&'static str, Vec<(u64, &'static str)>>,
    /// Positions of files that are refused, and their codes.
    pub(crate) refused_presentations: BTreeMap<usize, &'static str>,
    pub(crate) refused_contents: BTreeMap<usize, &'static str>,
    /// Presentations that are neither refused nor counted.
    pub(crate) aside: BTreeSet<usize>,
    /// Notes that count although no log handed them over: those of presentations.
    pub(crate) more_notes: BTreeMap<&'static str, Vec<String>>,
    pub(crate) times: Option<&'static str>,
}

/// In force from 100..210, as [`World::agreed`] has it, without an end.
pub(crate) fn agreed() -> Option<Value> {
    Some(force((Some(100), Some(210)), None))
}

pub(crate) type Bounds = (Option<u64>, Option<u64>);

pub(crate) fn force(from: Bounds, until: Option<Bounds>) -> Value {
    Value::from([("from", interval(from)), ("until", until.map_or(Value::Null, interval))])
}

pub(crate) fn interval((lo, hi): Bounds) -> Value {
    let text = |time: Option<u64>| time.map_or(Value::Null, |time| time.to_string().into());
    Value::from([("hi", text(hi)), ("lo", text(lo))])
}

impl World {
    /// The report: what follows from the input, and what the scenario says.
    pub(crate) fn report(&self, expected: Expected) -> Object {
        let digests = |list: &[Vec<u8>], refused: &BTreeMap<usize, &str>, aside: &BTreeSet<usize>| {
            let counted: BTreeSet<String> = list
                .iter()
                .enumerate()
                .filter(|(at, _)| !refused.contains_key(at) && !aside.contains(at))
                .map(|(_, file)| hex(&sha256(&[file])))
                .collect();
            Value::Array(counted.into_iter().map(Value::from).collect())
        };
        let refused: BTreeSet<(String, &str)> = [
            (&self.presentations, &expected.refused_presentations),
            (&self.contents, &expected.refused_contents),
        ]
        .iter()
        .flat_map(|(files, codes)| codes.iter().map(|(at, code)| (hex(&sha256(&[&files[*at]])), *code)))
        .collect();
        let refused = refused
            .into_iter()
            .map(|(file, code)| Value::from([("code", code.into()), ("file", file.into())]))
            .collect();
        let logs = self.sides().into_iter().map(|side| self.log(side, &expected)).collect();
        let agreement = Value::from([
            ("cells", Value::Array(expected.cells)),
            ("digest", hex(&self.digest()).into()),
            ("force", expected.force.unwrap_or(Value::Null)),
            ("name", "two".into()),
        ]);
        let report = object! {
            "agreements": Value::Array(vec![agreement]),
            "at": self.at.to_string(),
            "companion": hex(&sha256(&[&self.companion()])),
            "contents": digests(&self.contents, &expected.refused_contents, &BTreeSet::new()),
            "detente": "audit/v1",
            "logs": Value::Array(logs),
            "policy": hex(&sha256(&[self.policy().as_bytes()])),
            "presentations": digests(&self.presentations, &expected.refused_presentations, &expected.aside),
            "refused": Value::Array(refused),
            "scoreboard": Value::from([
                ("accusations", Value::Array(expected.accusations)),
                ("requests", Value::Array(expected.requests)),
            ]),
            "threads": Value::Array(expected.threads),
            "times": expected.times.unwrap_or("KNOWN"),
        };
        object! {"report": Value::Object(report)}
    }

    /// Whether a head counts by the time asked about: two of its witnesses have signed, or nobody is asked.
    fn counts(&self, lines: &[Line]) -> bool {
        let signed: BTreeSet<u8> = lines
            .iter()
            .filter(|(number, time)| *number < 10 && *time <= self.at)
            .map(|line| line.0)
            .collect();
        signed.len() >= 2 || self.quorum.ends_with("quorum none\n")
    }

    /// The size that an auditor may speak of.
    pub(crate) fn audited(&self, side: &Side) -> usize {
        side.heads.iter().filter(|(_, lines)| self.counts(lines)).map(|(size, _)| *size).max().unwrap_or(0)
    }

    fn log(&self, side: &Side, expected: &Expected) -> Value {
        let size = self.audited(side);
        let malformed = expected.malformed.get(side.id).cloned().unwrap_or_default();
        let malformed = malformed
            .into_iter()
            .map(|(index, code)| Value::from([("code", code.into()), ("index", index.to_string().into())]))
            .collect();
        let more = expected.more_notes.get(side.id).cloned().unwrap_or_default();
        let used: BTreeSet<Hash> = side
            .heads
            .iter()
            .filter(|(_, lines)| self.counts(lines))
            .map(|(size, lines)| side.note(*size, lines))
            .chain(more)
            .map(|note| sha256(&[note.as_bytes()]))
            .collect();
        let list: Vec<u8> =
            [(used.len() as u64).to_le_bytes().to_vec(), used.into_iter().flatten().collect()].concat();
        let leaves: Vec<Hash> = side.entries[..size].iter().map(|entry| leaf_hash(entry)).collect();
        Value::from([
            ("log", hex(&side.log()).into()),
            ("malformed", Value::Array(malformed)),
            ("notes", hex(&digest(Label::AUDIT_NOTES, &[&list])).into()),
            ("party", side.id.into()),
            ("root", if size == 0 { Value::Null } else { hex(&root(&leaves)).into() }),
            ("size", size.to_string().into()),
        ])
    }
}

/// A cell while it is written down.
pub(crate) struct Cell(Object);

/// `O1 b MET`.
pub(crate) fn cell(obligation: &str, party: &str, verdict: &str) -> Cell {
    let mut members = object! {"obligation": obligation, "party": party, "verdict": verdict, "links": "1"};
    for name in ["answer", "due", "met_by", "start", "state", "subject", "unopened"] {
        members.insert(name.to_owned(), Value::Null);
    }
    Cell(members)
}

impl Cell {
    fn set(mut self, name: &str, value: Value) -> Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    fn place(self, name: &str, party: &str, index: u64) -> Self {
        self.set(name, Value::from([("index", index.to_string().into()), ("party", party.into())]))
    }

    pub(crate) fn subject(self, party: &str, index: u64) -> Self {
        self.place("subject", party, index)
    }

    pub(crate) fn met(self, party: &str, index: u64) -> Self {
        self.place("met_by", party, index)
    }

    pub(crate) fn state(self, state: &str) -> Self {
        self.set("state", state.into())
    }

    pub(crate) fn start(self, lo: impl Into<Option<u64>>, hi: impl Into<Option<u64>>) -> Self {
        self.set("start", interval((lo.into(), hi.into())))
    }

    pub(crate) fn answer(self, lo: impl Into<Option<u64>>, hi: impl Into<Option<u64>>) -> Self {
        self.set("answer", interval((lo.into(), hi.into())))
    }

    pub(crate) fn due(self, lo: impl Into<Option<u64>>, hi: impl Into<Option<u64>>) -> Self {
        self.set("due", interval((lo.into(), hi.into())))
    }

    pub(crate) fn links(self, links: u64) -> Self {
        self.set("links", links.to_string().into())
    }

    pub(crate) fn unopened(self, unopened: u64) -> Self {
        self.set("unopened", unopened.to_string().into())
    }

    pub(crate) fn done(self) -> Value {
        Value::Object(self.0)
    }
}

/// A thread, with what came of it: names of members and indices.
pub(crate) fn thread(kind: &str, from: &str, index: u64, to: &str, came: &[(&str, u64)]) -> Value {
    let mut members = object! {
        "from": from, "index": index.to_string(), "kind": kind, "party": from, "to": to,
    };
    for name in ["acknowledged", "answered", "refused", "replied", "updated", "withdrawn"] {
        let index = came.iter().find(|(word, _)| *word == name).map(|(_, index)| *index);
        members.insert(name.to_owned(), index.map_or(Value::Null, |index| index.to_string().into()));
    }
    Value::Object(members)
}

/// A row of requests.
pub(crate) fn requests(from: &str, to: &str, kind: &str, quarter: &str, outcome: &str, count: u64) -> Value {
    Value::from([
        ("count", count.to_string().into()),
        ("from", from.into()),
        ("kind", kind.into()),
        ("outcome", outcome.into()),
        ("quarter", quarter.into()),
        ("to", to.into()),
    ])
}

/// A row of accusations.
pub(crate) fn accusations(
    from: &str,
    to: &str,
    class: &str,
    quarter: &str,
    state: &str,
    count: u64,
) -> Value {
    Value::from([
        ("class", class.into()),
        ("count", count.to_string().into()),
        ("from", from.into()),
        ("quarter", quarter.into()),
        ("state", state.into()),
        ("to", to.into()),
    ])
}
