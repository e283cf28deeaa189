//! Findings of random trees, most of them with one thing wrong under signatures that are right: for runs that compare
//! two verifiers. Nothing is expected of them.

use detente_core::json::{Object, Value};

use super::{ring, text};
use crate::{
    build::{
        finding::Finding,
        keys::{COSIGNATURE, LOG},
        note::{companion, policy_log, policy_witness},
        tree::counting_leaves,
    },
    random::Random,
    vectors::finding::{ORIGIN, Scene, TIME, WITNESS, forked, input},
};

/// Input of one finding.
pub(super) fn scene(random: &mut Random) -> Object {
    let mut scene = pair(random);
    for _ in 0..random.below(3) {
        change(&mut scene, random);
    }
    let mut finding = scene.finding();
    if random.once_in(4) {
        mix(&mut finding, &scene, random);
    }
    let policy = policy(&scene, random);
    let companion = policy.as_ref().filter(|_| random.once_in(3));
    let companion = companion.map(|policy| companion_of(policy, random));
    input(&finding.file(), policy.as_deref().map(str::as_bytes), companion.as_deref())
}

/// A pair of trees that may or may not fork, and the offence that someone makes of it.
fn pair(random: &mut Random) -> Scene {
    let sizes = [0, 1, 1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 13, 16, 17, 31, 33];
    let (one, other) = (*random.pick(&sizes), *random.pick(&sizes));
    let at = if random.once_in(3) { one.max(other) } else { random.below(one.max(other) + 1) };
    let (one, other) = (counting_leaves(one), forked(at, other));
    match random.below(3) {
        0 => Scene::fork(&one, &other),
        1 => Scene::cosigned(&one, &other),
        _ => Scene::backwards(&one, &other),
    }
}

const TIMES: [u64; 7] = [0, 1, TIME, TIME + 60, TIME + 61, i64::MAX as u64, 1 << 63];
const NAMES: [&str; 5] = [ORIGIN, WITNESS, "log.example/b", "x", "é"];

fn change(scene: &mut Scene, random: &mut Random) {
    match random.below(13) {
        0 => core::mem::swap(&mut scene.first, &mut scene.second),
        1 => scene.first.time = *random.pick(&TIMES),
        2 => scene.second.time = *random.pick(&TIMES),
        3 => {
            scene.offence =
                (*random.pick(&["FORK", "COSIGNED-FORK", "COSIGNED-BACKWARDS", "FORKED", ""])).to_owned()
        }
        4 => scene.signer.kind = *random.pick(&[LOG, COSIGNATURE, COSIGNATURE, 2]),
        5 => scene.signer.name = (*random.pick(&NAMES)).to_owned(),
        6 => scene.signer.key = random.pick(ring::keys()).clone(),
        7 => scene.first.origin = (*random.pick(&NAMES)).to_owned(),
        8 => scene.second.origin = (*random.pick(&NAMES)).to_owned(),
        9 => scene.first.extension = (*random.pick(&["more\n", "\n", "one\ntwo\n", " \n"])).to_owned(),
        10 => text::reorder(&mut scene.hashes, random),
        11 => {
            let at = random.below(scene.hashes.len());
            if let Some(hash) = scene.hashes.get_mut(at) {
                hash[random.below(32)] ^= 1;
            }
        }
        _ => {
            let (first, second) = (scene.first.root, scene.second.root);
            match random.below(3) {
                0 => scene.first.root = second,
                1 => scene.second.root = first,
                _ => scene.first.size = *random.pick(&[0, 1, scene.second.size, i64::MAX as u64]),
            }
        }
    }
}

/// A note or a vkey that does not belong to the rest.
fn mix(finding: &mut Finding, scene: &Scene, random: &mut Random) {
    let mut signer = scene.signer.clone();
    match random.below(3) {
        0 => signer.kind = LOG + COSIGNATURE - signer.kind.clamp(LOG, COSIGNATURE),
        1 => signer.name = (*random.pick(&NAMES)).to_owned(),
        _ => signer.key = random.pick(ring::keys()).clone(),
    }
    match random.below(5) {
        0 => finding.culprit = signer.vkey(),
        1 => finding.first = signer.note(TIME, &scene.first.text()),
        2 => finding.second = signer.note(TIME, &scene.second.text()),
        3 => finding.first.push_str(&signer.line(TIME, &scene.first.text())),
        _ => core::mem::swap(&mut finding.first, &mut finding.second),
    }
}

/// A policy that names the culprit, somebody else, or the culprit as something else; or none.
fn policy(scene: &Scene, random: &mut Random) -> Option<String> {
    if random.once_in(3) {
        return None;
    }
    let (mut log, mut witness) = (ORIGIN.to_owned(), WITNESS.to_owned());
    let (mut log_key, mut witness_key) = (ring::keys()[0].clone(), ring::keys()[1].clone());
    match random.below(6) {
        0 => log = (*random.pick(&NAMES)).to_owned(),
        1 => witness = (*random.pick(&NAMES)).to_owned(),
        2 => core::mem::swap(&mut log_key, &mut witness_key),
        3 => log_key = scene.signer.key.clone(),
        4 => witness_key = random.pick(ring::keys()).clone(),
        _ => {}
    }
    let quorum = if random.once_in(2) { "w" } else { "none" };
    Some(format!(
        "{}{}quorum {quorum}\n",
        policy_log(&log, &log_key),
        policy_witness("w", &witness, &witness_key)
    ))
}

fn companion_of(policy: &str, random: &mut Random) -> Vec<u8> {
    if random.once_in(6) {
        return Value::Array(vec![]).to_file();
    }
    companion(policy, 0, &[("w", "institute")], if random.once_in(2) { &["institute"] } else { &[] })
}
