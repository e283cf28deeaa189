//! Prefix roots.

use detente_core::{Code, MAX_POSITION};

use super::{Prefix, filler, flipped};
use crate::{
    build::{
        bytes::{Hash, hex, sha256},
        tree::{consistency, counting_leaves, fold_prefix, prefix, prefix_length, root},
    },
    vector::{Operation, Vector, object},
};

fn honest(old: usize, new: usize) -> Prefix {
    let leaves = counting_leaves(new);
    Prefix { old_size: old as u64, new_size: new as u64, root: root(&leaves), proof: prefix(old, &leaves) }
}

/// A tree that is too large to build: as many hashes as it takes, and the root that they give.
fn huge(old: u64, new: u64) -> (Prefix, Hash) {
    let proof: Vec<Hash> = (0..prefix_length(old, new)).map(filler).collect();
    let (old_root, root) = fold_prefix(old, new, &proof);
    (Prefix { old_size: old, new_size: new, root, proof }, old_root)
}

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("merkle.prefix");
    let small = (1..=9).flat_map(|new| (1..=new).map(move |old| (old, new)));
    let larger = [
        (1, 13),
        (7, 13),
        (8, 13),
        (12, 13),
        (13, 13),
        (64, 300),
        (100, 300),
        (255, 256),
        (255, 257),
        (256, 257),
        (256, 300),
        (257, 300),
        (299, 300),
        (300, 300),
    ];
    for (old, new) in small.chain(larger) {
        let output = object! {"old_root": hex(&root(&counting_leaves(old)))};
        operation.ok(
            format!("first-{old}-of-{new}"),
            "honest hashes, entries of one byte (two bytes from number 256 on)",
            honest(old, new).input(),
            output,
        );
    }
    for (name, old, new) in [
        ("largest-first-1", 1, MAX_POSITION),
        ("largest-whole", MAX_POSITION, MAX_POSITION),
        ("largest-all-but-one", MAX_POSITION - 1, MAX_POSITION),
        ("largest-2-pow-62", 1 << 62, MAX_POSITION),
        ("largest-above-2-pow-62", (1 << 62) + 1, MAX_POSITION),
        ("largest-below-2-pow-62", (1 << 62) - 1, MAX_POSITION),
        ("2-pow-62-whole", 1 << 62, 1 << 62),
        ("2-pow-62-first-1", 1, 1 << 62),
        ("2-pow-62-half", 1 << 61, 1 << 62),
        ("2-pow-62-and-1", 1 << 62, (1 << 62) + 1),
        ("2-pow-53-and-1", 1 << 53, (1 << 53) + 1),
        ("2-pow-32-and-3", (1 << 32) + 1, (1 << 32) + 3),
        ("alternating-bits", 0x2aaa_aaaa_aaaa_aaaa, 0x5555_5555_5555_5555),
    ] {
        let (input, old_root) = huge(old, new);
        operation.ok(
            name,
            "hashes that nobody has entries for, and the root that they give",
            input.input(),
            object! {"old_root": hex(&old_root)},
        );
    }
    invalid(&mut operation);
    operation.into_vectors()
}

fn invalid(operation: &mut Operation) {
    let base = honest(7, 13);
    ranges(operation, &base);
    lengths(operation, &base);
    others(operation, &base);
}

fn fails(operation: &mut Operation, code: Code, name: &str, description: &str, input: &Prefix) {
    if code != Code::IndexRange {
        let right = prefix_length(input.old_size, input.new_size) == input.proof.len();
        assert_eq!(right, code == Code::InvalidConsistency, "{name}");
    }
    operation.fails(code, name, description, input.input());
}

fn ranges(operation: &mut Operation, base: &Prefix) {
    let mut range = |name: &str, description: &str, old_size: u64, new_size: u64, proof: &[Hash]| {
        let input = Prefix { old_size, new_size, proof: proof.to_vec(), ..base.clone() };
        fails(operation, Code::IndexRange, name, description, &input);
    };
    range("first-0", "the first 0 leaves, whose root is that of the empty tree", 0, 13, &base.proof);
    range("first-0-no-hash", "the first 0 leaves, and no hash", 0, 13, &[]);
    range("first-0-of-0", "nothing of nothing", 0, 0, &[]);
    range("first-0-of-0-with-root", "nothing of nothing, with its root", 0, 0, &[sha256(&[])]);
    range("first-1-of-0", "one leaf of none", 1, 0, &base.proof);
    range("above-size", "more leaves than there are", 14, 13, &base.proof);
    range("exchanged", "the sizes exchanged", 13, 7, &base.proof);
    range("size-2-pow-63", "a size of 2^63", 7, 1 << 63, &base.proof);
    range("both-2-pow-63", "both sizes 2^63", 1 << 63, 1 << 63, &[base.root]);
    range("old-2-pow-63", "an old size of 2^63, above the new one", 1 << 63, 13, &base.proof);
    range("both-largest", "both sizes the largest u64", u64::MAX, u64::MAX, &[base.root]);
    range("first-0-of-2-pow-63", "nothing of 2^63", 0, 1 << 63, &[]);
}

fn lengths(operation: &mut Operation, base: &Prefix) {
    let mut length = |name: &str, description: &str, input: &Prefix, proof: Vec<Hash>| {
        fails(operation, Code::ProofLength, name, description, &Prefix { proof, ..input.clone() });
    };
    let right = &base.proof;
    length("no-hash", "no hash", base, vec![]);
    length("missing-first", "the first hash is missing", base, right[1..].to_vec());
    length("missing-last", "the last hash is missing", base, right[..right.len() - 1].to_vec());
    length("extra-first", "a hash more at the beginning", base, [&[filler(0)], &right[..]].concat());
    length("extra-last", "a hash more at the end", base, [&right[..], &[filler(0)]].concat());
    length("sixty-five", "65 hashes", base, (0..65).map(filler).collect());
    length("one-for-part", "the root of the whole tree for a part of it", base, vec![base.root]);
    let whole = honest(13, 13);
    length("whole-no-hash", "the whole tree needs its root", &whole, vec![]);
    length("whole-two", "the whole tree needs one hash", &whole, vec![whole.root, whole.root]);
    let power = honest(8, 13);
    let without = consistency(8, &counting_leaves(13));
    length("consistency-proof", "a consistency proof leaves the root of a power of two out", &power, without);
    let (huge, _) = huge(1, MAX_POSITION);
    length("largest-63", "63 hashes where it takes 64", &huge, huge.proof[..63].to_vec());
    let other = Prefix { root: filler(9), ..base.clone() };
    length("length-before-root", "the number of hashes is looked at before the root", &other, vec![]);
}

fn others(operation: &mut Operation, base: &Prefix) {
    let mut wrong = |name: &str, description: &str, input: &Prefix| {
        fails(operation, Code::InvalidConsistency, name, description, input);
    };
    let with = |proof: Vec<Hash>| Prefix { proof, ..base.clone() };
    for at in 0..base.proof.len() {
        let mut changed = base.clone();
        changed.proof[at] = flipped(&changed.proof[at]);
        wrong(&format!("wrong-hash-{at}"), "one bit of one hash", &changed);
    }
    wrong("wrong-root", "one bit of the root", &Prefix { root: flipped(&base.root), ..base.clone() });
    let old_root = root(&counting_leaves(7));
    wrong("old-root", "the root that they should rebuild", &Prefix { root: old_root, ..base.clone() });
    let empty = Prefix { root: sha256(&[]), ..base.clone() };
    wrong("empty-root", "the root of the empty tree", &empty);
    wrong("reversed", "the hashes in the opposite order", &with(base.proof.iter().rev().copied().collect()));
    let mut swapped = base.proof.clone();
    swapped.swap(0, 1);
    wrong("swapped", "two hashes exchanged", &with(swapped));
    let mut other = counting_leaves(13);
    other[12] = filler(0);
    wrong("other-tree", "hashes of another tree of the same size", &with(prefix(7, &other)));
    let same_length = with(prefix(5, &counting_leaves(13)));
    wrong("other-prefix", "hashes of another part, as many", &same_length);
    let whole = Prefix { root: filler(0), ..honest(13, 13) };
    wrong("whole-other-root", "the whole tree with another root", &whole);
    let one = Prefix { root: filler(0), ..honest(1, 1) };
    wrong("one-leaf-other-root", "a tree of one leaf with another root", &one);
    let (input, _) = huge(1 << 62, MAX_POSITION);
    wrong("largest-wrong-root", "one bit of the root", &Prefix { root: flipped(&input.root), ..input });
}
