//! The way from a subtree up to the root: which ranges of leaves a proof is made of, and on which side each one stands.
//! One walk serves the prover and the verifier, so they cannot disagree about order or length.

use core::ops::Range;

use detente_core::Digest;

use crate::{Subtree, node_hash};

/// Where a proof hash stands when it is folded in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Side {
    /// Left of the tree so far, and outside the subtree.
    Left,
    /// Right of the tree so far, and outside the subtree.
    Right,
    /// Left of the tree so far, and part of the subtree.
    LeftOfBoth,
}

/// `SUBTREE_PROOF` (`specs/merkle.md` "Subtrees") before any hash is known.
pub(crate) struct Route {
    /// The range whose hash opens the proof, when the subtree's own hash is not where the fold starts.
    pub(crate) seed: Option<Range<u64>>,
    /// The ranges folded in after that, from the bottom up.
    pub(crate) steps: Vec<(Side, Range<u64>)>,
}

/// What the hashes of a route give.
pub(crate) struct Folding {
    /// The subtree's hash.
    pub(crate) part: Digest,
    /// The root.
    pub(crate) whole: Digest,
}

impl Route {
    /// The route from a subtree to the root of a tree of `size` leaves; the subtree lies inside the tree.
    pub(crate) fn new(subtree: Subtree, size: u64) -> Self {
        let Range { mut start, end } = subtree.range();
        let mut tree = 0..size;
        let mut seed = None;
        let mut steps = Vec::new();
        // Each turn drops at least one leaf of the tree and keeps the subtree inside it, so the walk ends.
        while tree != (start..end) {
            let middle = tree.start + split(tree.end - tree.start);
            if end <= middle {
                steps.push((Side::Right, middle..tree.end));
                tree.end = middle;
            } else {
                let side = if middle <= start { Side::Left } else { Side::LeftOfBoth };
                steps.push((side, tree.start..middle));
                tree.start = middle;
                start = start.max(middle);
            }
        }
        if steps.iter().any(|(side, _)| *side == Side::LeftOfBoth) {
            seed = Some(tree);
        }
        steps.reverse();
        Self { seed, steps }
    }

    /// The same, and always opened by a hash: `SUBTREE_SUBPROOF(start, end, D_n, false)`. Where the fold starts at the
    /// subtree itself, that hash is its own.
    pub(crate) fn seeded(subtree: Subtree, size: u64) -> Self {
        let mut route = Self::new(subtree, size);
        route.seed.get_or_insert(subtree.range());
        route
    }

    /// Folds the hashes after the seed in, as many as there are steps.
    pub(crate) fn fold(&self, seed: Digest, siblings: &[Digest]) -> Folding {
        let (mut part, mut whole) = (seed, seed);
        for ((side, _), sibling) in self.steps.iter().zip(siblings) {
            match side {
                Side::Left => whole = node_hash(sibling, &whole),
                Side::Right => whole = node_hash(&whole, sibling),
                Side::LeftOfBoth => {
                    part = node_hash(sibling, &part);
                    whole = node_hash(sibling, &whole);
                }
            }
        }
        Folding { part, whole }
    }

    /// The ranges in the order of the proof.
    pub(crate) fn ranges(&self) -> impl Iterator<Item = Range<u64>> {
        self.seed.clone().into_iter().chain(self.steps.iter().map(|(_, range)| range.clone()))
    }

    /// The length of the proof.
    pub(crate) fn length(&self) -> usize {
        self.steps.len() + usize::from(self.seed.is_some())
    }
}

/// The largest power of two below `size`; `size` is at least 2.
fn split(size: u64) -> u64 {
    1 << (u64::BITS - 1 - (size - 1).leading_zeros())
}
