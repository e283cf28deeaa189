//! Too few witnesses, the wrong ones, and cosignatures of something else.

use detente_checkpoint::SignatureLine;
use detente_core::Code;
use detente_disclosure::Profile;
use detente_presentation::PresentationDraft;
use detente_tests::party::{Trust, Witness};

use crate::stage::{Stage, TIME, verify_with};

fn cosigned(stage: &Stage, cosigners: &[(&Witness, u64)]) -> Code {
    let checkpoint = stage.a.note(10, cosigners);
    stage.meets(PresentationDraft { checkpoint, ..stage.honest().draft() })
}

#[test]
fn too_few() {
    let stage = Stage::new();
    let [one, _, three, _] = &stage.witnesses;
    assert_eq!(cosigned(&stage, &[]), Code::UnderWitnessed);
    assert_eq!(cosigned(&stage, &[(one, TIME)]), Code::UnderWitnessed);
    assert_eq!(cosigned(&stage, &[(three, TIME)]), Code::UnderWitnessed);
}

#[test]
fn a_witness_that_a_party_runs() {
    let stage = Stage::new();
    let [one, two, _, partial] = &stage.witnesses;
    assert_eq!(cosigned(&stage, &[(one, TIME), (partial, TIME)]), Code::UnderWitnessed);
    let checkpoint = stage.a.note(10, &[(one, TIME), (partial, TIME), (two, TIME)]);
    let file = PresentationDraft { checkpoint, ..stage.honest().draft() }.to_bytes().unwrap();
    assert!(stage.verify(&file).is_ok(), "it does no harm beside enough neutral ones");
}

#[test]
fn a_witness_that_no_policy_names() {
    let stage = Stage::new();
    let stranger = Witness::new("stranger");
    assert_eq!(cosigned(&stage, &[(&stage.witnesses[0], TIME), (&stranger, TIME)]), Code::UnderWitnessed);
}

#[test]
fn a_cosignature_without_a_time() {
    let stage = Stage::new();
    let [one, two, ..] = &stage.witnesses;
    assert_eq!(cosigned(&stage, &[(one, TIME), (two, 0)]), Code::UnderWitnessed);
}

#[test]
fn without_a_companion_nobody_is_neutral() {
    let stage = Stage::new();
    let policy = stage.trust.policy_without_companion();
    let profiles = [Profile::veris_1()];
    let code = verify_with(&stage.honest().file(), &policy, &profiles, None).unwrap_err();
    assert_eq!(code, Code::UnderWitnessed);
}

/// The note of the newest tree with one more line, as it stands.
fn with_line(stage: &Stage, line: &SignatureLine) -> Code {
    let mut note = String::from_utf8(stage.a.note(10, &[(&stage.witnesses[0], TIME)])).unwrap();
    note.push_str(&format!("{line}\n"));
    stage.meets(PresentationDraft { checkpoint: note.into_bytes(), ..stage.honest().draft() })
}

#[test]
fn a_cosignature_of_another_checkpoint() {
    let stage = Stage::new();
    let two = &stage.witnesses[1];
    assert_eq!(with_line(&stage, &two.cosign(&stage.a.head(9), TIME)), Code::InvalidCosignature);
    assert_eq!(with_line(&stage, &two.cosign(&stage.b.head(4), TIME)), Code::InvalidCosignature);
}

#[test]
fn a_cosignature_in_the_name_of_another_witness() {
    let stage = Stage::new();
    let [one, two, ..] = &stage.witnesses;
    let line = SignatureLine::new(&two.note_key(), one.cosign(&stage.a.head(10), TIME).blob().to_vec());
    assert_eq!(with_line(&stage, &line), Code::InvalidCosignature);
}

#[test]
fn a_cosignature_with_a_changed_time() {
    let stage = Stage::new();
    let two = &stage.witnesses[1];
    let mut blob = two.cosign(&stage.a.head(10), TIME).blob().to_vec();
    blob[7] ^= 1;
    assert_eq!(with_line(&stage, &SignatureLine::new(&two.note_key(), blob)), Code::InvalidCosignature);
}

#[test]
fn one_witness_twice() {
    let stage = Stage::new();
    let one = &stage.witnesses[0];
    assert_eq!(with_line(&stage, &one.cosign(&stage.a.head(10), TIME + 1)), Code::DuplicateSignature);
}

#[test]
fn a_reader_who_asks_for_no_witness_is_told_so() {
    let stage = Stage::new();
    let policy = Trust::in_logs(&[&stage.a.note_key()]).lines("quorum none\n").policy();
    let profiles = [Profile::veris_1()];
    let file = stage.honest().file();
    let verified = verify_with(&file, &policy, &profiles, None).unwrap();
    assert_eq!(verified.verdict().as_str(), "UNWITNESSED");
    assert_eq!(verified.published().word(), "UNWITNESSED");
}
