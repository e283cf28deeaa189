//! The only code that writes: a folder, and the few durable steps that crash safety rests on.

mod step;

use std::{
    ffi::OsStr,
    fmt,
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    LogError,
    layout::{PLACING, STAGING},
};

pub(crate) use crate::source::Content;
pub use step::{NoHook, Step, StepHook};

/// The folder of a log. A copy of the value is the same folder.
#[derive(Clone)]
pub struct Store {
    root: PathBuf,
    hook: Arc<dyn StepHook>,
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
        Self { root: root.into(), hook: Arc::new(hook) }
    }

    /// Another folder whose steps the same hook hears of.
    pub(crate) fn beside(&self, root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), hook: Arc::clone(&self.hook) }
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
    pub(crate) fn list(&self, folder: &str) -> Result<Vec<std::ffi::OsString>, LogError> {
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

    /// Writes a file under a name of the writer's own, over what a crash left there. It is durable after
    /// [`Self::flush`] and a flush of its folder.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<(), LogError> {
        self.write_with(name, bytes.len() as u64, |file| file.write_all(bytes))
    }

    /// [`Self::write`] of `length` bytes that come piece by piece.
    pub(crate) fn write_with(
        &self,
        name: &str,
        length: u64,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), LogError> {
        let left = self.hook.tear(Step::Write(name), length);
        self.step(Step::Write(name), name, |path| {
            let file = OpenOptions::new().write(true).create(true).truncate(true).open(path)?;
            let mut file = io::BufWriter::with_capacity(1 << 18, Tearing { file, left });
            write(&mut file)?;
            file.flush()
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

    /// Flushes all that was written to the log's file system; whether the system can.
    pub(crate) fn flush_all(&self) -> Result<bool, LogError> {
        if cfg!(target_os = "linux") {
            self.step(Step::FlushAll, "", flush_file_system)?;
        }
        Ok(cfg!(target_os = "linux"))
    }

    /// Writes a file in one step that no reader and no crash can see half done.
    pub(crate) fn replace(&self, name: &str, bytes: &[u8]) -> Result<(), LogError> {
        // Copies and version control leave out an empty folder. Nothing in it has to outlive a crash here.
        self.create_folders(STAGING, &mut Folders::new())?;
        self.replace_through(&way(name), name, bytes)
    }

    /// [`Self::replace`] by way of a name that no reader looks at.
    pub(crate) fn replace_through(&self, way: &str, name: &str, bytes: &[u8]) -> Result<(), LogError> {
        self.write(way, bytes)?;
        self.flush(way)?;
        self.replace_by(way, name)
    }

    /// Writes what is to replace a file, where [`Self::replace_with_prepared`] expects it. The caller flushes it.
    pub(crate) fn prepare(&self, name: &str, bytes: &[u8]) -> Result<String, LogError> {
        let way = way(name);
        self.write(&way, bytes)?;
        Ok(way)
    }

    /// The second half of [`Self::replace`].
    pub(crate) fn replace_with_prepared(&self, name: &str) -> Result<(), LogError> {
        self.replace_by(&way(name), name)
    }

    /// Takes away what was prepared.
    pub(crate) fn forget_prepared(&self, name: &str) -> Result<(), LogError> {
        self.remove(&way(name))
    }

    fn replace_by(&self, way: &str, name: &str) -> Result<(), LogError> {
        self.rename(way, name)?;
        self.flush_folders(&Folders::from([parent(name).to_owned()]))
    }

    /// Gives a flushed file another name, in the place of what has it.
    pub(crate) fn rename(&self, from: &str, to: &str) -> Result<(), LogError> {
        self.step(Step::Replace(to), to, |path| fs::rename(self.path(from), path))
    }

    /// Gives a flushed file a second name.
    pub(crate) fn link(&self, from: &str, to: &str) -> Result<(), LogError> {
        self.step(Step::Place(to), to, |path| {
            // Left by a writer that stopped here before.
            let _ = fs::remove_file(path);
            let from = self.path(from);
            match fs::hard_link(&from, path) {
                // Not every file system has hard links.
                Err(_) => fs::copy(&from, path).and_then(|_| File::open(path)?.sync_all()),
                done => done,
            }
        })
    }

    /// Gives these bytes their permanent name, whole, over whatever a crash left there. Not flushed.
    pub(crate) fn place(&self, name: &str, bytes: &[u8]) -> Result<(), LogError> {
        self.write(PLACING, bytes)?;
        self.step(Step::Place(name), name, |path| fs::rename(self.path(PLACING), path))
    }

    /// Removes a file or folder; one that is not there is as good as removed.
    pub(crate) fn remove(&self, name: &str) -> Result<(), LogError> {
        if self.path(name).symlink_metadata().is_err() {
            return Ok(());
        }
        self.step(Step::Remove(name), name, remove)
    }

    /// Removes what lies in `staging` under a name that the system gave.
    pub(crate) fn remove_staged(&self, name: &OsStr) -> Result<(), LogError> {
        let shown = format!("{STAGING}/{}", name.to_string_lossy());
        let target = self.path(STAGING).join(name);
        self.step(Step::Remove(&shown), &shown, |_| remove(&target))
    }

    fn step(
        &self,
        step: Step<'_>,
        name: &str,
        act: impl FnOnce(&Path) -> io::Result<()>,
    ) -> Result<(), LogError> {
        let path = if name.is_empty() { self.root.clone() } else { self.path(name) };
        let done = self.hook.before(step).and_then(|()| act(&path)).and_then(|()| self.hook.after(step));
        done.map_err(|source| LogError::Unavailable { path, source })
    }
}

/// Folders with new names in them, to be flushed.
pub(crate) type Folders = std::collections::BTreeSet<String>;

/// The folder of a name; the log's own folder is the empty name.
pub(crate) fn parent(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// What is to replace a file lies here before.
fn way(name: &str) -> String {
    format!("{STAGING}/{}.new", name.replace('/', "-"))
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

fn remove(target: &Path) -> io::Result<()> {
    let removed = if target.is_dir() { fs::remove_dir_all(target) } else { fs::remove_file(target) };
    removed.or_else(|error| if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

#[cfg(target_os = "linux")]
fn flush_file_system(path: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(path)?)?)
}

#[cfg(not(target_os = "linux"))]
fn flush_file_system(_: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// A file that takes only so many bytes when a hook says so.
struct Tearing {
    file: File,
    left: Option<u64>,
}

impl Write for Tearing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(left) = &mut self.left else { return self.file.write(bytes) };
        let room = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
        if room == 0 && !bytes.is_empty() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        let written = self.file.write(bytes.get(..room).unwrap_or_default())?;
        *left -= written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        // A write that was torn at its very end failed all the same.
        if self.left == Some(0) { Err(io::ErrorKind::StorageFull.into()) } else { self.file.flush() }
    }
}
