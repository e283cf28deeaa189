//! Presentations with random choices, for runs that compare verifiers. Signatures, proofs and sealed values fit what they
//! cover, whatever that is.

use detente_core::json::{Object, Value};

use super::scene::{Scene, audience, companion, input_for, json};
use crate::{
    build::{
        bytes::{Hash, hex},
        keys::Key,
        statement::{AUTHOR, SEALING, Statement, key_add, key_revoke, key_rotate, kind, log_close},
    },
    random::Random,
};

/// Values of every type and of the forms that some slots ask for.
const VALUES: &[&str] = &[
    "\"incident.report\"",
    "\"2026-02-29\"",
    "\"2024-02-29\"",
    "\"2026-07\"",
    "\"2026-07-14T10:00:60Z\"",
    "\"duty officer\"",
    "\"54\"",
    "\"541330\"",
    "\"\"",
    "\"1\"",
    "[]",
    "[\"SQLi\"]",
    "{}",
    "{\"note\":\"x\"}",
    "true",
    "3",
    "0.5",
    "\"\u{10348}\"",
    "\"00000000000000000000000000000000000000000000000000000000000000aa\"",
];

/// Input of a presentation whose log, openings, grant, policy and reader are drawn. `another` gives an entry that the
/// log could have.
pub(crate) fn input(
    ring: &[Key],
    another: impl Fn(Hash, &mut Random) -> Vec<u8>,
    random: &mut Random,
) -> Object {
    let mut scene = sealed(random);
    history(&mut scene, ring, another, random);
    let reference = if random.once_in(20) { 1 + random.below(13) } else { scene.index };
    scene.index = reference.min(12);
    scene.size = if random.once_in(4) { scene.index + 1 + random.below(13 - scene.index) } else { 13 };
    scene.cosigned = cosigned(random);
    scene.earlier = (!random.once_in(4)).then(|| (random.below(scene.index + 2), cosigned(random)));
    if random.once_in(25) {
        // Signs the checkpoints and is in the policy, but not in the genesis.
        scene.party.checkpoint = random.pick(ring).clone();
    }
    let file = granted(&scene, random);
    let rules = [
        "quorum w1\n",
        "quorum w2\n",
        "quorum none\n",
        "group g 2 w1 w2 w3\nquorum g\n",
        "group g all w1 w2\nquorum g\n",
        "group h any w1 w2\ngroup g 1 h w3\nquorum g\n",
    ];
    let policy = scene.policy(rules[random.below(rules.len())]);
    let companion = (!random.once_in(10)).then(|| companion(&policy, u32::from(random.once_in(4))));
    let reader = random.once_in(3).then(|| audience().digest());
    input_for(&file, &policy, companion.as_deref(), reader)
}

/// A scene that seals the usual values with some changed, and opens some slots.
fn sealed(random: &mut Random) -> Scene {
    let mut values: Vec<(u16, Value)> =
        vec![(0, "incident.report".into()), (12, "a summary".into()), (33, "54".into()), (34, "1330".into())];
    let special = [0, 1, 2, 3, 32, 33, 34, 35, 36, 73, 211, 212, 213, 255];
    let count = if random.once_in(3) { 1 + random.below(3) } else { 0 };
    for _ in 0..count {
        let slot = if random.once_in(3) { random.below(256) as u16 } else { *random.pick(&special) };
        values.push((slot, json(VALUES[random.below(VALUES.len())])));
    }
    let mut opened: Vec<u16> = values.iter().filter(|_| random.once_in(2)).map(|(slot, _)| *slot).collect();
    opened.extend((0..random.below(4)).map(|_| random.below(256) as u16));
    opened.push(33);
    if !random.once_in(20) {
        opened.sort_unstable();
        opened.dedup();
    }
    if random.once_in(3) {
        values.retain(|(slot, _)| *slot != 33 && *slot != 34);
    }
    Scene { opened, ..Scene::with_values(&values) }
}

/// Some entries become events or others; the events given are those, as often as not without one.
fn history(
    scene: &mut Scene,
    ring: &[Key],
    another: impl Fn(Hash, &mut Random) -> Vec<u8>,
    random: &mut Random,
) {
    let (party, log) = (scene.party.clone(), scene.party.log());
    let mut events = vec![0];
    let count = if !random.once_in(3) { 0 } else { 1 + random.below(3) };
    for _ in 0..count {
        let at = 1 + random.below(12);
        if at == scene.index {
            continue;
        }
        let new = random.pick(ring).clone();
        let entry = match random.below(6) {
            0 => party.visible(kind::KEY_ADD, key_add(&log, at as u8, AUTHOR, &new)),
            1 => party.visible(
                kind::KEY_ROTATE,
                key_rotate(&log, at as u8, &party.sealing.digest(), SEALING, &new),
            ),
            2 => party
                .visible(kind::KEY_ROTATE, key_rotate(&log, at as u8, &party.author.digest(), AUTHOR, &new)),
            3 => party.visible(kind::KEY_REVOKE, key_revoke(at as u8, &party.author.digest(), 1)),
            4 => party.visible(kind::LOG_CLOSE, log_close(at as u8, &[0; 32])),
            _ => another(log, random),
        };
        scene.entries[at] = entry;
        events.push(at);
        if random.once_in(2) {
            scene.granter = new.clone();
        }
        if random.once_in(3) {
            let statement = Statement { author: new.digest(), ..scene.sealing_statement() };
            scene.entries[scene.index] = statement.signed(&new);
        }
    }
    if !random.once_in(20) {
        events.sort_unstable();
        events.dedup();
    }
    if random.once_in(16) {
        let at = random.below(events.len());
        events.remove(at);
    }
    if random.once_in(24) {
        events.insert(random.below(events.len() + 1), 7);
    }
    scene.events = events;
    if random.once_in(10) {
        scene.granter = random.pick(&[party.author, party.checkpoint, party.recovery, audience()]).clone();
    }
}

fn cosigned(random: &mut Random) -> Vec<(u8, u64)> {
    let times = [0, 1, 1_700_000_100, 1_700_000_200, 1_700_000_300, i64::MAX as u64, 1 << 63];
    let mut names: Vec<u8> = (1..=4).filter(|_| !random.once_in(3)).collect();
    if random.once_in(2) {
        names.reverse();
    }
    let usual = |random: &mut Random| {
        if random.once_in(24) { *random.pick(&times) } else { times[2 + random.below(3)] }
    };
    names.into_iter().map(|name| (name, usual(random))).collect()
}

/// The file, in one of four with another grant under the same key.
fn granted(scene: &Scene, random: &mut Random) -> Vec<u8> {
    // Events above the checkpoint have no proof.
    let mut scene = scene.clone();
    let size = scene.size;
    scene.events.retain(|index| *index < size);
    if let Some((earlier, _)) = &mut scene.earlier {
        *earlier = (*earlier).min(size);
    }
    if !random.once_in(8) {
        return scene.file();
    }
    let choice = random.below(8);
    let other: Hash = [random.next_u64() as u8; 32];
    let at = random.below(scene.opened.len());
    scene.with_grant(|grant| match choice {
        0 => grant.log = other,
        1 => grant.statement = other,
        2 => grant.index += 1,
        3 => grant.profile = other,
        4 => grant.leaves[at].1 = other,
        5 => grant.leaves[at].0 ^= 1,
        6 => grant.audience = other,
        _ => assert_eq!(hex(&grant.nonce).len(), 32),
    })
}
