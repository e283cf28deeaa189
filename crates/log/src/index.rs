//! Where a statement id or a sealed value is in the log: on disk, bounded in memory, built again when it is
//! missing, and never believed (`specs/log.md` "Index").

use core::{fmt, ops::Range};
use std::{fs, io, path::PathBuf};

use detente_core::{Digest, LeafIndex, StatementId, TreeSize};
use detente_merkle::{HashReader as _, LeafHash, leaf_hash, leaf_index};
use detente_statement::{Body, KeyHistory, Statement, UnverifiedStatement};
use fjall::{Database, Keyspace, KeyspaceCreateOptions, OwnedWriteBatch, PersistMode};

use crate::{LogError, LogTree, Store, VerifiedTree, layout::INDEX};

/// Blocks kept in memory, in bytes.
const CACHE: u64 = 32 << 20;
/// New keys kept in memory, in bytes for each of the maps.
const MEMTABLE: u64 = 16 << 20;
/// Entries that a catching up writes at once.
const CHUNK: u64 = 4096;

/// Files of the index that are kept open: its store would keep 900, which a process with many connections has not.
const OPEN_FILES: usize = 128;

/// The layout of the index. Another number is built anew.
const VERSION: u8 = 3;
const META: &str = "meta";
/// The number of entries that are covered.
const COVERED: &str = "covered";
/// The leaf hash of the last of them.
const LAST: &str = "last";

/// A log's index. What it finds is compared with the log before anybody is told.
pub(crate) struct Index {
    path: PathBuf,
    database: Database,
    statements: Keyspace,
    sealed: Keyspace,
    events: Keyspace,
    meta: Keyspace,
    covered: u64,
}

/// What the index needs to know of an entry.
pub(crate) struct Indexed {
    pub(crate) leaf: LeafHash,
    pub(crate) statement: StatementId,
    pub(crate) sealed: Option<Digest>,
    /// Whether later entries cannot be judged without this one: genesis, key events, the end of the log.
    pub(crate) event: bool,
}

impl Indexed {
    /// An entry that is in the log.
    pub(crate) fn new(leaf: LeafHash, statement: &UnverifiedStatement) -> Self {
        let event = is_event(statement.unverified_body());
        Self { leaf, statement: statement.id(), sealed: statement.unverified_sealed(), event }
    }

    /// An entry that is about to be.
    pub(crate) fn of(leaf: LeafHash, statement: &Statement) -> Self {
        let event = is_event(statement.body());
        Self { leaf, statement: statement.id(), sealed: statement.sealed(), event }
    }
}

impl Index {
    /// Opens or builds the index of a log and brings it up to the tree's size. What it takes up was verified: an entry that
    /// it missed would be let in a second time. `verified` is the same tree, `None` without entries.
    ///
    /// # Errors
    /// [`LogError::Index`]; [`LogError::Entry`] for an entry that is no statement; those of reading entries.
    pub(crate) fn open(
        store: &Store,
        tree: &LogTree<'_>,
        verified: Option<&VerifiedTree<'_>>,
    ) -> Result<Self, LogError> {
        let path = store.path(INDEX);
        let identity = match tree.size() {
            TreeSize::ZERO => Vec::new(),
            _ => identity(leaf_hash(&tree.entry(LeafIndex::ZERO)?)),
        };
        let mut index = match Self::open_folder(path.clone()) {
            Ok(index) if index.is_of(&identity, tree)? => index,
            // Of another log, of another layout, ahead of an older copy of this one, or damaged: it holds nothing that the
            // log does not.
            found => {
                drop(found);
                match fs::remove_dir_all(&path) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(LogError::Unavailable { path, source: error });
                    }
                    _ => {}
                }
                Self::open_folder(path)?
            }
        };
        // One that was ahead of its log is built anew, so it never covers more than there is.
        if let Some(verified) = verified {
            index.catch_up(verified, &identity)?;
        }
        Ok(index)
    }

    fn open_folder(path: PathBuf) -> Result<Self, LogError> {
        let fault = |error: fjall::Error| fault(&path, &error);
        let builder = Database::builder(&path).cache_size(CACHE).worker_threads(1);
        let database = builder.max_cached_files(Some(OPEN_FILES)).open().map_err(fault)?;
        let map = |name| {
            let options = || KeyspaceCreateOptions::default().max_memtable_size(MEMTABLE);
            database.keyspace(name, options).map_err(fault)
        };
        let (statements, sealed) = (map("statements")?, map("sealed")?);
        let (events, meta) = (map("events")?, map(META)?);
        let covered = meta.get(COVERED).map_err(fault)?.and_then(|bytes| number(&bytes)).unwrap_or(0);
        Ok(Self { path, database, statements, sealed, events, meta, covered })
    }

    /// Whether it is empty, or of this layout and of a beginning of this log. One that is ahead has seen entries that
    /// are not there, at places where the log may have others by the next start.
    fn is_of(&self, identity: &[u8], tree: &LogTree<'_>) -> Result<bool, LogError> {
        let known = self.meta.get("log").map_err(|error| self.fault(&error))?;
        let Some(last) = self.covered.checked_sub(1) else { return Ok(known.is_none()) };
        if known.is_none_or(|known| *known != *identity) || self.covered > tree.size().get() {
            return Ok(false);
        }
        let expected = self.meta.get(LAST).map_err(|error| self.fault(&error))?;
        let found = tree.complete_subtree(0, last)?;
        Ok(expected.is_some_and(|expected| *expected == *found.as_bytes()))
    }

    /// Looks places up beside the one who extends it.
    pub(crate) fn finder(&self) -> Finder {
        Finder { path: self.path.clone(), statements: self.statements.clone() }
    }

    fn catch_up(&mut self, tree: &VerifiedTree<'_>, identity: &[u8]) -> Result<(), LogError> {
        let size = tree.size().get();
        while self.covered < size {
            let chunk = self.covered..size.min(self.covered + CHUNK);
            let mut entries = Vec::new();
            tree.each(chunk.clone(), |index, entry| {
                let statement = decode(index, entry)?;
                entries.push(Indexed::new(leaf_hash(entry), &statement));
                Ok(())
            })?;
            self.insert(chunk, &entries, identity)?;
        }
        Ok(())
    }

    /// Takes up the entries of a committed batch, which follows what is covered. Not flushed: what is lost is caught up
    /// by the next start.
    pub(crate) fn extend(&mut self, first: LeafIndex, entries: &[Indexed]) -> Result<(), LogError> {
        let identity = match entries.first() {
            Some(genesis) if first == LeafIndex::ZERO => identity(genesis.leaf),
            _ => Vec::new(),
        };
        let first = first.get();
        self.insert(first..first + entries.len() as u64, entries, &identity)
    }

    fn insert(&mut self, range: Range<u64>, entries: &[Indexed], identity: &[u8]) -> Result<(), LogError> {
        let mut batch = self.database.batch();
        for (index, entry) in range.clone().zip(entries) {
            let place = index.to_be_bytes();
            batch.insert(&self.statements, *entry.statement.digest().as_bytes(), place);
            if let Some(sealed) = entry.sealed {
                batch.insert(&self.sealed, *sealed.as_bytes(), place);
            }
            if entry.event {
                batch.insert(&self.events, place, []);
            }
        }
        batch.insert(&self.meta, COVERED, range.end.to_be_bytes());
        if let Some(last) = entries.last() {
            batch.insert(&self.meta, LAST, *last.leaf.digest().as_bytes());
        }
        if range.start == 0 {
            batch.insert(&self.meta, "log", identity);
        }
        self.commit(batch)?;
        self.covered = range.end;
        Ok(())
    }

    /// The entry with this statement id, and its leaf hash: the same bytes have the same id, so this finds them too.
    pub(crate) fn statement(
        &self,
        tree: &LogTree<'_>,
        id: StatementId,
    ) -> Result<Option<(LeafIndex, LeafHash)>, LogError> {
        self.find(&self.statements, id.digest(), tree, |entry| {
            let same = UnverifiedStatement::decode(entry).is_ok_and(|statement| statement.id() == id);
            same.then(|| leaf_hash(entry))
        })
    }

    /// The entry that seals this value.
    pub(crate) fn sealed(&self, tree: &LogTree<'_>, value: Digest) -> Result<Option<LeafIndex>, LogError> {
        let found = self.find(&self.sealed, value, tree, |entry| {
            let statement = UnverifiedStatement::decode(entry).ok()?;
            (statement.unverified_sealed() == Some(value)).then_some(())
        })?;
        Ok(found.map(|(index, ())| index))
    }

    /// What the map says, when the log says so too. An index at or above the size says nothing.
    fn find<T>(
        &self,
        map: &Keyspace,
        key: Digest,
        tree: &LogTree<'_>,
        is: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<Option<(LeafIndex, T)>, LogError> {
        let found = map.get(key.as_bytes()).map_err(|error| self.fault(&error))?;
        let Some(index) = found.and_then(|bytes| number(&bytes)) else { return Ok(None) };
        let index = leaf_index(index)?;
        if !index.is_below(tree.size()) {
            return Ok(None);
        }
        Ok(is(&tree.entry(index)?).map(|found| (index, found)))
    }

    /// The keys as all events of the log leave them; `None` without entries.
    pub(crate) fn keys(&self, tree: &LogTree<'_>) -> Result<Option<KeyHistory>, LogError> {
        let mut keys: Option<KeyHistory> = None;
        for event in self.events.iter() {
            let event = event.key().map_err(|error| self.fault(&error))?;
            let Some(number) = number(&event).filter(|index| *index < tree.size().get()) else { continue };
            let index = leaf_index(number)?;
            let malformed = |source| LogError::Entry { index, source: Box::new(source) };
            let entry = decode(number, &tree.entry(index)?)?;
            match &mut keys {
                None => keys = Some(KeyHistory::begin(entry).map_err(malformed)?.0),
                Some(history) => {
                    let statement = history.check(index, entry).map_err(malformed)?;
                    history.apply(&statement).map_err(malformed)?;
                }
            }
        }
        Ok(keys)
    }

    fn commit(&self, batch: OwnedWriteBatch) -> Result<(), LogError> {
        batch.durability(Some(PersistMode::Buffer)).commit().map_err(|error| self.fault(&error))
    }

    fn fault(&self, error: &fjall::Error) -> LogError {
        fault(&self.path, error)
    }
}

/// Finds where an entry may be. Whoever asks compares it with the log.
pub(crate) struct Finder {
    path: PathBuf,
    statements: Keyspace,
}

impl Finder {
    /// The place that the index knows for a statement id.
    pub(crate) fn place(&self, id: StatementId) -> Result<Option<LeafIndex>, LogError> {
        let found = self.statements.get(id.digest().as_bytes()).map_err(|error| fault(&self.path, &error))?;
        Ok(found.and_then(|bytes| number(&bytes)).map(leaf_index).transpose()?)
    }
}

impl fmt::Debug for Finder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Finder").field("path", &self.path).finish_non_exhaustive()
    }
}

fn fault(path: &std::path::Path, error: &fjall::Error) -> LogError {
    LogError::Index { path: path.to_owned(), reason: error.to_string() }
}

const fn is_event(body: &Body) -> bool {
    !matches!(body, Body::Sealed | Body::Opaque(_))
}

/// Which log and which layout.
fn identity(genesis: LeafHash) -> Vec<u8> {
    [&[VERSION], genesis.digest().as_bytes().as_slice()].concat()
}

fn decode(index: u64, entry: &[u8]) -> Result<UnverifiedStatement, LogError> {
    let index = leaf_index(index)?;
    UnverifiedStatement::decode(entry).map_err(|source| LogError::Entry { index, source: Box::new(source) })
}

fn number(bytes: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}
