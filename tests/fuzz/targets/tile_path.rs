//! Tile paths: one text a tile.
#![no_main]

use detente_merkle::tile::Tile;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &str| {
    if let Ok(tile) = Tile::parse(data) {
        assert_eq!(tile.path(), data);
    }
    if let Ok(tile) = Tile::parse_entries(data) {
        assert_eq!(tile.entries_path(), data);
    }
});
