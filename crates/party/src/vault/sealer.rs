//! Rows of a vault, sealed and opened; a row cannot change places (`specs/party.md` "Vault").

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use detente_core::{Label, LeafIndex};
use zeroize::Zeroizing;

use super::Row;
use crate::PartyError;
use crate::secret::{Secret, random};

/// A row about an entry as the file holds it.
pub(crate) struct SealedRow {
    pub(super) lookup: [u8; 32],
    pub(super) sealed: Vec<u8>,
}

/// Seals rows under one key.
pub(crate) struct Sealer {
    cipher: XChaCha20Poly1305,
    pub(super) key: Secret,
}

impl Sealer {
    pub(super) fn new(key: &Secret) -> Self {
        Self { cipher: XChaCha20Poly1305::new(key.expose().into()), key: key.clone() }
    }

    /// `nonce [24] ‖ ciphertext ‖ tag`.
    pub(super) fn seal(&self, table: &'static str, number: u64, plain: &[u8]) -> Result<Vec<u8>, PartyError> {
        let nonce: [u8; 24] = random()?;
        let data = associated_data(table, number);
        let payload = Payload { msg: plain, aad: &data };
        let sealed = self
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| PartyError::VaultRow { table, number })?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    pub(super) fn open(
        &self,
        table: &'static str,
        number: u64,
        sealed: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, PartyError> {
        let broken = || PartyError::VaultRow { table, number };
        let (nonce, sealed) = sealed.split_first_chunk::<24>().ok_or_else(broken)?;
        let data = associated_data(table, number);
        let payload = Payload { msg: sealed, aad: &data };
        self.cipher.decrypt(&XNonce::from(*nonce), payload).map(Zeroizing::new).map_err(|_| broken())
    }

    pub(super) fn open_row(&self, (number, sealed): RawRow) -> Result<Row, PartyError> {
        let index = index(number)?;
        Ok(Row { index, record: self.open("entries", index.get(), &sealed)? })
    }

    /// Seals the record of the entry at an index, which has that incident id.
    pub(crate) fn seal_row(
        &self,
        index: LeafIndex,
        id: &str,
        record: &[u8],
    ) -> Result<SealedRow, PartyError> {
        Ok(SealedRow { lookup: self.lookup(id), sealed: self.seal("entries", index.get(), record)? })
    }

    pub(super) fn lookup(&self, id: &str) -> [u8; 32] {
        self.key.mac(Label::PARTY_LOOKUP, &[id.as_bytes()])
    }
}

/// `L(detente/party/row/v1) ‖ table (text) ‖ row number u64`, so that rows cannot change places.
fn associated_data(table: &str, number: u64) -> Vec<u8> {
    let mut data = Label::PARTY_ROW.prefix();
    data.extend_from_slice(&(table.len() as u64).to_le_bytes());
    data.extend_from_slice(table.as_bytes());
    data.extend_from_slice(&number.to_le_bytes());
    data
}

/// A row as SQLite holds it: number and sealed bytes.
pub(super) type RawRow = (i64, Vec<u8>);

pub(super) fn raw_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<RawRow> {
    Ok((row.get(0)?, row.get(1)?))
}

pub(super) fn number(index: LeafIndex) -> Result<i64, PartyError> {
    row_number(index.get())
}

pub(super) fn row_number(number: u64) -> Result<i64, PartyError> {
    i64::try_from(number).map_err(|_| PartyError::CountersSpent)
}

pub(super) fn index(number: i64) -> Result<LeafIndex, PartyError> {
    let broken = PartyError::VaultRow { table: "entries", number: number.unsigned_abs() };
    u64::try_from(number).ok().and_then(|number| LeafIndex::new(number).ok()).ok_or(broken)
}
