//! A log on its way into a mirror, for whoever reads it meanwhile: each file as soon as it is verified and has its name.

use core::ops::Range;
use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
};

use detente_core::TreeSize;
use detente_merkle::tile::{Tile, TileLevel};

use crate::{Content, LogError, LogSource, Store, layout::CHECKPOINT};

/// How far an update has got.
#[derive(Debug, Default)]
pub(super) struct Arrivals {
    progress: Mutex<Progress>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Progress {
    /// The note of the tree that is fetched, and the sizes that will have a note.
    begun: Option<(Vec<u8>, Vec<TreeSize>)>,
    /// The leaf tiles that are still to come, once every tile above them is there.
    leaves: Option<Leaves>,
    complete: bool,
    ended: bool,
}

#[derive(Debug)]
struct Leaves {
    /// The new ones, but those that came before the first that is missing.
    new: Range<u64>,
    /// Of the new ones, those that came out of turn.
    come: BTreeSet<u64>,
    /// Others that were removed and are fetched again.
    gone: BTreeSet<u64>,
}

impl Leaves {
    fn has(&self, index: u64) -> bool {
        !self.gone.contains(&index) && (!self.new.contains(&index) || self.come.contains(&index))
    }

    fn add(&mut self, index: u64) {
        self.gone.remove(&index);
        if self.new.contains(&index) {
            self.come.insert(index);
        }
        while self.come.remove(&self.new.start) {
            self.new.start += 1;
        }
    }
}

impl Arrivals {
    /// The note is known to go on from the one before.
    pub(super) fn begin(&self, note: Vec<u8>, sizes: Vec<TreeSize>) {
        self.change(|progress| progress.begun = Some((note, sizes)));
    }

    /// Every tile above the leaves is there; these leaf tiles are not.
    pub(super) fn await_leaves(&self, new: Range<u64>, gone: BTreeSet<u64>) {
        self.change(|progress| progress.leaves = Some(Leaves { new, come: BTreeSet::new(), gone }));
    }

    /// A leaf tile and its bundle are there.
    pub(super) fn add(&self, tile: Tile) {
        self.change(|progress| {
            if let Some(leaves) = &mut progress.leaves {
                leaves.add(tile.index().get());
            }
        });
    }

    /// All files and notes are there.
    pub(super) fn complete(&self) {
        self.change(|progress| progress.complete = true);
    }

    /// Nothing more comes.
    pub(super) fn end(&self) {
        self.change(|progress| progress.ended = true);
    }

    fn change(&self, change: impl FnOnce(&mut Progress)) {
        change(&mut self.progress.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }

    /// Waits until there is what is looked for.
    fn wait<T>(&self, find: impl Fn(&Progress) -> Option<T>) -> Result<T, LogError> {
        let mut progress: MutexGuard<'_, Progress> =
            self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            match find(&progress) {
                Some(found) => return Ok(found),
                None if progress.ended => return Err(LogError::Stopped),
                None => progress = self.changed.wait(progress).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }
}

/// The mirror's folder, where nothing is read before it has come.
#[derive(Debug)]
pub(super) struct Arriving<'a> {
    store: &'a Store,
    arrivals: &'a Arrivals,
}

impl<'a> Arriving<'a> {
    pub(super) const fn new(store: &'a Store, arrivals: &'a Arrivals) -> Self {
        Self { store, arrivals }
    }
}

impl LogSource for Arriving<'_> {
    fn read(&self, path: &str, limit: u64) -> Result<Content, LogError> {
        if path == CHECKPOINT {
            let note = self.arrivals.wait(|progress| Some(progress.begun.as_ref()?.0.clone()))?;
            let is_short = note.len() as u64 <= limit;
            return Ok(if is_short { Content::Bytes(note) } else { Content::TooLong });
        }
        let tile = Tile::parse_entries(path).or_else(|_| Tile::parse(path));
        self.arrivals.wait(|progress| {
            let has_come = progress.complete
                || tile.as_ref().is_ok_and(|tile| {
                    let leaves = progress.leaves.as_ref();
                    leaves.is_some_and(|leaves| {
                        tile.level() != TileLevel::LEAVES || leaves.has(tile.index().get())
                    })
                });
            has_come.then_some(())
        })?;
        self.store.read(path, limit)
    }

    fn history(&self) -> Result<Vec<TreeSize>, LogError> {
        self.arrivals.wait(|progress| Some(progress.begun.as_ref()?.1.clone()))
    }

    fn place(&self, path: &str) -> PathBuf {
        LogSource::place(self.store, path)
    }
}
