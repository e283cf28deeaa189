//! Key events swapped, dropped, doubled, forged.

use detente_checkpoint::SigningKey;
use detente_core::Code;
use detente_merkle::leaf_index;
use detente_statement::{NewKey, Role, Signer};
use detente_tests::party::{Offer, Party};

use crate::stage::Stage;

/// Report 9: needs the rotation at 6; `author2` is added at 4 and revoked at 8.
fn offer(stage: &Stage) -> Offer<'_> {
    let mut offer = stage.offer(&stage.a, 9);
    offer.events = vec![0, 4, 6, 8];
    offer
}

#[test]
fn all_of_them_verify() {
    let stage = Stage::new();
    assert!(stage.verify(&offer(&stage).file()).is_ok());
}

#[test]
fn swapped() {
    let stage = Stage::new();
    for (left, right, code) in [
        (0, 1, Code::GenesisMisplaced),
        (1, 2, Code::MalformedPresentation),
        (2, 3, Code::MalformedPresentation),
    ] {
        let mut offer = offer(&stage);
        offer.events.swap(left, right);
        assert_eq!(stage.file_meets(&offer.file()), code);
    }
}

#[test]
fn with_exchanged_indices() {
    let stage = Stage::new();
    let mut draft = offer(&stage).draft();
    draft.events[1].index = leaf_index(6).unwrap();
    draft.events[2].index = leaf_index(7).unwrap();
    assert_eq!(stage.meets(draft), Code::InvalidInclusion);
}

#[test]
fn doubled() {
    let stage = Stage::new();
    let mut offer = offer(&stage);
    offer.events = vec![0, 0, 6];
    assert_eq!(stage.file_meets(&offer.file()), Code::MalformedPresentation);
}

#[test]
fn dropped() {
    let stage = Stage::new();
    let mut offer = offer(&stage);
    offer.events = vec![0, 4, 8];
    assert_eq!(stage.file_meets(&offer.file()), Code::UnknownAuthor, "the rotation is missing");
    offer.events = vec![4, 6, 8];
    assert_eq!(stage.file_meets(&offer.file()), Code::GenesisMisplaced, "the genesis is missing");
    offer.events = vec![0, 6, 8];
    assert_eq!(stage.file_meets(&offer.file()), Code::UnknownAuthor, "the key that is revoked is missing");
    let mut draft = offer.draft();
    draft.events.clear();
    assert_eq!(stage.meets(draft), Code::MalformedPresentation);
}

#[test]
fn of_another_tree() {
    let stage = Stage::new();
    let mut draft = offer(&stage).draft();
    draft.events[2].proof[0] = detente_core::Digest::ZERO;
    assert_eq!(stage.meets(draft), Code::InvalidInclusion);
    let mut draft = offer(&stage).draft();
    draft.events[2].proof.pop();
    assert_eq!(stage.meets(draft), Code::ProofLength);
    let mut draft = offer(&stage).draft();
    draft.events[3].index = leaf_index(10).unwrap();
    assert_eq!(stage.meets(draft), Code::IndexRange);
}

/// The log's operator puts an event into the tree that its own rules refuse.
fn forged(event: impl FnOnce(&Party) -> Vec<u8>) -> Code {
    let mut stage = Stage::new();
    let entry = event(&stage.a);
    let at = stage.a.append(entry);
    let values = stage.a.sealed(1).values.clone();
    let index = stage.a.seal_by("sealing2", values);
    let mut offer = stage.offer(&stage.a, index);
    offer.events = vec![0, 6, at];
    stage.file_meets(&offer.file())
}

fn add(party: &Party, by: &SigningKey, word: &str) -> Vec<u8> {
    let new = NewKey { key: &party.secret().key(word), role: Role::Author, nonce: [1; 16] };
    Signer::new(party.log(), by).key_add(&new).unwrap()
}

#[test]
fn forged_ones() {
    let by_nobody = forged(|party| add(party, &party.secret().key("stranger"), "another"));
    assert_eq!(by_nobody, Code::UnknownAuthor);
    let by_sealing = forged(|party| add(party, &party.secret().key("sealing2"), "another"));
    assert_eq!(by_sealing, Code::KeyRole);
    let enrolled = forged(|party| add(party, &party.secret().key("author"), "sealing2"));
    assert_eq!(enrolled, Code::KeyAlreadyEnrolled);
    let recovery = forged(|party| add(party, &party.secret().key("author"), "recovery"));
    assert_eq!(recovery, Code::KeyAlreadyEnrolled);
    let second_sealing = forged(|party| {
        let new = NewKey { key: &party.secret().key("another"), role: Role::Sealing, nonce: [1; 16] };
        Signer::new(party.log(), &party.secret().key("author")).key_add(&new).unwrap()
    });
    assert_eq!(second_sealing, Code::KeyRole);
    let broken = forged(|party| {
        let mut entry = add(party, &party.secret().key("author"), "another");
        *entry.last_mut().unwrap() ^= 1;
        entry
    });
    assert_eq!(broken, Code::InvalidStatementSignature);
}

/// A key is enrolled in the name of somebody who never agreed: the possession signature is for another log.
#[test]
fn a_key_of_somebody_else() {
    let stage = Stage::new();
    let author = stage.a.secret().key("author");
    let theirs = NewKey { key: &stage.b.secret().key("author"), role: Role::Author, nonce: [1; 16] };
    let body = Signer::new(stage.b.log(), &author).key_add(&theirs).unwrap();
    let code = forged(|party| {
        let own = detente_statement::Signer::new(party.log(), &author);
        // The body of the statement for log b, signed again for log a.
        let body = body[78..body.len() - 66].to_vec();
        own.other(detente_statement::Kind::KeyAdd, body, None).unwrap()
    });
    assert_eq!(code, Code::InvalidPossession);
}

#[test]
fn an_entry_that_is_no_key_event() {
    let stage = Stage::new();
    let mut offer = offer(&stage);
    offer.events = vec![0, 1, 6];
    assert_eq!(stage.file_meets(&offer.file()), Code::MalformedPresentation);
}

/// The log goes on after its end; a file that leaves the end out cannot be told from one of an open log.
#[test]
fn an_entry_or_an_event_after_the_end_of_the_log() {
    let mut stage = Stage::new();
    let values = stage.a.sealed(1).values.clone();
    let closed = stage.a.close();
    let added = stage.a.add_key("late");
    let index = stage.a.seal_by("sealing2", values);
    let mut late = stage.offer(&stage.a, index);
    late.events = vec![0, 6, closed];
    assert_eq!(stage.file_meets(&late.file()), Code::EntryAfterClose);
    let mut early = stage.honest();
    early.events = vec![0, closed, added];
    assert_eq!(stage.file_meets(&early.file()), Code::EntryAfterClose);
    early.events = vec![0, closed];
    assert!(stage.verify(&early.file()).is_ok(), "the entry is from before the end");
}
