//! The way from a subtree up to the root: which ranges of leaves a proof is made of, and on which side each one stands.
//! One walk serves the prover and the verifier, so they cannot disagree about order or length.

use core::ops::Range;

use crate::Subtree;

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
