//! A party in a folder of its own, and hands on its vault and its files.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use detente_core::{LeafIndex, Name, Origin, UnixSeconds, json::Value};
use detente_party::{
    Audience, CommitOptions, CommitReport, Duplicates, GrantOptions, InitOptions, Party, PartyError,
    PartyFolder, Unlock, init_party, read_reports,
};
use detente_presentation::{Pap, Tlp};
use rusqlite::Connection;
use tempfile::TempDir;

/// A party named `a.example`, which is its own audience.
pub(crate) struct Stage {
    home: TempDir,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let stage = Self { home: tempfile::tempdir().unwrap() };
        let options = InitOptions {
            origin: Origin::parse("a.example/log").unwrap(),
            name: Name::parse("a.example").unwrap(),
            unlock: stage.unlock_path(),
        };
        init_party(&stage.folder(), &options).unwrap();
        stage
    }

    /// Where everything is, the unlock file too.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    pub(crate) fn folder(&self) -> PartyFolder {
        PartyFolder::new(self.home.path().join("a"))
    }

    pub(crate) fn unlock_path(&self) -> PathBuf {
        self.home.path().join("a.key")
    }

    pub(crate) fn party(&self) -> Party {
        self.try_party().unwrap()
    }

    pub(crate) fn try_party(&self) -> Result<Party, PartyError> {
        Party::open(self.folder(), &Unlock::read(&self.unlock_path())?)
    }

    /// Commits reports, one a line.
    pub(crate) fn try_commit(
        &self,
        duplicates: Duplicates,
        reports: &str,
    ) -> Result<CommitReport, PartyError> {
        let options = CommitOptions { duplicates, ..CommitOptions::default() };
        self.party().commit(&options, |each| read_reports("reports", reports.as_bytes(), each))
    }

    /// Commits new reports with these ids.
    pub(crate) fn commit(&self, ids: &[&str]) -> CommitReport {
        self.try_commit(Duplicates::Refuse, &reports(ids)).unwrap()
    }

    /// A presentation of an entry's fields to the party itself.
    pub(crate) fn disclose(&self, index: u64, fields: &[&str]) -> Result<Vec<u8>, PartyError> {
        let fields: Vec<String> = fields.iter().map(|field| (*field).to_owned()).collect();
        let audience = Audience::read(&self.folder().share().join("a.example.vkey"))?;
        let time = UnixSeconds::new(1_780_000_000).unwrap();
        let options = GrantOptions { audience, tlp: Tlp::Amber, pap: Pap::Amber, time };
        self.party().disclosing(LeafIndex::new(index).unwrap(), &fields)?.write(&options)
    }

    /// What the party would show of one field of an entry.
    pub(crate) fn field(&self, index: u64, field: &str) -> Result<Option<Value>, PartyError> {
        let party = self.party();
        let preview = party.disclosing(LeafIndex::new(index).unwrap(), &[field.to_owned()])?.preview();
        Ok(preview.opened[0].value.clone())
    }

    /// The vault's database, behind the party's back.
    pub(crate) fn database(&self) -> Connection {
        Connection::open(self.folder().vault()).unwrap()
    }

    /// One number out of the vault.
    pub(crate) fn number(&self, query: &str) -> i64 {
        self.database().query_row(query, [], |row| row.get(0)).unwrap()
    }

    pub(crate) fn counter(&self) -> i64 {
        self.number("SELECT next FROM counter")
    }

    pub(crate) fn pending(&self) -> i64 {
        self.number("SELECT count(*) FROM pending")
    }

    /// Marks the rows from an index on as pending: what a crash before the last step of a commit leaves.
    pub(crate) fn unsettle(&self, from: u64) {
        let again = "INSERT INTO pending SELECT number FROM entries WHERE number >= ?1";
        assert!(self.database().execute(again, [from as i64]).unwrap() > 0);
    }

    /// Lets two rows of a table change what one column holds.
    pub(crate) fn swap(&self, table: &str, column: &str, rows: [u64; 2]) {
        let database = self.database();
        let get = |row: u64| -> Vec<u8> {
            let query = format!("SELECT {column} FROM {table} WHERE number = ?1");
            database.query_row(&query, [row as i64], |row| row.get(0)).unwrap()
        };
        let values = rows.map(get);
        assert_ne!(values[0], values[1]);
        for (row, value) in rows.into_iter().rev().zip(values) {
            let change = format!("UPDATE {table} SET {column} = ?1 WHERE number = ?2");
            assert_eq!(database.execute(&change, rusqlite::params![value, row as i64]).unwrap(), 1);
        }
    }

    /// Keeps a file or folder as it is now.
    pub(crate) fn keep(&self, path: &Path) -> Kept {
        let kept = tempfile::tempdir().unwrap();
        copy(path, &kept.path().join("kept"));
        Kept { kept, path: path.to_owned() }
    }

    /// As [`Self::keep`], to be put in another place.
    pub(crate) fn keep_as(&self, path: &Path, place: &Path) -> Kept {
        Kept { path: place.to_owned(), ..self.keep(path) }
    }

    pub(crate) fn log_size(&self) -> u64 {
        let log = detente_log::LogDirectory::open(self.folder().log()).unwrap();
        log.checkpoint().unwrap().claimed().size().get()
    }
}

/// An old copy.
pub(crate) struct Kept {
    kept: TempDir,
    path: PathBuf,
}

impl Kept {
    /// Puts the old copy in the place of what is there now.
    pub(crate) fn restore(&self) {
        if self.path.is_dir() {
            fs::remove_dir_all(&self.path).unwrap();
        }
        copy(&self.kept.path().join("kept"), &self.path);
    }
}

/// Minimal reports with these ids, one a line.
pub(crate) fn reports(ids: &[&str]) -> String {
    ids.iter().map(|id| format!("{{\"incident_id\":\"{id}\",\"summary\":\"About {id}.\"}}\n")).collect()
}

/// Every file below a folder with its bytes.
pub(crate) fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let (mut open, mut found) = (vec![folder.to_owned()], BTreeMap::new());
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let bytes = fs::read(&path).unwrap();
                found.insert(path, bytes);
            }
        }
    }
    found
}

fn copy(from: &Path, to: &Path) {
    if from.is_dir() {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let entry = entry.unwrap();
            copy(&entry.path(), &to.join(entry.file_name()));
        }
    } else {
        fs::copy(from, to).unwrap();
    }
}
