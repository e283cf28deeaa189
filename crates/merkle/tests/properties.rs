//! Properties over random trees: all ways to build agree, all proofs verify, no changed bit does.
#![allow(clippy::expect_used, clippy::indexing_slicing, reason = "a test that panics has failed")]

mod definition;

use definition::{index, mth, size};
use detente_core::Digest;
use detente_merkle::{
    Frontier, HashReader as _, LeafHash, Tree, leaf_hash, leaf_hashes, read_root, tile::Tile,
    verify_consistency, verify_inclusion,
};
use proptest::{collection::vec, prelude::*};

fn entries() -> impl Strategy<Value = Vec<Vec<u8>>> {
    vec(vec(any::<u8>(), 0..130), 0..400)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_way_to_build_gives_the_root_of_the_definition(entries in entries(), cut in any::<prop::sample::Index>()) {
        let leaves: Vec<LeafHash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let root = mth(&definition::digests(&leaves));
        prop_assert_eq!(&leaf_hashes(&entries), &leaves);
        prop_assert_eq!(Tree::from_entries(&entries).expect("small").root(), root);
        let cut = cut.index(entries.len() + 1);
        let mut mixed = Tree::new();
        mixed.extend_entries(&entries[..cut]).expect("small");
        for leaf in &leaves[cut..] {
            mixed.push(*leaf).expect("small");
        }
        prop_assert_eq!(mixed.root(), root);
        let mut other = Tree::new();
        for leaf in &leaves[..cut] {
            other.push(*leaf).expect("small");
        }
        other.extend(&leaves[cut..]).expect("small");
        prop_assert_eq!(other.root(), root);
        prop_assert_eq!(read_root(&other, other.size()), Ok(root));
    }

    #[test]
    fn a_frontier_resumes_anywhere_and_reports_every_complete_subtree(count in 0_u64..600, cut in 0_u64..600) {
        let cut = cut.min(count);
        let leaves = definition::leaves(count);
        let mut tree = Tree::new();
        tree.extend(&leaves).expect("small");
        let mut frontier = Frontier::read(&tree, size(cut)).expect("part of the tree");
        let mut completed = 0;
        for leaf in &leaves[cut as usize..] {
            let expected = frontier.size().get();
            let pushed = frontier.push_with(*leaf, |level, place, hash| {
                completed += 1;
                assert_eq!(tree.complete_subtree(level, place), Ok(hash), "level {level}, place {place}");
            });
            prop_assert_eq!(pushed, Ok(index(expected)));
        }
        prop_assert_eq!((frontier.size(), frontier.root()), (tree.size(), tree.root()));
        // A tree of n leaves has 2n minus the ones of n complete subtrees.
        let subtrees = |n: u64| 2 * n - u64::from(n.count_ones());
        prop_assert_eq!(completed, subtrees(count) - subtrees(cut));
    }

    #[test]
    fn proofs_verify_and_no_changed_bit_does(
        count in 1_u64..5000, i in any::<prop::sample::Index>(), m in any::<prop::sample::Index>(), bit in any::<prop::sample::Index>(),
    ) {
        let leaves = definition::leaves(count);
        let mut tree = Tree::new();
        tree.extend(&leaves).expect("small");
        let (i, m) = (i.index(count as usize) as u64, 1 + m.index(count as usize) as u64);
        let (leaf, root, old) = (leaves[i as usize], tree.root(), tree.root_at(size(m)).expect("root"));
        let mut inclusion = tree.inclusion_proof(index(i), size(count)).expect("proof");
        let mut consistency = tree.consistency_proof(size(m), size(count)).expect("proof");
        prop_assert_eq!(verify_inclusion(index(i), size(count), leaf, &inclusion, root), Ok(()));
        prop_assert_eq!(verify_consistency(size(m), size(count), old, root, &consistency), Ok(()));
        if flip(&mut inclusion, bit) {
            prop_assert!(verify_inclusion(index(i), size(count), leaf, &inclusion, root).is_err());
        }
        if flip(&mut consistency, bit) {
            prop_assert!(verify_consistency(size(m), size(count), old, root, &consistency).is_err());
        }
    }

    #[test]
    fn verifiers_answer_anything(
        i in 0..=detente_core::MAX_POSITION, n in 0..=detente_core::MAX_POSITION, length in 0_usize..70, byte in any::<u8>(),
    ) {
        let hash = Digest::from_bytes([byte; 32]);
        let proof = vec![hash; length];
        prop_assert!(verify_inclusion(index(i), size(n), LeafHash::from_digest(hash), &proof, hash).is_err() || (n == 1 && length == 0));
        let equal = i == n && length == 0;
        prop_assert!(verify_consistency(size(i), size(n), hash, hash, &proof).is_err() || equal);
    }

    #[test]
    fn a_path_is_a_tile_or_an_error(path in "(tile/)?[0-9x/.p+]{0,40}") {
        if let Ok(tile) = Tile::parse(&path) {
            prop_assert_eq!(tile.path(), path);
        }
    }
}

fn flip(proof: &mut [Digest], bit: prop::sample::Index) -> bool {
    if proof.is_empty() {
        return false;
    }
    let bit = bit.index(proof.len() * 256);
    let mut bytes = *proof[bit / 256].as_bytes();
    bytes[bit % 256 / 8] ^= 1 << (bit % 8);
    proof[bit / 256] = Digest::from_bytes(bytes);
    true
}
