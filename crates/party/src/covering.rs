//! Which signed note of the party's own log a file that leaves the house is made under.

use detente_checkpoint::{Policy, UnverifiedCheckpoint};
use detente_core::LeafIndex;
use detente_log::LogDirectory;

use crate::{PartyError, PartyFolder};

/// The newest note above the entry that meets the quorum of the policy that the party hands over; the newest of all
/// when none does, or without such a policy. One that no witness has cosigned yet would only be refused.
pub(crate) fn covering(
    directory: &LogDirectory,
    policy: Option<&Policy>,
    index: LeafIndex,
) -> Result<UnverifiedCheckpoint, PartyError> {
    let newest = directory.checkpoint()?;
    let Some(policy) = policy.filter(|policy| policy.quorum_name().is_some()) else {
        return Ok(newest);
    };
    for size in directory.history()?.into_iter().rev().filter(|size| index.is_below(*size)) {
        let note = UnverifiedCheckpoint::parse(&directory.history_note(size)?)?;
        let verified = note.clone().verify(policy);
        if verified.is_ok_and(|verified| verified.require_quorum(policy).is_ok()) {
            return Ok(note);
        }
    }
    Ok(newest)
}

/// The policy in `share/`, when it is there and parses.
pub(crate) fn shared_policy(folder: &PartyFolder) -> Option<Policy> {
    let name = folder.name();
    let policy = std::fs::read(folder.share().join(format!("{name}.policy"))).ok()?;
    let companion = std::fs::read(folder.share().join(format!("{name}.policy.json"))).ok();
    Policy::parse(&policy, companion.as_deref()).ok()
}
