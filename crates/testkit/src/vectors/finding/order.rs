//! Two things wrong at once: the earlier step decides.

use detente_core::Code;

use super::{Findings, ORIGIN, Scene, filler, forked, input, log, witness};
use crate::build::{
    edwards::torsion,
    finding::Finding,
    keys::{COSIGNATURE, Key, LOG, vkey},
    note::{policy_log, policy_witness},
    tree::counting_leaves,
};

const FINDING: Code = Code::MalformedFinding;

pub(super) fn vectors(findings: &mut Findings) {
    culprit_and_notes(findings);
    first_and_second(findings);
    within_a_note(findings);
    signatures_and_meaning(findings);
    meaning(findings);
    policy_last(findings);
}

fn refuses(findings: &mut Findings, code: Code, name: &str, description: &str, finding: &Finding) {
    findings.refuses(code, format!("order-{name}"), description, finding);
}

/// A note for a text, in place of the right one.
type Written<'a> = &'a dyn Fn(&str) -> String;

/// A note whose signature is not valid.
fn unsigned(scene: &Scene, text: &str) -> String {
    let line = scene.signer.line(super::TIME, "another text\n");
    crate::build::note::note(text, &[line])
}

fn culprit_and_notes(findings: &mut Findings) {
    let plain = Scene::plain().finding();
    let broken = |culprit: &str| Finding {
        culprit: culprit.to_owned(),
        first: String::new(),
        second: String::new(),
        ..plain.clone()
    };
    refuses(findings, Code::MalformedKey, "culprit-then-notes", "no vkey, and no notes", &broken("?"));
    let weak = broken(&vkey(ORIGIN, LOG, &torsion(0)));
    refuses(findings, Code::WeakKey, "weak-key-then-notes", "a weak key, and no notes", &weak);
    let witness = broken(&witness().vkey());
    refuses(findings, FINDING, "type-then-notes", "a key of another type, and no notes", &witness);
    let base64 = broken(&format!("{ORIGIN}+00000000+?"));
    refuses(
        findings,
        Code::MalformedBase64,
        "key-base64-then-key-id",
        "no base64, and another key id",
        &base64,
    );
    let weak_other_id = broken(&vkey(ORIGIN, LOG, &torsion(0)).replacen(ORIGIN, "log.example/b", 1));
    refuses(
        findings,
        Code::MalformedKey,
        "key-id-then-weak-key",
        "another key id, and a weak key",
        &weak_other_id,
    );
}

fn first_and_second(findings: &mut Findings) {
    let plain = Scene::plain();
    let right = plain.finding();
    let (one, two) = (plain.first.text(), plain.second.text());
    let renamed =
        |text: &str| log().note(0, text).replacen("\u{2014} log.example/a ", "\u{2014} log.example/b ", 1);
    let number =
        |text: &str| log().note(0, &text.replacen("\n7\n", "\n07\n", 1).replacen("\n13\n", "\n013\n", 1));
    let kinds: [(&str, Code, Written); 5] = [
        ("note", Code::MalformedNote, &|_| String::new()),
        ("size", Code::MalformedNumber, &number),
        ("root", Code::MalformedBase64, &|_| log().note(0, &format!("{ORIGIN}\n7\n?\n"))),
        ("line", FINDING, &renamed),
        ("signature", Code::InvalidLogSignature, &|text| unsigned(&plain, text)),
    ];
    for (left, code, first) in &kinds {
        for (right_word, _, second) in &kinds {
            if left != right_word {
                let finding = Finding { first: first(&one), second: second(&two), ..right.clone() };
                let name = format!("first-{left}-then-second-{right_word}");
                refuses(findings, *code, &name, "both notes are wrong, in two ways", &finding);
            }
        }
    }
}

fn within_a_note(findings: &mut Findings) {
    let plain = Scene::plain();
    let right = plain.finding();
    let text = format!("{ORIGIN}\n07\n?\n");
    let note = |lines: &[String]| Finding { first: crate::build::note::note(&text, lines), ..right.clone() };
    let line = log().line(0, &text);
    let twice = note(&[line.clone(), line.clone()]);
    refuses(
        findings,
        Code::DuplicateSignature,
        "lines-then-checkpoint",
        "a line twice, and a bad size",
        &twice,
    );
    let two = note(&[line, witness().line(1, &text)]);
    refuses(findings, Code::MalformedNumber, "checkpoint-then-lines", "a bad size, and two lines", &two);
    let wrong = note(&[log().line(0, "another text\n")]);
    refuses(
        findings,
        Code::MalformedNumber,
        "checkpoint-then-signature",
        "a bad size, and no valid signature",
        &wrong,
    );
    let text = plain.first.text();
    let invalid =
        crate::build::note::note(&text, &[log().line(0, "another text\n"), witness().line(1, &text)]);
    let invalid = Finding { first: invalid, ..right };
    refuses(findings, FINDING, "lines-then-signature", "two lines, and the culprit's is not valid", &invalid);
}

fn signatures_and_meaning(findings: &mut Findings) {
    let other = |scene: &mut Scene| scene.first.origin = "log.example/b".to_owned();
    for (base, scene, code) in [
        ("log", Scene::plain(), Code::InvalidLogSignature),
        ("witness", Scene::plain_cosigned(), Code::InvalidCosignature),
        ("backwards", Scene::plain_backwards(), Code::InvalidCosignature),
    ] {
        let moved = scene.with(other);
        let finding = Finding { second: unsigned(&moved, &moved.second.text()), ..moved.finding() };
        let name = format!("{base}-signature-then-origin");
        refuses(findings, code, &name, "no valid signature, and another origin", &finding);
        let exchanged = scene.with(|scene| core::mem::swap(&mut scene.first, &mut scene.second));
        let finding =
            Finding { second: unsigned(&exchanged, &exchanged.second.text()), ..exchanged.finding() };
        let name = format!("{base}-signature-then-order");
        refuses(findings, code, &name, "no valid signature, and the larger size first", &finding);
    }
}

fn meaning(findings: &mut Findings) {
    let mut scene = |code: Code, name: &str, description: &str, scene: Scene| {
        refuses(findings, code, name, description, &scene.finding());
    };
    let exchange = |scene: &mut Scene| core::mem::swap(&mut scene.first, &mut scene.second);
    let other = |scene: &mut Scene| scene.first.origin = "log.example/b".to_owned();
    let thirteen = counting_leaves(13);
    let origin = Code::OriginMismatch;
    for (base, plain) in [
        ("fork", Scene::plain()),
        ("cosigned-fork", Scene::plain_cosigned()),
        ("backwards", Scene::plain_backwards()),
    ] {
        let description = "another origin, and the larger size first";
        scene(origin, &format!("{base}-origin-then-order"), description, plain.with(other).with(exchange));
        let empty = plain.with(other).with(|scene| {
            scene.first.size = 0;
            scene.first.root = crate::build::bytes::sha256(&[]);
        });
        scene(
            origin,
            &format!("{base}-origin-then-empty"),
            "another origin, and the empty tree",
            empty.clone(),
        );
        let exchanged = empty.with(|scene| scene.first.origin = ORIGIN.to_owned()).with(exchange);
        scene(FINDING, &format!("{base}-order-then-empty"), "the empty tree stands last", exchanged);
    }
    let hashes = |scene: &mut Scene| scene.hashes = vec![filler(0); 3];
    scene(
        origin,
        "origin-then-hashes",
        "another origin, and wrong hashes",
        Scene::plain().with(other).with(hashes),
    );
    scene(
        FINDING,
        "order-then-hashes",
        "the larger size first, and wrong hashes",
        Scene::plain().with(exchange).with(hashes),
    );
    let no = Code::NoOffence;
    scene(
        no,
        "empty-then-hashes",
        "the empty tree, and wrong hashes",
        Scene::fork(&[], &thirteen).with(hashes),
    );
    scene(
        no,
        "same-tree-then-hashes",
        "one tree twice, and wrong hashes",
        Scene::fork(&thirteen, &thirteen).with(hashes),
    );
    let zero = |scene: &mut Scene| scene.second.time = 0;
    let cosigned = Scene::plain_cosigned();
    scene(no, "time-0-then-length", "time 0, and a hash too few", cosigned.with(zero).with(hashes));
    scene(
        no,
        "time-0-then-hash",
        "time 0, and a wrong hash",
        cosigned.with(zero).with(|scene| scene.hashes[0] = filler(0)),
    );
    scene(
        FINDING,
        "order-then-time-0",
        "the larger size first, and time 0",
        cosigned.with(zero).with(exchange),
    );
    scene(origin, "origin-then-time-0", "another origin, and time 0", cosigned.with(zero).with(other));
    let same = Scene::cosigned(&thirteen, &thirteen).with(zero);
    scene(no, "same-tree-and-time-0", "one tree twice, and time 0", same);
    let honest = Scene::fork(&counting_leaves(7), &thirteen);
    let flipped = honest.with(|scene| scene.hashes[4][0] ^= 1);
    scene(
        Code::InvalidConsistency,
        "hash-then-honest",
        "one tree goes on to the other, and a wrong hash",
        flipped,
    );
    let short = honest.with(|scene| _ = scene.hashes.pop());
    scene(
        Code::ProofLength,
        "length-then-honest",
        "one tree goes on to the other, and a hash too few",
        short,
    );
    let equal = Scene::backwards(&thirteen, &forked(8, 13)).with(exchange);
    scene(FINDING, "order-then-equal-sizes", "two roots of one size that are not in order", equal);
}

fn policy_last(findings: &mut Findings) {
    let stranger = Key::named("stranger");
    let policy =
        format!("{}{}quorum none\n", policy_log("x", &stranger), policy_witness("w", "x", &stranger));
    let hashes = |scene: &mut Scene| scene.hashes[0] = filler(0);
    let no = Code::NoOffence;
    let honest = Scene::fork(&counting_leaves(7), &counting_leaves(13));
    let retyped = Scene::plain().with(|scene| scene.signer.kind = COSIGNATURE);
    for (name, code, scene) in [
        ("type", FINDING, retyped),
        (
            "origin",
            Code::OriginMismatch,
            Scene::plain().with(|scene| scene.first.origin = "log.example/b".to_owned()),
        ),
        ("length", Code::ProofLength, Scene::plain().with(|scene| scene.hashes.clear())),
        ("hashes", Code::InvalidConsistency, Scene::plain().with(hashes)),
        ("honest", no, honest),
        ("same-tree", no, Scene::fork(&counting_leaves(7), &counting_leaves(7))),
        ("time-0", no, Scene::plain_cosigned().with(|scene| scene.first.time = 0)),
        ("times", no, Scene::plain_backwards().with(|scene| scene.first.time = 1)),
    ] {
        let input = input(&scene.finding().file(), Some(policy.as_bytes()), None);
        findings.0.fails(
            code,
            format!("order-{name}-then-policy"),
            "and the policy does not name the culprit",
            input,
        );
    }
    let plain = Scene::plain();
    let finding = Finding { first: unsigned(&plain, &plain.first.text()), ..plain.finding() };
    let input = input(&finding.file(), Some(policy.as_bytes()), None);
    let description = "no valid signature, and the policy does not name the culprit";
    findings.0.fails(Code::InvalidLogSignature, "order-signature-then-policy", description, input);
}
