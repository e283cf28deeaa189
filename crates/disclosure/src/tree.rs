//! The hashes of the slot tree (`specs/disclosure.md` "Sealing") and the tree that `rs_merkle` builds from them.

use std::sync::LazyLock;

use detente_core::{Digest, Label, LabelledHasher, LogId, json::Value};
use rs_merkle::{Hasher, MerkleTree};

use crate::{
    Salt, SlotNumber,
    block::{BLOCK, LAST, State, end},
};

pub(crate) type SlotTree = MerkleTree<NodeHasher>;

/// Bytes of `L(detente/disclosure/leaf/v1)`, and of the node's label, which is as long.
const LABEL: usize = 34;
/// Bytes of the log id that the first block of a leaf has room for.
const LOG_IN_FIRST: usize = BLOCK - LABEL;
/// Bytes of a leaf's second block before the value: the rest of the log id, slot, salt, tag.
const BEFORE_VALUE: usize = (32 - LOG_IN_FIRST) + 2 + 32 + 1;

/// A leaf hash that has already read the label and the log id, which all leaves of a statement share.
pub(crate) struct LeafHasher {
    /// After the first block: the label and most of the log id.
    first: State,
    /// The second block, with the rest of the log id.
    second: [u8; BLOCK],
    /// The same input for a value that the second block has no room for.
    long: LabelledHasher,
}

impl LeafHasher {
    pub(crate) fn new(log: LogId) -> Self {
        let (head, rest) = log.as_bytes().split_at(LOG_IN_FIRST);
        let mut first = [0; BLOCK];
        first[..LABEL].copy_from_slice(&Label::DISCLOSURE_LEAF.prefix());
        first[LABEL..].copy_from_slice(head);
        let mut second = [0; BLOCK];
        second[..32 - LOG_IN_FIRST].copy_from_slice(rest);
        let mut long = Label::DISCLOSURE_LEAF.hasher();
        long.update(log.as_bytes());
        Self { first: State::INITIAL.after(&[first]), second, long }
    }

    pub(crate) fn leaf(&self, slot: SlotNumber, salt: &Salt, value: Option<&Value>) -> Digest {
        let text = value.map(Value::to_canonical).unwrap_or_default();
        let tag = u8::from(value.is_some());
        let mut block = self.second;
        let end_of_value = BEFORE_VALUE + text.len();
        let Some(room) = block.get_mut(BEFORE_VALUE..end_of_value).filter(|_| end_of_value <= LAST) else {
            let mut hasher = self.long.clone();
            hasher.update(&slot.get().to_le_bytes());
            hasher.update(salt.as_bytes());
            hasher.update(&[tag]);
            hasher.update(text.as_bytes());
            return hasher.finish();
        };
        room.copy_from_slice(text.as_bytes());
        block[2..4].copy_from_slice(&slot.get().to_le_bytes());
        block[4..36].copy_from_slice(salt.as_bytes());
        block[36] = tag;
        end(&mut block, end_of_value, BLOCK);
        Digest::from_bytes(self.first.digest(&[block]))
    }
}

pub(crate) fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    static BLOCKS: LazyLock<[[u8; BLOCK]; 2]> = LazyLock::new(|| {
        let mut blocks = [[0; BLOCK]; 2];
        blocks[0][..LABEL].copy_from_slice(&Label::DISCLOSURE_NODE.prefix());
        end(&mut blocks[1], LABEL, BLOCK);
        blocks
    });
    // Label and both children are 98 bytes: 64 and 34.
    let mut blocks = *BLOCKS;
    let [first, second] = &mut blocks;
    first[LABEL..].copy_from_slice(&left[..30]);
    second[..2].copy_from_slice(&left[30..]);
    second[2..34].copy_from_slice(right);
    State::INITIAL.digest(&blocks)
}

/// The labelled node, for `rs_merkle`.
#[derive(Debug, Clone)]
pub(crate) struct NodeHasher;

impl Hasher for NodeHasher {
    type Hash = [u8; 32];

    /// The labelled digest of a node's children joined; the tree itself calls only the function below.
    fn hash(data: &[u8]) -> [u8; 32] {
        *Label::DISCLOSURE_NODE.digest(&[data]).as_bytes()
    }

    fn concat_and_hash(left: &[u8; 32], right: Option<&[u8; 32]>) -> [u8; 32] {
        // The crate has one level more than the tree; there the root has no sibling and stays as it is.
        right.map_or(*left, |right| node(left, right))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_node_is_the_labelled_hash_of_the_spec(left: [u8; 32], right: [u8; 32]) {
            let expected = Label::DISCLOSURE_NODE.digest(&[&left, &right]);
            prop_assert_eq!(&node(&left, &right), expected.as_bytes());
        }

        #[test]
        fn a_leaf_is_the_labelled_hash_of_the_spec(log: [u8; 32], slot: u16, salt: [u8; 32], text in "[a-z]{0,100}") {
            let log = LogId::new(Digest::from_bytes(log));
            let (slot, salt) = (SlotNumber::new(slot), Salt::from_bytes(salt));
            let value = Value::from(text.as_str());
            let hasher = LeafHasher::new(log);
            for (tag, value) in [(0, None), (1, Some(&value))] {
                let text = value.map(Value::to_canonical).unwrap_or_default();
                let number = slot.get().to_le_bytes();
                let parts: [&[u8]; 5] = [log.as_bytes(), &number, salt.as_bytes(), &[tag], text.as_bytes()];
                prop_assert_eq!(hasher.leaf(slot, &salt, value), Label::DISCLOSURE_LEAF.digest(&parts));
            }
        }
    }
}
