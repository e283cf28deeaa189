//! Proof, checkpoints, events: that the entry is in the log and who may sign there.

use detente_core::{Code, json::Value};

use super::scene::{ONE, Scene, input};
use crate::{
    build::{
        bytes::base64,
        keys::Key,
        note,
        presentation::event,
        statement::{AUTHOR, Party, Statement, key_add, kind},
        tree::inclusion,
    },
    vector::Operation,
};

pub(super) fn vectors(operation: &mut Operation) {
    proof(operation);
    events(operation);
    genesis(operation);
}

fn proof(operation: &mut Operation) {
    let base = Scene::new();
    let policy = base.policy(ONE);
    let mut fails = |code: Code, name: &str, description: &str, proof: String| {
        let file = base.with(|members| {
            members.insert("proof".to_owned(), proof.into());
        });
        operation.fails(code, format!("proof-{name}"), description, input(&file, &policy));
    };
    let good = base.proof_text();
    let note13 = base.note(&base.text(13), &base.cosigned);
    fails(Code::MalformedProof, "first-line", "another first line", good.replacen("@v1", "@v2", 1));
    fails(Code::MalformedProof, "empty", "an empty text", String::new());
    fails(Code::MalformedProof, "carriage-returns", "carriage returns", good.replace('\n', "\r\n"));
    fails(Code::MalformedNumber, "index-plus", "`+7`", good.replacen("index 7", "index +7", 1));
    fails(Code::MalformedNumber, "index-leading-zero", "`07`", good.replacen("index 7", "index 07", 1));
    fails(
        Code::MalformedBase64,
        "hash-base64",
        "a hash with loose bits",
        good.replacen("index 7\n", &format!("index 7\n{}B=\n", "A".repeat(42)), 1),
    );
    fails(
        Code::MalformedBase64,
        "extra-base64",
        "an `extra` line that is not base64: the proof is parsed first",
        good.replacen("index", "extra AB==\nindex", 1),
    );
    fails(
        Code::MalformedNote,
        "no-final-line-feed",
        "the final line feed is missing",
        good.trim_end().to_owned(),
    );
    fails(
        Code::MalformedNumber,
        "size-leading-zero",
        "a leading zero in the size",
        good.replacen("\n13\n", "\n013\n", 1),
    );
    let twice =
        format!("{good}{}", note::log_line(&base.party.origin, &base.party.checkpoint, &base.text(13)));
    fails(Code::DuplicateSignature, "duplicate-line", "the log's line twice", twice);
    let many: String = (0..99u32).map(|at| note::line("made.up", at.to_be_bytes(), &[0; 64])).collect();
    fails(Code::TooManySignatures, "hundred-and-one", "101 signature lines", format!("{good}{many}"));
    fails(
        Code::InvalidLogSignature,
        "size-changed",
        "the size is changed",
        good.replacen("\n13\n", "\n14\n", 1),
    );
    let at = note13.trim_end().len() - 8;
    let mut bytes = note13.clone().into_bytes();
    bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
    let bad_witness = String::from_utf8(bytes).unwrap();
    fails(
        Code::InvalidCosignature,
        "cosignature-bad",
        "a cosignature that does not verify",
        note::proof(None, 7, &base.path(7), &bad_witness),
    );
    let text = base.text(13);
    let other = note::note(&text, &[note::log_line(&base.party.origin, &Key::named("other log"), &text)]);
    fails(
        Code::UnknownLog,
        "other-log-key",
        "signed by another log key",
        note::proof(None, 7, &base.path(7), &other),
    );
    let renamed = text.replacen("a.example/log", "b.example/log", 1);
    let elsewhere = base.note(&renamed, &base.cosigned);
    fails(
        Code::OriginMismatch,
        "origin-mismatch",
        "the log's key signed another origin",
        note::proof(None, 7, &base.path(7), &elsewhere),
    );
    fails(
        Code::IndexRange,
        "index-is-size",
        "the index is the size",
        note::proof(None, 13, &base.path(7), &note13),
    );
    fails(
        Code::ProofLength,
        "hash-missing",
        "a hash is missing",
        note::proof(None, 7, &base.path(7)[1..], &note13),
    );
    fails(
        Code::ProofLength,
        "hash-extra",
        "a hash more",
        note::proof(None, 7, &[&base.path(7)[..], &[[0; 32]]].concat(), &note13),
    );
    fails(
        Code::InvalidInclusion,
        "other-index",
        "the index of the sibling",
        note::proof(None, 6, &base.path(7), &note13),
    );
    fails(
        Code::InvalidInclusion,
        "other-path",
        "the path of the sibling",
        note::proof(None, 7, &base.path(6), &note13),
    );
    let swapped = base.with(|members| {
        members.insert("entry".to_owned(), base64(&base.entries[8]).into());
    });
    operation.fails(
        Code::InvalidInclusion,
        "entry-other",
        "another entry of the log",
        input(&swapped, &policy),
    );
    let mut bit = base.entry().to_vec();
    bit[170] ^= 1;
    let changed = base.with(|members| {
        members.insert("entry".to_owned(), base64(bit).into());
    });
    operation.fails(
        Code::InvalidInclusion,
        "entry-bit",
        "one bit of the entry's signature",
        input(&changed, &policy),
    );
}

fn events(operation: &mut Operation) {
    let base = Scene::new();
    let policy = base.policy(ONE);
    let mut fails = |code: Code, name: &str, description: &str, scene: &Scene, events: Vec<Value>| {
        let file = scene.with(|members| {
            members.insert("events".to_owned(), Value::Array(events));
        });
        operation.fails(code, format!("events-{name}"), description, input(&file, &policy));
    };
    let log = base.party.log();
    let second = Key::named("a.example second author");
    let add = base.party.visible(kind::KEY_ADD, key_add(&log, 1, AUTHOR, &second));
    let added = base.clone().put(3, add.clone());
    fails(Code::GenesisMisplaced, "first-not-0", "the first event has index 3", &added, vec![added.event(3)]);
    fails(
        Code::GenesisMisplaced,
        "first-not-0-then-genesis",
        "the genesis comes second",
        &added,
        vec![added.event(3), added.event(0)],
    );
    fails(
        Code::InvalidInclusion,
        "genesis-of-other-log",
        "a genesis that the tree does not hold",
        &base,
        vec![event(0, &Party::named("b.example").entry_zero(), &base.path(0))],
    );
    fails(
        Code::InvalidInclusion,
        "event-other-index",
        "an event given the index of its sibling",
        &added,
        vec![added.event(0), event(2, &add, &added.path(3))],
    );
    fails(
        Code::InvalidInclusion,
        "event-not-in-tree",
        "an event that the tree does not hold",
        &base,
        vec![base.event(0), event(3, &add, &base.path(3))],
    );
    fails(
        Code::IndexRange,
        "event-beyond-tree",
        "an event at the size of the tree",
        &base,
        vec![base.event(0), event(13, &add, &base.path(3))],
    );
    fails(
        Code::ProofLength,
        "event-hash-missing",
        "a hash of an event's proof is missing",
        &added,
        vec![added.event(0), event(3, &add, &added.path(3)[1..])],
    );
    fails(
        Code::ProofLength,
        "genesis-hash-extra",
        "a hash more in the proof of the genesis",
        &base,
        vec![event(0, &base.entries[0], &[&base.path(0)[..], &[[0; 32]]].concat())],
    );
    let smaller = inclusion(3, &added.leaves()[..6]);
    fails(
        Code::ProofLength,
        "event-of-other-checkpoint",
        "a proof to the earlier checkpoint",
        &added,
        vec![added.event(0), event(3, &add, &smaller)],
    );
    // All proofs are checked before any event is decoded.
    let malformed = base.clone().put(3, vec![1, 1, 9]);
    fails(
        Code::InvalidInclusion,
        "proofs-before-decoding",
        "a malformed event, and a later one with a bad proof",
        &malformed,
        vec![malformed.event(0), malformed.event(3), event(4, &malformed.entries[4], &malformed.path(5))],
    );
    fails(
        Code::MalformedStatement,
        "event-malformed",
        "an event that does not decode",
        &malformed,
        vec![malformed.event(0), malformed.event(3)],
    );
    let version = base.clone().put(3, vec![2]);
    fails(
        Code::UnsupportedVersion,
        "event-version",
        "an event of an unknown version",
        &version,
        vec![version.event(0), version.event(3)],
    );
    let forged = base.clone().put(
        3,
        Statement::visible(log, &base.party.author, kind::KEY_ADD, key_add(&log, 1, AUTHOR, &second))
            .signed(&second),
    );
    fails(
        Code::InvalidStatementSignature,
        "event-forged",
        "an event that its author did not sign",
        &forged,
        vec![forged.event(0), forged.event(3)],
    );
    let unproven = {
        let mut body = key_add(&log, 1, AUTHOR, &second);
        let last = body.len() - 1;
        body[last] ^= 1;
        base.clone().put(3, base.party.visible(kind::KEY_ADD, body))
    };
    fails(
        Code::InvalidPossession,
        "event-possession",
        "a new key that did not sign",
        &unproven,
        vec![unproven.event(0), unproven.event(3)],
    );
    let again = base
        .clone()
        .put(3, base.party.visible(kind::KEY_ADD, key_add(&log, 1, AUTHOR, &base.party.recovery)));
    fails(
        Code::KeyAlreadyEnrolled,
        "event-recovery",
        "the recovery key added",
        &again,
        vec![again.event(0), again.event(3)],
    );
}

fn genesis(operation: &mut Operation) {
    let base = Scene::new();
    let policy = base.policy(ONE);
    // A log operated under the same origin and checkpoint key, whose entry 0 is something else.
    let mut fails = |code: Code, name: &str, description: &str, zero: Vec<u8>| {
        let scene = base.clone().put(0, zero);
        operation.fails(code, format!("genesis-{name}"), description, input(&scene.file(), &policy));
    };
    let genesis = base.party.genesis();
    let mut other = genesis.clone();
    other.fill = 0x90;
    fails(
        Code::LogMismatch,
        "swapped",
        "another genesis of the same keys at index 0: the entry names the first log",
        other.statement(&base.party.author).signed(&base.party.author),
    );
    fails(
        Code::GenesisMisplaced,
        "not-a-genesis",
        "entry 0 is a sealed statement",
        base.party.sealed([9; 32]),
    );
    fails(
        Code::InvalidStatementSignature,
        "forged",
        "a genesis that its author did not sign",
        genesis.statement(&base.party.author).signed(&base.party.sealing),
    );
    fails(
        Code::KeyRole,
        "by-sealing",
        "a genesis by the sealing key",
        genesis.statement(&base.party.sealing).signed(&base.party.sealing),
    );
    fails(
        Code::UnknownAuthor,
        "by-stranger",
        "a genesis by a key that it does not list",
        genesis.statement(&Key::named("x")).signed(&Key::named("x")),
    );
    let neighbour = Party::named("b.example");
    fails(
        Code::OriginMismatch,
        "of-other-origin",
        "the genesis of another log: its origin is not the checkpoint's",
        neighbour.entry_zero(),
    );
    let mut key = genesis;
    key.vkey = crate::build::keys::vkey(&base.party.origin, 1, &Key::named("other checkpoint key").public)
        .into_bytes();
    fails(
        Code::UnknownLog,
        "other-checkpoint-key",
        "the genesis names another checkpoint key than the one that signed",
        key.statement(&base.party.author).signed(&base.party.author),
    );
}
