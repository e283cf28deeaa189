//! The shape of a genesis, rule by rule.

use detente_core::Code;

use super::{decode::output, party};
use crate::{
    build::{
        bytes::base64,
        edwards::{beyond_prime, mixed, torsion},
        keys::{COSIGNATURE, Key, LOG, vkey},
        statement::{AUTHOR, Genesis, SEALING, key_entry},
    },
    vector::{Operation, object},
};

fn keys(authors: usize) -> Vec<Vec<u8>> {
    let author = |number| key_entry(AUTHOR, &Key::named(&format!("author {number}")).public);
    (0..authors).map(author).chain([key_entry(SEALING, &party().sealing.public)]).collect()
}

pub(super) fn vectors(operation: &mut Operation) {
    valid(operation);
    shapes(operation);
    weak(operation);
}

fn valid(operation: &mut Operation) {
    let party = party();
    let base = party.genesis();
    let mut ok = |name: &str, description: &str, genesis: Genesis| {
        let statement = genesis.statement(&party.author);
        let entry = statement.signed(&party.author);
        operation.ok(
            format!("genesis-{name}"),
            description,
            object! {"entry": base64(&entry)},
            output(&statement, &entry),
        );
    };
    ok("plain", "a genesis without a predecessor", base.clone());
    ok("sixteen-keys", "16 keys", Genesis { keys: keys(15), ..base.clone() });
    ok(
        "sealing-first",
        "the sealing key first",
        Genesis { keys: base.keys.iter().rev().cloned().collect(), ..base.clone() },
    );
    ok(
        "party-255-bytes",
        "a party of 255 bytes with spaces",
        Genesis { party: b"a ".repeat(127).into_iter().chain(*b"a").collect(), ..base.clone() },
    );
    ok(
        "party-unicode",
        "a party that is not ASCII",
        Genesis { party: "Институт 研究所".into(), ..base.clone() },
    );
    let predecessor =
        Genesis { predecessor_log: [5; 32], predecessor_size: 1, predecessor_root: [6; 32], ..base.clone() };
    ok("predecessor", "a predecessor of size 1", predecessor.clone());
    ok(
        "predecessor-largest",
        "a predecessor of the largest size",
        Genesis { predecessor_size: i64::MAX as u64, ..predecessor.clone() },
    );
    ok(
        "predecessor-root-zeros",
        "a predecessor whose root is zeros",
        Genesis { predecessor_root: [0; 32], ..predecessor },
    );
    let same = Genesis { vkey: vkey(&party.origin, LOG, &party.author.public).into(), ..base };
    ok("checkpoint-key-is-author", "the checkpoint key is the author's key too", same);
}

fn shapes(operation: &mut Operation) {
    let party = party();
    let base = party.genesis();
    let mut fails = |code: Code, name: &str, description: &str, genesis: Genesis| {
        let entry = genesis.statement(&party.author).signed(&party.author);
        operation.fails(code, format!("genesis-{name}"), description, object! {"entry": base64(entry)});
    };
    let malformed = Code::MalformedStatement;
    let origin = |origin: &[u8]| {
        let name = String::from_utf8_lossy(origin);
        Genesis {
            origin: origin.to_vec(),
            vkey: vkey(&name, LOG, &party.checkpoint.public).into(),
            ..base.clone()
        }
    };
    fails(malformed, "origin-empty", "an empty origin", origin(b""));
    fails(malformed, "origin-space", "a space in the origin", origin(b"a.example log"));
    fails(malformed, "origin-plus", "a `+` in the origin", origin(b"a.example+log"));
    fails(malformed, "origin-line-feed", "a line feed in the origin", origin(b"a.example\nlog"));
    fails(malformed, "origin-256-bytes", "an origin of 256 bytes", origin(&[b'a'; 256]));
    fails(malformed, "origin-not-utf-8", "an origin that is not UTF-8", origin(b"a\xff"));
    fails(malformed, "party-empty", "an empty party", Genesis { party: vec![], ..base.clone() });
    fails(
        malformed,
        "party-256-bytes",
        "a party of 256 bytes",
        Genesis { party: vec![b'a'; 256], ..base.clone() },
    );
    fails(
        malformed,
        "party-line-feed",
        "a line feed in the party",
        Genesis { party: b"a\nb".to_vec(), ..base.clone() },
    );
    fails(
        malformed,
        "party-c1-control",
        "U+0085 in the party",
        Genesis { party: "a\u{85}b".into(), ..base.clone() },
    );
    fails(
        malformed,
        "party-not-utf-8",
        "a party that is not UTF-8",
        Genesis { party: b"a\xc3".to_vec(), ..base.clone() },
    );
    fails(
        malformed,
        "vkey-not-utf-8",
        "a vkey that is not UTF-8",
        Genesis { vkey: b"a\xff".to_vec(), ..base.clone() },
    );
    fails(malformed, "no-keys", "no key", Genesis { keys: vec![], ..base.clone() });
    fails(malformed, "one-key", "the sealing key alone", Genesis { keys: keys(0), ..base.clone() });
    fails(malformed, "seventeen-keys", "17 keys", Genesis { keys: keys(16), ..base.clone() });
    let author = key_entry(AUTHOR, &party.author.public);
    let sealing = key_entry(SEALING, &party.sealing.public);
    let second = Key::named("second").public;
    fails(
        malformed,
        "no-author",
        "two sealing keys and no author",
        Genesis { keys: vec![sealing.clone(), key_entry(SEALING, &second)], ..base.clone() },
    );
    fails(
        malformed,
        "no-sealing",
        "two authors and no sealing key",
        Genesis { keys: vec![author.clone(), key_entry(AUTHOR, &second)], ..base.clone() },
    );
    fails(
        malformed,
        "two-sealing",
        "an author and two sealing keys",
        Genesis { keys: vec![author.clone(), sealing.clone(), key_entry(SEALING, &second)], ..base.clone() },
    );
    fails(
        malformed,
        "key-twice",
        "one author's key twice",
        Genesis { keys: vec![author.clone(), author.clone(), sealing.clone()], ..base.clone() },
    );
    fails(
        malformed,
        "key-in-two-roles",
        "one key as author and as sealing key",
        Genesis { keys: vec![author.clone(), key_entry(SEALING, &party.author.public)], ..base.clone() },
    );
    let recovery = |key: &[u8]| [&[1], key].concat();
    fails(
        malformed,
        "recovery-is-author",
        "the recovery key is the author's",
        Genesis { recovery: recovery(&party.author.public), ..base.clone() },
    );
    fails(
        malformed,
        "recovery-is-sealing",
        "the recovery key is the sealing key",
        Genesis { recovery: recovery(&party.sealing.public), ..base.clone() },
    );
    fails(
        malformed,
        "recovery-algorithm-2",
        "a recovery key of algorithm 2",
        Genesis { recovery: [&[2], &party.recovery.public[..]].concat(), ..base.clone() },
    );
    let entry = |role: u8, algorithm: u8| [&[role, algorithm], &second[..]].concat();
    fails(
        malformed,
        "role-0",
        "a key of role 0",
        Genesis { keys: vec![author.clone(), sealing.clone(), entry(0, 1)], ..base.clone() },
    );
    fails(
        malformed,
        "role-3",
        "a key of role 3",
        Genesis { keys: vec![author.clone(), sealing.clone(), entry(3, 1)], ..base.clone() },
    );
    fails(
        malformed,
        "algorithm-2",
        "a key of algorithm 2",
        Genesis { keys: vec![author.clone(), sealing.clone(), entry(1, 2)], ..base.clone() },
    );
    let predecessor =
        Genesis { predecessor_log: [5; 32], predecessor_size: 1, predecessor_root: [6; 32], ..base.clone() };
    fails(
        malformed,
        "predecessor-size-0",
        "a predecessor of size 0",
        Genesis { predecessor_size: 0, ..predecessor.clone() },
    );
    fails(
        malformed,
        "predecessor-size-2-pow-63",
        "a predecessor of size 2^63",
        Genesis { predecessor_size: 1 << 63, ..predecessor.clone() },
    );
    fails(
        malformed,
        "predecessor-without-log",
        "size and root of a predecessor, log id zeros",
        Genesis { predecessor_log: [0; 32], ..predecessor },
    );
    fails(
        malformed,
        "predecessor-root-only",
        "a root and nothing else",
        Genesis { predecessor_root: [6; 32], ..base.clone() },
    );
    fails(
        malformed,
        "predecessor-size-only",
        "a size and nothing else",
        Genesis { predecessor_size: 1, ..base.clone() },
    );
    let with = |vkey: String| Genesis { vkey: vkey.into_bytes(), ..base.clone() };
    fails(
        Code::MalformedKey,
        "vkey-type-4",
        "a checkpoint vkey of type 0x04",
        with(vkey(&party.origin, COSIGNATURE, &party.checkpoint.public)),
    );
    fails(Code::MalformedKey, "vkey-empty", "an empty vkey", with(String::new()));
    fails(
        Code::MalformedKey,
        "vkey-id",
        "a vkey with another key id",
        with(vkey("b.example/log", LOG, &party.checkpoint.public).replacen("b.example", "a.example", 1)),
    );
    fails(
        Code::MalformedBase64,
        "vkey-base64",
        "a vkey that is not base64",
        with(format!("{}=", vkey(&party.origin, LOG, &party.checkpoint.public))),
    );
    fails(
        Code::WeakKey,
        "vkey-weak",
        "a checkpoint key of small order",
        with(vkey(&party.origin, LOG, &torsion(1))),
    );
    fails(
        Code::OriginMismatch,
        "vkey-other-name",
        "the vkey's name is not the origin",
        with(vkey("b.example/log", LOG, &party.checkpoint.public)),
    );
    fails(
        malformed,
        "two-rules-keys-first",
        "no author, and a vkey of another name: the rules have an order",
        Genesis {
            keys: vec![sealing.clone(), key_entry(SEALING, &second)],
            ..with(vkey("b.example/log", LOG, &party.checkpoint.public))
        },
    );
}

fn weak(operation: &mut Operation) {
    let party = party();
    let base = party.genesis();
    let mut fails = |code: Code, name: &str, description: &str, genesis: Genesis| {
        let entry = genesis.statement(&party.author).signed(&party.author);
        operation.fails(code, format!("genesis-{name}"), description, object! {"entry": base64(entry)});
    };
    let weak = Code::WeakKey;
    let mut author = base.clone();
    author.keys[0] = key_entry(AUTHOR, &torsion(1));
    fails(weak, "author-small-order", "an author's key of small order", author);
    let mut sealing = base.clone();
    sealing.keys[1] = key_entry(SEALING, &mixed(&party.sealing, 4));
    fails(weak, "sealing-mixed-order", "a sealing key of mixed order", sealing);
    let recovery = |key: &[u8; 32]| Genesis { recovery: [&[1], &key[..]].concat(), ..base.clone() };
    fails(
        weak,
        "recovery-not-canonical",
        "a recovery key that is not canonical",
        recovery(&beyond_prime(1, false)),
    );
    fails(weak, "recovery-identity", "a recovery key that is the identity", recovery(&torsion(0)));
    let mut other = recovery(&torsion(0));
    other.vkey = vkey("b.example/log", LOG, &party.checkpoint.public).into_bytes();
    fails(
        Code::OriginMismatch,
        "origin-before-weak-key",
        "the vkey's name is looked at before the keys",
        other,
    );
}
