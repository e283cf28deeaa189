//! Lending the checkpoint key to whoever serves the log (`specs/party.md` "Before a signature").

use std::path::Path;

use detente_log::{LogDirectory, LogWriter};
use detente_statement::UnverifiedStatement;

use crate::record::Record;
use crate::{Party, PartyError};

impl Party {
    /// Refuses a folder that is not the party's own log, which has another lock, and a log that this vault knows to be an
    /// older copy. What is in the folder is judged by its writer.
    ///
    /// # Errors
    /// [`PartyError::OtherLogFolder`], [`PartyError::LogBehindVault`], [`PartyError::EntryMismatch`],
    /// [`PartyError::Log`].
    pub fn require_served(&self, log: &Path) -> Result<(), PartyError> {
        let own = self.folder.log();
        let canonical = |path: &Path| path.canonicalize().map_err(PartyError::unavailable(path));
        if canonical(log)? != canonical(&own)? {
            return Err(PartyError::OtherLogFolder { expected: own, got: log.to_owned() });
        }
        let directory = LogDirectory::open(&own)?;
        let (tree, committed) = (directory.tree()?, LogWriter::committed_size(&own)?);
        if let Some(index) = self.vault.newest_settled()? {
            if !index.is_below(committed) {
                return Err(PartyError::LogBehindVault { index });
            }
            let known = match self.vault.row(index)? {
                Some(row) => Some(Record::parse(&row.record, index.get())?.statement),
                None => self.vault.unknown(index)?,
            };
            // What is committed and not published is not in place for sure.
            if index.is_below(tree.size())
                && known != Some(UnverifiedStatement::decode(&tree.entry(index)?)?.id())
            {
                return Err(PartyError::EntryMismatch { index });
            }
        }
        self.require_known_events(committed)
    }

    /// Notes how far the log had got when it was no longer served, so that the vault knows an older copy of it.
    ///
    /// # Errors
    /// [`PartyError`] of the vault or the log.
    pub fn note_served(&self) -> Result<(), PartyError> {
        self.note_published(&LogDirectory::open(self.folder.log())?.tree()?)
    }
}
