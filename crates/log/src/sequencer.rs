//! Many submitters, one order (`specs/log.md` "Sequencer").
//!
//! ```text
//! submitter's thread                 sequencer's thread
//! decode, key, signature ──queue──▶ place: role, revoked, closed, repeated ─▶ commit ─▶ publish ─▶ receipts
//! ```

mod engine;
mod judge;
mod shared;
mod submission;
mod ticket;

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use detente_core::{Code, TreeSize};

use crate::{Degraded, LogError, LogSigner, LogWriter, index::Index};

use engine::Engine;
use shared::Shared;
use ticket::Reply;
pub use ticket::{Outcome, Refused, Ticket};

/// How a sequencer gathers entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How long the first entry of a batch waits for others. Each batch costs the same few flushes, however large.
    pub max_wait: Duration,
    /// Entries after which a batch goes at once, at least 1.
    pub max_batch: usize,
    /// Entries that may wait, at least 1; more are [`Refused::Busy`]. An entry has at most 65,535 bytes.
    pub queue: usize,
    /// How long until a state that could not be published is tried again.
    pub retry: Duration,
}

impl Default for Options {
    /// 10 ms, 1024 entries, 8192 waiting, a try a second.
    fn default() -> Self {
        Self {
            max_wait: Duration::from_millis(10),
            max_batch: 1024,
            queue: 8192,
            retry: Duration::from_secs(1),
        }
    }
}

/// What a sequencer is up to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// It takes entries.
    Running,
    /// It takes entries as long as the queue has room, and commits none: the last batch is not published yet.
    Degraded(Degraded),
    /// It has ended.
    Ended {
        /// Why, unless it was stopped.
        reason: Option<String>,
        /// The code of that.
        code: Option<Code>,
    },
}

/// A log's writer on a thread of its own, with a queue before it.
///
/// It can be shared; every method takes `&self`. Dropping it stops it as [`Self::stop`] does.
#[derive(Debug)]
pub struct Sequencer {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Sequencer {
    /// Opens the index, catching up with the log, and starts the thread. What a crash left unpublished is published
    /// there, before the first batch.
    ///
    /// # Errors
    /// Those of [`LogWriter::require_continuation`]; [`LogError::Index`]; [`LogError::Entry`] for a log that holds something
    /// else than statements; those of reading the log.
    pub fn start(mut writer: LogWriter, signer: LogSigner, options: Options) -> Result<Self, LogError> {
        let options = Options { max_batch: options.max_batch.max(1), queue: options.queue.max(1), ..options };
        writer.require_found(&signer)?;
        let (tree, verified) = (writer.tree(), writer.verified_tree(signer.origin())?);
        let size = tree.size();
        let index = Index::open(writer.store(), &tree, verified.as_ref())?;
        let keys = index.keys(&tree)?;
        drop((tree, verified));
        let shared = Arc::new(Shared::new(options));
        shared.keys.follow(keys.as_ref(), size);
        let path = writer.store().root().to_owned();
        let engine = Engine { writer, signer, index, keys, shared: Arc::clone(&shared), cleaning: None };
        let thread = thread::Builder::new()
            .name("log sequencer".to_owned())
            .spawn(move || engine.run())
            .map_err(|source| LogError::Unavailable { path, source })?;
        Ok(Self { shared, thread: Mutex::new(Some(thread)) })
    }

    /// Submits an entry. Its signature is verified here; the rest at its place.
    ///
    /// The same bytes again give the receipt of the first time, whether that is published, waiting, or from before a
    /// restart.
    ///
    /// # Errors
    /// [`Refused::Statement`] of decoding, or for a key or signature; [`Refused::Busy`]; [`Refused::Ended`].
    pub fn submit(&self, entry: &[u8]) -> Result<Ticket, Refused> {
        let (ticket, reply) = Ticket::new();
        self.enqueue(entry, reply)?;
        Ok(ticket)
    }

    /// [`Self::submit`] without a thread that waits: `reply` is called once, when the entry is published or refused, on
    /// the sequencer's thread, which waits for it: so it should hand over the outcome and no more.
    ///
    /// # Errors
    /// As [`Self::submit`]; `reply` is not called then.
    pub fn submit_with(
        &self,
        entry: &[u8],
        reply: impl FnOnce(Outcome) + Send + 'static,
    ) -> Result<(), Refused> {
        self.enqueue(entry, Reply::new(reply))
    }

    /// What it is up to.
    pub fn status(&self) -> Status {
        self.shared.status()
    }

    /// The size and the bytes of the newest published note; size 0 and no bytes in a log without entries.
    pub fn published(&self) -> (TreeSize, Arc<[u8]>) {
        self.shared.published()
    }

    /// How many entries wait.
    pub fn waiting(&self) -> usize {
        self.shared.waiting()
    }

    /// Takes no more entries, does those that wait, flushes and cleans, and releases the log. What cannot be published
    /// now is published by the next start. Calling it again changes nothing.
    ///
    /// # Errors
    /// [`Status::Ended`] with a reason, when it did not end in order.
    pub fn stop(&self) -> Result<(), Status> {
        self.shared.stop();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            let _ = thread.join();
        }
        match self.status() {
            ended @ Status::Ended { reason: Some(_), .. } => Err(ended),
            _ => Ok(()),
        }
    }

    fn enqueue(&self, entry: &[u8], reply: Reply) -> Result<(), Refused> {
        if let Err(refused) = self.shared.require_room() {
            reply.forget();
            return Err(refused);
        }
        let submission = match self.shared.keys.check(entry, reply) {
            Ok(submission) => submission,
            Err((error, reply)) => {
                reply.forget();
                return Err(error.into());
            }
        };
        self.shared.put(submission).map_err(|(refused, submission)| {
            self.shared.keys.settle(&submission.introduces);
            submission.reply.forget();
            refused
        })
    }
}

impl Drop for Sequencer {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}
