//! The life of keys: added, rotated, revoked.

use detente_core::Code;

use super::{entries, history, party};
use crate::{
    build::{
        bytes::Hash,
        keys::Key,
        statement::{
            AUTHOR, Party, SEALING, Statement, key_add, key_entry, key_revoke, key_rotate, kind, nonce,
            possession,
        },
    },
    vector::Operation,
};

struct Log {
    party: Party,
    log: Hash,
    second: Key,
}

impl Log {
    fn new() -> Self {
        let party = party();
        Self { log: party.log(), party, second: Key::named("a.example second author") }
    }

    fn by(&self, key: &Key, code: u32, body: Vec<u8>) -> Vec<u8> {
        Statement::visible(self.log, key, code, body).signed(key)
    }

    fn add(&self, fill: u8, key: &Key) -> Vec<u8> {
        self.by(&self.party.author, kind::KEY_ADD, key_add(&self.log, fill, AUTHOR, key))
    }

    fn rotate(&self, fill: u8, old: &Key, role: u8, new: &Key) -> Vec<u8> {
        self.by(&self.party.author, kind::KEY_ROTATE, key_rotate(&self.log, fill, &old.digest(), role, new))
    }

    fn revoke(&self, by: &Key, fill: u8, key: &Key) -> Vec<u8> {
        self.by(by, kind::KEY_REVOKE, key_revoke(fill, &key.digest(), 3))
    }

    fn ping(&self, by: &Key, fill: u8) -> Vec<u8> {
        self.by(by, kind::PING, nonce(fill).to_vec())
    }

    fn sealed(&self, by: &Key, fill: u8) -> Vec<u8> {
        Statement::sealing(self.log, by, [fill; 32]).signed(by)
    }
}

pub(super) fn vectors(operation: &mut Operation) {
    valid(operation);
    additions(operation);
    rotations(operation);
    revocations(operation);
}

fn valid(operation: &mut Operation) {
    let log = Log::new();
    let (party, second) = (&log.party, &log.second);
    let mut ok = |name: &str, description: &str, later: &[Vec<u8>], usable: &[&Key]| {
        let list = [&[party.entry_zero()], later].concat();
        let usable: Vec<_> = usable.iter().map(|key| key.digest()).collect();
        operation.ok(name, description, entries(&list, None), history(&log.log, &usable, false));
    };
    ok("key-add", "a second author", &[log.add(1, second)], &[&party.author, &party.sealing, second]);
    ok(
        "key-add-used",
        "a second author signs the next entry",
        &[log.add(1, second), log.ping(second, 2)],
        &[&party.author, &party.sealing, second],
    );
    ok(
        "rotate-author",
        "an author's key for another",
        &[log.rotate(1, &party.author, AUTHOR, second), log.ping(second, 2)],
        &[second, &party.sealing],
    );
    let next = Key::named("next sealing");
    ok(
        "rotate-sealing",
        "the sealing key for another, before and after",
        &[log.sealed(&party.sealing, 1), log.rotate(1, &party.sealing, SEALING, &next), log.sealed(&next, 2)],
        &[&party.author, &next],
    );
    ok(
        "revoke-other",
        "one author revokes another",
        &[log.add(1, second), log.revoke(second, 2, &party.author), log.ping(second, 3)],
        &[&party.sealing, second],
    );
    ok(
        "revoke-self",
        "a key signs its own revocation",
        &[log.add(1, second), log.revoke(second, 2, second)],
        &[&party.author, &party.sealing],
    );
    ok(
        "revoke-last-author",
        "the only author revokes itself; the sealing key goes on",
        &[log.revoke(&party.author, 1, &party.author), log.sealed(&party.sealing, 1)],
        &[&party.sealing],
    );
    ok(
        "used-before-revoked",
        "entries below the revocation stay valid",
        &[log.add(1, second), log.ping(second, 2), log.revoke(&party.author, 3, second)],
        &[&party.author, &party.sealing],
    );
    let third = Key::named("third");
    ok(
        "rotate-twice",
        "two rotations in a row",
        &[
            log.rotate(1, &party.author, AUTHOR, second),
            log.by(second, kind::KEY_ROTATE, key_rotate(&log.log, 2, &second.digest(), AUTHOR, &third)),
            log.ping(&third, 3),
        ],
        &[&third, &party.sealing],
    );
}

fn additions(operation: &mut Operation) {
    let log = Log::new();
    let (party, second) = (&log.party, &log.second);
    let mut fails = |code: Code, name: &str, description: &str, later: &[Vec<u8>]| {
        let list = [&[party.entry_zero()], later].concat();
        operation.fails(code, name, description, entries(&list, Some(list.len() - 1)));
    };
    let sealing = log.by(&party.author, kind::KEY_ADD, key_add(&log.log, 1, SEALING, second));
    fails(Code::KeyRole, "key-add-sealing", "`key.add` of a sealing key", &[sealing]);
    let already = Code::KeyAlreadyEnrolled;
    fails(already, "key-add-author-again", "the author's own key", &[log.add(1, &party.author)]);
    fails(already, "key-add-sealing-key", "the sealing key as an author", &[log.add(1, &party.sealing)]);
    fails(already, "key-add-recovery", "the recovery key", &[log.add(1, &party.recovery)]);
    fails(
        already,
        "key-add-twice",
        "one key added twice by two events",
        &[log.add(1, second), log.add(2, second)],
    );
    fails(
        already,
        "key-add-revoked",
        "a key that was revoked",
        &[log.add(1, second), log.revoke(&party.author, 2, second), log.add(3, second)],
    );
    let invalid = Code::InvalidPossession;
    let with = |signature: [u8; 64]| {
        let body = [&nonce(1)[..], &key_entry(AUTHOR, &second.public), &signature].concat();
        log.by(&party.author, kind::KEY_ADD, body)
    };
    let honest = possession(second, &log.log, AUTHOR, &nonce(1));
    fails(invalid, "possession-zeros", "no signature of the new key", &[with([0; 64])]);
    fails(
        invalid,
        "possession-by-author",
        "the author signs for the new key",
        &[with(possession(&party.author, &log.log, AUTHOR, &nonce(1)))],
    );
    fails(
        invalid,
        "possession-other-log",
        "a possession made for another log",
        &[with(possession(second, &Party::named("b.example").log(), AUTHOR, &nonce(1)))],
    );
    fails(
        invalid,
        "possession-other-role",
        "a possession made for another role",
        &[with(possession(second, &log.log, SEALING, &nonce(1)))],
    );
    fails(
        invalid,
        "possession-other-nonce",
        "a possession made for another event",
        &[with(possession(second, &log.log, AUTHOR, &nonce(2)))],
    );
    let mut bit = honest;
    bit[63] ^= 0x80;
    fails(invalid, "possession-bit", "the highest bit of S", &[with(bit)]);
    let body = [&nonce(1)[..], &key_entry(AUTHOR, &party.author.public), &[0; 64]].concat();
    fails(
        already,
        "already-before-possession",
        "a key in the history and a bad possession",
        &[log.by(&party.author, kind::KEY_ADD, body)],
    );
    fails(
        Code::UnknownAuthor,
        "key-add-used-early",
        "an entry by a key that is added right after it",
        &[log.ping(second, 1)],
    );
    fails(
        Code::UnknownAuthor,
        "key-add-by-itself",
        "a key adds itself",
        &[log.by(second, kind::KEY_ADD, key_add(&log.log, 1, AUTHOR, second))],
    );
    fails(
        Code::KeyRole,
        "added-author-seals",
        "an added author's key signs a sealed statement",
        &[log.add(1, second), log.sealed(second, 1)],
    );
}

fn rotations(operation: &mut Operation) {
    let log = Log::new();
    let (party, second) = (&log.party, &log.second);
    let stranger = Key::named("stranger");
    let mut fails = |code: Code, name: &str, description: &str, later: &[Vec<u8>]| {
        let list = [&[party.entry_zero()], later].concat();
        operation.fails(code, name, description, entries(&list, Some(list.len() - 1)));
    };
    fails(
        Code::UnknownAuthor,
        "rotate-unknown",
        "the old key is not enrolled",
        &[log.rotate(1, &stranger, AUTHOR, second)],
    );
    fails(
        Code::UnknownAuthor,
        "rotate-recovery",
        "the recovery key is not enrolled",
        &[log.rotate(1, &party.recovery, AUTHOR, second)],
    );
    let third = Key::named("third");
    fails(
        Code::KeyRevoked,
        "rotate-revoked",
        "the old key was revoked",
        &[log.add(1, second), log.revoke(&party.author, 2, second), log.rotate(3, second, AUTHOR, &third)],
    );
    fails(
        Code::KeyRevoked,
        "rotate-rotated",
        "the old key was rotated away",
        &[
            log.add(1, second),
            log.rotate(2, second, AUTHOR, &third),
            log.rotate(3, second, AUTHOR, &stranger),
        ],
    );
    fails(
        Code::KeyRole,
        "rotate-author-to-sealing",
        "an author's key for a sealing key",
        &[log.rotate(1, &party.author, SEALING, second)],
    );
    fails(
        Code::KeyRole,
        "rotate-sealing-to-author",
        "the sealing key for an author's",
        &[log.rotate(1, &party.sealing, AUTHOR, second)],
    );
    fails(
        Code::KeyAlreadyEnrolled,
        "rotate-to-itself",
        "a key for itself",
        &[log.rotate(1, &party.author, AUTHOR, &party.author)],
    );
    fails(
        Code::KeyAlreadyEnrolled,
        "rotate-to-sealing-key",
        "the author's key for the sealing key, as author",
        &[log.rotate(1, &party.author, AUTHOR, &party.sealing)],
    );
    fails(
        Code::KeyAlreadyEnrolled,
        "rotate-to-recovery",
        "a key for the recovery key",
        &[log.rotate(1, &party.author, AUTHOR, &party.recovery)],
    );
    let body = [&nonce(1)[..], &party.author.digest(), &key_entry(AUTHOR, &second.public), &[0; 64]].concat();
    fails(
        Code::InvalidPossession,
        "rotate-possession",
        "no signature of the new key",
        &[log.by(&party.author, kind::KEY_ROTATE, body)],
    );
    fails(
        Code::KeyRevoked,
        "rotated-key-used",
        "the old key signs after the rotation",
        &[log.rotate(1, &party.author, AUTHOR, second), log.ping(&party.author, 2)],
    );
    let next = Key::named("next sealing");
    fails(
        Code::KeyRevoked,
        "rotated-sealing-key-used",
        "the old sealing key seals after the rotation",
        &[log.rotate(1, &party.sealing, SEALING, &next), log.sealed(&party.sealing, 1)],
    );
    fails(
        Code::KeyRole,
        "rotate-by-sealing",
        "the sealing key rotates itself",
        &[log.by(
            &party.sealing,
            kind::KEY_ROTATE,
            key_rotate(&log.log, 1, &party.sealing.digest(), SEALING, &next),
        )],
    );
}

fn revocations(operation: &mut Operation) {
    let log = Log::new();
    let (party, second) = (&log.party, &log.second);
    let mut fails = |code: Code, name: &str, description: &str, later: &[Vec<u8>]| {
        let list = [&[party.entry_zero()], later].concat();
        operation.fails(code, name, description, entries(&list, Some(list.len() - 1)));
    };
    fails(
        Code::UnknownAuthor,
        "revoke-unknown",
        "the key is not enrolled",
        &[log.revoke(&party.author, 1, &Key::named("stranger"))],
    );
    fails(
        Code::KeyRevoked,
        "revoke-twice",
        "a key is revoked twice",
        &[log.add(1, second), log.revoke(&party.author, 2, second), log.revoke(&party.author, 3, second)],
    );
    fails(
        Code::KeyRole,
        "revoke-sealing",
        "the sealing key is only rotated",
        &[log.revoke(&party.author, 1, &party.sealing)],
    );
    fails(
        Code::KeyRevoked,
        "revoked-key-used",
        "a revoked key signs",
        &[log.add(1, second), log.revoke(&party.author, 2, second), log.ping(second, 3)],
    );
    fails(
        Code::KeyRevoked,
        "revoked-self-used",
        "a key signs after its own revocation",
        &[log.revoke(&party.author, 1, &party.author), log.ping(&party.author, 2)],
    );
    let forged = Statement::visible(log.log, second, kind::PING, nonce(3).to_vec()).signed(&party.author);
    fails(
        Code::KeyRevoked,
        "revoked-before-signature",
        "a revoked author and a bad signature: the life of the key comes first",
        &[log.add(1, second), log.revoke(&party.author, 2, second), forged],
    );
    let role = Statement::sealing(log.log, second, [1; 32]).signed(second);
    fails(
        Code::KeyRevoked,
        "revoked-before-role",
        "a revoked author and a kind of another role",
        &[log.add(1, second), log.revoke(&party.author, 2, second), role],
    );
}
