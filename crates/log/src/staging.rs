//! Steps 1 and 3 of publishing: the files of a batch, first in `staging`, then under their names (`specs/log.md` "Publish a
//! batch").

use detente_core::Digest;
use detente_merkle::{
    Frontier, LeafHash, TiledHashes, leaf_hash,
    tile::{FULL_WIDTH, Tile, TileIndex, TileLevel, TileWidth, tile_at},
};

use crate::{
    LogError, Store,
    layout::{BUNDLE_LIMIT, STATE, TILE_LIMIT, TILES},
    reader::{Bundle, read_tile},
    state::State,
    storage::{Folders, parent},
};

/// Levels of tiles that a tree of at most 2^63 - 1 leaves can have.
const LEVELS: u8 = 8;

/// The right edge of a log: all of it that appending needs.
pub(crate) struct Edge {
    frontier: Frontier,
    /// By level, the hashes of the last tile while it is not full.
    tiles: Vec<Partial>,
    /// The entries of the last bundle while it is not full.
    bundle: Vec<u8>,
}

#[derive(Default)]
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
        let mut bundle = Vec::new();
        if let (Some(leaves), Some(last)) =
            (tiles.first().filter(|leaves| !leaves.hashes.is_empty()), size.checked_sub(1))
        {
            let tile = tile_at(TileLevel::LEAVES, last, state.size)?;
            let entries = Bundle::read(store, tile)?;
            if !entries.iter().map(|entry| leaf_hash(entry).digest()).eq(leaves.hashes.iter().copied()) {
                let expected = "the entries whose hashes the level 0 tile holds";
                return Err(LogError::MalformedFile { path: tile.entries_path(), expected });
            }
            bundle = entries.into_bytes();
        }
        Ok(Self { frontier, tiles, bundle })
    }

    /// The state that these leaves lead to.
    pub(crate) fn state_after(&self, leaves: &[LeafHash]) -> Result<State, LogError> {
        let mut frontier = self.frontier.clone();
        for leaf in leaves {
            frontier.push(*leaf)?;
        }
        Ok(State { size: frontier.size(), root: frontier.root() })
    }

    /// Step 1: writes every file that the new entries change under `folder`, and flushes files and folders.
    ///
    /// Written first and flushed afterwards: the disk then orders the writes of a large batch itself.
    pub(crate) fn stage<E: AsRef<[u8]>>(
        mut self,
        store: &Store,
        folder: &str,
        entries: &[E],
        leaves: &[LeafHash],
    ) -> Result<(), LogError> {
        let mut staging = Staging { store, folder, touched: Folders::new(), files: Vec::new() };
        for (entry, leaf) in entries.iter().zip(leaves) {
            let entry = entry.as_ref();
            let length = u16::try_from(entry.len()).map_err(|_| LogError::EntryTooLong {
                position: 0,
                limit: usize::from(u16::MAX),
                got: entry.len(),
            })?;
            self.bundle.extend_from_slice(&length.to_be_bytes());
            self.bundle.extend_from_slice(entry);
            let tiles = &mut self.tiles;
            self.frontier.push_with(*leaf, |level, _, hash| {
                if level % 8 == 0
                    && let Some(partial) = tiles.get_mut(usize::from(level / 8))
                {
                    partial.hashes.push(hash);
                    partial.grown = true;
                }
            })?;
            self.write_full(&mut staging)?;
        }
        self.write_rest(&mut staging)?;
        staging.flush()
    }

    fn write_full(&mut self, staging: &mut Staging<'_>) -> Result<(), LogError> {
        for (level, partial) in (0..).zip(&mut self.tiles) {
            // A tile of a higher level grows only when the one below it is full.
            if partial.hashes.len() < usize::from(FULL_WIDTH) {
                break;
            }
            let tile = partial.tile(level, TileWidth::FULL)?;
            if level == 0 {
                staging.write(&tile.entries_path(), &self.bundle)?;
                self.bundle.clear();
            }
            staging.write(&tile.path(), &partial.to_bytes())?;
            *partial = Partial { index: partial.index + 1, ..Partial::default() };
        }
        Ok(())
    }

    fn write_rest(&self, staging: &mut Staging<'_>) -> Result<(), LogError> {
        for (level, partial) in (0..).zip(&self.tiles).filter(|(_, partial)| partial.grown) {
            let tile = partial.tile(level, TileWidth::new(partial.hashes.len() as u64)?)?;
            if level == 0 {
                staging.write(&tile.entries_path(), &self.bundle)?;
            }
            staging.write(&tile.path(), &partial.to_bytes())?;
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

struct Staging<'a> {
    store: &'a Store,
    folder: &'a str,
    touched: Folders,
    files: Vec<String>,
}

impl Staging<'_> {
    fn write(&mut self, path: &str, bytes: &[u8]) -> Result<(), LogError> {
        let path = format!("{}/{path}", self.folder);
        let folder = parent(&path);
        self.store.create_folders(folder, &mut self.touched)?;
        self.touched.insert(folder.to_owned());
        self.store.write_new(&path, bytes)?;
        self.files.push(path);
        Ok(())
    }

    fn flush(self) -> Result<(), LogError> {
        self.files.iter().try_for_each(|file| self.store.flush(file))?;
        self.store.flush_folders(&self.touched)
    }
}

/// Step 3: gives every file under `folder` its name. Doing it again changes nothing.
pub(crate) fn place(store: &Store, folder: &str) -> Result<(), LogError> {
    let mut touched = Folders::new();
    let mut open = vec![TILES.to_owned()];
    while let Some(name) = open.pop() {
        let staged = format!("{folder}/{name}");
        if store.is_folder(&staged) {
            for child in store.list(&staged)? {
                open.push(format!("{name}/{}", child.to_string_lossy()));
            }
            continue;
        }
        let limit = match (Tile::parse_entries(&name), Tile::parse(&name)) {
            (Ok(_), _) => BUNDLE_LIMIT,
            (_, Ok(_)) => TILE_LIMIT,
            _ => {
                return Err(LogError::MalformedFile {
                    path: staged,
                    expected: "the name of a tile or bundle",
                });
            }
        };
        let target = parent(&name);
        store.create_folders(target, &mut touched)?;
        touched.insert(target.to_owned());
        store.place(&staged, &name, limit)?;
    }
    store.flush_folders(&touched)
}
