//! Files outside the log that remember how far it has got, so that an older copy of it is never continued
//! (`specs/log.md` "Guards").

use std::path::{Path, PathBuf};

use detente_core::TreeSize;

use crate::{LogError, Store, layout::STATE_LIMIT, state::State, storage::Content};

/// The guard files of a log. Each holds what `state` holds.
///
/// A backup that takes the log along with its guards restores both, so a guard belongs on another disk, or at least
/// outside of what is backed up.
#[derive(Debug, Clone, Default)]
pub struct Guards {
    files: Vec<PathBuf>,
    create: bool,
}

impl Guards {
    /// No guard: the log's own notes are all that tells an old copy.
    pub const fn none() -> Self {
        Self { files: Vec::new(), create: false }
    }

    /// Guards at these paths, which lie outside the log's folder.
    pub fn new<P: Into<PathBuf>>(files: impl IntoIterator<Item = P>) -> Self {
        Self { files: files.into_iter().map(Into::into).collect(), create: false }
    }

    /// Lets a guard that is missing be created from the log as it is: for a new guard of an old log, and for nothing else.
    #[must_use]
    pub fn create_missing(self) -> Self {
        Self { create: true, ..self }
    }

    /// Refuses a state that a guard knows to be an old one. Writes nothing.
    pub(crate) fn check(&self, store: &Store, state: State) -> Result<(), LogError> {
        for guard in &self.files {
            let (folder, name) = locate(store, guard)?;
            match read(&folder, &name, guard)? {
                Some(known) => {
                    let other_root = known.size == state.size && known.root != state.root;
                    if known.size > state.size || other_root {
                        return Err(LogError::RolledBack {
                            who: format!("guard {}", guard.display()),
                            known: known.size,
                            got: state.size,
                        });
                    }
                }
                None if self.create || state.size == TreeSize::ZERO => {}
                None => return Err(LogError::GuardMissing { path: guard.clone() }),
            }
        }
        Ok(())
    }

    /// Brings every guard up to a committed state, flushed.
    pub(crate) fn follow(&self, store: &Store, state: State) -> Result<(), LogError> {
        for guard in &self.files {
            let (folder, name) = locate(store, guard)?;
            if read(&folder, &name, guard)? != Some(state) {
                folder.replace_through(&format!("{name}.new"), &name, state.to_string().as_bytes())?;
            }
        }
        Ok(())
    }
}

/// The guard's folder, whose steps are announced like the log's, and its name in there.
fn locate(store: &Store, guard: &Path) -> Result<(Store, String), LogError> {
    let misplaced = || LogError::GuardMisplaced { path: guard.to_owned() };
    let name = guard.file_name().and_then(|name| name.to_str()).ok_or_else(misplaced)?;
    let folder = guard.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let inside = match (folder.canonicalize(), store.root().canonicalize()) {
        (Ok(folder), Ok(log)) => folder.starts_with(log),
        _ => guard.starts_with(store.root()),
    };
    if inside {
        return Err(misplaced());
    }
    Ok((store.beside(folder), name.to_owned()))
}

fn read(folder: &Store, name: &str, guard: &Path) -> Result<Option<State>, LogError> {
    match folder.read(name, STATE_LIMIT)? {
        Content::Missing => Ok(None),
        Content::Bytes(bytes) => match State::parse(&bytes) {
            Some(state) => Ok(Some(state)),
            None => Err(LogError::GuardUnreadable { path: guard.to_owned() }),
        },
        Content::NotAFile | Content::TooLong => Err(LogError::GuardUnreadable { path: guard.to_owned() }),
    }
}
