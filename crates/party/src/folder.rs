//! The layout of a party's folder, in one place.

use std::path::{Path, PathBuf};

use crate::PartyError;

/// A party's folder: `vault.sqlite`, `log/`, `share/`, `trusted/`, `receipts/`.
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

    /// What counterparts handed over.
    pub fn trusted(&self) -> PathBuf {
        self.0.join("trusted")
    }

    /// Receipts of committed entries.
    pub fn receipts(&self) -> PathBuf {
        self.0.join("receipts")
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

/// Writes a file so that it is there whole or not at all: a temporary file beside it, flushed, then renamed.
///
/// # Errors
/// [`PartyError::Unavailable`].
pub fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), PartyError> {
    use std::io::Write as _;
    let unavailable = PartyError::unavailable(path);
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let temporary = path.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let written = std::fs::File::create(&temporary)
        .and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()))
        .and_then(|()| std::fs::rename(&temporary, path));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&temporary);
        unavailable(error)
    })
}
