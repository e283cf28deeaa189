//! Reports in, one batch in the log, receipts out (`specs/party.md` "Commit").

use detente_checkpoint::proof;
use detente_core::json::{Object, Value};
use detente_core::{LeafIndex, TreeSize};
use detente_disclosure::{ClaimedTime, DisclosureError, Document, Envelope, Profile, RealKind, Severity};
use detente_log::{LogTree, Published};
use detente_merkle::{leaf_hash, verify_inclusion};
use detente_statement::{Signer, UnverifiedStatement};

use crate::record::{Record, SeedPlace};
use crate::vault::{Batch, SecretName};
use crate::{Party, PartyError, Place};

/// What to do with an incident id that is already committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplicates {
    /// Refuse the batch, naming the entry that holds it.
    Refuse,
    /// Commit the report as an amendment; an identical one is a no-op.
    Amend,
    /// Leave the report out.
    Skip,
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
#[derive(Debug, Clone)]
pub struct CommitReport {
    /// Every report, in order.
    pub reports: Vec<Committed>,
    /// The size of the log after it.
    pub size: TreeSize,
    /// The new entries: `[first, size)`; empty when every report was known.
    pub first: LeafIndex,
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
        let sealing = self.key(SecretName::SealingKey)?;
        let log_signer = self.log_signer()?;
        let (log, epoch, master) = (self.log, self.epoch, self.master.clone());

        let batch = self.vault.begin()?;
        let mut sealer = Sealer {
            signer: Signer::new(log, &sealing),
            options,
            entries: Vec::new(),
            reports: Vec::new(),
            next: before.get(),
            place: |counter| SeedPlace { epoch, counter },
            seed: |place: SeedPlace| place.seed(&master, log),
            batch: &batch,
        };
        source(&mut |place, value| sealer.take(place, value))?;
        let (entries, reports) = (sealer.entries, sealer.reports);
        if reports.is_empty() {
            return Err(PartyError::NoReports);
        }
        if entries.is_empty() {
            return Ok(CommitReport { reports, size: before, first });
        }
        // Seeds and counters reach the disk before an entry that needs them is public.
        batch.commit()?;
        let published = writer.append(&entries, &log_signer)?;
        self.vault.settle_all()?;
        self.write_receipts(&writer.tree(), &published, &entries)?;
        Ok(CommitReport { reports, size: published.size, first })
    }

    fn write_receipts(
        &self,
        tree: &LogTree<'_>,
        published: &Published,
        entries: &[Vec<u8>],
    ) -> Result<(), PartyError> {
        let folder = self.folder.receipts();
        std::fs::create_dir_all(&folder).map_err(PartyError::unavailable(&folder))?;
        let indices = published.first.get()..published.size.get();
        for (index, entry) in indices.zip(entries) {
            let index = LeafIndex::new(index)?;
            let hashes = tree.inclusion_proof(index, published.size)?;
            verify_inclusion(index, published.size, leaf_hash(entry), &hashes, published.root)
                .map_err(detente_log::LogError::from)?;
            let receipt = proof::write(Some(entry), index, &hashes, &published.checkpoint)?;
            let path = folder.join(format!("{:08}.tlog-proof", index.get()));
            // Not flushed: a receipt can be made again from the log at any time.
            std::fs::write(&path, receipt).map_err(PartyError::unavailable(&path))?;
        }
        Ok(())
    }
}

struct Sealer<'a, P, S> {
    signer: Signer<'a>,
    options: &'a CommitOptions,
    entries: Vec<Vec<u8>>,
    reports: Vec<Committed>,
    next: u64,
    place: P,
    seed: S,
    batch: &'a Batch<'a>,
}

impl<P, S> Sealer<'_, P, S>
where
    P: Fn(u64) -> SeedPlace,
    S: Fn(SeedPlace) -> detente_disclosure::Seed,
{
    fn take(&mut self, place: Place, value: Value) -> Result<(), PartyError> {
        let shape = |source| PartyError::ReportShape { place: place.clone(), source };
        let document = self.fit(value).map_err(shape)?;
        let Some(id) = document.members().get("incident_id").and_then(Value::as_str).map(str::to_owned)
        else {
            return Err(PartyError::NoIncidentId { place });
        };
        let mut envelope = self.envelope();
        let mut amended = None;
        if let Some(row) = self.batch.newest(&id)? {
            let known = Record::parse(&row.record, row.index.get())?;
            match self.options.duplicates {
                Duplicates::Refuse => return Err(self.duplicate(place, id, row.index)),
                Duplicates::Skip => return self.report(place, id, Outcome::Skipped(row.index)),
                Duplicates::Amend => {
                    let mut same = known.envelope.clone();
                    (same.kind, same.amends) = (envelope.kind, envelope.amends);
                    if known.document == document && same == envelope {
                        return self.report(place, id, Outcome::Unchanged(row.index));
                    }
                    envelope.kind = RealKind::IncidentAmend;
                    envelope.amends = Some(known.statement);
                    amended = Some(row.index);
                }
            }
        }
        let index = LeafIndex::new(self.next)?;
        let seed_place = (self.place)(self.batch.spend_counter()?);
        let mut values = document
            .to_slots(Profile::veris_1())
            .map_err(|source| PartyError::ReportShape { place: place.clone(), source })?;
        values.set_envelope(&envelope)?;
        let sealed = values.seal(self.signer.log(), &(self.seed)(seed_place)).sealed();
        let entry = self.signer.sealed(sealed.digest())?;
        let statement = UnverifiedStatement::decode(&entry)?.id();
        let record = Record { place: seed_place, statement, envelope, document };
        self.batch.insert(index, Some(&id), &record.into_bytes())?;
        self.entries.push(entry);
        self.next += 1;
        let outcome = match amended {
            Some(earlier) => Outcome::Amended(index, earlier),
            None => Outcome::Reported(index),
        };
        self.report(place, id, outcome)
    }

    /// An entry of this batch is in no log yet, so its report is named instead.
    fn duplicate(&self, place: Place, id: String, entry: LeafIndex) -> PartyError {
        let holds = |report: &&Committed| {
            matches!(report.outcome, Outcome::Reported(index) | Outcome::Amended(index, _) if index == entry)
        };
        match self.reports.iter().find(holds) {
            Some(report) => PartyError::DuplicateInBatch { place, id, earlier: report.place.clone() },
            None => PartyError::DuplicateIncident { place, id, entry },
        }
    }

    fn report(&mut self, place: Place, incident_id: String, outcome: Outcome) -> Result<(), PartyError> {
        self.reports.push(Committed { place, incident_id, outcome });
        Ok(())
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

    /// The document, its unknown properties moved under `plus` when that was asked for.
    fn fit(&self, value: Value) -> Result<Document, DisclosureError> {
        let mut document = Document::from_value(value)?;
        loop {
            match document.to_slots(Profile::veris_1()) {
                Ok(_) => return Ok(document),
                Err(DisclosureError::UnknownProperty { pointer, .. })
                    if self.options.extra == Extra::Plus =>
                {
                    let mut root = document.into_value();
                    let Some(value) = remove(&mut root, &pointer) else {
                        return Err(DisclosureError::UnknownProperty {
                            pointer,
                            profile: "veris-1".to_owned(),
                        });
                    };
                    keep(&mut root, pointer, value)?;
                    document = Document::from_value(root)?;
                }
                Err(error) => return Err(error),
            }
        }
    }
}

/// Takes the value at an RFC 6901 pointer out of its object.
fn remove(root: &mut Value, pointer: &str) -> Option<Value> {
    let mut tokens: Vec<String> =
        pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect();
    let last = tokens.pop()?;
    let mut at = root;
    for token in &tokens {
        let Value::Object(members) = at else { return None };
        at = members.get_mut(token)?;
    }
    match at {
        Value::Object(members) => members.remove(&last),
        _ => None,
    }
}

/// Puts a value under `/plus/detente_extra`, by its pointer.
fn keep(root: &mut Value, pointer: String, value: Value) -> Result<(), DisclosureError> {
    let taken = || DisclosureError::UnknownProperty {
        pointer: "/plus/detente_extra".to_owned(),
        profile: "veris-1".to_owned(),
    };
    let Value::Object(members) = root else { return Err(taken()) };
    let plus = members.entry("plus".to_owned()).or_insert_with(|| Value::Object(Object::new()));
    let Value::Object(plus) = plus else { return Err(taken()) };
    let extra = plus.entry("detente_extra".to_owned()).or_insert_with(|| Value::Object(Object::new()));
    let Value::Object(extra) = extra else { return Err(taken()) };
    match extra.insert(pointer, value) {
        None => Ok(()),
        Some(_) => Err(taken()),
    }
}
