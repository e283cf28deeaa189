//! Another genesis: with the wrong tree, the wrong checkpoint key, the wrong origin, the wrong log.

use detente_checkpoint::{KeyType, NoteKey, TreeHead};
use detente_core::{Code, Origin};
use detente_presentation::{EventDraft, PresentationDraft};
use detente_tests::party::{Party, Secret};

use crate::stage::{Stage, report};

#[test]
fn of_another_log_in_the_file() {
    let stage = Stage::new();
    let offer = stage.honest();
    let mut draft = offer.draft();
    draft.events[0].entry = stage.b.entries()[0].clone();
    assert_eq!(stage.meets(draft), Code::InvalidInclusion);
}

#[test]
fn an_impostor_with_the_same_origin_and_another_key() {
    let stage = Stage::new();
    let mut impostor = Party::new("a", Secret::new("impostor"));
    impostor.seal(&report("a", 1));
    assert_eq!(stage.file_meets(&stage.offer(&impostor, 1).file()), Code::UnknownLog);
}

/// The checkpoint is by the key that the policy names, the genesis names another.
#[test]
fn that_names_another_checkpoint_key() {
    let stage = Stage::new();
    let other = Secret::new("other").key("checkpoint").public();
    let mut party = Party::with_genesis("a", stage.a.secret().clone(), |draft| {
        draft.checkpoint_key = NoteKey::new(draft.origin.key_name().clone(), KeyType::Log, other);
    });
    party.seal(&report("a", 1));
    assert_eq!(stage.file_meets(&stage.offer(&party, 1).file()), Code::UnknownLog);
}

/// The genesis names a log key of the policy, but not the one that signed this checkpoint.
#[test]
fn of_another_origin_under_the_checkpoint_of_this_one() {
    let stage = Stage::new();
    let mut party = Party::with_genesis("a", stage.a.secret().clone(), |draft| {
        draft.origin = Origin::parse("b.example/log").unwrap();
        draft.checkpoint_key = stage.b.note_key();
    });
    party.seal(&report("a", 1));
    let offer = stage.offer(&party, 1);
    let head = TreeHead::new(stage.a.origin().clone(), party.tree().size(), party.tree().root()).unwrap();
    let mut note = head.sign(&stage.a.secret().key("checkpoint")).unwrap();
    for (witness, time) in stage.cosigners() {
        note = note.with_signature(witness.cosign(&head, time)).unwrap();
    }
    let draft = PresentationDraft { checkpoint: note.as_bytes().to_vec(), ..offer.draft() };
    assert_eq!(stage.meets(draft), Code::OriginMismatch);
}

/// The operator starts again under the same keys and carries an old entry over.
#[test]
fn a_second_genesis_under_the_same_keys() {
    let stage = Stage::new();
    let offer = stage.honest();
    let mut again = Party::with_genesis("a", stage.a.secret().clone(), |draft| draft.random = [9; 32]);
    assert_ne!(again.log(), stage.a.log());
    for entry in &stage.a.entries()[1..] {
        again.append(entry.clone());
    }
    let size = again.size();
    let draft = PresentationDraft {
        inclusion: again.inclusion(3, size),
        checkpoint: again.note(size, &stage.cosigners()),
        events: vec![EventDraft {
            entry: again.entries()[0].clone(),
            proof: again.inclusion(0, size),
            ..offer.event(0)
        }],
        ..offer.draft()
    };
    assert_eq!(stage.meets(draft), Code::LogMismatch);
}

#[test]
fn as_the_entry_itself() {
    let stage = Stage::new();
    let offer = stage.honest();
    let draft = PresentationDraft {
        index: detente_core::LeafIndex::ZERO,
        entry: stage.a.entries()[0].clone(),
        inclusion: stage.a.inclusion(0, offer.size),
        ..offer.draft()
    };
    assert_eq!(stage.meets(draft), Code::GenesisMisplaced);
}

#[test]
fn that_is_no_genesis() {
    let stage = Stage::new();
    let mut party = Party::new("a", Secret::new("party a"));
    party.seal(&report("a", 1));
    // A tree whose entry 0 is a sealed statement, signed by the log all the same.
    let tree = detente_merkle::Tree::from_entries(&party.entries()[1..]).unwrap();
    let head = TreeHead::new(party.origin().clone(), tree.size(), tree.root()).unwrap();
    let note = head.sign(&party.secret().key("checkpoint")).unwrap();
    let draft = PresentationDraft {
        index: detente_core::LeafIndex::ZERO,
        inclusion: vec![],
        checkpoint: note.as_bytes().to_vec(),
        events: vec![EventDraft {
            index: detente_core::LeafIndex::ZERO,
            entry: party.entries()[1].clone(),
            proof: vec![],
        }],
        ..stage.offer(&party, 1).draft()
    };
    assert_eq!(stage.meets(draft), Code::GenesisMisplaced);
}
