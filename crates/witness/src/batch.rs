//! Several steps of a store as one.

use detente_core::Origin;

use crate::{Evidence, Kept, Refusal, Seen, SeenKey, WitnessError, WitnessStore};

/// A store that takes several steps in one transaction.
pub trait BatchStore: WitnessStore {
    /// Takes the steps in order, each seeing what those before it did, and makes them durable together. What comes back
    /// has one item for each step.
    ///
    /// # Errors
    /// As those of the single steps; then it is not known of any whether it took effect.
    fn apply(&self, steps: &[StoreStep]) -> Result<Vec<Applied>, WitnessError>;
}

/// One step that changes a store; see the methods of [`WitnessStore`] of the same names.
#[derive(Debug, Clone)]
pub enum StoreStep {
    /// [`WitnessStore::compare_and_set`].
    CompareAndSet {
        /// The log.
        origin: Origin,
        /// What has to be there.
        expected: Option<SeenKey>,
        /// What comes in its place.
        next: Box<Seen>,
    },
    /// [`WitnessStore::keep_evidence`].
    KeepEvidence {
        /// The log.
        origin: Origin,
        /// What is kept.
        evidence: Box<Evidence>,
    },
    /// [`WitnessStore::keep_refusal`].
    KeepRefusal {
        /// The log.
        origin: Origin,
        /// What is kept.
        refusal: Box<Refusal>,
    },
}

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// Whether the comparison held, and the next took the place.
    Set(bool),
    /// What became of evidence.
    Kept(Kept),
    /// A refusal is kept.
    Refused,
}

impl Applied {
    pub(crate) fn set(self) -> Result<bool, WitnessError> {
        match self {
            Self::Set(set) => Ok(set),
            Self::Kept(_) | Self::Refused => Err(WitnessError::store(Mixed)),
        }
    }

    pub(crate) fn kept(self) -> Result<Kept, WitnessError> {
        match self {
            Self::Kept(kept) => Ok(kept),
            Self::Set(_) | Self::Refused => Err(WitnessError::store(Mixed)),
        }
    }
}

/// A store that answers one step with another's outcome.
#[derive(Debug, thiserror::Error)]
#[error("expected the outcome of this step, got another's")]
struct Mixed;
