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

use super::{Options, Refused, Status, submission::Keys, submission::Submission};

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) options: Options,
    pub(super) keys: Keys,
    queue: Mutex<Queue>,
    changed: Condvar,
    status: Mutex<Status>,
    published: Mutex<(TreeSize, Arc<[u8]>)>,
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
    pub(super) fn new(options: Options) -> Self {
        Self {
            options,
            keys: Keys::default(),
            queue: Mutex::default(),
            changed: Condvar::new(),
            status: Mutex::new(Status::Running),
            published: Mutex::new((TreeSize::ZERO, Arc::from([]))),
            pace: AtomicU64::new(0),
        }
    }

    /// Refuses what would be refused at the end of all checks, before they are made.
    pub(super) fn require_room(&self) -> Result<(), Refused> {
        self.room(&lock(&self.queue))
    }

    /// Takes a checked entry, or gives it back.
    pub(super) fn put(&self, submission: Submission) -> Result<(), (Refused, Box<Submission>)> {
        let mut queue = lock(&self.queue);
        if let Err(refused) = self.room(&queue) {
            return Err((refused, Box::new(submission)));
        }
        queue.waiting.push_back(submission);
        // The thread waits for the first one and for a full batch, and for nothing in between.
        if queue.waiting.len() == 1 || queue.waiting.len() >= self.options.max_batch {
            self.changed.notify_all();
        }
        Ok(())
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

    /// Waits for the next batch: it goes when it is full, or when its first entry has waited long enough.
    pub(super) fn next(&self, quiet: Option<Duration>) -> Work {
        let mut queue = lock(&self.queue);
        let idle_since = Instant::now();
        loop {
            let left = match queue.waiting.front() {
                Some(first) => {
                    let left = self.options.max_wait.saturating_sub(first.arrived.elapsed());
                    if queue.stopping || queue.waiting.len() >= self.options.max_batch || left.is_zero() {
                        let count = queue.waiting.len().min(self.options.max_batch);
                        return Work::Batch(queue.waiting.drain(..count).collect());
                    }
                    Some(left)
                }
                None if queue.stopping => return Work::End,
                None => match quiet.map(|quiet| quiet.saturating_sub(idle_since.elapsed())) {
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

    /// The thread is gone: whoever still waits is told.
    pub(super) fn end(&self, why: Option<(String, Code)>) {
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

    pub(super) fn published(&self) -> (TreeSize, Arc<[u8]>) {
        lock(&self.published).clone()
    }

    pub(super) fn set_published(&self, size: TreeSize, note: Arc<[u8]>) {
        *lock(&self.published) = (size, note);
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
