//! The checkpoint that is shown, against the newest one seen before.

use detente_checkpoint::{CheckpointError, Policy, VerifiedCheckpoint};
use detente_core::Digest;
use detente_merkle::prove_prefix;

use super::{Fork, MirrorFailure, folder::Folder};
use crate::{LogError, LogSource, history, layout::CHECKPOINT, reader::VerifiedTree};

/// The tree of the checkpoint that is shown, when it is, or goes on from, the one seen before.
pub(super) fn follows<'a>(
    folder: &'a Folder,
    log: &'a dyn LogSource,
    policy: &Policy,
    seen: Option<&VerifiedCheckpoint>,
    shown: &VerifiedCheckpoint,
) -> Result<VerifiedTree<'a>, MirrorFailure> {
    if let Some(seen) = seen {
        if seen.origin() != shown.origin() {
            let (expected, got) = (seen.origin().to_string(), shown.origin().to_string());
            let error = CheckpointError::OriginMismatch { expected, got };
            return Err(history::in_note(CHECKPOINT)(error).into());
        }
        if shown.size() < seen.size() {
            return Err(older(folder, policy, seen, shown)?);
        }
        if shown.size() == seen.size() && shown.root() != seen.root() {
            return Err(fork(policy, [seen, shown], Vec::new(), [seen, shown]));
        }
    }
    let unproven = |error: LogError| -> Result<MirrorFailure, LogError> {
        match (error, seen) {
            // Nobody's fault that is known.
            (error @ (LogError::Unavailable { .. } | LogError::Unauthenticated { .. }), _)
            | (error, None) => Ok(error.into()),
            (error, Some(seen)) => {
                let alarm = folder.alarm(seen.note_bytes(), shown.note_bytes())?;
                Ok(MirrorFailure::Unproven { source: Box::new(error), alarm })
            }
        }
    };
    let tree = match VerifiedTree::read_beside(log, folder, shown.head()) {
        Ok(tree) => tree,
        Err(error) => return Err(unproven(error)?),
    };
    let Some(seen) = seen else { return Ok(tree.keeping()?) };
    match tree.root_at(seen.size()) {
        Ok(root) if root == seen.root() => Ok(tree.keeping()?),
        Ok(_) => {
            let hashes = prove_prefix(&tree, seen.size(), shown.size())?;
            Err(fork(policy, [seen, shown], hashes, [seen, shown]))
        }
        Err(error) => Err(unproven(error)?),
    }
}

/// An older checkpoint: of a beginning of the tree seen before, which proves nothing against anybody, or of another tree.
fn older(
    folder: &Folder,
    policy: &Policy,
    seen: &VerifiedCheckpoint,
    shown: &VerifiedCheckpoint,
) -> Result<MirrorFailure, LogError> {
    let own = VerifiedTree::read(folder.store(), seen.head());
    if let Ok(tree) = own
        && let Ok(root) = tree.root_at(shown.size())
        && root != shown.root()
        && let Ok(hashes) = prove_prefix(&tree, shown.size(), seen.size())
    {
        return Ok(fork(policy, [shown, seen], hashes, [seen, shown]));
    }
    let alarm = folder.alarm(seen.note_bytes(), shown.note_bytes())?;
    Ok(MirrorFailure::Older { seen: seen.size(), shown: shown.size(), alarm })
}

/// What a finding is made of. Both notes are verified, so one key of the policy has signed them.
pub(super) fn fork(
    policy: &Policy,
    notes: [&VerifiedCheckpoint; 2],
    hashes: Vec<Digest>,
    [seen, shown]: [&VerifiedCheckpoint; 2],
) -> MirrorFailure {
    let signed_both =
        |key: &&detente_checkpoint::NoteKey| notes.iter().all(|note| note.is_signed_by(policy, key));
    let Some(key) = policy.logs().iter().map(|log| log.key()).find(signed_both) else {
        // Two keys of one origin in a policy: each signed one tree, so neither signed two.
        let (expected, got) = (seen.root(), shown.root());
        return LogError::RootMismatch { path: CHECKPOINT.to_owned(), size: seen.size(), expected, got }
            .into();
    };
    MirrorFailure::Fork(Box::new(Fork {
        key: key.clone(),
        notes: notes.map(|note| note.note_bytes().to_vec()),
        hashes,
        seen: seen.size(),
        shown: shown.size(),
    }))
}
