//! Which digests occurred, in 32 bytes each.

use std::collections::HashSet;

use detente_core::Digest;

/// New digests are kept apart until there are this many.
const RECENT: usize = 1 << 14;

/// A set of digests that only grows: sorted runs, merged so that there are few of them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    runs: Vec<Vec<Digest>>,
    recent: HashSet<Digest>,
}

impl Seen {
    pub(crate) fn contains(&self, digest: &Digest) -> bool {
        self.recent.contains(digest) || self.runs.iter().any(|run| run.binary_search(digest).is_ok())
    }

    pub(crate) fn insert(&mut self, digest: Digest) {
        if self.contains(&digest) {
            return;
        }
        self.recent.insert(digest);
        if self.recent.len() >= RECENT {
            self.settle();
        }
    }

    /// Every digest, sorted.
    pub(crate) fn to_sorted(&self) -> Vec<Digest> {
        let mut all: Vec<_> = self.runs.iter().flatten().chain(&self.recent).copied().collect();
        all.sort_unstable();
        all
    }

    /// From what [`Self::to_sorted`] gave; `None` when the digests are not strictly increasing.
    pub(crate) fn from_sorted(digests: Vec<Digest>) -> Option<Self> {
        let increasing = digests.is_sorted_by(|left, right| left < right);
        increasing.then(|| Self { runs: vec![digests], recent: HashSet::new() })
    }

    /// Makes a run of the recent ones; a run is at least twice as long as the one after it.
    fn settle(&mut self) {
        let mut run: Vec<_> = self.recent.drain().collect();
        run.sort_unstable();
        while let Some(last) = self.runs.pop_if(|last| last.len() < 2 * run.len()) {
            run = merge(&last, &run);
        }
        self.runs.push(run);
    }
}

/// Two sorted lists as one.
fn merge(left: &[Digest], right: &[Digest]) -> Vec<Digest> {
    let mut merged = Vec::with_capacity(left.len() + right.len());
    let (mut left, mut right) = (left.iter().copied().peekable(), right.iter().copied().peekable());
    while let (Some(one), Some(other)) = (left.peek(), right.peek()) {
        merged.extend(if one <= other { left.next() } else { right.next() });
    }
    merged.extend(left);
    merged.extend(right);
    merged
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "a test stops at the first surprise")]

    use std::collections::BTreeSet;

    use detente_core::Label;

    use super::*;

    #[test]
    fn it_holds_what_was_inserted_and_nothing_else() {
        let digest = |number: u32| Label::STATEMENT_ID.digest(&[&number.to_le_bytes()]);
        let (mut seen, mut model) = (Seen::default(), BTreeSet::new());
        for number in 0..100_000 {
            // Every third comes twice.
            for value in [number, number / 3 * 2] {
                assert_eq!(seen.contains(&digest(value)), model.contains(&digest(value)), "{value}");
                seen.insert(digest(value));
                model.insert(digest(value));
            }
        }
        assert!(seen.runs.len() > 1 && seen.runs.len() < 6, "{} runs", seen.runs.len());
        let sorted = seen.to_sorted();
        assert_eq!(sorted, model.into_iter().collect::<Vec<_>>());
        let again = Seen::from_sorted(sorted.clone());
        assert!(again.is_some_and(|again| again.to_sorted() == sorted));
        assert!(!seen.contains(&digest(100_000)));
        let twice = vec![sorted[0], sorted[0]];
        assert!(Seen::from_sorted(twice).is_none());
    }
}
