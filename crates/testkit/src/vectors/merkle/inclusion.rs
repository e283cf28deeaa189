//! Inclusion proofs.

use detente_core::{Code, MAX_POSITION};

use super::{Inclusion, filler, flipped};
use crate::{
    build::{
        bytes::sha256,
        tree::{counting_leaves, fold_inclusion, inclusion, inclusion_length, leaf_hash, node_hash, root},
    },
    vector::{Operation, Vector, object},
};

fn honest(index: usize, size: usize) -> Inclusion {
    let leaves = counting_leaves(size);
    Inclusion {
        index: index as u64,
        size: size as u64,
        leaf: leaves[index],
        root: root(&leaves),
        proof: inclusion(index, &leaves),
    }
}

/// A proof of made-up hashes in a tree too large to build.
fn huge(index: u64, size: u64) -> Inclusion {
    let leaf = leaf_hash(b"one entry of many");
    let proof: Vec<_> = (0..inclusion_length(index, size)).map(filler).collect();
    Inclusion { index, size, leaf, root: fold_inclusion(index, size, &leaf, &proof), proof }
}

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("merkle.inclusion");
    for (index, size) in [
        (0, 1),
        (0, 2),
        (1, 2),
        (2, 3),
        (3, 4),
        (4, 5),
        (5, 7),
        (6, 7),
        (0, 8),
        (7, 8),
        (8, 9),
        (12, 13),
        (5, 13),
        (255, 256),
        (256, 257),
        (299, 300),
    ] {
        operation.ok(
            format!("index-{index}-size-{size}"),
            "an honest proof, entries of one byte",
            honest(index, size).input(),
            object! {},
        );
    }
    for (name, index, size) in [
        ("huge-first", 0, MAX_POSITION),
        ("huge-last", MAX_POSITION - 1, MAX_POSITION),
        ("huge-half", 1 << 62, MAX_POSITION),
        ("huge-last-of-power-plus-one", 1 << 62, (1 << 62) + 1),
    ] {
        operation.ok(
            name,
            "a tree near the largest size, made of hashes from nowhere",
            huge(index, size).input(),
            object! {},
        );
    }
    let base = honest(0, 2);
    operation.ok(
        "same-hashes-another-size",
        "one sibling on the left proves index 8 of 9 and index 1 of 2 under one root: a root does not bind the size",
        Inclusion { index: 8, size: 9, leaf: base.proof[0], root: base.root, proof: vec![base.leaf] }.input(),
        object! {},
    );
    invalid(&mut operation);
    operation.into_vectors()
}

fn invalid(operation: &mut Operation) {
    let mut fails = |code: Code, name: &str, description: &str, input: Inclusion| {
        if code != Code::IndexRange {
            let right = inclusion_length(input.index, input.size) == input.proof.len();
            assert_eq!(right, code == Code::InvalidInclusion, "{name}");
        }
        operation.fails(code, name, description, input.input());
    };
    let base = honest(5, 13);
    let range = Code::IndexRange;
    fails(range, "index-is-size", "the index is the size", Inclusion { index: 13, ..base.clone() });
    fails(range, "index-above-size", "the index is above the size", Inclusion { index: 14, ..base.clone() });
    fails(range, "index-largest", "the largest index", Inclusion { index: MAX_POSITION, ..base.clone() });
    fails(
        range,
        "index-and-size-largest",
        "index and size are the largest number",
        Inclusion { index: MAX_POSITION, size: MAX_POSITION, ..base.clone() },
    );
    fails(range, "size-2-pow-63", "a size of 2^63", Inclusion { size: 1 << 63, ..base.clone() });
    fails(
        range,
        "size-2-pow-64-minus-1",
        "the largest u64 as size",
        Inclusion { size: u64::MAX, ..base.clone() },
    );
    fails(
        range,
        "index-2-pow-63",
        "an index of 2^63 below a larger size",
        Inclusion { index: 1 << 63, size: u64::MAX, ..base.clone() },
    );
    let empty = Inclusion { index: 0, size: 0, leaf: sha256(&[]), root: sha256(&[]), proof: vec![] };
    fails(range, "empty-tree", "the empty tree has no leaf", empty);
    fails(
        range,
        "index-range-before-length",
        "the range is checked before the length",
        Inclusion { index: 13, proof: vec![], ..base.clone() },
    );
    let length = Code::ProofLength;
    let without = |drop: usize| {
        let mut proof = base.proof.clone();
        proof.remove(drop);
        Inclusion { proof, ..base.clone() }
    };
    fails(length, "missing-first", "the first hash is missing", without(0));
    fails(length, "missing-last", "the last hash is missing", without(base.proof.len() - 1));
    fails(length, "empty-proof", "no hash", Inclusion { proof: vec![], ..base.clone() });
    let with = |at: usize, hash| {
        let mut proof = base.proof.clone();
        proof.insert(at, hash);
        Inclusion { proof, ..base.clone() }
    };
    fails(length, "extra-last", "a hash more at the end", with(base.proof.len(), filler(0)));
    fails(length, "extra-root", "the root as one hash more", with(base.proof.len(), base.root));
    fails(length, "extra-first", "a hash more at the beginning", with(0, filler(0)));
    fails(
        length,
        "sixty-four",
        "64 hashes",
        Inclusion { proof: (0..64).map(filler).collect(), ..base.clone() },
    );
    let single = honest(0, 1);
    fails(
        length,
        "one-leaf-with-proof",
        "a tree of one leaf has an empty path",
        Inclusion { proof: vec![filler(0)], ..single.clone() },
    );
    fails(
        length,
        "size-changes-length",
        "another size, whose path is longer",
        Inclusion { size: 17, ..base.clone() },
    );
    let wrong = Code::InvalidInclusion;
    fails(wrong, "wrong-leaf", "another leaf", Inclusion { leaf: flipped(&base.leaf), ..base.clone() });
    fails(wrong, "wrong-root", "another root", Inclusion { root: flipped(&base.root), ..base.clone() });
    for at in 0..base.proof.len() {
        let mut changed = base.clone();
        changed.proof[at] = flipped(&changed.proof[at]);
        fails(wrong, &format!("wrong-hash-{at}"), "one bit of one hash", changed);
    }
    let mut swapped = base.clone();
    swapped.proof.swap(0, 1);
    fails(wrong, "swapped-hashes", "two hashes exchanged", swapped);
    let mut reversed = base.clone();
    reversed.proof.reverse();
    fails(wrong, "reversed", "the path from the root down", reversed);
    fails(wrong, "index-next", "the index of the next leaf", Inclusion { index: 6, ..base.clone() });
    fails(wrong, "index-sibling", "the index of the sibling", Inclusion { index: 4, ..base.clone() });
    fails(
        wrong,
        "leaf-and-root-exchanged",
        "leaf and root exchanged",
        Inclusion { leaf: base.root, root: base.leaf, ..base.clone() },
    );
    fails(
        wrong,
        "one-leaf-another-root",
        "a tree of one leaf whose root is not the leaf",
        Inclusion { root: filler(0), ..single },
    );
    let leaves = counting_leaves(4);
    let inner = node_hash(&leaves[0], &leaves[1]);
    fails(
        length,
        "inner-node-as-leaf",
        "an inner node given as leaf 0 of 4, with the shorter path that would fit it",
        Inclusion {
            index: 0,
            size: 4,
            leaf: inner,
            root: root(&leaves),
            proof: vec![node_hash(&leaves[2], &leaves[3])],
        },
    );
    fails(wrong, "empty-root", "the root of the empty tree", Inclusion { root: sha256(&[]), ..base });
}
