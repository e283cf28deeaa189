//! Openings against the sealed value: every step of the procedure, exhaustively where the tree is small.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod letter;
mod sample;

use std::collections::{BTreeMap, BTreeSet};

use detente_core::{Code, Digest, LogId, json::Value};
use detente_disclosure::{
    Envelope, Opening, Profile, RealKind, Salt, SealedValue, Seed, SlotNumber, SlotValues, UnverifiedOpenings,
};
use proptest::prelude::*;

use letter::Letter;
use sample::{EIGHT, SIXTEEN, log, profile};

const SEED: [u8; 32] = [0x5e; 32];

fn json(text: &str) -> Value {
    Value::parse(text.as_bytes()).unwrap()
}

fn letter(profile: &Profile, values: &[(u16, &str)]) -> Letter {
    let mut map: BTreeMap<u16, Value> = values.iter().map(|(slot, text)| (*slot, json(text))).collect();
    map.entry(0).or_insert("incident.report".into());
    Letter::seal(profile, log(1), SEED, map)
}

fn code(openings: UnverifiedOpenings, profile: &Profile, sealed: SealedValue) -> Result<(), Code> {
    openings.verify(profile, log(1), sealed).map(|_| ()).map_err(|error| error.code())
}

/// What becomes of opening these slots of a statement that seals these values, whatever they are.
fn opened(profile: &Profile, values: &[(u16, &str)], slots: &[u16]) -> Result<(), Code> {
    let sealing = letter(profile, values);
    code(sealing.open(slots.iter().copied()), profile, sealing.sealed)
}

#[test]
fn sealing_follows_the_letter() {
    for text in [EIGHT, SIXTEEN] {
        let profile = profile(text);
        let mut values = SlotValues::new(&profile);
        values.set_envelope(&Envelope::new(RealKind::IncidentReport)).unwrap();
        let expected = letter(&profile, &[]).sealed;
        let seed = Seed::from_bytes(SEED);
        assert_eq!(values.seal(log(1), &seed).sealed(), expected);
        assert_ne!(values.seal(log(2), &seed).sealed(), expected);
        assert_ne!(values.seal(log(1), &Seed::from_bytes([1; 32])).sealed(), expected);
        assert_eq!(format!("{seed:?}"), "Seed(not shown)");
    }
}

#[test]
fn all_subsets_of_eight_slots() {
    let eight = profile(EIGHT);
    let mut values = SlotValues::new(&eight);
    values.set_envelope(&Envelope::new(RealKind::IncidentReport)).unwrap();
    for (slot, text) in [(4, "\"54\""), (5, "\"1330\""), (7, "true")] {
        values.set(SlotNumber::new(slot), json(text)).unwrap();
    }
    let by_letter = letter(&eight, &[(4, "\"54\""), (5, "\"1330\""), (7, "true")]);
    let sealing = values.seal(log(1), &Seed::from_bytes(SEED));
    assert_eq!(sealing.sealed(), by_letter.sealed);
    for mask in 1..256_u16 {
        let slots: BTreeSet<u16> = (0..8).filter(|slot| mask >> slot & 1 == 1).collect();
        let openings = sealing.open(&slots.iter().copied().map(SlotNumber::new).collect()).unwrap();
        assert_eq!(openings, by_letter.open(slots.clone()), "{slots:?}");
        let verified = openings.clone().verify(&eight, log(1), sealing.sealed()).unwrap();
        let seen: BTreeSet<u16> = verified.iter().map(|opened| opened.number().get()).collect();
        assert_eq!(seen, slots);
        for opened in verified.iter() {
            assert_eq!(opened.value(), values.get(opened.number()));
        }
        every_change_to_the_proof_is_refused(&eight, &openings, sealing.sealed());
    }
}

/// Each hash left out, doubled or changed; one more at either end.
fn every_change_to_the_proof_is_refused(profile: &Profile, honest: &UnverifiedOpenings, sealed: SealedValue) {
    let proof = honest.multi_proof().to_vec();
    let with = |proof: Vec<Digest>| {
        code(UnverifiedOpenings::new(honest.openings().to_vec(), proof), profile, sealed)
    };
    for at in 0..proof.len() {
        let mut shorter = proof.clone();
        shorter.remove(at);
        assert_eq!(with(shorter), Err(Code::ProofLength));
        let mut doubled = proof.clone();
        doubled.insert(at, proof[at]);
        assert_eq!(with(doubled), Err(Code::ProofLength));
        let mut changed = proof.clone();
        changed[at] = Digest::ZERO;
        assert_eq!(with(changed), Err(Code::SealedMismatch));
        if at > 0 {
            let mut swapped = proof.clone();
            swapped.swap(at - 1, at);
            assert_eq!(with(swapped), Err(Code::SealedMismatch));
        }
    }
    let mut longer = proof;
    longer.push(Digest::ZERO);
    assert_eq!(with(longer), Err(Code::ProofLength));
}

#[test]
fn step_one_order_then_range() {
    let eight = profile(EIGHT);
    let sealing = letter(&eight, &[]);
    let at = |slots: &[u16]| {
        let openings = slots.iter().map(|slot| sealing.opening(*slot)).collect();
        code(UnverifiedOpenings::new(openings, Vec::new()), &eight, sealing.sealed)
    };
    assert_eq!(at(&[]), Err(Code::SlotOrder));
    assert_eq!(at(&[1, 1]), Err(Code::SlotOrder));
    assert_eq!(at(&[2, 1]), Err(Code::SlotOrder));
    assert_eq!(at(&[9, 8]), Err(Code::SlotOrder));
    assert_eq!(at(&[0, 8]), Err(Code::SlotRange));
    assert_eq!(at(&[65_535]), Err(Code::SlotRange));
    assert_eq!(at(&[0, 1]), Err(Code::ProofLength));
}

#[test]
fn what_cannot_be_opened_is_refused_at_the_source() {
    let eight = profile(EIGHT);
    let values = SlotValues::new(&eight);
    let seed = Seed::from_bytes(SEED);
    let sealing = values.seal(log(1), &seed);
    assert_eq!(sealing.open(&BTreeSet::new()).unwrap_err().code(), Code::SlotOrder);
    assert_eq!(sealing.open(&[SlotNumber::new(8)].into()).unwrap_err().code(), Code::SlotRange);
}

#[test]
fn step_four_values_that_a_slot_cannot_hold() {
    let (eight, sixteen) = (profile(EIGHT), profile(SIXTEEN));
    for slot in [4, 10, 14, 15] {
        assert_eq!(opened(&sixteen, &[(slot, "1")], &[slot]), Err(Code::SlotRange), "{slot}");
        assert_eq!(opened(&sixteen, &[], &[slot]), Ok(()), "absence of an unassigned slot");
    }
    for (slot, text) in [
        (0, "7"),
        (0, "null"),
        (1, "\"now\""),
        (1, "\"2026-13\""),
        (2, "{}"),
        (3, "\"ab\""),
        (4, "\"541\""),
        (4, "null"),
        (5, "1"),
        (6, "{\"in side\":1}"),
        (6, "[]"),
        (7, "\"1\""),
        (7, "null"),
    ] {
        assert_eq!(opened(&eight, &[(slot, text)], &[slot]), Err(Code::FieldType), "{slot} {text}");
    }
    for (slot, text) in [(1, "\"2026\""), (4, "\"5é\""), (6, "{}"), (6, "\"x\""), (7, "false"), (7, "-0.5")]
    {
        assert_eq!(opened(&eight, &[(slot, text)], &[slot]), Ok(()), "{slot} {text}");
    }
    // In slot order: the lower slot's code wins.
    assert_eq!(opened(&sixteen, &[(4, "1"), (6, "\"x\"")], &[4, 6]), Err(Code::SlotRange));
    assert_eq!(opened(&sixteen, &[(2, "1"), (4, "1")], &[2, 4]), Err(Code::FieldType));
}

#[test]
fn step_four_the_kind_is_always_present() {
    let eight = profile(EIGHT);
    let sealing = Letter::seal(&eight, log(1), SEED, BTreeMap::new());
    assert_eq!(code(sealing.open([0]), &eight, sealing.sealed), Err(Code::FieldType));
    assert_eq!(code(sealing.open([1]), &eight, sealing.sealed), Ok(()));
}

#[test]
fn step_five_slots_that_no_document_has_together() {
    let (eight, sixteen) = (profile(EIGHT), profile(SIXTEEN));
    let conflict = Err(Code::ContainerConflict);
    for outer in ["{}", "\"x\""] {
        assert_eq!(opened(&eight, &[(6, outer), (7, "1")], &[6, 7]), conflict);
        assert_eq!(opened(&eight, &[(6, outer), (7, "1")], &[7]), Ok(()), "not seen together");
        assert_eq!(opened(&eight, &[(6, outer)], &[6, 7]), Ok(()));
    }
    assert_eq!(opened(&eight, &[(7, "1")], &[6, 7]), Ok(()));
    // Parts: all or none.
    assert_eq!(opened(&eight, &[(4, "\"54\"")], &[4, 5]), conflict);
    assert_eq!(opened(&eight, &[(5, "\"54\"")], &[4, 5]), conflict);
    assert_eq!(opened(&eight, &[], &[4, 5]), Ok(()));
    assert_eq!(opened(&sixteen, &[(7, "\"a\""), (8, "\"bc\"")], &[7, 9]), conflict);
    // Parts: nothing after a short one.
    assert_eq!(opened(&eight, &[(4, "\"5\""), (5, "\"1\"")], &[4, 5]), conflict);
    assert_eq!(opened(&eight, &[(4, "\"5\""), (5, "\"\"")], &[4, 5]), Ok(()));
    assert_eq!(opened(&eight, &[(4, "\"54\""), (5, "\"1\"")], &[4, 5]), Ok(()));
    assert_eq!(opened(&sixteen, &[(7, "\"\""), (8, "\"\""), (9, "\"x\"")], &[7, 9]), conflict);
    assert_eq!(opened(&sixteen, &[(7, "\"a\""), (8, "\"b\""), (9, "\"x\"")], &[7, 8, 9]), conflict);
    assert_eq!(opened(&sixteen, &[(7, "\"a\""), (8, "\"bc\""), (9, "\"x\"")], &[7, 8, 9]), Ok(()));
    // A residue that still holds what has a slot of its own.
    assert_eq!(opened(&sixteen, &[(5, r#"{"date":{"year":1}}"#)], &[5]), conflict);
    assert_eq!(opened(&sixteen, &[(5, r#"{"date":{"year":"1"},"p":[],"year":1}"#)], &[5]), Ok(()));
    // A value whose place the residue does not have, or has already filled.
    for residue in ["{}", r#"{"date":[]}"#, r#"{"date":"none"}"#, r#"{"date":{"year":"1999"}}"#] {
        assert_eq!(opened(&sixteen, &[(5, residue), (6, "2020")], &[5, 6]), conflict, "{residue}");
        assert_eq!(opened(&sixteen, &[(5, residue)], &[5, 6]), Ok(()), "{residue}");
    }
    assert_eq!(opened(&sixteen, &[(6, "2020")], &[5, 6]), conflict, "a residue that is absent");
    assert_eq!(opened(&sixteen, &[(5, r#"{"date":{}}"#), (6, "2020")], &[5, 6]), Ok(()));
}

#[test]
fn a_conflict_is_told_with_both_slots() {
    let eight = profile(EIGHT);
    let sealing = letter(&eight, &[(6, "{}"), (7, "1")]);
    let error = sealing.open([6, 7]).verify(&eight, log(1), sealing.sealed).unwrap_err();
    assert_eq!(
        error.to_string(),
        "slots 6, box, and 7, inside: expected no value below a container that is empty or no object"
    );
}

#[test]
fn nothing_opens_anywhere_else() {
    let (eight, sixteen) = (profile(EIGHT), profile(SIXTEEN));
    let renamed = profile(&EIGHT.replace("\"inside\"", "\"within\""));
    let sealing = letter(&eight, &[(7, "1")]);
    let honest = sealing.open([7]);
    assert_eq!(code(honest.clone(), &eight, sealing.sealed), Ok(()));
    let in_log =
        |log: LogId| honest.clone().verify(&eight, log, sealing.sealed).map_err(|error| error.code());
    assert_eq!(in_log(log(2)), Err(Code::SealedMismatch));
    assert_eq!(code(honest.clone(), &renamed, sealing.sealed), Err(Code::SealedMismatch));
    assert_eq!(code(honest.clone(), &sixteen, sealing.sealed), Err(Code::ProofLength));
    let other = Letter::seal(&eight, log(1), [9; 32], sealing.values.clone());
    assert_eq!(code(honest.clone(), &eight, other.sealed), Err(Code::SealedMismatch));
    let opening = &honest.openings()[0];
    for slot in 0..7 {
        let moved = Opening::new(SlotNumber::new(slot), opening.salt().clone(), opening.value().cloned());
        let moved = UnverifiedOpenings::new(vec![moved], honest.multi_proof().to_vec());
        assert_eq!(code(moved, &eight, sealing.sealed), Err(Code::SealedMismatch), "{slot}");
    }
    for value in [None, Some(json("2")), Some(json("\"1\"")), Some(Value::Null)] {
        let other = Opening::new(opening.slot(), opening.salt().clone(), value);
        let other = UnverifiedOpenings::new(vec![other], honest.multi_proof().to_vec());
        assert_eq!(code(other, &eight, sealing.sealed), Err(Code::SealedMismatch));
    }
}

#[test]
fn a_derived_slot_is_coarse_unchecked() {
    let sixteen = profile(SIXTEEN);
    let sealing = letter(&sixteen, &[(11, "[\"NL\"]"), (12, "[\"150155\"]")]);
    let marked = |slots: &[u16]| -> Vec<u16> {
        let openings = sealing.open(slots.iter().copied());
        let verified = openings.verify(&sixteen, log(1), sealing.sealed).unwrap();
        verified.iter().filter(|slot| slot.is_coarse_unchecked()).map(|slot| slot.number().get()).collect()
    };
    assert_eq!(marked(&[12]), [12]);
    assert_eq!(marked(&[0, 12]), [12]);
    assert_eq!(marked(&[11, 12]), [12], "no derivation is checked yet");
    assert_eq!(marked(&[11]), []);
}

#[test]
fn a_leaf_is_what_a_grant_can_name() {
    let sealing = letter(&profile(EIGHT), &[(7, "1")]);
    for slot in 0..8 {
        assert_eq!(sealing.opening(slot).leaf(log(1)).as_bytes(), &sealing.levels[0][usize::from(slot)]);
        assert_ne!(sealing.opening(slot).leaf(log(2)).as_bytes(), &sealing.levels[0][usize::from(slot)]);
    }
}

/// The worked example of the book's chapter.
#[test]
fn the_example_of_the_book() {
    let profile = Profile::veris_1();
    let text = r#"{"incident_id": "op-2026-014",
     "summary": "A configuration change stopped the booking service for six hours.",
     "timeline": {"incident": {"year": 2026, "month": 3, "day": 9}},
     "victim": {"country": ["NL"], "industry": "481111", "region": ["150155"]},
     "action": {"error": {"variety": ["Misconfiguration"], "vector": ["Carelessness"]}},
     "attribute": {"availability": {"variety": ["Interruption"], "duration": {"unit": "Hours", "value": 6}}}}"#;
    let mut values = sample::document(text).to_slots(profile).unwrap();
    values.set_envelope(&Envelope::new(RealKind::IncidentReport)).unwrap();
    let present: Vec<_> = values.iter().map(|(slot, _)| slot.number().get()).collect();
    assert_eq!(present, [0, 8, 12, 15, 16, 17, 33, 34, 35, 36, 101, 102, 154, 156, 157]);
    let sealing = values.seal(log(1), &Seed::from_bytes(SEED));
    let chosen = ["action", "sector.2"].map(|name| profile.select(name).unwrap()).concat();
    let openings = sealing.open(&chosen.into_iter().collect()).unwrap();
    assert_eq!((openings.openings().len(), openings.multi_proof().len()), (59, 16));
    let verified = openings.verify(profile, log(1), sealing.sealed()).unwrap();
    let seen: Vec<_> = verified.iter().filter_map(|opened| opened.value()).map(Value::to_canonical).collect();
    assert_eq!(seen, ["\"48\"", "[\"Misconfiguration\"]", "[\"Carelessness\"]"]);
}

fn veris_values() -> impl Strategy<Value = SlotValues<'static>> {
    sample::arb_document(Profile::veris_1()).prop_map(|document| {
        let mut values = document.to_slots(Profile::veris_1()).unwrap();
        values.set_envelope(&Envelope::new(RealKind::IncidentReport)).unwrap();
        values
    })
}

fn arb_slots() -> impl Strategy<Value = BTreeSet<SlotNumber>> {
    prop::collection::btree_set((0..256_u16).prop_map(SlotNumber::new), 1..40)
}

proptest! {
    #[test]
    fn any_slots_of_any_document_open(values in veris_values(), slots in arb_slots(), seed: [u8; 32]) {
        let profile = Profile::veris_1();
        let sealing = values.seal(log(1), &Seed::from_bytes(seed));
        let map = values.iter().map(|(slot, value)| (slot.number().get(), value.clone())).collect();
        let by_letter = Letter::seal(profile, log(1), seed, map);
        prop_assert_eq!(sealing.sealed(), by_letter.sealed);
        let openings = sealing.open(&slots).unwrap();
        prop_assert_eq!(&openings, &by_letter.open(slots.iter().map(|slot| slot.get())));
        let verified = openings.verify(profile, log(1), sealing.sealed()).unwrap();
        prop_assert_eq!(verified.len(), slots.len());
        for opened in verified.iter() {
            prop_assert_eq!(opened.value(), values.get(opened.number()));
        }
    }

    #[test]
    fn any_bit_changed_is_refused(
        values in veris_values(),
        slots in arb_slots(),
        place in 0..5_u8,
        at: prop::sample::Index,
        bit in 0..256_usize,
    ) {
        let profile = Profile::veris_1();
        let sealing = values.seal(log(1), &Seed::from_bytes(SEED));
        let honest = sealing.open(&slots).unwrap();
        let mut openings = honest.openings().to_vec();
        let mut proof = honest.multi_proof().to_vec();
        let flip = |bytes: &[u8; 32]| {
            let mut bytes = *bytes;
            bytes[bit / 8] ^= 1 << (bit % 8);
            bytes
        };
        let (mut in_log, mut sealed) = (log(1), sealing.sealed());
        let index = at.index(openings.len());
        let opening = openings[index].clone();
        match place {
            0 => openings[index] = Opening::new(
                opening.slot(), Salt::from_bytes(flip(opening.salt().as_bytes())), opening.value().cloned(),
            ),
            1 => {
                // One bit of the canonical text; another value or no JSON at all.
                let mut text = opening.value().map_or_else(|| b"0".to_vec(), |value| value.to_canonical().into_bytes());
                let byte = at.index(text.len());
                text[byte] ^= 1 << (bit % 8);
                let changed = Value::parse(&text).ok();
                prop_assume!(changed.as_ref() != opening.value());
                openings[index] = Opening::new(opening.slot(), opening.salt().clone(), changed);
            }
            2 => {
                prop_assume!(!proof.is_empty());
                let hash = at.index(proof.len());
                proof[hash] = Digest::from_bytes(flip(proof[hash].as_bytes()));
            }
            3 => sealed = SealedValue::new(Digest::from_bytes(flip(sealed.digest().as_bytes()))),
            _ => in_log = LogId::new(Digest::from_bytes(flip(in_log.as_bytes()))),
        }
        let result = UnverifiedOpenings::new(openings, proof).verify(profile, in_log, sealed);
        prop_assert_eq!(result.map_err(|error| error.code()), Err(Code::SealedMismatch));
    }
}
