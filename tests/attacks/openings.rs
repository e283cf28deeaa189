//! Openings replayed, changed, doubled; multi-proofs stretched; sealed values copied.

use detente_core::{Code, json::Object, json::Value};
use detente_disclosure::{Opening, SlotNumber, UnverifiedOpenings};
use detente_presentation::{GrantTerms, PresentationDraft};
use detente_statement::Signer;
use detente_tests::party::Offer;

use crate::stage::{Stage, edited, list, object};

/// The draft with other openings; granted anew by the party itself, so that only the sealed value is in the way.
fn granted_anew(offer: &Offer<'_>, openings: Vec<Opening>) -> PresentationDraft {
    let draft = offer.draft();
    let log = offer.party.log();
    let leaves = openings.iter().map(|opening| (opening.slot().get(), opening.leaf(log))).collect();
    let terms = GrantTerms { leaves, ..offer.terms() };
    let openings = UnverifiedOpenings::new(openings, draft.openings.multi_proof().to_vec());
    PresentationDraft {
        openings,
        grant: terms.sign(&offer.party.secret().key(offer.signer)).unwrap(),
        ..draft
    }
}

#[test]
fn of_another_statement() {
    let stage = Stage::new();
    let offer = stage.honest();
    let openings = stage.offer(&stage.a, 2).openings();
    let replayed = PresentationDraft { openings: openings.clone(), ..offer.draft() };
    assert_eq!(stage.meets(replayed), Code::OpeningMismatch);
    let anew = granted_anew(&offer, openings.openings().to_vec());
    assert_eq!(stage.meets(PresentationDraft { openings, ..anew }), Code::SealedMismatch);
}

#[test]
fn of_another_slot() {
    let stage = Stage::new();
    let offer = stage.honest();
    let mut openings = offer.openings().openings().to_vec();
    // Slot 12 opened with the salt and the value of slot 33.
    openings[1] = Opening::new(SlotNumber::new(12), openings[2].salt().clone(), openings[2].value().cloned());
    let multi_proof = offer.openings().multi_proof().to_vec();
    let replayed = UnverifiedOpenings::new(openings.clone(), multi_proof);
    assert_eq!(stage.meets(PresentationDraft { openings: replayed, ..offer.draft() }), Code::OpeningMismatch);
    assert_eq!(stage.meets(granted_anew(&offer, openings)), Code::SealedMismatch);
}

#[test]
fn with_another_value() {
    let stage = Stage::new();
    let offer = stage.honest();
    for change in [Some(Value::from("99")), None] {
        let mut openings = offer.openings().openings().to_vec();
        openings[2] = Opening::new(SlotNumber::new(33), openings[2].salt().clone(), change.clone());
        let code = stage.edited(&offer, |file| {
            let Value::Object(opening) = &mut list(file, "openings")[2] else { panic!("no opening") };
            opening.remove("value");
            match &change {
                Some(value) => opening.insert("value".to_owned(), value.clone()),
                None => opening.insert("absent".to_owned(), true.into()),
            };
        });
        assert_eq!(code, Code::OpeningMismatch);
        assert_eq!(stage.meets(granted_anew(&offer, openings)), Code::SealedMismatch);
    }
}

#[test]
fn absence_of_what_is_there_and_presence_of_what_is_not() {
    let stage = Stage::new();
    let offer = stage.honest();
    let mut openings = offer.openings().openings().to_vec();
    assert_eq!(openings[4].value(), None);
    openings[4] =
        Opening::new(openings[4].slot(), openings[4].salt().clone(), Some(Value::Object(Object::new())));
    assert_eq!(stage.meets(granted_anew(&offer, openings)), Code::SealedMismatch);
}

#[test]
fn one_slot_twice() {
    let stage = Stage::new();
    let offer = stage.honest();
    let mut openings = offer.openings().openings().to_vec();
    openings.insert(1, openings[1].clone());
    assert_eq!(stage.meets(granted_anew(&offer, openings)), Code::SlotOrder);
}

#[test]
fn in_another_order() {
    let stage = Stage::new();
    let offer = stage.honest();
    let mut openings = offer.openings().openings().to_vec();
    openings.swap(1, 2);
    assert_eq!(stage.meets(granted_anew(&offer, openings)), Code::SlotOrder);
    assert_eq!(stage.edited(&offer, |file| list(file, "openings").swap(1, 2)), Code::GrantMismatch);
}

#[test]
fn beyond_the_width() {
    let stage = Stage::new();
    let offer = stage.honest();
    let mut openings = offer.openings().openings().to_vec();
    openings[4] = Opening::new(SlotNumber::new(256), openings[4].salt().clone(), None);
    assert_eq!(stage.meets(granted_anew(&offer, openings)), Code::SlotRange);
}

#[test]
fn a_multi_proof_of_another_length() {
    let stage = Stage::new();
    let offer = stage.honest();
    let code = stage.edited(&offer, |file| {
        let hashes = list(file, "multiproof");
        hashes.push(hashes[0].clone());
    });
    assert_eq!(code, Code::ProofLength);
    let code = stage.edited(&offer, |file| {
        list(file, "multiproof").pop();
    });
    assert_eq!(code, Code::ProofLength);
    assert_eq!(stage.edited(&offer, |file| list(file, "multiproof").clear()), Code::ProofLength);
}

#[test]
fn a_multi_proof_in_another_order() {
    let stage = Stage::new();
    let code = stage.edited(&stage.honest(), |file| list(file, "multiproof").swap(0, 1));
    assert_eq!(code, Code::SealedMismatch);
}

/// Party b seals what party a has sealed, and grants what a has opened to it.
#[test]
fn a_sealed_value_copied_from_another_log() {
    let mut stage = Stage::new();
    let sealed = stage.a.sealed(3).sealing(stage.a.log()).sealed();
    let key = stage.b.secret().key("sealing");
    let copy = Signer::new(stage.b.log(), &key).sealed(sealed.digest()).unwrap();
    let index = stage.b.append(copy);
    let (size, openings) = (stage.b.size(), stage.honest().openings());
    let entry = stage.b.entries()[4].clone();
    let id = detente_statement::UnverifiedStatement::decode(&entry).unwrap().id();
    // The leaves as b's log id makes them, and as a's presentation has them.
    for (log, code) in [(stage.b.log(), Code::SealedMismatch), (stage.a.log(), Code::OpeningMismatch)] {
        let leaves =
            openings.openings().iter().map(|opening| (opening.slot().get(), opening.leaf(log))).collect();
        let terms = GrantTerms {
            log: stage.b.log(),
            statement: id,
            index: detente_merkle::leaf_index(index).unwrap(),
            leaves,
            ..stage.honest().terms()
        };
        let draft = PresentationDraft {
            index: terms.index,
            entry: entry.clone(),
            inclusion: stage.b.inclusion(index, size),
            checkpoint: stage.b.note(size, &stage.cosigners()),
            events: stage.offer(&stage.b, 1).draft().events,
            openings: openings.clone(),
            grant: terms.sign(&stage.b.secret().key("author")).unwrap(),
            earlier: None,
        };
        assert_eq!(stage.meets(draft), code);
    }
}

#[test]
fn of_a_statement_that_seals_nothing() {
    let stage = Stage::new();
    let offer = stage.honest();
    let entry = stage.a.entries()[4].clone();
    let id = detente_statement::UnverifiedStatement::decode(&entry).unwrap().id();
    let index = detente_merkle::leaf_index(4).unwrap();
    let grant =
        GrantTerms { statement: id, index, ..offer.terms() }.sign(&stage.a.secret().key("author")).unwrap();
    let inclusion = stage.a.inclusion(4, offer.size);
    let draft = PresentationDraft { index, entry, inclusion, grant, ..offer.draft() };
    assert_eq!(stage.meets(draft), Code::NotSealed);
}

/// Another kind may seal something too; this word opens only the kind `sealed`.
#[test]
fn of_another_kind_that_seals_something() {
    let mut stage = Stage::new();
    let sealed = stage.a.sealed(3).sealing(stage.a.log()).sealed().digest();
    let author = stage.a.secret().key("author");
    let signer = Signer::new(stage.a.log(), &author);
    let entry = signer.other(detente_statement::Kind::AccusationIssue, vec![7; 16], Some(sealed)).unwrap();
    let index = stage.a.append(entry.clone());
    let offer = stage.honest();
    let id = detente_statement::UnverifiedStatement::decode(&entry).unwrap().id();
    let terms =
        GrantTerms { statement: id, index: detente_merkle::leaf_index(index).unwrap(), ..offer.terms() };
    let inclusion = stage.a.inclusion(index, offer.size);
    let draft = PresentationDraft {
        index: terms.index,
        entry,
        inclusion,
        grant: terms.sign(&author).unwrap(),
        ..offer.draft()
    };
    assert_eq!(stage.meets(draft), Code::NotSealed);
}

/// A party seals an empty container and a value inside it: two documents in one statement.
#[test]
fn that_no_document_can_have_together() {
    let mut stage = Stage::new();
    let mut values = stage.a.sealed(1).values.clone();
    values.set(SlotNumber::new(31), Value::Object(Object::new())).unwrap();
    let index = stage.a.seal_by("sealing2", values);
    let mut offer = stage.offer(&stage.a, index);
    offer.events = vec![0, 6];
    offer.slots = [31, 35].into();
    assert_eq!(stage.file_meets(&offer.file()), Code::ContainerConflict);
    offer.slots = [31].into();
    assert!(stage.verify(&offer.file()).is_ok(), "each alone is what was sealed");
}

#[test]
fn a_leaf_of_the_grant_changed() {
    let stage = Stage::new();
    let code = stage.edited(&stage.honest(), |file| {
        let Value::Object(leaf) = &mut list(object(file, "grant"), "leaves")[0] else { panic!("no leaf") };
        leaf.insert("leaf".to_owned(), "00".repeat(32).into());
    });
    assert_eq!(code, Code::InvalidGrantSignature);
}

#[test]
fn both_a_value_and_absence() {
    let stage = Stage::new();
    let file = edited(&stage.honest().file(), |file| {
        let Value::Object(opening) = &mut list(file, "openings")[0] else { panic!("no opening") };
        opening.insert("absent".to_owned(), true.into());
    });
    assert_eq!(stage.file_meets(&file), Code::MalformedPresentation);
}
