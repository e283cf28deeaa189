//! The sequencer's thread: judges a batch, commits and publishes it, answers.

use std::{
    sync::Arc,
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use detente_core::{Code, KeyDigest, LeafIndex};
use detente_merkle::LeafHash;
use detente_statement::KeyHistory;

use super::{
    Refused, Status,
    judge::{Judge, Judged, Verdict},
    shared::{Shared, Work},
    submission::Submission,
    ticket::Reply,
};
use crate::{
    LogError, LogSigner, LogWriter, Publication, cleaning::MOST_WAITING, index::Index, receipt::Receipts,
};

/// A cleaning runs with as many batches as may wait beside it.
const CLEAN_AT: usize = MOST_WAITING / 2;
/// How long nothing has to come before the staged files of the last batches are cleaned.
const QUIET: Duration = Duration::from_secs(1);

pub(super) struct Engine {
    pub(super) writer: LogWriter,
    pub(super) signer: LogSigner,
    pub(super) index: Index,
    pub(super) keys: Option<KeyHistory>,
    pub(super) shared: Arc<Shared>,
    pub(super) cleaning: Option<JoinHandle<Result<(), LogError>>>,
}

/// An entry whose receipt is due once its batch is published.
struct Due {
    bytes: Arc<[u8]>,
    index: LeafIndex,
    reply: Reply,
}

/// Whether the committed state is published; else why not, and the sequencer is to end.
type Published = Result<(), Refused>;

impl Engine {
    /// Works until it is told to stop, or until something fails that only a new start can mend.
    pub(super) fn run(mut self) {
        // Told even when a callback panics.
        let ending = Ending(Arc::clone(&self.shared));
        let worked = self.work();
        let cleaned = self.join_cleaning();
        let closed = worked.and(cleaned).and_then(|()| {
            self.shared.close_door();
            drop(self.index);
            self.writer.close().map_err(Arc::new)
        });
        ending.0.end(closed.err().map(|error| (error.to_string(), error.code())));
    }

    fn work(&mut self) -> Result<(), Arc<LogError>> {
        if !self.writer.is_unsigned() {
            self.announce()?;
        }
        // Also when there is nothing to publish: the witnesses are asked what they hold before anything is taken.
        if self.publish()?.is_err() {
            return Ok(());
        }
        self.announce()?;
        loop {
            let quiet = (self.writer.waiting() > 0).then_some(QUIET);
            match self.shared.next(quiet) {
                Work::Batch(batch) => {
                    let start = Instant::now();
                    let published = self.batch(batch)?;
                    self.shared.set_pace(start.elapsed());
                    if published.is_err() {
                        return Ok(());
                    }
                    if self.writer.waiting() >= CLEAN_AT {
                        self.start_cleaning()?;
                    }
                }
                Work::Quiet => self.start_cleaning()?,
                Work::End => return Ok(()),
            }
        }
    }

    fn batch(&mut self, batch: Vec<Submission>) -> Result<Published, Arc<LogError>> {
        let introduced: Vec<KeyDigest> =
            batch.iter().flat_map(|submission| submission.introduces.iter().copied()).collect();
        let done = self.judge_and_publish(batch);
        self.shared.keys.settle(&introduced);
        done
    }

    fn judge_and_publish(&mut self, batch: Vec<Submission>) -> Result<Published, Arc<LogError>> {
        let old = self.writer.state().0;
        let Some((judged, entries, due)) = self.judge(batch) else { return Ok(Ok(())) };
        let (repeated, fresh): (Vec<_>, Vec<_>) = due.into_iter().partition(|due| due.index.is_below(old));
        if entries.is_empty() {
            self.answer(repeated);
            return Ok(Ok(()));
        }
        let leaves: Vec<LeafHash> = judged.accepted.iter().map(|entry| entry.leaf).collect();
        let first = match self.writer.commit_hashed(&entries, &leaves, &self.signer) {
            Ok(first) => first,
            Err(error) => {
                let error = Arc::new(error);
                if self.writer.is_stopped() {
                    self.shared.set_ended(&error);
                }
                let refused = match self.writer.is_stopped() {
                    true => Refused::Unknown(Arc::clone(&error)),
                    false => Refused::NotCommitted(Arc::clone(&error)),
                };
                refuse(fresh, &refused);
                self.answer(repeated);
                return if self.writer.is_stopped() { Err(error) } else { Ok(Ok(())) };
            }
        };
        self.keys = judged.keys;
        match judged.events {
            true => self.shared.keys.follow(self.keys.as_ref(), self.writer.state().0),
            false => self.shared.keys.follow_size(self.writer.state().0),
        }
        match self.publish() {
            Ok(Ok(())) => {
                let due = repeated.into_iter().chain(fresh);
                if let Err(error) = self.announce() {
                    // They are in the log, and only a receipt would say so.
                    refuse(due, &Refused::Unknown(Arc::clone(&error)));
                    return Err(error);
                }
                self.answer(due);
                // Nobody needs it before the next batch is judged; until then submitters have the cores.
                self.index.extend(first, &judged.accepted).map(Ok).map_err(Arc::new)
            }
            Ok(Err(refused)) => {
                refuse(repeated.into_iter().chain(fresh), &refused);
                Ok(Err(refused))
            }
            Err(error) => {
                self.shared.set_ended(&error);
                let refused = Refused::Unpublished { reason: error.to_string(), code: error.code() };
                refuse(repeated.into_iter().chain(fresh), &refused);
                Err(error)
            }
        }
    }

    /// Judges in order; answers whoever is refused. `None` when the index or the log cannot be read now: nothing was
    /// written, so this batch is refused, and the next one may find more descriptors or a disk that answers.
    #[expect(clippy::type_complexity, reason = "three lists that go three ways")]
    fn judge(&self, batch: Vec<Submission>) -> Option<(Judged, Vec<Arc<[u8]>>, Vec<Due>)> {
        let tree = self.writer.tree();
        let mut judge = Judge::new(&self.index, &tree, self.keys.clone());
        let (mut entries, mut due) = (Vec::new(), Vec::new());
        let mut batch = batch.into_iter();
        while let Some(Submission { bytes, leaf, statement, reply, .. }) = batch.next() {
            match judge.place(leaf, statement) {
                Ok(Verdict::Accepted(index)) => {
                    entries.push(Arc::clone(&bytes));
                    due.push(Due { bytes, index, reply });
                }
                Ok(Verdict::Repeated(index)) => due.push(Due { bytes, index, reply }),
                Ok(Verdict::Refused(error)) => reply.send(Err(error.into())),
                Err(error) => {
                    let refused = Refused::NotCommitted(Arc::new(error));
                    reply.send(Err(refused.clone()));
                    refuse(due, &refused);
                    batch.for_each(|submission| submission.reply.send(Err(refused.clone())));
                    return None;
                }
            }
        }
        Some((judge.finish(), entries, due))
    }

    /// Publishes the committed state; while that is not possible, tries again and again until the end.
    fn publish(&mut self) -> Result<Published, Arc<LogError>> {
        loop {
            let degraded = match self.writer.publish(&self.signer) {
                Ok(Publication::Published) => {
                    self.shared.set_status(Status::Running);
                    return Ok(Ok(()));
                }
                Ok(Publication::Degraded(degraded)) => degraded,
                Err(error) if self.writer.is_stopped() => return Err(Arc::new(error)),
                // A file that could not be read: nothing was done that has to be undone.
                Err(error) => self.writer.degrade(error.to_string(), None),
            };
            let reason = degraded.reason.clone();
            self.shared.set_status(Status::Degraded(degraded));
            if !self.shared.sleep(self.shared.options.retry) {
                return Ok(Err(Refused::Unpublished { reason, code: Code::UnderWitnessed }));
            }
        }
    }

    /// Tells submitters and readers of the handle what is published now. While the note cannot be read back, tries again
    /// until the end.
    fn announce(&mut self) -> Result<(), Arc<LogError>> {
        loop {
            match self.writer.checkpoint() {
                Ok(note) => {
                    self.shared.set_published(self.writer.state().0, note.unwrap_or_default().into());
                    self.shared.set_status(Status::Running);
                    return Ok(());
                }
                Err(error) => {
                    let degraded = self.writer.degrade(error.to_string(), None);
                    self.shared.set_status(Status::Degraded(degraded));
                    if !self.shared.sleep(self.shared.options.retry) {
                        return Err(Arc::new(error));
                    }
                }
            }
        }
    }

    /// Who gets no receipt because a file cannot be read now may ask again: what is in the log is in the log.
    fn answer(&self, due: impl IntoIterator<Item = Due>) {
        let receipts = Receipts::new(self.writer.tree(), self.shared.published().1);
        for Due { bytes, index, reply } in due {
            reply.send(receipts.of(index, bytes).map_err(|error| Refused::NoReceipt(Arc::new(error))));
        }
    }

    /// Flushes and cleans on another thread; at most one at a time.
    fn start_cleaning(&mut self) -> Result<(), Arc<LogError>> {
        self.join_cleaning()?;
        let cleaning = self.writer.take_cleaning();
        let spawned = thread::Builder::new().name("log cleaning".to_owned()).spawn(move || cleaning.run());
        match spawned {
            Ok(handle) => self.cleaning = Some(handle),
            Err(source) => {
                self.writer.fail();
                let path = self.writer.store().root().to_owned();
                return Err(Arc::new(LogError::Unavailable { path, source }));
            }
        }
        Ok(())
    }

    fn join_cleaning(&mut self) -> Result<(), Arc<LogError>> {
        let Some(cleaning) = self.cleaning.take() else { return Ok(()) };
        let cleaned = cleaning.join().unwrap_or(Err(LogError::Stopped));
        if cleaned.is_err() {
            // After a flush that failed nobody knows what the system forgot: the staged files are done again.
            self.writer.fail();
        }
        cleaned.map_err(Arc::new)
    }
}

fn refuse(due: impl IntoIterator<Item = Due>, refused: &Refused) {
    due.into_iter().for_each(|due| due.reply.send(Err(refused.clone())));
}

struct Ending(Arc<Shared>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.end(Some(("its thread ended unexpectedly".to_owned(), Code::Unavailable)));
    }
}
