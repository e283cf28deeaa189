//! `specs/merkle.md` "Vectors".

use detente_merkle::{
    LeafHash, Subtree, Tree, leaf_index, rebuild_prefix,
    tile::{Tile, TileIndex, TileLevel, TileWidth},
    tree_size, verify_consistency, verify_inclusion, verify_subtree,
};

use super::{Answer, input::Input, input::hex, output};

pub(super) fn root(input: &Input<'_>) -> Answer {
    let tree = Tree::from_entries(&input.list_of_hexadecimal("leaves")?)?;
    output([("root", hex(tree.root().as_bytes()))])
}

pub(super) fn inclusion(input: &Input<'_>) -> Answer {
    let (index, size) = (input.number("index")?, input.number("size")?);
    let (leaf, root, proof) = (input.digest("leaf")?, input.digest("root")?, input.digests("proof")?);
    verify_inclusion(leaf_index(index)?, tree_size(size)?, LeafHash::from_digest(leaf), &proof, root)?;
    output([])
}

pub(super) fn consistency(input: &Input<'_>) -> Answer {
    let (old, new) = (input.number("old_size")?, input.number("new_size")?);
    let (old_root, new_root) = (input.digest("old_root")?, input.digest("new_root")?);
    let proof = input.digests("proof")?;
    verify_consistency(tree_size(old)?, tree_size(new)?, old_root, new_root, &proof)?;
    output([])
}

pub(super) fn subtree(input: &Input<'_>) -> Answer {
    let (start, end, size) = (input.number("start")?, input.number("end")?, input.number("size")?);
    let (hash, root, proof) = (input.digest("hash")?, input.digest("root")?, input.digests("proof")?);
    verify_subtree(Subtree::new(start, end)?, tree_size(size)?, hash, &proof, root)?;
    output([])
}

pub(super) fn prefix(input: &Input<'_>) -> Answer {
    let (old, new) = (input.number("old_size")?, input.number("new_size")?);
    let (root, proof) = (input.digest("root")?, input.digests("proof")?);
    let old_root = rebuild_prefix(tree_size(old)?, tree_size(new)?, root, &proof)?;
    output([("old_root", hex(old_root.as_bytes()))])
}

pub(super) fn tile(input: &Input<'_>) -> Answer {
    let (level, index, width) = (input.number("level")?, input.number("index")?, input.number("width")?);
    let tile = Tile::new(TileLevel::new(level)?, TileIndex::new(index)?, TileWidth::new(width)?);
    output([("path", tile.path().into())])
}
