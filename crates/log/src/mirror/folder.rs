//! A mirror's folder: what is kept, under which name, and what is on disk when.

use std::{
    collections::BTreeSet,
    fs::{File, OpenOptions, TryLockError},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use detente_checkpoint::{Policy, UnverifiedNote, VerifiedCheckpoint};
use detente_core::{Digest, TreeSize};
use detente_merkle::tile::{Tile, TileLevel, tiles};
use sha2::{Digest as _, Sha256};

use super::own_note;
use crate::{
    LogError, LogSource, Store, history,
    layout::{BUNDLE_LIMIT, CHECKPOINT, HISTORY, history_path},
    reader::Keeper,
    storage::{Folders, parent},
};

/// What a mirror needs beside the log: the lock, the note that is on its way, files on their way to a name.
const OWN: &str = "mirror";
const LOCK: &str = "mirror/lock";
/// The newest note that was verified and found to go on from the one before, before its tiles are all here.
const PENDING: &str = "mirror/pending";
/// Notes that do not go together, kept for people.
const ALARMS: &str = "alarms";
/// Most alarms that are kept; each is the log's own doing, so many of them say no more than one.
const MOST_ALARMS: usize = 64;

#[derive(Debug)]
pub(super) struct Folder {
    store: Store,
    _lock: File,
    next: AtomicU64,
    /// Files that have their names and are perhaps not on disk.
    placed: Mutex<BTreeSet<String>>,
    written: Mutex<(u64, u64)>,
}

/// The notes that are known from before.
#[derive(Debug)]
pub(super) struct Seen {
    complete: Option<VerifiedCheckpoint>,
    pending: Option<VerifiedCheckpoint>,
}

impl Seen {
    /// The one whose tree is all here.
    pub(super) const fn complete(&self) -> Option<&VerifiedCheckpoint> {
        self.complete.as_ref()
    }

    /// The largest one.
    pub(super) fn newest(&self) -> Option<&VerifiedCheckpoint> {
        [&self.complete, &self.pending].into_iter().flatten().max_by_key(|note| note.size())
    }
}

impl Folder {
    pub(super) fn open(store: Store) -> Result<Self, LogError> {
        let mut touched = Folders::new();
        store.create_folders("", &mut touched)?;
        if !store.is_folder(OWN) && !store.list("")?.is_empty() {
            return Err(LogError::NotEmpty { path: store.root().to_owned() });
        }
        store.create_folders(OWN, &mut touched)?;
        store.flush_folders(&touched)?;
        let path = store.path(LOCK);
        let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        let lock = opened.map_err(|source| LogError::Unavailable { path: path.clone(), source })?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LogError::Locked { path }),
            Err(TryLockError::Error(source)) => return Err(LogError::Unavailable { path, source }),
        }
        // On their way to a name when an earlier run ended.
        for name in store.list(OWN)? {
            if let Some(name) = name.to_str().filter(|name| name.ends_with(".new")) {
                store.remove(&format!("{OWN}/{name}"))?;
            }
        }
        let (next, placed, written) = (AtomicU64::new(0), Mutex::default(), Mutex::default());
        Ok(Self { store, _lock: lock, next, placed, written })
    }

    pub(super) const fn store(&self) -> &Store {
        &self.store
    }

    pub(super) fn seen(&self, policy: &Policy) -> Result<Seen, LogError> {
        let complete = own_note(&self.store, CHECKPOINT, policy)?;
        Ok(Seen { complete, pending: own_note(&self.store, PENDING, policy)? })
    }

    /// The size of the complete tree, as its note says.
    pub(super) fn claimed_size(&self) -> Option<TreeSize> {
        let bytes = history::read_note(&self.store, CHECKPOINT).ok()??;
        let note = history::parse_note(CHECKPOINT, &bytes).ok()?;
        Some(note.claimed().size()).filter(|size| *size != TreeSize::ZERO)
    }

    /// Whether the files of a full tile are there; what they hold was verified when they were written.
    pub(super) fn has(&self, tile: Tile) -> bool {
        let is_there = |path: String| self.store.path(&path).is_file();
        is_there(tile.path()) && (tile.level() != TileLevel::LEAVES || is_there(tile.entries_path()))
    }

    /// Remembers a note that goes on from all that were seen, so that nothing older is followed from here on.
    pub(super) fn begin(&self, note: &VerifiedCheckpoint) -> Result<(), LogError> {
        self.replace(PENDING, note.note_bytes())
    }

    /// What the newest note will be: with the lines that are known of it.
    pub(super) fn newest(
        &self,
        note: &VerifiedCheckpoint,
        before: Option<&VerifiedCheckpoint>,
    ) -> Result<Vec<u8>, LogError> {
        let known = before.filter(|before| before.size() == note.size());
        united(known.map(VerifiedCheckpoint::note_bytes), note.note_bytes())
    }

    /// Makes the note of a tree that is all here the newest one.
    pub(super) fn finish(
        &self,
        note: &VerifiedCheckpoint,
        before: Option<&VerifiedCheckpoint>,
    ) -> Result<(), LogError> {
        self.flush()?;
        let known = before.filter(|before| before.size() == note.size());
        let bytes = self.newest(note, before)?;
        if known.is_none_or(|known| known.note_bytes() != bytes) {
            self.replace(CHECKPOINT, &bytes)?;
            self.count(bytes.len());
        }
        self.keep_note(note.size(), &bytes)?;
        if !self.store.path(PENDING).is_file() {
            return Ok(());
        }
        for tile in tiles(note.size()).filter(|tile| tile.width().is_full()) {
            self.remove_partial(&tile.path())?;
            if tile.level() == TileLevel::LEAVES {
                self.remove_partial(&tile.entries_path())?;
            }
        }
        // Last, so that an update that ends before this does all of it again.
        self.store.remove(PENDING)
    }

    /// The full file is on disk: readers of older sizes take it.
    fn remove_partial(&self, full: &str) -> Result<(), LogError> {
        let partial = format!("{full}.p");
        if self.store.is_folder(&partial) { self.store.remove(&partial) } else { Ok(()) }
    }

    /// A note of the history that is kept. What does not parse counts as missing: notes reach the disk at the end of an
    /// update, so a power loss before that leaves empty ones.
    pub(super) fn note(&self, size: TreeSize) -> Result<Option<Vec<u8>>, LogError> {
        let path = history_path(size);
        let is_of_size = |bytes: &Vec<u8>| {
            history::parse_note(&path, bytes).is_ok_and(|note| note.claimed().size() == size)
        };
        Ok(history::read_note(&self.store, &path)?.filter(is_of_size))
    }

    /// Keeps a verified note of the history, with the lines of the one that is there.
    pub(super) fn keep_note(&self, size: TreeSize, note: &[u8]) -> Result<(), LogError> {
        let known = self.note(size)?;
        let bytes = united(known.as_deref(), note)?;
        if known.is_some_and(|known| known == bytes) {
            return Ok(());
        }
        self.place(&history_path(size), &bytes)
    }

    /// All that was placed is on disk; how many files were written, and their bytes.
    pub(super) fn end(&self) -> Result<(u64, u64), LogError> {
        self.flush()?;
        Ok(core::mem::take(&mut *self.written.lock().unwrap_or_else(PoisonError::into_inner)))
    }

    /// Keeps two notes that do not go together; the folder that holds them.
    pub(super) fn alarm(&self, seen: &[u8], shown: &[u8]) -> Result<String, LogError> {
        let mut hasher = Sha256::new();
        hasher.update(seen);
        hasher.update(shown);
        let folder = format!("{ALARMS}/{}", Digest::from_bytes(hasher.finalize().into()));
        if !self.store.is_folder(&folder) && self.store.list(ALARMS)?.len() >= MOST_ALARMS {
            return Ok(ALARMS.to_owned());
        }
        let mut touched = Folders::new();
        self.store.create_folders(&folder, &mut touched)?;
        self.replace(&format!("{folder}/seen"), seen)?;
        self.replace(&format!("{folder}/shown"), shown)?;
        self.store.flush_folders(&touched)?;
        Ok(folder)
    }

    /// Gives verified bytes their name, whole. Not flushed.
    fn place(&self, path: &str, bytes: &[u8]) -> Result<(), LogError> {
        let way = self.way();
        {
            let mut placed = self.placed.lock().unwrap_or_else(PoisonError::into_inner);
            // Under the lock, so that two threads do not make one folder.
            let mut touched = Folders::new();
            self.store.create_folders(parent(path), &mut touched)?;
            placed.insert(path.to_owned());
        }
        self.store.write(&way, bytes)?;
        self.store.rename(&way, path)?;
        self.count(bytes.len());
        Ok(())
    }

    fn replace(&self, path: &str, bytes: &[u8]) -> Result<(), LogError> {
        self.store.replace_through(&self.way(), path, bytes)
    }

    fn way(&self) -> String {
        format!("{OWN}/{}.new", self.next.fetch_add(1, Ordering::Relaxed))
    }

    fn count(&self, bytes: usize) {
        let mut written = self.written.lock().unwrap_or_else(PoisonError::into_inner);
        *written = (written.0 + 1, written.1 + bytes as u64);
    }

    /// Everything that was placed reaches the disk, at once where the system can.
    fn flush(&self) -> Result<(), LogError> {
        let placed = core::mem::take(&mut *self.placed.lock().unwrap_or_else(PoisonError::into_inner));
        if placed.is_empty() || self.store.flush_all()? {
            return Ok(());
        }
        let mut folders = Folders::new();
        for path in &placed {
            self.store.flush(path)?;
            let mut folder = parent(path);
            while folders.insert(folder.to_owned()) && !folder.is_empty() {
                folder = parent(folder);
            }
        }
        self.store.flush_folders(&folders)
    }
}

impl Keeper for Folder {
    fn kept(&self) -> &dyn LogSource {
        &self.store
    }

    fn keep(&self, path: &str, bytes: &[u8]) -> Result<(), LogError> {
        debug_assert!(bytes.len() as u64 <= BUNDLE_LIMIT && !path.starts_with(HISTORY), "tiles and bundles");
        self.place(path, bytes)
    }
}

/// A note with the lines of both; the new one as it is when it has all of them.
fn united(known: Option<&[u8]>, new: &[u8]) -> Result<Vec<u8>, LogError> {
    let Some(known) = known else { return Ok(new.to_vec()) };
    let (known, new) = (UnverifiedNote::parse(known)?, UnverifiedNote::parse(new)?);
    if known.text() != new.text() || known.signatures().iter().all(|line| new.signatures().contains(line)) {
        return Ok(new.as_bytes().to_vec());
    }
    // Too many lines are no reason to lose what is there.
    let lines = new.signatures().to_vec();
    Ok(history::with_lines(known.clone(), &lines).unwrap_or(known).as_bytes().to_vec())
}
