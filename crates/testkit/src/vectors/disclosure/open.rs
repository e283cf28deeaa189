//! Openings against a sealed value: order, range, multi-proof, types. The forgeries that a well-known tree library
//! accepts are among them.

use detente_core::{Code, json::Value};

use super::{LOG, Open, json, sealed};
use crate::{
    build::{
        bytes::{Hash, sha256},
        profile::{envelope, pointed, profile, profile_digest, rich, small},
        slots::{Slots, leaf, opening, salt},
    },
    vector::{Operation, object},
};

/// A report in the small profile: slots 1, 3 and 7 are absent.
fn report() -> Vec<(u16, Value)> {
    vec![
        (0, "incident.report".into()),
        (2, "duty officer".into()),
        (4, "text".into()),
        (5, json("1.5")),
        (6, json("[\"a\"]")),
    ]
}

fn base(opened: &[u16]) -> Open {
    Open::honest(&small(), &sealed(&small(), &report()), opened)
}

fn filler(number: u8) -> Hash {
    sha256(&[b"testkit filler", &[number]])
}

pub(super) fn vectors(operation: &mut Operation) {
    valid(operation);
    order(operation);
    proofs(operation);
    replays(operation);
}

fn valid(operation: &mut Operation) {
    let mut ok =
        |name: &str, description: &str, open: Open| operation.ok(name, description, open.input(), object! {});
    for slot in 0..7 {
        if slot != 1 && slot != 3 {
            ok(&format!("one-slot-{slot}"), "one slot with a value", base(&[slot]));
        }
    }
    ok("absent", "an absent slot", base(&[1]));
    ok("absent-unassigned", "an unassigned slot is absent", base(&[7]));
    ok("pair", "two siblings", base(&[4, 5]));
    ok("two-apart", "two slots with different parents", base(&[2, 5]));
    ok("three", "three slots", base(&[0, 4, 6]));
    ok("half", "the right half", base(&[4, 5, 6, 7]));
    ok("all-but-one", "all slots but one", base(&[0, 1, 2, 3, 4, 5, 6]));
    ok("all", "all slots: the proof is empty", base(&[0, 1, 2, 3, 4, 5, 6, 7]));
    let wide = sealed(
        &rich(),
        &[(0, "incident.report".into()), (6, "54".into()), (7, "1330".into()), (21, true.into())],
    );
    ok("rich", "width 32", Open::honest(&rich(), &wide, &[0, 6, 21]));
    ok("rich-coarse-part", "the first part without the rest", Open::honest(&rich(), &wide, &[6]));
    ok("rich-parts", "all parts", Open::honest(&rich(), &wide, &[6, 7]));
    ok("rich-absent-parts", "absent parts", Open::honest(&rich(), &wide, &[12, 13, 14]));
    ok("rich-absent-container", "an absent container", Open::honest(&rich(), &wide, &[5, 6, 8, 9, 10]));
    let many = profile(
        "case-1",
        4096,
        [envelope(), vec![pointed(4095, "last", &["string"], "/last")]].concat(),
        &[],
    );
    let far =
        Slots::seal(LOG, profile_digest(&many), 4096, [9; 32], &[(0, "cover".into()), (4095, "z".into())]);
    ok(
        "width-4096",
        "the first and the last slot of the largest width",
        Open::honest(&many, &far, &[0, 4095]),
    );
}

fn order(operation: &mut Operation) {
    let mut fails = |code: Code, name: &str, description: &str, open: Open| {
        operation.fails(code, name, description, open.input())
    };
    let slots = sealed(&small(), &report());
    let code = Code::SlotOrder;
    fails(
        code,
        "no-opening",
        "no opening, the root as only hash",
        Open { openings: vec![], proof: vec![filler(0)], ..base(&[4]) },
    );
    fails(
        code,
        "no-opening-no-proof",
        "nothing at all",
        Open { openings: vec![], proof: vec![], ..base(&[4]) },
    );
    fails(
        code,
        "decreasing",
        "two slots in decreasing order",
        Open { openings: slots.openings(&[5, 4]), ..base(&[4, 5]) },
    );
    fails(
        code,
        "duplicate-equal",
        "one opening twice",
        Open { openings: slots.openings(&[4, 4]), ..base(&[4]) },
    );
    let fake = opening(5, &salt(&slots.seed, 5), Some(&json("999")));
    let mut forged = slots.openings(&[4, 5]);
    forged.push(fake.clone());
    fails(
        code,
        "duplicate-index-fake-value",
        "slots 4, 5, 5: the third opening has another value, the proof is the honest one of 4 and 5",
        Open { openings: forged, ..base(&[4, 5]) },
    );
    let mut forged = slots.openings(&[4]);
    forged.push(opening(4, &salt(&slots.seed, 5), Some(&json("1.5"))));
    fails(
        code,
        "duplicate-index-wrong-position",
        "slots 4, 4: the value of slot 5 given for slot 4, hashes from nowhere before the honest ones",
        Open {
            openings: forged,
            proof: [&[filler(0), filler(1)], &slots.proof(&[4, 5])[..]].concat(),
            ..base(&[4])
        },
    );
    fails(
        code,
        "duplicate-beyond-width",
        "order comes before range",
        Open { openings: vec![opening(8, &[0; 32], None), opening(8, &[0; 32], None)], ..base(&[4]) },
    );
    let range = Code::SlotRange;
    fails(
        range,
        "index-is-width",
        "slot 8 of width 8, absent",
        Open { openings: vec![opening(8, &[0; 32], None)], proof: slots.proof(&[0]), ..base(&[0]) },
    );
    let moved = |slot: u16| opening(slot, &salt(&slots.seed, 0), Some(&"incident.report".into()));
    fails(
        range,
        "index-beyond-width",
        "the opening of slot 0 as slot 8, whose path looks the same",
        Open { openings: vec![moved(8)], ..base(&[0]) },
    );
    fails(range, "index-large", "slot 65535", Open { openings: vec![moved(65_535)], ..base(&[0]) });
    fails(
        range,
        "index-as-node",
        "slot 14, the place of the root in a heap of 15 nodes",
        Open { openings: vec![moved(14)], proof: vec![], ..base(&[0]) },
    );
    fails(
        range,
        "range-before-length",
        "range comes before the number of hashes",
        Open { openings: vec![moved(8)], proof: vec![], ..base(&[0]) },
    );
}

fn proofs(operation: &mut Operation) {
    let mut fails = |code: Code, name: &str, description: &str, open: Open| {
        operation.fails(code, name, description, open.input())
    };
    let honest = base(&[4]);
    let length = Code::ProofLength;
    let with = |proof: Vec<Hash>| Open { proof, ..honest.clone() };
    fails(
        length,
        "trailing-hash",
        "a hash after the honest ones",
        with([&honest.proof[..], &[filler(0)]].concat()),
    );
    fails(
        length,
        "leading-hash",
        "a hash before the honest ones",
        with([&[filler(0)], &honest.proof[..]].concat()),
    );
    fails(
        length,
        "trailing-root",
        "the root after the honest hashes",
        with([&honest.proof[..], &[honest.sealed]].concat()),
    );
    fails(length, "hash-missing-last", "the last hash is missing", with(honest.proof[..2].to_vec()));
    fails(length, "hash-missing-first", "the first hash is missing", with(honest.proof[1..].to_vec()));
    fails(length, "proof-empty", "no hash", with(vec![]));
    let all = base(&[0, 1, 2, 3, 4, 5, 6, 7]);
    fails(length, "all-with-hash", "all slots opened, and a hash", Open { proof: vec![filler(0)], ..all });
    let slots = sealed(&small(), &report());
    fails(
        length,
        "single-proofs-joined",
        "two single proofs in place of the multi-proof",
        Open { proof: [slots.proof(&[4]), slots.proof(&[5])].concat(), ..base(&[4, 5]) },
    );
    // A tree of width 8 under a profile of width 16: one level is missing.
    let wider = profile(
        "small-1",
        16,
        envelope().into_iter().chain([pointed(4, "summary", &["string"], "/summary")]).collect(),
        &[],
    );
    let narrow = Slots::seal(LOG, profile_digest(&wider), 8, [3; 32], &report());
    fails(
        length,
        "wrong-width",
        "a tree of 8 leaves under a profile of width 16",
        Open::honest(&wider, &narrow, &[4]),
    );
    let mut padded = Open::honest(&wider, &narrow, &[4]);
    padded.proof.push(filler(0));
    fails(
        Code::SealedMismatch,
        "wrong-width-padded",
        "the same with a hash more, so that the length fits",
        padded,
    );
    let wrong = Code::SealedMismatch;
    for at in 0..3 {
        let mut proof = honest.proof.clone();
        proof[at][0] ^= 1;
        fails(wrong, &format!("hash-bit-{at}"), "one bit of one hash", with(proof));
    }
    let mut swapped = honest.proof.clone();
    swapped.swap(0, 1);
    fails(wrong, "hashes-swapped", "two hashes exchanged", with(swapped));
    let mut reversed = honest.proof.clone();
    reversed.reverse();
    fails(wrong, "hashes-reversed", "the hashes from the root down", with(reversed));
    let mut two = base(&[2, 5]);
    two.proof.swap(0, 1);
    fails(wrong, "level-order", "two hashes of one level exchanged", two);
    let mut sealed_bit = honest.clone();
    sealed_bit.sealed[0] ^= 1;
    fails(wrong, "sealed-bit", "one bit of the sealed value", sealed_bit);
    let value = |value: Option<&Value>| Open {
        openings: vec![opening(4, &salt(&slots.seed, 4), value)],
        ..honest.clone()
    };
    fails(wrong, "value-changed", "another value", value(Some(&"other".into())));
    fails(wrong, "value-for-absent", "a slot with a value opened as absent", value(None));
    fails(wrong, "null-for-value", "null in place of the value", value(Some(&Value::Null)));
    fails(
        wrong,
        "absent-for-null",
        "an absent slot opened as null",
        Open { openings: vec![opening(1, &salt(&slots.seed, 1), Some(&Value::Null))], ..base(&[1]) },
    );
    fails(
        wrong,
        "absent-for-empty",
        "an absent slot opened as an empty string",
        Open { openings: vec![opening(1, &salt(&slots.seed, 1), Some(&"".into()))], ..base(&[1]) },
    );
    let mut other_salt = salt(&slots.seed, 4);
    other_salt[31] ^= 1;
    fails(
        wrong,
        "salt-bit",
        "one bit of the salt",
        Open { openings: vec![opening(4, &other_salt, Some(&"text".into()))], ..honest.clone() },
    );
    let text = Open { openings: vec![opening(5, &salt(&slots.seed, 5), Some(&"1.5".into()))], ..base(&[5]) };
    fails(wrong, "number-as-text", "the string of the number", text);
    // A leaf that is a node in disguise: its own bytes hash under another label.
    let plain = sha256(&[&[0], b"text"]);
    fails(
        wrong,
        "sealed-is-root",
        "the sealed value is the bare hash of the value",
        Open { sealed: plain, ..honest },
    );
}

fn replays(operation: &mut Operation) {
    let mut fails = |name: &str, description: &str, open: Open| {
        operation.fails(Code::SealedMismatch, name, description, open.input())
    };
    let honest = base(&[4]);
    let slots = sealed(&small(), &report());
    fails(
        "copied-from-other-log",
        "sealed value, openings and proof of one log, presented for another",
        Open { log: [0x4d; 32], ..honest.clone() },
    );
    let elsewhere = Slots::seal([0x4d; 32], slots.profile, 8, slots.seed, &report());
    fails(
        "opening-of-other-log",
        "the opening of another log's statement with the same seed and values",
        Open { sealed: elsewhere.sealed(), proof: elsewhere.proof(&[4]), ..honest.clone() },
    );
    let other = Slots::seal(LOG, slots.profile, 8, [8; 32], &report());
    fails(
        "opening-of-other-statement",
        "the opening of another statement of the same log",
        Open { sealed: other.sealed(), ..honest.clone() },
    );
    fails(
        "opening-in-other-statement",
        "the opening of this statement with the proof of another",
        Open { sealed: other.sealed(), proof: other.proof(&[4]), ..honest.clone() },
    );
    let replayed = opening(5, &salt(&slots.seed, 4), Some(&"text".into()));
    fails(
        "slot-replayed-at-sibling",
        "the opening of slot 4 as slot 5, with its own leaf as sibling",
        Open {
            openings: vec![replayed],
            proof: [&[slots.leaf(4)], &honest.proof[1..]].concat(),
            ..honest.clone()
        },
    );
    let replayed = opening(0, &salt(&slots.seed, 4), Some(&"text".into()));
    fails(
        "slot-replayed-elsewhere",
        "the opening of slot 4 as slot 0",
        Open { openings: vec![replayed], ..honest.clone() },
    );
    let renamed = profile("small-2", 8, small_slots(), &[]);
    fails(
        "other-profile",
        "the same slots under a profile of another name",
        Open { profile: renamed.clone(), ..honest.clone() },
    );
    let under = Slots::seal(LOG, profile_digest(&renamed), 8, slots.seed, &report());
    fails(
        "sealed-under-other-profile",
        "sealed under one profile, opened under another",
        Open { profile: small(), ..Open::honest(&renamed, &under, &[4]) },
    );
    let bare = leaf(&LOG, 4, &salt(&slots.seed, 4), Some(&"text".into()));
    fails("leaf-as-sealed", "the leaf itself as sealed value", Open { sealed: bare, ..honest });
}

fn small_slots() -> Vec<detente_core::json::Object> {
    let Value::Object(members) = small() else { panic!("an object") };
    members["slots"].as_array().unwrap().iter().map(|slot| slot.as_object().unwrap().clone()).collect()
}
