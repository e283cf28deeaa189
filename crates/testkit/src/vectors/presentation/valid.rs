//! Presentations that verify, and what the reader's side can be.

use detente_core::Code;

use super::scene::{ONE, Scene, audience, companion, input, input_for, json};
use crate::{
    build::{
        keys::Key,
        note,
        statement::{AUTHOR, SEALING, Statement, key_add, key_revoke, key_rotate, kind},
    },
    vector::Operation,
};

const LO: u64 = 1_700_000_100;
const HI: u64 = 1_700_000_200;

pub(super) fn vectors(operation: &mut Operation) {
    openings(operation);
    readers(operation);
    times(operation);
    keys(operation);
}

fn openings(operation: &mut Operation) {
    let base = Scene::new();
    let policy = base.policy(ONE);
    let mut ok = |name: &str, description: &str, scene: Scene| {
        operation.ok(
            name,
            description,
            input(&scene.file(), &policy),
            scene.output("VERIFIED", Some(LO), Some(HI)),
        );
    };
    ok("plain", "kind and half a sector of a report", base.clone());
    ok("one-slot", "one slot", Scene { opened: vec![33], ..base.clone() });
    ok("absent-slots", "absent slots beside values", Scene { opened: vec![3, 4, 12, 255], ..base.clone() });
    ok(
        "all-slots",
        "all 256 slots: the multi-proof is empty",
        Scene { opened: (0..256).collect(), ..base.clone() },
    );
    let mut moved = base.clone();
    moved.entries.swap(7, 12);
    ok("last-entry", "the report is the last entry", Scene { index: 12, ..moved });
    let mut marked = base.grant();
    for (tlp, pap) in [(0, 0), (1, 2), (3, 3), (4, 3)] {
        (marked.tlp, marked.pap) = (tlp, pap);
        let grant = marked.clone();
        let file = base.with_grant(|honest| *honest = grant);
        operation.ok(
            format!("markings-{tlp}-{pap}"),
            "other markings",
            input(&file, &policy),
            base.output("VERIFIED", Some(LO), Some(HI)),
        );
    }
    let largest = base.with_grant(|grant| grant.time = i64::MAX as u64);
    operation.ok(
        "grant-time-largest",
        "a grant at the largest time",
        input(&largest, &policy),
        base.output("VERIFIED", Some(LO), Some(HI)),
    );
    let author = Scene { granter: base.party.author.clone(), ..base };
    operation.ok(
        "granted-by-author",
        "the grant is signed by an author's key",
        input(&author.file(), &policy),
        author.output("VERIFIED", Some(LO), Some(HI)),
    );
}

fn readers(operation: &mut Operation) {
    let base = Scene::new();
    let policy = base.policy(ONE);
    let file = base.file();
    let good = companion(&policy, 0);
    operation.ok(
        "audience-named",
        "the reader names its own key",
        input_for(&file, &policy, Some(&good), Some(audience().digest())),
        base.output("VERIFIED", Some(LO), Some(HI)),
    );
    operation.fails(
        Code::NotAudience,
        "not-audience",
        "the reader names another key",
        input_for(&file, &policy, Some(&good), Some(Key::named("c.example").digest())),
    );
    let none = base.policy("quorum none\n");
    operation.ok(
        "unwitnessed",
        "a policy that asks for no witness",
        input(&file, &none),
        base.output("UNWITNESSED", None, None),
    );
    operation.ok(
        "unwitnessed-no-companion",
        "no witness asked for, no companion",
        input_for(&file, &none, None, None),
        base.output("UNWITNESSED", None, None),
    );
    let bare = Scene { cosigned: vec![], earlier: None, ..base.clone() };
    operation.ok(
        "unwitnessed-bare",
        "no cosignature and no earlier checkpoint",
        input(&bare.file(), &none),
        bare.output("UNWITNESSED", None, None),
    );
    let under = Code::UnderWitnessed;
    operation.fails(
        under,
        "under-witnessed",
        "no cosignature",
        input(&Scene { cosigned: vec![], ..base.clone() }.file(), &policy),
    );
    operation.fails(
        under,
        "under-witnessed-no-companion",
        "without a companion no witness is neutral",
        input_for(&file, &policy, None, None),
    );
    let party = note::companion(&policy, 0, &[("w1", "a.example")], &["a.example"]);
    operation.fails(
        under,
        "under-witnessed-not-neutral",
        "the only witness is a party's",
        input_for(&file, &policy, Some(&party), None),
    );
    operation.fails(
        under,
        "under-witnessed-time-0",
        "the only cosignature has time 0",
        input(&Scene { cosigned: vec![(1, 0)], ..base.clone() }.file(), &policy),
    );
    let two = base.policy("group g 2 w1 w2 w3\nquorum g\n");
    operation.fails(under, "under-witnessed-one-of-three", "one where two are asked for", input(&file, &two));
    operation.fails(
        under,
        "under-witnessed-earlier-is-not",
        "the quorum of the earlier checkpoint does not help",
        input(
            &Scene { cosigned: vec![(1, 500)], earlier: Some((6, vec![(1, 100), (2, 100)])), ..base.clone() }
                .file(),
            &two,
        ),
    );
    let other = base.policy("# another\nquorum w1\n");
    operation.fails(
        Code::CompanionMismatch,
        "companion-mismatch",
        "the companion names another policy",
        input_for(&file, &policy, Some(&companion(&other, 0)), None),
    );
    operation.fails(
        Code::MalformedPolicy,
        "policy-malformed",
        "the reader's policy is malformed",
        input_for(&file, policy.trim_end(), None, None),
    );
    let stranger = Scene { party: crate::build::statement::Party::named("b.example"), ..base };
    operation.fails(
        Code::UnknownLog,
        "other-policy",
        "the policy of another log",
        input(&file, &stranger.policy(ONE)),
    );
}

fn times(operation: &mut Operation) {
    let base = Scene::new();
    let mut ok =
        |name: &str, description: &str, scene: Scene, rest: &str, lo: Option<u64>, hi: Option<u64>| {
            operation.ok(
                name,
                description,
                input(&scene.file(), &scene.policy(rest)),
                scene.output("VERIFIED", lo, hi),
            );
        };
    let two = "group g 2 w1 w2 w3\nquorum g\n";
    let at = |cosigned: &[(u8, u64)], earlier: Option<(usize, &[(u8, u64)])>| Scene {
        cosigned: cosigned.to_vec(),
        earlier: earlier.map(|(size, list)| (size, list.to_vec())),
        ..base.clone()
    };
    ok(
        "no-earlier",
        "no earlier checkpoint: the earliest time is unknown",
        at(&[(1, 200)], None),
        ONE,
        None,
        Some(200),
    );
    ok(
        "earlier-size-is-index",
        "an earlier checkpoint of size 7 does not cover index 7",
        at(&[(1, 200)], Some((7, &[(1, 100)]))),
        ONE,
        Some(100),
        Some(200),
    );
    ok(
        "earlier-size-0",
        "an earlier checkpoint of the empty tree",
        at(&[(1, 200)], Some((0, &[(1, 100)]))),
        ONE,
        Some(100),
        Some(200),
    );
    ok(
        "earlier-size-4",
        "an earlier checkpoint of a power of two",
        at(&[(1, 200)], Some((4, &[(1, 100)]))),
        ONE,
        Some(100),
        Some(200),
    );
    ok(
        "earlier-not-cosigned",
        "an earlier checkpoint without a cosignature gives no time",
        at(&[(1, 200)], Some((6, &[]))),
        ONE,
        None,
        Some(200),
    );
    ok(
        "earlier-under-witnessed",
        "an earlier checkpoint whose quorum is not met gives no time",
        at(&[(1, 200), (2, 210)], Some((6, &[(3, 100)]))),
        two,
        None,
        Some(210),
    );
    ok(
        "tie",
        "earliest and latest are equal",
        at(&[(1, 100)], Some((6, &[(1, 100)]))),
        ONE,
        Some(100),
        Some(100),
    );
    ok(
        "two-of-three",
        "two of three, one of them far off on each side",
        at(&[(1, 1), (2, 205), (3, 210)], Some((6, &[(1, 9_999), (2, 95), (3, 90)]))),
        two,
        Some(95),
        Some(205),
    );
    let conflict = at(&[(1, 200)], Some((6, &[(1, 300)])));
    let split = "group g any w1 w2\nquorum g\n";
    ok(
        "quorum-split",
        "quorums that need not share a witness give no times",
        conflict.clone(),
        split,
        None,
        None,
    );
    operation.fails(
        Code::WitnessConflict,
        "witness-conflict",
        "the earlier checkpoint was cosigned after the later one",
        input(&conflict.file(), &conflict.policy(ONE)),
    );
    let policy = base.policy(ONE);
    operation.ok(
        "quorum-split-f-1",
        "one witness, who may lie",
        input_for(&base.file(), &policy, Some(&companion(&policy, 1)), None),
        base.output("VERIFIED", None, None),
    );
}

fn keys(operation: &mut Operation) {
    let base = Scene::new();
    let (party, log) = (base.party.clone(), base.party.log());
    let policy = base.policy(ONE);
    let second = Key::named("a.example second author");
    let add = party.visible(kind::KEY_ADD, key_add(&log, 1, AUTHOR, &second));
    let next = Key::named("a.example next sealing");
    let rotate =
        party.visible(kind::KEY_ROTATE, key_rotate(&log, 1, &party.sealing.digest(), SEALING, &next));
    let rotated = Statement::sealing(log, &next, base.slots.sealed()).signed(&next);
    let mut ok = |name: &str, description: &str, scene: Scene| {
        operation.ok(
            name,
            description,
            input(&scene.file(), &policy),
            scene.output("VERIFIED", Some(LO), Some(HI)),
        );
    };
    ok(
        "grant-key-added-before",
        "the grant's key was added before the entry",
        Scene { events: vec![0, 3], granter: second.clone(), ..base.clone().put(3, add.clone()) },
    );
    ok(
        "grant-key-added-after",
        "the grant's key was added after the entry, below the checkpoint",
        Scene { events: vec![0, 9], granter: second.clone(), ..base.clone().put(9, add.clone()) },
    );
    ok(
        "author-rotated-before",
        "the sealing key was rotated before the entry, which the new one signs",
        Scene {
            events: vec![0, 3],
            granter: next.clone(),
            ..base.clone().put(3, rotate.clone()).put(7, rotated)
        },
    );
    ok(
        "author-rotated-after",
        "the sealing key was rotated after the entry; an author's key grants",
        Scene { events: vec![0, 9], granter: party.author.clone(), ..base.clone().put(9, rotate) },
    );
    ok(
        "event-not-needed",
        "an event that neither key needs",
        Scene { events: vec![0, 3], ..base.clone().put(3, add.clone()) },
    );
    let revoke = party.visible(kind::KEY_REVOKE, key_revoke(2, &second.digest(), 1));
    ok(
        "other-key-revoked",
        "a key that is not used was revoked",
        Scene { events: vec![0, 3, 9], ..base.clone().put(3, add.clone()).put(9, revoke.clone()) },
    );
    ok(
        "revocation-left-out",
        "a revocation that the file leaves out does not show",
        Scene { events: vec![0, 3], granter: second, ..base.clone().put(3, add).put(9, revoke) },
    );
    let other = [(0, json("\"evidence.commit\"")), (7, json("\"digest\""))];
    let scene = Scene { opened: vec![0, 7], ..Scene::with_values(&other) };
    ok("evidence-commit", "another sealed kind", scene);
}
