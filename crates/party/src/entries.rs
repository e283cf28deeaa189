//! The log as its owner sees it: what everybody sees, and with the vault what was sealed.

use core::ops::ControlFlow;

use detente_core::{Digest, KeyDigest, LeafIndex, StatementId};
use detente_merkle::leaf_hash;
use detente_statement::{Kind, UnverifiedStatement};

use crate::record::Record;
use crate::{EntryFilter, Party, PartyError, PartyFolder, list_filtered};

/// One entry.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryView {
    /// Its index.
    pub index: LeafIndex,
    /// Its visible kind.
    pub kind: Kind,
    /// Its statement id.
    pub statement: StatementId,
    /// Its author's key digest.
    pub author: KeyDigest,
    /// Its leaf hash.
    pub leaf: Digest,
    /// Its length in bytes.
    pub length: usize,
    /// What the vault knows of it.
    pub private: Option<PrivateView>,
}

impl EntryView {
    /// Whether the vault says that it is of that kind.
    pub(crate) fn is_privately(&self, kind: &str) -> bool {
        self.private.as_ref().is_some_and(|private| private.kind == kind)
    }
}

/// The kind of a sealed entry that the vault has no record of, because an older copy of it did not seal it.
pub(crate) const UNKNOWN: &str = "unknown";

/// What only the owner sees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateView {
    /// The real kind; `unknown` when the vault cannot tell.
    pub kind: String,
    /// The incident id.
    pub incident_id: Option<String>,
    /// The statement that it amends.
    pub amends: Option<StatementId>,
    /// The report's summary.
    pub summary: Option<String>,
}

/// Calls `each` with every entry of the party's log, in order; with an open party also what the vault knows.
///
/// # Errors
/// [`PartyError`] of the log's files or the vault.
pub fn list_entries(
    folder: &PartyFolder,
    party: Option<&Party>,
    mut each: impl FnMut(EntryView) -> Result<(), PartyError>,
) -> Result<(), PartyError> {
    list_filtered(folder, party, &EntryFilter::default(), |entry| {
        each(entry)?;
        Ok(ControlFlow::Continue(()))
    })
}

/// An entry as its owner sees it.
pub(crate) fn view(party: Option<&Party>, index: LeafIndex, entry: &[u8]) -> Result<EntryView, PartyError> {
    let statement = UnverifiedStatement::decode(entry)?;
    Ok(EntryView {
        index,
        kind: statement.unverified_kind(),
        statement: statement.id(),
        author: statement.unverified_author(),
        leaf: leaf_hash(entry).digest(),
        length: entry.len(),
        private: party.map(|party| party.private_view(index)).transpose()?.flatten(),
    })
}

impl Party {
    fn private_view(&self, index: LeafIndex) -> Result<Option<PrivateView>, PartyError> {
        let Some(row) = self.vault.row(index)? else {
            let unknown = self.vault.unknown(index)?;
            return Ok(unknown.map(|_| PrivateView {
                kind: UNKNOWN.to_owned(),
                incident_id: None,
                amends: None,
                summary: None,
            }));
        };
        let record = Record::parse(&row.record, index.get())?;
        Ok(Some(PrivateView {
            kind: record.envelope.kind.as_str().to_owned(),
            incident_id: record.incident_id().map(str::to_owned),
            amends: record.envelope.amends,
            summary: record
                .document
                .members()
                .get("summary")
                .and_then(detente_core::json::Value::as_str)
                .map(str::to_owned),
        }))
    }
}
