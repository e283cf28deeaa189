//! Profiles that the reader does not have, and openings under another one.

use std::{fs, path::Path};

use detente_core::{Code, Digest, ProfileDigest};
use detente_disclosure::Profile;
use detente_presentation::{GrantTerms, PresentationDraft};

use crate::stage::{Stage, verify_with};

fn granted_under(stage: &Stage, profile: ProfileDigest, slots: &[u16]) -> Vec<u8> {
    let mut offer = stage.honest();
    offer.slots = slots.iter().copied().collect();
    let grant = GrantTerms { profile, ..offer.terms() }.sign(&stage.a.secret().key("author")).unwrap();
    PresentationDraft { grant, ..offer.draft() }.to_bytes().unwrap()
}

#[test]
fn that_the_reader_does_not_have() {
    let stage = Stage::new();
    let file = granted_under(&stage, ProfileDigest::new(Digest::from_bytes([5; 32])), &[0, 12]);
    assert_eq!(stage.file_meets(&file), Code::UnknownProfile);
    let file = stage.honest().file();
    assert_eq!(verify_with(&file, &stage.policy, &[], None).unwrap_err(), Code::UnknownProfile);
}

/// The same slots under other names: slot 12 would read as something else.
#[test]
fn of_the_same_width() {
    let stage = Stage::new();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../specs/profiles/veris-1.json");
    let text = fs::read_to_string(path).unwrap();
    let renamed = text.replace(r#""name":"summary""#, r#""name":"confession""#);
    let other = Profile::parse(renamed.as_bytes()).unwrap();
    assert_eq!(other.width(), Profile::veris_1().width());
    let file = granted_under(&stage, other.digest(), &[0, 12]);
    let profiles = [Profile::veris_1(), &other];
    assert_eq!(verify_with(&file, &stage.policy, &profiles, None).unwrap_err(), Code::SealedMismatch);
}

#[test]
fn of_another_width() {
    let stage = Stage::new();
    let slots: Vec<String> = ["kind", "claimed_time", "author_role", "amends"]
        .iter()
        .enumerate()
        .map(|(number, name)| format!(r#"{{"name":"{name}","slot":{number},"types":["string"]}}"#))
        .collect();
    let text = format!(
        "{{\"names\":{{}},\"profile\":\"narrow\",\"slots\":[{}],\"version\":1,\"width\":8}}\n",
        slots.join(",")
    );
    let narrow = Profile::parse(text.as_bytes()).unwrap();
    let profiles = [Profile::veris_1(), &narrow];
    for (slots, code) in [(&[0][..], Code::ProofLength), (&[0, 12][..], Code::SlotRange)] {
        let file = granted_under(&stage, narrow.digest(), slots);
        assert_eq!(verify_with(&file, &stage.policy, &profiles, None).unwrap_err(), code);
    }
}
