//! The layout of a statement, and the shape of every kind but genesis.

use detente_core::{
    Code,
    json::{Object, Value},
};

use super::party;
use crate::{
    build::{
        bytes::{Hash, base64, hex, prefixed, run_from, sha256},
        edwards::{mixed, torsion},
        keys::Key,
        statement::{
            AUTHOR, SEALING, Statement, id_of, key_add, key_entry, key_revoke, key_rotate, kind, log_close,
            nonce, sign,
        },
    },
    vector::{Operation, object},
};

fn input(entry: &[u8]) -> Object {
    object! {"entry": base64(entry)}
}

/// The output for a statement as it was built.
pub(super) fn output(statement: &Statement, entry: &[u8]) -> Object {
    let sealed = statement.sealed.map_or(Value::Null, |sealed| hex(&sealed).into());
    object! {
        "kind": statement.kind, "id": hex(&id_of(entry)), "author": hex(&statement.author), "log": hex(&statement.log),
        "sealed": sealed,
    }
}

fn visible(code: u32, body: Vec<u8>) -> Statement {
    Statement::visible(party().log(), &party().author, code, body)
}

fn new_key() -> Key {
    Key::named("a.example second author")
}

pub(super) fn vectors(operation: &mut Operation) {
    valid(operation);
    layout(operation);
    tags(operation);
    bodies(operation);
}

fn valid(operation: &mut Operation) {
    let party = party();
    let log = party.log();
    let mut ok = |name: &str, description: &str, statement: &Statement| {
        let entry = statement.signed(&party.author);
        operation.ok(name, description, input(&entry), output(statement, &entry));
    };
    let sealed = Statement::sealing(log, &party.sealing, sha256(&[b"sealed"]));
    assert_eq!(sealed.signed(&party.sealing).len(), 176);
    ok(
        "sealed",
        "a sealed entry, 176 bytes; the signature is by another key, which decoding does not look at",
        &sealed,
    );
    ok("key-add", "`key.add`", &visible(kind::KEY_ADD, key_add(&log, 1, AUTHOR, &new_key())));
    ok(
        "key-rotate",
        "`key.rotate`",
        &visible(kind::KEY_ROTATE, key_rotate(&log, 1, &party.author.digest(), AUTHOR, &new_key())),
    );
    ok(
        "key-rotate-sealing",
        "`key.rotate` of the sealing key",
        &visible(kind::KEY_ROTATE, key_rotate(&log, 1, &party.sealing.digest(), SEALING, &new_key())),
    );
    for reason in 0..4 {
        ok(
            &format!("key-revoke-reason-{reason}"),
            "`key.revoke`",
            &visible(kind::KEY_REVOKE, key_revoke(1, &party.author.digest(), reason)),
        );
    }
    ok("log-close", "`log.close` without a successor", &visible(kind::LOG_CLOSE, log_close(1, &[0; 32])));
    ok(
        "log-close-successor",
        "`log.close` with a successor",
        &visible(kind::LOG_CLOSE, log_close(1, &run_from(9))),
    );
    ok(
        "reserved-kind",
        "a reserved kind: 16 bytes of body are enough",
        &visible(kind::PING, nonce(1).to_vec()),
    );
    ok("reserved-close-recovery", "kind 6 is reserved", &visible(kind::LOG_CLOSE_RECOVERY, vec![7; 40]));
    ok("unlisted-kind", "a kind that no table lists", &visible(0xffff_ffff, vec![7; 100]));
    ok("kind-0", "kind 0 is not listed", &visible(0, vec![7; 16]));
    ok(
        "unlisted-kind-sealed",
        "a kind that no table lists may seal",
        &Statement { sealed: Some([9; 32]), ..visible(200, vec![7; 16]) },
    );
    ok(
        "log-id-zeros",
        "a log id of zeros: decoding does not know where an entry stands",
        &Statement { log: [0; 32], ..visible(kind::PING, vec![7; 16]) },
    );
    let empty = visible(200, vec![]).signed(&party.author).len();
    let largest = visible(200, vec![0x5a; 65_535 - empty]);
    assert_eq!(largest.signed(&party.author).len(), 65_535);
    ok("largest", "65,535 bytes", &largest);
    let over = visible(200, vec![0x5a; 65_536 - empty]).signed(&party.author);
    operation.fails(Code::Oversize, "oversize", "65,536 bytes, all else in order", input(&over));
    let mut junk = over;
    junk[0] = 9;
    operation.fails(
        Code::Oversize,
        "oversize-before-version",
        "65,536 bytes of an unknown version",
        input(&junk),
    );
}

fn layout(operation: &mut Operation) {
    let party = party();
    let entry = party.sealed(sha256(&[b"sealed"]));
    let mut fails = |code: Code, name: &str, description: &str, bytes: &[u8]| {
        operation.fails(code, name, description, input(bytes))
    };
    let version = Code::UnsupportedVersion;
    let change = |at: usize, value: u8| {
        let mut copy = entry.clone();
        copy[at] = value;
        copy
    };
    fails(version, "version-0", "version 0", &change(0, 0));
    fails(version, "version-2", "version 2", &change(0, 2));
    fails(version, "suite-0", "suite 0", &change(1, 0));
    fails(version, "suite-2", "suite 2", &change(1, 2));
    fails(version, "version-2-alone", "one byte, version 2", &[2]);
    fails(version, "suite-2-alone", "two bytes, suite 2", &[1, 2]);
    fails(version, "version-2-junk", "what follows an unknown version is not read", &[2, 1, 0xff, 0xff]);
    let malformed = Code::MalformedStatement;
    fails(malformed, "empty", "no byte", &[]);
    fails(malformed, "version-1-alone", "one byte, version 1", &[1]);
    fails(malformed, "suite-1-alone", "two bytes", &[1, 1]);
    for (name, length) in [
        ("log", 33),
        ("author", 65),
        ("kind", 69),
        ("body-length", 77),
        ("sealed-tag", 78),
        ("sealed", 100),
        ("counts", 111),
        ("signature", 175),
    ] {
        fails(malformed, &format!("cut-in-{name}"), &format!("the first {length} bytes"), &entry[..length]);
    }
    fails(malformed, "trailing-byte", "a byte more", &[&entry[..], &[0]].concat());
    fails(malformed, "trailing-entry", "two entries", &[&entry[..], &entry[..]].concat());
    fails(malformed, "sealed-tag-2", "sealed tag 2", &change(78, 2));
    fails(malformed, "sealed-tag-255", "sealed tag 255", &change(78, 255));
    fails(malformed, "counts-tag-1", "counts tag 1", &change(111, 1));
    fails(malformed, "counts-tag-255", "counts tag 255", &change(111, 255));
    let ping = party.visible(kind::PING, nonce(1).to_vec());
    for (name, length) in [
        ("one-more", 17u64),
        ("one-less", 15),
        ("zero", 0),
        ("65536", 65_536),
        ("2-pow-32-plus-16", (1 << 32) + 16),
        ("2-pow-63", 1 << 63),
        ("largest", u64::MAX),
    ] {
        let mut copy = ping.clone();
        copy[70..78].copy_from_slice(&length.to_le_bytes());
        fails(
            malformed,
            &format!("body-length-{name}"),
            &format!("a body of 16 bytes with the length {length}"),
            &copy,
        );
    }
    let mut big = ping.clone();
    big[70..78].copy_from_slice(&16u64.to_be_bytes());
    fails(malformed, "body-length-big-endian", "the body's length in the wrong byte order", &big);
}

fn tags(operation: &mut Operation) {
    let party = party();
    let log = party.log();
    let mut fails = |name: &str, description: &str, statement: Statement| {
        operation.fails(Code::MalformedStatement, name, description, input(&statement.signed(&party.author)));
    };
    let value: Hash = [9; 32];
    fails("sealed-without-value", "kind 16 with sealed tag 0", visible(kind::SEALED, vec![]));
    fails(
        "sealed-with-body",
        "kind 16 with a body of 16 bytes",
        Statement { sealed: Some(value), ..visible(kind::SEALED, vec![7; 16]) },
    );
    fails(
        "sealed-with-one-byte",
        "kind 16 with a body of one byte",
        Statement { sealed: Some(value), ..visible(kind::SEALED, vec![0]) },
    );
    for (name, code, body) in [
        ("genesis", kind::GENESIS, party.genesis().body()),
        ("key-add", kind::KEY_ADD, key_add(&log, 1, AUTHOR, &new_key())),
        ("key-rotate", kind::KEY_ROTATE, key_rotate(&log, 1, &party.author.digest(), AUTHOR, &new_key())),
        ("key-revoke", kind::KEY_REVOKE, key_revoke(1, &party.author.digest(), 0)),
        ("log-close", kind::LOG_CLOSE, log_close(1, &[0; 32])),
    ] {
        fails(
            &format!("{name}-seals"),
            "sealed tag 1 on a kind that seals nothing",
            Statement { sealed: Some(value), ..visible(code, body.clone()) },
        );
        let body = &body[..body.len() - 1];
        fails(&format!("{name}-body-short"), "the body lacks its last byte", visible(code, body.to_vec()));
        let body = [body, &[0, 0]].concat();
        fails(&format!("{name}-body-long"), "the body has a byte more", visible(code, body));
        fails(&format!("{name}-body-empty"), "no body", visible(code, vec![]));
    }
    let mut weak = key_add(&log, 1, AUTHOR, &new_key());
    weak[18..50].copy_from_slice(&torsion(1));
    fails(
        "seals-before-weak-key",
        "sealed tag 1 on `key.add` of a weak key: the tag is looked at first",
        Statement { sealed: Some(value), ..visible(kind::KEY_ADD, weak) },
    );
    fails("reserved-body-15", "a reserved kind with a body of 15 bytes", visible(kind::PING, vec![7; 15]));
    fails("reserved-body-empty", "a reserved kind without a body", visible(kind::PING, vec![]));
    fails(
        "unlisted-body-15-sealed",
        "an unlisted kind that seals, with a body of 15 bytes",
        Statement { sealed: Some(value), ..visible(200, vec![7; 15]) },
    );
}

fn bodies(operation: &mut Operation) {
    let party = party();
    let log = party.log();
    let mut fails = |code: Code, name: &str, description: &str, kind: u32, body: Vec<u8>| {
        operation.fails(code, name, description, input(&visible(kind, body).signed(&party.author)));
    };
    let malformed = Code::MalformedStatement;
    let old = party.author.digest();
    // Offsets in the bodies: the key entry follows the nonce in `key.add`, nonce and old digest in `key.rotate`.
    for (name, code, body, at) in [
        ("key-add", kind::KEY_ADD, key_add(&log, 1, AUTHOR, &new_key()), 16),
        ("key-rotate", kind::KEY_ROTATE, key_rotate(&log, 1, &old, AUTHOR, &new_key()), 48),
    ] {
        let change = |at: usize, value: u8| {
            let mut copy = body.clone();
            copy[at] = value;
            copy
        };
        fails(malformed, &format!("{name}-role-0"), "role 0", code, change(at, 0));
        fails(malformed, &format!("{name}-role-3"), "role 3", code, change(at, 3));
        fails(malformed, &format!("{name}-algorithm-0"), "algorithm 0", code, change(at + 1, 0));
        fails(malformed, &format!("{name}-algorithm-2"), "algorithm 2", code, change(at + 1, 2));
        let with_key = |key: &Hash| {
            let mut copy = body.clone();
            copy[at + 2..at + 34].copy_from_slice(key);
            copy
        };
        fails(
            Code::WeakKey,
            &format!("{name}-small-order"),
            "the new key is of small order",
            code,
            with_key(&torsion(1)),
        );
        fails(
            Code::WeakKey,
            &format!("{name}-mixed-order"),
            "the new key is of mixed order",
            code,
            with_key(&mixed(&new_key(), 1)),
        );
        fails(
            Code::WeakKey,
            &format!("{name}-identity"),
            "the new key is the identity",
            code,
            with_key(&torsion(0)),
        );
        let mut both = with_key(&torsion(1));
        both[at] = 3;
        fails(
            malformed,
            &format!("{name}-role-3-small-order"),
            "a role that is not listed comes before the key",
            code,
            both,
        );
    }
    fails(malformed, "key-revoke-reason-4", "reason 4", kind::KEY_REVOKE, key_revoke(1, &old, 4));
    fails(malformed, "key-revoke-reason-255", "reason 255", kind::KEY_REVOKE, key_revoke(1, &old, 255));
    // One statement laid out by hand, as the page's example shows it.
    let sealed = sha256(&[b"by hand"]);
    let unsigned = [
        &[1, 1][..],
        &log,
        &party.sealing.digest(),
        &16u32.to_le_bytes(),
        &prefixed(&[]),
        &[1],
        &sealed,
        &[0],
    ]
    .concat();
    let entry = sign(&unsigned, &party.sealing);
    let statement = Statement::sealing(log, &party.sealing, sealed);
    operation.ok(
        "sealed-by-hand",
        "the example's layout, field by field",
        input(&entry),
        output(&statement, &entry),
    );
    let big_endian = [
        &[1, 1][..],
        &log,
        &party.sealing.digest(),
        &16u32.to_be_bytes(),
        &prefixed(&[]),
        &[1],
        &sealed,
        &[0],
    ]
    .concat();
    operation.fails(
        Code::MalformedStatement,
        "kind-big-endian",
        "kind 16 in the wrong byte order is an unlisted kind, whose body must have 16 bytes",
        input(&sign(&big_endian, &party.sealing)),
    );
    let missing_role = [&nonce(1)[..], &key_entry(AUTHOR, &new_key().public)[1..], &[0; 64]].concat();
    operation.fails(
        Code::MalformedStatement,
        "key-add-without-role",
        "the role byte is missing",
        input(&visible(kind::KEY_ADD, missing_role).signed(&party.author)),
    );
}
