//! A store that a restart forgets: for tests and for one session.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use detente_core::Origin;

use crate::{Evidence, Kept, MAX_EVIDENCE, Seen, SeenKey, WitnessError, WitnessStore};

/// Keeps everything in memory. A witness that uses it needs a new key after each start.
#[derive(Debug, Default)]
pub struct MemoryStore {
    logs: Mutex<BTreeMap<Origin, Memory>>,
}

#[derive(Debug, Default)]
struct Memory {
    newest: Option<Seen>,
    evidence: Vec<Evidence>,
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
        let mut logs = self.logs();
        let newest = &mut logs.entry(origin.clone()).or_default().newest;
        let same = newest.as_ref().map(Seen::key) == expected;
        if same {
            *newest = Some(next.clone());
        }
        Ok(same)
    }

    fn keep_evidence(&self, origin: &Origin, evidence: &Evidence) -> Result<Kept, WitnessError> {
        let mut logs = self.logs();
        let kept = &mut logs.entry(origin.clone()).or_default().evidence;
        let of_kind = || kept.iter().filter(|known| known.kind == evidence.kind);
        if of_kind().any(|known| known.size == evidence.size && known.root == evidence.root) {
            return Ok(Kept::Known);
        }
        if of_kind().count() >= MAX_EVIDENCE {
            return Ok(Kept::Full);
        }
        kept.push(evidence.clone());
        Ok(Kept::New)
    }

    fn evidence(&self, origin: &Origin) -> Result<Vec<Evidence>, WitnessError> {
        Ok(self.logs().get(origin).map_or_else(Vec::new, |memory| memory.evidence.clone()))
    }
}
