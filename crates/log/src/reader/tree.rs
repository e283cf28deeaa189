//! The tree of one size, read out of tiles and bundles.

use core::{cell::RefCell, ops::Range};
use std::rc::Rc;

use detente_core::{Digest, LeafIndex, TreeSize};
use detente_merkle::{
    HashReader, MerkleError, TiledHashes, prove_consistency, prove_inclusion,
    tile::{FULL_WIDTH, Tile, TileLevel, tile_at},
};

use super::bundle::{Bundle, read_tile};
use crate::{LogError, LogSource};

/// A log as of one size. Hashes and entries come as they are on disk: proofs made of them are for others to verify.
///
/// It keeps the last tile of each level and the last bundle that were read, which is what making many receipts in a row
/// needs.
#[derive(Debug)]
pub struct LogTree<'a> {
    source: &'a dyn LogSource,
    size: TreeSize,
    recent: RefCell<Vec<(Tile, Rc<[Digest]>)>>,
    recent_bundle: RefCell<Option<(Tile, Bundle)>>,
}

impl<'a> LogTree<'a> {
    pub(crate) const fn new(source: &'a dyn LogSource, size: TreeSize) -> Self {
        Self { source, size, recent: RefCell::new(Vec::new()), recent_bundle: RefCell::new(None) }
    }

    /// The number of entries.
    pub const fn size(&self) -> TreeSize {
        self.size
    }

    /// The entry at an index.
    ///
    /// # Errors
    /// [`LogError::Merkle`] when the tree has no such leaf, [`LogError::MalformedFile`], [`LogError::Unavailable`].
    pub fn entry(&self, index: LeafIndex) -> Result<Vec<u8>, LogError> {
        entry_of(self.source, &mut self.recent_bundle.borrow_mut(), index.get(), self.size)
    }

    /// The entries of a range, in order, one bundle in memory at a time. It ends after the first error.
    ///
    /// An index at or above the size is an error of the item, not of this call.
    pub const fn entries(&self, range: Range<u64>) -> Entries<'a> {
        Entries { source: self.source, size: self.size, range, bundle: None }
    }

    /// The proof that the entry at `index` is in the tree of `size`, at most this tree's.
    ///
    /// # Errors
    /// [`LogError::Merkle`] for a position outside, [`LogError::MalformedFile`], [`LogError::Unavailable`].
    pub fn inclusion_proof(&self, index: LeafIndex, size: TreeSize) -> Result<Vec<Digest>, LogError> {
        self.check_size(size)?;
        prove_inclusion(self, index, size)
    }

    /// The proof that the tree of size `new`, at most this tree's, begins with the tree of size `old`.
    ///
    /// # Errors
    /// As [`Self::inclusion_proof`].
    pub fn consistency_proof(&self, old: TreeSize, new: TreeSize) -> Result<Vec<Digest>, LogError> {
        self.check_size(new)?;
        prove_consistency(self, old, new)
    }

    /// Proofs without hashes would be given for trees that are not there.
    fn check_size(&self, size: TreeSize) -> Result<(), LogError> {
        if size <= self.size {
            return Ok(());
        }
        let (most, got) = (self.size.get(), size.get());
        Err(MerkleError::IndexRange { object: "tree size", least: 0, most, got }.into())
    }

    fn tile(&self, tile: Tile) -> Result<Rc<[Digest]>, LogError> {
        let mut recent = self.recent.borrow_mut();
        if let Some((_, hashes)) = recent.iter().find(|(known, _)| *known == tile) {
            return Ok(Rc::clone(hashes));
        }
        let hashes: Rc<[Digest]> = read_tile(self.source, tile)?.into();
        recent.retain(|(known, _)| known.level() != tile.level());
        recent.push((tile, Rc::clone(&hashes)));
        Ok(hashes)
    }
}

impl HashReader for LogTree<'_> {
    type Error = LogError;

    fn complete_subtree(&self, level: u8, index: u64) -> Result<Digest, LogError> {
        TiledHashes::new(self.size, |tile| self.tile(tile)).complete_subtree(level, index)
    }
}

/// Entries of a range, see [`LogTree::entries`].
#[derive(Debug)]
pub struct Entries<'a> {
    source: &'a dyn LogSource,
    size: TreeSize,
    range: Range<u64>,
    bundle: Option<(Tile, Bundle)>,
}

impl Iterator for Entries<'_> {
    type Item = Result<Vec<u8>, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        let index = self.range.next()?;
        let entry = entry_of(self.source, &mut self.bundle, index, self.size);
        if entry.is_err() {
            self.range = 0..0;
        }
        Some(entry)
    }
}

/// One entry, from the bundle at hand when it is the right one.
fn entry_of(
    source: &dyn LogSource,
    held: &mut Option<(Tile, Bundle)>,
    index: u64,
    size: TreeSize,
) -> Result<Vec<u8>, LogError> {
    let tile = tile_at(TileLevel::LEAVES, index, size)?;
    let bundle = match held.take_if(|(known, _)| *known == tile) {
        Some((_, bundle)) => bundle,
        None => Bundle::read(source, tile)?,
    };
    let entry = bundle.get((index % u64::from(FULL_WIDTH)) as usize).map(<[u8]>::to_vec);
    *held = Some((tile, bundle));
    entry.ok_or_else(|| LogError::MalformedFile {
        path: tile.entries_path(),
        expected: "an entry for every leaf",
    })
}
