//! Lengths say nothing of what is hidden; and nothing but the inputs decides the bytes.

use std::collections::BTreeSet;

use detente_core::json::Value;
use detente_disclosure::{Document, Envelope, Profile, RealKind, SlotNumber, SlotValues};
use detente_tests::party::{Party, Secret};
use proptest::prelude::*;

use crate::{
    documents::any_document,
    round_trip::corpus,
    world::{World, report},
};

fn values(document: Value) -> SlotValues<'static> {
    let mut values = Document::from_value(document).unwrap().to_slots(Profile::veris_1()).unwrap();
    values.set_envelope(&Envelope::new(RealKind::IncidentReport)).unwrap();
    values
}

/// A world in which entry 2 seals these values; entries 1 and 3 are always the same reports.
fn world_with(seed: u64, hidden: SlotValues<'static>) -> World {
    let mut party = Party::new("a", Secret::new(format!("lengths {seed}")));
    party.seal(&report(1));
    party.seal_by("sealing", hidden);
    party.seal(&report(3));
    World::around(party)
}

#[test]
fn every_sealed_entry_of_the_corpus_is_equally_long() {
    let mut party = Party::new("a", Secret::new("corpus"));
    for (_, bytes) in corpus() {
        party.seal(core::str::from_utf8(&bytes).unwrap());
    }
    let lengths: BTreeSet<usize> = party.entries().iter().skip(1).map(Vec::len).collect();
    assert_eq!(lengths, BTreeSet::from([176]));
    let different: BTreeSet<_> = party.entries().iter().collect();
    assert_eq!(different.len(), party.entries().len());
}

#[test]
fn opening_one_slot_of_any_record_is_equally_long() {
    let lengths: BTreeSet<usize> = corpus()
        .into_iter()
        .enumerate()
        .map(|(seed, (_, bytes))| {
            let world = world_with(seed as u64, values(Value::parse(&bytes).unwrap()));
            world.offer(2, &[0]).file().len()
        })
        .collect();
    assert_eq!(lengths.len(), 1, "{lengths:?}");
}

proptest! {
    #![proptest_config(crate::world::cases(48))]

    #[test]
    fn the_length_depends_on_what_is_opened_alone(
        seeds: (u64, u64),
        left in any_document(),
        right in any_document(),
        slots in proptest::collection::btree_set(0_u16..256, 1..10),
    ) {
        let (left, mut right) = (values(Value::Object(left)), values(Value::Object(right)));
        // The same values in the opened slots, whatever stays hidden.
        for slot in slots.iter().copied().map(SlotNumber::new) {
            match left.get(slot) {
                Some(value) => right.set(slot, value.clone()).unwrap(),
                None => right.remove(slot),
            }
        }
        let slots: Vec<u16> = slots.into_iter().collect();
        let (left, right) = (world_with(seeds.0, left), world_with(seeds.1, right));
        let (one, two) = (left.offer(2, &slots).file(), right.offer(2, &slots).file());
        prop_assert_eq!(one.len(), two.len());
        prop_assert_eq!(left.read(&one).map(|_| ()), right.read(&two).map(|_| ()));
    }

    #[test]
    fn the_same_inputs_give_the_same_bytes_and_the_same_result(
        seed: u64,
        members in any_document(),
        slots in proptest::collection::btree_set(0_u16..256, 1..10),
    ) {
        let slots: Vec<u16> = slots.into_iter().collect();
        let hidden = values(Value::Object(members));
        let (first, second) = (world_with(seed, hidden.clone()), world_with(seed, hidden));
        let file = first.offer(2, &slots).file();
        prop_assert_eq!(&file, &second.offer(2, &slots).file());
        let result = first.read(&file);
        prop_assert!(result.is_ok(), "{result:?}");
        prop_assert_eq!(result, second.read(&file));
    }
}
