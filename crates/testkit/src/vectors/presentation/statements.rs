//! The entry: who signed it, where it belongs, that it seals.

use detente_core::Code;

use super::scene::{ONE, Scene, input};
use crate::{
    build::{
        keys::Key,
        presentation::Grant,
        slots::Slots,
        statement::{
            AUTHOR, Party, SEALING, Statement, key_add, key_revoke, key_rotate, kind, log_close, nonce,
        },
    },
    vector::Operation,
};

pub(super) fn vectors(operation: &mut Operation) {
    entries(operation);
    keys(operation);
}

fn entries(operation: &mut Operation) {
    let base = Scene::new();
    let policy = base.policy(ONE);
    let (party, log) = (base.party.clone(), base.party.log());
    let mut fails = |code: Code, name: &str, description: &str, scene: Scene| {
        operation.fails(code, format!("entry-{name}"), description, input(&scene.file(), &policy));
    };
    let put = |entry: Vec<u8>| base.clone().put(7, entry);
    let mut version = base.entry().to_vec();
    version[0] = 2;
    fails(Code::UnsupportedVersion, "version-2", "a statement of an unknown version", put(version));
    let mut suite = base.entry().to_vec();
    suite[1] = 2;
    fails(Code::UnsupportedVersion, "suite-2", "a statement of an unknown suite", put(suite));
    fails(Code::MalformedStatement, "trailing-byte", "a byte more", put([base.entry(), &[0]].concat()));
    fails(Code::GenesisMisplaced, "is-genesis", "the genesis at the entry's index", put(party.entry_zero()));
    let first = Scene { index: 0, opened: vec![0], earlier: None, ..base.clone() };
    fails(Code::GenesisMisplaced, "index-0", "the genesis itself as the entry", first);
    let neighbour = Party::named("b.example");
    fails(
        Code::LogMismatch,
        "of-other-log",
        "a sealed value and statement copied from another log",
        put(neighbour.sealed(base.slots.sealed())),
    );
    fails(
        Code::UnknownAuthor,
        "by-stranger",
        "signed by a key that no event enrols",
        put(Statement::sealing(log, &Key::named("x"), base.slots.sealed()).signed(&Key::named("x"))),
    );
    fails(
        Code::KeyRole,
        "by-author",
        "a sealed statement by an author's key",
        put(Statement::sealing(log, &party.author, base.slots.sealed()).signed(&party.author)),
    );
    fails(
        Code::InvalidStatementSignature,
        "forged",
        "signed by another key than its author",
        put(base.sealing_statement().signed(&party.author)),
    );
    fails(
        Code::NotSealed,
        "not-sealed",
        "a reserved kind that seals nothing",
        put(party.visible(kind::PING, nonce(1).to_vec())),
    );
    let event = party.visible(kind::KEY_REVOKE, key_revoke(1, &[1; 32], 0));
    fails(Code::NotSealed, "is-event", "a key event as the entry: it is checked, not applied", put(event));
    for (name, code) in [("is-accusation", 64), ("is-unlisted", 200)] {
        let visible = Statement::visible(log, &party.author, code, vec![7; 16]);
        let other = Statement { sealed: Some(base.slots.sealed()), ..visible }.signed(&party.author);
        fails(Code::NotSealed, name, "another kind that seals the very same slots", put(other));
    }
    let close = party.visible(kind::LOG_CLOSE, log_close(1, &[0; 32]));
    let closed = |events: Vec<usize>| Scene { events, ..base.clone().put(3, close.clone()) };
    fails(Code::EntryAfterClose, "after-close", "the log was closed before the entry", closed(vec![0, 3]));
    let ping = party.visible(kind::PING, nonce(1).to_vec());
    fails(
        Code::MalformedPresentation,
        "with-other-event",
        "an event that changes no key",
        Scene { events: vec![0, 3], ..base.clone().put(3, ping) },
    );
    let add = party.visible(kind::KEY_ADD, key_add(&log, 1, AUTHOR, &Key::named("a.example late author")));
    fails(
        Code::EntryAfterClose,
        "with-event-after-close",
        "a key event after the log was closed",
        Scene { events: vec![0, 8, 9], ..base.clone().put(8, close).put(9, add) },
    );
}

fn keys(operation: &mut Operation) {
    let base = Scene::new();
    let policy = base.policy(ONE);
    let (party, log) = (base.party.clone(), base.party.log());
    let mut fails = |code: Code, name: &str, description: &str, scene: Scene| {
        operation.fails(code, name, description, input(&scene.file(), &policy));
    };
    let next = Key::named("a.example next sealing");
    let rotate =
        party.visible(kind::KEY_ROTATE, key_rotate(&log, 1, &party.sealing.digest(), SEALING, &next));
    let by_next = Statement::sealing(log, &next, base.slots.sealed()).signed(&next);
    fails(
        Code::KeyNotYetEnrolled,
        "author-enrolled-after",
        "the author's key is enrolled after the entry",
        Scene {
            events: vec![0, 9],
            granter: party.author.clone(),
            ..base.clone().put(9, rotate.clone()).put(7, by_next.clone())
        },
    );
    fails(
        Code::UnknownAuthor,
        "author-event-left-out",
        "the event that enrols the author's key is left out",
        Scene { granter: party.author.clone(), ..base.clone().put(3, rotate.clone()).put(7, by_next) },
    );
    fails(
        Code::KeyRevoked,
        "author-rotated-away-before",
        "the author's key was rotated away before the entry",
        Scene { events: vec![0, 3], granter: next.clone(), ..base.clone().put(3, rotate.clone()) },
    );
    let second = Key::named("a.example second author");
    let add = party.visible(kind::KEY_ADD, key_add(&log, 1, AUTHOR, &second));
    let revoke = party.visible(kind::KEY_REVOKE, key_revoke(2, &second.digest(), 3));
    let opaque =
        Statement { sealed: Some(base.slots.sealed()), ..Statement::visible(log, &second, 200, vec![7; 16]) }
            .signed(&second);
    fails(
        Code::KeyRevoked,
        "author-revoked-before",
        "the author's key was revoked before the entry, and the file says so",
        Scene {
            events: vec![0, 3, 5],
            ..base.clone().put(3, add.clone()).put(5, revoke.clone()).put(7, opaque)
        },
    );
    fails(
        Code::KeyRevoked,
        "grant-key-revoked",
        "the grant's key was revoked by an event in the file",
        Scene {
            events: vec![0, 3, 9],
            granter: second.clone(),
            ..base.clone().put(3, add.clone()).put(9, revoke)
        },
    );
    fails(
        Code::KeyRevoked,
        "grant-key-rotated",
        "the grant's key was rotated away after the entry",
        Scene { events: vec![0, 9], ..base.clone().put(9, rotate) },
    );
    fails(
        Code::Relayed,
        "grant-key-event-left-out",
        "the event that enrols the grant's key is left out",
        Scene { granter: second.clone(), ..base.clone().put(3, add) },
    );
    fails(
        Code::Relayed,
        "grant-by-recovery",
        "the recovery key is not enrolled",
        Scene { granter: party.recovery.clone(), ..base.clone() },
    );
    fails(
        Code::Relayed,
        "grant-by-checkpoint-key",
        "the checkpoint key is not enrolled",
        Scene { granter: party.checkpoint.clone(), ..base.clone() },
    );
    // A reader who holds a presentation makes one of his own from it, under his key, for somebody else.
    let reader = super::scene::audience();
    let rewrapped: Grant = Grant { audience: Key::named("c.example").digest(), ..base.grant() };
    let file = base.with(|members| {
        members.insert("grant".to_owned(), detente_core::json::Value::Object(rewrapped.signed(&reader)));
    });
    operation.fails(
        Code::Relayed,
        "rewrapped",
        "a grant wrapped again by its reader, for another audience",
        input(&file, &policy),
    );
    // The same slots sealed under another log id: the sealed value is copied into this log by its own key.
    let copied = Slots::seal(
        Party::named("b.example").log(),
        base.slots.profile,
        256,
        base.slots.seed,
        &base.slots.values.clone().into_iter().collect::<Vec<_>>(),
    );
    let entry = party.sealed(copied.sealed());
    let scene = Scene { slots: copied, ..base.put(7, entry) };
    operation.fails(
        Code::OpeningMismatch,
        "sealed-copied-from-other-log",
        "a sealed value copied from another log: its leaves hold the other log's id",
        input(&scene.file(), &policy),
    );
    let own = Slots::seal(
        log,
        scene.slots.profile,
        256,
        scene.slots.seed,
        &scene.slots.values.clone().into_iter().collect::<Vec<_>>(),
    );
    let regranted = scene.with_grant(|grant| {
        grant.leaves = scene.opened.iter().map(|slot| (*slot, own.leaf(*slot))).collect();
    });
    operation.fails(
        Code::SealedMismatch,
        "sealed-copied-from-other-log-own-leaves",
        "the same, and the grant names leaves under this log's id: they do not give the sealed value",
        input(&regranted, &policy),
    );
}
