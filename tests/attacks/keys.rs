//! Keys before their time, after their time, and in another role.

use detente_core::Code;
use detente_statement::{Replay, Role, StatementError};
use detente_tests::party::{Party, Secret};

use crate::stage::{Stage, report};

/// Party a as on the stage, and nothing but its genesis.
fn young() -> Party {
    Party::new("a", Secret::new("party a"))
}

fn audited(party: &Party) -> Result<(), StatementError> {
    let mut replay = Replay::new();
    party.entries().iter().try_for_each(|entry| replay.push(entry).map(|_| ()))
}

fn values(party: &mut Party) -> detente_disclosure::SlotValues<'static> {
    let index = party.seal(&report("a", 1));
    party.sealed(index).values.clone()
}

#[test]
fn an_author_enrolled_after_the_entry() {
    let stage = Stage::new();
    let mut party = young();
    let values = values(&mut party);
    let early = party.seal_by("sealing2", values);
    let rotation = party.rotate_key("sealing", Role::Sealing, "sealing2");
    let mut offer = stage.offer(&party, early);
    offer.events = vec![0, rotation];
    assert_eq!(stage.file_meets(&offer.file()), Code::KeyNotYetEnrolled);
    offer.events = vec![0];
    assert_eq!(stage.file_meets(&offer.file()), Code::UnknownAuthor);
}

#[test]
fn an_author_revoked_before_the_entry() {
    let stage = Stage::new();
    let mut party = young();
    let values = values(&mut party);
    let rotation = party.rotate_key("sealing", Role::Sealing, "sealing2");
    let late = party.seal_by("sealing", values);
    let mut offer = stage.offer(&party, late);
    offer.events = vec![0, rotation];
    assert_eq!(stage.file_meets(&offer.file()), Code::KeyRevoked);
    // The file may leave the revocation out: that is what REVOCATION-NOT-CHECKED says. An audit of all entries finds it.
    offer.events = vec![0];
    assert!(stage.verify(&offer.file()).is_ok());
    assert_eq!(audited(&party).unwrap_err().code(), Code::KeyRevoked);
}

#[test]
fn an_entry_sealed_by_a_key_of_role_author() {
    let stage = Stage::new();
    let mut party = young();
    let values = values(&mut party);
    let index = party.seal_by("author", values);
    assert_eq!(stage.file_meets(&stage.offer(&party, index).file()), Code::KeyRole);
}

#[test]
fn an_entry_sealed_by_a_key_of_nobody() {
    let stage = Stage::new();
    let mut party = young();
    let values = values(&mut party);
    for key in ["stranger", "recovery", "checkpoint"] {
        let index = party.seal_by(key, values.clone());
        assert_eq!(stage.file_meets(&stage.offer(&party, index).file()), Code::UnknownAuthor, "{key}");
    }
}

#[test]
fn a_grant_by_a_revoked_key() {
    let stage = Stage::new();
    let mut offer = stage.offer(&stage.a, 5);
    offer.signer = "author2";
    offer.events = vec![0, 4, 8];
    assert_eq!(stage.file_meets(&offer.file()), Code::KeyRevoked);
    offer.events = vec![0, 4];
    assert!(stage.verify(&offer.file()).is_ok(), "a revocation that the file leaves out is not checked");
}

#[test]
fn a_grant_by_a_key_that_no_event_in_the_file_enrols() {
    let stage = Stage::new();
    let mut offer = stage.offer(&stage.a, 5);
    offer.signer = "author2";
    assert_eq!(stage.file_meets(&offer.file()), Code::Relayed);
}
