//! Another log's checkpoint as an entry of one's own.

use std::{fs, path::Path};

use detente_checkpoint::{Policy, UnverifiedAnchor};
use detente_core::Code;
use detente_log::{LogDirectory, check_log};
use detente_party::{Anchored, Duplicates, Party, PartyError};
use detente_statement::{Body, Kind, UnverifiedStatement};

use crate::stage::{Stage, files, reports};

/// A stage with two entries after its genesis.
fn stage() -> Stage {
    let stage = Stage::new();
    stage.commit(&["n-1", "n-2"]);
    stage
}

fn log(stage: &Stage) -> LogDirectory {
    LogDirectory::open(stage.folder().log()).unwrap()
}

/// What the party of a stage hands over as its policy.
fn policy(stage: &Stage) -> Policy {
    let share = stage.folder().share();
    let companion = fs::read(share.join("a.policy.json")).unwrap();
    Policy::parse(&fs::read(share.join("a.policy")).unwrap(), Some(&companion)).unwrap()
}

fn anchor(own: &mut Party, other: &Stage) -> Result<Anchored, PartyError> {
    own.anchor(&log(other), &policy(other), |_, _| {})
}

#[test]
fn another_log_is_recorded_as_it_was_verified() {
    let (own, other) = (stage(), stage());
    let before = files(&other.folder().log());
    let anchored = anchor(&mut own.party(), &other).unwrap();
    assert_eq!((anchored.index.get(), anchored.size.get(), anchored.cosignatures), (3, 3, 0));
    assert_eq!(anchored.origin, "a.example/log");
    assert_eq!(files(&other.folder().log()), before);

    let entry = log(&own).entry(anchored.index).unwrap();
    let statement = UnverifiedStatement::decode(&entry).unwrap();
    assert_eq!(statement.unverified_kind(), Kind::Anchor);
    let Body::Opaque(bytes) = statement.unverified_body() else { panic!("the bytes of an anchor") };
    let body = UnverifiedAnchor::parse(bytes).unwrap().verify(&policy(&other)).unwrap();
    assert_eq!(body.log(), anchored.log);
    assert_eq!(body.checkpoint().head(), log(&other).checkpoint().unwrap().claimed());
    // The reader of the own policy does not know the other log's key.
    let stranger = UnverifiedAnchor::parse(bytes).unwrap().verify(&policy(&own)).unwrap_err();
    assert_eq!(stranger.code(), Code::UnknownLog);

    check_log(&log(&own), Some(&policy(&own)), |_, _| {}).unwrap();
    assert!(own.folder().receipts().join("00000003.tlog-proof").is_file());
}

#[test]
fn a_log_with_one_altered_tile_is_not_recorded() {
    let (own, other) = (stage(), stage());
    let path = other.folder().log().join("tile/0/000.p/3");
    let good = fs::read(&path).unwrap();
    let before = files(&own.folder().log());
    for position in [0, 40, 95] {
        let mut bad = good.clone();
        bad[position] ^= 1;
        write(&path, &bad);
        let refused = anchor(&mut own.party(), &other).unwrap_err();
        assert!(matches!(refused, PartyError::OtherLog(_)), "{refused}");
        assert_eq!(refused.code(), Code::MalformedTile, "byte {position}");
    }
    assert_eq!(files(&own.folder().log()), before);
    write(&path, &good);
    anchor(&mut own.party(), &other).unwrap();
}

#[test]
fn a_log_of_another_key_than_the_policys_is_not_recorded() {
    let (own, other) = (stage(), stage());
    let before = files(&own.folder().log());
    let refused = own.party().anchor(&log(&other), &policy(&own), |_, _| {}).unwrap_err();
    assert_eq!(refused.code(), Code::UnknownLog);
    assert_eq!(files(&own.folder().log()), before);
}

#[test]
fn the_own_log_is_refused() {
    let own = stage();
    let before = files(&own.folder().log());
    let refused = anchor(&mut own.party(), &own).unwrap_err();
    assert!(matches!(refused, PartyError::OwnLog), "{refused}");
    assert_eq!(refused.code(), Code::Misuse);
    assert_eq!(files(&own.folder().log()), before);
}

#[test]
fn sealing_goes_on_after_an_anchor() {
    let (own, other) = (stage(), stage());
    let mut party = own.party();
    assert_eq!(anchor(&mut party, &other).unwrap().index.get(), 3);
    drop(party);
    own.commit(&["n-3"]);
    assert_eq!(own.field(4, "id").unwrap().unwrap().as_str(), Some("n-3"));
    own.disclose(1, &["id"]).unwrap();
    // A second anchor, of the log as it has grown, and one of the same size again: each is an entry.
    other.commit(&["n-3"]);
    assert_eq!(anchor(&mut own.party(), &other).unwrap().size.get(), 4);
    assert_eq!(anchor(&mut own.party(), &other).unwrap().index.get(), 6);
    assert_eq!(own.log_size(), 7);
    check_log(&log(&own), Some(&policy(&own)), |_, _| {}).unwrap();
}

/// The newest entry is an anchor, which no vault has to know; the sealed one before it still tells an old vault.
#[test]
fn an_old_vault_is_noticed_below_an_anchor() {
    let (own, other) = (stage(), stage());
    let old = own.keep(&own.folder().vault());
    own.commit(&["n-3"]);
    anchor(&mut own.party(), &other).unwrap();
    old.restore();
    let before = files(&own.folder().log());
    let refused = own.try_commit(Duplicates::Refuse, &reports(&["n-4"])).unwrap_err();
    assert!(matches!(refused, PartyError::VaultBehindLog { index } if index.get() == 3), "{refused}");
    assert_eq!(files(&own.folder().log()), before);
}

fn write(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
}

/// An anchor has no row either.
#[test]
fn a_log_without_the_newest_anchor_is_not_continued() {
    let (own, other) = (stage(), stage());
    let old = own.keep(&own.folder().log());
    anchor(&mut own.party(), &other).unwrap();
    old.restore();
    let refused = anchor(&mut own.party(), &other).unwrap_err();
    assert!(matches!(refused, PartyError::LogBehindVault { index } if index.get() == 3), "{refused}");
    assert_eq!(own.log_size(), 3);
}
