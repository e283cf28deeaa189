//! Sealed entries of the log that the vault has no record of, and the epochs that their seeds may be of.

use detente_core::{Digest, LeafIndex, StatementId};
use rusqlite::{OptionalExtension as _, params};

use super::sealer::{index, number, raw_row, row_number};
use super::{SecretName, Vault};
use crate::PartyError;
use crate::steps::VaultChange;

/// An epoch, and which of its counters are known to be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Epoch {
    /// Its row; none for the present one.
    row: Option<u64>,
    pub(crate) epoch: Digest,
    /// Counters below this are known to be spent.
    pub(crate) next: u64,
}

impl Epoch {
    /// An epoch that is over.
    pub(crate) const fn over(row: u64, epoch: Digest, next: u64) -> Self {
        Self { row: Some(row), epoch, next }
    }

    /// Its row's number; none for the present one.
    pub(crate) const fn row(self) -> Option<u64> {
        self.row
    }

    /// `epoch [32] ‖ next u64`.
    pub(crate) fn to_bytes(self) -> [u8; 40] {
        let mut bytes = [0; 40];
        let (epoch, next) = bytes.split_at_mut(32);
        epoch.copy_from_slice(self.epoch.as_bytes());
        next.copy_from_slice(&self.next.to_le_bytes());
        bytes
    }

    pub(crate) fn parse(row: u64, bytes: &[u8]) -> Option<Self> {
        let (epoch, next) = bytes.split_first_chunk::<32>()?;
        let next = u64::from_le_bytes(next.try_into().ok()?);
        Some(Self::over(row, Digest::from_bytes(*epoch), next))
    }
}

/// A record that was found again, with the place of its seed.
pub(crate) struct RecoveredRow<'a> {
    pub(crate) index: LeafIndex,
    pub(crate) incident_id: &'a str,
    pub(crate) record: &'a [u8],
    pub(crate) epoch: Epoch,
    pub(crate) counter: u64,
}

impl Vault {
    /// The statement id of an entry that the vault knows to be in the log and has no record of.
    pub(crate) fn unknown(&self, index: LeafIndex) -> Result<Option<StatementId>, PartyError> {
        let found = self
            .connection
            .query_row("SELECT number, sealed FROM unknown WHERE number = ?1", [number(index)?], raw_row)
            .optional()?;
        found.map(|(_, sealed)| self.open_unknown(index, &sealed)).transpose()
    }

    /// All of them, in order.
    pub(crate) fn unknown_entries(&self) -> Result<Vec<(LeafIndex, StatementId)>, PartyError> {
        let mut statement = self.connection.prepare("SELECT number, sealed FROM unknown ORDER BY number")?;
        let rows = statement.query_map([], raw_row)?;
        rows.map(|row| {
            let (number, sealed) = row?;
            let index = index(number)?;
            Ok((index, self.open_unknown(index, &sealed)?))
        })
        .collect()
    }

    fn open_unknown(&self, index: LeafIndex, sealed: &[u8]) -> Result<StatementId, PartyError> {
        let broken = || PartyError::VaultRow { table: "unknown", number: index.get() };
        let plain = self.sealer.open("unknown", index.get(), sealed)?;
        Digest::from_slice(&plain).map(StatementId::new).map_err(|_| broken())
    }

    /// Every epoch, the present one first, then from the newest to the oldest.
    pub(crate) fn epochs(&self) -> Result<Vec<Epoch>, PartyError> {
        let present = Digest::from_bytes(*self.secret(SecretName::Epoch)?.expose());
        let next: i64 = self.connection.query_row("SELECT next FROM counter", [], |row| row.get(0))?;
        let next = u64::try_from(next).map_err(|_| PartyError::CountersSpent)?;
        let mut epochs = vec![Epoch { row: None, epoch: present, next }];
        let mut statement =
            self.connection.prepare("SELECT number, sealed FROM epochs ORDER BY number DESC")?;
        for row in statement.query_map([], raw_row)? {
            let (number, sealed) = row?;
            let number = index(number)?.get();
            let plain = self.sealer.open("epochs", number, &sealed)?;
            let broken = PartyError::VaultRow { table: "epochs", number };
            epochs.push(Epoch::parse(number, &plain).ok_or(broken)?);
        }
        Ok(epochs)
    }

    /// Stores the record of an entry that was unknown. Its counter is spent, as far as nobody knew.
    pub(crate) fn put_recovered(&mut self, row: &RecoveredRow<'_>) -> Result<(), PartyError> {
        let sealed = self.sealer.seal_row(row.index, row.incident_id, row.record)?;
        let number = number(row.index)?;
        let next = row.epoch.next.max(row.counter.saturating_add(1));
        self.steps.begin(VaultChange::Recovered)?;
        let transaction = self.connection.transaction()?;
        let removed = transaction.execute("DELETE FROM unknown WHERE number = ?1", [number])?;
        if removed != 1 {
            return Err(PartyError::NotUnknown { index: row.index });
        }
        transaction.execute(
            "INSERT INTO entries VALUES (?1, ?2, ?3)",
            params![number, sealed.lookup, sealed.sealed],
        )?;
        match row.epoch.row {
            None => {
                let next = row_number(next)?;
                transaction.execute("UPDATE counter SET next = max(next, ?1)", [next])?;
            }
            Some(old) => {
                let plain = Epoch::over(old, row.epoch.epoch, next).to_bytes();
                let sealed = self.sealer.seal("epochs", old, &plain)?;
                transaction.execute(
                    "UPDATE epochs SET sealed = ?2 WHERE number = ?1",
                    params![row_number(old)?, sealed],
                )?;
            }
        }
        self.steps.commit(VaultChange::Recovered)?;
        transaction.commit()?;
        Ok(())
    }
}
