//! The vault of an import while it is being made: beside its place, and gone unless it is finished.

use std::path::{Path, PathBuf};

use crate::folder::flush_folder;
use crate::{PartyError, PartyFolder};

/// Files that are removed when this is dropped before it is finished.
pub(super) struct Construction {
    vault: PathBuf,
    journal: PathBuf,
}

impl Construction {
    /// Removes what an interrupted import left. The name is not that of an unfinished `init`, which owns its log.
    pub(super) fn begin(folder: &PartyFolder) -> Result<Self, PartyError> {
        let beside = |name: &str| folder.path().join(name);
        let construction =
            Self { vault: beside("vault.sqlite.import"), journal: beside("vault.sqlite.import-journal") };
        // A journal must not outlive its vault: it would be applied to the next one.
        for path in [&construction.journal, &construction.vault] {
            match std::fs::remove_file(path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(PartyError::unavailable(path)(error));
                }
                _ => {}
            }
        }
        Ok(construction)
    }

    pub(super) fn vault(&self) -> &Path {
        &self.vault
    }

    /// Gives the vault its name; the folders beside it come first.
    pub(super) fn finish(self, folder: &PartyFolder) -> Result<(), PartyError> {
        for path in [folder.share(), folder.trusted(), folder.receipts()] {
            std::fs::create_dir_all(&path).map_err(PartyError::unavailable(&path))?;
        }
        let place = folder.vault();
        std::fs::rename(&self.vault, &place)
            .and_then(|()| flush_folder(&place))
            .map_err(PartyError::unavailable(&place))
    }
}

/// A journal of the vault that was there before would be applied to the new one when it is opened, and spoil it.
pub(super) fn refuse_journals(folder: &PartyFolder) -> Result<(), PartyError> {
    for suffix in ["-journal", "-wal", "-shm"] {
        let path = folder.path().join(format!("vault.sqlite{suffix}"));
        if path.symlink_metadata().is_ok() {
            return Err(PartyError::StaleJournal { path });
        }
    }
    Ok(())
}

impl Drop for Construction {
    fn drop(&mut self) {
        // After a rename there is nothing of these names.
        let _ = std::fs::remove_file(&self.journal);
        let _ = std::fs::remove_file(&self.vault);
    }
}
