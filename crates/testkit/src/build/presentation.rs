//! Grants and presentations (`specs/presentation.md`).

use detente_core::{
    Label,
    json::{Object, Value},
};

use super::{
    bytes::{Hash, base64, hex, labelled},
    keys::Key,
};

/// TLP words by their byte.
pub const TLP: [&str; 5] = ["CLEAR", "GREEN", "AMBER", "AMBER+STRICT", "RED"];
/// PAP words by their byte.
pub const PAP: [&str; 4] = ["CLEAR", "GREEN", "AMBER", "RED"];

/// What a discloser signs.
#[derive(Debug, Clone)]
pub struct Grant {
    /// Log id.
    pub log: Hash,
    /// Statement id.
    pub statement: Hash,
    /// Index of the entry.
    pub index: u64,
    /// Profile digest.
    pub profile: Hash,
    /// Slots and their leaves.
    pub leaves: Vec<(u16, Hash)>,
    /// Key digest of the audience.
    pub audience: Hash,
    /// Index into [`TLP`].
    pub tlp: u8,
    /// Index into [`PAP`].
    pub pap: u8,
    /// Seconds, the discloser's word.
    pub time: u64,
    /// 16 bytes.
    pub nonce: [u8; 16],
}

impl Grant {
    /// The signed bytes.
    pub fn message(&self) -> Vec<u8> {
        let leaves: Vec<u8> =
            self.leaves.iter().flat_map(|(slot, leaf)| [&slot.to_le_bytes()[..], leaf].concat()).collect();
        labelled(
            Label::PRESENTATION_GRANT,
            &[
                &self.log,
                &self.statement,
                &self.index.to_le_bytes(),
                &self.profile,
                &(self.leaves.len() as u64).to_le_bytes(),
                &leaves,
                &self.audience,
                &[self.tlp, self.pap],
                &self.time.to_le_bytes(),
                &self.nonce,
            ],
        )
    }

    /// The member `grant`, signed by `key`.
    pub fn signed(&self, key: &Key) -> Object {
        self.member(&key.digest(), &key.sign(&self.message()))
    }

    /// The member `grant` with any signer and signature.
    pub fn member(&self, signer: &Hash, signature: &[u8]) -> Object {
        let leaf = |(slot, leaf): &(u16, Hash)| {
            Value::from([("slot", u32::from(*slot).into()), ("leaf", hex(leaf).into())])
        };
        let members = [
            ("log", Value::from(hex(&self.log))),
            ("statement", hex(&self.statement).into()),
            ("index", self.index.to_string().into()),
            ("profile", hex(&self.profile).into()),
            ("leaves", Value::Array(self.leaves.iter().map(leaf).collect())),
            ("audience", hex(&self.audience).into()),
            ("tlp", TLP[usize::from(self.tlp)].into()),
            ("pap", PAP[usize::from(self.pap)].into()),
            ("time", self.time.to_string().into()),
            ("nonce", base64(self.nonce).into()),
            ("signer", hex(signer).into()),
            ("signature", base64(signature).into()),
        ];
        members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// One object of `events`.
pub fn event(index: u64, entry: &[u8], proof: &[Hash]) -> Value {
    Value::from([
        ("entry", base64(entry).into()),
        ("index", index.to_string().into()),
        ("proof", hashes(proof)),
    ])
}

/// A list of base64 hashes.
pub fn hashes(list: &[Hash]) -> Value {
    Value::Array(list.iter().map(|hash| base64(hash).into()).collect())
}
