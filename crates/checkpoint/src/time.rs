//! When an entry was published, by neutral witnesses only (`specs/checkpoint.md` "Time").

use std::collections::BTreeMap;

use detente_core::{Digest, LeafIndex, TreeSize, UnixSeconds};

use crate::{
    CheckpointError, Policy, VerifiedCheckpoint, Witness, prove_consistent, verify::require_one_log,
};

/// Verified checkpoints of one log, each consistent with the largest.
///
/// Consistency is what lets an old checkpoint's times speak about an entry proven to a new one.
#[derive(Debug, Clone)]
pub struct Pool {
    checkpoints: Vec<VerifiedCheckpoint>,
}

impl Pool {
    /// A pool of one checkpoint.
    pub fn new(checkpoint: VerifiedCheckpoint) -> Self {
        Self { checkpoints: vec![checkpoint] }
    }

    /// A pool of checkpoints whose consistency was established otherwise, such as by re-hashing all leaves.
    ///
    /// Anything put here without that makes the times worthless.
    ///
    /// # Errors
    /// `ORIGIN-MISMATCH` for checkpoints of more than one log.
    pub fn assume_consistent(checkpoints: Vec<VerifiedCheckpoint>) -> Result<Self, CheckpointError> {
        if let Some(first) = checkpoints.first() {
            checkpoints.iter().try_for_each(|next| require_one_log(first, next))?;
        }
        Ok(Self { checkpoints })
    }

    /// Adds a checkpoint that the proof shows consistent with the largest one: from the smaller to the larger of the
    /// two. Nothing is added on failure.
    ///
    /// # Errors
    /// Those of [`prove_consistent`].
    pub fn add(&mut self, checkpoint: VerifiedCheckpoint, proof: &[Digest]) -> Result<(), CheckpointError> {
        if let Some(largest) = self.checkpoints.iter().max_by_key(|pooled| pooled.size()) {
            let (older, newer) = if checkpoint.size() < largest.size() {
                (&checkpoint, largest)
            } else {
                (largest, &checkpoint)
            };
            prove_consistent(older, newer, proof)?;
        }
        self.checkpoints.push(checkpoint);
        Ok(())
    }

    /// The checkpoints, in the order in which they were added.
    pub fn checkpoints(&self) -> &[VerifiedCheckpoint] {
        &self.checkpoints
    }

    /// The bounds of the time at which the entry at `index` was published.
    ///
    /// # Errors
    /// `WITNESS-CONFLICT` when the bounds contradict each other; `MISUSE` when a checkpoint was verified against another
    /// policy.
    pub fn publication_time(
        &self,
        index: LeafIndex,
        policy: &Policy,
    ) -> Result<PublicationTime, CheckpointError> {
        self.checkpoints.iter().try_for_each(|checkpoint| checkpoint.require_policy(policy))?;
        if policy.quorum_name().is_none() {
            return Ok(PublicationTime::Unwitnessed);
        }
        if policy.splits() {
            return Ok(PublicationTime::QuorumSplit);
        }
        let (mut lo, mut hi) = (None, None);
        for (head, times) in self.heads() {
            if index.is_below(head.size()) {
                let earlier = times.quorum_first(policy);
                hi = [hi, earlier].into_iter().flatten().min();
            } else {
                // `None` is the smallest option, as minus infinity should be.
                lo = lo.max(times.quorum_last(policy));
            }
        }
        match (lo, hi) {
            (Some(lo), Some(hi)) if lo > hi => Err(CheckpointError::WitnessConflict { lo, hi }),
            _ => Ok(PublicationTime::Known { lo, hi }),
        }
    }

    /// Every tree head of the pool by increasing size, then root, with the times at which its own quorum was met, when
    /// cosignatures later than `until` do not exist.
    ///
    /// What they bound, and whether they bound anything ([`Policy::splits`]), is the caller's to say; it has many entries
    /// to ask about and asks once.
    ///
    /// # Errors
    /// `MISUSE` when a checkpoint was verified against another policy.
    pub fn quorum_times(
        &self,
        policy: &Policy,
        until: UnixSeconds,
    ) -> Result<Vec<QuorumTimes>, CheckpointError> {
        self.checkpoints.iter().try_for_each(|checkpoint| checkpoint.require_policy(policy))?;
        let times = self.heads_until(until).map(|(head, times)| {
            let (size, root) = (head.size(), head.root());
            if policy.quorum_name().is_none() {
                return QuorumTimes { size, root, met: true, first: None, last: None };
            }
            let (first, last) = (times.quorum_first(policy), times.quorum_last(policy));
            QuorumTimes { size, root, met: first.is_some(), first, last }
        });
        Ok(times.collect())
    }

    /// Cosignatures that count, joined by tree head: several notes may carry the same head with different lines.
    fn heads(&self) -> impl Iterator<Item = (&crate::TreeHead, Times<'_>)> {
        self.heads_until(UnixSeconds::LAST)
    }

    /// [`Self::heads`], of cosignatures that are not later.
    fn heads_until(&self, until: UnixSeconds) -> impl Iterator<Item = (&crate::TreeHead, Times<'_>)> {
        let mut heads = BTreeMap::new();
        for checkpoint in &self.checkpoints {
            let key = (checkpoint.size(), checkpoint.root());
            let (_, times) = heads.entry(key).or_insert_with(|| (checkpoint.head(), Times::default()));
            let counting = checkpoint.cosignatures().iter().filter(|cosignature| cosignature.counts());
            for cosignature in counting.filter(|cosignature| cosignature.time() <= until) {
                times.note(cosignature.witness().as_str(), cosignature.time());
            }
        }
        heads.into_values()
    }
}

/// When an entry was published. In whole seconds, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicationTime {
    /// The policy's witnesses bound it.
    Known {
        /// Not before; `None` is minus infinity.
        lo: Option<UnixSeconds>,
        /// Not after; `None` is plus infinity.
        hi: Option<UnixSeconds>,
    },
    /// The policy asks for no witness.
    Unwitnessed,
    /// Two ways to meet the policy's quorum might share none but dishonest witnesses.
    QuorumSplit,
}

impl PublicationTime {
    /// The word used in vectors and JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Known { .. } => "KNOWN",
            Self::Unwitnessed => "UNWITNESSED",
            Self::QuorumSplit => "QUORUM-SPLIT",
        }
    }
}

/// When the quorum of one tree head was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuorumTimes {
    /// Its size.
    pub size: TreeSize,
    /// Its root.
    pub root: Digest,
    /// Whether it is met at all; with `quorum none` always.
    pub met: bool,
    /// The smallest t such that the witnesses with a time of at most t meet the quorum; `None` with `quorum none`.
    pub first: Option<UnixSeconds>,
    /// The largest t such that the witnesses with a time of at least t meet it.
    pub last: Option<UnixSeconds>,
}

/// First and last time of each witness for one tree head.
#[derive(Default)]
struct Times<'a>(BTreeMap<&'a str, (UnixSeconds, UnixSeconds)>);

impl<'a> Times<'a> {
    fn note(&mut self, witness: &'a str, time: UnixSeconds) {
        let (first, last) = self.0.entry(witness).or_insert((time, time));
        *first = time.min(*first);
        *last = time.max(*last);
    }

    /// The smallest t such that the witnesses with a time of at most t meet the quorum.
    fn quorum_first(&self, policy: &Policy) -> Option<UnixSeconds> {
        let mut candidates: Vec<_> = self.0.values().map(|(first, _)| *first).collect();
        candidates.sort_unstable();
        let met = |t: &UnixSeconds| {
            policy.quorum_met(|witness| self.of(witness).is_some_and(|(first, _)| first <= *t))
        };
        candidates.into_iter().find(met)
    }

    /// The largest t such that the witnesses with a time of at least t meet the quorum.
    fn quorum_last(&self, policy: &Policy) -> Option<UnixSeconds> {
        let mut candidates: Vec<_> = self.0.values().map(|(_, last)| *last).collect();
        candidates.sort_unstable();
        let met = |t: &UnixSeconds| {
            policy.quorum_met(|witness| self.of(witness).is_some_and(|(_, last)| last >= *t))
        };
        candidates.into_iter().rev().find(met)
    }

    fn of(&self, witness: &Witness) -> Option<(UnixSeconds, UnixSeconds)> {
        self.0.get(witness.name().as_str()).copied()
    }
}
