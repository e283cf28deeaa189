//! Reports in, one batch in the log, receipts out (`specs/party.md` "Commit").

use std::collections::HashSet;

use detente_core::{Digest, LeafIndex, TreeSize, json::Value};
use detente_disclosure::{ClaimedTime, Envelope, RealKind, Severity};
use detente_statement::{Role, Signer};

use crate::fit::fit;
use crate::pipeline::{Draft, Pipeline, Sealed, SealingKeys};
use crate::record::{Record, SeedPlace};
use crate::vault::Batch;
use crate::{Party, PartyError, Place, receipts};

/// What to do with an incident id that is already committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicates {
    /// Refuse the batch, naming the entry that holds it.
    Refuse,
    /// Commit the report as an amendment; an identical one is a no-op.
    Amend,
    /// Leave the report out.
    Skip,
    /// As [`Self::Amend`], and refuse a report whose incident id is not committed yet.
    AmendOnly,
}

/// What to do with a property that the profile has no slot for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extra {
    /// Refuse it by name.
    Refuse,
    /// Keep it under `plus`, member `detente_extra`, by its pointer.
    Plus,
}

/// What is said of every report of a batch.
#[derive(Debug, Clone)]
pub struct CommitOptions {
    /// Known incident ids.
    pub duplicates: Duplicates,
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
    /// Whether every new entry gets its receipt now. Without, `detente_log::receipt` makes any later.
    pub receipts: bool,
}

impl Default for CommitOptions {
    fn default() -> Self {
        Self {
            duplicates: Duplicates::Refuse,
            extra: Extra::Refuse,
            claimed_time: None,
            author_role: None,
            stage: None,
            severity: None,
            receipts: true,
        }
    }
}

/// What became of one report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// A first report.
    Reported(LeafIndex),
    /// An amendment of the entry named second.
    Amended(LeafIndex, LeafIndex),
    /// The entry holds the very same report.
    Unchanged(LeafIndex),
    /// The entry holds a report of that id; this one was left out.
    Skipped(LeafIndex),
}

/// One report and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// File and line.
    pub place: Place,
    /// Its incident id.
    pub incident_id: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What a commit did.
#[derive(Debug)]
pub struct CommitReport {
    /// Every report, in order.
    pub reports: Vec<Committed>,
    /// The size of the log after it.
    pub size: TreeSize,
    /// The new entries: `[first, size)`; empty when every report was known.
    pub first: LeafIndex,
    /// Why a receipt is missing; the entries are published all the same.
    pub receipt_fault: Option<PartyError>,
}

impl Party {
    /// Commits what `source` yields, all or nothing, in one checkpoint, and writes the receipts.
    ///
    /// `source` is called once with a function that takes each report in turn.
    ///
    /// # Errors
    /// [`PartyError`] of the first bad report, with its place; nothing is published or remembered then.
    pub fn commit(
        &mut self,
        options: &CommitOptions,
        source: impl FnOnce(&mut dyn FnMut(Place, Value) -> Result<(), PartyError>) -> Result<(), PartyError>,
    ) -> Result<CommitReport, PartyError> {
        let mut writer = self.open_log()?;
        let (before, _) = writer.state();
        let first = LeafIndex::new(before.get())?;
        let sealing = self.key_in_use(Role::Sealing)?;
        let log_signer = self.log_signer()?;
        let epoch = self.epoch;

        let (rows, batch) = self.vault.begin()?;
        let keys = SealingKeys { signer: Signer::new(self.log, &sealing), master: &self.master, rows };
        let (batch, entries, reports) = std::thread::scope(|scope| {
            let mut sequencer = Sequencer {
                options,
                epoch,
                next: before.get(),
                batch,
                pipeline: Pipeline::start(scope, &keys),
                waiting: HashSet::new(),
                entries: Vec::new(),
                reports: Vec::new(),
            };
            source(&mut |place, value| sequencer.take(place, value))?;
            sequencer.finish()?;
            let Sequencer { batch, entries, reports, .. } = sequencer;
            Ok::<_, PartyError>((batch, entries, reports))
        })?;
        if reports.is_empty() {
            return Err(PartyError::NoReports);
        }
        if entries.is_empty() {
            return Ok(CommitReport { reports, size: before, first, receipt_fault: None });
        }
        // Seeds and counters reach the disk before an entry that needs them is public.
        batch.commit()?;
        let published = writer.append(&entries, &log_signer)?;
        self.vault.settle_all()?;
        // Published it is, whatever becomes of the receipts; the next start makes missing ones.
        let folder = self.folder.receipts();
        let receipts = if options.receipts {
            receipts::write(&folder, &writer, &published, &entries, &self.steps)
        } else {
            receipts::leave_out(&folder, published.first, &published, &self.steps)
        };
        Ok(CommitReport { reports, size: published.size, first, receipt_fault: receipts.err() })
    }
}

/// Gives every report its place and its seed, in order; the hashing and signing is the pipeline's.
struct Sequencer<'a, 's> {
    options: &'a CommitOptions,
    epoch: Digest,
    next: u64,
    batch: Batch<'a>,
    pipeline: Pipeline<'s>,
    /// Incident ids that are on their way and that the vault does not hold yet.
    waiting: HashSet<String>,
    entries: Vec<Vec<u8>>,
    reports: Vec<Committed>,
}

impl Sequencer<'_, '_> {
    fn take(&mut self, place: Place, value: Value) -> Result<(), PartyError> {
        let (document, mut values) = fit(value, self.options.extra)
            .map_err(|source| PartyError::ReportShape { place: place.clone(), source })?;
        let Some(id) = document.members().get("incident_id").and_then(Value::as_str).map(str::to_owned)
        else {
            return Err(PartyError::NoIncidentId { place });
        };
        if self.waiting.contains(&id) {
            self.finish()?;
        }
        let mut envelope = self.envelope();
        let mut amended = None;
        if let Some(row) = self.batch.newest(&id)? {
            let known = Record::parse(&row.record, row.index.get())?;
            if known.incident_id() != Some(&id) {
                return Err(PartyError::VaultRow { table: "entries", number: row.index.get() });
            }
            match self.options.duplicates {
                Duplicates::Refuse => return Err(self.duplicate(place, id, row.index)),
                Duplicates::Skip => {
                    self.report(place, id, Outcome::Skipped(row.index));
                    return Ok(());
                }
                Duplicates::Amend | Duplicates::AmendOnly => {
                    let mut same = known.envelope.clone();
                    (same.kind, same.amends) = (envelope.kind, envelope.amends);
                    if known.document == document && same == envelope {
                        self.report(place, id, Outcome::Unchanged(row.index));
                        return Ok(());
                    }
                    envelope.kind = RealKind::IncidentAmend;
                    envelope.amends = Some(known.statement);
                    amended = Some(row.index);
                }
            }
        }
        if amended.is_none() && self.options.duplicates == Duplicates::AmendOnly {
            return Err(PartyError::UnknownIncident { place, id });
        }
        values.set_envelope(&envelope)?;
        let index = LeafIndex::new(self.next)?;
        let counter = self.batch.spend_counter()?;
        let seed = SeedPlace { epoch: self.epoch, counter };
        self.waiting.insert(id.clone());
        let sealed = self.pipeline.push(Draft { index, id: id.clone(), seed, envelope, document, values })?;
        self.insert(sealed)?;
        self.next += 1;
        let outcome = match amended {
            Some(earlier) => Outcome::Amended(index, earlier),
            None => Outcome::Reported(index),
        };
        self.report(place, id, outcome);
        Ok(())
    }

    /// Rows reach the vault in the order in which the reports came.
    fn insert(&mut self, sealed: Vec<Sealed>) -> Result<(), PartyError> {
        for Sealed { index, id, row, entry } in sealed {
            self.batch.insert(index, &row)?;
            self.waiting.remove(&id);
            self.entries.push(entry);
        }
        Ok(())
    }

    /// Waits until every report that was taken has its row.
    fn finish(&mut self) -> Result<(), PartyError> {
        let sealed = self.pipeline.drain()?;
        self.insert(sealed)
    }

    /// An entry of this batch is in no log yet, so its report is named instead.
    fn duplicate(&self, place: Place, id: String, entry: LeafIndex) -> PartyError {
        let holds = |report: &&Committed| matches!(report.outcome, Outcome::Reported(index) | Outcome::Amended(index, _) if index == entry);
        match self.reports.iter().find(holds) {
            Some(report) => PartyError::DuplicateInBatch { place, id, earlier: report.place.clone() },
            None => PartyError::DuplicateIncident { place, id, entry },
        }
    }

    fn report(&mut self, place: Place, incident_id: String, outcome: Outcome) {
        self.reports.push(Committed { place, incident_id, outcome });
    }

    fn envelope(&self) -> Envelope {
        Envelope {
            claimed_time: self.options.claimed_time.clone(),
            author_role: self.options.author_role.clone(),
            stage: self.options.stage.clone(),
            severity: self.options.severity.clone(),
            ..Envelope::new(RealKind::IncidentReport)
        }
    }
}
