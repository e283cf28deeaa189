//! Files of a party whose log is cosigned, which no command of ours does yet: made from seeds, the same in every run.

use std::sync::OnceLock;

use detente_checkpoint::proof;
use detente_merkle::leaf_index;
use detente_tests::party::{Offer, Party, Secret, Trust, Witness};

/// Files for a folder `w` beside the parties.
pub(crate) fn files() -> &'static [(&'static str, Vec<u8>)] {
    static FILES: OnceLock<Vec<(&'static str, Vec<u8>)>> = OnceLock::new();
    FILES.get_or_init(make)
}

fn make() -> Vec<(&'static str, Vec<u8>)> {
    let mut party = Party::new("w", Secret::new("command line"));
    for number in 1..=3 {
        party.seal(&format!("{{\"incident_id\":\"w-{number}\",\"summary\":\"Number {number}.\"}}"));
    }
    let (one, two) = (Witness::new("w1"), Witness::new("w2"));
    let key = party.note_key();
    let both = Trust::in_logs(&[&key]).witness(&one, "institute").witness(&two, "observatory");
    let trust = both.clone().lines("group both all w1 w2\nquorum both\n");
    let split = both.lines("group either any w1 w2\nquorum either\n");

    let offer = |earlier: u64, times: [u64; 2]| {
        let mut offer = Offer::new(&party, 2, &[8, 12]);
        offer.earlier = Some((2, vec![(&one, earlier), (&two, earlier)]));
        offer.cosigners = vec![(&one, times[0]), (&two, times[1])];
        offer
    };
    let mut half = offer(1_700_000_000, [1_700_003_600, 1_700_007_200]);
    half.cosigners.pop();
    let index = leaf_index(2).unwrap();
    let note = party.note(4, &[(&one, 1_700_003_600), (&two, 1_700_007_200)]);
    let receipt = proof::write(Some(&party.entries()[2]), index, &party.inclusion(2, 4), &note).unwrap();
    vec![
        ("w.policy", trust.policy_bytes()),
        ("w.policy.json", trust.companion_bytes()),
        ("alone.policy", trust.policy_bytes()),
        ("split.policy", split.policy_bytes()),
        ("split.policy.json", split.companion_bytes()),
        ("known.json", offer(1_700_000_000, [1_700_003_600, 1_700_007_200]).file()),
        ("conflict.json", offer(1_700_010_000, [1_700_003_600, 1_700_007_200]).file()),
        ("half.json", half.file()),
        ("receipt", receipt),
    ]
}
