//! Salts, leaves and the sealed value.

use core::fmt;
use std::{collections::BTreeSet, sync::LazyLock};

use detente_core::{Digest, Label, LogId, ProfileDigest};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{
    DisclosureError, Opening, SlotNumber, SlotValues, UnverifiedOpenings,
    block::{BLOCK, State, end},
    tree::{LeafHasher, SlotTree},
};

/// Thirty-two secret bytes, new for each statement; wiped when dropped.
///
/// Whoever has it can open every slot of its statement.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Seed([u8; 32]);

impl Seed {
    /// Wraps 32 secret bytes that no other statement uses.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Seed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Seed(not shown)")
    }
}

/// The salt of one slot: secret until the slot is opened; wiped when dropped.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Salt([u8; 32]);

impl Salt {
    /// Wraps the 32 bytes of an opened salt.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Salt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Salt(not shown)")
    }
}

/// What a statement carries in place of its slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SealedValue(Digest);

impl SealedValue {
    /// Names a digest, such as the one in a statement, as a sealed value.
    pub const fn new(digest: Digest) -> Self {
        Self(digest)
    }

    /// The digest.
    pub const fn digest(self) -> Digest {
        self.0
    }

    /// Wraps the root of a slot tree with log, profile and width, so that it means nothing elsewhere.
    pub(crate) fn wrap(log: LogId, profile: ProfileDigest, width: u32, root: &[u8; 32]) -> Self {
        let width = width.to_le_bytes();
        Self(Label::DISCLOSURE_SEALED.digest(&[log.as_bytes(), profile.as_bytes(), &width, root]))
    }
}

impl fmt::Display for SealedValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, formatter)
    }
}

/// Salts of one statement: HMAC-SHA-256 (RFC 2104) after its two key blocks, which all slots share; wiped when dropped.
struct Salts {
    inner: State,
    outer: State,
}

/// Bytes of `L(detente/disclosure/salt/v1)` and the slot.
const SALT_INPUT: usize = 36;

impl Salts {
    fn new(seed: &Seed) -> Self {
        let after_key = |pad: u8| {
            // A key shorter than a block is filled up with zeros.
            let mut key = [pad; BLOCK];
            for (byte, secret) in key.iter_mut().zip(seed.0) {
                *byte ^= secret;
            }
            let state = State::INITIAL.after(&[key]);
            key.zeroize();
            state
        };
        Self { inner: after_key(0x36), outer: after_key(0x5c) }
    }

    fn salt(&self, slot: SlotNumber) -> Salt {
        static INNER: LazyLock<[u8; BLOCK]> = LazyLock::new(|| {
            let mut block = [0; BLOCK];
            block[..SALT_INPUT - 2].copy_from_slice(&Label::DISCLOSURE_SALT.prefix());
            end(&mut block, SALT_INPUT, BLOCK);
            block
        });
        let mut block = *INNER;
        block[SALT_INPUT - 2..SALT_INPUT].copy_from_slice(&slot.get().to_le_bytes());
        let inner = self.inner.digest(&[block]);
        let mut block = [0; BLOCK];
        block[..32].copy_from_slice(&inner);
        end(&mut block, 32, BLOCK);
        Salt(self.outer.digest(&[block]))
    }
}

/// The slot tree of one statement: gives its sealed value, and openings.
///
/// Made from the same values, log and seed it is always the same, so it is never stored.
pub struct Sealing<'v, 'p> {
    values: &'v SlotValues<'p>,
    salts: Salts,
    tree: SlotTree,
    sealed: SealedValue,
}

impl<'p> SlotValues<'p> {
    /// Seals the values for one log.
    pub fn seal<'v>(&'v self, log: LogId, seed: &Seed) -> Sealing<'v, 'p> {
        let profile = self.profile();
        let salts = Salts::new(seed);
        let hasher = LeafHasher::new(log);
        // Both run in slot order, so no slot is looked up.
        let mut present = self.iter().peekable();
        let leaves: Vec<[u8; 32]> = (0..profile.width() as u16)
            .map(SlotNumber::new)
            .map(|slot| {
                let value = present.next_if(|(next, _)| next.number() == slot).map(|(_, value)| value);
                *hasher.leaf(slot, &salts.salt(slot), value).as_bytes()
            })
            .collect();
        let tree = SlotTree::from_leaves(&leaves);
        #[allow(
            clippy::expect_used,
            reason = "a profile has at least 8 slots, and a tree with leaves has a root"
        )]
        let root = tree.root().expect("a tree of at least 8 leaves");
        let sealed = SealedValue::wrap(log, profile.digest(), profile.width(), &root);
        Sealing { values: self, salts, tree, sealed }
    }
}

impl Sealing<'_, '_> {
    /// What the statement carries.
    pub const fn sealed(&self) -> SealedValue {
        self.sealed
    }

    /// Opens slots, absent and unassigned ones included: their absence is what is shown then.
    ///
    /// # Errors
    /// `SLOT-ORDER` for an empty set, `SLOT-RANGE` for a slot beyond the width.
    pub fn open(&self, slots: &BTreeSet<SlotNumber>) -> Result<UnverifiedOpenings, DisclosureError> {
        let profile = self.values.profile();
        if slots.is_empty() {
            return Err(DisclosureError::NoOpening);
        }
        if let Some(slot) = slots.iter().find(|slot| !profile.has(**slot)) {
            return Err(DisclosureError::BeyondWidth { slot: *slot, width: profile.width() });
        }
        let openings = slots
            .iter()
            .map(|slot| Opening::new(*slot, self.salts.salt(*slot), self.values.get(*slot).cloned()))
            .collect();
        let indices: Vec<usize> = slots.iter().map(|slot| slot.index()).collect();
        let proof =
            self.tree.proof(&indices).proof_hashes().iter().map(|hash| Digest::from_bytes(*hash)).collect();
        Ok(UnverifiedOpenings::new(openings, proof))
    }
}

impl fmt::Debug for Sealing<'_, '_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Sealing").field("sealed", &self.sealed).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use hmac::{Hmac, KeyInit, Mac};
    use proptest::prelude::*;
    use sha2::Sha256;

    use super::*;

    proptest! {
        #[test]
        fn salts_are_those_of_the_hmac_crate(seed: [u8; 32], slot: u16) {
            let mut mac = Hmac::<Sha256>::new_from_slice(&seed).unwrap();
            mac.update(&Label::DISCLOSURE_SALT.prefix());
            mac.update(&slot.to_le_bytes());
            let expected: [u8; 32] = mac.finalize().into_bytes().into();
            let salt = Salts::new(&Seed::from_bytes(seed)).salt(SlotNumber::new(slot));
            prop_assert_eq!(salt.as_bytes(), &expected);
        }
    }
}
