//! A copy of a log that keeps up with it: verified, resumable, and never turned back (`specs/log.md` "Mirror").

mod arriving;
mod compare;
mod failure;
mod folder;
mod notes;
mod parallel;

use core::{num::NonZeroUsize, ops::Range};
use std::{collections::BTreeSet, path::PathBuf, thread};

use detente_checkpoint::{Policy, UnverifiedCheckpoint, VerifiedCheckpoint};
use detente_core::{LeafIndex, TreeSize};
use detente_merkle::tile::{FULL_WIDTH, Tile, TileLevel, tile_at, tiles};

use crate::{
    CheckFailure, CheckReport, LogDirectory, LogError, LogReader, LogSource, Store,
    check::{check_log, policy_of_genesis},
    history,
    layout::CHECKPOINT,
    reader::VerifiedTree,
};

use arriving::{Arrivals, Arriving};
pub use failure::{Fork, MirrorFailure};
use folder::Folder;

/// A folder that holds a verified copy of a log, and is a log's folder to every reader.
///
/// It is brought up to the newest checkpoint by [`Self::update`], which can be ended at any moment: until all that a
/// checkpoint implies is there and on disk, `checkpoint` stays as it was, and what was fetched is not fetched again.
#[derive(Debug)]
pub struct Mirror {
    folder: Folder,
}

/// What [`Mirror::update`] did.
#[derive(Debug, Clone)]
pub struct Mirrored {
    /// The newest checkpoint, all of whose entries are there.
    pub checkpoint: VerifiedCheckpoint,
    /// The size that was there before; `None` for the first time.
    pub before: Option<TreeSize>,
    /// Files that were written: tiles, bundles and notes.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// One step of an update, for a progress bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fetched {
    /// Tiles and bundles, or notes, that are done.
    pub done: u64,
    /// How many there are to do.
    pub all: u64,
}

impl Mirror {
    /// Opens a mirror, or makes one of a new or empty folder. Only one process has it at a time.
    ///
    /// # Errors
    /// [`LogError::NotEmpty`] for a folder with anything else in it, a log's own included; [`LogError::Locked`],
    /// [`LogError::Unavailable`].
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, LogError> {
        Self::open_in(Store::new(path))
    }

    /// [`Self::open`] in a store whose durable steps are announced.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_in(store: Store) -> Result<Self, LogError> {
        Ok(Self { folder: Folder::open(store)? })
    }

    /// The log's folder.
    pub fn log(&self) -> LogDirectory {
        LogReader::new(self.folder.store().clone())
    }

    /// Fetches all that the log has published since, verified against its newest checkpoint, which is verified against the
    /// policy and against the newest one seen before.
    ///
    /// Without a policy the key in the log's genesis is believed, once: later it is the one in the mirror's. At most
    /// `connections` files are asked for at a time. `progress` is called on the caller's thread.
    ///
    /// # Errors
    /// [`MirrorFailure`]; whatever it is, the folder still holds what it held, and perhaps more, all of it verified.
    pub fn update(
        &self,
        log: &dyn LogSource,
        policy: Option<&Policy>,
        connections: NonZeroUsize,
        progress: impl FnMut(Fetched),
    ) -> Result<Mirrored, MirrorFailure> {
        self.run(log, policy, connections, progress, None)
    }

    /// [`Self::update`], while [`check_log`] reads what has come: signatures are verified as the log arrives. The check is
    /// that of the folder as the update leaves it. What is held in memory does not grow with the log, but for what a
    /// check needs. `checked` is called on another thread.
    ///
    /// # Errors
    /// [`MirrorFailure`] of the update; in the inner result [`CheckFailure`] of the check.
    pub fn update_and_check(
        &self,
        log: &dyn LogSource,
        policy: Option<&Policy>,
        connections: NonZeroUsize,
        progress: impl FnMut(Fetched),
        checked: impl FnMut(u64, u64) + Send,
    ) -> Result<(Mirrored, Result<CheckReport, CheckFailure>), MirrorFailure> {
        let arrivals = Arrivals::default();
        thread::scope(|scope| {
            let reader = LogReader::new(Arriving::new(self.folder.store(), &arrivals));
            let check = move || check_log(&reader, policy, checked);
            let spawned = thread::Builder::new().name("log check".to_owned()).spawn_scoped(scope, check);
            let updated = self.run(log, policy, connections, progress, Some(&arrivals));
            // Whoever waits for what did not come is told so.
            arrivals.end();
            let unavailable =
                |source| LogError::Unavailable { path: self.folder.store().root().to_owned(), source };
            let check = spawned.map_err(unavailable).map(thread::ScopedJoinHandle::join);
            Ok((updated?, check?.unwrap_or_else(|panic| std::panic::resume_unwind(panic))))
        })
    }

    fn run(
        &self,
        log: &dyn LogSource,
        policy: Option<&Policy>,
        connections: NonZeroUsize,
        mut progress: impl FnMut(Fetched),
        arrivals: Option<&Arrivals>,
    ) -> Result<Mirrored, MirrorFailure> {
        let shown = LogReader::new(log).checkpoint()?;
        let (policy, genesis) = self.policy(log, policy, shown.claimed().size())?;
        let shown = shown.verify(&policy).map_err(history::in_note(CHECKPOINT))?;
        shown.require_quorum(&policy).map_err(history::in_note(CHECKPOINT))?;

        let seen = self.folder.seen(&policy)?;
        let tree = compare::follows(&self.folder, log, &policy, seen.newest(), &shown)?;
        let before = seen.complete().map(VerifiedCheckpoint::size);
        if before != Some(shown.size()) {
            self.folder.begin(&shown)?;
        }
        let listed = match arrivals {
            Some(arrivals) => {
                let listed = log.history()?;
                let mut sizes: BTreeSet<_> =
                    listed.iter().copied().filter(|size| *size < shown.size()).collect();
                sizes.extend(history::sizes(self.folder.store())?);
                sizes.insert(shown.size());
                let newest = self.folder.newest(&shown, seen.complete())?;
                arrivals.begin(newest, sizes.into_iter().collect());
                Some(listed)
            }
            None => None,
        };
        self.fetch(&tree, before.unwrap_or(TreeSize::ZERO), connections, &mut progress, arrivals)?;
        if let Some(genesis) = genesis
            && tree.entry(LeafIndex::ZERO)? != genesis
        {
            let path = tiles(shown.size()).next().map(Tile::entries_path).unwrap_or_default();
            return Err(LogError::MalformedFile { path, expected: "one genesis at every read" }.into());
        }
        self.folder.finish(&shown, seen.complete())?;
        let listed = listed.map_or_else(|| log.history(), Ok)?;
        notes::fetch(&self.folder, log, &policy, &tree, &shown, listed, before, connections, &mut progress)?;
        let (files, bytes) = self.folder.end()?;
        if let Some(arrivals) = arrivals {
            arrivals.complete();
        }
        Ok(Mirrored { checkpoint: shown, before, files, bytes })
    }

    /// The caller's policy, or one that names the key in the genesis, with the genesis when it has still to be verified.
    fn policy(
        &self,
        log: &dyn LogSource,
        given: Option<&Policy>,
        size: TreeSize,
    ) -> Result<(Policy, Option<Vec<u8>>), MirrorFailure> {
        if let Some(policy) = given {
            return Ok((policy.clone(), None));
        }
        if let Some(size) = self.folder.claimed_size() {
            return Ok((policy_of_genesis(&self.log(), size)?.0, None));
        }
        let (policy, genesis) = policy_of_genesis(&LogReader::new(log), size)?;
        Ok((policy, Some(genesis)))
    }

    /// Level by level from the top, so that what a tile is compared with is there before it; bundles with their leaves.
    fn fetch(
        &self,
        tree: &VerifiedTree<'_>,
        before: TreeSize,
        connections: NonZeroUsize,
        progress: &mut impl FnMut(Fetched),
        arrivals: Option<&Arrivals>,
    ) -> Result<(), LogError> {
        let size = tree.size();
        // What was complete before is there unless somebody removed it.
        let is_gone = |tile: &Tile| (tile.width().is_full() || before == size) && !self.folder.has(*tile);
        let gone: Vec<Tile> = tiles(before).filter(is_gone).collect();
        let mut fetched = Fetched { done: 0, all: count_new(before, size).saturating_add(gone.len() as u64) };
        for level in (0..8_u64).rev() {
            let level = TileLevel::new(level)?;
            if let Some(arrivals) = arrivals.filter(|_| level == TileLevel::LEAVES) {
                let again = gone.iter().filter(|tile| tile.level() == level).map(|tile| tile.index().get());
                arrivals.await_leaves(new_range(level, before, size), again.collect());
            }
            parallel::each(
                connections,
                new_of(level, before, size).chain(gone.iter().copied().filter(|tile| tile.level() == level)),
                |tile| match level {
                    TileLevel::LEAVES => {
                        tree.bundle(tile)?;
                        arrivals.inspect(|arrivals| arrivals.add(tile));
                        Ok(())
                    }
                    _ => tree.tile(tile).map(drop),
                },
                || {
                    fetched.done += 1;
                    progress(fetched);
                },
            )?;
        }
        Ok(())
    }
}

/// Where the tiles of a level begin and end that a tree has and an earlier one had not, or had narrower.
fn new_range(level: TileLevel, before: TreeSize, size: TreeSize) -> Range<u64> {
    let length = |size: TreeSize| size.get().checked_shr(8 * u32::from(level.get())).unwrap_or(0);
    let (old, new, full) = (length(before), length(size), u64::from(FULL_WIDTH));
    let first = old / full;
    first..if old == new { first } else { new.div_ceil(full) }
}

/// These tiles. Nothing is gone through to find them: a size that a log only claims may be any.
fn new_of(level: TileLevel, before: TreeSize, size: TreeSize) -> impl Iterator<Item = Tile> {
    new_range(level, before, size)
        .filter_map(move |index| tile_at(level, index.checked_mul(u64::from(FULL_WIDTH))?, size).ok())
}

/// How many there are, of all levels.
fn count_new(before: TreeSize, size: TreeSize) -> u64 {
    let levels = (0..8).filter_map(|level| TileLevel::new(level).ok());
    levels
        .map(|level| new_range(level, before, size))
        .fold(0, |count, range| count + (range.end - range.start))
}

/// The note at a path of a mirror's own, verified.
fn own_note(store: &Store, path: &str, policy: &Policy) -> Result<Option<VerifiedCheckpoint>, LogError> {
    let Some(bytes) = history::read_note(store, path)? else { return Ok(None) };
    let note: UnverifiedCheckpoint = history::parse_note(path, &bytes)?;
    note.verify(policy).map(Some).map_err(history::in_note(path))
}

impl From<LogError> for MirrorFailure {
    fn from(error: LogError) -> Self {
        Self::Log(CheckFailure::from(error))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use detente_merkle::tile::new_tiles;

    use super::*;

    #[test]
    fn what_is_new_is_what_the_tree_says() {
        let sizes = [0, 1, 14, 255, 256, 257, 300, 512, 700, 65_535, 65_536, 65_537, 70_000, 131_072];
        for (place, old) in sizes.into_iter().enumerate() {
            for new in sizes.into_iter().skip(place) {
                let (old, new) = (TreeSize::new(old).unwrap(), TreeSize::new(new).unwrap());
                let expected: Vec<Tile> = new_tiles(old, new).unwrap().collect();
                let levels = (0..8).map(|level| TileLevel::new(level).unwrap());
                assert_eq!(levels.flat_map(|level| new_of(level, old, new)).collect::<Vec<_>>(), expected);
                assert_eq!(count_new(old, new), expected.len() as u64, "{old} to {new}");
            }
        }
        count_new(TreeSize::ZERO, TreeSize::new(u64::MAX >> 1).unwrap());
    }
}
