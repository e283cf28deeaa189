//! The signed notes of a log: the newest as `checkpoint`, each by its size in `history`.

use detente_checkpoint::{
    CheckpointError, MAX_NOTE_BYTES, SignatureLine, UnverifiedCheckpoint, UnverifiedNote,
};
use detente_core::TreeSize;

use crate::{
    LogError, LogSource, Store,
    layout::{CHECKPOINT, HISTORY, NEW_HISTORY, NEW_NOTE, NOTE_LIMIT, STAGING, history_path},
    source::Content,
    storage::Folders,
};

/// A note's bytes, unread; `None` when there is no such file.
pub(crate) fn read_note(source: &dyn LogSource, path: &str) -> Result<Option<Vec<u8>>, LogError> {
    match source.read(path, NOTE_LIMIT)? {
        Content::Bytes(bytes) => Ok(Some(bytes)),
        Content::Missing => Ok(None),
        Content::NotAFile => Err(LogError::MalformedFile { path: path.to_owned(), expected: "a file" }),
        Content::TooLong => Err(LogError::Oversize { path: path.to_owned(), limit: MAX_NOTE_BYTES as u64 }),
    }
}

/// A note's checkpoint, its signatures unchecked.
pub(crate) fn parse_note(path: &str, bytes: &[u8]) -> Result<UnverifiedCheckpoint, LogError> {
    UnverifiedCheckpoint::parse(bytes).map_err(in_note(path))
}

/// Names the file in which a note is at fault.
pub(crate) fn in_note(path: &str) -> impl Fn(CheckpointError) -> LogError {
    move |source| LogError::Note { path: path.to_owned(), source }
}

/// The sizes that have a note, in increasing order.
pub(crate) fn sizes(store: &Store) -> Result<Vec<TreeSize>, LogError> {
    let mut sizes = Vec::new();
    for name in store.list(HISTORY)? {
        let size = name.to_str().and_then(|name| TreeSize::parse(name).ok());
        sizes.push(size.ok_or_else(|| LogError::MalformedFile {
            path: format!("{HISTORY}/{}", name.to_string_lossy()),
            expected: "a decimal size as its name",
        })?);
    }
    sizes.sort_unstable();
    Ok(sizes)
}

/// The sizes up to one that have a note, in increasing order, whatever else is in the folder.
pub(crate) fn sizes_that_parse(store: &Store, most: TreeSize) -> Result<Vec<TreeSize>, LogError> {
    let names = store.list(HISTORY)?;
    let sizes = names.iter().filter_map(|name| TreeSize::parse(name.to_str()?).ok());
    let mut sizes: Vec<_> = sizes.filter(|size| *size <= most).collect();
    sizes.sort_unstable();
    Ok(sizes)
}

/// The note of a size in the log's own history: its size is the one in its name.
pub(crate) fn of_size(store: &Store, size: TreeSize) -> Result<Option<UnverifiedCheckpoint>, LogError> {
    let path = history_path(size);
    let Some(bytes) = read_note(store, &path)? else { return Ok(None) };
    let note = parse_note(&path, &bytes)?;
    if note.claimed().size() != size {
        return Err(LogError::MalformedFile { path, expected: "the note of the size in its name" });
    }
    Ok(Some(note))
}

/// Stores the note of a committed state, then makes it the newest one: one flushed file under two names, each given by
/// rename, history first.
pub(crate) fn publish(store: &Store, size: TreeSize, note: &UnverifiedNote) -> Result<(), LogError> {
    store.create_folders(STAGING, &mut Folders::new())?;
    store.write(NEW_NOTE, note.as_bytes())?;
    store.flush(NEW_NOTE)?;
    store.link(NEW_NOTE, NEW_HISTORY)?;
    store.rename(NEW_HISTORY, &history_path(size))?;
    store.rename(NEW_NOTE, CHECKPOINT)?;
    store.flush_folders(&Folders::from([HISTORY.to_owned(), String::new()]))
}

/// A note with the lines that it does not have yet. Of a key that it has, the line that is there stays: it is the
/// earlier one.
pub(crate) fn with_lines(
    mut note: UnverifiedNote,
    lines: &[SignatureLine],
) -> Result<UnverifiedNote, CheckpointError> {
    for line in lines {
        let known = |there: &SignatureLine| there.name() == line.name() && there.key_id() == line.key_id();
        if !note.signatures().iter().any(known) {
            note = note.with_signature(line.clone())?;
        }
    }
    Ok(note)
}
