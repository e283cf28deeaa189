//! Whole tables of a vault, opened: what an export carries out of one vault and an import into a new one.

use std::path::Path;

use detente_core::{LeafIndex, StatementId};
use rusqlite::{Transaction, params};
use zeroize::Zeroizing;

use super::sealer::{number, row_number};
use super::unknown::Epoch;
use super::{EVENT_INDEX, SecretName, Vault, put_keyring_row, put_secret, settle_rows};
use crate::keyring::EventIndex;
use crate::secret::Secret;
use crate::steps::Steps;
use crate::{PartyError, Unlock};

/// A table whose rows are exported; the order is that of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Table {
    Secrets,
    Keyring,
    Epochs,
    Entries,
    Forgotten,
    Unknown,
}

impl Table {
    pub(crate) const ALL: [Self; 6] =
        [Self::Secrets, Self::Keyring, Self::Epochs, Self::Entries, Self::Forgotten, Self::Unknown];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Secrets => "secrets",
            Self::Keyring => "keyring",
            Self::Epochs => "epochs",
            Self::Entries => "entries",
            Self::Forgotten => "forgotten",
            Self::Unknown => "unknown",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|table| table.name() == name)
    }
}

/// A row of a vault, opened.
pub(crate) struct PlainRow {
    pub(crate) table: Table,
    pub(crate) number: u64,
    pub(crate) plain: Zeroizing<Vec<u8>>,
    /// Of table `entries`: whether its entry is on its way to the log.
    pub(crate) is_pending: bool,
}

impl Vault {
    /// Keeps what is read until it is dropped from changing in between.
    pub(crate) fn snapshot(&self) -> Result<Transaction<'_>, PartyError> {
        Ok(self.connection.unchecked_transaction()?)
    }

    /// How many rows [`Self::each_row`] gives.
    pub(crate) fn count_rows(&self) -> Result<u64, PartyError> {
        let mut count = 0;
        for table in Table::ALL {
            let query = format!("SELECT count(*) FROM {}", table.name());
            let rows: i64 = self.connection.query_row(&query, [], |row| row.get(0))?;
            count += rows.unsigned_abs();
        }
        Ok(count)
    }

    /// Every row of every table, opened, table by table and by number, with the keyed hash of its incident id when it
    /// has one; one in memory at a time.
    pub(crate) fn each_row(
        &self,
        mut each: impl FnMut(PlainRow, Option<Vec<u8>>) -> Result<(), PartyError>,
    ) -> Result<(), PartyError> {
        for table in Table::ALL {
            let name = table.name();
            let query = match table {
                Table::Entries => {
                    "SELECT number, sealed, lookup, number IN pending FROM entries ORDER BY number".to_owned()
                }
                _ => format!("SELECT number, sealed, NULL, 0 FROM {name} ORDER BY number, rowid"),
            };
            let mut statement = self.connection.prepare(&query)?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let stored: i64 = row.get(0)?;
                let broken = || PartyError::VaultRow { table: name, number: stored.unsigned_abs() };
                let number = u64::try_from(stored).map_err(|_| broken())?;
                let sealed: Vec<u8> = row.get(1)?;
                let table_of_row = match table {
                    // What is forgotten was sealed as an entry, and was moved as it is.
                    Table::Forgotten => Table::Entries.name(),
                    _ => name,
                };
                let plain = self.sealer.open(table_of_row, number, &sealed)?;
                each(PlainRow { table, number, plain, is_pending: row.get(3)? }, row.get(2)?)?;
            }
        }
        Ok(())
    }

    /// The keyed hash under which an incident id is looked up.
    pub(crate) fn lookup_of(&self, id: &str) -> [u8; 32] {
        self.sealer.lookup(id)
    }
}

/// What the log decides about the rows of an import.
pub(crate) struct Settled {
    pub(crate) committed: Vec<LeafIndex>,
    pub(crate) forgotten: Vec<LeafIndex>,
    pub(crate) unknown: Vec<(LeafIndex, StatementId)>,
    pub(crate) events: EventIndex,
    /// Earlier epochs, the last present one among them.
    pub(crate) epochs: Vec<Epoch>,
    pub(crate) epoch: Secret,
}

/// A vault under construction: one transaction, which never happened unless it is finished.
pub(crate) struct NewVault(Vault);

impl NewVault {
    pub(crate) fn begin(path: &Path, unlock: &Unlock) -> Result<Self, PartyError> {
        let vault = Vault::create(path, unlock, &Steps::default())?;
        vault.connection.execute_batch("BEGIN IMMEDIATE; DELETE FROM keyring;")?;
        Ok(Self(vault))
    }

    /// Seals a row of an export into its table.
    pub(crate) fn insert(&self, row: &PlainRow, incident_id: Option<&str>) -> Result<(), PartyError> {
        let Vault { connection, sealer, .. } = &self.0;
        let stored = row_number(row.number)?;
        let name = match row.table {
            Table::Forgotten => Table::Entries.name(),
            table => table.name(),
        };
        let sealed = sealer.seal(name, row.number, &row.plain)?;
        if row.table == Table::Entries {
            let lookup = incident_id.map(|id| sealer.lookup(id));
            connection.prepare_cached("INSERT INTO entries VALUES (?1, ?2, ?3)")?.execute(params![
                stored,
                lookup.as_ref(),
                sealed
            ])?;
            if row.is_pending {
                connection.prepare_cached("INSERT INTO pending VALUES (?1)")?.execute([stored])?;
            }
        } else {
            let insert = format!("INSERT INTO {} VALUES (?1, ?2)", row.table.name());
            connection.prepare_cached(&insert)?.execute(params![stored, sealed])?;
        }
        Ok(())
    }

    /// The vault, which forgets all of this unless it is finished.
    pub(crate) fn into_vault(self) -> Vault {
        self.0
    }
}

impl Vault {
    /// Ends an import: what the log says of the rows, and a new epoch, whose counters begin at 0.
    pub(crate) fn finish_import(&self, settled: &Settled) -> Result<(), PartyError> {
        let Self { connection, sealer, .. } = self;
        settle_rows(connection, &settled.committed, &settled.forgotten)?;
        let mut insert = connection.prepare("INSERT INTO unknown VALUES (?1, ?2)")?;
        for (index, statement) in &settled.unknown {
            let sealed = sealer.seal(Table::Unknown.name(), index.get(), statement.as_bytes())?;
            insert.execute(params![number(*index)?, sealed])?;
        }
        connection.execute("DELETE FROM epochs", [])?;
        for epoch in &settled.epochs {
            let Some(row) = epoch.row() else { continue };
            let sealed = sealer.seal(Table::Epochs.name(), row, &epoch.to_bytes())?;
            connection.execute("INSERT INTO epochs VALUES (?1, ?2)", params![row_number(row)?, sealed])?;
        }
        put_keyring_row(connection, sealer, EVENT_INDEX, &settled.events.to_bytes())?;
        let epoch = SecretName::Epoch.number();
        connection.execute("DELETE FROM secrets WHERE number = ?1", [row_number(epoch)?])?;
        put_secret(connection, sealer, epoch, &settled.epoch)?;
        connection.execute_batch("COMMIT")?;
        Ok(())
    }
}
