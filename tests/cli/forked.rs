//! Notes of a log that two copies of its key continued in two ways, and of a witness that signed both: made from seeds,
//! the same in every run.

use std::sync::OnceLock;

use detente_checkpoint::UnverifiedNote;
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
    ]
}
