//! Many submitters, one order (`specs/log.md` "Sequencer").
//!
//! ```text
//! submitter's thread                           sequencer's thread
//! known? decode, key, signature ──queue──▶ place: role, revoked, closed, repeated ─▶ commit ─▶ publish ─▶ receipts
//! ```

mod door;
mod engine;
mod judge;
mod pending;
mod shared;
mod submission;
mod ticket;

use std::{
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use detente_core::{Code, TreeSize};

use detente_merkle::leaf_hash;
use detente_statement::UnverifiedStatement;

use crate::{Degraded, LogError, LogSigner, LogWriter, history, index::Index};

use door::Door;
pub use door::Known;
use engine::Engine;
use pending::Joined;
use shared::Shared;
use submission::Keys;
use ticket::Reply;
pub use ticket::{Outcome, Refused, Ticket};

/// How a sequencer gathers entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// How long the first entry of a batch waits for others at most. A batch goes before that when nothing came for an
    /// eighth of it. Each batch costs the same few flushes, however large.
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
        let door = Door::new(writer.store().clone(), index.finder());
        let history = history::sizes_that_parse(writer.store(), size)?;
        let shared = Arc::new(Shared::new(options, Keys::new(signer.expected()), door, history));
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
        if let Some((known, reply)) = self.enqueue(entry, reply)? {
            reply.send(known.receipt());
        }
        Ok(ticket)
    }

    /// [`Self::submit`] without a thread that waits: `reply` is called once, when the entry is published or refused, on
    /// the sequencer's thread, which waits for it: so it should hand over the outcome and no more. For an entry that is in
    /// the published log it is not called: the answer is there, and [`Known::receipt`] reads it.
    ///
    /// # Errors
    /// As [`Self::submit`]; `reply` is not called then.
    pub fn submit_with(
        &self,
        entry: &[u8],
        reply: impl FnOnce(Outcome) + Send + 'static,
    ) -> Result<Option<Known>, Refused> {
        let known = self.enqueue(entry, Reply::new(reply))?;
        Ok(known.map(|(known, reply)| {
            reply.forget();
            known
        }))
    }

    /// Submits an entry whose outcome nobody waits for.
    ///
    /// # Errors
    /// As [`Self::submit`].
    pub fn offer(&self, entry: &[u8]) -> Result<(), Refused> {
        self.enqueue(entry, Reply::nobody()).map(drop)
    }

    /// What it is up to.
    pub fn status(&self) -> Status {
        self.shared.status()
    }

    /// The size and the bytes of the newest published note; size 0 and no bytes in a log without entries.
    pub fn published(&self) -> (TreeSize, Arc<[u8]>) {
        self.shared.published()
    }

    /// At most `most` sizes that have a note, those above `after`, in increasing order. No folder is listed for it.
    pub fn history(&self, after: TreeSize, most: usize) -> Vec<TreeSize> {
        self.shared.history(after, most)
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

    /// What is in the log, or waits already, takes no place in the queue; the first comes back with its reply.
    fn enqueue(&self, entry: &[u8], reply: Reply) -> Result<Option<(Known, Reply)>, Refused> {
        let shared = &self.shared;
        let refused = |refused: Refused, reply: Reply| {
            reply.forget();
            Err(refused)
        };
        let leaf = leaf_hash(entry);
        let reply = match shared.pending.join(leaf, reply) {
            Joined::Waits => return Ok(None),
            Joined::Full(reply) => return refused(shared.busy(), reply),
            Joined::Alone(reply) => reply,
        };
        let statement = match UnverifiedStatement::decode(entry) {
            Ok(statement) => statement,
            Err(error) => return refused(error.into(), reply),
        };
        match shared.door.find(entry, leaf, &statement, || shared.published()) {
            Ok(Some(known)) => return Ok(Some((known, reply))),
            Ok(None) => {}
            Err(error) => return refused(Refused::NotCommitted(Arc::new(error)), reply),
        }
        if let Err(full) = shared.require_room() {
            return refused(full, reply);
        }
        let submission = match shared.keys.check(entry, leaf, statement, reply) {
            Ok(submission) => submission,
            Err((error, reply)) => return refused(error, reply),
        };
        let introduces = submission.introduces.clone();
        match shared.put(submission) {
            Ok(true) => Ok(None),
            Ok(false) => {
                shared.keys.settle(&introduces);
                Ok(None)
            }
            Err((full, submission)) => {
                shared.keys.settle(&introduces);
                refused(full, submission.reply)
            }
        }
    }
}

impl Drop for Sequencer {
    fn drop(&mut self) {
        let _ = self.stop();
    }
}
