//! Our tiles under the peer's reader, which authenticates each against the root.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use detente_core::Digest;
use detente_merkle::{
    LeafHash, Tree, leaf_hash, leaf_index,
    tile::{self, Tile},
    tree_size,
};
use proptest::{collection::vec, prelude::*, sample::Index};
use tlog_tiles::{
    tile::{Tile as PeerTile, TileHashReader, TileReader},
    tlog::{self, HashReader as _},
};

use crate::{
    path::peer_path,
    store::{hash, hashes},
};

/// Tiles by the path under which a log serves them, and which of them were asked for.
struct Served {
    tiles: BTreeMap<String, Vec<u8>>,
    read: RefCell<Vec<String>>,
}

impl Served {
    fn new(tree: &Tree) -> Self {
        let bytes = |tile: Tile| tree.tile(tile).unwrap().iter().flat_map(|hash| *hash.as_bytes()).collect();
        let tiles = tile::tiles(tree.size()).map(|tile| (tile.path(), bytes(tile))).collect();
        Self { tiles, read: RefCell::new(Vec::new()) }
    }

    /// Which of the tiles on the way to a leaf the peer does not authenticate: it takes the number of subtrees that make
    /// the root for the number of tiles that they are in (CVE-2026-56865 of golang.org/x/mod, of which it is a port).
    fn skipped(&self, tree: &Tree) -> Range<usize> {
        let size = tree.size().get();
        let subtrees = tlog::sub_tree_index(0, size, Vec::new());
        let tiles: BTreeSet<_> = subtrees
            .iter()
            .map(|index| PeerTile::from_index(8, *index).parent(0, size).unwrap().path())
            .collect();
        tiles.len()..subtrees.len()
    }

    /// A proof from these tiles, verified for the leaf that was appended.
    fn proves(&self, tree: &Tree, index: u64) -> bool {
        let (size, root) = (tree.size().get(), hash(tree.root()));
        let reader = TileHashReader::new(size, root, self);
        let leaf = tlog::record_hash(&index.to_be_bytes());
        tlog::prove_record(size, index, &reader)
            .is_ok_and(|proof| tlog::check_record(&proof, size, root, index, leaf).is_ok())
    }

    /// The hash of one leaf, as the peer reads it.
    fn leaf(&self, tree: &Tree, index: u64) -> Option<tlog::Hash> {
        self.read.borrow_mut().clear();
        let reader = TileHashReader::new(tree.size().get(), hash(tree.root()), self);
        reader.read_hashes(&[tlog::stored_hash_index(0, index)]).ok()?.first().copied()
    }
}

impl TileReader for Served {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[PeerTile]) -> Result<Vec<Vec<u8>>, tlog::Error> {
        let read = |tile: &PeerTile| {
            let path = peer_path(tile);
            self.read.borrow_mut().push(path.clone());
            self.tiles.get(&path).cloned().ok_or(tlog::Error::InvalidTile)
        };
        tiles.iter().map(read).collect()
    }

    fn save_tiles(&self, _: &[PeerTile], _: &[Vec<u8>]) {}
}

/// A tree whose leaves are cheap.
fn tree(size: u64) -> Tree {
    let mut tree = Tree::new();
    (0..size).for_each(|index| {
        tree.push(leaf_hash(&index.to_be_bytes())).unwrap();
    });
    tree
}

fn flip(served: &mut Served, path: &str, bit: usize) {
    served.tiles.get_mut(path).unwrap()[bit / 8] ^= 1 << (bit % 8);
}

/// The known fault, at the smallest size that shows it well: when this fails, the peer is repaired, and the book and
/// `skipped` can say so.
#[test]
fn tlog_tiles_believes_a_forged_tile() {
    let tree = tree(259);
    let mut served = Served::new(&tree);
    let honest = served.leaf(&tree, 0).unwrap();
    flip(&mut served, "tile/0/000", 0);
    let forged = served.leaf(&tree, 0).unwrap();
    assert_eq!((honest.0[0] ^ 1, &honest.0[1..]), (forged.0[0], &forged.0[1..]));
    // Ours makes the same hash of the tree that the tiles give, which is not the root.
    let leaves = served.tiles["tile/0/000"].chunks(32).chain(served.tiles["tile/0/001.p/3"].chunks(32));
    let mut rebuilt = Tree::new();
    for leaf in leaves {
        rebuilt.push(LeafHash::from_digest(Digest::from_slice(leaf).unwrap())).unwrap();
    }
    assert_ne!(rebuilt.root(), tree.root());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn tlog_tiles_reads_our_tiles_and_no_changed_one(
        size in prop_oneof![1_u64..800, 65_530_u64..65_800], places in vec(any::<Index>(), 4), bit in any::<Index>(),
    ) {
        let tree = tree(size);
        let mut served = Served::new(&tree);
        for place in places {
            let index = place.index(usize::try_from(size).unwrap()) as u64;
            prop_assert_eq!(served.leaf(&tree, index), Some(tlog::record_hash(&index.to_be_bytes())));
            // Each of the tiles on the way is needed, and each bit of it.
            let paths = served.read.borrow().clone();
            prop_assert!(served.proves(&tree, index));
            for (position, path) in paths.into_iter().enumerate() {
                let at = bit.index(served.tiles[&path].len() * 8);
                flip(&mut served, &path, at);
                if served.skipped(&tree).contains(&position) {
                    // Whatever it reads, a proof is right or refused.
                    let truth = tree.inclusion_proof(leaf_index(index).unwrap(), tree.size()).unwrap();
                    let reader = TileHashReader::new(size, hash(tree.root()), &served);
                    let same = tlog::prove_record(size, index, &reader).is_ok_and(|proof| proof == hashes(&truth));
                    prop_assert_eq!(served.proves(&tree, index), same, "{} with bit {} changed", path, at);
                } else {
                    prop_assert_eq!(served.leaf(&tree, index), None, "{} with bit {} changed", path, at);
                }
                flip(&mut served, &path, at);
            }
        }
    }

    /// The tiles to publish for a growing log are the same ones, by the same names.
    #[test]
    fn the_same_new_tiles(old in 0_u64..70_000, more in 0_u64..3000) {
        let new = old + more;
        let ours: Vec<String> = tile::new_tiles(tree_size(old).unwrap(), tree_size(new).unwrap()).unwrap().map(Tile::path).collect();
        let peers: Vec<String> = PeerTile::new_tiles(8, old, new).iter().map(peer_path).collect();
        prop_assert_eq!(ours, peers);
    }
}
