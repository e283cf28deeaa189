//! Trying seeds: every counter of every epoch that a document may have been sealed with.

use core::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use detente_core::{Digest, LeafIndex, LogId, StatementId};
use detente_disclosure::{Envelope, SlotValues};

use super::Targets;
use crate::record::SeedPlace;
use crate::secret::Secret;
use crate::vault::Epoch;

/// Counters that are tried between two looks at whether one was found.
const BLOCK: u64 = 1024;

/// More threads than this gain little on the machines that parties have.
const MOST_THREADS: u64 = 4;

/// What a document may be the record of.
pub(super) struct Search<'a> {
    pub(super) master: &'a Secret,
    pub(super) log: LogId,
    pub(super) targets: &'a Targets,
    pub(super) tries: u64,
}

/// The seed that gives the sealed value of an unknown entry.
pub(super) struct Found {
    pub(super) sealed: Digest,
    pub(super) entry: (LeafIndex, StatementId),
    pub(super) candidate: usize,
    pub(super) epoch: Epoch,
    pub(super) counter: u64,
}

impl Search<'_> {
    /// The epochs in their order; of each first the counters above the known ones, then those below.
    pub(super) fn run(
        &self,
        epochs: &[Epoch],
        candidates: &[(Envelope, SlotValues<'static>)],
        progress: &mut dyn FnMut(u64),
    ) -> Option<Found> {
        for epoch in epochs {
            for range in [epoch.next..epoch.next.saturating_add(self.tries), 0..epoch.next] {
                for (candidate, (_, values)) in candidates.iter().enumerate() {
                    if let Some((counter, sealed)) = self.range(epoch, range.clone(), values, progress) {
                        let entry = *self.targets.get(&sealed)?;
                        return Some(Found { sealed, entry, candidate, epoch: *epoch, counter });
                    }
                }
            }
        }
        None
    }

    fn range(
        &self,
        epoch: &Epoch,
        range: Range<u64>,
        values: &SlotValues<'static>,
        progress: &mut dyn FnMut(u64),
    ) -> Option<(u64, Digest)> {
        let threads = std::thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
        let threads = threads.clamp(1, MOST_THREADS);
        let mut start = range.start;
        while start < range.end {
            let end = range.end.min(start.saturating_add(BLOCK));
            // The lowest counter wins, so that what is found does not depend on who was faster.
            let lowest = AtomicU64::new(u64::MAX);
            let try_stride = |first: u64| {
                let mut counters = (first..end).step_by(threads as usize);
                let found = counters.find(|counter| {
                    *counter >= lowest.load(Ordering::Relaxed) || self.fits(epoch, *counter, values).is_some()
                });
                if let Some(counter) = found {
                    lowest.fetch_min(counter, Ordering::Relaxed);
                }
            };
            std::thread::scope(|scope| {
                for thread in 1..threads {
                    // A system that refuses a thread still gets its answer: what was not tried is tried below.
                    let spawned =
                        std::thread::Builder::new().spawn_scoped(scope, move || try_stride(start + thread));
                    if spawned.is_err() {
                        try_stride(start + thread);
                    }
                }
                try_stride(start);
            });
            let counter = lowest.into_inner();
            if let Some(sealed) = (counter < end).then(|| self.fits(epoch, counter, values)).flatten() {
                return Some((counter, sealed));
            }
            progress(end - start);
            start = end;
        }
        None
    }

    fn fits(&self, epoch: &Epoch, counter: u64, values: &SlotValues<'static>) -> Option<Digest> {
        let seed = SeedPlace { epoch: epoch.epoch, counter }.seed(self.master, self.log);
        let sealed = values.seal(self.log, &seed).sealed().digest();
        self.targets.contains_key(&sealed).then_some(sealed)
    }
}
