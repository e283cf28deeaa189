//! From openings that somebody states to openings that the sealed value bears out.
//!
//! `rs_merkle`'s own verifier accepts a doubled index, an index outside the tree and hashes after the end; it is not
//! called. Here positions, order and number of the hashes follow from the opened slots alone.

use detente_core::{Digest, LogId, json::Value};

use crate::{
    DisclosureError, Opening, Profile, SealedValue, Slot, SlotNumber, check,
    tree::{LeafHasher, node},
};

/// Openings with their multi-proof, as they come out of a file; only [`Self::verify`] makes them count.
#[derive(Debug, Clone, PartialEq)]
pub struct UnverifiedOpenings {
    openings: Vec<Opening>,
    multi_proof: Vec<Digest>,
}

impl UnverifiedOpenings {
    /// Takes openings and the hashes of their multi-proof, in the order of the file.
    pub const fn new(openings: Vec<Opening>, multi_proof: Vec<Digest>) -> Self {
        Self { openings, multi_proof }
    }

    /// The openings as stated, for writing them to a file.
    pub fn openings(&self) -> &[Opening] {
        &self.openings
    }

    /// The hashes: level by level from the leaves, left to right in each level.
    pub fn multi_proof(&self) -> &[Digest] {
        &self.multi_proof
    }

    /// Checks them against the sealed value of a statement. Source: `specs/disclosure.md` "Verify openings".
    ///
    /// # Errors
    /// In this order: `SLOT-ORDER`, `SLOT-RANGE`, `PROOF-LENGTH`, `SEALED-MISMATCH`; for each slot `SLOT-RANGE`,
    /// `FIELD-TYPE`; `CONTAINER-CONFLICT`.
    pub fn verify(
        self,
        profile: &Profile,
        log: LogId,
        sealed: SealedValue,
    ) -> Result<VerifiedOpenings<'_>, DisclosureError> {
        self.check_slots(profile)?;
        let slots: Vec<usize> = self.openings.iter().map(|opening| opening.slot().index()).collect();
        let expected = proof_length(profile.width(), slots.clone());
        if self.multi_proof.len() != expected {
            return Err(DisclosureError::ProofLength { expected, got: self.multi_proof.len() });
        }
        let hasher = LeafHasher::new(log);
        let leaf = |opening: &Opening| hasher.leaf(opening.slot(), opening.salt(), opening.value());
        let leaves = slots.into_iter().zip(self.openings.iter().map(leaf)).collect();
        let root = root(profile.width(), leaves, &self.multi_proof);
        let got = SealedValue::wrap(log, profile.digest(), profile.width(), root.as_bytes());
        if got != sealed {
            return Err(DisclosureError::SealedMismatch { expected: sealed.digest(), got: got.digest() });
        }
        self.check_values(profile)?;
        Ok(VerifiedOpenings { profile, openings: self.openings })
    }

    /// Step 1.
    fn check_slots(&self, profile: &Profile) -> Result<(), DisclosureError> {
        if self.openings.is_empty() {
            return Err(DisclosureError::NoOpening);
        }
        let pairs = self.openings.iter().zip(self.openings.iter().skip(1));
        for (previous, next) in pairs.map(|(left, right)| (left.slot(), right.slot())) {
            if previous >= next {
                return Err(DisclosureError::SlotOrder { slot: next, previous });
            }
        }
        match self.openings.iter().map(Opening::slot).find(|slot| !profile.has(*slot)) {
            Some(slot) => Err(DisclosureError::BeyondWidth { slot, width: profile.width() }),
            None => Ok(()),
        }
    }

    /// Steps 4 and 5.
    fn check_values(&self, profile: &Profile) -> Result<(), DisclosureError> {
        let mut assigned = Vec::new();
        for opening in &self.openings {
            let slot = profile.slot(opening.slot());
            if let Some(value) = opening.value() {
                check::value(profile, opening.slot(), value)?;
            } else if let Some(slot) = slot.filter(|slot| slot.number() == SlotNumber::KIND) {
                return Err(DisclosureError::field_type(slot, slot.expected(), "absence"));
            }
            assigned.extend(slot.map(|slot| (slot, opening.value())));
        }
        check::together(profile, &assigned)
    }
}

/// One level up: the parents of the known nodes, `sibling` giving the value of each unknown one, left to right.
fn parents<T>(known: Vec<(usize, T)>, mut sibling: impl FnMut(T, Option<T>, bool) -> T) -> Vec<(usize, T)> {
    let mut known = known.into_iter().peekable();
    let mut above = Vec::new();
    while let Some((position, value)) = known.next() {
        let is_left = position % 2 == 0;
        let right = if is_left { known.next_if(|(next, _)| *next == position + 1) } else { None };
        above.push((position / 2, sibling(value, right.map(|(_, right)| right), is_left)));
    }
    above
}

/// Number of hashes that the slots' multi-proof has. The slots are strictly increasing and below the width.
fn proof_length(width: u32, slots: Vec<usize>) -> usize {
    let mut missing = 0;
    let mut known: Vec<(usize, ())> = slots.into_iter().map(|slot| (slot, ())).collect();
    for _ in 0..width.ilog2() {
        known = parents(known, |(), right, _| missing += usize::from(right.is_none()));
    }
    missing
}

/// The root that the leaves and the proof give. The proof has exactly [`proof_length`] hashes.
fn root(width: u32, leaves: Vec<(usize, Digest)>, proof: &[Digest]) -> Digest {
    let mut proof = proof.iter().copied();
    let mut known = leaves;
    for _ in 0..width.ilog2() {
        known = parents(known, |value, right, is_left| {
            let other = right.or_else(|| proof.next()).unwrap_or(Digest::ZERO);
            let (left, right) = if is_left { (value, other) } else { (other, value) };
            Digest::from_bytes(node(left.as_bytes(), right.as_bytes()))
        });
    }
    known.first().map_or(Digest::ZERO, |(_, root)| *root)
}

/// Openings that the sealed value bears out: each slot held this when the statement was made, and could hold nothing
/// else.
#[derive(Debug, Clone, PartialEq)]
pub struct VerifiedOpenings<'p> {
    profile: &'p Profile,
    openings: Vec<Opening>,
}

impl<'p> VerifiedOpenings<'p> {
    /// The profile by which they were verified.
    pub const fn profile(&self) -> &'p Profile {
        self.profile
    }

    /// The opened slots, in increasing order.
    pub fn iter(&self) -> impl Iterator<Item = OpenedSlot<'_>> {
        self.openings.iter().map(move |opening| {
            let slot = self.profile.slot(opening.slot());
            let coarse_unchecked = slot.and_then(Slot::coarse_of).is_some();
            OpenedSlot { number: opening.slot(), slot, value: opening.value(), coarse_unchecked }
        })
    }

    /// The opened slot of that number.
    pub fn get(&self, number: SlotNumber) -> Option<OpenedSlot<'_>> {
        self.iter().find(|opened| opened.number == number)
    }

    /// Number of opened slots.
    pub fn len(&self) -> usize {
        self.openings.len()
    }

    /// Never: verified openings are at least one.
    pub fn is_empty(&self) -> bool {
        self.openings.is_empty()
    }
}

/// One verified opening.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OpenedSlot<'o> {
    number: SlotNumber,
    slot: Option<&'o Slot>,
    value: Option<&'o Value>,
    coarse_unchecked: bool,
}

impl<'o> OpenedSlot<'o> {
    /// The slot's number.
    pub const fn number(&self) -> SlotNumber {
        self.number
    }

    /// The slot in the profile; none when it is unassigned.
    pub const fn slot(&self) -> Option<&'o Slot> {
        self.slot
    }

    /// The value; none when the slot was proven absent.
    pub const fn value(&self) -> Option<&'o Value> {
        self.value
    }

    /// Whether it is derived from another slot: COARSE-UNCHECKED, since no derivation is checked yet.
    pub const fn is_coarse_unchecked(&self) -> bool {
        self.coarse_unchecked
    }
}
