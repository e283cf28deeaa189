//! From what a person types to slots.

use crate::{DisclosureError, Profile, Shape, Slot, SlotNumber};

impl Profile {
    /// The slots that a typed name means, in increasing order, absent ones included.
    ///
    /// Looked up in this order: the profile's names, a slot's name, the dotted form of a pointer.
    ///
    /// # Errors
    /// `UNKNOWN-FIELD` for a name that means none.
    pub fn select(&self, name: &str) -> Result<Vec<SlotNumber>, DisclosureError> {
        if let Some(numbers) = self.names().get(name) {
            return Ok(numbers.clone());
        }
        if let Some(slot) = self.slot_named(name) {
            return Ok(vec![slot.number()]);
        }
        let numbers: Vec<_> =
            self.slots().iter().filter(|slot| self.is_meant(slot, name)).map(Slot::number).collect();
        if numbers.is_empty() {
            return Err(DisclosureError::UnknownName {
                name: name.to_owned(),
                profile: self.name().to_owned(),
            });
        }
        Ok(numbers)
    }

    /// Whether the slot's pointer has that dotted form, or lies below a container's that has.
    fn is_meant(&self, slot: &Slot, dotted: &str) -> bool {
        let Some(pointer) = slot.pointer() else { return false };
        pointer.dotted() == dotted
            || self.slots().iter().filter(|other| *other.shape() == Shape::Container).any(|container| {
                container.pointer().is_some_and(|above| above.dotted() == dotted && pointer.lies_below(above))
            })
    }
}
