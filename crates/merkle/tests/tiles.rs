//! Tiles: names, which ones a tree has, and reading a tree out of them.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

mod definition;

use std::collections::BTreeMap;

use definition::{index, leaves, size};
use detente_core::{Code, Digest, MAX_POSITION};
use detente_merkle::{
    Frontier, HashReader, MerkleError, TiledHashes, Tree, prove_consistency, prove_inclusion, read_root,
    tile::{Tile, TileIndex, TileLevel, TileWidth, new_tiles, tile_at, tiles},
};

fn tile(level: u64, index: u64, width: u64) -> Result<Tile, MerkleError> {
    Ok(Tile::new(TileLevel::new(level)?, TileIndex::new(index)?, TileWidth::new(width)?))
}

fn tree(count: u64) -> Tree {
    let mut tree = Tree::new();
    tree.extend(&leaves(count)).expect("small tree");
    tree
}

#[test]
fn paths_are_those_of_c2sp() {
    for (level, index, width, path) in [
        (0, 0, 256, "tile/0/000"),
        (0, 5, 256, "tile/0/005"),
        (1, 999, 255, "tile/1/999.p/255"),
        (0, 1000, 256, "tile/0/x001/000"),
        (3, 1_234_067, 256, "tile/3/x001/x234/067"),
        (63, 1_234_067, 1, "tile/63/x001/x234/067.p/1"),
        (0, MAX_POSITION, 7, "tile/0/x009/x223/x372/x036/x854/x775/807.p/7"),
    ] {
        let tile = tile(level, index, width).expect("in range");
        assert_eq!((tile.path(), tile.to_string()), (path.to_owned(), path.to_owned()));
        assert_eq!(Tile::parse(path), Ok(tile));
    }
    let bundle = tile(0, 1_234_067, 12).expect("in range");
    assert_eq!(bundle.entries_path(), "tile/entries/x001/x234/067.p/12");
    assert_eq!(Tile::parse_entries(&bundle.entries_path()), Ok(bundle));
}

#[test]
fn levels_and_widths_out_of_range_are_index_range() {
    for (level, index, width) in [
        (64, 0, 256),
        (300, 0, 256),
        (0, 1 << 63, 256),
        (0, 0, 0),
        (0, 0, 257),
        (0, 0, 65_537),
        (u64::MAX, 0, 1),
    ] {
        assert_eq!(tile(level, index, width).map_err(|error| error.code()), Err(Code::IndexRange));
    }
}

#[test]
fn every_other_spelling_of_a_path_is_refused() {
    for path in [
        "",
        "tile",
        "tile/",
        "tile/0",
        "tile/0/",
        "/tile/0/000",
        "tile/0/000/",
        "tile//000",
        "tile/00/000",
        "tile/+0/000",
        "tile/64/000",
        "tile/-1/000",
        "tile/0/0",
        "tile/0/00",
        "tile/0/0000",
        "tile/0/+00",
        "tile/0/x000/005",
        "tile/0/x001",
        "tile/0/001/000",
        "tile/0/x001/x000",
        "tile/0/x01/000",
        "tile/0/X001/000",
        "tile/0/xx01/000",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/",
        "tile/0/000.p/01",
        "tile/0/000.p/+1",
        "tile/0/000.p",
        "tile/0/000.p/1/",
        "tile/0/000.p/1.p/1",
        "tile/0/005 ",
        "tile/0/٠٠٥",
        "tile/entries/000",
        "tile/0/..",
        "tile/0/x009/x223/x372/x036/x854/x775/808",
        "tile/0/x999/x999/x999/x999/x999/x999/x999/x999/999",
    ] {
        let refused = Tile::parse(path).map_err(|error| error.code());
        assert_eq!(refused, Err(Code::MalformedTile), "{path:?}");
    }
    for path in [
        "tile/0/000",
        "tile/entries/",
        "tile/entries/0/000",
        "tile/entries/x000/005",
        "tile/entries/000.p/256",
    ] {
        let refused = Tile::parse_entries(path).map_err(|error| error.code());
        assert_eq!(refused, Err(Code::MalformedTile), "{path:?}");
    }
}

#[test]
fn a_tree_of_70000_has_the_tiles_of_the_worked_example() {
    let all: Vec<Tile> = tiles(size(70_000)).collect();
    let at = |level: u8| all.iter().filter(move |tile| tile.level().get() == level);
    let widths = |level| at(level).map(|tile| tile.width().get()).collect::<Vec<_>>();
    assert_eq!(at(0).filter(|tile| tile.width().is_full()).count(), 273);
    assert_eq!(widths(0).last(), Some(&112));
    assert_eq!(widths(1), [256, 17]);
    assert_eq!(widths(2), [1]);
    assert_eq!(all.len(), 274 + 2 + 1);
    assert_eq!(tiles(size(0)).count(), 0);
}

#[test]
fn growth_writes_exactly_the_tiles_that_differ() {
    let sizes =
        [0, 1, 2, 255, 256, 257, 511, 512, 513, 600, 65_535, 65_536, 65_537, 66_000, 131_072, 131_329];
    for (place, new) in sizes.iter().enumerate() {
        for old in &sizes[..=place] {
            let before: Vec<Tile> = tiles(size(*old)).collect();
            let expected: Vec<Tile> = tiles(size(*new)).filter(|tile| !before.contains(tile)).collect();
            let written: Vec<Tile> = new_tiles(size(*old), size(*new)).expect("growth").collect();
            assert_eq!(written, expected, "{old} to {new}");
        }
    }
    assert!(new_tiles(size(2), size(1)).is_err());
}

#[test]
fn the_largest_tree_has_eight_levels_and_none_overflows() {
    let largest = size(MAX_POSITION);
    let at = |level| tile_at(TileLevel::new(level).expect("in range"), 0, largest);
    assert_eq!(at(7).map(|tile| tile.width().get()), Ok(127));
    assert_eq!(at(8).map_err(|error| error.code()), Err(Code::IndexRange));
    assert_eq!(at(63).map_err(|error| error.code()), Err(Code::IndexRange));
    assert_eq!(new_tiles(size(MAX_POSITION - 1), largest).expect("growth").count(), 1);
    assert_eq!(tile(0, MAX_POSITION, 1).expect("in range").entries(), None);
}

#[test]
fn a_tree_read_from_its_tiles_gives_the_same_roots_and_proofs() {
    let tree = tree(66_000);
    for n in [0, 1, 2, 255, 256, 257, 700, 65_535, 65_536, 65_537, 66_000] {
        // Only the tiles of that size, each as wide as that size fills it.
        let store: BTreeMap<Tile, &[Digest]> =
            tiles(size(n)).map(|tile| (tile, tree.tile(tile).expect("tile of the tree"))).collect();
        let reader = TiledHashes::new(size(n), |tile| {
            store.get(&tile).copied().ok_or(MerkleError::NoLeaves { got: tile.index().get() })
        });
        let root = tree.root_at(size(n)).expect("root");
        assert_eq!(read_root(&reader, size(n)), Ok(root), "size {n}");
        assert_eq!(Frontier::read(&reader, size(n)).map(|frontier| frontier.root()), Ok(root), "size {n}");
        for i in [0, 1, n / 3, n / 2, n.saturating_sub(2), n.saturating_sub(1)].into_iter().filter(|i| *i < n)
        {
            assert_eq!(prove_inclusion(&reader, index(i), size(n)), tree.inclusion_proof(index(i), size(n)));
            assert_eq!(
                prove_consistency(&reader, size(i), size(n)),
                tree.consistency_proof(size(i), size(n))
            );
        }
        assert!(reader.complete_subtree(0, n).is_err(), "leaf {n} of {n}");
        assert!(reader.complete_subtree(63, u64::MAX).is_err());
        assert!(reader.complete_subtree(255, 0).is_err());
    }
}

#[test]
fn a_tile_of_another_width_than_its_name_says_is_refused() {
    let tree = tree(300);
    for wrong in [0, 43, 45, 256] {
        let reader = TiledHashes::new(size(300), |tile: Tile| {
            let hashes = tree.tile(tile).expect("tile of the tree").to_vec();
            Ok::<_, MerkleError>(if tile.width().is_full() { hashes } else { vec![Digest::ZERO; wrong] })
        });
        let refused = prove_inclusion(&reader, index(299), size(300)).map_err(|error| error.code());
        assert_eq!(refused, Err(Code::MalformedTile), "{wrong} hashes");
    }
}

#[test]
fn a_tile_that_the_tree_does_not_fill_is_index_range() {
    let tree = tree(300);
    for (level, index, width) in
        [(0, 1, 45), (0, 2, 1), (1, 0, 2), (2, 0, 1), (7, 0, 1), (63, MAX_POSITION, 1)]
    {
        let tile = tile(level, index, width).expect("in range");
        assert_eq!(tree.tile(tile).map_err(|error| error.code()), Err(Code::IndexRange), "{tile}");
    }
}
