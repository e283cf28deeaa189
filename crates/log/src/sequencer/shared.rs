//! Where submitters and the sequencer's thread meet: the queue, the keys, the state.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use detente_core::{Code, TreeSize};

use super::{
    Options, Refused, Status,
    door::Door,
    pending::{Joined, Pending},
    submission::{Keys, Submission},
};
use crate::LogError;

/// How many lulls make the longest wait.
const LULLS: u32 = 8;

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) options: Options,
    pub(super) keys: Keys,
    pub(super) door: Door,
    pub(super) pending: Pending,
    queue: Mutex<Queue>,
    changed: Condvar,
    status: Mutex<Status>,
    published: Mutex<(TreeSize, Arc<[u8]>)>,
    /// All sizes that have a note, in increasing order.
    history: Mutex<Vec<TreeSize>>,
    /// How long the last batch took, in microseconds.
    pace: AtomicU64,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Submission>,
    stopping: bool,
    ended: bool,
}

/// What the sequencer's thread has to do.
pub(super) enum Work {
    Batch(Vec<Submission>),
    /// Nothing came for a while.
    Quiet,
    /// The queue is empty, and nothing more is taken.
    End,
}

impl Shared {
    pub(super) fn new(options: Options, keys: Keys, door: Door, history: Vec<TreeSize>) -> Self {
        Self {
            options,
            keys,
            door,
            pending: Pending::new(options.queue),
            queue: Mutex::default(),
            changed: Condvar::new(),
            status: Mutex::new(Status::Running),
            published: Mutex::new((TreeSize::ZERO, Arc::from([]))),
            history: Mutex::new(history),
            pace: AtomicU64::new(0),
        }
    }

    /// Refuses what would be refused at the end of all checks, before they are made.
    pub(super) fn require_room(&self) -> Result<(), Refused> {
        self.room(&lock(&self.queue))
    }

    /// Takes a checked entry, or gives it back. One whose bytes came first by another thread waits with that one, as
    /// `false` says.
    pub(super) fn put(&self, mut submission: Submission) -> Result<bool, (Refused, Box<Submission>)> {
        let mut queue = lock(&self.queue);
        if let Err(refused) = self.room(&queue) {
            return Err((refused, Box::new(submission)));
        }
        match self.pending.lead(submission.leaf, submission.reply) {
            Ok(reply) => submission.reply = reply,
            Err(reply) => {
                drop(queue);
                return match self.pending.join(submission.leaf, reply) {
                    Joined::Waits => Ok(false),
                    Joined::Full(reply) | Joined::Alone(reply) => {
                        submission.reply = reply;
                        Err((self.busy(), Box::new(submission)))
                    }
                };
            }
        }
        queue.waiting.push_back(submission);
        // The thread waits for the first one, for a full batch, and by the clock for a lull: for nothing in between.
        if queue.waiting.len() == 1 || queue.waiting.len() >= self.options.max_batch {
            self.changed.notify_all();
        }
        Ok(true)
    }

    /// As many wait as may.
    pub(super) fn busy(&self) -> Refused {
        Refused::Busy { retry_after: self.retry_after(self.waiting()) }
    }

    fn room(&self, queue: &Queue) -> Result<(), Refused> {
        if queue.stopping || queue.ended {
            return Err(Refused::Ended);
        }
        if queue.waiting.len() < self.options.queue {
            return Ok(());
        }
        Err(Refused::Busy { retry_after: self.retry_after(queue.waiting.len()) })
    }

    /// When half of the queue should be gone.
    fn retry_after(&self, waiting: usize) -> Duration {
        if matches!(*lock(&self.status), Status::Degraded(_)) {
            return self.options.retry;
        }
        let batches = u32::try_from(waiting.div_ceil(2).div_ceil(self.options.max_batch)).unwrap_or(u32::MAX);
        let pace = Duration::from_micros(self.pace.load(Ordering::Relaxed)).max(self.options.max_wait);
        pace.saturating_mul(batches).clamp(Duration::from_millis(1), Duration::from_secs(30))
    }

    /// Waits for the next batch: it goes when it is full, when its first entry has waited long enough, or in a lull.
    ///
    /// Called when the batch before is answered. Most who submit wait for their receipt and then submit again, so a lull
    /// begins no sooner than that: else two halves of them would take turns, and each batch would hold one of the halves.
    pub(super) fn next(&self, quiet: Option<Duration>) -> Work {
        let mut queue = lock(&self.queue);
        let idle_since = Instant::now();
        let lull = self.options.max_wait / LULLS;
        loop {
            let left = match (queue.waiting.front(), queue.waiting.back()) {
                (Some(first), Some(last)) => {
                    let longest = self.options.max_wait.saturating_sub(first.arrived.elapsed());
                    let left = longest.min(lull.saturating_sub(last.arrived.max(idle_since).elapsed()));
                    if queue.stopping || queue.waiting.len() >= self.options.max_batch || left.is_zero() {
                        let count = queue.waiting.len().min(self.options.max_batch);
                        return Work::Batch(queue.waiting.drain(..count).collect());
                    }
                    Some(left)
                }
                _ if queue.stopping => return Work::End,
                _ => match quiet.map(|quiet| quiet.saturating_sub(idle_since.elapsed())) {
                    Some(left) if left.is_zero() => return Work::Quiet,
                    left => left,
                },
            };
            queue = self.wait(queue, left);
        }
    }

    /// Sleeps so long, or until the end; whether to go on.
    pub(super) fn sleep(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        let mut queue = lock(&self.queue);
        while !queue.stopping {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            queue = self.wait(queue, Some(left));
        }
        false
    }

    fn wait<'a>(&self, queue: MutexGuard<'a, Queue>, left: Option<Duration>) -> MutexGuard<'a, Queue> {
        match left {
            Some(left) => self.changed.wait_timeout(queue, left).unwrap_or_else(PoisonError::into_inner).0,
            None => self.changed.wait(queue).unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Nothing more is taken; what waits is still done.
    pub(super) fn stop(&self) {
        lock(&self.queue).stopping = true;
        self.changed.notify_all();
    }

    /// Nothing is looked up in the index any more.
    pub(super) fn close_door(&self) {
        self.door.close();
    }

    /// The thread is gone: whoever still waits is told.
    pub(super) fn end(&self, why: Option<(String, Code)>) {
        self.door.close();
        let mut status = lock(&self.status);
        if !matches!(*status, Status::Ended { .. }) {
            let (reason, code) = why.unzip();
            *status = Status::Ended { reason, code };
        }
        drop(status);
        let mut queue = lock(&self.queue);
        queue.ended = true;
        let left = core::mem::take(&mut queue.waiting);
        drop(queue);
        for submission in left {
            submission.reply.send(Err(Refused::Ended));
        }
    }

    pub(super) fn status(&self) -> Status {
        lock(&self.status).clone()
    }

    pub(super) fn set_status(&self, status: Status) {
        *lock(&self.status) = status;
    }

    /// Nothing good comes any more; whoever is told so must not find it running.
    pub(super) fn set_ended(&self, error: &LogError) {
        self.set_status(Status::Ended { reason: Some(error.to_string()), code: Some(error.code()) });
    }

    pub(super) fn published(&self) -> (TreeSize, Arc<[u8]>) {
        lock(&self.published).clone()
    }

    pub(super) fn set_published(&self, size: TreeSize, note: Arc<[u8]>) {
        let mut history = lock(&self.history);
        if size > history.last().copied().unwrap_or(TreeSize::ZERO) {
            history.push(size);
        }
        drop(history);
        *lock(&self.published) = (size, note);
    }

    /// At most `most` sizes that have a note, those above `after`.
    pub(super) fn history(&self, after: TreeSize, most: usize) -> Vec<TreeSize> {
        let history = lock(&self.history);
        let start = history.partition_point(|size| *size <= after);
        history.iter().skip(start).take(most).copied().collect()
    }

    pub(super) fn set_pace(&self, batch: Duration) {
        self.pace.store(u64::try_from(batch.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(super) fn waiting(&self) -> usize {
        lock(&self.queue).waiting.len()
    }
}

/// What a panicking callback leaves behind is whole: no lock is held while one runs.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
