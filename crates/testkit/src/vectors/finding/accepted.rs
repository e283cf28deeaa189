//! Offences that are shown, in every shape of the two trees.

use detente_core::MAX_POSITION;

use super::{Findings, ORIGIN, Scene, Side, TIME, WITNESS, filler, forked, log, witness};
use crate::build::{
    bytes::Hash,
    finding::{COSIGNED_BACKWARDS, COSIGNED_FORK, FORK, Signer},
    keys::Key,
    tree::{counting_leaves, fold_prefix, prefix_length},
};

pub(super) fn vectors(findings: &mut Findings) {
    small(findings);
    huge(findings);
    names(findings);
    texts(findings);
    times(findings);
    backwards(findings);
}

/// Sizes of the two trees, and the first entry in which they differ, which is below the smaller size.
const SHAPES: [(usize, usize, usize); 22] = [
    (1, 1, 0),
    (2, 2, 1),
    (3, 3, 2),
    (8, 8, 0),
    (13, 13, 8),
    (13, 13, 12),
    (1, 2, 0),
    (1, 13, 0),
    (2, 3, 1),
    (2, 4, 0),
    (3, 4, 2),
    (3, 7, 0),
    (4, 7, 3),
    (4, 8, 0),
    (5, 13, 4),
    (7, 8, 6),
    (8, 13, 7),
    (12, 13, 11),
    (1, 300, 0),
    (255, 257, 254),
    (256, 300, 255),
    (299, 300, 0),
];

fn small(findings: &mut Findings) {
    for (m, n, at) in SHAPES {
        let description = format!("sizes {m} and {n}, and entry {at} is not the same");
        let scene = Scene::fork(&counting_leaves(m), &forked(at, n));
        findings.accepts(format!("fork-{m}-{n}-at-{at}"), &description, &scene);
        let scene = Scene::cosigned(&forked(at, m), &counting_leaves(n));
        findings.accepts(format!("cosigned-fork-{m}-{n}-at-{at}"), &description, &scene);
    }
}

/// Trees too large to build: hashes that nobody has entries for, the root of the second that they give, and another
/// root for the first.
fn huge_scene(offence: &str, signer: Signer, m: u64, n: u64) -> Scene {
    let hashes: Vec<Hash> = (0..prefix_length(m, n)).map(filler).collect();
    let (_, second) = fold_prefix(m, n, &hashes);
    // Zeros are below every root, so that equal sizes are in order.
    let (first, second) = (Side::new(m, [0; 32]), Side::new(n, second));
    Scene { offence: offence.to_owned(), signer, first, second, hashes }
}

fn huge(findings: &mut Findings) {
    for (name, m, n) in [
        ("largest-1", 1, MAX_POSITION),
        ("largest-equal", MAX_POSITION, MAX_POSITION),
        ("largest-all-but-one", MAX_POSITION - 1, MAX_POSITION),
        ("largest-2-pow-62", 1 << 62, MAX_POSITION),
        ("2-pow-62-half", 1 << 61, 1 << 62),
        ("2-pow-62-and-1", 1 << 62, (1 << 62) + 1),
        ("2-pow-53-and-1", 1 << 53, (1 << 53) + 1),
        ("alternating-bits", 0x2aaa_aaaa_aaaa_aaaa, 0x5555_5555_5555_5555),
    ] {
        let description = "two large trees; hashes that nobody has entries for";
        findings.accepts(format!("fork-{name}"), description, &huge_scene(FORK, log(), m, n));
        let scene = huge_scene(COSIGNED_FORK, witness(), m, n);
        findings.accepts(format!("cosigned-fork-{name}"), description, &scene);
    }
}

fn names(findings: &mut Findings) {
    let long = format!("{}/log", "x".repeat(251));
    for (name, origin) in
        [("long-name", long.as_str()), ("unicode-name", "bücher.example/日誌"), ("quoted-name", "a\"\\b")]
    {
        let renamed = Scene::plain().with(|scene| {
            scene.signer.name = origin.to_owned();
            scene.first.origin = origin.to_owned();
            scene.second.origin = origin.to_owned();
        });
        findings.accepts(format!("fork-{name}"), "a name that needs care in JSON or in its length", &renamed);
    }
    let same = Scene::plain_cosigned().with(|scene| scene.signer.name = ORIGIN.to_owned());
    findings.accepts("cosigned-fork-name-of-log", "a witness whose name is the log's origin", &same);
    let other = Scene::plain_cosigned().with(|scene| scene.signer.name = "witness.example/w9".to_owned());
    findings.accepts(
        "cosigned-fork-other-name",
        "the witness's key under another name: the cosignature does not cover it",
        &other,
    );
    let key = Scene::plain_cosigned().with(|scene| scene.signer.key = Key::counting(0));
    findings.accepts("cosigned-fork-key-of-log", "a witness that has the key of the log", &key);
}

fn texts(findings: &mut Findings) {
    for (which, at_first, at_second) in
        [("first", true, false), ("second", false, true), ("both", true, true)]
    {
        for (base, plain) in [
            ("fork", Scene::plain()),
            ("cosigned-fork", Scene::plain_cosigned()),
            ("backwards", Scene::plain_backwards()),
        ] {
            let scene = plain.with(|scene| {
                if at_first {
                    scene.first.extension = "one\ntwo\n".to_owned();
                }
                if at_second {
                    scene.second.extension = "three\n".to_owned();
                }
            });
            findings.accepts(
                format!("{base}-extension-{which}"),
                "extension lines are read and ignored",
                &scene,
            );
        }
    }
    let line = log().line(0, "anything\n");
    let scene = Scene::plain().with(|scene| scene.first.extension = line);
    findings.accepts("fork-extension-like-a-signature", "a signature line as an extension line", &scene);
    let scene = Scene::fork(&counting_leaves(13), &forked(8, 13)).with(|scene| {
        scene.first.extension = "z\n".to_owned();
    });
    findings.accepts(
        "fork-equal-sizes-extension",
        "the order is that of the roots, not of the texts",
        &scene,
    );
}

fn times(findings: &mut Findings) {
    for (name, first, second) in [
        ("times-equal", TIME, TIME),
        ("times-backwards", TIME + 60, TIME),
        ("times-1", 1, 1),
        ("times-largest", MAX_POSITION, MAX_POSITION),
    ] {
        let scene = Scene::plain_cosigned().with(|scene| {
            scene.first.time = first;
            scene.second.time = second;
        });
        findings.accepts(format!("cosigned-fork-{name}"), "the times do not matter for a fork", &scene);
    }
}

fn backwards(findings: &mut Findings) {
    for (m, n) in [(1, 2), (7, 13), (8, 13), (12, 13), (256, 300)] {
        let scene = Scene::backwards(&counting_leaves(m), &counting_leaves(n));
        findings.accepts(format!("backwards-{m}-{n}"), "two sizes of one tree, the smaller later", &scene);
    }
    let scene = Scene::backwards(&counting_leaves(7), &forked(3, 13));
    findings.accepts("backwards-fork", "two sizes of two trees, the smaller later", &scene);
    for (name, first, second) in [
        ("one-second", TIME + 1, TIME),
        ("times-farthest", MAX_POSITION, 1),
        ("times-largest", MAX_POSITION, MAX_POSITION - 1),
        ("times-2-and-1", 2, 1),
    ] {
        let scene = Scene::plain_backwards().with(|scene| {
            scene.first.time = first;
            scene.second.time = second;
        });
        findings.accepts(format!("backwards-{name}"), "the smaller size has the larger time", &scene);
    }
    let largest = Scene {
        offence: COSIGNED_BACKWARDS.to_owned(),
        signer: Signer { name: WITNESS.to_owned(), ..witness() },
        first: Side { time: TIME + 1, ..Side::new(1, filler(1)) },
        second: Side::new(MAX_POSITION, filler(0)),
        hashes: vec![],
    };
    findings.accepts("backwards-largest", "sizes 1 and 2^63 - 1; no entries are needed", &largest);
    let root = Scene::plain_backwards().with(|scene| scene.first.root = scene.second.root);
    findings.accepts("backwards-one-root", "two sizes with one root", &root);
}
