//! Recording another log's checkpoint in one's own (`specs/checkpoint.md` "Anchor").

use detente_checkpoint::{NoteKey, Policy, anchor};
use detente_core::{LeafIndex, LogId, TreeSize};
use detente_log::{CheckFailure, LogReader, LogSource, check_log};
use detente_statement::Kind;

use crate::secret::random;
use crate::{Enclosures, Party, PartyError};

/// An anchor that was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchored {
    /// Its entry in the party's own log.
    pub index: LeafIndex,
    /// The other log.
    pub log: LogId,
    /// Its origin.
    pub origin: String,
    /// The size below which every entry was verified.
    pub size: TreeSize,
    /// How many lines of witnesses were recorded with it.
    pub cosignatures: usize,
}

impl Party {
    /// Verifies every entry of another log against the party's own policy for it, and records its checkpoint.
    ///
    /// # Errors
    /// [`PartyError::OtherLog`] for whatever the check finds: nothing is recorded then. [`PartyError::OwnLog`] for the
    /// party's own. Those of the party's vault and log.
    pub fn anchor<S: LogSource>(
        &mut self,
        other: &LogReader<S>,
        policy: &Policy,
        progress: impl FnMut(u64, u64),
    ) -> Result<Anchored, PartyError> {
        let checked = check_log(other, Some(policy), progress)
            .map_err(|failure: CheckFailure| PartyError::OtherLog(Box::new(failure)))?;
        if checked.log() == self.log {
            return Err(PartyError::OwnLog);
        }
        let checkpoint = checked.checkpoint();
        let signed_by = |key: &&NoteKey| checkpoint.is_signed_by(policy, key);
        let key = policy.logs().iter().map(|log| log.key()).find(signed_by);
        let key =
            key.ok_or(PartyError::Argument { argument: "--policy", expected: "the key of that log" })?;
        let body = anchor::write(checked.log(), checkpoint, key, policy, random()?)?;
        let cosignatures =
            anchor::UnverifiedAnchor::parse(&body)?.unverified_checkpoint().note().signatures().len();

        let issued = self.issue(Kind::Anchor, body, &Enclosures::default())?;
        Ok(Anchored {
            index: issued.index,
            log: checked.log(),
            origin: checked.origin().to_string(),
            size: checked.size(),
            cosignatures: cosignatures.saturating_sub(1),
        })
    }
}
