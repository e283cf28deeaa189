//! Steps 5 to 9: origins, order, and what honest signers do too.

use detente_core::{Code, MAX_POSITION};

use super::{Findings, ORIGIN, Scene, Side, TIME, filler, forked, log};
use crate::build::{
    bytes::{Hash, sha256},
    finding::FORK,
    tree::{consistency, counting_leaves, fold_prefix, prefix, prefix_length, root},
};

pub(super) fn vectors(findings: &mut Findings) {
    origins(findings);
    order(findings);
    nothing(findings);
    lengths(findings);
    other_hashes(findings);
    honest(findings);
    times(findings);
}

/// The plain scene of each offence.
fn plain() -> [(&'static str, Scene); 3] {
    [
        ("fork", Scene::plain()),
        ("cosigned-fork", Scene::plain_cosigned()),
        ("backwards", Scene::plain_backwards()),
    ]
}

fn origins(findings: &mut Findings) {
    let code = Code::OriginMismatch;
    let other = || "log.example/b".to_owned();
    for (base, scene) in plain() {
        let first = scene.with(|scene| scene.first.origin = other());
        findings.refuses_scene(
            code,
            format!("{base}-first-of-other-log"),
            "the first is of another log",
            &first,
        );
        let second = scene.with(|scene| scene.second.origin = other());
        findings.refuses_scene(
            code,
            format!("{base}-second-of-other-log"),
            "the second is of another log",
            &second,
        );
    }
    let both = Scene::plain().with(|scene| {
        scene.first.origin = other();
        scene.second.origin = other();
    });
    findings.refuses_scene(
        code,
        "fork-both-of-other-log",
        "both have another origin than the culprit's name",
        &both,
    );
    let capital = Scene::plain().with(|scene| scene.second.origin = "Log.example/a".to_owned());
    findings.refuses_scene(code, "fork-origin-capital", "a capital letter in the origin", &capital);
    let capital = Scene::plain_cosigned().with(|scene| scene.second.origin = "log.example/A".to_owned());
    findings.refuses_scene(code, "cosigned-fork-origin-capital", "a capital letter in the origin", &capital);
    let composed = Scene::plain_cosigned().with(|scene| {
        scene.first.origin = "caf\u{e9}".to_owned();
        scene.second.origin = "cafe\u{301}".to_owned();
    });
    findings.refuses_scene(
        code,
        "cosigned-fork-origin-normal-form",
        "one letter written in two ways",
        &composed,
    );
    let same_tree = Scene::cosigned(&counting_leaves(13), &forked(8, 13)).with(|scene| {
        scene.first.origin = other();
        scene.first.root = scene.second.root;
    });
    findings.refuses_scene(code, "cosigned-fork-one-tree-two-logs", "one tree of two logs", &same_tree);
}

fn exchanged(scene: &Scene) -> Scene {
    scene.with(|scene| core::mem::swap(&mut scene.first, &mut scene.second))
}

fn order(findings: &mut Findings) {
    let code = Code::MalformedFinding;
    for (base, scene) in plain() {
        let description = "the larger size stands first";
        findings.refuses_scene(code, format!("{base}-sizes-exchanged"), description, &exchanged(&scene));
    }
    let (one, two) = (counting_leaves(13), forked(8, 13));
    let description = "of two equal sizes the larger root stands first";
    let fork = exchanged(&Scene::fork(&one, &two));
    findings.refuses_scene(code, "fork-roots-exchanged", description, &fork);
    let proven = fork.with(|scene| scene.hashes = vec![scene.second.root]);
    findings.refuses_scene(code, "fork-roots-exchanged-with-hashes", description, &proven);
    let cosigned = exchanged(&Scene::cosigned(&one, &two));
    findings.refuses_scene(code, "cosigned-fork-roots-exchanged", description, &cosigned);
    let backwards = exchanged(&Scene::backwards(&one, &two));
    findings.refuses_scene(code, "backwards-roots-exchanged", description, &backwards);
    // First bytes 0x7f and 0x80: in order as unsigned bytes, and not as signed ones.
    let (mut low, mut high) = ([0; 32], [0; 32]);
    (low[0], high[0]) = (0x7f, 0x80);
    let signed = |first: Hash, second: Hash| Scene {
        offence: FORK.to_owned(),
        signer: log(),
        first: Side::new(13, first),
        second: Side::new(13, second),
        hashes: vec![second],
    };
    findings.accepts("fork-roots-7f-80", "first bytes 7f and 80", &signed(low, high));
    findings.refuses_scene(code, "fork-roots-80-7f", "first bytes 80 and 7f", &signed(high, low));
    // Base64 sorts `/` (63) before `A` (0).
    let (mut zero, mut last) = ([0; 32], [0; 32]);
    (zero[0], last[0]) = (0x01, 0xff);
    findings.accepts("fork-roots-base64-order", "in order as bytes and not as base64", &signed(zero, last));
    findings.refuses_scene(
        code,
        "fork-roots-base64-exchanged",
        "in order as base64 and not as bytes",
        &signed(last, zero),
    );
    let nine = Scene::fork(&counting_leaves(9), &forked(3, 13));
    findings.accepts("fork-sizes-9-13", "in order as numbers and not as texts", &nine);
    findings.refuses_scene(
        code,
        "fork-sizes-13-9",
        "in order as texts and not as numbers",
        &exchanged(&nine),
    );
}

fn nothing(findings: &mut Findings) {
    let code = Code::NoOffence;
    let thirteen = counting_leaves(13);
    for (base, scene) in [
        ("fork", Scene::fork(&[], &thirteen)),
        ("cosigned-fork", Scene::cosigned(&[], &thirteen)),
        ("backwards", Scene::backwards(&[], &thirteen)),
    ] {
        findings.refuses_scene(
            code,
            format!("{base}-empty-first"),
            "every tree begins with the empty one",
            &scene,
        );
        if base != "backwards" {
            let hashes = scene.with(|scene| scene.hashes = vec![scene.second.root]);
            findings.refuses_scene(code, format!("{base}-empty-first-with-hash"), "and a hash", &hashes);
        }
    }
    for (base, scene) in [
        ("fork", Scene::fork(&[], &[])),
        ("cosigned-fork", Scene::cosigned(&[], &[])),
        ("backwards", Scene::backwards(&[], &[])),
    ] {
        findings.refuses_scene(code, format!("{base}-empty-both"), "the empty tree twice", &scene);
    }
    for (base, scene) in [
        ("fork", Scene::fork(&thirteen, &thirteen)),
        ("cosigned-fork", Scene::cosigned(&thirteen, &thirteen)),
        ("backwards", Scene::backwards(&thirteen, &thirteen)),
    ] {
        findings.refuses_scene(code, format!("{base}-same-tree"), "one tree twice", &scene);
        let extended = scene.with(|scene| scene.first.extension = "more\n".to_owned());
        findings.refuses_scene(
            code,
            format!("{base}-same-tree-extension"),
            "one tree in two texts",
            &extended,
        );
        if base != "backwards" {
            let empty = scene.with(|scene| scene.hashes.clear());
            findings.refuses_scene(
                code,
                format!("{base}-same-tree-no-hash"),
                "one tree twice, no hash",
                &empty,
            );
        }
    }
    let note = Scene::fork(&thirteen, &thirteen).finding();
    assert_eq!(note.first, note.second, "the same note");
    for (base, scene) in [("cosigned-fork", Scene::plain_cosigned()), ("backwards", Scene::plain_backwards())]
    {
        for (which, first, second) in [("first", 0, TIME), ("second", TIME, 0), ("both", 0, 0)] {
            let zero = scene.with(|scene| {
                scene.first.time = first;
                scene.second.time = second;
            });
            findings.refuses_scene(code, format!("{base}-time-0-{which}"), "time 0 is no cosignature", &zero);
        }
    }
}

fn lengths(findings: &mut Findings) {
    let code = Code::ProofLength;
    for (base, scene) in [("fork", Scene::plain()), ("cosigned-fork", Scene::plain_cosigned())] {
        let mut length = |name: &str, description: &str, hashes: Vec<Hash>| {
            let scene = scene.with(|scene| scene.hashes = hashes);
            findings.refuses_scene(code, format!("{base}-hashes-{name}"), description, &scene);
        };
        let right = &scene.hashes;
        length("none", "no hash", vec![]);
        length("missing-first", "the first hash is missing", right[1..].to_vec());
        length("missing-last", "the last hash is missing", right[..right.len() - 1].to_vec());
        length("extra", "a hash more", [&right[..], &[filler(0)]].concat());
        length("root-alone", "the root alone", vec![scene.second.root]);
        length("sixty-four", "64 hashes", (0..64).map(filler).collect());
        length("of-other-size", "the hashes for another size of the first", prefix(8, &forked(3, 13)));
    }
    let equal = Scene::fork(&counting_leaves(13), &forked(8, 13));
    let none = equal.with(|scene| scene.hashes.clear());
    findings.refuses_scene(code, "fork-equal-sizes-no-hash", "equal sizes without the root", &none);
    let two = equal.with(|scene| scene.hashes = vec![scene.first.root, scene.second.root]);
    findings.refuses_scene(code, "fork-equal-sizes-two-hashes", "equal sizes with both roots", &two);
    let power = Scene::fork(&counting_leaves(8), &forked(3, 13));
    let proof = power.with(|scene| scene.hashes = consistency(8, &forked(3, 13)));
    findings.refuses_scene(
        code,
        "fork-consistency-proof-of-8",
        "a consistency proof, which leaves the first hash out",
        &proof,
    );
}

fn other_hashes(findings: &mut Findings) {
    let code = Code::InvalidConsistency;
    for (base, scene) in [("fork", Scene::plain()), ("cosigned-fork", Scene::plain_cosigned())] {
        let mut wrong = |name: &str, description: &str, hashes: Vec<Hash>| {
            let scene = scene.with(|scene| scene.hashes = hashes);
            findings.refuses_scene(code, format!("{base}-hashes-{name}"), description, &scene);
        };
        let right = &scene.hashes;
        for at in 0..right.len() {
            let mut hashes = right.clone();
            hashes[at][31] ^= 1;
            wrong(&format!("wrong-{at}"), "one bit of one hash", hashes);
        }
        wrong("reversed", "the hashes in the opposite order", right.iter().rev().copied().collect());
        wrong(
            "of-first-tree",
            "the hashes of the tree that the first belongs to",
            prefix(7, &counting_leaves(13)),
        );
        wrong("of-nobody", "hashes of nothing", (0..right.len()).map(filler).collect());
        wrong("zeros", "zeros", vec![[0; 32]; right.len()]);
    }
    let equal = Scene::fork(&counting_leaves(13), &forked(8, 13));
    let first = equal.with(|scene| scene.hashes = vec![scene.first.root]);
    findings.refuses_scene(
        code,
        "fork-equal-sizes-root-of-first",
        "equal sizes with the root of the first",
        &first,
    );
    let other = equal.with(|scene| scene.hashes = vec![filler(0)]);
    findings.refuses_scene(code, "fork-equal-sizes-other-hash", "equal sizes with another hash", &other);
    let one = Scene::fork(&counting_leaves(1), &forked(0, 13));
    let first = one.with(|scene| scene.hashes[0] = scene.first.root);
    findings.refuses_scene(
        code,
        "fork-root-of-first-inside",
        "the root of the first put into the hashes of the second",
        &first,
    );
}

fn honest(findings: &mut Findings) {
    let code = Code::NoOffence;
    for (m, n) in [(1, 2), (1, 13), (4, 8), (7, 13), (8, 13), (12, 13), (256, 300), (299, 300)] {
        let (small, large) = (counting_leaves(m), counting_leaves(n));
        let description = format!("the tree of {n} begins with the one of {m}");
        findings.refuses_scene(
            code,
            format!("fork-honest-{m}-{n}"),
            &description,
            &Scene::fork(&small, &large),
        );
        findings.refuses_scene(
            code,
            format!("cosigned-fork-honest-{m}-{n}"),
            &description,
            &Scene::cosigned(&small, &large),
        );
    }
    for (name, m, n) in [
        ("1", 1, MAX_POSITION),
        ("2-pow-62", 1 << 62, MAX_POSITION),
        ("all-but-one", MAX_POSITION - 1, MAX_POSITION),
    ] {
        let hashes: Vec<Hash> = (0..prefix_length(m, n)).map(filler).collect();
        let (first, second) = fold_prefix(m, n, &hashes);
        let (first, second) = (Side::new(m, first), Side::new(n, second));
        let scene = Scene { offence: FORK.to_owned(), signer: log(), first, second, hashes };
        findings.refuses_scene(
            code,
            format!("fork-honest-largest-{name}"),
            "a large tree begins with the first",
            &scene,
        );
    }
    let empty_root =
        Scene::fork(&counting_leaves(7), &counting_leaves(13)).with(|scene| scene.first.root = sha256(&[]));
    findings.accepts("fork-empty-root", "size 7 with the root of the empty tree", &empty_root);
    let backwards_later = Scene::cosigned(&counting_leaves(7), &counting_leaves(13))
        .with(|scene| scene.first.time = TIME + 999);
    findings.refuses_scene(
        code,
        "cosigned-fork-only-backwards",
        "no fork, but the other offence",
        &backwards_later,
    );
    assert_eq!(root(&counting_leaves(7)), Scene::plain().first.root);
    assert_eq!(Scene::plain().first.origin, ORIGIN);
}

fn times(findings: &mut Findings) {
    let code = Code::NoOffence;
    let plain = Scene::plain_backwards();
    for (name, first, second) in [
        ("equal", TIME, TIME),
        ("forwards", TIME, TIME + 1),
        ("1-and-1", 1, 1),
        ("largest", MAX_POSITION, MAX_POSITION),
        ("2-pow-32", 1, 1 << 32),
    ] {
        let scene = plain.with(|scene| {
            scene.first.time = first;
            scene.second.time = second;
        });
        findings.refuses_scene(
            code,
            format!("backwards-not-later-{name}"),
            "the smaller size is not later",
            &scene,
        );
    }
    let equal = Scene::backwards(&counting_leaves(13), &forked(8, 13));
    findings.refuses_scene(
        code,
        "backwards-equal-sizes",
        "two roots of one size are the other offence",
        &equal,
    );
    let forwards =
        Scene::backwards(&counting_leaves(7), &forked(3, 13)).with(|scene| scene.first.time = TIME - 1);
    findings.refuses_scene(code, "backwards-fork-forwards", "a fork, and the times are in order", &forwards);
}
