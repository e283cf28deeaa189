//! `name=value`, in any order.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use detente_benches::measure::Failure;
use detente_log::Options;
use tempfile::TempDir;

pub(crate) struct Arguments {
    mode: String,
    values: BTreeMap<String, String>,
}

impl Arguments {
    pub(crate) fn parse(mut words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        const KNOWN: [&str; 7] =
            ["writers", "statements", "max_batch", "max_wait_ms", "rounds", "folder", "origins"];
        let mode = words.next().ok_or("expected write, http, check or witness, got nothing")?;
        let mut values = BTreeMap::new();
        for word in words {
            let (name, value) = word.split_once('=').ok_or(format!("expected name=value, got {word}"))?;
            if !KNOWN.contains(&name) {
                return Err(format!("expected one of {}, got {name}", KNOWN.join(", ")).into());
            }
            values.insert(name.to_owned(), value.to_owned());
        }
        Ok(Self { mode, values })
    }

    pub(crate) fn mode(&self) -> &str {
        &self.mode
    }

    pub(crate) fn number(&self, name: &str, unless_told: u64) -> Result<u64, Failure> {
        Ok(self.values.get(name).map_or(Ok(unless_told), |value| value.parse())?)
    }

    pub(crate) fn numbers(&self, name: &str, unless_told: &[u64]) -> Result<Vec<u64>, Failure> {
        match self.values.get(name) {
            Some(value) => Ok(value.split(',').map(str::parse).collect::<Result<_, _>>()?),
            None => Ok(unless_told.to_vec()),
        }
    }

    /// How the sequencer gathers; its queue has room for so many writers at least.
    pub(crate) fn options(&self, writers: usize) -> Result<Options, Failure> {
        let usual = Options::default();
        Ok(Options {
            max_batch: usize::try_from(self.number("max_batch", usual.max_batch as u64)?)?,
            max_wait: Duration::from_millis(self.number("max_wait_ms", 10)?),
            queue: usual.queue.max(2 * writers),
            ..usual
        })
    }

    pub(crate) fn folder(&self) -> Option<PathBuf> {
        self.values.get("folder").map(PathBuf::from)
    }

    /// A new folder that goes away again.
    pub(crate) fn scratch(&self) -> Result<TempDir, Failure> {
        match self.folder() {
            Some(folder) => {
                std::fs::create_dir_all(&folder)?;
                Ok(TempDir::new_in(folder)?)
            }
            None => Ok(TempDir::new()?),
        }
    }
}
