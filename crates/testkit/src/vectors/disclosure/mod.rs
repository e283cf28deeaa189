//! Scenarios of `specs/disclosure.md`.

mod conflicts;
mod documents;
mod open;
mod profiles;
mod seal;
mod types;

use detente_core::json::{Object, Value};

use crate::{
    build::{
        bytes::{Hash, base64, hex, run_from},
        profile::profile_digest,
        slots::Slots,
        tree::hex_list,
    },
    vector::{Operation, Vector, object, texts},
};

pub(super) fn vectors() -> Vec<Vector> {
    let mut open = Operation::new("disclosure.open");
    open::vectors(&mut open);
    types::vectors(&mut open);
    conflicts::vectors(&mut open);
    [profiles::vectors(), documents::vectors(), seal::vectors(), open.into_vectors(), seal::selections()]
        .concat()
}

/// The log of all scenarios here: any 32 bytes do.
const LOG: Hash = [0x4c; 32];

/// Seals under a profile with a fixed seed.
fn sealed(profile: &Value, values: &[(u16, Value)]) -> Slots {
    let Some(width) = profile.as_object().and_then(|members| members["width"].as_u64()) else {
        panic!("a profile with a width");
    };
    Slots::seal(LOG, profile_digest(profile), width as u32, run_from(0x60), values)
}

/// Input of `disclosure.open`.
#[derive(Clone)]
struct Open {
    profile: Value,
    log: Hash,
    sealed: Hash,
    openings: Vec<Value>,
    proof: Vec<Hash>,
}

impl Open {
    /// An honest opening of slots in increasing order.
    fn honest(profile: &Value, slots: &Slots, opened: &[u16]) -> Self {
        Self {
            profile: profile.clone(),
            log: slots.log,
            sealed: slots.sealed(),
            openings: slots.openings(opened),
            proof: slots.proof(opened),
        }
    }

    fn input(&self) -> Object {
        object! {
            "profile": base64(self.profile.to_file()),
            "log": hex(&self.log),
            "sealed": hex(&self.sealed),
            "openings": Value::Array(self.openings.clone()),
            "proof": texts(&hex_list(&self.proof)),
        }
    }
}

/// A JSON value from its text.
fn json(text: &str) -> Value {
    Value::parse(text.as_bytes()).unwrap()
}

/// An object from slot number to value.
fn by_slot(values: &[(u16, Value)]) -> Value {
    Value::Object(values.iter().map(|(slot, value)| (slot.to_string(), value.clone())).collect())
}
