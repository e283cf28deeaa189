//! An entry at another index, twice in a log, or under a checkpoint that does not hold it.

use detente_core::Code;
use detente_merkle::leaf_index;
use detente_presentation::{GrantTerms, PresentationDraft};
use detente_statement::Replay;

use crate::stage::{Stage, replace};

#[test]
fn another_index_in_the_proof() {
    let stage = Stage::new();
    let offer = stage.honest();
    for (index, code) in [
        (2_u64, Code::InvalidInclusion),
        (4, Code::InvalidInclusion),
        (9, Code::ProofLength),
        (10, Code::IndexRange),
        (9_223_372_036_854_775_807, Code::IndexRange),
    ] {
        let to = format!("\nindex {index}\n");
        assert_eq!(stage.edited(&offer, |file| replace(file, "proof", "\nindex 3\n", &to)), code, "{index}");
    }
    let code = stage.edited(&offer, |file| replace(file, "proof", "\nindex 3\n", "\nindex 03\n"));
    assert_eq!(code, Code::MalformedNumber);
}

/// The operator puts the same entry into the log twice: the proof holds at both places, the grant at one.
#[test]
fn the_same_entry_at_a_second_place() {
    let mut stage = Stage::new();
    let entry = stage.a.entries()[3].clone();
    let second = stage.a.append(entry);
    let size = stage.a.size();
    // The first sealing key is revoked above index 6, so the rotation is left out here.
    let offer = stage.honest();
    let moved = PresentationDraft {
        index: leaf_index(second).unwrap(),
        inclusion: stage.a.inclusion(second, size),
        ..offer.draft()
    };
    assert_eq!(stage.meets(moved.clone()), Code::GrantMismatch);
    // Granted anew, the file alone cannot tell; an audit of all entries can.
    let terms = GrantTerms { index: leaf_index(second).unwrap(), ..offer.terms() };
    let grant = terms.sign(&stage.a.secret().key("author")).unwrap();
    assert!(stage.verify(&PresentationDraft { grant, ..moved }.to_bytes().unwrap()).is_ok());
    let mut replay = Replay::new();
    let audit = stage.a.entries().iter().try_for_each(|entry| replay.push(entry).map(|_| ()));
    assert_eq!(audit.unwrap_err().code(), Code::KeyRevoked);
}

#[test]
fn the_same_entry_twice_under_a_key_in_use() {
    let mut stage = Stage::new();
    let entry = stage.a.entries()[9].clone();
    stage.a.append(entry);
    let mut replay = Replay::new();
    let audit = stage.a.entries().iter().try_for_each(|entry| replay.push(entry).map(|_| ()));
    assert_eq!(audit.unwrap_err().code(), Code::DuplicateStatement);
}

#[test]
fn another_entry_under_the_same_proof() {
    let stage = Stage::new();
    let offer = stage.honest();
    let entry = stage.a.entries()[2].clone();
    assert_eq!(stage.meets(PresentationDraft { entry, ..offer.draft() }), Code::InvalidInclusion);
}

#[test]
fn an_inner_node_as_an_entry() {
    let stage = Stage::new();
    let offer = stage.honest();
    let inclusion = stage.a.inclusion(2, offer.size);
    let leaf = detente_merkle::leaf_hash(&stage.a.entries()[2]).digest();
    // Sixty-four bytes that are the two children of a node, one level up.
    let entry = [leaf.as_bytes().as_slice(), inclusion[0].as_bytes()].concat();
    let draft = PresentationDraft {
        index: leaf_index(1).unwrap(),
        entry,
        inclusion: inclusion[1..].to_vec(),
        ..offer.draft()
    };
    assert_eq!(stage.meets(draft), Code::ProofLength);
}
