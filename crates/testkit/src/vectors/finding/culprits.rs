//! Step 3: the culprit's key.

use detente_core::Code;

use super::{Findings, ORIGIN, Scene, WITNESS, filler, log, witness};
use crate::build::{
    bytes::{Hash, base64, hex},
    edwards::{join, mixed, small_y, torsion},
    finding::Finding,
    keys::{COSIGNATURE, Key, LOG, key_id, vkey},
    note,
};

pub(super) fn vectors(findings: &mut Findings) {
    texts(findings);
    types(findings);
    weak(findings);
    backwards_with_hashes(findings);
}

fn texts(findings: &mut Findings) {
    let key = log().key;
    let id = hex(&key_id(ORIGIN, LOG, &key.public));
    let material = base64([&[LOG], &key.public[..]].concat());
    let other_id = hex(&key_id("log.example/b", LOG, &key.public));
    let malformed = Code::MalformedKey;
    for (name, description, code, text) in [
        ("empty", "no vkey", malformed, String::new()),
        ("two-parts", "a vkey without its key", malformed, format!("{ORIGIN}+{id}")),
        ("no-name", "a vkey without a name", malformed, format!("+{id}+{material}")),
        ("space-in-name", "a name with a space", malformed, format!("log example+{id}+{material}")),
        (
            "capital-id",
            "a key id in capitals",
            malformed,
            format!("{ORIGIN}+{}+{material}", id.to_uppercase()),
        ),
        ("other-id", "the key id of another name", malformed, format!("{ORIGIN}+{other_id}+{material}")),
        (
            "no-padding",
            "base64 without padding",
            Code::MalformedBase64,
            format!("{ORIGIN}+{id}+{}", &material[..43]),
        ),
        ("line-feed", "a line feed at the end", Code::MalformedBase64, format!("{ORIGIN}+{id}+{material}\n")),
        ("type-2", "a type that is not supported", malformed, vkey(ORIGIN, 2, &key.public)),
        ("type-6", "a type that is not supported", malformed, vkey(ORIGIN, 6, &key.public)),
        ("31-bytes", "a key of 31 bytes", malformed, vkey(ORIGIN, LOG, &key.public[..31])),
        ("public-key-alone", "base64 of the key alone", malformed, base64(key.public)),
    ] {
        let finding = Finding { culprit: text, ..Scene::plain().finding() };
        findings.refuses(code, format!("culprit-{name}"), description, &finding);
    }
}

fn types(findings: &mut Findings) {
    let code = Code::MalformedFinding;
    let by_witness = Scene::plain().with(|scene| scene.signer.kind = COSIGNATURE);
    findings.refuses_scene(
        code,
        "fork-by-witness",
        "a fork whose culprit is a witness with the log's key",
        &by_witness,
    );
    let cosigned = Scene { offence: "FORK".to_owned(), ..Scene::plain_cosigned() };
    findings.refuses_scene(
        code,
        "fork-of-cosignatures",
        "two cosignatures that are said to be a log's",
        &cosigned,
    );
    let by_log = Scene::plain_cosigned().with(|scene| scene.signer = log());
    findings.refuses_scene(code, "cosigned-fork-by-log", "a cosigned fork whose culprit is a log", &by_log);
    let by_log = Scene::plain_backwards().with(|scene| scene.signer = log());
    findings.refuses_scene(code, "backwards-by-log", "a log has no times", &by_log);
    let finding = Scene::plain().finding();
    let culprit = vkey(ORIGIN, COSIGNATURE, &log().key.public);
    let relabelled = Finding { culprit, ..finding };
    findings.refuses(
        code,
        "culprit-relabelled",
        "the log's key as type 4, the lines as they were",
        &relabelled,
    );
}

/// (R, S) of the identity and zero: valid under a key of small order for one message of a few, without strictness.
fn forged(text: &str, name: &str, kind: u8, public: &Hash) -> String {
    let signature = join(&small_y(1, false), &[0; 32]);
    let blob =
        if kind == LOG { signature.to_vec() } else { [&super::TIME.to_be_bytes()[..], &signature].concat() };
    note::note(text, &[note::line(name, key_id(name, kind, public), &blob)])
}

fn weak(findings: &mut Findings) {
    let mut weak = |name: &str, description: &str, scene: &Scene, public: Hash| {
        let (signer, kind) = (scene.signer.name.as_str(), scene.signer.kind);
        let finding = Finding {
            culprit: vkey(signer, kind, &public),
            first: forged(&scene.first.text(), signer, kind, &public),
            second: forged(&scene.second.text(), signer, kind, &public),
            ..scene.finding()
        };
        findings.refuses(Code::WeakKey, format!("culprit-{name}"), description, &finding);
    };
    let description = "a key under which anybody signs";
    for number in 0..8 {
        weak(&format!("torsion-{number}"), description, &Scene::plain(), torsion(number));
    }
    weak("torsion-0-witness", description, &Scene::plain_cosigned(), torsion(0));
    weak("torsion-4-backwards", description, &Scene::plain_backwards(), torsion(4));
    weak("mixed-order", "a key of mixed order", &Scene::plain(), mixed(&log().key, 1));
    weak("mixed-order-witness", "a key of mixed order", &Scene::plain_cosigned(), mixed(&witness().key, 4));
    weak("no-point", "32 bytes that are no point", &Scene::plain(), [0xff; 32]);
    let finding = Finding { culprit: vkey(WITNESS, COSIGNATURE, &torsion(1)), ..Scene::plain().finding() };
    findings.refuses(
        Code::WeakKey,
        "culprit-weak-and-of-other-type",
        "the key is enrolled before its type is looked at",
        &finding,
    );
}

fn backwards_with_hashes(findings: &mut Findings) {
    let code = Code::MalformedFinding;
    let plain = Scene::plain_backwards();
    let fork = Scene::cosigned(&crate::build::tree::counting_leaves(7), &super::forked(3, 13));
    let one = plain.with(|scene| scene.hashes = vec![filler(0)]);
    findings.refuses_scene(code, "backwards-with-a-hash", "a hash that nobody needs", &one);
    let right = plain
        .with(|scene| scene.hashes = crate::build::tree::prefix(7, &crate::build::tree::counting_leaves(13)));
    findings.refuses_scene(code, "backwards-with-prefix", "the hashes of a fork", &right);
    let both = fork.with(|scene| {
        scene.offence = plain.offence.clone();
        scene.first.time = scene.second.time + 60;
    });
    findings.refuses_scene(code, "backwards-with-hashes-of-fork", "both offences in one file", &both);
    let weak = Finding { culprit: vkey(WITNESS, COSIGNATURE, &torsion(0)), ..one.finding() };
    findings.refuses(Code::WeakKey, "backwards-with-a-hash-weak-key", "the key is looked at first", &weak);
    let stranger = one.with(|scene| scene.signer.key = Key::named("stranger")).finding();
    let unreadable = Finding { first: String::new(), ..stranger };
    findings.refuses(
        code,
        "backwards-with-a-hash-no-note",
        "the hashes are looked at before the notes",
        &unreadable,
    );
}
