//! Creating a log, and opening one whatever a crash left.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::PathBuf,
};

use detente_core::{Origin, TreeSize};

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
        // What another creation made, and did not flush, is new as well.
        let above = 1 + store.root().ancestors().skip(1).take_while(|folder| is_new(folder)).count();
        store.create_folders("", &mut touched)?;
        // What a creation that stopped half-way leaves is as good as empty.
        let ours = [LOCK, STAGING, TILES, HISTORY, INDEX];
        let foreign = store.list("")?.iter().any(|name| !ours.iter().any(|ours| name == ours));
        if foreign || !store.list(TILES)?.is_empty() || !store.list(HISTORY)?.is_empty() {
            return Err(LogError::NotEmpty { path: store.root().to_owned() });
        }
        // Each folder that holds one that is new: a log must not be lost by its name.
        (0..above)
            .try_for_each(|above| store.flush_folders(&Folders::from([vec![".."; above + 1].join("/")])))?;
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
        // The writer before may have ended between a rename and its flush: what is gone on from here must not go back.
        let history = store.is_folder(HISTORY).then(|| HISTORY.to_owned());
        store.flush_folders(&history.into_iter().chain([String::new()]).collect())?;
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

    /// The committed size, without the lock: it may have grown since.
    ///
    /// # Errors
    /// [`LogError::Unavailable`] when there is no log, [`LogError::MalformedFile`].
    pub fn committed_size(dir: impl Into<PathBuf>) -> Result<TreeSize, LogError> {
        Ok(State::read(&Store::new(dir))?.size)
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
            heard: false,
            degraded: None,
            stopped: false,
        }
    }
}

fn is_new(folder: &std::path::Path) -> bool {
    !folder.as_os_str().is_empty() && !folder.exists()
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
