//! Notes of one log, joined by tree head, and the times that they give (`specs/audit.md` "Procedure", steps 2.1, 2.2
//! and 6).

use std::collections::BTreeMap;

use detente_agreement::{NoteTimes, Timeline, Times};
use detente_checkpoint::{
    CheckpointError, Policy, Pool, QuorumTimes, UnverifiedCheckpoint, VerifiedCheckpoint, cosignature,
};
use detente_core::{Digest, TreeSize, UnixSeconds};
use sha2::{Digest as _, Sha256};

/// A tree head: joined notes are of one.
type Head = (TreeSize, Digest);

/// A note whose log and known witnesses signed it.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    pub(crate) checkpoint: VerifiedCheckpoint,
    /// SHA-256 of its bytes as they came.
    pub(crate) digest: Digest,
    /// When mirrors of the companion say that they held it, by the mirror's position. What is not valid is not here.
    mirrors: Vec<(usize, UnixSeconds)>,
}

impl Note {
    /// Parses and verifies a note, quorum excepted.
    pub(crate) fn read(bytes: &[u8], policy: &Policy) -> Result<Self, CheckpointError> {
        Ok(Self::new(UnverifiedCheckpoint::parse(bytes)?.verify(policy)?, policy))
    }

    pub(crate) fn new(checkpoint: VerifiedCheckpoint, policy: &Policy) -> Self {
        let note = checkpoint.note();
        let keys = policy.companion().map_or(&[] as &[_], |companion| companion.mirrors());
        let time_of = |key| {
            let line = note.signatures().iter().find(|line| line.is_of(key))?;
            cosignature::verify(key, line, note.text()).ok().filter(|time| *time != UnixSeconds::ZERO)
        };
        let mirrors = keys.iter().enumerate().filter_map(|(at, key)| Some((at, time_of(key)?))).collect();
        let digest = sha256(checkpoint.note_bytes());
        Self { checkpoint, digest, mirrors }
    }

    pub(crate) fn size(&self) -> TreeSize {
        self.checkpoint.size()
    }

    pub(crate) fn head(&self) -> Head {
        (self.checkpoint.size(), self.checkpoint.root())
    }
}

/// Tree heads with their quorum times, by increasing size. The notes are of one log.
pub(crate) fn heads(
    notes: &[Note],
    policy: &Policy,
    until: UnixSeconds,
) -> Result<Vec<QuorumTimes>, CheckpointError> {
    let checkpoints = notes.iter().map(|note| note.checkpoint.clone()).collect();
    Pool::assume_consistent(checkpoints)?.quorum_times(policy, until)
}

/// When each entry was published, and SHA-256 of the notes that say so, sorted, each once. The notes are all of the
/// audited tree.
pub(crate) fn timeline(
    notes: &[Note],
    policy: &Policy,
    times: Times,
    at: UnixSeconds,
) -> Result<(Timeline, Vec<Digest>), CheckpointError> {
    let mirrored = mirror_times(notes, policy, at);
    let mut used = BTreeMap::new();
    for head in heads(notes, policy, at)? {
        let key = (head.size, head.root);
        let mirrored = mirrored.get(&key).copied();
        if !head.met && mirrored.is_none() {
            continue;
        }
        let known = times == Times::Known;
        let (first, last) = (head.first.filter(|_| known), head.last.filter(|_| known));
        used.insert(key, NoteTimes { size: head.size, first, last, mirrored });
    }
    let mut digests: Vec<_> =
        notes.iter().filter(|note| used.contains_key(&note.head())).map(|note| note.digest).collect();
    digests.sort_unstable();
    digests.dedup();
    Ok((Timeline::new(used.into_values().collect()), digests))
}

/// Of each tree head the smallest time at which the mirror quorum held it, up to `at`.
fn mirror_times(notes: &[Note], policy: &Policy, at: UnixSeconds) -> BTreeMap<Head, UnixSeconds> {
    let Some(quorum) = policy.companion().and_then(|companion| companion.mirror_quorum()) else {
        return BTreeMap::new();
    };
    let mut firsts: BTreeMap<Head, BTreeMap<usize, UnixSeconds>> = BTreeMap::new();
    for note in notes {
        let of_head = firsts.entry(note.head()).or_default();
        for (mirror, time) in note.mirrors.iter().filter(|(_, time)| *time <= at) {
            let first = of_head.entry(*mirror).or_insert(*time);
            *first = (*first).min(*time);
        }
    }
    let met = |times: BTreeMap<usize, UnixSeconds>| {
        let mut times: Vec<_> = times.into_values().collect();
        times.sort_unstable();
        times.get(quorum.checked_sub(1)?).copied()
    };
    firsts.into_iter().filter_map(|(head, times)| Some((head, met(times)?))).collect()
}

pub(crate) fn sha256(bytes: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::digest(bytes).into())
}
