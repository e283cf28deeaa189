//! Bodies, files and contents of agreements (`specs/agreement.md`).

use detente_core::{
    Label,
    json::{Object, Value},
};

use super::bytes::{Hash, base64, digest, hex, prefixed};

/// Kind codes.
pub mod kind {
    /// Contacts.
    pub const PARTY_DECLARE: u32 = 32;
    /// Terms that begin.
    pub const AGREEMENT_ADOPT: u32 = 33;
    /// Terms for others.
    pub const AGREEMENT_AMEND: u32 = 34;
    /// Terms that end.
    pub const AGREEMENT_WITHDRAW: u32 = 35;
    /// Another log's checkpoint.
    pub const ANCHOR: u32 = 36;
    /// A log that cannot be read.
    pub const ACCESS_DENIED: u32 = 37;
    /// Asks for a sign of life.
    pub const PING: u32 = 38;
    /// Gives one.
    pub const PONG: u32 = 39;
    /// A session.
    pub const DIALOGUE_SESSION: u32 = 40;
    /// Asks for help.
    pub const REQUEST_ASSISTANCE: u32 = 48;
    /// Asks to keep data.
    pub const REQUEST_PRESERVE: u32 = 49;
    /// Has seen a request.
    pub const REQUEST_ACK: u32 = 50;
    /// Answers one.
    pub const REQUEST_ANSWER: u32 = 51;
    /// Refuses one.
    pub const REQUEST_REFUSE: u32 = 52;
    /// News of one.
    pub const REQUEST_UPDATE: u32 = 53;
    /// Accuses.
    pub const ACCUSATION_ISSUE: u32 = 64;
    /// Replies.
    pub const ACCUSATION_REPLY: u32 = 65;
    /// Takes back.
    pub const ACCUSATION_WITHDRAW: u32 = 66;
}

/// A ref.
pub fn reference(log: &Hash, index: u64, statement: &Hash) -> Vec<u8> {
    [&log[..], &index.to_le_bytes(), statement].concat()
}

/// An option of bytes that are there.
pub fn some(bytes: &[u8]) -> Vec<u8> {
    [&[1], bytes].concat()
}

/// An option of nothing.
pub const NONE: [u8; 1] = [0];

/// The fields of an accusation's body, each free to be wrong.
#[derive(Debug, Clone)]
pub struct Accusation {
    /// The accused log.
    pub accused: Hash,
    /// class, channel, likelihood, confidence.
    pub head: [u8; 4],
    /// Bases.
    pub bases: Vec<u8>,
    /// Alternatives considered.
    pub alternatives: u8,
    /// An option of a ref.
    pub asked: Vec<u8>,
    /// An option of a commitment.
    pub manifest: Vec<u8>,
    /// Types and numbers.
    pub items: Vec<(u8, u32)>,
    /// A claimed time, or empty.
    pub review: Vec<u8>,
    /// An option of a commitment.
    pub content: Vec<u8>,
}

impl Accusation {
    /// A government's public accusation on industry's word, with nothing else stated.
    pub fn of(accused: Hash) -> Self {
        Self {
            accused,
            head: [1, 2, 0, 0],
            bases: vec![1],
            alternatives: 0,
            asked: NONE.to_vec(),
            manifest: NONE.to_vec(),
            items: vec![],
            review: vec![],
            content: NONE.to_vec(),
        }
    }

    /// What follows the nonce.
    pub fn rest(&self) -> Vec<u8> {
        let items: Vec<u8> = self
            .items
            .iter()
            .flat_map(|(kind, count)| [&[*kind][..], &count.to_le_bytes()].concat())
            .collect();
        [
            &self.accused[..],
            &self.head,
            &prefixed(&self.bases),
            &[self.alternatives],
            &self.asked,
            &self.manifest,
            &(self.items.len() as u64).to_le_bytes(),
            &items,
            &prefixed(&self.review),
            &self.content,
        ]
        .concat()
    }
}

/// What a body commits to: of a kind, with canonical fields.
pub fn content_commitment(log: &Hash, kind: u32, salt: &Hash, fields: &Object) -> Hash {
    let fields = Value::Object(fields.clone()).to_canonical();
    digest(Label::AGREEMENT_CONTENT, &[log, &kind.to_le_bytes(), salt, fields.as_bytes()])
}

/// A content file.
pub fn content(log: &Hash, kind: &str, salt: &Hash, fields: &Object) -> Vec<u8> {
    Value::from([
        ("detente", "content/v1".into()),
        ("fields", Value::Object(fields.clone())),
        ("kind", kind.into()),
        ("log", hex(log).into()),
        ("salt", base64(salt).into()),
    ])
    .to_file()
}

/// One item of a manifest.
pub fn item(fill: u8, size: &str, kind: &str) -> Value {
    Value::from([("digest", hex(&[fill; 32]).into()), ("size", size.into()), ("type", kind.into())])
}

/// What an accusation commits to.
pub fn manifest_commitment(log: &Hash, salt: &Hash, items: &[Value]) -> Hash {
    let items = Value::Array(items.to_vec()).to_canonical();
    digest(Label::AGREEMENT_MANIFEST, &[log, salt, items.as_bytes()])
}

/// A manifest file.
pub fn manifest(log: &Hash, salt: &Hash, items: &[Value]) -> Vec<u8> {
    Value::from([
        ("detente", "manifest/v1".into()),
        ("items", Value::Array(items.to_vec())),
        ("log", hex(log).into()),
        ("salt", base64(salt).into()),
    ])
    .to_file()
}
