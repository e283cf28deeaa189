//! What a witness answers.

use detente_core::{
    Code, MAX_POSITION,
    json::{Object, Value},
};

use super::{
    LOG, NEWEST, TIME, WITNESS, evidence, forked, honest, leaves, log_key, log_line, proof, request, signed,
    text, witness_key, witness_line,
};
use crate::{
    build::{
        bytes::{Hash, base64, hex, sha256},
        keys::{self, COSIGNATURE, Key, key_id, vkey},
        note,
        tree::root,
    },
    vector::{Operation, Vector, object, texts},
};

/// One question, and the newest that it is decided on.
#[derive(Clone)]
pub(super) struct Question {
    pub(super) keys: Vec<String>,
    pub(super) witness: String,
    pub(super) newest: Option<(u64, Hash, u64)>,
    pub(super) request: Vec<u8>,
    pub(super) now: u64,
}

impl Question {
    /// To a witness whose newest is the counting tree of [`NEWEST`], a minute later.
    pub(super) fn new(request: impl Into<Vec<u8>>) -> Self {
        Self {
            keys: vec![vkey(LOG, keys::LOG, &log_key().public)],
            witness: vkey(WITNESS, COSIGNATURE, &witness_key().public),
            newest: Some((NEWEST as u64, root(&leaves(NEWEST)), TIME)),
            request: request.into(),
            now: TIME + 60,
        }
    }

    fn input(&self) -> Object {
        let newest = self.newest.map_or(Value::Null, |(size, root, time)| {
            Value::Object(object! {"size": size.to_string(), "root": hex(&root), "time": time.to_string()})
        });
        object! {
            "keys": texts(&self.keys),
            "witness": self.witness.as_str(),
            "newest": newest,
            "request": base64(&self.request),
            "now": self.now.to_string(),
        }
    }
}

/// The scenarios of `witness.decide`, while they are collected.
pub(super) struct Decisions(Operation);

impl Decisions {
    /// Cosigned: the size and the time that are the next newest.
    pub(super) fn signs(
        &mut self,
        name: &str,
        description: &str,
        question: &Question,
        size: usize,
        time: u64,
    ) {
        self.outcome(name, description, question, "OK", 200, (size as u64, time), None);
    }

    /// Refused with a code and a status, and what is kept; the newest stays.
    pub(super) fn refuses(
        &mut self,
        (code, status): (Code, u32),
        keeps: Option<&str>,
        name: &str,
        description: &str,
        question: &Question,
    ) {
        let stays = question.newest.map_or((0, 0), |(size, _, time)| (size, time));
        self.outcome(name, description, question, code.as_str(), status, stays, keeps);
    }

    #[allow(clippy::too_many_arguments, reason = "the members of one output, in its order")]
    fn outcome(
        &mut self,
        name: &str,
        description: &str,
        question: &Question,
        code: &str,
        status: u32,
        (size, time): (u64, u64),
        keeps: Option<&str>,
    ) {
        let output = object! {
            "code": code,
            "status": status,
            "size": size.to_string(),
            "time": time.to_string(),
            "keeps": keeps.map_or(Value::Null, Value::from),
        };
        self.0.ok(name, description, question.input(), output);
    }
}

pub(super) const UNKNOWN_ORIGIN: (Code, u32) = (Code::UnknownOrigin, 404);
pub(super) const UNKNOWN_LOG: (Code, u32) = (Code::UnknownLog, 403);
pub(super) const INVALID_LOG: (Code, u32) = (Code::InvalidLogSignature, 403);
pub(super) const RANGE: (Code, u32) = (Code::IndexRange, 400);
pub(super) const CONFLICT: (Code, u32) = (Code::SizeConflict, 409);
pub(super) const LENGTH: (Code, u32) = (Code::ProofLength, 422);
pub(super) const INCONSISTENT: (Code, u32) = (Code::InvalidConsistency, 422);
pub(super) const STALE: (Code, u32) = (Code::StaleStore, 503);
const EXTENSION: (Code, u32) = (Code::ExtensionLines, 400);
const CLOCK: (Code, u32) = (Code::ClockBehind, 503);

pub(super) fn vectors() -> Vec<Vector> {
    let mut decisions = Decisions(Operation::new("witness.decide"));
    cosigned(&mut decisions);
    forms(&mut decisions);
    signatures(&mut decisions);
    sizes(&mut decisions);
    clocks(&mut decisions);
    evidence::decisions(&mut decisions);
    let mut operation = decisions.0;
    keys(&mut operation);
    operation.into_vectors()
}

fn cosigned(decisions: &mut Decisions) {
    for (old, size) in [(0, 1), (0, 13), (1, 2), (5, 13), (8, 13), (7, 8), (13, 13), (255, 300)] {
        let newest = (old > 0).then(|| (old as u64, root(&leaves(old)), TIME));
        let question = Question { newest, ..Question::new(honest(old, &leaves(size))) };
        decisions.signs(&format!("from-{old}-to-{size}"), "an honest request", &question, size, TIME + 60);
    }
    let first = Question { newest: None, now: TIME, ..Question::new(honest(0, &leaves(13))) };
    decisions.signs("example", "the example of the page", &first, 13, TIME);
    let empty = Question { newest: None, ..Question::new(honest(0, &[])) };
    decisions.signs("empty-tree", "the empty tree, for the first time", &empty, 0, TIME + 60);
    let again = Question { newest: Some((0, sha256(&[]), TIME)), ..Question::new(honest(0, &[])) };
    decisions.signs("empty-tree-again", "the empty tree, again", &again, 0, TIME + 60);
    let grown = Question { newest: Some((0, sha256(&[]), TIME)), ..Question::new(honest(0, &leaves(13))) };
    decisions.signs("from-empty-tree", "a log that was cosigned empty", &grown, 13, TIME + 60);
    let text = text(&leaves(20));
    let others =
        [note::line("somebody", [1, 2, 3, 4], &[5; 90]), log_line(&text), witness_line(TIME - 9, &text)];
    let stranger = note::witness_line("witness.example/w2", &Key::named("w2"), TIME + 999, &text);
    let padded = note::note(&text, &[others[0].clone(), others[1].clone(), stranger]);
    decisions.signs(
        "other-lines",
        "lines of keys that the witness does not know",
        &Question::new(request(13, &proof(13, &leaves(20)), &padded)),
        20,
        TIME + 60,
    );
}

fn forms(decisions: &mut Decisions) {
    let good = honest(13, &leaves(20));
    for (code, name, description, request) in [
        (Code::MalformedRequest, "form-request", "no request", good.replacen("old ", "new ", 1)),
        (Code::MalformedNumber, "form-number", "`old 013`", good.replacen("old 13", "old 013", 1)),
        (
            Code::MalformedBase64,
            "form-base64",
            "a hash that is no base64",
            good.replacen("old 13\n", "old 13\n!\n", 1),
        ),
        (Code::MalformedNote, "form-note", "no note", request(13, &[], "")),
        (
            Code::MalformedCheckpoint,
            "form-checkpoint",
            "a text of two lines",
            request(13, &[], &signed(&format!("{LOG}\n20\n"))),
        ),
        (
            Code::MalformedNote,
            "form-before-origin",
            "an unknown origin in a note without lines",
            request(13, &[], &format!("log.example/b\n20\n{}\n\n", base64([7; 32]))),
        ),
    ] {
        decisions.refuses((code, 400), None, name, description, &Question::new(request));
    }
}

fn signatures(decisions: &mut Decisions) {
    let twenty = leaves(20);
    let (text, proof) = (text(&twenty), proof(13, &twenty));
    let ask = |lines: &[String]| Question::new(request(13, &proof, &note::note(&text, lines)));
    let id = key_id(LOG, keys::LOG, &log_key().public);
    let good = log_key().sign(text.as_bytes());
    let mut flipped = good;
    flipped[63] ^= 1;
    let other = Key::named("other log key");
    let bad_lines = [
        ("log-line-bit", "one bit of the log's signature", flipped.to_vec()),
        ("log-line-63-bytes", "63 bytes", good[..63].to_vec()),
        ("log-line-65-bytes", "65 bytes", [&good[..], &[0]].concat()),
        (
            "log-line-other-text",
            "the signature of another size",
            log_key().sign(super::text(&leaves(19)).as_bytes()).to_vec(),
        ),
        ("log-line-other-key", "another key's signature", other.sign(text.as_bytes()).to_vec()),
    ];
    for (name, description, blob) in bad_lines {
        decisions.refuses(INVALID_LOG, None, name, description, &ask(&[note::line(LOG, id, &blob)]));
    }
    decisions.refuses(
        UNKNOWN_LOG,
        None,
        "log-line-unknown-key",
        "the log's name with a key that is not trusted",
        &ask(&[note::log_line(LOG, &other, &text)]),
    );
    decisions.refuses(
        UNKNOWN_LOG,
        None,
        "log-line-other-name",
        "the log's key under another name",
        &ask(&[note::log_line("log.example/b", &log_key(), &text)]),
    );
    decisions.refuses(
        UNKNOWN_LOG,
        None,
        "witness-line-only",
        "a cosignature alone",
        &ask(&[witness_line(TIME, &text)]),
    );
    let elsewhere = text.replacen(LOG, "log.example/b", 1);
    decisions.refuses(
        UNKNOWN_ORIGIN,
        None,
        "origin-unknown",
        "an origin that no key has for its name, though a trusted key signed",
        &Question::new(request(13, &proof, &note::note(&elsewhere, &[log_line(&elsewhere)]))),
    );
    decisions.refuses(
        UNKNOWN_ORIGIN,
        None,
        "origin-before-sizes",
        "the origin is looked at before the sizes",
        &Question::new(request(99, &proof, &signed(&elsewhere))),
    );
    decisions.refuses(
        UNKNOWN_LOG,
        None,
        "signature-before-sizes",
        "the signature is looked at before the sizes",
        &Question::new(request(99, &proof, &note::note(&text, &[note::log_line(LOG, &other, &text)]))),
    );
    let none = Question { keys: vec![], ..ask(&[log_line(&text)]) };
    decisions.refuses(UNKNOWN_ORIGIN, None, "no-keys", "a witness that follows no log", &none);
    let trusted = |lines: &[String]| {
        let mut question = ask(lines);
        question.keys.push(vkey(LOG, keys::LOG, &other.public));
        question
    };
    let second = note::log_line(LOG, &other, &text);
    decisions.signs(
        "two-keys-second",
        "one of two trusted keys signed",
        &trusted(std::slice::from_ref(&second)),
        20,
        TIME + 60,
    );
    decisions.signs(
        "two-keys-both",
        "both trusted keys signed",
        &trusted(&[log_line(&text), second]),
        20,
        TIME + 60,
    );
    let broken = note::line(LOG, key_id(LOG, keys::LOG, &other.public), &[1; 64]);
    decisions.refuses(
        INVALID_LOG,
        None,
        "two-keys-one-broken",
        "one good line of a trusted key and one bad",
        &trusted(&[log_line(&text), broken.clone()]),
    );
    decisions.signs(
        "broken-line-of-untrusted-key",
        "the bad line is of nobody",
        &ask(&[log_line(&text), broken]),
        20,
        TIME + 60,
    );
}

fn sizes(decisions: &mut Decisions) {
    let mut refuses = |fault, name: &str, description: &str, request: String| {
        decisions.refuses(fault, None, name, description, &Question::new(request));
    };
    let twenty = signed(&text(&leaves(20)));
    refuses(RANGE, "old-above-size", "the old size is above the checkpoint's", request(21, &[], &twenty));
    refuses(RANGE, "old-largest", "the largest old size", request(MAX_POSITION, &[], &twenty));
    refuses(
        RANGE,
        "smaller-than-newest",
        "a smaller tree than the newest, from the newest size",
        request(13, &[], &signed(&text(&leaves(12)))),
    );
    refuses(CONFLICT, "old-below-newest", "the old size is below the newest", honest(12, &leaves(20)));
    refuses(CONFLICT, "old-above-newest", "the old size is above the newest", honest(14, &leaves(20)));
    refuses(CONFLICT, "old-0", "as if for the first time", honest(0, &leaves(20)));
    refuses(CONFLICT, "older-tree", "a tree that is smaller than the newest", honest(5, &leaves(12)));
    refuses(CONFLICT, "newest-again-from-0", "the newest tree, from nothing", honest(0, &leaves(13)));
    refuses(
        CONFLICT,
        "conflict-before-proof",
        "the old size is looked at before the proof",
        request(12, &[[7; 32]; 5], &twenty),
    );
    let extended = |leaves: &[Hash]| signed(&format!("{}more\n", text(leaves)));
    refuses(
        CONFLICT,
        "conflict-before-extension",
        "the old size is looked at before the extension lines",
        request(12, &[], &extended(&leaves(20))),
    );
    refuses(
        EXTENSION,
        "extension-same-size",
        "an extension line, nothing else",
        request(13, &[], &extended(&leaves(13))),
    );
    refuses(
        EXTENSION,
        "extension-growth",
        "an extension line on a larger tree",
        request(13, &proof(13, &leaves(20)), &extended(&leaves(20))),
    );
    let never = |request: String| Question { newest: None, ..Question::new(request) };
    decisions.refuses(
        CONFLICT,
        None,
        "first-from-5",
        "the first request starts at 5",
        &never(honest(5, &leaves(13))),
    );
    decisions.refuses(
        RANGE,
        None,
        "first-old-above",
        "the first request, old above new",
        &never(request(14, &[], &signed(&text(&leaves(13))))),
    );
}

fn clocks(decisions: &mut Decisions) {
    let ask = |now: u64| Question { now, ..Question::new(honest(13, &leaves(20))) };
    decisions.signs("clock-same", "the second of the newest", &ask(TIME), 20, TIME);
    decisions.signs("clock-1-behind", "a second behind: the newest time", &ask(TIME - 1), 20, TIME);
    decisions.signs("clock-300-behind", "300 seconds behind: the newest time", &ask(TIME - 300), 20, TIME);
    decisions.signs("clock-largest", "the largest time", &ask(MAX_POSITION), 20, MAX_POSITION);
    let mut refuses = |name: &str, description: &str, question: &Question| {
        decisions.refuses(CLOCK, None, name, description, question);
    };
    refuses("clock-301-behind", "301 seconds behind", &ask(TIME - 301));
    refuses("clock-0", "a clock at 0", &ask(0));
    let first = Question { newest: None, now: 0, ..Question::new(honest(0, &leaves(20))) };
    refuses("clock-0-first", "a clock at 0, for the first time", &first);
    let early = Question { newest: Some((13, root(&leaves(13)), 200)), ..ask(0) };
    refuses("clock-0-within-300", "a clock at 0 is refused, however near", &early);
    let again = Question { now: TIME - 301, ..Question::new(honest(13, &leaves(13))) };
    refuses("clock-behind-same-size", "the newest tree again, 301 seconds behind", &again);
    let early = Question { newest: Some((13, root(&leaves(13)), 200)), ..ask(1) };
    decisions.signs("clock-1", "a clock at 1", &early, 20, 200);
    let fork = Question { now: 0, ..Question::new(honest(13, &forked(13))) };
    decisions.refuses(
        INCONSISTENT,
        Some("fork"),
        "clock-after-fork",
        "the tree is looked at before the clock",
        &fork,
    );
    let extended = signed(&format!("{}more\n", text(&leaves(13))));
    let extended = Question { now: 0, ..Question::new(request(13, &[], &extended)) };
    decisions.refuses(
        EXTENSION,
        None,
        "clock-after-extension",
        "extension lines come before the clock",
        &extended,
    );
}

/// What is wrong with what the witness brings along.
fn keys(operation: &mut Operation) {
    let good = Question::new(honest(13, &leaves(20)));
    let mut fails = |code: Code, name: &str, description: &str, change: &dyn Fn(&mut Question)| {
        let mut question = good.clone();
        change(&mut question);
        operation.fails(code, name, description, question.input());
    };
    let witness = vkey(WITNESS, COSIGNATURE, &witness_key().public);
    let log = vkey(LOG, keys::LOG, &log_key().public);
    fails(Code::MalformedKey, "keys-no-vkey", "a trusted key that is no vkey", &|q| {
        q.keys = vec![LOG.to_owned()]
    });
    fails(Code::MalformedKey, "witness-no-vkey", "the witness's key is no vkey", &|q| {
        q.witness = WITNESS.to_owned()
    });
    fails(Code::MalformedBase64, "keys-base64", "a vkey that is no base64", &|q| q.keys[0].push('!'));
    fails(Code::WeakKey, "keys-weak", "a key of small order", &|q| {
        q.keys.push(vkey(LOG, keys::LOG, &[0; 32]))
    });
    fails(Code::MalformedKey, "keys-before-request", "the keys are looked at before the request", &|q| {
        q.keys = vec![LOG.to_owned()];
        q.request = b"none".to_vec();
    });
    fails(Code::Misuse, "keys-of-witness", "a trusted key of type 0x04", &|q| q.keys.push(witness.clone()));
    fails(Code::Misuse, "witness-of-log", "the witness's key has type 0x01", &|q| q.witness.clone_from(&log));
    fails(Code::Misuse, "keys-twice", "one trusted key twice", &|q| q.keys.push(log.clone()));
    fails(
        Code::MalformedKey,
        "keys-parsed-before-types",
        "a key of another type, then one that is no vkey",
        &|q| {
            q.keys = vec![witness.clone(), LOG.to_owned()];
        },
    );
}
