//! Every rule of the answer, as a function of what was read (`specs/witness.md` "Decide").

use detente_checkpoint::{NoteKey, cosignature};
use detente_core::UnixSeconds;
use detente_merkle::verify_consistency;

use crate::{AddCheckpoint, EvidenceKind, SeenKey, TrustedLogs, WitnessError, logs::SignedRequest};

/// How far a clock may stand before the newest time, in seconds; the newest time is then signed again.
pub const CLOCK_TOLERANCE: u64 = 300;

/// What to do with a request.
#[derive(Debug)]
pub struct Decision {
    /// What to persist and then cosign, or why not.
    pub outcome: Result<SeenKey, WitnessError>,
    /// What the request shows about the log, whatever the answer is.
    pub keeps: Option<EvidenceKind>,
}

/// Decides a request. `own` is the witness's key, `newest` what it cosigned last of this log, `now` its clock in seconds.
///
/// Nothing is persisted or signed: only [`crate::Witness`] does that, in the one safe order.
///
/// # Errors
/// In the outcome, by the numbered steps: `UNKNOWN-ORIGIN`, `UNKNOWN-LOG`, `INVALID-LOG-SIGNATURE`, `STALE-STORE`,
/// `INDEX-RANGE`, `SIZE-CONFLICT`, `PROOF-LENGTH`, `INVALID-CONSISTENCY`, `EXTENSION-LINES`, `CLOCK-BEHIND`.
pub fn decide(
    logs: &TrustedLogs,
    own: &NoteKey,
    request: &AddCheckpoint,
    newest: Option<&SeenKey>,
    now: UnixSeconds,
) -> Decision {
    match logs.check(request) {
        Ok(signed) => decide_signed(&signed, own, newest, now),
        Err(error) => Decision { outcome: Err(error), keeps: None },
    }
}

/// Steps 3 to 7.
pub(crate) fn decide_signed(
    signed: &SignedRequest<'_>,
    own: &NoteKey,
    newest: Option<&SeenKey>,
    now: UnixSeconds,
) -> Decision {
    let request = signed.request;
    let newest = newest.unwrap_or(&SeenKey::NEVER);
    if let Err(error) = check_store(request, own, newest) {
        return Decision { outcome: Err(error), keeps: None };
    }
    let outcome = continue_tree(request, newest).and_then(|()| next(request, newest, now));
    let keeps = if is_fork(request, newest) {
        Some(EvidenceKind::Fork)
    } else {
        matches!(outcome, Err(WitnessError::Inconsistent { .. })).then_some(EvidenceKind::Unproven)
    };
    Decision { outcome, keeps }
}

/// Step 3: a cosignature of our own that says more than the store shows that the store went back.
fn check_store(request: &AddCheckpoint, own: &NoteKey, newest: &SeenKey) -> Result<(), WitnessError> {
    let (size, text) = (request.size(), request.note().text());
    for line in request.note().signatures().iter().filter(|line| line.is_of(own)) {
        let Ok(time) = cosignature::verify(own, line, text) else { continue };
        let other_root = size == newest.size && request.root() != newest.root;
        if size > newest.size || other_root || time > newest.time {
            return Err(WitnessError::StaleStore { size, time });
        }
    }
    Ok(())
}

/// Steps 4 and 5.
fn continue_tree(request: &AddCheckpoint, newest: &SeenKey) -> Result<(), WitnessError> {
    let (old, size) = (request.old(), request.size());
    if old > size {
        return Err(WitnessError::OldAboveNew { old, size });
    }
    if old != newest.size {
        return Err(WitnessError::SizeConflict { old, newest: newest.size });
    }
    verify_consistency(old, size, newest.root, request.root(), request.proof())
        .map_err(|source| WitnessError::Inconsistent { size, source })
}

/// Steps 6 and 7.
fn next(request: &AddCheckpoint, newest: &SeenKey, now: UnixSeconds) -> Result<SeenKey, WitnessError> {
    if request.has_extension_lines() {
        return Err(WitnessError::ExtensionLines);
    }
    let far_behind = now.get().saturating_add(CLOCK_TOLERANCE) < newest.time.get();
    if now == UnixSeconds::ZERO || far_behind {
        return Err(WitnessError::ClockBehind { now, newest: newest.time });
    }
    Ok(SeenKey { size: request.size(), root: request.root(), time: now.max(newest.time) })
}

/// Whether the log signed two roots for one size, as far as the newest checkpoint and the empty tree can tell.
fn is_fork(request: &AddCheckpoint, newest: &SeenKey) -> bool {
    let (size, root) = (request.size(), request.root());
    [newest, &SeenKey::NEVER].iter().any(|known| known.size == size && known.root != root)
}
