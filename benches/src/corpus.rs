//! Incident reports for benchmarks: those that ship with the project, or a JSON Lines file, repeated with new ids.

use std::{fs, path::Path};

use detente_core::json::Value;
use detente_party::{PartyError, Place};

use crate::measure::Failure;

/// Report texts, one JSON object each.
pub struct Corpus(Vec<Vec<u8>>);

impl Corpus {
    /// The lines of a JSON Lines file.
    ///
    /// # Errors
    /// A file that cannot be read, or that holds no report.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        let text = fs::read(path)?;
        Self::of(
            text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).map(<[u8]>::to_vec).collect(),
        )
    }

    /// The records in `tests/data/incidents`.
    ///
    /// # Errors
    /// A folder that cannot be read.
    pub fn shipped() -> Result<Self, Failure> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/incidents");
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder)? {
            paths.push(entry?.path());
        }
        paths.retain(|path| path.extension().is_some_and(|end| end == "json"));
        paths.sort();
        Self::of(paths.iter().map(fs::read).collect::<Result<_, _>>()?)
    }

    fn of(texts: Vec<Vec<u8>>) -> Result<Self, Failure> {
        if texts.is_empty() { Err("expected at least one report, got none".into()) } else { Ok(Self(texts)) }
    }

    /// Number of reports before any is repeated.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Never: a corpus has a report.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Bytes of text of a report, on average.
    pub fn mean_bytes(&self) -> usize {
        self.0.iter().map(Vec::len).sum::<usize>() / self.0.len()
    }

    /// Reads reports, over and over, each with an incident id of its own, and hands them on one at a time.
    ///
    /// # Errors
    /// A text that is no strict JSON; whatever `each` returns.
    pub fn feed(
        &self,
        count: u32,
        each: &mut dyn FnMut(Place, Value) -> Result<(), PartyError>,
    ) -> Result<(), PartyError> {
        for (number, text) in (0..count).zip(self.0.iter().cycle()) {
            let mut report = Value::parse(text)?;
            if let Value::Object(members) = &mut report {
                members.insert("incident_id".to_owned(), format!("bench-{number:016}").into());
            }
            each(Place { file: "corpus".to_owned(), line: number as usize + 1 }, report)?;
        }
        Ok(())
    }
}
