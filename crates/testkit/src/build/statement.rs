//! Statement bytes, bodies of key events, and whole logs of entries (`specs/statement.md`).

use detente_core::Label;

use super::{
    bytes::{Hash, digest, labelled, prefixed, run_from},
    keys::{Key, LOG, vkey},
    tree::leaf_hash,
};

/// Role byte of a key that signs visible statements.
pub const AUTHOR: u8 = 1;
/// Role byte of the key that signs sealed statements.
pub const SEALING: u8 = 2;

/// Kind codes.
pub mod kind {
    /// Entry 0.
    pub const GENESIS: u32 = 1;
    /// A further key.
    pub const KEY_ADD: u32 = 2;
    /// A key for another.
    pub const KEY_ROTATE: u32 = 3;
    /// A key that ends.
    pub const KEY_REVOKE: u32 = 4;
    /// The last entry.
    pub const LOG_CLOSE: u32 = 5;
    /// Reserved.
    pub const LOG_CLOSE_RECOVERY: u32 = 6;
    /// All real kinds that are sealed.
    pub const SEALED: u32 = 16;
    /// Reserved.
    pub const PING: u32 = 38;
}

/// The fields of a statement, each free to be wrong.
#[derive(Debug, Clone)]
pub struct Statement {
    /// 1.
    pub version: u8,
    /// 1.
    pub suite: u8,
    /// Log id.
    pub log: Hash,
    /// Key digest.
    pub author: Hash,
    /// Kind code.
    pub kind: u32,
    /// Body, without its length.
    pub body: Vec<u8>,
    /// Sealed value.
    pub sealed: Option<Hash>,
}

impl Statement {
    /// A statement without a sealed value.
    pub fn visible(log: Hash, author: &Key, kind: u32, body: Vec<u8>) -> Self {
        Self { version: 1, suite: 1, log, author: author.digest(), kind, body, sealed: None }
    }

    /// A statement of kind 16.
    pub fn sealing(log: Hash, author: &Key, sealed: Hash) -> Self {
        Self { sealed: Some(sealed), ..Self::visible(log, author, kind::SEALED, vec![]) }
    }

    /// The bytes without the signature.
    pub fn unsigned(&self) -> Vec<u8> {
        let mut bytes = vec![self.version, self.suite];
        bytes.extend_from_slice(&self.log);
        bytes.extend_from_slice(&self.author);
        bytes.extend_from_slice(&self.kind.to_le_bytes());
        bytes.extend_from_slice(&prefixed(&self.body));
        match self.sealed {
            None => bytes.push(0),
            Some(sealed) => {
                bytes.push(1);
                bytes.extend_from_slice(&sealed);
            }
        }
        bytes.push(0);
        bytes
    }

    /// The entry, signed by a key that need not be the author's.
    pub fn signed(&self, key: &Key) -> Vec<u8> {
        sign(&self.unsigned(), key)
    }

    /// The statement id.
    pub fn id(&self) -> Hash {
        digest(Label::STATEMENT_ID, &[&self.unsigned()])
    }
}

/// Signs bytes that may be anything.
pub fn sign(unsigned: &[u8], key: &Key) -> Vec<u8> {
    let signature = key.sign(&labelled(Label::STATEMENT_SIGNATURE, &[unsigned]));
    [unsigned, &signature].concat()
}

/// The id of entry bytes.
pub fn id_of(entry: &[u8]) -> Hash {
    digest(Label::STATEMENT_ID, &[&entry[..entry.len() - 64]])
}

/// `role ‖ algorithm 1 ‖ key`.
pub fn key_entry(role: u8, public: &Hash) -> Vec<u8> {
    [&[role, 1], &public[..]].concat()
}

/// The fields of a genesis body.
#[derive(Debug, Clone)]
pub struct Genesis {
    /// Origin, as bytes so that it can be no text.
    pub origin: Vec<u8>,
    /// Party, as bytes.
    pub party: Vec<u8>,
    /// Checkpoint vkey, as bytes.
    pub vkey: Vec<u8>,
    /// Key entries, each as bytes.
    pub keys: Vec<Vec<u8>>,
    /// Algorithm and recovery key.
    pub recovery: Vec<u8>,
    /// Predecessor log id.
    pub predecessor_log: Hash,
    /// Predecessor size.
    pub predecessor_size: u64,
    /// Predecessor root.
    pub predecessor_root: Hash,
    /// First byte of the nonce and of the random bytes; makes logs differ.
    pub fill: u8,
}

impl Genesis {
    /// The body.
    pub fn body(&self) -> Vec<u8> {
        [
            nonce(self.fill).to_vec(),
            prefixed(&self.origin),
            prefixed(&self.party),
            prefixed(&self.vkey),
            (self.keys.len() as u64).to_le_bytes().to_vec(),
            self.keys.concat(),
            self.recovery.clone(),
            run_from(self.fill).to_vec(),
            self.predecessor_log.to_vec(),
            self.predecessor_size.to_le_bytes().to_vec(),
            self.predecessor_root.to_vec(),
        ]
        .concat()
    }

    /// The statement, by the author given.
    pub fn statement(&self, author: &Key) -> Statement {
        Statement::visible([0; 32], author, kind::GENESIS, self.body())
    }
}

/// 16 bytes counting up.
pub fn nonce(first: u8) -> [u8; 16] {
    core::array::from_fn(|at| first.wrapping_add(at as u8))
}

/// What the new key of an event signs.
pub fn possession(key: &Key, log: &Hash, role: u8, nonce: &[u8; 16]) -> [u8; 64] {
    key.sign(&labelled(Label::STATEMENT_POSSESSION, &[log, &[role, 1], &key.public, nonce]))
}

/// Body of `key.add`.
pub fn key_add(log: &Hash, fill: u8, role: u8, key: &Key) -> Vec<u8> {
    let nonce = nonce(fill);
    [&nonce[..], &key_entry(role, &key.public), &possession(key, log, role, &nonce)].concat()
}

/// Body of `key.rotate`.
pub fn key_rotate(log: &Hash, fill: u8, old: &Hash, role: u8, key: &Key) -> Vec<u8> {
    let nonce = nonce(fill);
    [&nonce[..], old, &key_entry(role, &key.public), &possession(key, log, role, &nonce)].concat()
}

/// Body of `key.revoke`.
pub fn key_revoke(fill: u8, key: &Hash, reason: u8) -> Vec<u8> {
    [&nonce(fill)[..], key, &[reason]].concat()
}

/// Body of `log.close`.
pub fn log_close(fill: u8, successor: &Hash) -> Vec<u8> {
    [&nonce(fill)[..], successor].concat()
}

/// The keys of a party.
#[derive(Debug, Clone)]
pub struct Party {
    /// Origin of its log.
    pub origin: String,
    /// Signs checkpoints.
    pub checkpoint: Key,
    /// Role author.
    pub author: Key,
    /// Role sealing.
    pub sealing: Key,
    /// Kept offline.
    pub recovery: Key,
}

impl Party {
    /// A party of four keys derived from its name; its log is `<name>/log`.
    pub fn named(name: &str) -> Self {
        let key = |purpose: &str| Key::named(&format!("{name} {purpose}"));
        Self {
            origin: format!("{name}/log"),
            checkpoint: key("checkpoint"),
            author: key("author"),
            sealing: key("sealing"),
            recovery: key("recovery"),
        }
    }

    /// Its genesis, without a predecessor.
    pub fn genesis(&self) -> Genesis {
        Genesis {
            origin: self.origin.clone().into_bytes(),
            party: b"Example Institute".to_vec(),
            vkey: vkey(&self.origin, LOG, &self.checkpoint.public).into_bytes(),
            keys: vec![key_entry(AUTHOR, &self.author.public), key_entry(SEALING, &self.sealing.public)],
            recovery: [&[1], &self.recovery.public[..]].concat(),
            predecessor_log: [0; 32],
            predecessor_size: 0,
            predecessor_root: [0; 32],
            fill: 0x10,
        }
    }

    /// Entry 0.
    pub fn entry_zero(&self) -> Vec<u8> {
        self.genesis().statement(&self.author).signed(&self.author)
    }

    /// The log id.
    pub fn log(&self) -> Hash {
        leaf_hash(&self.entry_zero())
    }

    /// A visible entry by the author's key.
    pub fn visible(&self, kind: u32, body: Vec<u8>) -> Vec<u8> {
        Statement::visible(self.log(), &self.author, kind, body).signed(&self.author)
    }

    /// A sealed entry by the sealing key.
    pub fn sealed(&self, sealed: Hash) -> Vec<u8> {
        Statement::sealing(self.log(), &self.sealing, sealed).signed(&self.sealing)
    }
}
