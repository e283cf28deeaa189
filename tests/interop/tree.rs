//! Random trees under three implementations: the same roots, the same proofs, the same verdicts.

use std::panic::{AssertUnwindSafe, catch_unwind};

use ct_merkle::{ConsistencyProof, InclusionProof};
use detente_core::{Digest, LeafIndex, TreeSize};
use detente_merkle::{leaf_hash, leaf_index, tree_size, verify_consistency, verify_inclusion};
use proptest::{collection::vec, prelude::*, sample::Index};
use tlog_tiles::tlog;

use crate::store::{Trees, concatenated, ct_root, hash, hashes};

/// What a verifier of inclusion is given.
#[derive(Debug, Clone)]
struct Inclusion {
    entry: Vec<u8>,
    index: u64,
    size: u64,
    root: Digest,
    proof: Vec<Digest>,
}

impl Inclusion {
    fn verdicts(&self) -> Verdicts {
        let Self { entry, index, size, root, proof } = self;
        let ours = LeafIndex::new(*index).is_ok_and(|index| {
            TreeSize::new(*size)
                .is_ok_and(|size| verify_inclusion(index, size, leaf_hash(entry), proof, *root).is_ok())
        });
        Verdicts {
            ours,
            tlog_tiles: quietly(|| {
                tlog::check_record(&hashes(proof), *size, hash(*root), *index, tlog::record_hash(entry))
                    .is_ok()
            }),
            ct_merkle: quietly(|| {
                let proof = InclusionProof::from_bytes(concatenated(proof));
                ct_root(*size, *root).verify_inclusion(entry, *index, &proof).is_ok()
            }),
        }
    }
}

/// What a verifier of consistency is given.
#[derive(Debug, Clone)]
struct Growth {
    old: u64,
    new: u64,
    old_root: Digest,
    new_root: Digest,
    proof: Vec<Digest>,
}

impl Growth {
    fn verdicts(&self) -> Verdicts {
        let Self { old, new, old_root, new_root, proof } = self;
        let ours = TreeSize::new(*old).is_ok_and(|old| {
            TreeSize::new(*new)
                .is_ok_and(|new| verify_consistency(old, new, *old_root, *new_root, proof).is_ok())
        });
        Verdicts {
            ours,
            tlog_tiles: quietly(|| {
                tlog::check_tree(&hashes(proof), *new, hash(*new_root), *old, hash(*old_root)).is_ok()
            }),
            ct_merkle: quietly(|| {
                let proof = ConsistencyProof::try_from_bytes(concatenated(proof)).unwrap();
                ct_root(*new, *new_root).verify_consistency(&ct_root(*old, *old_root), &proof).is_ok()
            }),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Verdicts {
    pub(crate) ours: bool,
    pub(crate) tlog_tiles: bool,
    pub(crate) ct_merkle: bool,
}

impl Verdicts {
    const ACCEPTED: Self = Self { ours: true, tlog_tiles: true, ct_merkle: true };
    const REFUSED: Self = Self { ours: false, tlog_tiles: false, ct_merkle: false };

    fn agree(self) -> bool {
        self == Self::ACCEPTED || self == Self::REFUSED
    }
}

/// A peer's panic counts as a refusal: it is one for whoever contains it.
fn quietly(verdict: impl FnOnce() -> bool) -> bool {
    catch_unwind(AssertUnwindSafe(verdict)).unwrap_or(false)
}

fn entries() -> impl Strategy<Value = Vec<Vec<u8>>> {
    // Sizes around powers of two come up in so small a range anyway.
    vec(vec(any::<u8>(), 0..12), 1..70)
}

fn trees() -> impl Strategy<Value = Trees> {
    entries().prop_map(Trees::new)
}

impl std::fmt::Debug for Trees {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:?}", self.entries)
    }
}

/// One change of a list of hashes.
#[derive(Debug, Clone)]
enum Change {
    Bit(Index, Index),
    Drop(Index),
    Insert(Index, [u8; 32]),
    Swap(Index, Index),
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        any::<(Index, Index)>().prop_map(|(at, bit)| Change::Bit(at, bit)),
        any::<Index>().prop_map(Change::Drop),
        any::<(Index, [u8; 32])>().prop_map(|(at, hash)| Change::Insert(at, hash)),
        any::<(Index, Index)>().prop_map(|(one, two)| Change::Swap(one, two)),
    ]
}

/// The changed list; the same one where there is nothing to change.
fn apply(change: &Change, proof: &[Digest]) -> Vec<Digest> {
    let mut proof = proof.to_vec();
    match change {
        Change::Insert(at, hash) => proof.insert(at.index(proof.len() + 1), Digest::from_bytes(*hash)),
        _ if proof.is_empty() => {}
        Change::Bit(at, bit) => {
            let at = at.index(proof.len());
            proof[at] = flipped(proof[at], bit);
        }
        Change::Drop(at) => {
            proof.remove(at.index(proof.len()));
        }
        Change::Swap(one, two) => {
            let (one, two) = (one.index(proof.len()), two.index(proof.len()));
            proof.swap(one, two);
        }
    }
    proof
}

fn flipped(digest: Digest, bit: &Index) -> Digest {
    let mut bytes = *digest.as_bytes();
    let bit = bit.index(256);
    bytes[bit / 8] ^= 1 << (bit % 8);
    Digest::from_bytes(bytes)
}

proptest! {
    #[test]
    fn three_trees_have_the_same_roots(trees in trees()) {
        for size in 0..=trees.entries.len() as u64 {
            let ours = trees.ours.root_at(tree_size(size).unwrap()).unwrap();
            prop_assert_eq!(tlog::tree_hash(size, &trees.stored).unwrap(), hash(ours));
            let ct = trees.ct(usize::try_from(size).unwrap()).root();
            prop_assert_eq!((ct.as_bytes().as_slice(), ct.num_leaves()), (ours.as_bytes().as_slice(), size));
        }
    }

    /// The same hashes from each prover, so that each verifier is given each prover's.
    #[test]
    fn three_provers_and_three_verifiers_of_inclusion(trees in trees(), size in any::<Index>(), index in any::<Index>()) {
        let size = size.index(trees.entries.len()) + 1;
        let index = index.index(size);
        let (at, count) = (leaf_index(index as u64).unwrap(), tree_size(size as u64).unwrap());
        let proof = trees.ours.inclusion_proof(at, count).unwrap();
        prop_assert_eq!(tlog::prove_record(size as u64, index as u64, &trees.stored).unwrap(), hashes(&proof));
        let ct = trees.ct(size).prove_inclusion(index);
        prop_assert_eq!(ct.as_bytes(), concatenated(&proof));
        let root = trees.ours.root_at(count).unwrap();
        let claim = Inclusion { entry: trees.entries[index].clone(), index: index as u64, size: size as u64, root, proof };
        prop_assert_eq!(claim.verdicts(), Verdicts::ACCEPTED);
    }

    #[test]
    fn three_provers_and_three_verifiers_of_consistency(trees in trees(), new in any::<Index>(), old in any::<Index>()) {
        let new = new.index(trees.entries.len()) + 1;
        let old = old.index(new) + 1;
        let (from, to) = (tree_size(old as u64).unwrap(), tree_size(new as u64).unwrap());
        let proof = trees.ours.consistency_proof(from, to).unwrap();
        prop_assert_eq!(tlog::prove_tree(new as u64, old as u64, &trees.stored).unwrap(), hashes(&proof));
        let ct = trees.ct(new).prove_consistency(new - old);
        prop_assert_eq!(ct.as_bytes(), concatenated(&proof));
        let (old_root, new_root) = (trees.ours.root_at(from).unwrap(), trees.ours.root_at(to).unwrap());
        let claim = Growth { old: old as u64, new: new as u64, old_root, new_root, proof };
        prop_assert_eq!(claim.verdicts(), Verdicts::ACCEPTED);
    }

    /// A changed hash is refused by all. Another index or size may verify, since a root binds neither; then by all.
    #[test]
    fn three_verdicts_on_a_changed_inclusion(
        trees in trees(), index in any::<Index>(), change in change(), bit in any::<Index>(), size in 0_u64..80, other in 0_u64..80,
    ) {
        let index = index.index(trees.entries.len());
        let count = trees.ours.size();
        let proof = trees.ours.inclusion_proof(leaf_index(index as u64).unwrap(), count).unwrap();
        let claim = Inclusion {
            entry: trees.entries[index].clone(), index: index as u64, size: count.get(), root: trees.ours.root(), proof,
        };
        let changed = apply(&change, &claim.proof);
        let expected = if changed == claim.proof { Verdicts::ACCEPTED } else { Verdicts::REFUSED };
        prop_assert_eq!(Inclusion { proof: changed.clone(), ..claim.clone() }.verdicts(), expected);
        prop_assert_eq!(Inclusion { root: flipped(claim.root, &bit), ..claim.clone() }.verdicts(), Verdicts::REFUSED);
        let entry = [claim.entry.as_slice(), b"."].concat();
        prop_assert_eq!(Inclusion { entry, ..claim.clone() }.verdicts(), Verdicts::REFUSED);
        for proof in [claim.proof.clone(), changed] {
            let moved = Inclusion { index: other, size, proof, ..claim.clone() };
            prop_assert!(moved.verdicts().agree(), "{:?} {:?}", moved, moved.verdicts());
        }
    }

    /// As above. An old size of 0 is in the table of differences.
    #[test]
    fn three_verdicts_on_a_changed_growth(
        trees in trees(), old in any::<Index>(), change in change(), bit in any::<Index>(), from in 1_u64..80, to in 0_u64..80,
    ) {
        let new = trees.ours.size();
        let old = tree_size(old.index(trees.entries.len()) as u64 + 1).unwrap();
        let claim = Growth {
            old: old.get(), new: new.get(), old_root: trees.ours.root_at(old).unwrap(), new_root: trees.ours.root(),
            proof: trees.ours.consistency_proof(old, new).unwrap(),
        };
        let changed = apply(&change, &claim.proof);
        let expected = if changed == claim.proof { Verdicts::ACCEPTED } else { Verdicts::REFUSED };
        prop_assert_eq!(Growth { proof: changed.clone(), ..claim.clone() }.verdicts(), expected);
        for (old_root, new_root) in
            [(flipped(claim.old_root, &bit), claim.new_root), (claim.old_root, flipped(claim.new_root, &bit))]
        {
            prop_assert_eq!(Growth { old_root, new_root, ..claim.clone() }.verdicts(), Verdicts::REFUSED);
        }
        for proof in [claim.proof.clone(), changed] {
            let moved = Growth { old: from, new: to, proof, ..claim.clone() };
            prop_assert!(moved.verdicts().agree(), "{:?} {:?}", moved, moved.verdicts());
        }
    }
}

/// Every size and index up to 40, whatever a random run leaves out.
#[test]
fn three_verdicts_on_every_small_tree() {
    let trees = Trees::new((0..40_u8).map(|byte| vec![byte]).collect());
    let mut claims = 0;
    for size in 1..=40_u64 {
        let count = tree_size(size).unwrap();
        let new_root = trees.ours.root_at(count).unwrap();
        for index in 0..size {
            let proof = trees.ours.inclusion_proof(leaf_index(index).unwrap(), count).unwrap();
            let entry = vec![u8::try_from(index).unwrap()];
            let claim = Inclusion { entry, index, size, root: new_root, proof };
            assert_eq!(claim.verdicts(), Verdicts::ACCEPTED, "{claim:?}");
            let old = index + 1;
            let from = tree_size(old).unwrap();
            let proof = trees.ours.consistency_proof(from, count).unwrap();
            let claim =
                Growth { old, new: size, old_root: trees.ours.root_at(from).unwrap(), new_root, proof };
            assert_eq!(claim.verdicts(), Verdicts::ACCEPTED, "{claim:?}");
            claims += 2;
        }
    }
    assert_eq!(claims, 1640);
}

pub(crate) fn growth_verdicts(
    old: u64,
    new: u64,
    old_root: Digest,
    new_root: Digest,
    proof: Vec<Digest>,
) -> Verdicts {
    Growth { old, new, old_root, new_root, proof }.verdicts()
}

pub(crate) fn inclusion_verdicts(
    entry: &[u8],
    index: u64,
    size: u64,
    root: Digest,
    proof: Vec<Digest>,
) -> Verdicts {
    Inclusion { entry: entry.to_vec(), index, size, root, proof }.verdicts()
}
