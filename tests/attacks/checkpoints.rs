//! Checkpoints of another log, of a fork, too old, and earlier ones that are not earlier.

use detente_checkpoint::SignatureLine;
use detente_core::{Code, Digest};
use detente_presentation::PresentationDraft;
use detente_tests::party::{Offer, Party, Secret};

use crate::stage::{Stage, TIME, report};

/// The same genesis and keys, other reports: a fork by the log's own operator.
fn fork(stage: &Stage) -> Party {
    let mut fork = Party::new("a", stage.a.secret().clone());
    assert_eq!(fork.log(), stage.a.log());
    for number in 11..20 {
        fork.seal(&report("a", number));
    }
    fork
}

/// Report 9, so that earlier checkpoints of several sizes exist.
fn late(stage: &Stage) -> Offer<'_> {
    let mut offer = stage.offer(&stage.a, 9);
    offer.events = vec![0, 6];
    offer
}

#[test]
fn of_a_stranger_with_the_same_origin() {
    let stage = Stage::new();
    let impostor = Party::new("a", Secret::new("impostor"));
    let checkpoint = impostor.note(1, &stage.cosigners());
    assert_eq!(stage.meets(PresentationDraft { checkpoint, ..stage.honest().draft() }), Code::UnknownLog);
}

#[test]
fn of_a_fork() {
    let stage = Stage::new();
    let fork = fork(&stage);
    let checkpoint = fork.note(10, &stage.cosigners());
    assert_eq!(
        stage.meets(PresentationDraft { checkpoint, ..stage.honest().draft() }),
        Code::InvalidInclusion
    );
}

/// A fork verifies when nothing but its operator is asked; neutral witnesses sign one tree only.
#[test]
fn a_presentation_of_a_fork() {
    let stage = Stage::new();
    let fork = fork(&stage);
    let mut offer = stage.offer(&fork, 3);
    offer.cosigners.clear();
    assert_eq!(stage.file_meets(&offer.file()), Code::UnderWitnessed);
}

#[test]
fn of_another_log_that_the_reader_trusts() {
    let stage = Stage::new();
    let checkpoint = stage.b.note(4, &stage.cosigners());
    assert_eq!(stage.meets(PresentationDraft { checkpoint, ..stage.honest().draft() }), Code::ProofLength);
}

#[test]
fn of_another_log_over_the_same_tree() {
    let stage = Stage::new();
    // Party b signs party a's tree under its own name.
    let (size, root) = (stage.a.tree().size(), stage.a.tree().root());
    let head = detente_checkpoint::TreeHead::new(stage.b.origin().clone(), size, root).unwrap();
    let note = head.sign(&stage.b.secret().key("checkpoint")).unwrap();
    let draft = PresentationDraft { checkpoint: note.as_bytes().to_vec(), ..stage.honest().draft() };
    assert_eq!(stage.meets(draft), Code::OriginMismatch);
}

#[test]
fn a_name_borrowed_for_another_key() {
    let stage = Stage::new();
    // The line names a's key and holds b's signature.
    let text = stage.a.head(10).to_string();
    let signature = stage.b.secret().key("checkpoint").sign(text.as_bytes());
    let line = SignatureLine::new(&stage.a.note_key(), signature.to_vec());
    let checkpoint = format!("{text}\n{line}\n").into_bytes();
    let draft = PresentationDraft { checkpoint, ..stage.honest().draft() };
    assert_eq!(stage.meets(draft), Code::InvalidLogSignature);
}

#[test]
fn a_stale_one_that_ends_before_the_entry() {
    let stage = Stage::new();
    let checkpoint = stage.a.note(3, &stage.cosigners());
    assert_eq!(stage.meets(PresentationDraft { checkpoint, ..stage.honest().draft() }), Code::IndexRange);
}

#[test]
fn an_earlier_one_that_covers_the_entry() {
    let stage = Stage::new();
    for size in [4, 9, 10] {
        let mut offer = stage.honest();
        offer.earlier = Some((size, stage.cosigners()));
        assert_eq!(stage.file_meets(&offer.file()), Code::EarlierNotEarlier, "{size}");
    }
}

#[test]
fn an_earlier_one_of_a_fork() {
    let stage = Stage::new();
    let fork = fork(&stage);
    let mut draft = late(&stage).draft();
    draft.earlier = Some((fork.note(5, &stage.cosigners()), stage.a.consistency(5, 10)));
    assert_eq!(stage.meets(draft), Code::InvalidConsistency);
}

#[test]
fn an_earlier_one_of_another_log() {
    let stage = Stage::new();
    let mut draft = late(&stage).draft();
    draft.earlier = Some((stage.b.note(3, &stage.cosigners()), stage.a.consistency(3, 10)));
    assert_eq!(stage.meets(draft), Code::OriginMismatch);
    let impostor = Party::new("a", Secret::new("impostor"));
    let mut draft = late(&stage).draft();
    draft.earlier = Some((impostor.note(1, &stage.cosigners()), stage.a.consistency(1, 10)));
    assert_eq!(stage.meets(draft), Code::UnknownLog);
}

#[test]
fn an_earlier_one_with_another_consistency_proof() {
    let stage = Stage::new();
    let honest = (stage.a.note(5, &stage.cosigners()), stage.a.consistency(5, 10));
    let with = |change: &dyn Fn(&mut Vec<Digest>)| {
        let (note, mut proof) = honest.clone();
        change(&mut proof);
        stage.meets(PresentationDraft { earlier: Some((note, proof)), ..late(&stage).draft() })
    };
    assert_eq!(with(&|proof| proof.push(Digest::ZERO)), Code::ProofLength);
    assert_eq!(with(&|proof| proof.truncate(1)), Code::ProofLength);
    assert_eq!(with(&|proof| proof.swap(0, 1)), Code::InvalidConsistency);
}

#[test]
fn an_earlier_one_cosigned_later_than_the_newest() {
    let stage = Stage::new();
    let mut offer = late(&stage);
    offer.earlier =
        Some((5, stage.cosigners().into_iter().map(|(witness, _)| (witness, TIME + 1000)).collect()));
    assert_eq!(stage.file_meets(&offer.file()), Code::WitnessConflict);
}
