//! The one rule of deadlines (`specs/agreement.md` "Time").

use detente_core::UnixSeconds;

use crate::{Interval, Period, State, Verdict};

/// What a rule says of one duty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ruling {
    /// What is so.
    pub verdict: Verdict,
    /// A word that explains it.
    pub state: Option<State>,
}

impl Ruling {
    /// A verdict that needs no word.
    pub const fn of(verdict: Verdict) -> Self {
        Self { verdict, state: None }
    }

    /// A verdict and the word for it.
    pub(crate) fn with(verdict: Verdict, word: &str) -> Self {
        Self { verdict, state: Some(State::new(word)) }
    }
}

/// What is known when a deadline is judged.
#[derive(Debug, Clone, Copy)]
pub struct Known {
    /// Whatever the log does not hold came later than this.
    pub horizon: Option<UnixSeconds>,
    /// The time asked about.
    pub at: UnixSeconds,
}

/// Whether what began at `start` was answered within a period.
///
/// ```
/// use detente_agreement::{Interval, Known, Period, Verdict, deadline};
/// use detente_core::UnixSeconds;
/// # fn main() -> Result<(), detente_core::CoreError> {
/// let between = |lo, hi| Ok::<_, detente_core::CoreError>(Interval {
///     lo: Some(UnixSeconds::new(lo)?),
///     hi: Some(UnixSeconds::new(hi)?),
/// });
/// let known = Known { horizon: None, at: UnixSeconds::new(6_000)? };
/// let ruling = deadline(between(400, 460)?, Period::Days(10), Some(between(5_000, 5_060)?), known);
/// assert_eq!(ruling.verdict, Verdict::Met);
/// # Ok(())
/// # }
/// ```
pub fn deadline(start: Interval, period: Period, answer: Option<Interval>, known: Known) -> Ruling {
    if start.conflicts() || answer.is_some_and(Interval::conflicts) {
        return Ruling::of(Verdict::WitnessConflict);
    }
    let latest = period.latest(start);
    let verdict = match answer {
        Some(answer) if answer.is_not_after(period.earliest(start)) => Verdict::Met,
        Some(answer) if answer.is_after(latest) => Verdict::Missed,
        Some(_) => Verdict::Indeterminate,
        None if known.horizon.is_some_and(|horizon| latest.is_before(horizon)) => Verdict::Overdue,
        None if !latest.is_before(known.at) => Verdict::Pending,
        // The log that was audited is too old to show that nothing came.
        None => return Ruling::with(Verdict::Indeterminate, "STALE"),
    };
    Ruling::of(verdict)
}

/// Whether something waited for at least a period: what `least` says of a wait and of preservation.
pub(crate) fn at_least(start: Interval, period: Period, end: Interval) -> Verdict {
    if start.conflicts() || end.conflicts() {
        Verdict::WitnessConflict
    } else if end.is_not_before(period.latest(start)) {
        Verdict::Met
    } else if end.is_before(period.earliest(start)) {
        Verdict::Missed
    } else {
        Verdict::Indeterminate
    }
}
