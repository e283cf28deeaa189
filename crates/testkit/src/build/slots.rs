//! The slot tree: salts, leaves, sealed value, openings, multi-proof (`specs/disclosure.md` "Sealing").

use std::collections::BTreeMap;

use detente_core::{Label, json::Value};

use super::bytes::{Hash, base64, digest, mac};

/// What is sealed, and the whole tree over it. Nothing is checked: values may break any rule of the profile.
#[derive(Debug, Clone)]
pub struct Slots {
    /// The log whose id is in every leaf.
    pub log: Hash,
    /// The profile digest.
    pub profile: Hash,
    /// Leaves of the tree.
    pub width: u32,
    /// The secret seed.
    pub seed: Hash,
    /// Present values.
    pub values: BTreeMap<u16, Value>,
    levels: Vec<Vec<Hash>>,
}

impl Slots {
    /// Seals values under a profile digest and width.
    pub fn seal(log: Hash, profile: Hash, width: u32, seed: Hash, values: &[(u16, Value)]) -> Self {
        let values: BTreeMap<u16, Value> = values.iter().cloned().collect();
        let mut level: Vec<Hash> =
            (0..width as u16).map(|slot| leaf(&log, slot, &salt(&seed, slot), values.get(&slot))).collect();
        let mut levels = vec![level.clone()];
        while level.len() > 1 {
            level =
                level.chunks(2).map(|pair| digest(Label::DISCLOSURE_NODE, &[&pair[0], &pair[1]])).collect();
            levels.push(level.clone());
        }
        Self { log, profile, width, seed, values, levels }
    }

    /// The sealed value.
    pub fn sealed(&self) -> Hash {
        let root = self.levels.last().unwrap()[0];
        digest(Label::DISCLOSURE_SEALED, &[&self.log, &self.profile, &self.width.to_le_bytes(), &root])
    }

    /// The leaf of a slot.
    pub fn leaf(&self, slot: u16) -> Hash {
        self.levels[0][usize::from(slot)]
    }

    /// The opening of a slot, as vectors and presentations write it.
    pub fn opening(&self, slot: u16) -> Value {
        opening(slot, &salt(&self.seed, slot), self.values.get(&slot))
    }

    /// Openings in the order given.
    pub fn openings(&self, slots: &[u16]) -> Vec<Value> {
        slots.iter().map(|slot| self.opening(*slot)).collect()
    }

    /// The multi-proof of slots in increasing order.
    pub fn proof(&self, slots: &[u16]) -> Vec<Hash> {
        let mut known: Vec<usize> = slots.iter().map(|slot| usize::from(*slot)).collect();
        let mut proof = vec![];
        for level in &self.levels[..self.levels.len() - 1] {
            let siblings = known.iter().map(|at| at ^ 1).filter(|sibling| !known.contains(sibling));
            proof.extend(siblings.map(|sibling| level[sibling]));
            known = known.iter().map(|at| at / 2).collect();
            known.dedup();
        }
        proof
    }
}

/// One opening.
pub fn opening(slot: u16, salt: &Hash, value: Option<&Value>) -> Value {
    let said = match value {
        Some(value) => ("value", value.clone()),
        None => ("absent", Value::from(true)),
    };
    Value::from([("slot", Value::from(u32::from(slot))), ("salt", base64(salt).into()), said])
}

/// The salt of a slot.
pub fn salt(seed: &Hash, slot: u16) -> Hash {
    mac(seed, Label::DISCLOSURE_SALT, &[&slot.to_le_bytes()])
}

/// The leaf of a slot.
pub fn leaf(log: &Hash, slot: u16, salt: &Hash, value: Option<&Value>) -> Hash {
    let text = value.map(Value::to_canonical).unwrap_or_default();
    let tag = u8::from(value.is_some());
    digest(Label::DISCLOSURE_LEAF, &[log, &slot.to_le_bytes(), salt, &[tag], text.as_bytes()])
}
