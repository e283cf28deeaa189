//! Roots that others published, and the example of the spec.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

mod definition;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use definition::index;
use detente_core::Digest;
use detente_merkle::{EMPTY_ROOT, Frontier, Tree, leaf_hash, leaf_hashes};

/// The eight entries that Certificate Transparency's implementations have shared since RFC 6962.
const ENTRIES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];

/// The roots of the first 0 to 8 of them.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

#[test]
fn the_eight_classic_leaves_have_the_classic_roots_by_every_way_to_build() {
    let mut pushed = Tree::new();
    let mut frontier = Frontier::new();
    for (n, root) in ROOTS.iter().enumerate() {
        let root = Digest::from_hex(root).expect("hexadecimal");
        assert_eq!(Tree::from_entries(&ENTRIES[..n]).expect("small").root(), root, "size {n}, by entries");
        assert_eq!((pushed.root(), frontier.root()), (root, root), "size {n}, leaf by leaf");
        if let Some(entry) = ENTRIES.get(n) {
            pushed.push(leaf_hash(entry)).expect("small");
            frontier.push(leaf_hash(entry)).expect("small");
        }
    }
    assert_eq!(Digest::from_hex(ROOTS[0]), Ok(EMPTY_ROOT));
    assert_eq!(leaf_hashes(&ENTRIES), ENTRIES.map(leaf_hash));
}

#[test]
fn the_example_of_the_spec_has_its_root() {
    let entries: Vec<[u8; 1]> = (0..=0x0c).map(|i| [i]).collect();
    let root = Tree::from_entries(&entries).expect("small").root();
    assert_eq!(STANDARD.encode(root.as_bytes()), "317hMOWiR2ANGQwxB0RY3jwNxY8LDYpqKz3U/X5WlQE=");
}

#[test]
fn the_example_of_the_book_has_its_hashes() {
    let mut tree = Tree::from_entries(&["alpha", "bravo", "charlie"]).expect("small");
    let short = |digests: &[Digest]| {
        digests.iter().map(|digest| digest.to_string()[..8].to_owned()).collect::<Vec<_>>()
    };
    let old = tree.size();
    assert_eq!(short(&[tree.root()]), ["d4186e3c"]);
    assert_eq!(short(&tree.inclusion_proof(index(1), old).expect("proof")), ["2a158d8a", "f931962f"]);
    tree.push(leaf_hash(b"delta")).expect("small");
    assert_eq!(short(&[tree.root()]), ["e872bf22"]);
    let proof = tree.consistency_proof(old, tree.size()).expect("proof");
    assert_eq!(short(&proof), ["f931962f", "5c7117fb", "fb33dff7"]);
}
