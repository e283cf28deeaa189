use detente_core::{Digest, LogId, json::Value};

use crate::{Salt, SlotNumber, tree::LeafHasher};

/// A slot with its salt and its value, or with its salt as absent; says nothing until it is verified.
#[derive(Debug, Clone, PartialEq)]
pub struct Opening {
    slot: SlotNumber,
    salt: Salt,
    value: Option<Value>,
}

impl Opening {
    /// Puts an opening together; `None` as value is absence.
    pub const fn new(slot: SlotNumber, salt: Salt, value: Option<Value>) -> Self {
        Self { slot, salt, value }
    }

    /// The slot.
    pub const fn slot(&self) -> SlotNumber {
        self.slot
    }

    /// The salt.
    pub const fn salt(&self) -> &Salt {
        &self.salt
    }

    /// The value as the discloser states it; none for absence.
    pub const fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }

    /// The leaf that it gives in a statement of that log: what a grant names (`specs/presentation.md` "Grant").
    pub fn leaf(&self, log: LogId) -> Digest {
        LeafHasher::new(log).leaf(self.slot, &self.salt, self.value())
    }
}
