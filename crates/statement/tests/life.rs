//! Statements as our own builder writes them, and what an adversary makes of them.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

use detente_checkpoint::{KeyType, NoteKey, SigningKey};
use detente_core::{Code, Digest, LeafIndex, Origin};
use detente_statement::{
    Body, GenesisDraft, Kind, NewKey, Replay, RevocationReason, Role, Signer, StatementError,
    UnverifiedStatement, key_digest,
};
use proptest::prelude::*;

fn key(number: u8) -> SigningKey {
    SigningKey::from_seed(&[number; 32])
}

const AUTHOR: u8 = 1;
const SEALING: u8 = 2;
const CHECKPOINT: u8 = 3;
const RECOVERY: u8 = 4;

fn draft() -> GenesisDraft {
    let origin = Origin::parse("a.example/log").unwrap();
    GenesisDraft {
        checkpoint_key: NoteKey::new(origin.key_name().clone(), KeyType::Log, key(CHECKPOINT).public()),
        origin,
        party: "a.example".into(),
        authors: vec![key(AUTHOR).public()],
        sealing: key(SEALING).public(),
        recovery: key(RECOVERY).public(),
        predecessor: None,
        nonce: [9; 16],
        random: [8; 32],
    }
}

/// A replay that has read a genesis.
fn begun() -> Replay {
    let mut replay = Replay::new();
    replay.push(&Signer::genesis(&key(AUTHOR), &draft()).unwrap()).unwrap();
    replay
}

fn log(replay: &Replay) -> detente_core::LogId {
    replay.keys().unwrap().log()
}

fn sealed(replay: &Replay, number: u8) -> Vec<u8> {
    Signer::new(log(replay), &key(SEALING)).sealed(Digest::from_bytes([number; 32])).unwrap()
}

fn code(result: Result<detente_statement::Statement, StatementError>) -> Code {
    result.map_or_else(|error| error.code(), |statement| panic!("accepted {statement:?}"))
}

#[test]
fn a_sealed_entry_is_176_bytes_and_reads_back() {
    let mut replay = begun();
    let bytes = sealed(&replay, 1);
    assert_eq!(bytes.len(), 176);
    let statement = replay.push(&bytes).unwrap();
    assert_eq!(statement.kind(), Kind::Sealed);
    assert_eq!(statement.index(), LeafIndex::new(1).unwrap());
    assert_eq!(statement.sealed(), Some(Digest::from_bytes([1; 32])));
    assert_eq!(statement.author(), key_digest(&key(SEALING).public()));
    assert_eq!(statement.bytes(), bytes);
}

#[test]
fn keys_live_from_their_event_to_their_revocation() {
    let mut replay = begun();
    let (author, second, sealing) = (key(AUTHOR), key(20), key(21));
    let log = log(&replay);
    let by_author = Signer::new(log, &author);

    let early = Signer::new(log, &second).other(Kind::Ping, vec![1; 16], None).unwrap();
    assert_eq!(code(replay.push(&early)), Code::UnknownAuthor);

    let new = NewKey { key: &second, role: Role::Author, nonce: [1; 16] };
    replay.push(&by_author.key_add(&new).unwrap()).unwrap();
    let again = NewKey { key: &second, role: Role::Author, nonce: [2; 16] };
    assert_eq!(code(replay.push(&by_author.key_add(&again).unwrap())), Code::KeyAlreadyEnrolled);
    replay.push(&early).unwrap();

    let rotated = NewKey { key: &sealing, role: Role::Sealing, nonce: [3; 16] };
    let old = key_digest(&key(SEALING).public());
    replay.push(&by_author.key_rotate(old, &rotated).unwrap()).unwrap();
    let stale = Signer::new(log, &key(SEALING)).sealed(Digest::from_bytes([5; 32])).unwrap();
    assert_eq!(code(replay.push(&stale)), Code::KeyRevoked);
    replay.push(&Signer::new(log, &sealing).sealed(Digest::from_bytes([6; 32])).unwrap()).unwrap();

    let author_digest = key_digest(&author.public());
    let revoke = by_author.key_revoke(author_digest, RevocationReason::Compromised, [4; 16]).unwrap();
    replay.push(&revoke).unwrap();
    let late = by_author.other(Kind::Ping, vec![2; 16], None).unwrap();
    assert_eq!(code(replay.push(&late)), Code::KeyRevoked);
    assert_eq!(replay.keys().unwrap().usable().count(), 2);
}

#[test]
fn a_key_signs_only_what_its_role_allows() {
    let mut replay = begun();
    let log = log(&replay);
    let sealed_by_author = Signer::new(log, &key(AUTHOR)).sealed(Digest::from_bytes([1; 32])).unwrap();
    assert_eq!(code(replay.push(&sealed_by_author)), Code::KeyRole);
    let visible_by_sealing = Signer::new(log, &key(SEALING)).other(Kind::Ping, vec![0; 16], None).unwrap();
    assert_eq!(code(replay.push(&visible_by_sealing)), Code::KeyRole);
    let add_sealing = NewKey { key: &key(30), role: Role::Sealing, nonce: [0; 16] };
    assert_eq!(
        code(replay.push(&Signer::new(log, &key(AUTHOR)).key_add(&add_sealing).unwrap())),
        Code::KeyRole
    );
    let revoke_sealing = Signer::new(log, &key(AUTHOR))
        .key_revoke(key_digest(&key(SEALING).public()), RevocationReason::Retired, [0; 16])
        .unwrap();
    assert_eq!(code(replay.push(&revoke_sealing)), Code::KeyRole);
}

#[test]
fn nothing_occurs_twice_and_nothing_follows_the_end() {
    let mut replay = begun();
    let first = sealed(&replay, 1);
    replay.push(&first).unwrap();
    assert_eq!(code(replay.push(&first)), Code::DuplicateStatement);
    let log = log(&replay);
    let ping = Signer::new(log, &key(AUTHOR))
        .other(Kind::AccusationIssue, vec![0; 16], Some(Digest::from_bytes([1; 32])))
        .unwrap();
    assert_eq!(code(replay.push(&ping)), Code::DuplicateSealed);
    let close = Signer::new(log, &key(AUTHOR)).log_close(None, [0; 16]).unwrap();
    replay.push(&close).unwrap();
    assert_eq!(code(replay.push(&sealed(&replay.clone(), 2))), Code::EntryAfterClose);
}

#[test]
fn a_statement_belongs_to_one_log_and_a_genesis_to_its_place() {
    let mut replay = begun();
    let other = Signer::genesis(&key(AUTHOR), &GenesisDraft { random: [7; 32], ..draft() }).unwrap();
    let mut other_log = Replay::new();
    other_log.push(&other).unwrap();
    assert_eq!(code(replay.push(&sealed(&other_log, 1))), Code::LogMismatch);
    assert_eq!(code(replay.push(&other)), Code::GenesisMisplaced);
    assert_eq!(code(Replay::new().push(&sealed(&replay, 1))), Code::GenesisMisplaced);
}

#[test]
fn a_new_key_proves_that_its_holder_has_it() {
    let mut replay = begun();
    let log = log(&replay);
    let new = NewKey { key: &key(40), role: Role::Author, nonce: [1; 16] };
    let bytes = Signer::new(log, &key(AUTHOR)).key_add(&new).unwrap();
    let mut body = key_add_body(&bytes);
    *body.last_mut().unwrap() ^= 1;
    let forged = Signer::new(log, &key(AUTHOR)).other(Kind::KeyAdd, body, None).unwrap();
    assert_eq!(code(replay.push(&forged)), Code::InvalidPossession);
}

/// The body's bytes of an entry without a sealed value.
fn key_add_body(entry: &[u8]) -> Vec<u8> {
    let decoded = UnverifiedStatement::decode(entry).unwrap();
    assert!(matches!(decoded.unverified_body(), Body::KeyAdd(_)));
    entry[78..entry.len() - 66].to_vec()
}

#[test]
fn genesis_shape_is_checked() {
    let broken: Vec<(&str, GenesisDraft)> = vec![
        ("no author", GenesisDraft { authors: vec![], ..draft() }),
        ("one key twice", GenesisDraft { recovery: key(AUTHOR).public(), ..draft() }),
        ("no party", GenesisDraft { party: String::new(), ..draft() }),
        ("control character", GenesisDraft { party: "a\nb".into(), ..draft() }),
        ("too many keys", GenesisDraft { authors: (50..66).map(|n| key(n).public()).collect(), ..draft() }),
    ];
    for (name, draft) in broken {
        let author = if name == "too many keys" { key(50) } else { key(AUTHOR) };
        let error = Signer::genesis(&author, &draft).map(|_| name).unwrap_err();
        assert_eq!(error.code(), Code::MalformedStatement, "{name}");
    }
    let other_name = NoteKey::new(
        detente_core::Name::parse("b.example/log").unwrap(),
        KeyType::Log,
        key(CHECKPOINT).public(),
    );
    let error =
        Signer::genesis(&key(AUTHOR), &GenesisDraft { checkpoint_key: other_name, ..draft() }).unwrap_err();
    assert_eq!(error.code(), Code::OriginMismatch);
}

proptest! {
    #[test]
    fn any_bit_change_in_an_entry_fails(bit in 0usize..176 * 8) {
        let mut replay = begun();
        let mut bytes = sealed(&replay, 1);
        bytes[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(replay.push(&bytes).is_err());
    }

    #[test]
    fn any_bit_change_in_a_genesis_fails_or_is_another_log(bit in any::<prop::sample::Index>()) {
        let bytes = Signer::genesis(&key(AUTHOR), &draft()).unwrap();
        let bit = bit.index(bytes.len() * 8);
        let mut changed = bytes.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(Replay::new().push(&changed).is_err());
    }

    #[test]
    fn truncation_and_extension_fail(cut in 0usize..176, extra in 1usize..9) {
        let replay = begun();
        let mut bytes = sealed(&replay, 1);
        prop_assert!(UnverifiedStatement::decode(&bytes[..cut]).is_err());
        bytes.extend(vec![0; extra]);
        prop_assert!(UnverifiedStatement::decode(&bytes).is_err());
    }

    #[test]
    fn arbitrary_bytes_never_panic(head in prop::collection::vec(any::<u8>(), 0..300), kind in 0u32..70) {
        let mut bytes = vec![1, 1];
        bytes.extend([0; 64]);
        bytes.extend(kind.to_le_bytes());
        bytes.extend(head);
        let _ = UnverifiedStatement::decode(&bytes);
    }
}

#[test]
fn codes_of_kinds_are_never_reused() {
    let mut seen = std::collections::HashMap::new();
    for code in 0..100 {
        let kind = Kind::from_code(code);
        assert_eq!(kind.code(), code);
        if !matches!(kind, Kind::Unlisted(_)) {
            assert_eq!(seen.insert(kind.name(), code), None);
        }
    }
    assert_eq!(seen.len(), 25);
}

/// Whatever an entry is, verifying its signature beforehand changes neither what becomes of it nor the code.
#[test]
fn a_signature_verified_beforehand_gives_the_same_replay() {
    let log = log(&begun());
    let author = key(AUTHOR);
    let by_author = Signer::new(log, &author);
    let new = key(20);
    let rotate = |nonce| {
        let new = NewKey { key: &new, role: Role::Sealing, nonce: [nonce; 16] };
        by_author.key_rotate(key_digest(&key(SEALING).public()), &new).unwrap()
    };
    let mut forged = sealed(&begun(), 9);
    *forged.last_mut().unwrap() ^= 1;
    let entries = [
        sealed(&begun(), 1),
        sealed(&begun(), 1),
        forged,
        Signer::new(log, &author).sealed(Digest::from_bytes([2; 32])).unwrap(),
        Signer::new(log, &new).sealed(Digest::from_bytes([3; 32])).unwrap(),
        rotate(1),
        sealed(&begun(), 4),
        rotate(2),
        Signer::new(log, &new).sealed(Digest::from_bytes([1; 32])).unwrap(),
        Signer::new(log, &new).sealed(Digest::from_bytes([5; 32])).unwrap(),
        Signer::genesis(&author, &draft()).unwrap(),
        by_author.log_close(None, [1; 16]).unwrap(),
        by_author.log_close(None, [2; 16]).unwrap(),
    ];
    let (mut one, mut other) = (begun(), begun());
    let (mut prepared, mut taken) = (0, 0);
    for entry in entries {
        let expected = one.push(&entry).map(|statement| statement.id()).map_err(|error| error.code());
        let decoded = UnverifiedStatement::decode(&entry).unwrap();
        let author = decoded.unverified_author();
        let known = other.keys().unwrap().find(author).map(|(entry, _)| *entry.key());
        let signed = known.and_then(|key| decoded.verify_signature(&key).ok());
        prepared += usize::from(signed.is_some());
        let got = match signed {
            Some(signed) => other.push_signed(signed),
            None => other.push(&entry),
        };
        taken += usize::from(got.is_ok());
        assert_eq!(got.map(|statement| statement.id()).map_err(|error| error.code()), expected);
        assert_eq!(one.read(), other.read());
    }
    assert_eq!((prepared, taken), (11, 4));
}

#[test]
fn a_signature_counts_for_the_author_that_the_statement_names_and_for_nobody_else() {
    let entry = sealed(&begun(), 1);
    let decode = || UnverifiedStatement::decode(&entry).unwrap();
    decode().verify_signature(&key(SEALING).public()).unwrap();
    decode().verify_signature(&key(AUTHOR).public()).unwrap_err();
    let signed = decode().verify_signature(&key(SEALING).public()).unwrap();
    assert_eq!(Replay::new().push_signed(signed).unwrap_err().code(), Code::GenesisMisplaced);
}
