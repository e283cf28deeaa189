//! Audits of random histories: two parties that say everything an agreement knows of, at random times, to the right and
//! to the wrong entries, seen by witnesses who agree more or less. For runs that compare two verifiers; nothing is
//! expected of them.

use detente_core::json::Object;

use crate::{
    build::{
        agreement::{Accusation, NONE, kind, some},
        bytes::prefixed,
        statement::key_revoke,
    },
    random::Random,
    vectors::audit::world::{Side, World, anchor_of},
};

const PERIODS: [&str; 4] = ["PT1H", "PT2H", "PT30M", "P1D"];
const STEPS: usize = 14;

/// Input of one audit.
pub(super) fn history(random: &mut Random) -> Object {
    let terms = terms(random);
    let mut world = if random.once_in(12) { World::before(&terms) } else { World::agreed(&terms) };
    let mut time = 400;
    for _ in 0..STEPS {
        let (own, other) =
            if random.once_in(2) { (&mut world.a, &world.b) } else { (&mut world.b, &world.a) };
        let digest = crate::build::bytes::run_from(0xcc);
        for _ in 0..=random.below(2) {
            say(own, other, &digest, random);
        }
        time += *random.pick(&[1, 60, 1_800, 1_799, 3_600, 3_601, 7_200, 90_000]);
        publish(own, time, random);
        if random.once_in(20) {
            let digest = world.digest();
            let effective = *random.pick(&[0, time, time + 90_000]);
            world.a.say(kind::AGREEMENT_WITHDRAW, &[&digest[..], &effective.to_le_bytes()].concat());
            publish(&mut world.a, time + 1, random);
        }
    }
    if random.once_in(2) {
        // Both logs are seen once more, as they are.
        world.a.publish(time + 100_000);
        world.b.publish(time + *random.pick(&[10, 100_000]));
    }
    world.at = *random.pick(&[time, time / 2, time + 7_200, 1_000_000_000]);
    match random.below(16) {
        0 => world.without = vec!["b"],
        1 => {
            let size = world.a.entries.len();
            let at = 1 + random.below(size - 1);
            let last = world.a.entries[at].len() - 1;
            // An entry that counts no more; the notes of its tree are signed anew.
            world.a.entries[at][last] ^= 1;
        }
        _ => {}
    }
    world.input()
}

/// Every kind of obligation that needs no presentation, with periods at random.
fn terms(random: &mut Random) -> String {
    let mut text = String::new();
    let mut add = |id: &str, kind: &str, members: String| {
        text.push_str(&format!(
            "\n[[obligation]]\nid = \"{id}\"\nkind = \"{kind}\"\ntext = \"x\"\n{members}"
        ));
    };
    let mut period = || format!("period = \"{}\"\n", random.pick(&PERIODS));
    let requests = "of = [\"request.assistance\", \"request.preserve\", \"accusation.issue\"";
    add("O1", "acknowledge-within", format!("{requests}, \"ping\"]\nstart = \"anchor\"\n{}", period()));
    add(
        "O2",
        "respond-within",
        format!("{requests}]\nstart = \"anchor\"\ngrounds = [\"legal-hold\", \"security\"]\n{}", period()),
    );
    add("O3", "update-every", format!("of = [\"request.assistance\"]\nstart = \"anchor\"\n{}", period()));
    add("O4", "preserve-for", format!("start = \"anchor\"\n{}", period()));
    add("O5", "evidence-with-accusation", String::new());
    add("O6", "ask-before-accusing", period().replace("period", "wait"));
    add("O7", "anchor-within", period());
    add("O8", "publish-within", period());
    add("O9", "open-within", format!("slots = [0]\n{}", period()));
    add("O10", "meet-every", format!("of = [\"dialogue\", \"experts\"]\n{}", period()));
    add("O11", "notice-before-withdrawal", period());
    add(
        "O12",
        "budget",
        "of = [\"ping\", \"request.assistance\"]\nat_most = 2\nper = \"month\"\n".to_owned(),
    );
    text
}

/// One statement, mostly to what is there; its index.
fn say(own: &mut Side, other: &Side, agreement: &[u8; 32], random: &mut Random) -> u64 {
    let (log, other_log) = (own.log(), other.log());
    let to = *random.pick(&[other_log, other_log, other_log, log]);
    let reference = {
        let of: &Side = if random.once_in(8) { own } else { other };
        let mut reference = any_of(of, random);
        if random.once_in(16) {
            reference[40] ^= 1;
        }
        reference
    };
    let coded =
        |codes: usize, random: &mut Random| [&reference[..], &[1 + random.below(codes) as u8, 0]].concat();
    match random.below(20) {
        0 | 1 => own.say(kind::REQUEST_ASSISTANCE, &[&to[..], &[7; 32]].concat()),
        2 => own.say(kind::REQUEST_PRESERVE, &[&to[..], &[7; 32]].concat()),
        3 => own.say(kind::REQUEST_ACK, &reference),
        4 | 5 => own.say(kind::REQUEST_ANSWER, &coded(5, random)),
        6 => own.say(kind::REQUEST_REFUSE, &coded(7, random)),
        7 => own.say(kind::REQUEST_UPDATE, &coded(4, random)),
        8 | 9 => {
            let mut said = Accusation::of(*random.pick(&[other_log, other_log, [0; 32], log]));
            if random.once_in(2) {
                said.asked = some(&any_of(own, random));
            }
            if random.once_in(2) {
                said.manifest = some(&[9; 32]);
                said.items = vec![(1, 2)];
            }
            own.say(kind::ACCUSATION_ISSUE, &said.rest())
        }
        10 => own.say(kind::ACCUSATION_REPLY, &coded(4, random)),
        11 => own.say(kind::PING, &to),
        12 => own.say(kind::PONG, &reference),
        13 => {
            let form = 1 + random.below(4) as u8;
            let of = if random.once_in(2) { some(&reference) } else { NONE.to_vec() };
            own.say(kind::DIALOGUE_SESSION, &[&to[..], &[form], &prefixed(b"1970"), &of].concat())
        }
        14 | 15 => {
            let (size, lines) = random.pick(&other.heads).clone();
            own.say(kind::ANCHOR, &anchor_of(&other_log, &other.note(size, &lines)))
        }
        16 => own.say(kind::ACCESS_DENIED, &[&to[..], &[1, 0, 0, 0, 0, 0, 0, 0]].concat()),
        17 => own.seal(),
        18 => match random.below(4) {
            0 => own.say(99, &[7; 8]),
            1 => own.push(b"garbage".to_vec()),
            2 => {
                let (author, body) = (own.party.author.digest(), [0x5b; 16]);
                own.say(2_000, &[&body[..], &author].concat())
            }
            _ => own.say(kind::AGREEMENT_ADOPT, agreement),
        },
        _ if random.once_in(12) => {
            let body = key_revoke(random.below(256) as u8, &own.party.author.digest(), 1);
            let entry = own.party.visible(crate::build::statement::kind::KEY_REVOKE, body);
            own.push(entry)
        }
        _ => own.say(kind::PARTY_DECLARE, &[prefixed(b"x"), prefixed(b"y")].concat()),
    }
}

/// A ref to an entry that has an id; genesis has one.
fn any_of(side: &Side, random: &mut Random) -> Vec<u8> {
    let at = random.below(side.entries.len());
    let has_id = side.entries[at].len() > 64;
    side.at(if has_id { at as u64 } else { 0 })
}

/// Witnesses sign what there is: all at once, at different times, or too few of them.
fn publish(own: &mut Side, time: u64, random: &mut Random) {
    let late = |random: &mut Random| time + *random.pick(&[0, 0, 1, 50, 4_000]);
    let mut lines = vec![(1, late(random)), (2, late(random)), (3, late(random))];
    if random.once_in(5) {
        lines.remove(random.below(3));
    }
    if random.once_in(12) {
        lines.truncate(1);
    }
    own.publish_by(&lines);
}
