//! A log's public files in memory, served with faults, and every path that was asked for.

use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use detente_core::TreeSize;
use detente_log::{Content, LogError, LogSource};

use crate::support::files;

type Answer = dyn Fn(&str, Option<Vec<u8>>) -> Option<Vec<u8>> + Send + Sync;

/// The files of a folder; what is served of each is what `answer` makes of it.
#[derive(Clone)]
pub(crate) struct Memory {
    files: Arc<BTreeMap<String, Vec<u8>>>,
    answer: Arc<Answer>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl core::fmt::Debug for Memory {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("Memory")
    }
}

impl Memory {
    pub(crate) fn of(folder: &Path) -> Self {
        Self::with(folder, |_, file| file)
    }

    pub(crate) fn with(
        folder: &Path,
        answer: impl Fn(&str, Option<Vec<u8>>) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        Self { files: Arc::new(files(folder)), answer: Arc::new(answer), asked: Arc::default() }
    }

    pub(crate) fn answering(
        &self,
        answer: impl Fn(&str, Option<Vec<u8>>) -> Option<Vec<u8>> + Send + Sync + 'static,
    ) -> Self {
        Self { files: Arc::clone(&self.files), answer: Arc::new(answer), asked: Arc::default() }
    }

    pub(crate) fn file(&self, path: &str) -> Vec<u8> {
        self.files[path].clone()
    }

    /// The names of all files that are served.
    pub(crate) fn names(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }

    /// What was asked for since, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        core::mem::take(&mut *self.asked.lock().unwrap())
    }
}

impl LogSource for Memory {
    fn read(&self, path: &str, limit: u64) -> Result<Content, LogError> {
        self.asked.lock().unwrap().push(path.to_owned());
        Ok(match (self.answer)(path, self.files.get(path).cloned()) {
            Some(bytes) if bytes.len() as u64 > limit => Content::TooLong,
            Some(bytes) => Content::Bytes(bytes),
            None => Content::Missing,
        })
    }

    fn history(&self) -> Result<Vec<TreeSize>, LogError> {
        let sizes = self.files.keys().filter_map(|path| path.strip_prefix("history/"));
        let mut sizes: Vec<TreeSize> = sizes.map(|size| TreeSize::parse(size).unwrap()).collect();
        sizes.sort_unstable();
        Ok(sizes)
    }

    fn place(&self, path: &str) -> PathBuf {
        PathBuf::from("memory").join(path)
    }
}

/// Every partial tile or bundle that a tree of a size has, by its path.
pub(crate) fn promised(size: u64) -> HashSet<String> {
    let tiles = detente_merkle::tile::tiles(TreeSize::new(size).unwrap());
    tiles
        .filter(|tile| !tile.width().is_full())
        .flat_map(|tile| {
            let bundle = (tile.level().get() == 0).then(|| tile.entries_path());
            [Some(tile.path()), bundle].into_iter().flatten()
        })
        .collect()
}
