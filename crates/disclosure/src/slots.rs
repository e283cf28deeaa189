//! The values of a statement's slots: what is sealed.

use std::collections::BTreeMap;

use detente_core::json::Value;

use crate::{DisclosureError, Profile, Slot, SlotNumber, check};

/// Values for the slots of one profile; a slot without one is absent.
///
/// Every value is one that its slot can hold, so what is sealed can always be opened.
#[derive(Debug, Clone, PartialEq)]
pub struct SlotValues<'p> {
    profile: &'p Profile,
    values: BTreeMap<SlotNumber, Value>,
}

impl<'p> SlotValues<'p> {
    /// All slots absent.
    pub const fn new(profile: &'p Profile) -> Self {
        Self { profile, values: BTreeMap::new() }
    }

    pub(crate) const fn of_document(profile: &'p Profile, values: BTreeMap<SlotNumber, Value>) -> Self {
        Self { profile, values }
    }

    /// The profile that the slots belong to.
    pub const fn profile(&self) -> &'p Profile {
        self.profile
    }

    /// Gives a slot a value, in place of an earlier one.
    ///
    /// # Errors
    /// `SLOT-RANGE` for a slot that the profile does not assign, `FIELD-TYPE` for a value that it cannot hold.
    pub fn set(&mut self, slot: SlotNumber, value: Value) -> Result<(), DisclosureError> {
        check::value(self.profile, slot, &value)?;
        self.values.insert(slot, value);
        Ok(())
    }

    /// Makes a slot absent.
    pub fn remove(&mut self, slot: SlotNumber) {
        self.values.remove(&slot);
    }

    /// The slot's value; none when it is absent.
    pub fn get(&self, slot: SlotNumber) -> Option<&Value> {
        self.values.get(&slot)
    }

    /// The present slots, in increasing order.
    pub fn iter(&self) -> impl Iterator<Item = (&'p Slot, &Value)> {
        let profile = self.profile;
        self.values.iter().filter_map(move |(number, value)| Some((profile.slot(*number)?, value)))
    }

    /// Number of present slots.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether all slots are absent.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}
