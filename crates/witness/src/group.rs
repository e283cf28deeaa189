//! Many writers, one transaction: what waits while the disk is busy shares the next flush.

use std::{
    fmt,
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
};

use detente_core::Origin;
use thiserror::Error;

use crate::{
    Applied, BatchStore, Evidence, Kept, Refusal, Seen, SeenKey, StoreStep, WitnessError, WitnessStore,
};

/// Most steps of one transaction.
pub const MAX_GROUP: usize = 256;

/// A store whose writes are gathered by one thread. Whoever writes waits until the transaction that holds its step is
/// durable; when that fails, every step in it has failed, and nobody signs.
pub struct GroupStore<S> {
    store: Arc<S>,
    /// `None` only while it is dropped.
    queue: Option<mpsc::Sender<Waiting>>,
    thread: Option<JoinHandle<()>>,
}

struct Waiting {
    step: StoreStep,
    answer: mpsc::SyncSender<Result<Applied, WitnessError>>,
}

/// Why a step of a group failed.
#[derive(Debug, Error)]
enum GroupFault {
    #[error("the transaction of {steps} steps failed: {reason}")]
    Failed { steps: usize, reason: String },
    #[error("expected a thread that writes, got one that ended")]
    Ended,
}

impl<S: BatchStore + 'static> GroupStore<S> {
    /// Starts the thread that writes to a store.
    ///
    /// # Errors
    /// [`WitnessError::Store`] when there is no thread to be had.
    pub fn start(store: S) -> Result<Self, WitnessError> {
        let store = Arc::new(store);
        let (queue, waiting) = mpsc::channel();
        let writes = Arc::clone(&store);
        let thread = thread::Builder::new()
            .name("witness store".to_owned())
            .spawn(move || write(&*writes, &waiting))
            .map_err(WitnessError::store)?;
        Ok(Self { store, queue: Some(queue), thread: Some(thread) })
    }
}

impl<S> GroupStore<S> {
    fn step(&self, step: StoreStep) -> Result<Applied, WitnessError> {
        let ended = || WitnessError::store(GroupFault::Ended);
        let (answer, answered) = mpsc::sync_channel(1);
        let queue = self.queue.as_ref().ok_or_else(ended)?;
        queue.send(Waiting { step, answer }).map_err(|_| ended())?;
        answered.recv().map_err(|_| ended())?
    }
}

fn write<S: BatchStore>(store: &S, waiting: &mpsc::Receiver<Waiting>) {
    while let Ok(first) = waiting.recv() {
        let group = [first].into_iter().chain(waiting.try_iter().take(MAX_GROUP - 1));
        let (steps, answers): (Vec<_>, Vec<_>) = group.map(|waiting| (waiting.step, waiting.answer)).unzip();
        let outcome = store.apply(&steps).and_then(|applied| match applied.len() == steps.len() {
            true => Ok(applied),
            false => Err(WitnessError::store(GroupFault::Ended)),
        });
        // Whoever has gone meanwhile asks again, and is told by the store.
        match outcome {
            Ok(applied) => answers.iter().zip(applied).for_each(|(answer, applied)| {
                let _ = answer.send(Ok(applied));
            }),
            Err(error) => answers.iter().for_each(|answer| {
                let fault = GroupFault::Failed { steps: steps.len(), reason: error.to_string() };
                let _ = answer.send(Err(WitnessError::store(fault)));
            }),
        }
    }
}

impl<S: WitnessStore> WitnessStore for GroupStore<S> {
    fn newest(&self, origin: &Origin) -> Result<Option<Seen>, WitnessError> {
        self.store.newest(origin)
    }

    fn compare_and_set(
        &self,
        origin: &Origin,
        expected: Option<&SeenKey>,
        next: &Seen,
    ) -> Result<bool, WitnessError> {
        let (origin, expected, next) = (origin.clone(), expected.copied(), Box::new(next.clone()));
        self.step(StoreStep::CompareAndSet { origin, expected, next })?.set()
    }

    fn keep_evidence(&self, origin: &Origin, evidence: &Evidence) -> Result<Kept, WitnessError> {
        let (origin, evidence) = (origin.clone(), Box::new(evidence.clone()));
        self.step(StoreStep::KeepEvidence { origin, evidence })?.kept()
    }

    fn evidence(&self, origin: &Origin) -> Result<Vec<Evidence>, WitnessError> {
        self.store.evidence(origin)
    }

    fn keep_refusal(&self, origin: &Origin, refusal: &Refusal) -> Result<(), WitnessError> {
        let (origin, refusal) = (origin.clone(), Box::new(refusal.clone()));
        self.step(StoreStep::KeepRefusal { origin, refusal }).map(drop)
    }

    fn refusals(&self, origin: &Origin) -> Result<Vec<Refusal>, WitnessError> {
        self.store.refusals(origin)
    }
}

impl<S> Drop for GroupStore<S> {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl<S> fmt::Debug for GroupStore<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("GroupStore")
    }
}
