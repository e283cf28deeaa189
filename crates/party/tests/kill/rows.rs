//! The vault's rows, opened as `specs/party.md` says and not with the code under test.

use std::collections::BTreeSet;

use chacha20poly1305::aead::{Aead as _, Payload};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce};
use detente_core::json::Value;
use detente_core::{Label, base64};
use hmac::{Hmac, Mac as _};
use rusqlite::Connection;
use sha2::Sha256;

use crate::home::Home;

/// What the rows of a vault say of seeds and of an event that is on its way.
#[derive(Debug)]
pub(crate) struct Rows {
    /// Epoch and counter of every record, those of forgotten entries too.
    pub(crate) places: Vec<(String, u64)>,
    /// How many records there are of entries that are not forgotten.
    pub(crate) entries: u64,
    /// The next counter.
    pub(crate) next: u64,
    /// Rows that are marked pending.
    pub(crate) pending: u64,
    /// Whether a key event is pending.
    pub(crate) event: bool,
}

impl Rows {
    /// Reads a vault that is opened by the unlock file.
    pub(crate) fn read(home: &Home) -> Self {
        let database = Connection::open(home.folder().vault()).unwrap();
        let key = data_key(home, &database);
        let number = |query: &str| -> u64 {
            let number: i64 = database.query_row(query, [], |row| row.get(0)).unwrap();
            number.try_into().unwrap()
        };
        let mut places = Vec::new();
        for table in ["entries", "forgotten"] {
            let mut rows = database.prepare(&format!("SELECT number, sealed FROM {table}")).unwrap();
            let rows = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
            for row in rows {
                let (number, sealed): (i64, Vec<u8>) = row.unwrap();
                // A forgotten row keeps the name under which it was sealed.
                places.push(place(&open(&key, "entries", number as u64, &sealed)));
            }
        }
        let ring: Vec<u8> =
            database.query_row("SELECT sealed FROM keyring WHERE number = 1", [], |row| row.get(0)).unwrap();
        let ring = Value::parse(&open(&key, "keyring", 1, &ring)).unwrap();
        Self {
            places,
            entries: number("SELECT count(*) FROM entries"),
            next: number("SELECT next FROM counter"),
            pending: number("SELECT count(*) FROM pending"),
            event: ring.as_object().unwrap().contains_key("pending"),
        }
    }

    /// No seed was given to two records, and none is left to be given again.
    pub(crate) fn assert_no_seed_twice(&self) {
        let distinct: BTreeSet<_> = self.places.iter().collect();
        assert_eq!(distinct.len(), self.places.len(), "{self:?}");
        assert!(self.places.iter().all(|(_, counter)| *counter < self.next), "{self:?}");
    }
}

fn place(record: &[u8]) -> (String, u64) {
    let record = Value::parse(record).unwrap();
    let text = |name: &str| record.as_object().unwrap().get(name).unwrap().as_str().unwrap().to_owned();
    (text("epoch"), text("counter").parse().unwrap())
}

fn data_key(home: &Home, database: &Connection) -> [u8; 32] {
    let meta = |name: &str| -> Vec<u8> {
        database.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0)).unwrap()
    };
    let file = std::fs::read_to_string(home.unlock_path()).unwrap();
    let secret = base64::decode(file.strip_prefix("detente-unlock-v1 ").unwrap().trim_end()).unwrap();
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&secret).unwrap();
    mac.update(&Label::PARTY_WRAP.prefix());
    mac.update(&meta("salt"));
    open(&mac.finalize().into_bytes().into(), "wrap", 0, &meta("wrap")).try_into().unwrap()
}

fn open(key: &[u8; 32], table: &str, number: u64, sealed: &[u8]) -> Vec<u8> {
    let (nonce, sealed) = sealed.split_first_chunk::<24>().unwrap();
    let mut data = Label::PARTY_ROW.prefix();
    data.extend((table.len() as u64).to_le_bytes());
    data.extend(table.as_bytes());
    data.extend(number.to_le_bytes());
    let payload = Payload { msg: sealed, aad: &data };
    XChaCha20Poly1305::new(key.into()).decrypt(&XNonce::from(*nonce), payload).unwrap()
}
