//! Every part of an export into a vault under construction; nothing of it counts before the last part was read.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use detente_core::{Digest, LogId, TreeSize};

use crate::export::{ExportPart, Part, PartReader};
use crate::keyring::{EventIndex, Keyring};
use crate::record::Record;
use crate::vault::{Epoch, NewVault, PlainRow, SecretName, Table};
use crate::{PartyError, Unlock};

/// An export that was read to its end.
pub(super) struct ReadExport {
    pub(super) vault: NewVault,
    pub(super) log: LogId,
    /// The smallest size of a log that holds what the vault knows.
    pub(super) size: TreeSize,
    /// One above the highest counter of a record, by epoch.
    pub(super) spent: BTreeMap<Digest, u64>,
}

pub(super) fn read(
    export: &Path,
    secret: &Unlock,
    vault: &Path,
    unlock: &Unlock,
    mut progress: impl FnMut(u64, u64),
) -> Result<ReadExport, PartyError> {
    let unavailable = PartyError::unavailable(export);
    let file = File::open(export).map_err(&unavailable)?;
    let all = file.metadata().map_err(&unavailable)?.len();
    let mut parts = PartReader::begin(BufReader::new(file), export, secret)?;
    let first = parts.next()?.and_then(|bytes| ExportPart::parse(&bytes));
    let Some(ExportPart(Part::Meta { log, size })) = first else {
        return Err(parts.malformed("what the vault is of, in the first part"));
    };
    let vault = NewVault::begin(vault, unlock)?;
    let mut rules = Rules::default();
    let mut done = 0;
    while let Some(bytes) = parts.next()? {
        done += bytes.len() as u64;
        let Some(ExportPart(Part::Row { row, incident_id })) = ExportPart::parse(&bytes) else {
            return Err(parts.malformed("a row in canonical JSON"));
        };
        rules.take(&row, incident_id.as_deref(), log).map_err(|expected| parts.malformed(expected))?;
        vault.insert(&row, incident_id.as_deref())?;
        progress(done.min(all), all);
    }
    rules.end().map_err(|expected| parts.malformed(expected))?;
    Ok(ReadExport { vault, log, size, spent: rules.spent })
}

/// What must hold of the rows, one after the other.
#[derive(Default)]
struct Rules {
    last: Option<(Table, u64)>,
    /// How many of the rows without which a vault is none were there.
    necessary: usize,
    spent: BTreeMap<Digest, u64>,
}

/// Rows without which a vault is none. Keys are not among them: they may live in a token.
const NECESSARY: [(Table, u64); 5] = [
    (Table::Secrets, SecretName::Master.number()),
    (Table::Secrets, SecretName::Epoch.number()),
    (Table::Secrets, SecretName::Log.number()),
    (Table::Keyring, 1),
    (Table::Keyring, 2),
];

impl Rules {
    fn take(&mut self, row: &PlainRow, incident_id: Option<&str>, log: LogId) -> Result<(), &'static str> {
        let place = (row.table, row.number);
        // An index may have been taken and forgotten more than once.
        let follows =
            self.last.is_none_or(|last| last < place || (last == place && row.table == Table::Forgotten));
        if !follows {
            return Err("rows in the order of their tables and numbers");
        }
        self.last = Some(place);
        self.necessary += usize::from(NECESSARY.contains(&place));
        let fits = match row.table {
            Table::Secrets if row.number == SecretName::Log.number() => *row.plain == log.as_bytes(),
            Table::Secrets => row.plain.len() == 32,
            Table::Keyring => match row.number {
                1 => Keyring::parse(&row.plain).is_some(),
                2 => EventIndex::parse(&row.plain).is_some(),
                _ => false,
            },
            Table::Epochs => Epoch::parse(row.number, &row.plain).is_some(),
            Table::Unknown => row.plain.len() == 32,
            Table::Entries | Table::Forgotten => self.take_record(row, incident_id).is_some(),
        };
        if fits { Ok(()) } else { Err("a row that fits its table") }
    }

    fn take_record(&mut self, row: &PlainRow, incident_id: Option<&str>) -> Option<()> {
        let record = Record::parse(&row.plain, row.number).ok()?;
        let next = self.spent.entry(record.place.epoch).or_default();
        *next = (*next).max(record.place.counter.checked_add(1)?);
        (incident_id.is_none() || incident_id == record.incident_id()).then_some(())
    }

    fn end(&self) -> Result<(), &'static str> {
        if self.necessary == NECESSARY.len() { Ok(()) } else { Err("a vault's keys before the end") }
    }
}
