//! Findings (`specs/finding.md`): the file, with members that are free to be wrong.

use detente_core::json::{Object, Value};

use super::{
    bytes::{Hash, base64},
    keys::{Key, LOG, vkey},
    note,
};

/// Two trees that one log signed.
pub const FORK: &str = "FORK";
/// Two trees of one log that one witness cosigned.
pub const COSIGNED_FORK: &str = "COSIGNED-FORK";
/// A smaller tree cosigned at a later time than a larger one.
pub const COSIGNED_BACKWARDS: &str = "COSIGNED-BACKWARDS";

/// The members of a finding, `detente` excepted.
#[derive(Debug, Clone)]
pub struct Finding {
    /// A word of the table.
    pub offence: String,
    /// A vkey.
    pub culprit: String,
    /// The note of the smaller size.
    pub first: String,
    /// The note of the larger size.
    pub second: String,
    /// `PREFIX(m, D[n])`, or nothing.
    pub hashes: Vec<Hash>,
}

impl Finding {
    /// The members, before they are written.
    pub fn members(&self) -> Object {
        let hashes = self.hashes.iter().map(|hash| Value::from(base64(hash))).collect();
        let members = [
            ("culprit", Value::from(self.culprit.as_str())),
            ("detente", "finding/v1".into()),
            ("first", self.first.as_str().into()),
            ("hashes", Value::Array(hashes)),
            ("offence", self.offence.as_str().into()),
            ("second", self.second.as_str().into()),
        ];
        members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// The file.
    pub fn file(&self) -> Vec<u8> {
        Value::Object(self.members()).to_file()
    }
}

/// Who signs: a key under a name, as a log or as a witness.
#[derive(Debug, Clone)]
pub struct Signer {
    /// The name on its lines.
    pub name: String,
    /// Type byte of its vkey.
    pub kind: u8,
    /// The key pair.
    pub key: Key,
}

impl Signer {
    /// The vkey.
    pub fn vkey(&self) -> String {
        vkey(&self.name, self.kind, &self.key.public)
    }

    /// Its line over a text; a log's has no time.
    pub fn line(&self, time: u64, text: &str) -> String {
        if self.kind == LOG {
            note::log_line(&self.name, &self.key, text)
        } else {
            note::witness_line(&self.name, &self.key, time, text)
        }
    }

    /// A text that it alone signed.
    pub fn note(&self, time: u64, text: &str) -> String {
        note::note(text, &[self.line(time, text)])
    }
}
