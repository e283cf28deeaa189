//! Every durable step of a party, announced before it happens: a crash between two of them can be arranged from outside.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use detente_log::{Step as LogStep, StepHook as LogHook, Store};

use crate::PartyError;

/// One durable step of a party.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PartyStep<'a> {
    /// A folder comes into being.
    CreateFolder(&'a Path),
    /// A file comes into being, empty.
    CreateFile(&'a Path),
    /// An empty file gets its bytes; they may be lost or torn until it is flushed.
    Write(&'a Path),
    /// A file's bytes reach the disk.
    Flush(&'a Path),
    /// A folder's names reach the disk.
    FlushFolder(&'a Path),
    /// A file that was made beside its place gets its permanent name.
    Place(&'a Path),
    /// A file or folder goes away.
    Remove(&'a Path),
    /// A transaction of the vault takes its lock; nothing is written yet.
    VaultBegin(VaultChange),
    /// A transaction of the vault is committed. A big one is partly in the file by then, and in the journal that takes it
    /// back.
    VaultCommit(VaultChange),
    /// A step of the party's own log.
    Log(LogStep<'a>),
}

/// What a transaction of the vault is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum VaultChange {
    /// Its tables, and what opens it.
    Format,
    /// One secret of a new party.
    Secret,
    /// The keyring, with the secret of a new key when there is one: the key is pending from then on, or no longer.
    Keyring,
    /// Which entries are key events.
    Events,
    /// The rows of a batch, pending, and the counters that they spend.
    Batch,
    /// Rows are no longer pending.
    Settled,
    /// Other means open the vault.
    Means,
    /// The record of an entry that was unknown.
    Recovered,
}

/// Asked before every durable step. What it refuses does not happen, and the operation stops there with `UNAVAILABLE`.
///
/// It decides nothing else, and the one that is used without a word of the caller lets everything happen.
pub trait PartyHook: Send + Sync {
    /// Called before the step.
    ///
    /// # Errors
    /// Whatever should stop the operation.
    fn before(&self, step: PartyStep<'_>) -> io::Result<()>;
}

impl<F: Fn(PartyStep<'_>) -> io::Result<()> + Send + Sync> PartyHook for F {
    fn before(&self, step: PartyStep<'_>) -> io::Result<()> {
        self(step)
    }
}

/// The hook of a party, shared by its vault, its log and its files; and the few ways in which its files are written.
#[derive(Clone, Default)]
pub(crate) struct Steps(Option<Arc<dyn PartyHook>>);

impl Steps {
    pub(crate) fn new(hook: impl PartyHook + 'static) -> Self {
        Self(Some(Arc::new(hook)))
    }

    /// Announces a step.
    pub(crate) fn before(&self, step: PartyStep<'_>) -> io::Result<()> {
        self.0.as_ref().map_or(Ok(()), |hook| hook.before(step))
    }

    /// Announces a step of the vault at a path.
    pub(crate) fn before_vault(&self, path: &Path, step: PartyStep<'_>) -> Result<(), PartyError> {
        self.before(step).map_err(PartyError::unavailable(path))
    }

    /// The folder of the party's log, its steps announced here too.
    pub(crate) fn store(&self, root: impl Into<PathBuf>) -> Store {
        Store::with_hook(root, self.clone())
    }

    /// A folder with those above it; nothing when it is there.
    pub(crate) fn create_folder(&self, path: &Path) -> Result<(), PartyError> {
        if path.is_dir() {
            return Ok(());
        }
        let created = self.before(PartyStep::CreateFolder(path)).and_then(|()| std::fs::create_dir_all(path));
        created.map_err(PartyError::unavailable(path))
    }

    /// Gives a new file its bytes, in two steps, since a crash may come between them.
    pub(crate) fn write(
        &self,
        path: &Path,
        bytes: &[u8],
        create: impl FnOnce(&Path) -> io::Result<File>,
    ) -> io::Result<File> {
        self.before(PartyStep::CreateFile(path))?;
        let mut file = create(path)?;
        self.before(PartyStep::Write(path))?;
        file.write_all(bytes)?;
        Ok(file)
    }

    pub(crate) fn flush(&self, path: &Path, file: &File) -> io::Result<()> {
        self.before(PartyStep::Flush(path))?;
        file.sync_all()
    }

    /// Renames; the folder has to be flushed for the name to last.
    pub(crate) fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.before(PartyStep::Place(to))?;
        std::fs::rename(from, to)
    }

    /// Makes the names in a file's folder durable.
    pub(crate) fn flush_folder(&self, path: &Path) -> io::Result<()> {
        self.before(PartyStep::FlushFolder(path))?;
        crate::folder::flush_folder(path)
    }

    /// Removes a file or a folder; one that is not there is as good as removed.
    pub(crate) fn remove(&self, path: &Path) -> Result<(), PartyError> {
        if path.symlink_metadata().is_err() {
            return Ok(());
        }
        let removed = self.before(PartyStep::Remove(path)).and_then(|()| {
            if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }
        });
        removed.map_err(PartyError::unavailable(path))
    }
}

impl LogHook for Steps {
    fn before(&self, step: LogStep<'_>) -> io::Result<()> {
        Self::before(self, PartyStep::Log(step))
    }
}
