//! What stands above the newest signed note of the party's own log, before anything there is signed
//! (`specs/party.md` "Before a signature").

use detente_checkpoint::{Policy, PolicyFiles};
use detente_core::{LeafIndex, TreeSize};
use detente_log::{LogTree, LogWriter};
use detente_statement::UnverifiedStatement;

use crate::issue::is_issued;
use crate::key_events::is_event;
use crate::record::Record;
use crate::vault::SecretName;
use crate::{Party, PartyError};

impl Party {
    /// Names the vault's own checkpoint key, so that a log of another key is refused however it looks.
    pub(crate) fn own_policy(&self) -> Result<Policy, PartyError> {
        let key = self.public(SecretName::CheckpointKey)?;
        let files = PolicyFiles::unwitnessed(self.origin(), &key, &[]);
        Ok(Policy::parse(&files.policy, None)?)
    }

    /// Refuses a log that was not written by this party, as far as its next signature would vouch for it: what the log
    /// itself can tell (`log.md` "Before the first signature"), and that what a crash left above its newest note is what the
    /// vault was about to publish.
    pub(crate) fn require_continuation(&self, writer: &mut LogWriter) -> Result<(), PartyError> {
        // The vault's log id binds genesis, and genesis names the key.
        let signed = writer.require_continuation(self.origin(), self.checkpoint_key().key())?;
        self.require_pending(&writer.tree(), signed)
    }

    /// Every entry above the note is one that the vault was about to publish. That it is validly signed is known by now.
    fn require_pending(&self, tree: &LogTree<'_>, signed: TreeSize) -> Result<(), PartyError> {
        if signed == tree.size() {
            return Ok(());
        }
        let pending = self.vault.pending()?;
        let event = self.vault.keyring()?.pending;
        for (index, entry) in (signed.get()..).zip(tree.entries(signed.get()..tree.size().get())) {
            let index = LeafIndex::new(index)?;
            let statement = UnverifiedStatement::decode(&entry?)?;
            let (id, kind) = (statement.id(), statement.unverified_kind());
            let is_own = if statement.unverified_sealed().is_some() {
                match self.vault.row(index)?.filter(|_| pending.binary_search(&index).is_ok()) {
                    Some(row) => Record::parse(&row.record, index.get())?.statement == id,
                    None => false,
                }
            } else if is_event(kind) {
                event.is_some_and(|event| event.index == index && event.statement == id)
            } else {
                // Has no row: its signature is all there is, and nobody else could make it.
                is_issued(kind)
            };
            if !is_own {
                return Err(PartyError::UnsignedEntry { index });
            }
        }
        Ok(())
    }
}
