//! Document to slots to document gives the canonical form, and every slot can be opened.

use std::{collections::BTreeSet, fs, path::Path};

use detente_core::{LogId, json::Value};
use detente_disclosure::{Document, Envelope, Profile, RealKind, Seed, SlotNumber};
use proptest::prelude::*;

use crate::documents::any_document;

/// The records of publicly known incidents that ship with the repository.
pub(crate) fn corpus() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/incidents");
    let mut records: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(path).unwrap()))
        .collect();
    records.sort();
    assert!(records.len() >= 24, "{} records", records.len());
    records
}

fn round_trip(document: &Document) {
    let profile = Profile::veris_1();
    let values = document.to_slots(profile).unwrap();
    assert_eq!(Document::from_slots(&values).unwrap().to_canonical(), document.to_canonical());
}

#[test]
fn every_record_of_the_corpus_comes_back() {
    for (name, bytes) in corpus() {
        let document = Document::parse(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        round_trip(&document);
    }
}

#[test]
fn all_slots_of_every_record_can_be_opened_together() {
    let (profile, log) = (Profile::veris_1(), LogId::ZERO);
    let all: BTreeSet<SlotNumber> = (0..profile.width() as u16).map(SlotNumber::new).collect();
    for (name, bytes) in corpus() {
        let mut values = Document::parse(&bytes).unwrap().to_slots(profile).unwrap();
        values.set_envelope(&Envelope::new(RealKind::IncidentReport)).unwrap();
        let sealing = values.seal(log, &Seed::from_bytes([3; 32]));
        let opened = sealing.open(&all).unwrap().verify(profile, log, sealing.sealed());
        let opened = opened.unwrap_or_else(|error| panic!("{name}: {error}"));
        for slot in opened.iter() {
            assert_eq!(slot.value(), values.get(slot.number()), "{name}, slot {}", slot.number());
        }
    }
}

proptest! {
    #![proptest_config(crate::world::cases(256))]

    #[test]
    fn every_accepted_document_comes_back(members in any_document()) {
        round_trip(&Document::from_value(Value::Object(members)).unwrap());
    }
}
