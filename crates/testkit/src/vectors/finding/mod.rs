//! Scenarios of `specs/finding.md`.

mod accepted;
mod culprits;
mod members;
mod notes;
mod offences;
mod order;
mod policies;

use detente_core::{
    Code,
    json::{Object, Value},
};

use crate::{
    build::{
        bytes::{Hash, base64, sha256},
        finding::{COSIGNED_BACKWARDS, COSIGNED_FORK, FORK, Finding, Signer},
        keys::{COSIGNATURE, Key, LOG},
        note,
        tree::{counting_leaves, leaf_hash, prefix, root},
    },
    vector::{Operation, Vector, object},
};

pub(super) fn vectors() -> Vec<Vector> {
    let mut findings = Findings(Operation::new("finding.verify"));
    accepted::vectors(&mut findings);
    members::vectors(&mut findings);
    culprits::vectors(&mut findings);
    notes::vectors(&mut findings);
    offences::vectors(&mut findings);
    policies::vectors(&mut findings);
    order::vectors(&mut findings);
    findings.0.into_vectors()
}

/// The log of all scenarios here.
pub(crate) const ORIGIN: &str = "log.example/a";
/// The witness of all scenarios here.
pub(crate) const WITNESS: &str = "witness.example/w1";
/// When it cosigns first.
pub(crate) const TIME: u64 = 1_700_000_000;

/// Seed 00..1f.
pub(crate) fn log() -> Signer {
    Signer { name: ORIGIN.to_owned(), kind: LOG, key: Key::counting(0) }
}

/// Seed 20..3f.
pub(crate) fn witness() -> Signer {
    Signer { name: WITNESS.to_owned(), kind: COSIGNATURE, key: Key::counting(32) }
}

/// Leaves of another history of the log, the same below `at`.
pub(crate) fn forked(at: usize, size: usize) -> Vec<Hash> {
    let mut leaves = counting_leaves(size);
    for (number, leaf) in leaves.iter_mut().enumerate().skip(at) {
        *leaf = leaf_hash(&[(number >> 8) as u8, number as u8, 1]);
    }
    leaves
}

/// A hash that stands for data nobody has.
fn filler(number: usize) -> Hash {
    sha256(&[b"testkit filler ", number.to_string().as_bytes()])
}

/// One of the two checkpoints.
#[derive(Debug, Clone)]
pub(crate) struct Side {
    /// Origin.
    pub(crate) origin: String,
    /// Size.
    pub(crate) size: u64,
    /// Root.
    pub(crate) root: Hash,
    /// What stands after the root, each line with its LF.
    pub(crate) extension: String,
    /// Time of a cosignature, in seconds.
    pub(crate) time: u64,
}

impl Side {
    fn new(size: u64, root: Hash) -> Self {
        Self { origin: ORIGIN.to_owned(), size, root, extension: String::new(), time: TIME }
    }

    fn of(leaves: &[Hash]) -> Self {
        Self::new(leaves.len() as u64, root(leaves))
    }

    /// The text that is signed.
    pub(crate) fn text(&self) -> String {
        format!("{}{}", note::text(&self.origin, self.size, &self.root), self.extension)
    }
}

/// Two checkpoints that one signer signed, and what is said of them.
#[derive(Debug, Clone)]
pub(crate) struct Scene {
    /// A word of the table.
    pub(crate) offence: String,
    /// Who signed both.
    pub(crate) signer: Signer,
    /// The smaller one.
    pub(crate) first: Side,
    /// The larger one.
    pub(crate) second: Side,
    /// As in the file.
    pub(crate) hashes: Vec<Hash>,
}

impl Scene {
    /// Two trees in the order of the spec, with the hashes of the second.
    fn pair(offence: &str, signer: Signer, one: &[Hash], other: &[Hash]) -> Self {
        let ordered = (one.len(), root(one)) <= (other.len(), root(other));
        let (first, second) = if ordered { (one, other) } else { (other, one) };
        let hashes = if first.is_empty() { vec![] } else { prefix(first.len(), second) };
        Self { offence: offence.to_owned(), signer, first: Side::of(first), second: Side::of(second), hashes }
    }

    /// A log signed both.
    pub(crate) fn fork(one: &[Hash], other: &[Hash]) -> Self {
        Self::pair(FORK, log(), one, other)
    }

    /// A witness cosigned both, the second a minute later.
    pub(crate) fn cosigned(one: &[Hash], other: &[Hash]) -> Self {
        let mut scene = Self::pair(COSIGNED_FORK, witness(), one, other);
        scene.second.time = TIME + 60;
        scene
    }

    /// A witness cosigned both, the first a minute later.
    pub(crate) fn backwards(one: &[Hash], other: &[Hash]) -> Self {
        let mut scene = Self::pair(COSIGNED_BACKWARDS, witness(), one, other);
        scene.hashes.clear();
        scene.first.time = TIME + 60;
        scene
    }

    /// A log signed sizes 7 and 13, and the larger tree has another entry 3.
    fn plain() -> Self {
        Self::fork(&counting_leaves(7), &forked(3, 13))
    }

    /// The same two, cosigned.
    fn plain_cosigned() -> Self {
        Self::cosigned(&counting_leaves(7), &forked(3, 13))
    }

    /// Sizes 7 and 13 of one tree, the smaller cosigned later.
    fn plain_backwards() -> Self {
        Self::backwards(&counting_leaves(7), &counting_leaves(13))
    }

    /// A copy with a change.
    fn with(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut copy = self.clone();
        change(&mut copy);
        copy
    }

    /// What the file says.
    pub(crate) fn finding(&self) -> Finding {
        Finding {
            offence: self.offence.clone(),
            culprit: self.signer.vkey(),
            first: self.signer.note(self.first.time, &self.first.text()),
            second: self.signer.note(self.second.time, &self.second.text()),
            hashes: self.hashes.clone(),
        }
    }

    fn output(&self) -> Object {
        object! {
            "offence": self.offence.as_str(),
            "culprit": self.signer.vkey(),
            "origin": self.first.origin.as_str(),
            "first": self.first.size.to_string(),
            "second": self.second.size.to_string(),
        }
    }
}

/// The operation's input; policy and companion as far as there are any.
pub(crate) fn input(file: &[u8], policy: Option<&[u8]>, companion: Option<&[u8]>) -> Object {
    let optional = |bytes: Option<&[u8]>| bytes.map_or(Value::Null, |bytes| base64(bytes).into());
    object! {"file": base64(file), "policy": optional(policy), "companion": optional(companion)}
}

/// The scenarios, while they are collected. Without a policy unless a name says otherwise.
#[derive(Debug)]
struct Findings(Operation);

impl Findings {
    fn accepts(&mut self, name: impl Into<String>, description: impl Into<String>, scene: &Scene) {
        let input = input(&scene.finding().file(), None, None);
        self.0.ok(name, description, input, scene.output());
    }

    fn refuses(
        &mut self,
        code: Code,
        name: impl Into<String>,
        description: impl Into<String>,
        finding: &Finding,
    ) {
        self.refuses_file(code, name, description, &finding.file());
    }

    fn refuses_scene(
        &mut self,
        code: Code,
        name: impl Into<String>,
        description: impl Into<String>,
        scene: &Scene,
    ) {
        self.refuses(code, name, description, &scene.finding());
    }

    fn refuses_file(
        &mut self,
        code: Code,
        name: impl Into<String>,
        description: impl Into<String>,
        file: &[u8],
    ) {
        self.0.fails(code, name, description, input(file, None, None));
    }
}
