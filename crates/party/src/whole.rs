//! The whole record of one sealed entry, as only its owner sees it.

use std::path::PathBuf;

use detente_core::{Digest, KeyDigest, LeafIndex, ProfileDigest, StatementId, json::Value};
use detente_disclosure::Envelope;
use detente_log::LogDirectory;
use detente_merkle::leaf_hash;
use detente_statement::UnverifiedStatement;

use crate::{Party, PartyError, PreviewSlot, receipts};

/// One sealed entry of the party's log: what everybody sees, and what the vault holds of it.
#[derive(Debug, Clone, PartialEq)]
pub struct WholeRecord {
    /// Its index.
    pub index: LeafIndex,
    /// Its statement id.
    pub statement: StatementId,
    /// Its author's key digest.
    pub author: KeyDigest,
    /// Its leaf hash.
    pub leaf: Digest,
    /// Its length in bytes.
    pub length: usize,
    /// Its sealed value, which the record gives again.
    pub sealed: Digest,
    /// What was said beside the document.
    pub envelope: Envelope,
    /// The incident id of the document.
    pub incident_id: Option<String>,
    /// The document.
    pub document: Value,
    /// The digest of the profile that it was sealed under.
    pub profile: ProfileDigest,
    /// Slots that hold a value, in order.
    pub slots: Vec<PreviewSlot>,
    /// How many slots are absent.
    pub absent: usize,
    /// Where its receipt lies; none when the file is missing.
    pub receipt: Option<PathBuf>,
    /// The published entries that amend it or one of its amendments, in order.
    pub amended_by: Vec<LeafIndex>,
}

impl Party {
    /// The whole record of a published sealed entry. It is sealed again, and compared with the entry.
    ///
    /// # Errors
    /// [`PartyError::NoRecord`], [`PartyError::Pending`], [`PartyError::RecordMismatch`], those of the log's files.
    pub fn whole_record(&self, index: LeafIndex) -> Result<WholeRecord, PartyError> {
        let directory = LogDirectory::open(self.folder.log())?;
        let (record, entry) = self.published(&directory, index)?;
        let statement = UnverifiedStatement::decode(&entry)?;
        let sealed = self.require_sealed(&record, &statement, index)?;
        let values = record.values()?;
        let profile = values.profile();
        let slots = values.iter().map(|(slot, value)| PreviewSlot {
            slot: slot.number().get(),
            name: slot.name().to_owned(),
            value: Some(value.clone()),
        });
        let slots: Vec<_> = slots.collect();
        let incident_id = record.incident_id().map(str::to_owned);
        let later = match &incident_id {
            Some(id) => self.vault.indices_of(id)?,
            None => Vec::new(),
        };
        // Of one incident id every entry amends the one before it. What is still on its way amends nothing yet.
        let size = directory.checkpoint()?.claimed().size();
        let amended_by = later.into_iter().filter(|later| *later > index && later.is_below(size)).collect();
        Ok(WholeRecord {
            index,
            statement: statement.id(),
            author: statement.unverified_author(),
            leaf: leaf_hash(&entry).digest(),
            length: entry.len(),
            sealed,
            incident_id,
            amended_by,
            profile: profile.digest(),
            absent: profile.width() as usize - slots.len(),
            slots,
            receipt: Some(receipts::path(&self.folder.receipts(), index)).filter(|path| path.is_file()),
            envelope: record.envelope,
            document: record.document.into_value(),
        })
    }

    /// The sealed value of an entry, when the record gives the same.
    pub(crate) fn require_sealed(
        &self,
        record: &crate::record::Record,
        statement: &UnverifiedStatement,
        index: LeafIndex,
    ) -> Result<Digest, PartyError> {
        let seed = record.place.seed(&self.master, self.log);
        let sealed = record.values()?.seal(self.log, &seed).sealed();
        match statement.unverified_sealed() {
            Some(entry) if entry == sealed.digest() => Ok(entry),
            _ => Err(PartyError::RecordMismatch { index }),
        }
    }
}
