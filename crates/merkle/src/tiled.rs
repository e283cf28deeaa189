//! Reading the nodes of a tree out of its tiles.

use detente_core::{Digest, TreeSize};

use crate::{
    HashReader, MerkleError, node_hash,
    tile::{TILE_HEIGHT, Tile, TileLevel, tile_at},
};

/// A [`HashReader`] over tiles that something else fetches.
///
/// A fetched tile is believed here as any reader is; the proof made from it is verified by whoever receives it, and a
/// reader of another party's log compares [`read_root`](crate::read_root) with the signed root first.
#[derive(Clone, Debug)]
pub struct TiledHashes<F> {
    size: TreeSize,
    fetch: F,
}

impl<F> TiledHashes<F> {
    /// A reader of the tiles that a tree of `size` leaves has. `fetch` gets a tile as wide as that tree fills it and
    /// returns its hashes; it keeps what it has read if reading is dear.
    pub const fn new(size: TreeSize, fetch: F) -> Self {
        Self { size, fetch }
    }

    /// The number of leaves.
    pub const fn size(&self) -> TreeSize {
        self.size
    }
}

impl<F, T, E> HashReader for TiledHashes<F>
where
    F: Fn(Tile) -> Result<T, E>,
    T: AsRef<[Digest]>,
    E: From<MerkleError>,
{
    type Error = E;

    fn complete_subtree(&self, level: u8, index: u64) -> Result<Digest, E> {
        // Only one level in eight is stored; the seven above it are folded from 2 to 128 hashes of one tile.
        let above = level % TILE_HEIGHT;
        let out_of_range = || MerkleError::IndexRange {
            object: "complete subtree",
            least: 0,
            most: self.size.get(),
            got: index,
        };
        let count = 1_u64 << above;
        let start = index.checked_mul(count).ok_or_else(out_of_range)?;
        let last = start.checked_add(count - 1).ok_or_else(out_of_range)?;
        let tile = tile_at(TileLevel::new(u64::from(level / TILE_HEIGHT))?, last, self.size)?;
        let fetched = (self.fetch)(tile)?;
        let hashes = fetched.as_ref();
        if hashes.len() != usize::from(tile.width().get()) {
            return Err(MerkleError::TileLength {
                path: tile.path(),
                expected: usize::from(tile.width().get()),
                got: hashes.len(),
            }
            .into());
        }
        // A multiple of at most 128 hashes never crosses the border of a tile of 256.
        let offset = (start % u64::from(crate::tile::FULL_WIDTH)) as usize;
        hashes
            .get(offset..offset + count as usize)
            .and_then(fold_complete)
            .ok_or_else(|| out_of_range().into())
    }
}

/// The hash of a complete subtree from its hashes of one level, a power of two of them.
fn fold_complete(hashes: &[Digest]) -> Option<Digest> {
    match hashes {
        [] => None,
        [hash] => Some(*hash),
        _ => {
            let (left, right) = hashes.split_at(hashes.len() / 2);
            Some(node_hash(&fold_complete(left)?, &fold_complete(right)?))
        }
    }
}
