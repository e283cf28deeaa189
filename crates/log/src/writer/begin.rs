//! What a writer makes sure of before its first signature (`specs/log.md` "Before the first signature").

use detente_checkpoint::{KeyType, NoteKey, Policy, PublicKey};
use detente_core::{LeafIndex, Origin, TreeSize};

use super::{LogSigner, LogWriter};
use crate::{
    Degraded, Heard, LogError, Newest, Shown, VerifiedTree, continuation, shown::OwnTree, state::State,
};

impl LogWriter {
    /// Judges what was found when the log was opened: its newest note is this key's, and what is committed above it are
    /// valid statements, upon that note's tree. Gives the size that the note signs. [`Self::commit`] and [`Self::publish`]
    /// do this by themselves.
    ///
    /// # Errors
    /// [`LogError::OtherSigner`], [`LogError::Note`], [`LogError::RootMismatch`], [`LogError::Entry`],
    /// [`LogError::MalformedFile`], [`LogError::Unavailable`].
    pub fn require_continuation(&mut self, origin: &Origin, key: &PublicKey) -> Result<TreeSize, LogError> {
        let key = NoteKey::new(origin.key_name().clone(), KeyType::Log, *key);
        let signed = continuation::require(&self.store, self.edge.state(), origin, &key)?;
        // In an empty log there is nothing that could tell whose it is.
        if self.edge.state() != State::EMPTY {
            self.known = Some((origin.clone(), key));
        }
        Ok(signed)
    }

    /// Makes sure that this copy of the log may be gone on from, before anything is signed or committed: as
    /// [`Self::require_continuation`], then by what the witnesses hold. `None` when it may; else it has to be asked again.
    ///
    /// [`Self::commit`] and [`Self::publish`] do this by themselves; a caller that does it first learns sooner.
    ///
    /// # Errors
    /// Those of [`Self::require_continuation`]; [`LogError::RolledBack`] and [`LogError::Forked`], after which the writer is
    /// stopped.
    pub fn begin(&mut self, signer: &LogSigner) -> Result<Option<Degraded>, LogError> {
        self.require_running()?;
        self.require_found(signer)?;
        if self.heard {
            return Ok(None);
        }
        let Some(mut cosigning) = self.cosigning.take() else { return Ok(None) };
        let Newest { heard, faults } = cosigning.cosigner.newest(signer.origin());
        let enough = self.hear(signer, heard, faults, &cosigning.policy);
        self.cosigning = Some(cosigning);
        match enough? {
            None => {
                self.heard = true;
                Ok(None)
            }
            Some(reason) => Ok(Some(self.degrade(reason, None))),
        }
    }

    /// [`Self::require_continuation`], once.
    pub(crate) fn require_found(&mut self, signer: &LogSigner) -> Result<(), LogError> {
        if self.is_known(signer) {
            return Ok(());
        }
        let genesis = match self.edge.state() {
            State::EMPTY => None,
            _ => Some(self.tree().entry(LeafIndex::ZERO)?),
        };
        self.require_signer(signer, genesis.as_deref())?;
        self.require_continuation(signer.origin(), signer.note_key().key()).map(drop)
    }

    /// The tree of the committed state, verified as it is read; `None` without entries.
    pub(crate) fn verified_tree(&self, origin: &Origin) -> Result<Option<VerifiedTree<'_>>, LogError> {
        let state = self.edge.state();
        (state != State::EMPTY).then(|| continuation::tree_of(&self.store, origin, state)).transpose()
    }

    /// Judges what the witnesses hold; gives the reason when too few have said anything.
    fn hear(
        &mut self,
        signer: &LogSigner,
        heard: Vec<Heard>,
        mut faults: Vec<String>,
        policy: &Policy,
    ) -> Result<Option<String>, LogError> {
        let mut usable = Vec::new();
        for Heard { witness, who, note } in heard {
            let shown = note.map(|note| Shown { who, note });
            match shown.as_ref().map_or(Ok(true), |shown| self.judge_shown(signer, shown))? {
                true => usable.push(witness),
                false => {
                    let who = shown.map(|shown| shown.who).unwrap_or_default();
                    faults.push(format!("{who}: shows something else than a note of this log"));
                }
            }
        }
        if policy.quorum_met(|witness| usable.contains(witness.key())) {
            return Ok(None);
        }
        let reason = "too few witnesses that say which note they hold".to_owned();
        Ok(Some(faults.iter().fold(reason, |text, fault| text + "; " + fault)))
    }

    /// [`OwnTree::judge`], which ends the writer when the log is another one than the note's.
    pub(super) fn judge_shown(&mut self, signer: &LogSigner, shown: &Shown) -> Result<bool, LogError> {
        let (origin, key) = (signer.origin(), &signer.note_key());
        let own = OwnTree { source: &self.store, state: self.edge.state(), origin, key };
        let judged = own.judge(shown);
        self.stopped |= matches!(judged, Err(LogError::RolledBack { .. } | LogError::Forked { .. }));
        judged
    }
}
