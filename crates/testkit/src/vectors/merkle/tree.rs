//! Roots and tile paths.

use detente_core::{Code, json::Object};

use crate::{
    build::{
        bytes::{hex, unhex},
        tree::{counting_entry, leaf_hash, root},
    },
    vector::{Operation, Vector, object, texts},
};

pub(super) fn roots() -> Vec<Vector> {
    let mut operation = Operation::new("merkle.root");
    let mut ok = |name: String, description: &str, entries: &[Vec<u8>]| {
        let leaves: Vec<_> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let texts = texts(&entries.iter().map(|entry| hex(entry)).collect::<Vec<_>>());
        operation.ok(name, description, object! {"leaves": texts}, object! {"root": hex(&root(&leaves))});
    };
    for size in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 16, 17, 31, 100] {
        let entries: Vec<_> = (0..size).map(counting_entry).collect();
        ok(format!("size-{size}"), "entries of one byte, 00, 01, …", &entries);
    }
    let classic =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let classic: Vec<_> = classic.iter().map(|entry| unhex(entry)).collect();
    ok("classic-8".to_owned(), "eight entries that other implementations use, the first one empty", &classic);
    ok("equal-entries".to_owned(), "three equal entries", &vec![b"same".to_vec(); 3]);
    ok("long-entry".to_owned(), "an entry longer than one block of the hash", &[vec![0x5a; 200]]);
    ok(
        "entry-like-a-node".to_owned(),
        "an entry of 65 bytes that starts like a node; the leaf prefix keeps it apart",
        &[[&[1][..], &leaf_hash(&[0]), &leaf_hash(&[1])].concat()],
    );
    operation.into_vectors()
}

fn tile(level: u64, index: u64, width: u64) -> Object {
    object! {"level": level.to_string(), "index": index.to_string(), "width": width.to_string()}
}

pub(super) fn tiles() -> Vec<Vector> {
    let mut operation = Operation::new("merkle.tile");
    for (name, level, index, width, path) in [
        ("first-full", 0, 0, 256, "tile/0/000"),
        ("one-hash", 0, 0, 1, "tile/0/000.p/1"),
        ("width-255", 0, 5, 255, "tile/0/005.p/255"),
        ("index-999", 0, 999, 256, "tile/0/999"),
        ("index-1000", 0, 1000, 256, "tile/0/x001/000"),
        ("index-1234067", 0, 1_234_067, 256, "tile/0/x001/x234/067"),
        ("index-1234067-partial", 2, 1_234_067, 8, "tile/2/x001/x234/067.p/8"),
        ("level-1", 1, 17, 112, "tile/1/017.p/112"),
        ("level-63", 63, 0, 1, "tile/63/000.p/1"),
        ("index-million", 0, 1_000_000, 256, "tile/0/x001/x000/000"),
        ("index-largest", 0, 9_223_372_036_854_775_807, 256, "tile/0/x009/x223/x372/x036/x854/x775/807"),
    ] {
        operation.ok(name, "the path of a tile", tile(level, index, width), object! {"path": path});
    }
    for (name, level, index, width) in [
        ("level-64", 64, 0, 256),
        ("level-largest", 9_223_372_036_854_775_807, 0, 256),
        ("index-2-pow-63", 0, 1 << 63, 256),
        ("index-2-pow-64-minus-1", 0, u64::MAX, 256),
        ("width-0", 0, 0, 0),
        ("width-257", 0, 0, 257),
        ("width-512", 0, 0, 512),
    ] {
        operation.fails(
            Code::IndexRange,
            name,
            "a level or width that no tile has",
            tile(level, index, width),
        );
    }
    operation.into_vectors()
}
