//! What the writers write to, and the writers: each submits a statement, waits for its receipt, and submits the next.

use std::{
    sync::{
        Barrier,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use detente_benches::{measure::Failure, statements::Statements};
use detente_log::Sequencer;

use crate::latency::Waits;

/// Statements that a writer reads at once.
const READ: u64 = 16;

/// A log that takes statements.
pub(crate) trait Target: Sync {
    /// What one writer has to itself.
    type Session: Send;

    fn session(&self) -> Result<Self::Session, Failure>;

    /// Waits for the receipt; the statement's index.
    fn submit(&self, session: &mut Self::Session, entry: &[u8]) -> Result<u64, String>;
}

/// The library, in this process.
impl Target for Sequencer {
    type Session = ();

    fn session(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn submit(&self, (): &mut (), entry: &[u8]) -> Result<u64, String> {
        let outcome = Sequencer::submit(self, entry).and_then(|ticket| ticket.wait());
        Ok(outcome.map_err(|refused| refused.to_string())?.index().get())
    }
}

/// What came of it.
pub(crate) struct Driven {
    pub(crate) wall: Duration,
    pub(crate) waits: Waits,
    /// When the log had reached a size.
    pub(crate) marks: Vec<(u64, Duration)>,
}

/// Submits the first `count` statements by so many writers. All sessions are there before the clock starts.
pub(crate) fn drive<T: Target>(
    target: &T,
    statements: &Statements,
    count: u64,
    writers: u64,
) -> Result<Driven, Failure> {
    let sessions = (0..writers).map(|_| target.session()).collect::<Result<Vec<_>, _>>()?;
    let (next, ready) = (AtomicU64::new(0), Barrier::new(sessions.len() + 1));
    let write = |mut session: T::Session| -> Result<(Waits, Vec<(u64, Duration)>), String> {
        let (mut waits, mut marks) = (Waits::new(), Vec::new());
        ready.wait();
        let start = Instant::now();
        loop {
            let from = next.fetch_add(READ, Ordering::Relaxed);
            if from >= count {
                return Ok((waits, marks));
            }
            let entries = statements.read(from, READ.min(count - from)).map_err(|error| error.to_string())?;
            for entry in entries.chunks_exact(statements.length()) {
                let submitted = Instant::now();
                let index = target.submit(&mut session, entry)?;
                waits.add(submitted.elapsed().as_micros());
                // The end of a decade is timed by whoever got that place.
                if matches!(index, 10_000 | 100_000 | 1_000_000) {
                    marks.push((index, start.elapsed()));
                }
            }
        }
    };
    thread::scope(|scope| {
        let write = &write;
        let threads: Vec<_> =
            sessions.into_iter().map(|session| scope.spawn(move || write(session))).collect();
        ready.wait();
        let start = Instant::now();
        let (mut waits, mut marks) = (Waits::new(), Vec::new());
        for thread in threads {
            let (own, reached) = thread.join().map_err(|_| "a writer panicked")??;
            waits.join(&own);
            marks.extend(reached);
        }
        marks.sort_unstable();
        Ok(Driven { wall: start.elapsed(), waits, marks })
    })
}
