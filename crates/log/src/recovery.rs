//! What a new start does with what a crash left (`specs/log.md`, the table of "Publish a batch").

use std::ffi::OsStr;

use detente_core::TreeSize;

use crate::{
    LogError, Store, history,
    layout::{CHECKPOINT, STAGING, STATE, history_path},
    staging::{self, Edge},
    state::State,
};

/// How far the committed state has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// `checkpoint` is the note of the state, or there is no entry yet.
    Published,
    /// Its files are in place; its note needs the log's key.
    Unsigned,
}

/// Brings the files in line with the committed state, as far as that needs no key. Doing it again changes nothing.
pub(crate) fn recover(store: &Store, state: State) -> Result<Progress, LogError> {
    refuse_rolled_back(store, state)?;
    let committed = state.staging();
    for name in store.list(STAGING)? {
        // A batch that no state names never happened.
        if !is_folder_of(&name, &committed) {
            store.remove_staged(&name)?;
        }
    }
    if store.is_folder(&committed) {
        staging::place(store, &committed)?;
    }
    // The edge has the state's root: whatever was placed, or was there all along, is what was committed.
    Edge::read(store, state)?;
    if state.size == TreeSize::ZERO {
        return Ok(Progress::Published);
    }
    let newest = history::read_note(store, CHECKPOINT)?;
    match (history::of_size(store, state.size)?, newest) {
        (Some(note), newest) => {
            require_root(&history_path(state.size), state, note.claimed().root())?;
            // A crash between the two renames of a publication or of new cosignatures.
            if newest.as_deref() != Some(note.note().as_bytes()) {
                store.replace(CHECKPOINT, note.note().as_bytes())?;
            }
        }
        (None, Some(newest)) if history::parse_note(CHECKPOINT, &newest)?.claimed().size() == state.size => {
            store.replace(&history_path(state.size), &newest)?;
        }
        (None, _) => return Ok(Progress::Unsigned),
    }
    discard(store, state)?;
    Ok(Progress::Published)
}

/// Step 5: removes the staging folder of a published state.
pub(crate) fn discard(store: &Store, state: State) -> Result<(), LogError> {
    let folder = state.staging();
    match folder.rsplit_once('/') {
        Some((_, name)) if store.is_folder(&folder) => store.remove_staged(&name.into()),
        _ => Ok(()),
    }
}

/// A state older than what was signed comes from a backup: going on from it would sign a second tree of one size.
fn refuse_rolled_back(store: &Store, state: State) -> Result<(), LogError> {
    let behind = LogError::MalformedFile {
        path: STATE.to_owned(),
        expected: "a state not older than the signed notes of the log",
    };
    if let Some(bytes) = history::read_note(store, CHECKPOINT)? {
        let head = history::parse_note(CHECKPOINT, &bytes)?;
        let head = head.claimed();
        if head.size() > state.size {
            return Err(behind);
        }
        if head.size() == state.size {
            require_root(CHECKPOINT, state, head.root())?;
        }
    }
    match history::sizes(store)?.last() {
        Some(newest) if *newest > state.size => Err(behind),
        _ => Ok(()),
    }
}

fn require_root(path: &str, state: State, signed: detente_core::Digest) -> Result<(), LogError> {
    if signed == state.root {
        return Ok(());
    }
    Err(LogError::RootMismatch { path: path.to_owned(), size: state.size, expected: signed, got: state.root })
}

fn is_folder_of(name: &OsStr, staging: &str) -> bool {
    staging.rsplit_once('/').is_some_and(|(_, expected)| name == expected)
}
