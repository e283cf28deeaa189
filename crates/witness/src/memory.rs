//! A store that a restart forgets: for tests and for one session.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use detente_core::Origin;

use crate::{
    Applied, BatchStore, Evidence, Kept, MAX_EVIDENCE, MAX_REFUSALS, Refusal, Seen, SeenKey, StoreStep,
    WitnessError, WitnessStore,
};

/// Keeps everything in memory. A witness that uses it needs a new key after each start.
#[derive(Debug, Default)]
pub struct MemoryStore {
    logs: Mutex<BTreeMap<Origin, Memory>>,
}

#[derive(Debug, Default)]
struct Memory {
    newest: Option<Seen>,
    evidence: Vec<Evidence>,
    /// The newest first.
    refusals: Vec<Refusal>,
}

impl MemoryStore {
    /// A store that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    fn logs(&self) -> MutexGuard<'_, BTreeMap<Origin, Memory>> {
        // No step below leaves a half-changed value behind, whoever panicked.
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn compare_and_set(&mut self, expected: Option<&SeenKey>, next: &Seen) -> bool {
        let same = self.newest.as_ref().map(Seen::key) == expected;
        if same {
            self.newest = Some(next.clone());
        }
        same
    }

    fn keep_evidence(&mut self, evidence: &Evidence) -> Kept {
        let of_kind = || self.evidence.iter().filter(|known| known.kind == evidence.kind);
        if of_kind().any(|known| known.size == evidence.size && known.root == evidence.root) {
            return Kept::Known;
        }
        if of_kind().count() >= MAX_EVIDENCE {
            return Kept::Full;
        }
        self.evidence.push(evidence.clone());
        Kept::New
    }

    fn keep_refusal(&mut self, refusal: &Refusal) {
        self.refusals.retain(|known| known.request != refusal.request);
        self.refusals.insert(0, refusal.clone());
        self.refusals.truncate(MAX_REFUSALS);
    }
}

impl WitnessStore for MemoryStore {
    fn newest(&self, origin: &Origin) -> Result<Option<Seen>, WitnessError> {
        Ok(self.logs().get(origin).and_then(|memory| memory.newest.clone()))
    }

    fn compare_and_set(
        &self,
        origin: &Origin,
        expected: Option<&SeenKey>,
        next: &Seen,
    ) -> Result<bool, WitnessError> {
        Ok(self.logs().entry(origin.clone()).or_default().compare_and_set(expected, next))
    }

    fn keep_evidence(&self, origin: &Origin, evidence: &Evidence) -> Result<Kept, WitnessError> {
        Ok(self.logs().entry(origin.clone()).or_default().keep_evidence(evidence))
    }

    fn evidence(&self, origin: &Origin) -> Result<Vec<Evidence>, WitnessError> {
        Ok(self.logs().get(origin).map_or_else(Vec::new, |memory| memory.evidence.clone()))
    }

    fn keep_refusal(&self, origin: &Origin, refusal: &Refusal) -> Result<(), WitnessError> {
        self.logs().entry(origin.clone()).or_default().keep_refusal(refusal);
        Ok(())
    }

    fn refusals(&self, origin: &Origin) -> Result<Vec<Refusal>, WitnessError> {
        Ok(self.logs().get(origin).map_or_else(Vec::new, |memory| memory.refusals.clone()))
    }
}

impl BatchStore for MemoryStore {
    fn apply(&self, steps: &[StoreStep]) -> Result<Vec<Applied>, WitnessError> {
        let mut logs = self.logs();
        let mut of = |origin: &Origin, act: &dyn Fn(&mut Memory) -> Applied| {
            act(logs.entry(origin.clone()).or_default())
        };
        let applied = steps.iter().map(|step| match step {
            StoreStep::CompareAndSet { origin, expected, next } => {
                of(origin, &|memory| Applied::Set(memory.compare_and_set(expected.as_ref(), next)))
            }
            StoreStep::KeepEvidence { origin, evidence } => {
                of(origin, &|memory| Applied::Kept(memory.keep_evidence(evidence)))
            }
            StoreStep::KeepRefusal { origin, refusal } => of(origin, &|memory| {
                memory.keep_refusal(refusal);
                Applied::Refused
            }),
        });
        Ok(applied.collect())
    }
}
