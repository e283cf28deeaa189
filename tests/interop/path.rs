//! Names of tiles and bundles: ours, which are those of tlog-tiles, and the peer's, which have the height in them.

use std::panic::catch_unwind;

use detente_merkle::tile::Tile;
use proptest::prelude::*;
use tlog_tiles::tile::Tile as PeerTile;

/// The name in a log of a tile of the peer's.
pub(crate) fn peer_path(tile: &PeerTile) -> String {
    tile.path().replacen("tile/8/", "tile/", 1).replacen("tile/data/", "tile/entries/", 1)
}

/// A path of a log as the peer reads it; a panic of it counts as a refusal.
fn peer_parse(path: &str) -> Option<PeerTile> {
    let rest = path.strip_prefix("tile/")?;
    // The peer's own word for a bundle is none that a log may use.
    let rest = match rest.strip_prefix("entries/") {
        Some(bundle) => format!("data/{bundle}"),
        None if rest.starts_with("data/") => return None,
        None => rest.to_owned(),
    };
    catch_unwind(|| PeerTile::from_path(&format!("tile/8/{rest}")).ok()).ok().flatten()
}

fn coordinates(tile: &PeerTile) -> (u64, u64, u64, bool) {
    (tile.level().into(), tile.level_index(), tile.width().into(), tile.is_data())
}

fn our_coordinates(tile: Tile, is_data: bool) -> (u64, u64, u64, bool) {
    (tile.level().get().into(), tile.index().get(), tile.width().get().into(), is_data)
}

fn our_parse(path: &str) -> Option<(u64, u64, u64, bool)> {
    let tile = Tile::parse(path).ok().map(|tile| our_coordinates(tile, false));
    tile.or_else(|| Tile::parse_entries(path).ok().map(|tile| our_coordinates(tile, true)))
}

fn paths() -> impl Strategy<Value = String> {
    let place = prop_oneof![(0_u64..70).prop_map(|l| l.to_string()), Just("entries".to_owned())];
    let number = prop_oneof![0_u64..3, 0_u64..2000, 0_u64..1 << 62];
    let width = prop_oneof![Just(String::new()), (0_u64..300).prop_map(|width| format!(".p/{width}"))];
    (place, number, width)
        .prop_map(|(place, number, width)| format!("tile/{place}/{}{width}", grouped(number)))
}

/// Groups of three digits, all but the last behind an `x`.
fn grouped(mut number: u64) -> String {
    let mut text = format!("{:03}", number % 1000);
    while number >= 1000 {
        number /= 1000;
        text = format!("x{:03}/{text}", number % 1000);
    }
    text
}

proptest! {
    #[test]
    fn the_same_tile_or_none(path in paths(), at in any::<prop::sample::Index>(), replacement in "[x0-9./p+-]{0,2}") {
        let peer = |path: &str| peer_parse(path).map(|tile| coordinates(&tile));
        prop_assert_eq!(our_parse(&path), peer(&path), "{}", path);
        let at = at.index(path.len());
        let changed = format!("{}{replacement}{}", &path[..at], &path[at + 1..]);
        prop_assert_eq!(our_parse(&changed), peer(&changed), "{}", changed);
    }
}

/// A fault of the peer's, which the book names; when this fails, it is repaired.
#[test]
fn tlog_tiles_panics_on_two_paths() {
    for path in ["tile/8/64/000", "tile/8/0/000.p/0"] {
        assert!(catch_unwind(|| PeerTile::from_path(path).is_ok()).is_err(), "{path}");
    }
}

#[test]
fn the_same_names() {
    for (path, same) in [
        ("tile/0/000", true),
        ("tile/0/000.p/255", true),
        ("tile/2/x001/x234/067.p/1", true),
        ("tile/entries/x001/000", true),
        ("tile/0/000.p/256", false),
        ("tile/0/000.p/01", false),
        ("tile/0/x000/000", false),
        ("tile/00/000", false),
        ("tile/64/000", false),
        ("tile/0/0000", false),
    ] {
        assert_eq!((our_parse(path).is_some(), peer_parse(path).is_some()), (same, same), "{path}");
    }
}
