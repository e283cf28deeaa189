//! Sealing by the letter of `specs/disclosure.md`, slow and on its own: what the crate is compared with, and the only
//! way to seal values that the crate refuses to seal.
#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::{BTreeMap, BTreeSet};

use detente_core::{Digest, LogId, json::Value};
use detente_disclosure::{Opening, Profile, Salt, SealedValue, SlotNumber, UnverifiedOpenings};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest as _, Sha256};

pub(crate) type Hash = [u8; 32];

fn labelled(label: &str) -> Vec<u8> {
    [&(label.len() as u64).to_le_bytes(), label.as_bytes()].concat()
}

fn hash(label: &str, parts: &[&[u8]]) -> Hash {
    Sha256::digest([labelled(label), parts.concat()].concat()).into()
}

pub(crate) fn salt(seed: &Hash, slot: u16) -> Hash {
    let mut mac = Hmac::<Sha256>::new_from_slice(seed).unwrap();
    mac.update(&labelled("detente/disclosure/salt/v1"));
    mac.update(&slot.to_le_bytes());
    mac.finalize().into_bytes().into()
}

pub(crate) fn leaf(log: LogId, slot: u16, salt: &Hash, value: Option<&Value>) -> Hash {
    let value = value.map_or_else(|| vec![0], |value| [&[1], value.to_canonical().as_bytes()].concat());
    hash("detente/disclosure/leaf/v1", &[log.as_bytes(), &slot.to_le_bytes(), salt, &value])
}

pub(crate) fn node(left: &Hash, right: &Hash) -> Hash {
    hash("detente/disclosure/node/v1", &[left, right])
}

/// One statement's slots, sealed.
pub(crate) struct Letter {
    pub(crate) width: u16,
    pub(crate) seed: Hash,
    pub(crate) values: BTreeMap<u16, Value>,
    /// From the leaves up to the root.
    pub(crate) levels: Vec<Vec<Hash>>,
    pub(crate) sealed: SealedValue,
}

impl Letter {
    pub(crate) fn seal(profile: &Profile, log: LogId, seed: Hash, values: BTreeMap<u16, Value>) -> Self {
        let width = u16::try_from(profile.width()).unwrap();
        let mut levels: Vec<Vec<Hash>> =
            vec![(0..width).map(|s| leaf(log, s, &salt(&seed, s), values.get(&s))).collect()];
        while levels.last().unwrap().len() > 1 {
            levels.push(levels.last().unwrap().chunks(2).map(|pair| node(&pair[0], &pair[1])).collect());
        }
        let root = levels.last().unwrap()[0];
        let (digest, width_bytes) = (profile.digest(), u32::from(width).to_le_bytes());
        let parts: [&[u8]; 4] = [log.as_bytes(), digest.as_bytes(), &width_bytes, &root];
        let sealed = hash("detente/disclosure/sealed/v1", &parts);
        Self { width, seed, values, levels, sealed: SealedValue::new(Digest::from_bytes(sealed)) }
    }

    /// Every hash needed that the opened leaves do not give: level by level, left to right.
    pub(crate) fn multi_proof(&self, slots: &BTreeSet<u16>) -> Vec<Digest> {
        let mut known: BTreeSet<usize> = slots.iter().map(|slot| usize::from(*slot)).collect();
        let mut proof = Vec::new();
        for level in &self.levels[..self.levels.len() - 1] {
            let missing: BTreeSet<usize> =
                known.iter().map(|n| n ^ 1).filter(|n| !known.contains(n)).collect();
            proof.extend(missing.into_iter().map(|n| Digest::from_bytes(level[n])));
            known = known.into_iter().map(|n| n / 2).collect();
        }
        proof
    }

    pub(crate) fn opening(&self, slot: u16) -> Opening {
        Opening::new(
            SlotNumber::new(slot),
            Salt::from_bytes(salt(&self.seed, slot)),
            self.values.get(&slot).cloned(),
        )
    }

    pub(crate) fn open(&self, slots: impl IntoIterator<Item = u16>) -> UnverifiedOpenings {
        let slots: BTreeSet<u16> = slots.into_iter().collect();
        UnverifiedOpenings::new(slots.iter().map(|s| self.opening(*s)).collect(), self.multi_proof(&slots))
    }
}
