//! What must be durable, and how atomic.

use std::sync::Arc;

use detente_core::Origin;

use crate::{Evidence, Kept, Refusal, Seen, SeenKey, WitnessError};

/// A witness's memory. The suite in `conformance` (feature of that name) checks an implementation.
///
/// An error of any method means that it is not known whether the call took effect. What took effect stays, through a
/// crash and a restart.
pub trait WitnessStore: Send + Sync {
    /// What was cosigned last of a log; `None` when nothing was.
    ///
    /// # Errors
    /// [`WitnessError::Store`], [`WitnessError::StoreRow`].
    fn newest(&self, origin: &Origin) -> Result<Option<Seen>, WitnessError>;

    /// In one step that nothing can divide: if the newest is `expected` (`None`: there is none), makes it `next`,
    /// durably, and says true; else changes nothing and says false.
    ///
    /// # Errors
    /// [`WitnessError::Store`].
    fn compare_and_set(
        &self,
        origin: &Origin,
        expected: Option<&SeenKey>,
        next: &Seen,
    ) -> Result<bool, WitnessError>;

    /// Keeps a piece of evidence, durably: the first of each kind, size and root, at most
    /// [`MAX_EVIDENCE`](crate::MAX_EVIDENCE) of each kind for an origin.
    ///
    /// # Errors
    /// [`WitnessError::Store`].
    fn keep_evidence(&self, origin: &Origin, evidence: &Evidence) -> Result<Kept, WitnessError>;

    /// The evidence about a log, in the order in which it was kept.
    ///
    /// # Errors
    /// [`WitnessError::Store`], [`WitnessError::StoreRow`].
    fn evidence(&self, origin: &Origin) -> Result<Vec<Evidence>, WitnessError>;

    /// Keeps a refusal, durably, as the newest of its log. One of the same request goes, and so does the oldest above
    /// [`MAX_REFUSALS`](crate::MAX_REFUSALS).
    ///
    /// # Errors
    /// [`WitnessError::Store`].
    fn keep_refusal(&self, origin: &Origin, refusal: &Refusal) -> Result<(), WitnessError>;

    /// The refusals of a log, the newest first.
    ///
    /// # Errors
    /// [`WitnessError::Store`], [`WitnessError::StoreRow`].
    fn refusals(&self, origin: &Origin) -> Result<Vec<Refusal>, WitnessError>;
}

macro_rules! forwarded {
    ($($holder:ty),*) => {$(
        impl<S: WitnessStore + ?Sized> WitnessStore for $holder {
            fn newest(&self, origin: &Origin) -> Result<Option<Seen>, WitnessError> {
                (**self).newest(origin)
            }

            fn compare_and_set(
                &self,
                origin: &Origin,
                expected: Option<&SeenKey>,
                next: &Seen,
            ) -> Result<bool, WitnessError> {
                (**self).compare_and_set(origin, expected, next)
            }

            fn keep_evidence(&self, origin: &Origin, evidence: &Evidence) -> Result<Kept, WitnessError> {
                (**self).keep_evidence(origin, evidence)
            }

            fn evidence(&self, origin: &Origin) -> Result<Vec<Evidence>, WitnessError> {
                (**self).evidence(origin)
            }

            fn keep_refusal(&self, origin: &Origin, refusal: &Refusal) -> Result<(), WitnessError> {
                (**self).keep_refusal(origin, refusal)
            }

            fn refusals(&self, origin: &Origin) -> Result<Vec<Refusal>, WitnessError> {
                (**self).refusals(origin)
            }
        }
    )*};
}

forwarded!(&S, Arc<S>, Box<S>);
