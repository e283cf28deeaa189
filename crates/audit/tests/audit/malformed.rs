//! Entries that are no statements: each is named with its code, and the rest of the log goes on.

use detente_agreement::Body;
use detente_checkpoint::{Policy, SigningKey};
use detente_core::{Code, Digest, LogId};
use detente_statement::{Kind, NewKey, RevocationReason, Role, Signer, key_digest};

use crate::scene::{Inputs, Party, Scene, note};

/// The malformed entries of a's log, after these were appended to it.
fn malformed(scene: &Scene) -> Vec<(u64, Code)> {
    let mut scene = scene.clone();
    scene.a.publish(&[(1, 300), (2, 300)]);
    let inputs = Inputs::of(&scene, 10_000);
    let audit = inputs.audit().unwrap();
    let found: Vec<_> = audit
        .logs()
        .next()
        .unwrap()
        .malformed
        .iter()
        .map(|malformed| (malformed.index.get(), malformed.code))
        .collect();
    assert_eq!(audit.exit_code() == 1, !found.is_empty());
    for (index, code) in &found {
        let row = format!("{{\"code\":\"{code}\",\"index\":\"{index}\"}}");
        assert!(inputs.report().unwrap().contains(&row), "{row}");
    }
    // Not among the facts either.
    let facts = &audit.facts().logs[&scene.a.log()];
    let known = facts.visible.iter().map(|entry| entry.index.get());
    let known: Vec<_> = known.chain(facts.sealed.iter().map(|index| index.get())).collect();
    assert_eq!(known.len() + found.len(), scene.a.entries.len());
    assert!(found.iter().all(|(index, _)| !known.contains(index)));
    found
}

#[test]
fn a_sound_log_has_none() {
    assert_eq!(malformed(&Scene::example()), []);
}

#[test]
fn bytes_that_are_no_statement() {
    let mut scene = Scene::example();
    scene.a.push(vec![]);
    scene.a.push(vec![2; 200]);
    scene.a.push(vec![1; 200]);
    let mut forged = scene.a.entries[3].clone();
    forged[150] ^= 1;
    scene.a.push(forged);
    let genesis = scene.a.entries[0].clone();
    scene.a.push(genesis);
    let foreign = scene.b.entries[1].clone();
    scene.a.push(foreign);
    // The log goes on.
    scene.a.seal(2);
    assert_eq!(
        malformed(&scene),
        [
            (5, Code::MalformedStatement),
            (6, Code::UnsupportedVersion),
            (7, Code::MalformedStatement),
            (8, Code::InvalidStatementSignature),
            (9, Code::GenesisMisplaced),
            (10, Code::LogMismatch),
        ]
    );
}

#[test]
fn keys_sign_what_they_may_and_when() {
    let mut scene = Scene::example();
    let log = scene.a.log();
    let stranger = SigningKey::from_seed(&[99; 32]);
    let sealed =
        |key: &SigningKey, value| Signer::new(log, key).sealed(Digest::from_bytes([value; 32])).unwrap();
    scene.a.push(sealed(&stranger, 2));
    scene.a.push(sealed(&scene.a.author(), 3));
    // One more author key, used before and after it is enrolled, revoked, and used again.
    let second = SigningKey::from_seed(&[98; 32]);
    let ping = |key: &SigningKey, nonce: u8| {
        let body = Body::Ping(scene.b.log()).encode(Kind::Ping, [nonce; 16]).unwrap();
        Signer::new(log, key).other(Kind::Ping, body, None).unwrap()
    };
    let (before, after, late) = (ping(&second, 90), ping(&second, 91), ping(&second, 92));
    scene.a.push(before);
    let author = scene.a.author();
    let owner = Signer::new(log, &author);
    let add =
        |nonce| owner.key_add(&NewKey { key: &second, role: Role::Author, nonce: [nonce; 16] }).unwrap();
    scene.a.push(add(93));
    scene.a.push(add(94));
    scene.a.push(after);
    let revoke = |nonce: u8| {
        owner.key_revoke(key_digest(&second.public()), RevocationReason::Retired, [nonce; 16]).unwrap()
    };
    scene.a.push(revoke(95));
    scene.a.push(late);
    scene.a.push(revoke(96));
    assert_eq!(
        malformed(&scene),
        [
            (5, Code::UnknownAuthor),
            (6, Code::KeyRole),
            (7, Code::UnknownAuthor),
            (9, Code::KeyAlreadyEnrolled),
            (12, Code::KeyRevoked),
            (13, Code::KeyRevoked),
        ]
    );
}

#[test]
fn nothing_comes_twice_and_nothing_after_the_end() {
    let mut scene = Scene::example();
    let copy = scene.a.entries[3].clone();
    scene.a.push(copy);
    // Another statement of the same sealed value: a rotated sealing key makes one.
    let log = scene.a.log();
    let new = SigningKey::from_seed(&[97; 32]);
    let author = scene.a.author();
    let rotate = Signer::new(log, &author)
        .key_rotate(
            key_digest(&scene.a.sealing().public()),
            &NewKey { key: &new, role: Role::Sealing, nonce: [90; 16] },
        )
        .unwrap();
    scene.a.push(rotate);
    let again = Signer::new(log, &new).sealed(Digest::from_bytes([1; 32])).unwrap();
    scene.a.push(again);
    let close = Signer::new(log, &author).log_close(None, [91; 16]).unwrap();
    scene.a.push(close);
    let late = Signer::new(log, &new).sealed(Digest::from_bytes([5; 32])).unwrap();
    scene.a.push(late);
    assert_eq!(
        malformed(&scene),
        [(5, Code::DuplicateStatement), (7, Code::DuplicateSealed), (9, Code::EntryAfterClose)]
    );
}

/// A statement with a body of its own word that fails was made all the same; what it seals was not.
#[test]
fn a_body_that_fails_is_no_statement_but_was_made() {
    let mut scene = Scene::example();
    let author = scene.a.author();
    let owner = Signer::new(scene.a.log(), &author);
    let short = owner.other(Kind::RequestAck, vec![1; 20], None).unwrap();
    let value = Digest::from_bytes([8; 32]);
    let good = Body::Ping(scene.b.log()).encode(Kind::Ping, [80; 16]).unwrap();
    let sealing = owner.other(Kind::Ping, good, Some(value)).unwrap();
    scene.a.push(short.clone());
    scene.a.push(short);
    scene.a.push(sealing);
    scene.a.seal(8);
    // A kind that nobody knows is opaque and seals what it seals.
    let opaque = owner.other(Kind::Unlisted(900), vec![3; 16], Some(Digest::from_bytes([6; 32]))).unwrap();
    scene.a.push(opaque);
    scene.a.seal(6);
    assert_eq!(
        malformed(&scene),
        [
            (5, Code::MalformedStatement),
            (6, Code::DuplicateStatement),
            (7, Code::MalformedStatement),
            (10, Code::DuplicateSealed),
        ]
    );
}

/// An anchor's body, of a note as it is.
fn anchor_body(log: LogId, note: &[u8], nonce: u8) -> Vec<u8> {
    let mut body = vec![nonce; 16];
    body.extend_from_slice(log.as_bytes());
    body.extend_from_slice(&(note.len() as u64).to_le_bytes());
    body.extend_from_slice(note);
    body
}

#[test]
fn anchors_that_are_forged_are_malformed_and_those_of_others_left_aside() {
    let mut scene = Scene::example();
    let head = scene.b.head();
    let b = scene.b.log();
    let anchor = |a: &mut Party, log, note: &[u8], nonce| {
        let body = anchor_body(log, note, nonce);
        a.other(Kind::Anchor, body)
    };
    // Signed by nobody's key under b's name and key id; cosigned by a witness that did not.
    let mut unsigned = note(&head, &scene.b.key(0), &[(1, 9)]);
    let line = unsigned.len() - 12;
    unsigned[line] = if unsigned[line] == b'A' { b'B' } else { b'A' };
    anchor(&mut scene.a, b, &unsigned, 90);
    anchor(&mut scene.a, b, b"x", 91);
    // a's own note, said to be b's; and b's, said to be a's.
    let own = scene.a.notes[0].clone();
    anchor(&mut scene.a, b, &own, 92);
    // Of no party; of a key that no policy knows: no anchors here. Larger than b's log: left aside.
    let good = note(&head, &scene.b.key(0), &[]);
    anchor(&mut scene.a, LogId::new(Digest::from_bytes([1; 32])), &good, 93);
    let foreign = note(&head, &SigningKey::from_seed(&[55; 32]), &[]);
    anchor(&mut scene.a, b, &foreign, 94);
    let mut more = scene.b.clone();
    more.seal(70);
    anchor(&mut scene.a, b, &more.signed(&[]), 95);
    anchor(&mut scene.a, b, &good, 96);
    assert_eq!(
        malformed(&scene),
        [(5, Code::InvalidCosignature), (6, Code::MalformedNote), (7, Code::OriginMismatch),]
    );
    scene.a.publish(&[(1, 300), (2, 300)]);
    let inputs = Inputs::of(&scene, 10_000);
    let audit = inputs.audit().unwrap();
    let covers = |at: u64| {
        let facts = &audit.facts().logs[&scene.a.log()];
        match facts.visible.iter().find(|entry| entry.index.get() == at).unwrap().said {
            detente_agreement::Said::Anchor { covers, .. } => Some(covers.map(|size| size.get())),
            _ => None,
        }
    };
    assert_eq!([8, 9, 10, 11].map(covers), [None, None, Some(None), Some(Some(4))]);
}

#[test]
fn an_anchor_of_another_tree_is_a_fork() {
    let mut scene = Scene::example();
    let policy: Policy = scene.policy();
    let mut forked = scene.b.cut(3);
    forked.seal(71);
    let shown = forked.signed(&[(1, 9), (2, 9)]);
    scene.a.anchor(&forked, &shown, &policy);
    scene.a.publish(&[(1, 300), (2, 300)]);
    let inputs = Inputs::of(&scene, 10_000);
    assert_eq!(inputs.code(), Code::InvalidConsistency);
    let detente_audit::AuditError::Fork(fork) = inputs.audit().unwrap_err() else { panic!() };
    assert_eq!((fork.party.as_str(), fork.note.as_str()), ("b", "anchor 5 of a"));
    assert_eq!(fork.finding.unwrap().verified().culprit(), &scene.b.vkey());
}

/// However the entries come, the state is the same.
#[test]
fn one_at_a_time_or_all_at_once() {
    let mut scene = Scene::example();
    scene.a.push(vec![1; 200]);
    for value in 10..60 {
        scene.a.seal(value);
    }
    let copy = scene.a.entries[9].clone();
    scene.a.push(copy);
    scene.a.publish(&[(1, 300), (2, 300)]);
    let whole = Inputs::of(&scene, 10_000).report().unwrap();
    assert!(whole.contains("DUPLICATE-STATEMENT"));
    for step in [1, 7, 64] {
        let mut state = detente_audit::LogState::new();
        scene.a.entries.chunks(step).for_each(|entries| state.push(entries).unwrap());
        let mut inputs = Inputs::of(&scene, 10_000);
        inputs.logs[0].2 = state;
        assert_eq!(inputs.report().unwrap(), whole, "{step}");
    }
}
