//! The tree of one checkpoint, every tile and bundle verified against its root before anything of it is used or kept
//! (`specs/log.md` "Read a log").

use core::{fmt, ops::Range};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use detente_checkpoint::TreeHead;
use detente_core::{Digest, LeafIndex, TreeSize};
use detente_merkle::{
    EMPTY_ROOT, HashReader, TiledHashes, leaf_hash, node_hash, read_root,
    tile::{FULL_WIDTH, Tile, TileIndex, TileLevel, TileWidth, tile_at},
};

use super::bundle::{Bundle, read_tile};
use crate::{
    Content, LogError, LogSource,
    layout::{CHECKPOINT, TILE_LIMIT},
};

/// Tiles outside the right edge that are kept in memory, 8 KiB each.
const MOST_TILES: usize = 1024;

/// Where verified files are kept, so that they are not asked for again.
pub(crate) trait Keeper: fmt::Debug + Send + Sync {
    /// Files that were kept, which are verified again before they are used.
    fn kept(&self) -> &dyn LogSource;

    /// Keeps a verified file.
    fn keep(&self, path: &str, bytes: &[u8]) -> Result<(), LogError>;
}

/// A log as of one tree head, of which nothing is believed but the head.
///
/// The right edge is read first: its tiles together give the root, or nothing is read at all. A full tile is hashed and
/// compared with its place in the tile above it, a bundle with the tile of its leaves. So what comes out is what the
/// head's signer committed to, whoever serves it. Of a file that is wider than the tree nothing beyond the tree is used.
#[derive(Debug)]
pub struct VerifiedTree<'a> {
    source: &'a dyn LogSource,
    keeper: Option<&'a dyn Keeper>,
    keeps: bool,
    size: TreeSize,
    edge: Vec<(Tile, Arc<[Digest]>)>,
    full: Mutex<HashMap<Tile, Arc<[Digest]>>>,
}

impl<'a> VerifiedTree<'a> {
    /// Reads the right edge, at most eight tiles, and compares its root with the head's.
    ///
    /// The caller has verified the head; a partial tile is asked for because this head implies it.
    ///
    /// # Errors
    /// [`LogError::RootMismatch`], [`LogError::MalformedFile`], [`LogError::Unavailable`].
    pub fn read(source: &'a dyn LogSource, head: &TreeHead) -> Result<Self, LogError> {
        Self::read_edge(source, head)
    }

    /// [`Self::read`], where what a keeper has and what verifies is not asked of the source. Nothing is kept until
    /// [`Self::keeping`].
    pub(crate) fn read_beside(
        source: &'a dyn LogSource,
        keeper: &'a dyn Keeper,
        head: &TreeHead,
    ) -> Result<Self, LogError> {
        let read = Self::read_edge(keeper.kept(), head).or_else(|_| Self::read_edge(source, head))?;
        Ok(Self { source, keeper: Some(keeper), ..read })
    }

    /// Keeps all that was read and all that will be. The caller knows that this tree goes on from the one that is kept:
    /// another tree's tiles have the same names.
    pub(crate) fn keeping(self) -> Result<Self, LogError> {
        let this = Self { keeps: true, ..self };
        let read: Vec<_> = this.full().iter().map(|(tile, hashes)| (*tile, Arc::clone(hashes))).collect();
        for (tile, hashes) in this.edge.iter().cloned().chain(read) {
            let is_kept = this.keeper.and_then(|keeper| exact(keeper.kept(), tile));
            if is_kept.is_none_or(|kept| *kept != *hashes) {
                this.keep(&tile.path(), || to_bytes(&hashes))?;
            }
        }
        Ok(this)
    }

    fn read_edge(source: &'a dyn LogSource, head: &TreeHead) -> Result<Self, LogError> {
        let size = head.size();
        let mut edge = Vec::new();
        for tile in edge_tiles(size) {
            edge.push((tile, Arc::from(read_tile(source, tile)?)));
        }
        let tree = Self { source, keeper: None, keeps: false, size, edge, full: Mutex::default() };
        let at_edge = |tile| tree.at_edge(tile).ok_or(LogError::Stopped);
        let got = match size {
            TreeSize::ZERO => EMPTY_ROOT,
            _ => read_root(&TiledHashes::new(size, at_edge), size)?,
        };
        if got != head.root() {
            let (path, expected) = (CHECKPOINT.to_owned(), head.root());
            return Err(LogError::RootMismatch { path, size, expected, got });
        }
        Ok(tree)
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
        let tile = tile_at(TileLevel::LEAVES, index.get(), self.size)?;
        let bundle = self.bundle(tile)?;
        let entry = bundle.get((index.get() % u64::from(FULL_WIDTH)) as usize);
        entry.map(<[u8]>::to_vec).ok_or_else(|| wrong(tile.entries_path()))
    }

    /// The root that the tree had at a smaller size.
    ///
    /// # Errors
    /// As [`Self::entry`].
    pub fn root_at(&self, size: TreeSize) -> Result<Digest, LogError> {
        if size == TreeSize::ZERO { Ok(EMPTY_ROOT) } else { read_root(self, size) }
    }

    /// A tile that the tree has, as wide as the tree fills it.
    pub(crate) fn tile(&self, tile: Tile) -> Result<Arc<[Digest]>, LogError> {
        if let Some(hashes) = self.at_edge(tile).or_else(|| self.full().get(&tile).cloned()) {
            return Ok(hashes);
        }
        // The tile above comes first: until it is verified there is nothing to compare this one with.
        let above =
            tile_at(TileLevel::new(u64::from(tile.level().get()) + 1)?, tile.index().get(), self.size)?;
        let place = (tile.index().get() % u64::from(FULL_WIDTH)) as usize;
        let expected = self.tile(above)?.get(place).copied();
        let holds = |hashes: &Vec<Digest>| tile.width().is_full() && fold(hashes) == expected;
        let kept = self.keeper.and_then(|keeper| read_tile(keeper.kept(), tile).ok()).filter(holds);
        let hashes: Arc<[Digest]> = match kept {
            Some(hashes) => hashes.into(),
            None => {
                let hashes = read_tile(self.source, tile)?;
                if !holds(&hashes) {
                    return Err(wrong(tile.path()));
                }
                self.keep(&tile.path(), || to_bytes(&hashes))?;
                hashes.into()
            }
        };
        let mut full = self.full();
        if full.len() >= MOST_TILES {
            full.clear();
        }
        full.insert(tile, Arc::clone(&hashes));
        Ok(hashes)
    }

    /// The entries of a level 0 tile.
    pub(crate) fn bundle(&self, tile: Tile) -> Result<Bundle, LogError> {
        let leaves = self.tile(tile)?;
        let holds =
            |bundle: &Bundle| bundle.iter().map(|entry| leaf_hash(entry).digest()).eq(leaves.iter().copied());
        let kept = self.keeper.and_then(|keeper| Bundle::read(keeper.kept(), tile).ok()).filter(holds);
        if let Some(bundle) = kept {
            return Ok(bundle);
        }
        let bundle = Bundle::read(self.source, tile)?;
        if !holds(&bundle) {
            return Err(wrong(tile.entries_path()));
        }
        self.keep(&tile.entries_path(), || bundle.clone().into_bytes())?;
        Ok(bundle)
    }

    /// The entries of a range, in order, one bundle in memory at a time.
    pub(crate) fn each(
        &self,
        range: Range<u64>,
        mut act: impl FnMut(u64, &[u8]) -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        let width = u64::from(FULL_WIDTH);
        let mut first = range.start / width * width;
        while first < range.end {
            let bundle = self.bundle(tile_at(TileLevel::LEAVES, first, self.size)?)?;
            for (index, entry) in (first..range.end).zip(bundle.iter()) {
                if range.contains(&index) {
                    act(index, entry)?;
                }
            }
            first += width;
        }
        Ok(())
    }

    fn at_edge(&self, tile: Tile) -> Option<Arc<[Digest]>> {
        self.edge.iter().find(|(known, _)| *known == tile).map(|(_, hashes)| Arc::clone(hashes))
    }

    fn full(&self) -> MutexGuard<'_, HashMap<Tile, Arc<[Digest]>>> {
        self.full.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn keep(&self, path: &str, bytes: impl FnOnce() -> Vec<u8>) -> Result<(), LogError> {
        match self.keeper {
            Some(keeper) if self.keeps => keeper.keep(path, &bytes()),
            _ => Ok(()),
        }
    }
}

impl HashReader for VerifiedTree<'_> {
    type Error = LogError;

    fn complete_subtree(&self, level: u8, index: u64) -> Result<Digest, LogError> {
        TiledHashes::new(self.size, |tile| self.tile(tile)).complete_subtree(level, index)
    }
}

/// The tiles that are not full. Together they hold every complete subtree that the root is made of.
fn edge_tiles(size: TreeSize) -> impl Iterator<Item = Tile> {
    (0..8_u8).filter_map(move |level| {
        let hashes = size.get() >> (8 * u32::from(level));
        let width = TileWidth::new(hashes % u64::from(FULL_WIDTH)).ok()?;
        let index = TileIndex::new(hashes / u64::from(FULL_WIDTH)).ok()?;
        Some(Tile::new(TileLevel::new(u64::from(level)).ok()?, index, width))
    })
}

/// The tile in the file of its own width.
fn exact(source: &dyn LogSource, tile: Tile) -> Option<Vec<Digest>> {
    match source.read(&tile.path(), TILE_LIMIT) {
        Ok(Content::Bytes(_)) => read_tile(source, tile).ok(),
        _ => None,
    }
}

fn to_bytes(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

/// The hash of a complete subtree from a power of two of hashes.
fn fold(hashes: &[Digest]) -> Option<Digest> {
    let mut row = hashes.to_vec();
    while row.len() > 1 {
        let (pairs, rest) = row.as_chunks::<2>();
        if !rest.is_empty() {
            return None;
        }
        row = pairs.iter().map(|[left, right]| node_hash(left, right)).collect();
    }
    row.first().copied()
}

const fn wrong(path: String) -> LogError {
    LogError::MalformedFile { path, expected: "what the checkpoint's root implies" }
}
