//! Subtree consistency proofs.

use detente_core::{Code, MAX_POSITION};

use super::{Subtree, filler, flipped};
use crate::{
    build::tree::{counting_leaves, root, subtree, subtree_length},
    vector::{Operation, Vector, object},
};

fn honest(start: usize, end: usize, size: usize) -> Subtree {
    let leaves = counting_leaves(size);
    Subtree {
        start: start as u64,
        end: end as u64,
        size: size as u64,
        hash: root(&leaves[start..end]),
        root: root(&leaves),
        proof: subtree(start, end, &leaves),
    }
}

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("merkle.subtree");
    for (start, end, size) in [
        (0, 1, 1),
        (0, 13, 13),
        (0, 1, 13),
        (0, 8, 13),
        (0, 7, 13),
        (0, 12, 13),
        (4, 8, 13),
        (4, 7, 13),
        (4, 6, 13),
        (8, 12, 13),
        (8, 13, 13),
        (8, 11, 13),
        (12, 13, 13),
        (5, 6, 13),
        (2, 4, 13),
        (256, 300, 300),
        (256, 299, 300),
        (128, 256, 300),
        (0, 256, 300),
        (0, 300, 300),
        (64, 100, 300),
    ] {
        operation.ok(
            format!("from-{start}-to-{end}-of-{size}"),
            "an honest proof, entries of one byte (two bytes from number 256 on)",
            honest(start, end, size).input(),
            object! {},
        );
    }
    invalid(&mut operation);
    operation.into_vectors()
}

fn invalid(operation: &mut Operation) {
    let mut fails = |code: Code, name: &str, description: &str, input: Subtree| {
        if code != Code::IndexRange {
            let right = subtree_length(input.start, input.end, input.size) == input.proof.len();
            assert_eq!(right, code == Code::InvalidConsistency, "{name}");
        }
        operation.fails(code, name, description, input.input());
    };
    let base = honest(4, 7, 13);
    let range = Code::IndexRange;
    fails(range, "empty", "start is end", Subtree { end: 4, ..base.clone() });
    fails(range, "backwards", "start above end", Subtree { start: 8, end: 4, ..base.clone() });
    fails(range, "end-above-size", "end above the size", Subtree { start: 8, end: 14, ..base.clone() });
    fails(
        range,
        "size-0",
        "the empty tree has no subtree",
        Subtree { start: 0, end: 1, size: 0, ..base.clone() },
    );
    fails(
        range,
        "start-and-end-0",
        "nothing of nothing",
        Subtree { start: 0, end: 0, size: 0, ..base.clone() },
    );
    for (start, end) in [(1, 3), (2, 5), (3, 5), (4, 9), (6, 9), (10, 13)] {
        let size = 20;
        fails(
            range,
            &format!("not-aligned-{start}-{end}"),
            "start is no multiple of the smallest power of two that holds the width",
            Subtree { start, end, size, ..base.clone() },
        );
    }
    fails(
        range,
        "not-aligned-huge",
        "a width just above 2^62 from an odd start",
        Subtree { start: 1, end: (1 << 62) + 2, size: MAX_POSITION, ..base.clone() },
    );
    fails(
        range,
        "not-aligned-largest",
        "the smallest power of two that holds the width is 2^63",
        Subtree { start: 1 << 61, end: MAX_POSITION, size: MAX_POSITION, ..base.clone() },
    );
    fails(range, "size-2-pow-63", "a size of 2^63", Subtree { size: 1 << 63, ..base.clone() });
    fails(
        range,
        "end-2-pow-63",
        "an end of 2^63 of a larger size",
        Subtree { start: 0, end: 1 << 63, size: u64::MAX, ..base.clone() },
    );
    fails(
        range,
        "end-largest",
        "everything up to the largest u64",
        Subtree { start: 0, end: u64::MAX, size: u64::MAX, ..base.clone() },
    );
    let length = Code::ProofLength;
    fails(
        length,
        "whole-with-proof",
        "the whole tree needs no hash",
        Subtree { proof: vec![filler(0)], ..honest(0, 13, 13) },
    );
    fails(length, "empty-proof", "no hash", Subtree { proof: vec![], ..base.clone() });
    let mut missing = base.clone();
    missing.proof.pop();
    fails(length, "missing-last", "the last hash is missing", missing);
    let mut extra = base.clone();
    extra.proof.push(filler(0));
    fails(length, "extra-last", "a hash more at the end", extra);
    let aligned = honest(4, 8, 13);
    let mut extra = aligned.clone();
    extra.proof.insert(0, aligned.hash);
    fails(length, "extra-own-hash", "the hash of a complete subtree is left out of the proof", extra);
    let wrong = Code::InvalidConsistency;
    fails(
        wrong,
        "wrong-hash-of-subtree",
        "another hash of the subtree",
        Subtree { hash: flipped(&base.hash), ..base.clone() },
    );
    fails(wrong, "wrong-root", "another root", Subtree { root: flipped(&base.root), ..base.clone() });
    fails(
        wrong,
        "whole-other-root",
        "the whole tree with another root",
        Subtree { root: filler(0), ..honest(0, 13, 13) },
    );
    for at in 0..base.proof.len() {
        let mut changed = base.clone();
        changed.proof[at] = flipped(&changed.proof[at]);
        fails(wrong, &format!("wrong-hash-{at}"), "one bit of one hash", changed);
    }
    let mut swapped = base.clone();
    swapped.proof.swap(0, 1);
    fails(wrong, "swapped-hashes", "two hashes exchanged", swapped);
    let moved = honest(0, 4, 13);
    fails(
        wrong,
        "moved",
        "the proof of `[0, 4)` for `[4, 8)`",
        Subtree { hash: moved.hash, proof: moved.proof, ..aligned },
    );
}
