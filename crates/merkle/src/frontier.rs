//! The right edge of a tree: enough to append leaves and to know the root, in O(log n) memory.

use detente_core::{Digest, LeafIndex, TreeSize};

use crate::{EMPTY_ROOT, HashReader, LeafHash, MerkleError, leaf_index, node_hash, tree_size};

/// The complete subtrees that the set bits of a size stand for, the largest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frontier {
    size: TreeSize,
    subtrees: Vec<Digest>,
}

impl Default for Frontier {
    fn default() -> Self {
        Self::new()
    }
}

impl Frontier {
    /// The frontier of the empty tree.
    pub const fn new() -> Self {
        Self { size: TreeSize::ZERO, subtrees: Vec::new() }
    }

    /// The frontier of the first `size` leaves, at most 63 reads: how a log goes on after a restart.
    ///
    /// # Errors
    /// What the reader fails with.
    pub fn read<R: HashReader>(reader: &R, size: TreeSize) -> Result<Self, R::Error> {
        let subtrees = (0..u64::BITS)
            .rev()
            .filter(|level| size.get() >> level & 1 == 1)
            .map(|level| reader.complete_subtree(level as u8, (size.get() >> level) - 1))
            .collect::<Result<_, _>>()?;
        Ok(Self { size, subtrees })
    }

    /// The number of leaves.
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// Appends a leaf and returns its index.
    ///
    /// # Errors
    /// [`MerkleError::IndexRange`] when the tree already has 2^63 - 1 leaves.
    pub fn push(&mut self, leaf: LeafHash) -> Result<LeafIndex, MerkleError> {
        self.push_with(leaf, |_, _, _| {})
    }

    /// Appends a leaf, returns its index, and tells `completed` of the leaf and of every subtree that it completes, as
    /// level, index in that level, and hash: what a writer of tiles has to store.
    ///
    /// # Errors
    /// [`MerkleError::IndexRange`] when the tree already has 2^63 - 1 leaves.
    pub fn push_with(
        &mut self,
        leaf: LeafHash,
        mut completed: impl FnMut(u8, u64, Digest),
    ) -> Result<LeafIndex, MerkleError> {
        let index = self.size.get();
        let size = tree_size(index + 1)?;
        let mut hash = leaf.digest();
        completed(0, index, hash);
        for level in 1..=index.trailing_ones() {
            let Some(left) = self.subtrees.pop() else { break };
            hash = node_hash(&left, &hash);
            completed(level as u8, index >> level, hash);
        }
        self.subtrees.push(hash);
        self.size = size;
        leaf_index(index)
    }

    /// The root.
    pub fn root(&self) -> Digest {
        self.subtrees
            .iter()
            .rev()
            .copied()
            .reduce(|right, left| node_hash(&left, &right))
            .unwrap_or(EMPTY_ROOT)
    }
}
