//! Notes of a log that two copies of its key continued in two ways, and of a witness that signed both: made from seeds,
//! the same in every run.

use std::sync::OnceLock;

use detente_checkpoint::{KeyType, NoteKey, SigningKey, TreeHead, UnverifiedNote};
use detente_core::{Digest, Origin, TreeSize};
use detente_finding::Finding;
use detente_tests::party::{Party, Secret, Trust, Witness};

/// Files for a folder `f` beside the parties.
pub(crate) fn files() -> &'static [(&'static str, Vec<u8>)] {
    static FILES: OnceLock<Vec<(&'static str, Vec<u8>)>> = OnceLock::new();
    FILES.get_or_init(make)
}

fn make() -> Vec<(&'static str, Vec<u8>)> {
    let party = |numbers: &[u32]| {
        let mut party = Party::new("f", Secret::new("forked"));
        for number in numbers {
            party.seal(&format!("{{\"incident_id\":\"f-{number}\",\"summary\":\"Number {number}.\"}}"));
        }
        party
    };
    let (one, other) = (party(&[1, 2, 3]), party(&[1, 2, 4]));
    let witness = Witness::new("w1");
    let key = one.note_key();
    let policy = Trust::in_logs(&[&key]).witness(&witness, "institute").lines("quorum w1\n");
    let elsewhere = Party::new("g", Secret::new("elsewhere")).note_key();
    let stranger =
        Trust::in_logs(&[&elsewhere]).witness(&Witness::new("w2"), "institute").lines("quorum w2\n");

    let time = 1_700_000_000;
    let small_later = one.note(3, &[(&witness, time + 3_600)]);
    let large_earlier = one.note(4, &[(&witness, time)]);
    let read = |note: &[u8]| UnverifiedNote::parse(note).unwrap();
    let backwards =
        Finding::cosigned_backwards(&witness.note_key(), [&read(&small_later), &read(&large_earlier)]);
    vec![
        ("f.policy", policy.policy_bytes()),
        ("f.policy.json", policy.companion_bytes()),
        ("stranger.policy", stranger.policy_bytes()),
        ("w1.vkey", format!("{}\n", witness.note_key()).into_bytes()),
        ("one.note", one.note(4, &[(&witness, time)])),
        ("other.note", other.note(4, &[(&witness, time)])),
        ("small-later.note", small_later),
        ("large-earlier.note", large_earlier),
        ("backwards.json", backwards.unwrap().to_bytes()),
        ("at-zero.note", one.note(3, &[(&witness, 0)])),
        ("at-zero-too.note", one.note(4, &[(&witness, 0)])),
    ]
    .into_iter()
    .chain(hostile())
    .collect()
}

/// What a log can choose: its name, its roots, how many keys it has. And policies that are too large to compare.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let secret = Secret::new("hostile");
    let (first, second) = (secret.key("first"), secret.key("second"));
    let note = |origin: &str, key: &SigningKey, start: &[u8], last: u8| {
        let mut root = [last; 32];
        root[..start.len()].copy_from_slice(start);
        let size = TreeSize::new(5).unwrap();
        let head = TreeHead::new(Origin::parse(origin).unwrap(), size, Digest::from_bytes(root)).unwrap();
        head.sign(key).unwrap().as_bytes().to_vec()
    };
    let vkey = |origin: &str, key: &SigningKey| {
        NoteKey::new(Origin::parse(origin).unwrap().key_name().clone(), KeyType::Log, key.public())
    };
    let quoted = "evil\"presentation/v1.example/log";
    let named = vkey(quoted, &first);
    let notes = [1, 2].map(|last| UnverifiedNote::parse(&note(quoted, &first, &[], last)).unwrap());
    let finding = Finding::fork(&named, [&notes[0], &notes[1]], &[]).unwrap();
    let two = "two.example/log";
    let both = Trust::in_logs(&[&vkey(two, &first), &vkey(two, &second)]).lines("quorum none\n");
    let request = |old: u8, note: Vec<u8>| [format!("old {old}\n\n").into_bytes(), note].concat();
    let many = |names: std::ops::Range<u32>| {
        let listed: String = names.clone().map(|number| format!(" w{number}")).collect();
        let witnesses = names.map(|number| Witness::new(&format!("w{number}")));
        let trust = witnesses.fold(Trust::in_logs(&[&named]), |trust, witness| {
            trust.witness(&witness, &format!("institute {}", witness.name))
        });
        trust.lines(&format!("group g 9{listed}\nquorum g\n"))
    };
    let (many, others) = (many(0..17), many(40..57));
    vec![
        ("quoted.json", finding.to_bytes()),
        ("quoted.policy", Trust::in_logs(&[&named]).lines("quorum none\n").policy_bytes()),
        ("two.policy", both.policy_bytes()),
        ("two-first.note", note(two, &first, &[], 1)),
        ("two-second.note", note(two, &second, &[], 2)),
        ("two-0.request", request(0, note(two, &first, &[], 1))),
        // Roots whose first bytes are the same.
        ("two-1.request", request(5, note(two, &first, &[0xaa, 0xbb, 0xcc, 0xdd], 2))),
        ("two-2.request", request(5, note(two, &first, &[0xaa, 0xbb, 0xcc, 0xdd], 3))),
        ("two-3.request", request(5, note(two, &second, &[], 4))),
        ("many.policy", many.policy_bytes()),
        ("many.policy.json", many.companion_bytes()),
        ("others.policy", others.policy_bytes()),
        ("others.policy.json", others.companion_bytes()),
    ]
}
