//! The only code that writes: a folder, and the few durable steps that crash safety rests on.

use std::{
    ffi::OsString,
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
};

use crate::{LogError, layout::STAGING};

/// One durable step. Paths are relative to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step<'a> {
    /// A folder comes into being.
    CreateFolder(&'a str),
    /// A new file is written; it may be lost or torn until it is flushed.
    Write(&'a str),
    /// A file's bytes reach the disk.
    Flush(&'a str),
    /// A folder's names reach the disk.
    FlushFolder(&'a str),
    /// A staged file gets its second, permanent name.
    Place(&'a str),
    /// A file takes the place of another, at once.
    Replace(&'a str),
    /// A folder or file in `staging` goes away.
    Remove(&'a str),
}

/// Asked before every durable step. What it refuses does not happen, and the writer stops there.
///
/// A crash between two steps is thereby something that can be arranged from outside.
pub trait StepHook: Send + Sync {
    /// Called before the step.
    ///
    /// # Errors
    /// Whatever should stop the writer; reported as `UNAVAILABLE`.
    fn before(&self, step: Step<'_>) -> io::Result<()>;
}

/// Lets every step happen.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoHook;

impl StepHook for NoHook {
    fn before(&self, _: Step<'_>) -> io::Result<()> {
        Ok(())
    }
}

impl<F: Fn(Step<'_>) -> io::Result<()> + Send + Sync> StepHook for F {
    fn before(&self, step: Step<'_>) -> io::Result<()> {
        self(step)
    }
}

/// What a bounded read finds.
pub(crate) enum Content {
    Bytes(Vec<u8>),
    Missing,
    NotAFile,
    TooLong,
}

/// The folder of a log.
pub struct Store {
    root: PathBuf,
    hook: Box<dyn StepHook>,
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Store").field("root", &self.root).finish_non_exhaustive()
    }
}

impl Store {
    /// A folder, which need not exist.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self::with_hook(root, NoHook)
    }

    /// A folder whose durable steps are announced.
    pub fn with_hook(root: impl Into<PathBuf>, hook: impl StepHook + 'static) -> Self {
        Self { root: root.into(), hook: Box::new(hook) }
    }

    /// Where it is.
    pub fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Reads a file of at most `limit` bytes; a longer one is not read at all.
    pub(crate) fn read(&self, name: &str, limit: u64) -> Result<Content, LogError> {
        let path = self.path(name);
        // Looked at before it is opened: opening a pipe that somebody put here would wait for ever.
        let length = match fs::metadata(&path) {
            Ok(found) if !found.is_file() => return Ok(Content::NotAFile),
            Ok(found) => found.len(),
            Err(error) => return absent(&path, error),
        };
        if length > limit {
            return Ok(Content::TooLong);
        }
        let mut bytes = Vec::new();
        let read = File::open(&path).and_then(|file| file.take(limit + 1).read_to_end(&mut bytes));
        match read {
            Ok(_) if bytes.len() as u64 > limit => Ok(Content::TooLong),
            Ok(_) => Ok(Content::Bytes(bytes)),
            Err(error) => absent(&path, error),
        }
    }

    /// Names in a folder, sorted; none when the folder is missing.
    pub(crate) fn list(&self, folder: &str) -> Result<Vec<OsString>, LogError> {
        let path = self.path(folder);
        let names = match fs::read_dir(&path) {
            Ok(entries) => entries.map(|entry| entry.map(|entry| entry.file_name())).collect(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            // What a log under test consists of must not look like a fault of the machine that reads it.
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
                return Err(LogError::MalformedFile { path: folder.to_owned(), expected: "a folder" });
            }
            Err(error) => Err(error),
        };
        let mut names: Vec<_> = names.map_err(|source| LogError::Unavailable { path, source })?;
        names.sort_unstable();
        Ok(names)
    }

    pub(crate) fn is_folder(&self, name: &str) -> bool {
        self.path(name).is_dir()
    }

    /// Creates a folder and those above it, and names in `touched` every folder that got a new name in it.
    pub(crate) fn create_folders(&self, folder: &str, touched: &mut Folders) -> Result<(), LogError> {
        if self.is_folder(folder) {
            return Ok(());
        }
        let parent = parent(folder);
        if !folder.is_empty() && parent != folder {
            self.create_folders(parent, touched)?;
        }
        self.step(Step::CreateFolder(folder), folder, |path| match folder {
            "" => fs::create_dir_all(path),
            _ => fs::create_dir(path),
        })?;
        touched.insert(parent.to_owned());
        Ok(())
    }

    /// Writes a file that must not exist. It is durable after [`Self::flush`] and a flush of its folder.
    pub(crate) fn write_new(&self, name: &str, bytes: &[u8]) -> Result<(), LogError> {
        self.step(Step::Write(name), name, |path| {
            OpenOptions::new().write(true).create_new(true).open(path)?.write_all(bytes)
        })
    }

    pub(crate) fn flush(&self, name: &str) -> Result<(), LogError> {
        self.step(Step::Flush(name), name, |path| File::open(path)?.sync_all())
    }

    pub(crate) fn flush_folders(&self, folders: &Folders) -> Result<(), LogError> {
        // In any order: nothing names what is in them before all are flushed.
        folders.iter().rev().try_for_each(|folder| {
            self.step(Step::FlushFolder(folder), folder, |path| File::open(path)?.sync_all())
        })
    }

    /// Writes a file in one step that no reader and no crash can see half done.
    pub(crate) fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), LogError> {
        let staged = format!("{STAGING}/{}.new", name.replace('/', "-"));
        // Copies and version control leave out an empty folder. Nothing in it has to outlive a crash here.
        self.create_folders(STAGING, &mut Folders::new())?;
        // Left by a writer that stopped here before.
        let _ = fs::remove_file(self.path(&staged));
        self.write_new(&staged, bytes)?;
        self.flush(&staged)?;
        self.step(Step::Replace(name), name, |path| fs::rename(self.path(&staged), path))?;
        self.flush_folders(&Folders::from([parent(name).to_owned()]))
    }

    /// Gives a flushed staged file its permanent name. The same bytes may be there already; other bytes stop the writer.
    pub(crate) fn place(&self, staged: &str, name: &str, limit: u64) -> Result<(), LogError> {
        let mut taken = false;
        self.step(Step::Place(name), name, |path| match fs::hard_link(self.path(staged), path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                taken = true;
                Ok(())
            }
            // Not every file system has hard links.
            Err(_) => self.copy(&self.path(staged), path),
            done => done,
        })?;
        if !taken {
            return Ok(());
        }
        match (self.read(staged, limit)?, self.read(name, limit)?) {
            (Content::Bytes(staged), Content::Bytes(there)) if staged == there => Ok(()),
            _ => Err(LogError::MalformedFile {
                path: name.to_owned(),
                expected: "the same bytes as the committed batch, since a published file never changes",
            }),
        }
    }

    /// Removes a file or folder in `staging`; one that is not there is as good as removed.
    pub(crate) fn remove_staged(&self, name: &OsString) -> Result<(), LogError> {
        let shown = format!("{STAGING}/{}", name.to_string_lossy());
        let target = self.path(STAGING).join(name);
        self.step(Step::Remove(&shown), &shown, |_| {
            let removed =
                if target.is_dir() { fs::remove_dir_all(&target) } else { fs::remove_file(&target) };
            removed.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
        })
    }

    fn copy(&self, from: &Path, to: &Path) -> io::Result<()> {
        let staged = self.path(STAGING).join("copy.new");
        fs::copy(from, &staged)?;
        File::open(&staged)?.sync_all()?;
        fs::rename(&staged, to)
    }

    fn step(
        &self,
        step: Step<'_>,
        name: &str,
        act: impl FnOnce(&Path) -> io::Result<()>,
    ) -> Result<(), LogError> {
        let path = if name.is_empty() { self.root.clone() } else { self.path(name) };
        let done = self.hook.before(step).and_then(|()| act(&path));
        done.map_err(|source| LogError::Unavailable { path, source })
    }
}

/// Folders with new names in them, to be flushed.
pub(crate) type Folders = std::collections::BTreeSet<String>;

/// The folder of a name; the log's own folder is the empty name.
pub(crate) fn parent(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// A name that leads nowhere, or through something that is no folder, is a fault of the log and not of the system.
fn absent(path: &Path, error: io::Error) -> Result<Content, LogError> {
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Ok(Content::Missing),
        io::ErrorKind::IsADirectory => Ok(Content::NotAFile),
        // A link that leads in circles, too.
        _ if path.is_symlink() => Ok(Content::NotAFile),
        _ => Err(LogError::Unavailable { path: path.to_owned(), source: error }),
    }
}
