//! Consistency proofs.

use detente_core::{Code, MAX_POSITION};

use super::{Consistency, filler, flipped};
use crate::{
    build::{
        bytes::sha256,
        tree::{consistency, counting_leaves, root, subtree_length},
    },
    vector::{Operation, Vector, object},
};

fn honest(old: usize, new: usize) -> Consistency {
    let leaves = counting_leaves(new);
    Consistency {
        old_size: old as u64,
        new_size: new as u64,
        old_root: root(&leaves[..old]),
        new_root: root(&leaves),
        proof: if old == 0 { vec![] } else { consistency(old, &leaves) },
    }
}

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("merkle.consistency");
    for (old, new) in [
        (0, 0),
        (0, 1),
        (0, 5),
        (1, 1),
        (1, 2),
        (1, 13),
        (2, 3),
        (3, 4),
        (3, 7),
        (4, 7),
        (4, 8),
        (6, 8),
        (7, 8),
        (8, 13),
        (7, 13),
        (12, 13),
        (13, 13),
        (64, 300),
        (255, 256),
        (256, 257),
        (299, 300),
    ] {
        operation.ok(
            format!("from-{old}-to-{new}"),
            "an honest proof, entries of one byte",
            honest(old, new).input(),
            object! {},
        );
    }
    operation.ok(
        "from-0-to-any-root",
        "from the empty tree the new root is not looked at",
        Consistency { new_root: filler(0), ..honest(0, 5) }.input(),
        object! {},
    );
    operation.ok(
        "largest-sizes-equal",
        "two trees of the largest size with one root",
        Consistency {
            old_size: MAX_POSITION,
            new_size: MAX_POSITION,
            old_root: filler(0),
            new_root: filler(0),
            proof: vec![],
        }
        .input(),
        object! {},
    );
    invalid(&mut operation);
    operation.into_vectors()
}

fn invalid(operation: &mut Operation) {
    let mut fails = |code: Code, name: &str, description: &str, input: Consistency| {
        if code != Code::IndexRange && input.old_size > 0 {
            let right = subtree_length(0, input.old_size, input.new_size) == input.proof.len();
            assert_eq!(right, code == Code::InvalidConsistency, "{name}");
        }
        operation.fails(code, name, description, input.input());
    };
    let base = honest(7, 13);
    let range = Code::IndexRange;
    fails(
        range,
        "shrinks",
        "the old size is above the new one",
        Consistency { old_size: 14, ..base.clone() },
    );
    fails(
        range,
        "shrinks-to-empty",
        "from one leaf to none",
        Consistency { old_size: 1, new_size: 0, ..base.clone() },
    );
    fails(
        range,
        "exchanged",
        "old and new exchanged",
        Consistency {
            old_size: 13,
            new_size: 7,
            old_root: base.new_root,
            new_root: base.old_root,
            ..base.clone()
        },
    );
    fails(
        range,
        "new-size-2-pow-63",
        "a new size of 2^63",
        Consistency { new_size: 1 << 63, ..base.clone() },
    );
    fails(
        range,
        "equal-2-pow-63",
        "equal sizes of 2^63",
        Consistency {
            old_size: 1 << 63,
            new_size: 1 << 63,
            old_root: filler(0),
            new_root: filler(0),
            proof: vec![],
        },
    );
    fails(
        range,
        "from-0-to-2-pow-63",
        "from nothing to 2^63",
        Consistency { new_size: 1 << 63, ..honest(0, 5) },
    );
    let length = Code::ProofLength;
    fails(
        length,
        "from-0-with-proof",
        "from the empty tree the proof is empty",
        Consistency { proof: vec![filler(0)], ..honest(0, 5) },
    );
    fails(
        length,
        "from-0-to-0-with-proof",
        "from nothing to nothing the proof is empty",
        Consistency { proof: vec![filler(0)], ..honest(0, 0) },
    );
    fails(
        length,
        "equal-with-proof",
        "for equal sizes the proof is empty",
        Consistency { proof: vec![base.new_root], ..honest(13, 13) },
    );
    fails(
        length,
        "equal-with-proof-and-other-root",
        "the length is checked before the roots",
        Consistency { proof: vec![filler(0)], old_root: filler(1), ..honest(13, 13) },
    );
    fails(
        length,
        "from-0-with-proof-and-other-root",
        "the length is checked before the root of the empty tree",
        Consistency { proof: vec![filler(0)], old_root: filler(1), ..honest(0, 5) },
    );
    fails(length, "empty-proof", "no hash", Consistency { proof: vec![], ..base.clone() });
    let mut missing = base.clone();
    missing.proof.remove(0);
    fails(length, "missing-first", "the first hash is missing", missing);
    let mut missing = base.clone();
    missing.proof.pop();
    fails(length, "missing-last", "the last hash is missing", missing);
    let mut extra = base.clone();
    extra.proof.push(filler(0));
    fails(length, "extra-last", "a hash more at the end", extra);
    let mut extra = base.clone();
    extra.proof.insert(0, filler(0));
    fails(length, "extra-first", "a hash more at the beginning", extra);
    let power = honest(8, 13);
    let mut extra = power.clone();
    extra.proof.insert(0, power.old_root);
    fails(
        length,
        "power-of-two-with-old-root",
        "the old root of a power of two is left out of the proof",
        extra,
    );
    fails(
        length,
        "sixty-five",
        "65 hashes",
        Consistency { proof: (0..65).map(filler).collect(), ..base.clone() },
    );
    let wrong = Code::InvalidConsistency;
    fails(
        wrong,
        "from-0-other-old-root",
        "the old root is not that of the empty tree",
        Consistency { old_root: filler(0), ..honest(0, 5) },
    );
    fails(
        wrong,
        "from-0-to-0-other-new-root",
        "the new root is not that of the empty tree",
        Consistency { new_root: filler(0), ..honest(0, 0) },
    );
    fails(
        wrong,
        "from-0-to-0-other-roots",
        "both roots are equal and not that of the empty tree",
        Consistency { old_root: filler(0), new_root: filler(0), ..honest(0, 0) },
    );
    fails(
        wrong,
        "equal-other-root",
        "equal sizes, different roots",
        Consistency { old_root: filler(0), ..honest(13, 13) },
    );
    fails(
        wrong,
        "old-root-only",
        "the old root does not fit",
        Consistency { old_root: flipped(&base.old_root), ..base.clone() },
    );
    fails(
        wrong,
        "new-root-only",
        "the new root does not fit",
        Consistency { new_root: flipped(&base.new_root), ..base.clone() },
    );
    fails(
        wrong,
        "roots-exchanged",
        "the roots exchanged",
        Consistency { old_root: base.new_root, new_root: base.old_root, ..base.clone() },
    );
    fails(
        wrong,
        "power-of-two-old-root",
        "the old root of a power of two does not fit",
        Consistency { old_root: flipped(&power.old_root), ..power.clone() },
    );
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
    fails(wrong, "reversed", "the hashes in the opposite order", reversed);
    let other = honest(6, 13);
    fails(
        wrong,
        "other-old-size",
        "size and root of another older tree",
        Consistency {
            proof: base.proof.clone(),
            ..Consistency { old_size: 5, old_root: other.old_root, ..base.clone() }
        },
    );
    fails(
        wrong,
        "old-root-empty",
        "the old root is that of the empty tree",
        Consistency { old_root: sha256(&[]), ..base },
    );
}
