//! The sizes in the history of a log that somebody else writes beside this server.

use std::{
    fs,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime},
};

use detente_core::TreeSize;
use detente_log::{LogDirectory, LogError};

use super::read::MAX_HISTORY;

/// How long a list is good enough, whatever has happened since: a long folder takes seconds to list.
const FRESH: Duration = Duration::from_secs(1);
/// A folder that changed no later than this before it was listed has shown all of its changes by its time.
const SETTLED: Duration = Duration::from_secs(2);

/// The newest list. While one reader waits for a new one, the others do.
#[derive(Debug, Default)]
pub(super) struct Listing(Mutex<Option<Listed>>);

#[derive(Debug)]
struct Listed {
    sizes: Vec<TreeSize>,
    at: Instant,
    /// When the folder had changed last, if that was long enough ago to tell it from a change after the listing.
    changed: Option<SystemTime>,
}

impl Listing {
    /// One page of the sizes above one.
    pub(super) fn above(&self, directory: &LogDirectory, after: TreeSize) -> Result<Vec<TreeSize>, LogError> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let changed =
            fs::metadata(directory.path().join("history")).and_then(|folder| folder.modified()).ok();
        let is_good = |listed: &Listed| {
            listed.at.elapsed() < FRESH || listed.changed.is_some() && listed.changed == changed
        };
        if !held.as_ref().is_some_and(is_good) {
            let settled = changed.filter(|changed| changed.elapsed().is_ok_and(|age| age > SETTLED));
            let sizes = directory.history()?;
            *held = Some(Listed { sizes, at: Instant::now(), changed: settled });
        }
        let sizes = held.as_ref().map_or(&[][..], |listed| &listed.sizes);
        let start = sizes.partition_point(|size| *size <= after);
        Ok(sizes.iter().skip(start).take(MAX_HISTORY).copied().collect())
    }
}
