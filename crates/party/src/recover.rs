//! Finding the row of an entry again that the vault lost, by its document (`specs/party.md` "A lost row").

mod search;

use std::collections::HashMap;

use detente_core::json::Value;
use detente_core::{Digest, LeafIndex, StatementId};
use detente_disclosure::{ClaimedTime, Document, Envelope, RealKind, Severity};
use detente_log::LogDirectory;
use detente_statement::UnverifiedStatement;

use crate::fit::fit;
use crate::record::{Record, SeedPlace};
use crate::vault::RecoveredRow;
use crate::{Extra, Party, PartyError, Place};

use search::{Found, Search};

/// What was said of the documents when they were sealed, and how far to look.
#[derive(Debug, Clone)]
pub struct RecoverOptions {
    /// Unknown properties.
    pub extra: Extra,
    /// Slot 1.
    pub claimed_time: Option<ClaimedTime>,
    /// Slot 2.
    pub author_role: Option<String>,
    /// Slot `stage`.
    pub stage: Option<String>,
    /// Slots `severity_scale` and `severity_value`.
    pub severity: Option<Severity>,
    /// The one entry to find; all that are unknown when none.
    pub entry: Option<LeafIndex>,
    /// How many counters to try above the highest known one of each epoch.
    pub tries: u64,
}

impl RecoverOptions {
    /// The counters that are tried unless fewer are asked for, `specs/party.md` "A lost row".
    pub const TRIES: u64 = 65_536;

    /// That of a first report.
    fn envelope(&self) -> Envelope {
        Envelope {
            claimed_time: self.claimed_time.clone(),
            author_role: self.author_role.clone(),
            stage: self.stage.clone(),
            severity: self.severity.clone(),
            ..Envelope::new(RealKind::IncidentReport)
        }
    }
}

impl Default for RecoverOptions {
    fn default() -> Self {
        Self {
            extra: Extra::Refuse,
            claimed_time: None,
            author_role: None,
            stage: None,
            severity: None,
            entry: None,
            tries: Self::TRIES,
        }
    }
}

/// A row that was found again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovered {
    /// File and line of its document.
    pub place: Place,
    /// Its incident id.
    pub incident_id: String,
    /// The entry.
    pub entry: LeafIndex,
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoverReport {
    /// The rows, in the order of the documents.
    pub recovered: Vec<Recovered>,
    /// Documents that the vault has a record of already; no seeds were tried for them.
    pub known: Vec<Recovered>,
    /// How many documents gave none.
    pub others: usize,
    /// How many entries are unknown still.
    pub unknown: usize,
}

/// What became of one document.
enum Tried {
    /// The sealed value that it gives, its incident id, the entry.
    Found(Digest, String, LeafIndex),
    /// Its incident id, and the entry that holds it.
    Known(String, LeafIndex),
    Nothing,
}

/// Sealed values of unknown entries.
type Targets = HashMap<Digest, (LeafIndex, StatementId)>;

impl Party {
    /// Tries every document that `source` yields against the unknown entries, and stores the rows that are found, each
    /// at once. `progress` hears how many seeds were tried.
    ///
    /// # Errors
    /// [`PartyError::NotRecovered`] when none is found; [`PartyError::RecoveryStopped`] for what fails after a find; [`PartyError::NothingUnknown`], [`PartyError::NotUnknown`];
    /// [`PartyError::EntryMismatch`], [`PartyError::LogBehindVault`] for a log that is not the vault's any more; those of
    /// a bad document, with its place.
    pub fn recover(
        &mut self,
        options: &RecoverOptions,
        source: impl FnOnce(&mut dyn FnMut(Place, Value) -> Result<(), PartyError>) -> Result<(), PartyError>,
        mut progress: impl FnMut(u64),
    ) -> Result<RecoverReport, PartyError> {
        let mut targets = self.targets(options.entry)?;
        let unknown = targets.len();
        let (mut recovered, mut known, mut others) = (Vec::new(), Vec::new(), 0);
        let done = source(&mut |place, value| {
            match self.recover_one(options, &targets, &place, value, &mut progress)? {
                Tried::Found(sealed, incident_id, entry) => {
                    targets.remove(&sealed);
                    recovered.push(Recovered { place, incident_id, entry });
                }
                Tried::Known(incident_id, entry) => known.push(Recovered { place, incident_id, entry }),
                Tried::Nothing => others += 1,
            }
            Ok(())
        });
        match done {
            Err(source) if !recovered.is_empty() => {
                return Err(PartyError::RecoveryStopped { recovered, source: Box::new(source) });
            }
            done => done?,
        }
        if recovered.is_empty() && (others > 0 || known.is_empty()) {
            return Err(match others {
                0 => PartyError::NoReports,
                documents => PartyError::NotRecovered { documents, unknown },
            });
        }
        let unknown = self.vault.unknown_entries()?.len();
        Ok(RecoverReport { recovered, known, others, unknown })
    }

    fn targets(&self, only: Option<LeafIndex>) -> Result<Targets, PartyError> {
        let unknown = self.vault.unknown_entries()?;
        if let Some(index) = only.filter(|only| !unknown.iter().any(|(index, _)| index == only)) {
            return Err(PartyError::NotUnknown { index });
        }
        if unknown.is_empty() {
            return Err(PartyError::NothingUnknown);
        }
        let directory = LogDirectory::open(self.folder.log())?;
        let tree = directory.tree()?;
        let mut targets = Targets::new();
        for (index, id) in unknown.into_iter().filter(|(index, _)| only.is_none_or(|only| only == *index)) {
            if !index.is_below(tree.size()) {
                return Err(PartyError::LogBehindVault { index });
            }
            let statement = UnverifiedStatement::decode(&tree.entry(index)?)?;
            match statement.unverified_sealed().filter(|_| statement.id() == id) {
                Some(sealed) => targets.insert(sealed, (index, id)),
                None => return Err(PartyError::EntryMismatch { index }),
            };
        }
        Ok(targets)
    }

    fn recover_one(
        &mut self,
        options: &RecoverOptions,
        targets: &Targets,
        place: &Place,
        value: Value,
        progress: &mut dyn FnMut(u64),
    ) -> Result<Tried, PartyError> {
        let (document, values) = fit(value, options.extra)
            .map_err(|source| PartyError::ReportShape { place: place.clone(), source })?;
        let Some(id) = document.members().get("incident_id").and_then(Value::as_str).map(str::to_owned)
        else {
            return Err(PartyError::NoIncidentId { place: place.clone() });
        };
        if targets.is_empty() {
            return Ok(Tried::Nothing);
        }
        // Of one entry that was asked for the document may be given twice; of any, it is far likelier to be done.
        if options.entry.is_none()
            && let Some(index) = self.known_record(&options.envelope(), &document, &id)?
        {
            return Ok(Tried::Known(id, index));
        }
        let mut candidates = Vec::new();
        for envelope in self.envelopes(options, &id)? {
            let mut values = values.clone();
            values.set_envelope(&envelope)?;
            candidates.push((envelope, values));
        }
        let search = Search { master: &self.master, log: self.log, targets, tries: options.tries };
        let found = search.run(&self.vault.epochs()?, &candidates, progress);
        let Some(Found { sealed, entry: (index, statement), candidate, epoch, counter }) = found else {
            return Ok(Tried::Nothing);
        };
        let Some((envelope, _)) = candidates.into_iter().nth(candidate) else {
            return Ok(Tried::Nothing);
        };
        let record =
            Record { place: SeedPlace { epoch: epoch.epoch, counter }, statement, envelope, document };
        self.vault.put_recovered(&RecoveredRow {
            index,
            incident_id: &id,
            record: &record.into_bytes(),
            epoch,
            counter,
        })?;
        Ok(Tried::Found(sealed, id, index))
    }

    /// The newest entry whose record has the very same document and envelope.
    fn known_record(
        &self,
        stated: &Envelope,
        document: &Document,
        id: &str,
    ) -> Result<Option<LeafIndex>, PartyError> {
        for index in self.vault.indices_of(id)?.into_iter().rev() {
            if let Some(row) = self.vault.row(index)? {
                let known = Record::parse(&row.record, index.get())?;
                let mut envelope = known.envelope;
                (envelope.kind, envelope.amends) = (stated.kind, stated.amends);
                if known.document == *document && envelope == *stated {
                    return Ok(Some(index));
                }
            }
        }
        Ok(None)
    }

    /// A report, and an amendment of each known entry of the incident, the newest first.
    fn envelopes(&self, options: &RecoverOptions, id: &str) -> Result<Vec<Envelope>, PartyError> {
        let stated = |kind, amends| Envelope { kind, amends, ..options.envelope() };
        let mut envelopes = vec![stated(RealKind::IncidentReport, None)];
        for index in self.vault.indices_of(id)?.into_iter().rev() {
            if let Some(row) = self.vault.row(index)? {
                let amended = Record::parse(&row.record, index.get())?.statement;
                envelopes.push(stated(RealKind::IncidentAmend, Some(amended)));
            }
        }
        Ok(envelopes)
    }
}
