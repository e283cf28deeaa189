//! The hashes of the slot tree (`specs/disclosure.md` "Sealing") and the tree that `rs_merkle` builds from them.

use std::sync::LazyLock;

use detente_core::{Digest, Label, LabelledHasher, LogId, json::Value};
use rs_merkle::{Hasher, MerkleTree};

use crate::{Salt, SlotNumber};

pub(crate) type SlotTree = MerkleTree<NodeHasher>;

/// A leaf hash that has already read the label and the log id, which all leaves of a statement share.
pub(crate) struct LeafHasher(LabelledHasher);

impl LeafHasher {
    pub(crate) fn new(log: LogId) -> Self {
        let mut hasher = Label::DISCLOSURE_LEAF.hasher();
        hasher.update(log.as_bytes());
        Self(hasher)
    }

    pub(crate) fn leaf(&self, slot: SlotNumber, salt: &Salt, value: Option<&Value>) -> Digest {
        let mut hasher = self.0.clone();
        hasher.update(&slot.get().to_le_bytes());
        hasher.update(salt.as_bytes());
        hasher.update(&[u8::from(value.is_some())]);
        if let Some(value) = value {
            hasher.update(value.to_canonical().as_bytes());
        }
        hasher.finish()
    }
}

pub(crate) fn node(left: &[u8; 32], right: &[u8; 32]) -> Digest {
    static LABELLED: LazyLock<LabelledHasher> = LazyLock::new(|| Label::DISCLOSURE_NODE.hasher());
    let mut hasher = LABELLED.clone();
    hasher.update(left);
    hasher.update(right);
    hasher.finish()
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
        right.map_or(*left, |right| *node(left, right).as_bytes())
    }
}
