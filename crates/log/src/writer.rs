//! The one writer of a log (`specs/log.md` "Publish a batch").

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::PathBuf,
};

use detente_checkpoint::{KeyType, NoteKey, SignatureLine, SigningKey, TreeHead};
use detente_core::{Digest, LeafIndex, Origin, TreeSize};
use detente_merkle::{LeafHash, leaf_hashes, leaf_index};
use detente_statement::{Body, ENTRY_LIMIT, UnverifiedStatement};

use crate::{
    LogError, LogTree, Store, history,
    layout::{CHECKPOINT, HISTORY, LOCK, STAGING, STATE, TILES, history_path},
    recovery::{self, Progress},
    staging::{self, Edge},
    state::State,
    storage::Folders,
};

/// A log's checkpoint key, lent to the writer for as long as a batch takes.
#[derive(Debug)]
pub struct LogSigner {
    origin: Origin,
    key: SigningKey,
}

impl LogSigner {
    /// The key of a log. Its name is the origin.
    pub const fn new(origin: Origin, key: SigningKey) -> Self {
        Self { origin, key }
    }

    /// The origin.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The public half, as a genesis and a policy name it.
    pub fn note_key(&self) -> NoteKey {
        NoteKey::new(self.origin.key_name().clone(), KeyType::Log, self.key.public())
    }
}

/// A batch that is in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The index of the batch's first entry.
    pub first: LeafIndex,
    /// The size after the batch.
    pub size: TreeSize,
    /// The root after the batch.
    pub root: Digest,
    /// The signed note.
    pub checkpoint: Vec<u8>,
}

/// The only writer of a log, as long as it lives. Another one, in this or another process, is refused.
#[derive(Debug)]
pub struct LogWriter {
    store: Store,
    /// Held, never read: dropping it releases the lock.
    _lock: File,
    state: State,
    /// Known from the creation or the newest note.
    origin: Option<Origin>,
    progress: Progress,
    stopped: bool,
}

impl LogWriter {
    /// Creates a log without entries in a new or empty folder. It can be read after the first batch.
    ///
    /// # Errors
    /// [`LogError::NotEmpty`], [`LogError::Locked`], [`LogError::Unavailable`].
    pub fn create(dir: impl Into<PathBuf>, origin: &Origin) -> Result<Self, LogError> {
        Self::create_in(Store::new(dir), origin)
    }

    /// [`Self::create`] in a store whose durable steps are announced.
    ///
    /// # Errors
    /// As [`Self::create`].
    pub fn create_in(store: Store, origin: &Origin) -> Result<Self, LogError> {
        let mut touched = Folders::new();
        store.create_folders("", &mut touched)?;
        // What a creation that stopped half-way leaves is as good as empty.
        let ours = [LOCK, STAGING, TILES, HISTORY];
        let foreign = store.list("")?.iter().any(|name| !ours.iter().any(|ours| name == ours));
        if foreign || !store.list(TILES)?.is_empty() || !store.list(HISTORY)?.is_empty() {
            return Err(LogError::NotEmpty { path: store.root().to_owned() });
        }
        let lock = lock(&store)?;
        for folder in [STAGING, TILES, HISTORY] {
            store.create_folders(folder, &mut touched)?;
        }
        store.flush_folders(&touched)?;
        store.replace(STATE, State::EMPTY.to_string().as_bytes())?;
        Ok(Self {
            store,
            _lock: lock,
            state: State::EMPTY,
            origin: Some(origin.clone()),
            progress: Progress::Published,
            stopped: false,
        })
    }

    /// Opens a log and finishes what a crash interrupted, up to the point where the log's key is needed; then
    /// [`Self::is_unsigned`] is true, and [`Self::resume`] or the next [`Self::append`] signs.
    ///
    /// # Errors
    /// [`LogError::Unavailable`] when there is no log, [`LogError::Locked`], [`LogError::MalformedFile`] and
    /// [`LogError::RootMismatch`] for files that no crash leaves, a state older than the signed notes among them.
    pub fn open(dir: impl Into<PathBuf>) -> Result<Self, LogError> {
        Self::open_in(Store::new(dir))
    }

    /// [`Self::open`] in a store whose durable steps are announced.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_in(store: Store) -> Result<Self, LogError> {
        // Before the lock, so that no lock file appears in a folder that is no log.
        State::read(&store)?;
        let lock = lock(&store)?;
        let state = State::read(&store)?;
        let progress = recovery::recover(&store, state)?;
        let newest = history::read_note(&store, CHECKPOINT)?;
        let newest = newest.map(|note| history::parse_note(CHECKPOINT, &note)).transpose()?;
        let origin = newest.map(|note| note.claimed().origin().clone());
        Ok(Self { store, _lock: lock, state, origin, progress, stopped: false })
    }

    /// The committed size and root.
    pub const fn state(&self) -> (TreeSize, Digest) {
        (self.state.size, self.state.root)
    }

    /// Whether a committed batch still lacks its note.
    pub fn is_unsigned(&self) -> bool {
        self.progress == Progress::Unsigned
    }

    /// The log's entries and proofs, as of the committed state.
    pub const fn tree(&self) -> LogTree<'_> {
        LogTree::new(&self.store, self.state.size)
    }

    /// Signs and publishes the committed state when a crash kept that from happening; else does nothing.
    ///
    /// # Errors
    /// [`LogError::OtherSigner`], [`LogError::Stopped`], [`LogError::Unavailable`].
    pub fn resume(&mut self, signer: &LogSigner) -> Result<(), LogError> {
        self.require_running()?;
        if self.is_unsigned() {
            let genesis = self.tree().entry(LeafIndex::ZERO)?;
            self.require_signer(signer, Some(&genesis))?;
            self.final_steps(|writer| writer.sign(signer).map(drop))?;
        }
        Ok(())
    }

    /// Publishes entries, in order, all or none of them, as one batch under one note.
    ///
    /// After an error of step 1 the log is as before and the writer goes on. After a later one it is not known how
    /// much reached the disk: the writer refuses to go on, and [`Self::open`] finds out.
    ///
    /// # Errors
    /// [`LogError::EmptyBatch`], [`LogError::EntryTooLong`], [`LogError::OtherSigner`] before anything is written;
    /// then [`LogError::Unavailable`], [`LogError::StateChanged`], [`LogError::MalformedFile`],
    /// [`LogError::RootMismatch`], [`LogError::Stopped`].
    pub fn append<E: AsRef<[u8]> + Sync>(
        &mut self,
        entries: &[E],
        signer: &LogSigner,
    ) -> Result<Published, LogError> {
        let first = check_batch(entries)?;
        self.resume(signer)?;
        self.require_signer(signer, (self.state == State::EMPTY).then_some(first))?;
        let first = leaf_index(self.state.size.get())?;

        // 1. Files of the batch, flushed, where no reader looks.
        let edge = Edge::read(&self.store, self.state)?;
        let leaves = leaf_hashes(entries);
        let next = edge.state_after(&leaves)?;
        let staged = self.stage(edge, next, entries, &leaves);
        if let Err(error) = staged {
            // Best effort: what stays is removed at the next start or by the next try.
            let _ = recovery::discard(&self.store, next);
            return Err(error);
        }

        self.final_steps(|writer| {
            // 2. The commitment. From here on the batch is in the log, whatever happens.
            let found = State::read(&writer.store)?;
            if found != writer.state {
                return Err(LogError::StateChanged { expected: writer.state.size, got: found.size });
            }
            writer.store.replace(STATE, next.to_string().as_bytes())?;
            writer.state = next;
            // 3. Permanent names.
            staging::place(&writer.store, &next.staging())?;
            // 4 and 5.
            let checkpoint = writer.sign(signer)?;
            Ok(Published { first, size: next.size, root: next.root, checkpoint })
        })
    }

    /// Adds lines of witnesses to the note of a size; to `checkpoint` too when it is the newest. A key that has a line
    /// keeps it. The lines are not verified: that needs a policy.
    ///
    /// # Errors
    /// [`LogError::MalformedFile`] when there is no note of that size, [`LogError::Note`] when the note would be
    /// refused (`TOO-MANY-SIGNATURES`), [`LogError::Stopped`], [`LogError::Unavailable`].
    pub fn add_cosignatures(&mut self, size: TreeSize, lines: &[SignatureLine]) -> Result<Vec<u8>, LogError> {
        self.require_running()?;
        let path = history_path(size);
        let Some(stored) = history::of_size(&self.store, size)? else {
            return Err(LogError::MalformedFile { path, expected: "a note, which is missing" });
        };
        let note = history::with_lines(stored.note().clone(), lines).map_err(history::in_note(&path))?;
        if note != *stored.note() {
            let newest = size == self.state.size;
            self.final_steps(|writer| match newest {
                true => history::publish(&writer.store, writer.state, &note),
                false => writer.store.replace(&path, note.as_bytes()),
            })?;
        }
        Ok(note.as_bytes().to_vec())
    }

    fn stage<E: AsRef<[u8]>>(
        &self,
        edge: Edge,
        next: State,
        entries: &[E],
        leaves: &[LeafHash],
    ) -> Result<(), LogError> {
        recovery::discard(&self.store, next)?;
        edge.stage(&self.store, &next.staging(), entries, leaves)
    }

    /// Steps 4 and 5, on a committed state whose files are in place.
    fn sign(&mut self, signer: &LogSigner) -> Result<Vec<u8>, LogError> {
        let head = TreeHead::new(signer.origin.clone(), self.state.size, self.state.root)?;
        let note = head.sign(&signer.key)?;
        history::publish(&self.store, self.state, &note)?;
        self.progress = Progress::Published;
        self.origin = Some(signer.origin.clone());
        recovery::discard(&self.store, self.state)?;
        Ok(note.as_bytes().to_vec())
    }

    /// Steps after which a failure leaves the disk in a state that only a new start knows.
    fn final_steps<T>(&mut self, act: impl FnOnce(&mut Self) -> Result<T, LogError>) -> Result<T, LogError> {
        let done = act(self);
        self.stopped = done.is_err();
        done
    }

    fn require_running(&self) -> Result<(), LogError> {
        if self.stopped { Err(LogError::Stopped) } else { Ok(()) }
    }

    /// A note by another key would be in the log for good, and no reader would accept it.
    fn require_signer(&self, signer: &LogSigner, genesis: Option<&[u8]>) -> Result<(), LogError> {
        let key = signer.note_key();
        let other = |expected| LogError::OtherSigner { expected, got: key.to_string() };
        if let Some(origin) = self.origin.as_ref().filter(|origin| **origin != signer.origin) {
            return Err(other(format!("a key of {origin}")));
        }
        if let Some(note) = history::read_note(&self.store, CHECKPOINT)? {
            let note = history::parse_note(CHECKPOINT, &note)?;
            if !note.note().signatures().iter().any(|line| line.is_of(&key)) {
                return Err(other("the key of the newest note".to_owned()));
            }
        }
        if let Some(Ok(genesis)) = genesis.map(UnverifiedStatement::decode)
            && let Body::Genesis(genesis) = genesis.unverified_body()
            && *genesis.checkpoint_key() != key
        {
            return Err(other(genesis.checkpoint_key().to_string()));
        }
        Ok(())
    }
}

fn check_batch<E: AsRef<[u8]>>(entries: &[E]) -> Result<&[u8], LogError> {
    let first = entries.first().ok_or(LogError::EmptyBatch)?.as_ref();
    for (position, entry) in entries.iter().enumerate() {
        let got = entry.as_ref().len();
        if got > ENTRY_LIMIT {
            return Err(LogError::EntryTooLong { position, limit: ENTRY_LIMIT, got });
        }
    }
    Ok(first)
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
