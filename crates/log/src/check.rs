//! Everything that can be checked of a log from its public files (`specs/log.md` "Check a log").

mod prepare;
mod replay;
mod report;

use std::borrow::Cow;

use detente_checkpoint::{CheckpointError, Policy, Pool, UnverifiedCheckpoint, VerifiedCheckpoint};
use detente_core::{LeafIndex, TreeSize};
use detente_merkle::tile::{TileLevel, tiles};
use detente_statement::{Genesis, Replay};

use crate::{
    CheckFailure, LogError, LogReader, LogSource, history,
    layout::{CHECKPOINT, history_path},
    reader::{Bundle, read_tile},
};

use replay::Replayed;
pub use report::{CheckReport, KindCount};

/// Checks a log against a relier's policy; without one, against the key of the log's own genesis, which shows that the
/// log agrees with itself and nothing else.
///
/// Reads every public file once, twice when something is wrong, a few bundles in memory at a time; what grows with the log is two digests an
/// entry. Signatures are verified on as many threads as the machine has; the first failure is the one that one thread finds.
/// `progress` hears, on the caller's thread, after each bundle, how many entries of how many were replayed.
///
/// # Errors
/// [`CheckFailure`]: the first failure in the order of the spec's steps.
pub fn check_log<S: LogSource>(
    log: &LogReader<S>,
    policy: Option<&Policy>,
    progress: impl FnMut(u64, u64),
) -> Result<CheckReport, CheckFailure> {
    // Listed before the checkpoint is read: a log that grows meanwhile would show notes above it. A fault here is one
    // of step 5.
    let history = log.history();

    // 1. The newest note.
    let unverified = log.checkpoint()?;
    let given = policy;
    let policy = match policy {
        Some(policy) => Cow::Borrowed(policy),
        None => Cow::Owned(policy_of_genesis(log, unverified.claimed().size())?.0),
    };
    let checkpoint = verify(CHECKPOINT, unverified, &policy)?;
    let witnessing = checkpoint.require_quorum(&policy).map_err(history::in_note(CHECKPOINT))?;

    // 2. to 4. Every file that the size implies, every entry, every tile, the root, in one pass: a log that is on its way
    // is checked as it comes. A pass that fails may have met an entry before a file that comes first in the order.
    let sizes = history.as_deref().unwrap_or_default();
    let replayed = match Replayed::run(log.source(), checkpoint.size(), sizes, progress) {
        Ok(replayed) => replayed,
        Err(failure) => {
            require_files(log.source(), checkpoint.size())?;
            return Err(failure);
        }
    };
    replayed.require_tiles()?;
    require_root(CHECKPOINT, &checkpoint, &replayed)?;

    // 5. Every other note.
    let mut notes = Vec::new();
    for size in history? {
        notes.push(check_note(log, size, &checkpoint, &policy, &replayed)?);
    }
    let history_notes = notes.len();
    notes.push(checkpoint.clone());

    // 6. The genesis is this checkpoint's.
    let genesis = replayed.keys()?.genesis();
    require_genesis(genesis, &checkpoint, &policy).map_err(history::in_note(CHECKPOINT))?;

    let pool = Pool::assume_consistent(notes).map_err(LogError::from)?;
    CheckReport::new(&replayed, checkpoint, history_notes, given.is_some(), witnessing, pool)
}

/// A policy that names the key in entry 0, whose own signature is checked first; and that entry.
pub(crate) fn policy_of_genesis<S: LogSource>(
    log: &LogReader<S>,
    size: TreeSize,
) -> Result<(Policy, Vec<u8>), CheckFailure> {
    if size == TreeSize::ZERO {
        return Err(CheckFailure::NoEntries);
    }
    let entry = log.tree_of(size).entry(LeafIndex::ZERO)?;
    let mut replay = Replay::new();
    replay.push(&entry).map_err(|source| CheckFailure::entry(LeafIndex::ZERO, source))?;
    let genesis = replay.keys().ok_or(CheckFailure::NoEntries)?.genesis();
    let text = format!("log {}\nquorum none\n", genesis.checkpoint_key());
    Ok((Policy::parse(text.as_bytes(), None).map_err(LogError::from)?, entry))
}

fn verify(path: &str, note: UnverifiedCheckpoint, policy: &Policy) -> Result<VerifiedCheckpoint, LogError> {
    note.verify(policy).map_err(history::in_note(path))
}

fn require_files(source: &dyn LogSource, size: TreeSize) -> Result<(), LogError> {
    for tile in tiles(size).take_while(|tile| tile.level() == TileLevel::LEAVES) {
        Bundle::read(source, tile)?;
    }
    tiles(size).try_for_each(|tile| read_tile(source, tile).map(drop))
}

fn check_note<S: LogSource>(
    log: &LogReader<S>,
    size: TreeSize,
    newest: &VerifiedCheckpoint,
    policy: &Policy,
    replayed: &Replayed,
) -> Result<VerifiedCheckpoint, LogError> {
    let path = history_path(size);
    if size > newest.size() {
        return Err(LogError::MalformedFile { path, expected: "a note not newer than the checkpoint" });
    }
    let unverified = history::parse_note(&path, &log.history_note(size)?)?;
    if unverified.claimed().size() != size {
        return Err(LogError::MalformedFile { path, expected: "the note of the size in its name" });
    }
    let note = verify(&path, unverified, policy)?;
    if note.origin() != newest.origin() {
        let (expected, got) = (newest.origin().to_string(), note.origin().to_string());
        return Err(history::in_note(&path)(CheckpointError::OriginMismatch { expected, got }));
    }
    require_root(&path, &note, replayed)?;
    Ok(note)
}

fn require_root(path: &str, note: &VerifiedCheckpoint, replayed: &Replayed) -> Result<(), LogError> {
    match replayed.root_at(note.size()) {
        Some(root) if root == note.root() => Ok(()),
        got => Err(LogError::RootMismatch {
            path: path.to_owned(),
            size: note.size(),
            expected: note.root(),
            got: got.unwrap_or(detente_merkle::EMPTY_ROOT),
        }),
    }
}

/// The key that the policy trusts, the one that signed, and the one in entry 0 are one.
fn require_genesis(
    genesis: &Genesis,
    checkpoint: &VerifiedCheckpoint,
    policy: &Policy,
) -> Result<(), CheckpointError> {
    let origin = checkpoint.origin();
    if genesis.origin() != origin {
        let (expected, got) = (genesis.origin().to_string(), origin.to_string());
        return Err(CheckpointError::OriginMismatch { expected, got });
    }
    if !checkpoint.is_signed_by(policy, genesis.checkpoint_key()) {
        return Err(CheckpointError::UnknownLog { origin: origin.to_string() });
    }
    Ok(())
}
