//! Creating a log, and opening one whatever a crash left.

use std::fs::{File, OpenOptions, TryLockError};

use detente_core::Origin;

use super::{LogWriter, Progress};
use crate::{
    Guards, LogError, Store,
    edge::Edge,
    history,
    layout::{CHECKPOINT, HISTORY, INDEX, LOCK, STAGING, STATE, TILES},
    recovery,
    state::State,
    storage::Folders,
};

impl LogWriter {
    /// [`Self::create`] in a store whose durable steps are announced, with guards.
    ///
    /// # Errors
    /// As [`Self::create`]; [`LogError::RolledBack`] for a guard that knows a larger log.
    pub fn create_with(store: Store, origin: &Origin, guards: Guards) -> Result<Self, LogError> {
        let mut touched = Folders::new();
        store.create_folders("", &mut touched)?;
        // What a creation that stopped half-way leaves is as good as empty.
        let ours = [LOCK, STAGING, TILES, HISTORY, INDEX];
        let foreign = store.list("")?.iter().any(|name| !ours.iter().any(|ours| name == ours));
        if foreign || !store.list(TILES)?.is_empty() || !store.list(HISTORY)?.is_empty() {
            return Err(LogError::NotEmpty { path: store.root().to_owned() });
        }
        let lock = lock(&store)?;
        guards.check(&store, State::EMPTY)?;
        for folder in [STAGING, TILES, HISTORY] {
            store.create_folders(folder, &mut touched)?;
        }
        store.flush_folders(&touched)?;
        guards.follow(&store, State::EMPTY)?;
        store.replace(STATE, State::EMPTY.to_string().as_bytes())?;
        let edge = Edge::read(&store, State::EMPTY)?;
        Ok(Self::start(store, lock, guards, edge, Progress::Published, Some(origin.clone())))
    }

    /// [`Self::open`] in a store whose durable steps are announced, with guards.
    ///
    /// # Errors
    /// As [`Self::open`]; [`LogError::RolledBack`], [`LogError::GuardMissing`], [`LogError::GuardUnreadable`],
    /// [`LogError::GuardMisplaced`], before anything is written.
    pub fn open_with(store: Store, guards: Guards) -> Result<Self, LogError> {
        // Before the lock, so that no lock file appears in a folder that is no log.
        State::read(&store)?;
        let lock = lock(&store)?;
        let state = State::read(&store)?;
        guards.check(&store, state)?;
        let recovered = recovery::recover(&store, state)?;
        guards.follow(&store, state)?;
        let newest = history::read_note(&store, CHECKPOINT)?;
        let newest = newest.map(|note| history::parse_note(CHECKPOINT, &note)).transpose()?;
        let origin = newest.map(|note| note.claimed().origin().clone());
        let progress = if recovered.published { Progress::Published } else { Progress::Unsigned };
        let mut writer = Self::start(store, lock, guards, recovered.edge, progress, origin);
        writer.placed = recovered.placed;
        Ok(writer)
    }

    const fn start(
        store: Store,
        lock: File,
        guards: Guards,
        edge: Edge,
        progress: Progress,
        origin: Option<Origin>,
    ) -> Self {
        Self {
            store,
            _lock: lock,
            guards,
            edge,
            progress,
            origin,
            known: None,
            placed: Vec::new(),
            cosigning: None,
            degraded: None,
            stopped: false,
        }
    }
}

fn lock(store: &Store) -> Result<File, LogError> {
    let path = store.path(LOCK);
    let opened = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = opened.map_err(|source| LogError::Unavailable { path: path.clone(), source })?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(LogError::Locked { path }),
        Err(TryLockError::Error(source)) => Err(LogError::Unavailable { path, source }),
    }
}
