//! Names and bounds of a log's files (`specs/log.md` "Layout"). No name comes from a file's content.

use detente_checkpoint::MAX_NOTE_BYTES;
use detente_core::TreeSize;
use detente_merkle::tile::{FULL_WIDTH, Tile};
use detente_statement::ENTRY_LIMIT;

/// The newest signed note.
pub(crate) const CHECKPOINT: &str = "checkpoint";
/// The committed (size, root).
pub(crate) const STATE: &str = "state";
/// Held by the one writer.
pub(crate) const LOCK: &str = "lock";
/// Batches that are not known to be in place, and files on their way to a name.
pub(crate) const STAGING: &str = "staging";
/// A tile or bundle on its way to its name.
pub(crate) const PLACING: &str = "staging/place.new";
/// A note on its way to `checkpoint`.
pub(crate) const NEW_NOTE: &str = "staging/note.new";
/// The same note on its way to `history`.
pub(crate) const NEW_HISTORY: &str = "staging/history.new";
/// What a sequencer can look up, and build again.
pub(crate) const INDEX: &str = "index";
/// Tiles and entry bundles.
pub(crate) const TILES: &str = "tile";
/// Every signed note, by size.
pub(crate) const HISTORY: &str = "history";

/// A digest in a tile, in bytes.
pub(crate) const HASH_BYTES: usize = 32;
/// The longest tile, in bytes.
pub(crate) const TILE_LIMIT: u64 = FULL_WIDTH as u64 * HASH_BYTES as u64;
/// The longest bundle, in bytes: 256 entries, each behind its `u16` length.
pub(crate) const BUNDLE_LIMIT: u64 = FULL_WIDTH as u64 * (2 + ENTRY_LIMIT as u64);
/// The longest note, in bytes.
pub(crate) const NOTE_LIMIT: u64 = MAX_NOTE_BYTES as u64;
/// The longest `state`: 19 digits, 64 digits, two line feeds.
pub(crate) const STATE_LIMIT: u64 = 85;

/// `history/<size>`.
pub(crate) fn history_path(size: TreeSize) -> String {
    format!("{HISTORY}/{size}")
}

/// The longest path in a staged file: a tile's is shorter.
pub(crate) const STAGED_PATH_LIMIT: u64 = 128;

/// The two files that may hold a tile's content, the exact one first; the full one makes partial ones unnecessary.
pub(crate) fn with_full(tile: Tile) -> impl Iterator<Item = Tile> {
    let full = Tile::new(tile.level(), tile.index(), detente_merkle::tile::TileWidth::FULL);
    [tile].into_iter().chain((!tile.width().is_full()).then_some(full))
}
