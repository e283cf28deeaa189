//! The life of keys: what goes out after each event still verifies, and nothing is signed by a key that ended.

use std::sync::atomic::{AtomicBool, Ordering};

use detente_checkpoint::Policy;
use detente_core::KeyDigest;
use detente_disclosure::Profile;
use detente_log::{LogDirectory, check_log};
use detente_party::{Audience, Duplicates, KeyView, Party, PartyError, PartyStep, Unlock, VaultChange};
use detente_presentation::{Reader, UnverifiedPresentation};
use detente_statement::{RevocationReason, Role};

use crate::stage::{Stage, files, reports};

fn keys(stage: &Stage) -> Vec<KeyView> {
    stage.party().keys().unwrap()
}

fn in_use(stage: &Stage, role: Role) -> KeyDigest {
    let used: Vec<_> = keys(stage).into_iter().filter(|key| key.role == role && key.in_use).collect();
    assert_eq!(used.len(), 1, "{used:?}");
    used[0].key
}

fn audience(stage: &Stage) -> KeyDigest {
    Audience::read(&stage.folder().share().join("a.example.vkey")).unwrap().key()
}

/// Who signed the entry and who the grant, as a counterpart verifies it with the policy that was handed over.
fn verified(stage: &Stage, index: u64) -> (KeyDigest, KeyDigest) {
    let shared = std::fs::read(stage.folder().share().join("a.policy")).unwrap();
    let policy = Policy::parse(&shared, None).unwrap();
    let file = stage.disclose(index, &["id"]).unwrap();
    let reader = Reader { policy: &policy, profiles: &[Profile::veris_1()], audience: None };
    let verified = UnverifiedPresentation::parse(&file).unwrap().verify(&reader).unwrap();
    (verified.statement().author(), verified.signer())
}

fn check(stage: &Stage) {
    let log = LogDirectory::open(stage.folder().log()).unwrap();
    check_log(&log, None, |_, _| {}).unwrap();
}

#[test]
fn entries_from_before_and_after_a_sealing_rotation_are_disclosed() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let (author, old) = (in_use(&stage, Role::Author), in_use(&stage, Role::Sealing));
    let change = stage.party().rotate_key(Role::Sealing).unwrap();
    assert_eq!((change.index.get(), change.size.get(), change.old), (2, 3, Some(old)));
    assert!(change.share.is_none() && change.receipt_fault.is_none());
    let new = in_use(&stage, Role::Sealing);
    assert_eq!(change.new, Some(new));
    assert_ne!(new, old);
    stage.commit(&["n-2"]);
    assert_eq!(verified(&stage, 1), (old, author));
    assert_eq!(verified(&stage, 3), (new, author));
    check(&stage);
    assert_eq!(files(&stage.folder().receipts()).len(), 3);
}

#[test]
fn after_an_author_rotation_the_new_key_grants_and_is_the_audience_key() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let (old, sealing) = (in_use(&stage, Role::Author), in_use(&stage, Role::Sealing));
    assert_eq!(audience(&stage), old);
    let change = stage.party().rotate_key(Role::Author).unwrap();
    let new = in_use(&stage, Role::Author);
    assert_eq!(change.share, Some(stage.folder().share().join("a.example.vkey")));
    assert_eq!((change.author, audience(&stage)), (new, new));
    stage.commit(&["n-2"]);
    for index in [1, 3] {
        assert_eq!(verified(&stage, index), (sealing, new));
    }
    // Once more, now signed by a key that no genesis names.
    stage.party().rotate_key(Role::Author).unwrap();
    stage.party().rotate_key(Role::Sealing).unwrap();
    stage.commit(&["n-3"]);
    for index in [1, 3, 6] {
        verified(&stage, index);
    }
    check(&stage);
    let ended: Vec<_> = keys(&stage).into_iter().filter_map(|key| key.revoked).map(|i| i.get()).collect();
    assert_eq!(ended, [2, 5, 4]);
}

#[test]
fn an_added_key_takes_over_when_the_one_in_use_is_revoked() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let first = in_use(&stage, Role::Author);
    let revoke = |key| stage.party().revoke_key(key, RevocationReason::Compromised);
    let refused = revoke(first).unwrap_err();
    assert!(matches!(refused, PartyError::LastAuthorKey { key } if key == first), "{refused}");
    assert_eq!(stage.log_size(), 2);

    let added = stage.party().add_key().unwrap().new.unwrap();
    assert_eq!((in_use(&stage, Role::Author), audience(&stage)), (first, first));
    let change = revoke(first).unwrap();
    assert_eq!((change.old, change.new, change.author), (Some(first), None, added));
    assert_eq!((in_use(&stage, Role::Author), audience(&stage)), (added, added));
    stage.commit(&["n-2"]);
    for index in [1, 4] {
        assert_eq!(verified(&stage, index).1, added);
    }
    check(&stage);

    // Twice, the sealing key, and a key of somebody else are refused, and nothing is published.
    let size = stage.log_size();
    for key in
        [first, in_use(&stage, Role::Sealing), KeyDigest::new(detente_core::Digest::from_bytes([7; 32]))]
    {
        let refused = revoke(key).unwrap_err();
        assert!(matches!(refused, PartyError::KeyNotRevocable { .. }), "{refused}");
        assert_eq!(refused.code().as_str(), "MISUSE");
    }
    assert_eq!(stage.log_size(), size);
}

/// An old copy of the vault knows every sealed entry, but not that its sealing key has ended.
#[test]
fn a_vault_from_before_a_key_event_seals_nothing() {
    for role in [Role::Sealing, Role::Author] {
        let stage = Stage::new();
        stage.commit(&["n-1"]);
        let old = stage.keep(&stage.folder().vault());
        stage.party().rotate_key(role).unwrap();
        let newer = stage.keep(&stage.folder().vault());
        old.restore();
        let log = files(&stage.folder().log());
        for refused in [
            stage.try_commit(Duplicates::Refuse, &reports(&["n-2"])).unwrap_err(),
            stage.party().add_key().unwrap_err(),
        ] {
            assert!(matches!(refused, PartyError::KeyNotUsable { .. }), "{refused}");
        }
        assert_eq!(files(&stage.folder().log()), log);
        newer.restore();
        stage.commit(&["n-2"]);
        check(&stage);
    }
}

#[test]
fn a_log_from_before_a_key_event_is_not_continued() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let old = stage.keep(&stage.folder().log());
    stage.party().rotate_key(Role::Author).unwrap();
    // The next command notes the event.
    stage.party().keys().unwrap();
    old.restore();
    let refused = stage.try_commit(Duplicates::Refuse, &reports(&["n-2"])).unwrap_err();
    assert!(matches!(refused, PartyError::LogBehindVault { index } if index.get() == 2), "{refused}");
}

/// The new key is stored, its event is not published.
#[test]
fn a_key_whose_event_never_reached_the_log_is_not_used() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let before = (in_use(&stage, Role::Author), in_use(&stage, Role::Sealing));
    for role in [Role::Author, Role::Sealing] {
        // The log takes nothing any more once the new key is stored.
        let is_stored = AtomicBool::new(false);
        let stop = move |step: PartyStep<'_>| match step {
            PartyStep::VaultCommit(VaultChange::Keyring) => {
                is_stored.store(true, Ordering::SeqCst);
                Ok(())
            }
            PartyStep::Log(_) if is_stored.load(Ordering::SeqCst) => Err(std::io::Error::other("full")),
            _ => Ok(()),
        };
        let unlock = Unlock::read(&stage.unlock_path()).unwrap();
        let mut party = Party::open_with_hook(stage.folder(), &unlock, stop).unwrap();
        let refused = party.rotate_key(role).unwrap_err();
        assert!(matches!(refused, PartyError::Log(detente_log::LogError::Unavailable { .. })), "{refused}");
        drop(party);
        let unpublished = keys(&stage).into_iter().filter(|key| key.enrolled.is_none()).count();
        assert!(unpublished > 0, "the new key was not stored before its event");
        stage.commit(&[&format!("after {}", role.as_str())]);
        assert_eq!((in_use(&stage, Role::Author), in_use(&stage, Role::Sealing)), before);
    }
    let unpublished =
        keys(&stage).into_iter().filter(|key| key.enrolled.is_none() && key.held && !key.in_use);
    assert_eq!(unpublished.count(), 2);
    check(&stage);
    // It can be done again.
    stage.party().rotate_key(Role::Sealing).unwrap();
    stage.commit(&["n-9"]);
    verified(&stage, 5);
    check(&stage);
}

/// The event is published, and the command stops before the vault knows it.
#[test]
fn a_key_whose_event_is_in_the_log_is_used_at_once() {
    let stage = Stage::new();
    stage.commit(&["n-1"]);
    let (old, share) = (in_use(&stage, Role::Author), stage.folder().share());
    let kept = stage.keep(&share);
    std::fs::remove_dir_all(&share).unwrap();
    std::fs::write(&share, "in the way").unwrap();
    stage.party().rotate_key(Role::Author).unwrap_err();
    let new = in_use(&stage, Role::Author);
    assert_eq!(stage.log_size(), 3);
    assert_ne!(new, old);
    std::fs::remove_file(&share).unwrap();
    kept.restore();
    // The file to hand over is still the old one, and no reader would take a grant by the old key.
    assert_eq!((audience(&stage), verified(&stage, 1).1), (old, new));

    stage.commit(&["n-2"]);
    assert_eq!((audience(&stage), in_use(&stage, Role::Author)), (new, new));
    for index in [1, 3] {
        assert_eq!(verified(&stage, index).1, new);
    }
    check(&stage);
}

#[test]
fn keys_are_listed_with_their_lives() {
    let stage = Stage::new();
    let first = keys(&stage);
    assert_eq!(first.len(), 2);
    assert!(first.iter().all(|key| key.held && key.in_use && key.revoked.is_none()));
    stage.party().rotate_key(Role::Sealing).unwrap();
    let listed = keys(&stage);
    let of = |role: Role| listed.iter().filter(move |key| key.role == role);
    assert_eq!((of(Role::Author).count(), of(Role::Sealing).count()), (1, 2));
    let [old, new] = of(Role::Sealing).collect::<Vec<_>>()[..] else { panic!("two sealing keys") };
    assert_eq!((old.revoked, old.in_use), (new.enrolled, false));
    assert!(new.in_use && new.revoked.is_none());
}
