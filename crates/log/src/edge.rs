//! The right edge of a log: all of it that appending needs, kept in memory between batches.

use detente_core::{Digest, TreeSize};
use detente_merkle::{
    Frontier, LeafHash, TiledHashes, leaf_hash,
    tile::{FULL_WIDTH, Tile, TileIndex, TileLevel, TileWidth, tile_at},
};

use crate::{
    LogError, Store,
    layout::STATE,
    reader::{Bundle, read_tile},
    staged::StagedFile,
    state::State,
};

/// Levels of tiles that a tree of at most 2^63 - 1 leaves can have.
const LEVELS: u8 = 8;

/// Frontier, unfinished tiles and unfinished bundle of a committed state.
#[derive(Debug, Clone)]
pub(crate) struct Edge {
    frontier: Frontier,
    /// By level, the hashes of the last tile while it is not full.
    tiles: Vec<Partial>,
    /// The entries of the last bundle while it is not full.
    bundle: Vec<u8>,
}

#[derive(Debug, Clone, Default)]
struct Partial {
    index: u64,
    hashes: Vec<Digest>,
    grown: bool,
}

impl Edge {
    /// Reads the edge back, and makes sure that it is the committed state's: a batch built on other bytes would be
    /// committed and could never be undone.
    pub(crate) fn read(store: &Store, state: State) -> Result<Self, LogError> {
        let size = state.size.get();
        let frontier =
            Frontier::read(&TiledHashes::new(state.size, |tile| read_tile(store, tile)), state.size)?;
        if frontier.root() != state.root {
            return Err(LogError::RootMismatch {
                path: STATE.to_owned(),
                size: state.size,
                expected: state.root,
                got: frontier.root(),
            });
        }
        let mut tiles = Vec::new();
        for level in 0..LEVELS {
            let length = size >> (8 * level);
            let index = length / u64::from(FULL_WIDTH);
            let hashes = match length % u64::from(FULL_WIDTH) {
                0 => Vec::new(),
                _ => read_tile(store, tile_at(TileLevel::new(u64::from(level))?, length - 1, state.size)?)?,
            };
            tiles.push(Partial { index, hashes, grown: false });
        }
        let leaves = tiles.first().map_or(&[][..], |leaves| &leaves.hashes);
        let bundle = if leaves.is_empty() { Vec::new() } else { read_bundle(store, state.size, leaves)? };
        Ok(Self { frontier, tiles, bundle })
    }

    /// The state whose edge it is.
    pub(crate) fn state(&self) -> State {
        State { size: self.frontier.size(), root: self.frontier.root() }
    }

    /// The edge after these entries, and every file that they change, in the order in which to write them.
    pub(crate) fn extend<E: AsRef<[u8]>>(
        &self,
        entries: &[E],
        leaves: &[LeafHash],
    ) -> Result<(Self, Vec<StagedFile>), LogError> {
        let mut next = self.clone();
        let mut files = Vec::new();
        for ((position, entry), leaf) in entries.iter().enumerate().zip(leaves) {
            let entry = entry.as_ref();
            let length = u16::try_from(entry.len()).map_err(|_| LogError::EntryTooLong {
                position,
                limit: usize::from(u16::MAX),
                got: entry.len(),
            })?;
            next.bundle.extend_from_slice(&length.to_be_bytes());
            next.bundle.extend_from_slice(entry);
            let tiles = &mut next.tiles;
            next.frontier.push_with(*leaf, |level, _, hash| {
                if level % 8 == 0
                    && let Some(partial) = tiles.get_mut(usize::from(level / 8))
                {
                    partial.hashes.push(hash);
                    partial.grown = true;
                }
            })?;
            next.take_full(&mut files)?;
        }
        next.take_grown(&mut files)?;
        Ok((next, files))
    }

    fn take_full(&mut self, files: &mut Vec<StagedFile>) -> Result<(), LogError> {
        for (level, partial) in (0..).zip(&mut self.tiles) {
            // A tile of a higher level grows only when the one below it is full.
            if partial.hashes.len() < usize::from(FULL_WIDTH) {
                break;
            }
            let tile = partial.tile(level, TileWidth::FULL)?;
            if level == 0 {
                files.push(StagedFile::new(tile.entries_path(), core::mem::take(&mut self.bundle)));
            }
            files.push(StagedFile::new(tile.path(), partial.to_bytes()));
            *partial = Partial { index: partial.index + 1, ..Partial::default() };
        }
        Ok(())
    }

    fn take_grown(&mut self, files: &mut Vec<StagedFile>) -> Result<(), LogError> {
        for (level, partial) in (0..).zip(&mut self.tiles).filter(|(_, partial)| partial.grown) {
            let tile = partial.tile(level, TileWidth::new(partial.hashes.len() as u64)?)?;
            if level == 0 {
                files.push(StagedFile::new(tile.entries_path(), self.bundle.clone()));
            }
            files.push(StagedFile::new(tile.path(), partial.to_bytes()));
            partial.grown = false;
        }
        Ok(())
    }
}

impl Partial {
    fn tile(&self, level: u64, width: TileWidth) -> Result<Tile, LogError> {
        Ok(Tile::new(TileLevel::new(level)?, TileIndex::new(self.index)?, width))
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
    }
}

/// The last, unfinished bundle; its entries are those whose hashes the tile holds.
fn read_bundle(store: &Store, size: TreeSize, leaves: &[Digest]) -> Result<Vec<u8>, LogError> {
    let tile = tile_at(TileLevel::LEAVES, size.get().saturating_sub(1), size)?;
    let entries = Bundle::read(store, tile)?;
    if !entries.iter().map(|entry| leaf_hash(entry).digest()).eq(leaves.iter().copied()) {
        let expected = "the entries whose hashes the level 0 tile holds";
        return Err(LogError::MalformedFile { path: tile.entries_path(), expected });
    }
    Ok(entries.into_bytes())
}
