//! The history: every note that the log still has and the mirror has not.

use core::num::NonZeroUsize;

use detente_checkpoint::{CheckpointError, Policy, VerifiedCheckpoint};
use detente_core::TreeSize;
use detente_merkle::prove_prefix;

use super::{Fetched, MirrorFailure, compare::fork, folder::Folder, parallel};
use crate::{LogError, LogSource, history, layout::history_path, reader::VerifiedTree};

/// Fetches them. The one of the size that was newest before is fetched again: it may have got lines since.
#[expect(clippy::too_many_arguments, reason = "all of them are the one update's")]
pub(super) fn fetch(
    folder: &Folder,
    log: &dyn LogSource,
    policy: &Policy,
    tree: &VerifiedTree<'_>,
    newest: &VerifiedCheckpoint,
    listed: Vec<TreeSize>,
    before: Option<TreeSize>,
    connections: NonZeroUsize,
    progress: &mut impl FnMut(Fetched),
) -> Result<(), MirrorFailure> {
    let mut missing = Vec::new();
    // A log that grew meanwhile lists sizes above the checkpoint.
    for size in listed.into_iter().filter(|size| *size < newest.size()) {
        if before == Some(size) || folder.note(size)?.is_none() {
            missing.push(size);
        }
    }
    let mut fetched = Fetched { done: 0, all: missing.len() as u64 };
    parallel::each(
        connections,
        missing.into_iter(),
        |size| one(folder, log, policy, tree, newest, size),
        || {
            fetched.done += 1;
            progress(fetched);
        },
    )
}

fn one(
    folder: &Folder,
    log: &dyn LogSource,
    policy: &Policy,
    tree: &VerifiedTree<'_>,
    newest: &VerifiedCheckpoint,
    size: TreeSize,
) -> Result<(), MirrorFailure> {
    let path = history_path(size);
    let malformed = |expected| LogError::MalformedFile { path: path.clone(), expected };
    let bytes = history::read_note(log, &path)?.ok_or_else(|| malformed("a note, which is missing"))?;
    let note = history::parse_note(&path, &bytes)?;
    if note.claimed().size() != size {
        return Err(malformed("the note of the size in its name").into());
    }
    let note = note.verify(policy).map_err(history::in_note(&path))?;
    if note.origin() != newest.origin() {
        let (expected, got) = (newest.origin().to_string(), note.origin().to_string());
        return Err(history::in_note(&path)(CheckpointError::OriginMismatch { expected, got }).into());
    }
    if tree.root_at(size)? != note.root() {
        let hashes = prove_prefix(tree, size, newest.size())?;
        return Err(fork(policy, [&note, newest], hashes, [newest, &note]));
    }
    Ok(folder.keep_note(size, note.note_bytes())?)
}
