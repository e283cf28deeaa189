//! Hashing and signing beside reading: drafts go in, in order, and come out sealed, in the same order.
//!
//! What a draft is sealed to follows from its place and its seed alone, so the number of threads changes nothing but the
//! time. A bounded number of drafts is on the way, so memory does not grow with the batch.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::Scope;

use detente_core::LeafIndex;
use detente_disclosure::{Document, Envelope, SlotValues};
use detente_statement::{Signer, UnverifiedStatement};

use crate::PartyError;
use crate::record::{Record, SeedPlace};
use crate::secret::Secret;
use crate::vault::{SealedRow, Sealer};

/// Drafts handed over at a time: enough to outweigh the handing over, few enough to stay in a core's cache.
const CHUNK: usize = 16;

/// The one thread that reads and stores feeds no more than three that seal.
const MOST_THREADS: usize = 4;

/// A report that has its place in the log.
pub(crate) struct Draft {
    pub(crate) index: LeafIndex,
    pub(crate) id: String,
    pub(crate) seed: SeedPlace,
    pub(crate) envelope: Envelope,
    pub(crate) document: Document,
    pub(crate) values: SlotValues<'static>,
}

/// A report that is ready for the vault and the log.
pub(crate) struct Sealed {
    pub(crate) index: LeafIndex,
    pub(crate) id: String,
    pub(crate) row: SealedRow,
    pub(crate) entry: Vec<u8>,
}

/// What sealing needs beside the draft.
pub(crate) struct SealingKeys<'k> {
    pub(crate) signer: Signer<'k>,
    pub(crate) master: &'k Secret,
    pub(crate) rows: &'k Sealer,
}

impl SealingKeys<'_> {
    fn seal(&self, drafts: Vec<Draft>) -> Result<Vec<Sealed>, PartyError> {
        drafts.into_iter().map(|draft| self.seal_one(draft)).collect()
    }

    fn seal_one(&self, draft: Draft) -> Result<Sealed, PartyError> {
        let Draft { index, id, seed, envelope, document, values } = draft;
        let log = self.signer.log();
        let sealed = values.seal(log, &seed.seed(self.master, log)).sealed();
        let entry = self.signer.sealed(sealed.digest())?;
        let statement = UnverifiedStatement::decode(&entry)?.id();
        let record = Record { place: seed, statement, envelope, document };
        let row = self.rows.seal_row(index, &id, &record.into_bytes())?;
        Ok(Sealed { index, id, row, entry })
    }
}

/// Threads that seal; without any, the caller's own does.
pub(crate) struct Pipeline<'k> {
    keys: &'k SealingKeys<'k>,
    idle: Vec<Worker>,
    /// Each has one chunk; the oldest chunk first.
    busy: VecDeque<Worker>,
    open: Vec<Draft>,
}

impl<'k> Pipeline<'k> {
    /// Starts as many threads as the machine has cores to spare. They end when the pipeline is dropped.
    pub(crate) fn start<'scope>(scope: &'scope Scope<'scope, 'k>, keys: &'k SealingKeys<'k>) -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let idle = (1..cores.min(MOST_THREADS)).map_while(|_| Worker::start(scope, keys)).collect();
        Self { keys, idle, busy: VecDeque::new(), open: Vec::new() }
    }

    /// Takes a draft; gives what is ready by then, which is often nothing.
    pub(crate) fn push(&mut self, draft: Draft) -> Result<Vec<Sealed>, PartyError> {
        self.open.push(draft);
        if self.open.len() < CHUNK { Ok(Vec::new()) } else { self.hand_over() }
    }

    /// Waits for everything that was pushed.
    pub(crate) fn drain(&mut self) -> Result<Vec<Sealed>, PartyError> {
        let mut ready = self.hand_over()?;
        while let Some(worker) = self.busy.pop_front() {
            ready.extend(worker.receive()?);
            self.idle.push(worker);
        }
        Ok(ready)
    }

    fn hand_over(&mut self) -> Result<Vec<Sealed>, PartyError> {
        let drafts = std::mem::take(&mut self.open);
        let mut ready = Vec::new();
        let worker = match self.idle.pop() {
            Some(idle) => idle,
            None => match self.busy.pop_front() {
                Some(oldest) => {
                    ready = oldest.receive()?;
                    oldest
                }
                None => return self.keys.seal(drafts),
            },
        };
        worker.drafts.send(drafts).map_err(|_| PartyError::SealingStopped)?;
        self.busy.push_back(worker);
        Ok(ready)
    }
}

struct Worker {
    drafts: SyncSender<Vec<Draft>>,
    sealed: Receiver<Result<Vec<Sealed>, PartyError>>,
}

impl Worker {
    fn start<'scope, 'k>(scope: &'scope Scope<'scope, 'k>, keys: &'k SealingKeys<'k>) -> Option<Self> {
        let (drafts, inbox) = sync_channel::<Vec<Draft>>(1);
        let (outbox, sealed) = sync_channel(1);
        let work = move || {
            for drafts in inbox {
                if outbox.send(keys.seal(drafts)).is_err() {
                    break;
                }
            }
        };
        // A system that refuses a thread still gets its batch, later.
        std::thread::Builder::new().spawn_scoped(scope, work).ok()?;
        Some(Self { drafts, sealed })
    }

    fn receive(&self) -> Result<Vec<Sealed>, PartyError> {
        self.sealed.recv().map_err(|_| PartyError::SealingStopped)?
    }
}
