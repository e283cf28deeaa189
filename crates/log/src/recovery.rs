//! What a new start does with what a crash left (`specs/log.md` "What a crash leaves").

use detente_core::TreeSize;

use crate::{
    LogError, Store,
    edge::Edge,
    history,
    layout::{CHECKPOINT, STAGING, history_path},
    staged::{self, Placed},
    state::State,
};

/// What a start found, files in place.
pub(crate) struct Recovered {
    /// The edge of the committed state.
    pub(crate) edge: Edge,
    /// Whether `checkpoint` is the note of the state, or there is no entry yet. Else its note needs the log's key.
    pub(crate) published: bool,
    /// Batches that were put in place again.
    pub(crate) placed: Vec<Placed>,
}

/// Brings the files in line with the committed state, as far as that needs no key. Doing it again changes nothing.
pub(crate) fn recover(store: &Store, state: State) -> Result<Recovered, LogError> {
    refuse_rolled_back(store, state)?;
    let placed = place_committed(store, state)?;
    // The edge has the state's root: whatever was placed, or was there all along, is what was committed.
    let edge = Edge::read(store, state)?;
    let published = recover_note(store, state)?;
    Ok(Recovered { edge, published, placed })
}

/// Does every committed batch again whose staged file is still there, in order of size; the others never happened.
fn place_committed(store: &Store, state: State) -> Result<Vec<Placed>, LogError> {
    let mut committed = Vec::new();
    for name in store.list(STAGING)? {
        match State::of_staging(&name) {
            Some(batch) if was_committed(store, batch, state)? => committed.push(batch),
            _ => store.remove_staged(&name)?,
        }
    }
    committed.sort_unstable_by_key(|batch| batch.size);
    committed.into_iter().map(|batch| staged::place_again(store, batch)).collect()
}

/// Every state below the newest was signed before the next was committed, so the history knows it. A batch that failed
/// and could not be removed is no state: to place it would overwrite what came instead.
fn was_committed(store: &Store, batch: State, state: State) -> Result<bool, LogError> {
    if batch.size >= state.size {
        return Ok(batch == state);
    }
    Ok(history::of_size(store, batch.size)?.is_some_and(|note| note.claimed().root() == batch.root))
}

/// Whether the state has its note, under both of its names.
fn recover_note(store: &Store, state: State) -> Result<bool, LogError> {
    if state.size == TreeSize::ZERO {
        return Ok(true);
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
        (None, _) => return Ok(false),
    }
    Ok(true)
}

/// A state older than what was signed comes from a backup: going on from it would sign a second tree of one size.
fn refuse_rolled_back(store: &Store, state: State) -> Result<(), LogError> {
    let behind = |who: &str, known| LogError::RolledBack { who: who.to_owned(), known, got: state.size };
    if let Some(bytes) = history::read_note(store, CHECKPOINT)? {
        let head = history::parse_note(CHECKPOINT, &bytes)?;
        let head = head.claimed();
        if head.size() > state.size {
            return Err(behind("the log's own checkpoint", head.size()));
        }
        if head.size() == state.size {
            require_root(CHECKPOINT, state, head.root())?;
        }
    }
    match history::sizes(store)?.last() {
        Some(newest) if *newest > state.size => Err(behind(&history_path(*newest), *newest)),
        _ => Ok(()),
    }
}

fn require_root(path: &str, state: State, signed: detente_core::Digest) -> Result<(), LogError> {
    if signed == state.root {
        return Ok(());
    }
    Err(LogError::RootMismatch { path: path.to_owned(), size: state.size, expected: signed, got: state.root })
}
