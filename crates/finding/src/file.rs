//! The file's members, their forms and limits (`specs/finding.md` "Members"); reading and writing.

use detente_core::json::{Object, Value};
use detente_core::{Digest, base64};

use crate::error::malformed;
use crate::{FindingError, Offence};

/// The most bytes of a finding.
pub const FINDING_LIMIT: usize = 4_194_304;

const DETENTE: &str = "finding/v1";
const HASH_LIMIT: usize = 64;
const MEMBERS: [&str; 6] = ["culprit", "detente", "first", "hashes", "offence", "second"];

/// A finding whose form is right; neither its signatures nor what it says have been checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedFinding {
    pub(crate) offence: Offence,
    pub(crate) culprit: String,
    pub(crate) first: String,
    pub(crate) second: String,
    pub(crate) hashes: Vec<Digest>,
}

impl UnverifiedFinding {
    /// Reads a file, steps 1 and 2 of `specs/finding.md` "Verify".
    ///
    /// # Errors
    /// In this order: `OVERSIZE`, the codes of a file of ours, `MALFORMED-FINDING`, `UNKNOWN-OFFENCE`.
    pub fn parse(bytes: &[u8]) -> Result<Self, FindingError> {
        if bytes.len() > FINDING_LIMIT {
            return Err(FindingError::Oversize { limit: FINDING_LIMIT, got: bytes.len() });
        }
        let value = Value::parse_file(bytes).map_err(FindingError::Json)?;
        let members = value.as_object().ok_or_else(|| malformed("finding", "an object"))?;
        if let Some(member) = MEMBERS.into_iter().find(|member| !members.contains_key(*member)) {
            return Err(malformed(member, "to be there"));
        }
        if members.len() != MEMBERS.len() {
            return Err(malformed("finding", "no other member"));
        }
        if text(members, "detente")? != DETENTE {
            return Err(malformed("detente", "the text finding/v1"));
        }
        let (culprit, first, second) =
            (text(members, "culprit")?, text(members, "first")?, text(members, "second")?);
        let hashes = hashes(members)?;
        // Last, so that a word of a later version is told apart from a file that is broken besides.
        let word = text(members, "offence")?;
        let offence = Offence::parse(word)
            .ok_or_else(|| FindingError::UnknownOffence { got: word.chars().take(60).collect() })?;
        Ok(Self {
            offence,
            culprit: culprit.to_owned(),
            first: first.to_owned(),
            second: second.to_owned(),
            hashes,
        })
    }

    /// The offence that it claims.
    pub const fn unverified_offence(&self) -> Offence {
        self.offence
    }

    /// The culprit's vkey, as written.
    pub fn unverified_culprit(&self) -> &str {
        &self.culprit
    }

    /// The two notes, the smaller tree's first, as written.
    pub fn unverified_notes(&self) -> [&str; 2] {
        [&self.first, &self.second]
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let hashes: Vec<Value> =
            self.hashes.iter().map(|hash| base64::encode(hash.as_bytes()).into()).collect();
        let members = Value::from([
            ("culprit", self.culprit.as_str().into()),
            ("detente", DETENTE.into()),
            ("first", self.first.as_str().into()),
            ("hashes", hashes.into()),
            ("offence", self.offence.as_str().into()),
            ("second", self.second.as_str().into()),
        ]);
        members.to_file()
    }
}

fn text<'a>(members: &'a Object, member: &'static str) -> Result<&'a str, FindingError> {
    members.get(member).and_then(Value::as_str).ok_or_else(|| malformed(member, "a string"))
}

fn hashes(members: &Object) -> Result<Vec<Digest>, FindingError> {
    let items =
        members.get("hashes").and_then(Value::as_array).ok_or_else(|| malformed("hashes", "a list"))?;
    if items.len() > HASH_LIMIT {
        return Err(malformed("hashes", "at most 64 hashes"));
    }
    let one = |item: &Value| {
        let bytes = item.as_str().and_then(|text| base64::decode(text).ok());
        bytes
            .and_then(|bytes| Digest::from_slice(&bytes).ok())
            .ok_or_else(|| malformed("hashes", "hashes of 32 bytes in strict base64"))
    };
    items.iter().map(one).collect()
}
