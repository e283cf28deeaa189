//! The secret keys of the scenarios, found by what names them, so that damaged bytes can be signed again.

use std::sync::OnceLock;

use crate::{
    build::{
        bytes::Hash,
        keys::{COSIGNATURE, Key, LOG, key_id, vkey},
        statement::Party,
    },
    random::Random,
};

/// Every key that a valid vector uses, and some that none does.
pub(super) fn keys() -> &'static [Key] {
    static KEYS: OnceLock<Vec<Key>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let mut keys = vec![Key::counting(0), Key::counting(32)];
        for name in ["a.example", "b.example"] {
            let party = Party::named(name);
            keys.extend([party.checkpoint, party.author, party.sealing, party.recovery]);
        }
        let names = [
            "a.example second author",
            "a.example next sealing",
            "next sealing",
            "second",
            "third",
            "stranger",
            "other log",
            "second log key",
            "neighbour log",
        ];
        keys.extend(names.map(Key::named));
        keys.extend((1..=9).map(|number| Key::named(&format!("witness {number}"))));
        keys.extend((0..=16).map(|number| Key::named(&format!("author {number}"))));
        keys
    })
}

/// The key of a key digest.
pub(super) fn by_digest(digest: &[u8]) -> Option<&'static Key> {
    static DIGESTS: OnceLock<Vec<Hash>> = OnceLock::new();
    let digests = DIGESTS.get_or_init(|| keys().iter().map(Key::digest).collect());
    digests.iter().position(|known| known == digest).map(|at| &keys()[at])
}

/// The key of a public key.
pub(super) fn by_public(public: &[u8]) -> Option<&'static Key> {
    keys().iter().find(|key| key.public == public)
}

/// The type and key that a signature line names.
pub(super) fn by_line(name: &str, id: &[u8]) -> Option<(u8, &'static Key)> {
    [LOG, COSIGNATURE]
        .into_iter()
        .find_map(|kind| Some((kind, keys().iter().find(|key| key_id(name, kind, &key.public) == id)?)))
}

/// A vkey with the right key id, now and then of another type or of a key that cannot be enrolled.
pub(super) fn any_vkey(random: &mut Random) -> String {
    let names: [&str; 6] =
        ["log.example/a", "a.example/log", "witness.example/w1", "witness.example/w2", "x", "é"];
    let kinds = [LOG, COSIGNATURE, COSIGNATURE, LOG, 2, 6];
    let mut public = random.pick(keys()).public;
    if random.once_in(6) {
        public = crate::build::edwards::torsion(random.below(8));
    }
    vkey(names[random.below(names.len())], *random.pick(&kinds), &public)
}
