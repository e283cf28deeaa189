//! What a submitter holds, and what it hears.

use core::fmt;
use std::{
    sync::{Arc, Condvar, Mutex, PoisonError},
    time::{Duration, Instant},
};

use detente_core::Code;
use detente_statement::StatementError;
use thiserror::Error;

use crate::{LogError, Receipt};

/// Why an entry was not taken, or why it is not known whether it was. Submitting the same bytes again is always safe: an
/// entry that is in the log gives the receipt of its first place.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum Refused {
    /// No valid statement of this log at this place.
    #[error(transparent)]
    Statement(#[from] StatementError),
    /// The queue is full.
    #[error("sequencer: expected room in the queue, got none; try again in {} ms", .retry_after.as_millis())]
    Busy {
        /// When it may be worth another try.
        retry_after: Duration,
    },
    /// The batch could not be committed; the entry is not in the log.
    #[error("sequencer: the batch was not committed: {0}")]
    NotCommitted(Arc<LogError>),
    /// A failure after which only a new start knows whether the entry is in the log.
    #[error(
        "sequencer: it stopped, and the next start will know whether the entry is in the log; the same bytes again tell: {0}"
    )]
    Unknown(Arc<LogError>),
    /// The entry is in the log and published, and its receipt could not be made now: the same bytes give it later.
    #[error("sequencer: the entry is published, and its receipt cannot be made now: {0}")]
    NoReceipt(Arc<LogError>),
    /// A genesis that is not the one of this log.
    #[error("entry 0: expected {expected}, got {got}")]
    OtherGenesis {
        /// The code of what is another.
        code: Code,
        /// What the log's own genesis has.
        expected: String,
        /// What this one has.
        got: String,
    },
    /// The entry is in the log, and the sequencer ended before its note was published. The next start publishes it.
    #[error("sequencer: the entry is committed and not published yet: {reason}")]
    Unpublished {
        /// Why.
        reason: String,
        /// The code of that.
        code: Code,
    },
    /// The sequencer has ended; the entry was not looked at.
    #[error("sequencer: expected one that runs, got one that has ended")]
    Ended,
}

impl Refused {
    /// The stable code, `specs/core.md` "Codes".
    pub fn code(&self) -> Code {
        match self {
            Self::Statement(error) => error.code(),
            Self::NotCommitted(error) | Self::Unknown(error) | Self::NoReceipt(error) => error.code(),
            Self::Unpublished { code, .. } | Self::OtherGenesis { code, .. } => *code,
            Self::Busy { .. } | Self::Ended => Code::Unavailable,
        }
    }

    /// Whether the entry is surely not in the log because of this submission.
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Unknown(_) | Self::Unpublished { .. } | Self::NoReceipt(_))
    }
}

/// What a submission comes to.
pub type Outcome = Result<Receipt, Refused>;

/// Called once, on the sequencer's thread, or on the submitter's when the answer is known at once.
pub(super) struct Reply(Option<Box<dyn FnOnce(Outcome) + Send>>);

impl Reply {
    pub(super) fn new(reply: impl FnOnce(Outcome) + Send + 'static) -> Self {
        Self(Some(Box::new(reply)))
    }

    /// Nobody waits for the outcome.
    pub(super) const fn nobody() -> Self {
        Self(None)
    }

    pub(super) const fn is_nobody(&self) -> bool {
        self.0.is_none()
    }

    pub(super) fn send(mut self, outcome: Outcome) {
        if let Some(reply) = self.0.take() {
            reply(outcome);
        }
    }

    /// Refused before it was taken: the caller is told by the return value alone.
    pub(super) fn forget(mut self) {
        self.0 = None;
    }
}

impl Drop for Reply {
    /// A submission that gets lost on the way, by a panic or an end, must not leave anybody waiting. How far it got is not
    /// known here, so it is not said that it is surely not in the log.
    fn drop(&mut self) {
        if let Some(reply) = self.0.take() {
            reply(Err(Refused::Unknown(Arc::new(LogError::Stopped))));
        }
    }
}

impl fmt::Debug for Reply {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Reply")
    }
}

/// The receipt to come of one submitted entry. Dropping it changes nothing: the entry stays submitted.
#[derive(Debug)]
pub struct Ticket {
    slot: Arc<Slot>,
}

#[derive(Debug, Default)]
struct Slot {
    outcome: Mutex<Option<Outcome>>,
    arrived: Condvar,
}

impl Ticket {
    /// A ticket, and the reply that settles it.
    pub(super) fn new() -> (Self, Reply) {
        let slot = Arc::<Slot>::default();
        let settled = Arc::clone(&slot);
        let reply = Reply::new(move |outcome| {
            *settled.outcome.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
            settled.arrived.notify_all();
        });
        (Self { slot }, reply)
    }

    /// Waits until the entry is published, or refused.
    ///
    /// # Errors
    /// [`Refused`].
    pub fn wait(self) -> Outcome {
        let mut outcome = self.slot.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match outcome.take() {
                Some(outcome) => return outcome,
                None => outcome = self.slot.arrived.wait(outcome).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    /// Waits so long; `None` when there is no answer yet. It can be asked again until there is.
    pub fn wait_timeout(&self, timeout: Duration) -> Option<Outcome> {
        let until = Instant::now() + timeout;
        let mut outcome = self.slot.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        while outcome.is_none() {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.slot.arrived.wait_timeout(outcome, left);
            outcome = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        outcome.clone()
    }
}
