//! A tree in memory that keeps every complete subtree, so every root and proof of its past is at hand.

use detente_core::{Digest, LeafIndex, TreeSize};

use crate::{
    EMPTY_ROOT, HashReader, LeafHash, MerkleError, Subtree, batch, leaf_index, node_hash, prove_consistency,
    prove_inclusion, prove_subtree, read_root, read_subtree, tile::Tile, tree_size,
};

/// All complete subtrees of a growing list of leaves: twice as many digests as leaves, 64 bytes a leaf.
#[derive(Clone, Debug)]
pub struct Tree {
    size: TreeSize,
    /// Level `l` holds the complete subtrees of 2^l leaves, from the left; level 0 always exists.
    levels: Vec<Vec<Digest>>,
}

impl Default for Tree {
    fn default() -> Self {
        Self::new()
    }
}

impl Tree {
    /// The empty tree.
    pub fn new() -> Self {
        Self { size: TreeSize::ZERO, levels: vec![Vec::new()] }
    }

    /// The tree of these entries. The fastest way to a large tree: it is hashed level by level.
    ///
    /// # Errors
    /// As [`Tree::extend_entries`].
    pub fn from_entries<E: AsRef<[u8]> + Sync>(entries: &[E]) -> Result<Self, MerkleError> {
        let mut tree = Self::new();
        tree.extend_entries(entries)?;
        Ok(tree)
    }

    /// The number of leaves.
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// Appends a leaf and returns its index; two hashes on average.
    ///
    /// # Errors
    /// [`MerkleError::IndexRange`] when the tree already has 2^63 - 1 leaves.
    pub fn push(&mut self, leaf: LeafHash) -> Result<LeafIndex, MerkleError> {
        let index = leaf_index(self.size.get())?;
        let size = tree_size(self.size.get() + 1)?;
        let mut hash = leaf.digest();
        let mut rest = index.get();
        for level in 0_usize.. {
            if level == self.levels.len() {
                self.levels.push(Vec::new());
            }
            let Some(nodes) = self.levels.get_mut(level) else { break };
            // An odd place is a right child: it completes a subtree one level up.
            let left = (rest & 1 == 1).then(|| nodes.last().copied()).flatten();
            nodes.push(hash);
            let Some(left) = left else { break };
            hash = node_hash(&left, &hash);
            rest >>= 1;
        }
        self.size = size;
        Ok(index)
    }

    /// Appends leaves, level by level.
    ///
    /// # Errors
    /// [`MerkleError::IndexRange`] when the tree would have more than 2^63 - 1 leaves.
    pub fn extend(&mut self, leaves: &[LeafHash]) -> Result<(), MerkleError> {
        self.grow(leaves.len(), |level| level.extend(leaves.iter().map(|leaf| leaf.digest())))
    }

    /// Appends the leaf hashes of entries, level by level; features `multilane` and `parallel` speed this up.
    ///
    /// # Errors
    /// [`MerkleError::IndexRange`] when the tree would have more than 2^63 - 1 leaves.
    pub fn extend_entries<E: AsRef<[u8]> + Sync>(&mut self, entries: &[E]) -> Result<(), MerkleError> {
        self.grow(entries.len(), |level| batch::append_leaves(entries, level))
    }

    /// The root.
    pub fn root(&self) -> Digest {
        // A level of odd length ends in a complete subtree that is no child yet.
        let edges =
            self.levels.iter().filter(|level| level.len() % 2 == 1).filter_map(|level| level.last().copied());
        edges.reduce(|right, left| node_hash(&left, &right)).unwrap_or(EMPTY_ROOT)
    }

    /// The root that the tree had at an earlier size.
    ///
    /// # Errors
    /// [`MerkleError::IndexRange`] for a size above the tree's.
    pub fn root_at(&self, size: TreeSize) -> Result<Digest, MerkleError> {
        self.check_size(size)?;
        read_root(self, size)
    }

    /// The leaf hash at `index`.
    ///
    /// # Errors
    /// [`MerkleError::IndexRange`] when there is no such leaf.
    pub fn leaf(&self, index: LeafIndex) -> Result<LeafHash, MerkleError> {
        self.complete_subtree(0, index.get()).map(LeafHash::from_digest)
    }

    /// The leaf hashes, from the left.
    pub fn leaves(&self) -> &[Digest] {
        self.levels.first().map_or(&[], Vec::as_slice)
    }

    /// The hash of a subtree.
    ///
    /// # Errors
    /// [`MerkleError::IndexRange`] when it ends beyond the tree.
    pub fn subtree(&self, subtree: Subtree) -> Result<Digest, MerkleError> {
        subtree.check_within(self.size)?;
        read_subtree(self, subtree)
    }

    /// The inclusion proof of the leaf at `index` in the first `size` leaves.
    ///
    /// # Errors
    /// [`MerkleError::IndexRange`] when `size` is above the tree's or `index` is not below `size`.
    pub fn inclusion_proof(&self, index: LeafIndex, size: TreeSize) -> Result<Vec<Digest>, MerkleError> {
        self.check_size(size)?;
        prove_inclusion(self, index, size)
    }

    /// The consistency proof from size `old` to size `new`.
    ///
    /// # Errors
    /// [`MerkleError::IndexRange`] when `new` is above the tree's size or `old` above `new`.
    pub fn consistency_proof(&self, old: TreeSize, new: TreeSize) -> Result<Vec<Digest>, MerkleError> {
        self.check_size(new)?;
        prove_consistency(self, old, new)
    }

    /// The proof that a subtree is part of the first `size` leaves.
    ///
    /// # Errors
    /// [`MerkleError::IndexRange`] when `size` is above the tree's or the subtree ends beyond it.
    pub fn subtree_proof(&self, subtree: Subtree, size: TreeSize) -> Result<Vec<Digest>, MerkleError> {
        self.check_size(size)?;
        prove_subtree(self, subtree, size)
    }

    /// The hashes of a tile, as many as its width says.
    ///
    /// # Errors
    /// [`MerkleError::IndexRange`] when the tree does not fill the tile that far.
    pub fn tile(&self, tile: Tile) -> Result<&[Digest], MerkleError> {
        let hashes = tile.entries().and_then(|entries| {
            let start = usize::try_from(entries.start).ok()?;
            let end = usize::try_from(entries.end).ok()?;
            self.levels.get(8 * usize::from(tile.level().get()))?.get(start..end)
        });
        hashes.ok_or(MerkleError::IndexRange {
            object: "tile index",
            least: 0,
            most: self.size.get().checked_shr(8 * u32::from(tile.level().get()) + 8).unwrap_or(0),
            got: tile.index().get(),
        })
    }

    fn grow(&mut self, count: usize, fill: impl FnOnce(&mut Vec<Digest>)) -> Result<(), MerkleError> {
        // An overflowing sum is as much out of range as any other number above 2^63 - 1.
        let size = tree_size(self.size.get().saturating_add(count as u64))?;
        if let Some(leaves) = self.levels.first_mut() {
            leaves.reserve(count);
            fill(leaves);
        }
        self.size = size;
        for level in 0_usize.. {
            let (below, above) = self.levels.split_at_mut(level + 1);
            let Some(children) = below.last() else { break };
            let done = above.first().map_or(0, Vec::len);
            let complete = children.len() / 2;
            if complete == done {
                break;
            }
            let new = children.get(2 * done..2 * complete).unwrap_or_default();
            match above.first_mut() {
                Some(parents) => batch::append_parents(new, parents),
                None => {
                    let mut parents = Vec::new();
                    batch::append_parents(new, &mut parents);
                    self.levels.push(parents);
                }
            }
        }
        Ok(())
    }

    fn check_size(&self, size: TreeSize) -> Result<(), MerkleError> {
        if size <= self.size {
            return Ok(());
        }
        Err(MerkleError::IndexRange { object: "tree size", least: 0, most: self.size.get(), got: size.get() })
    }
}

impl HashReader for Tree {
    type Error = MerkleError;

    fn complete_subtree(&self, level: u8, index: u64) -> Result<Digest, MerkleError> {
        let nodes = self.levels.get(usize::from(level)).map_or(&[] as &[Digest], Vec::as_slice);
        let node = usize::try_from(index).ok().and_then(|index| nodes.get(index));
        node.copied().ok_or(MerkleError::IndexRange {
            object: "complete subtree",
            least: 0,
            most: (nodes.len() as u64).saturating_sub(1),
            got: index,
        })
    }
}
