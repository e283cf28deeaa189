//! The layout of a party's folder, in one place.

use std::path::{Path, PathBuf};

use detente_core::Name;

use crate::PartyError;
use crate::steps::{PartyStep, Steps};

/// A party's folder: `vault.sqlite`, `log/`, `share/`, `trusted/`, `receipts/`, `outbox/`, `sets/`.
#[derive(Debug, Clone)]
pub struct PartyFolder(PathBuf);

impl PartyFolder {
    /// Names a folder; nothing is read or made.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The vault, readable by its owner alone.
    pub fn vault(&self) -> PathBuf {
        self.0.join("vault.sqlite")
    }

    /// The published log.
    pub fn log(&self) -> PathBuf {
        self.0.join("log")
    }

    /// What is handed to counterparts.
    pub fn share(&self) -> PathBuf {
        self.0.join("share")
    }

    /// The party's audience key, to be handed over.
    pub(crate) fn audience_key(&self, name: &Name) -> PathBuf {
        self.share().join(format!("{}.vkey", name.as_str().replace('/', "_")))
    }

    /// What counterparts handed over.
    pub fn trusted(&self) -> PathBuf {
        self.0.join("trusted")
    }

    /// Receipts of committed entries.
    pub fn receipts(&self) -> PathBuf {
        self.0.join("receipts")
    }

    /// What visible statements commit to, to be handed over.
    pub fn outbox(&self) -> PathBuf {
        self.0.join("outbox")
    }

    /// Saved choices of fields.
    pub fn sets(&self) -> PathBuf {
        self.0.join("sets")
    }

    /// The folder's own name, which files in `share/` carry.
    pub fn name(&self) -> String {
        let absolute = std::path::absolute(&self.0).unwrap_or_else(|_| self.0.clone());
        absolute.file_name().map_or_else(|| "party".to_owned(), |name| name.to_string_lossy().into_owned())
    }

    /// Refuses a folder that is no party's.
    ///
    /// # Errors
    /// [`PartyError::NoVault`].
    pub fn require(&self) -> Result<(), PartyError> {
        if self.vault().is_file() { Ok(()) } else { Err(PartyError::NoVault { path: self.vault() }) }
    }
}

/// Who may read a file, and whether one that is there is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Writing {
    /// A file to hand over; replaces one that is there.
    Public,
    /// A file of mode 0600 that must not be there yet.
    PrivateNew,
    /// A file of mode 0600; replaces one that is there.
    PrivateReplacing,
}

/// Writes a file so that it is there whole or not at all: a temporary file beside it, flushed, then given its name.
///
/// # Errors
/// [`PartyError::Unavailable`], also for [`Writing::PrivateNew`] when the file is there.
pub fn write_atomically(path: &Path, bytes: &[u8], writing: Writing) -> Result<(), PartyError> {
    write_announced(path, bytes, writing, &Steps::default())
}

/// As [`write_atomically`], each step announced.
pub(crate) fn write_announced(
    path: &Path,
    bytes: &[u8],
    writing: Writing,
    steps: &Steps,
) -> Result<(), PartyError> {
    let unavailable = PartyError::unavailable(path);
    let (before, after) = around_unguessable(path);
    let unguessable = u64::from_le_bytes(crate::secret::random()?);
    let temporary = path.with_file_name(format!("{before}{unguessable:016x}{after}"));
    let mode = if writing == Writing::Public { 0o644 } else { PRIVATE };
    let written = steps.write(&temporary, bytes, |path| create_new(path, mode)).and_then(|file| {
        steps.flush(&temporary, &file)?;
        steps.before(PartyStep::Place(path))?;
        match writing {
            // A link fails when the name is taken, where a rename would replace what is there.
            Writing::PrivateNew => std::fs::hard_link(&temporary, path)?,
            Writing::Public | Writing::PrivateReplacing => std::fs::rename(&temporary, path)?,
        }
        steps.flush_folder(path)
    });
    let removed = steps.remove(&temporary);
    written.map_err(unavailable)?;
    removed
}

/// Removes what a crash left of earlier attempts to write this file. Nobody else may be writing it.
pub(crate) fn remove_attempts(path: &Path, steps: &Steps) -> Result<(), PartyError> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Ok(files) = std::fs::read_dir(folder.unwrap_or(Path::new("."))) else { return Ok(()) };
    let (before, after) = around_unguessable(path);
    for file in files.flatten() {
        let name = file.file_name();
        let unguessable = name
            .to_str()
            .and_then(|name| name.strip_prefix(&before))
            .and_then(|name| name.strip_suffix(after));
        if unguessable
            .is_some_and(|part| part.len() == 16 && part.bytes().all(|byte| byte.is_ascii_hexdigit()))
        {
            steps.remove(&file.path())?;
        }
    }
    Ok(())
}

/// The two fixed parts of a temporary file's name.
fn around_unguessable(path: &Path) -> (String, &'static str) {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    (format!(".{name}."), ".tmp")
}

/// The mode of a file that only its owner may read.
pub(crate) const PRIVATE: u32 = 0o600;

/// Makes a file that is not there yet; the mode is its own from the first moment.
pub(crate) fn create_new(path: &Path, mode: u32) -> std::io::Result<std::fs::File> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(mode);
    }
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)
}

/// Makes the names in a file's folder durable.
pub(crate) fn flush_folder(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    std::fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}
