//! Read, decide, persist, and only then sign (`specs/witness.md` "Compare, persist, cosign").

use detente_checkpoint::{
    KeyType, NoteKey, SignatureLine, SigningKey, TreeHead, UnverifiedNote, cosignature,
};
use detente_core::{Digest, Name, Origin, TreeSize, UnixSeconds};
use sha2::{Digest as _, Sha256};

use crate::{
    AddCheckpoint, Evidence, EvidenceKind, Refusal, Seen, SeenKey, TrustedLogs, WitnessError, WitnessStore,
    decide::decide_signed, logs::SignedRequest,
};

/// How often a request that others overtake is decided anew.
pub const MAX_TRIES: usize = 16;

/// A witness: a name, a key that it never lends, the logs that it follows, and its memory.
#[derive(Debug)]
pub struct Witness<S> {
    key: SigningKey,
    note_key: NoteKey,
    logs: TrustedLogs,
    store: S,
}

impl<S: WitnessStore> Witness<S> {
    /// A witness. Name, key and store belong together for as long as the key is used: a second store for one key, or an
    /// old copy of the first, can make it sign two trees.
    pub fn new(name: Name, key: SigningKey, logs: TrustedLogs, store: S) -> Self {
        let note_key = NoteKey::new(name, KeyType::Cosignature, key.public());
        Self { key, note_key, logs, store }
    }

    /// The public half, as policies name it.
    pub const fn note_key(&self) -> &NoteKey {
        &self.note_key
    }

    /// The logs that it follows.
    pub const fn logs(&self) -> &TrustedLogs {
        &self.logs
    }

    /// Cosigns the request's checkpoint if it continues what was cosigned last. `now` is the clock, in seconds.
    ///
    /// Whatever fails, no signature was made for it. After an error of the store it is not known whether the newest has
    /// moved; asking again tells, with `SIZE-CONFLICT` or a cosignature.
    ///
    /// # Errors
    /// Those of [`crate::decide()`]; [`WitnessError::Contended`] and those of the store, `UNAVAILABLE`.
    pub fn add_checkpoint(
        &self,
        request: &AddCheckpoint,
        now: UnixSeconds,
    ) -> Result<Vec<SignatureLine>, WitnessError> {
        let signed = self.logs.check(request)?;
        let origin = request.origin();
        for _ in 0..MAX_TRIES {
            let seen = self.store.newest(origin)?;
            let newest = seen.as_ref().map(Seen::key);
            let decision = decide_signed(&signed, &self.note_key, newest, now);
            if let Some(kind) = decision.keeps {
                self.keep(kind, &signed, seen.as_ref(), now)?;
            }
            let next = decision.outcome?;
            if self.store.compare_and_set(origin, newest, &Seen::new(next, signed.note.clone()))? {
                return Ok(vec![self.cosign(origin, &next)?]);
            }
        }
        Err(WitnessError::Contended)
    }

    /// [`Self::add_checkpoint`], and when it refuses what a trusted key has signed, keeps the refusal before it answers.
    ///
    /// With an old store nothing is kept: it must not be used again. A refusal that cannot be kept is a refusal all the
    /// same.
    pub fn answer(&self, request: &AddCheckpoint, now: UnixSeconds) -> Answered {
        let outcome = self.add_checkpoint(request, now);
        let refusal = match &outcome {
            Ok(_) | Err(WitnessError::StaleStore { .. }) => None,
            Err(error) => self.refuse(request, error, now),
        };
        Answered { outcome, refusal }
    }

    /// The refusals of a log that are kept, the newest first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn refusals(&self, origin: &Origin) -> Result<Vec<Refusal>, WitnessError> {
        self.store.refusals(origin)
    }

    /// The signed note of a refusal that is kept, by the digest of its request; `None` when there is none.
    ///
    /// # Errors
    /// Those of the store; [`WitnessError::Name`].
    pub fn refusal(&self, origin: &Origin, request: Digest) -> Result<Option<UnverifiedNote>, WitnessError> {
        let kept = self.store.refusals(origin)?.into_iter().find(|refusal| refusal.request == request);
        kept.map(|refusal| refusal.note(self.note_key.name(), &self.key, origin)).transpose()
    }

    /// The newest note of a log with this witness's line, or `None` when it has cosigned nothing of that log.
    ///
    /// # Errors
    /// Those of the store.
    pub fn checkpoint(&self, origin: &Origin) -> Result<Option<UnverifiedNote>, WitnessError> {
        let Some(seen) = self.store.newest(origin)? else { return Ok(None) };
        // What is stored may be signed, now as then: the same bytes.
        let line = self.cosign(origin, seen.key())?;
        Ok(Some(seen.note().clone().with_signature(line)?))
    }

    /// What the witness would not cosign of a log, in the order in which it came.
    ///
    /// # Errors
    /// Those of the store.
    pub fn evidence(&self, origin: &Origin) -> Result<Vec<Evidence>, WitnessError> {
        self.store.evidence(origin)
    }

    fn refuse(&self, request: &AddCheckpoint, error: &WitnessError, now: UnixSeconds) -> Option<Digest> {
        self.logs.check(request).ok()?;
        let newest = match error.conflict() {
            Some(newest) => newest,
            None => self.store.newest(request.origin()).ok()?.map_or(TreeSize::ZERO, |seen| seen.key().size),
        };
        let refusal = Refusal {
            request: Digest::from_bytes(Sha256::digest(request.to_bytes()).into()),
            code: error.code(),
            old: request.old(),
            size: request.size(),
            root: request.root(),
            newest,
            time: now,
        };
        self.store.keep_refusal(request.origin(), &refusal).ok()?;
        Some(refusal.request)
    }

    /// Only for what the store holds: this signature is what the whole crate guards.
    fn cosign(&self, origin: &Origin, stored: &SeenKey) -> Result<SignatureLine, WitnessError> {
        let head = TreeHead::new(origin.clone(), stored.size, stored.root)?;
        Ok(cosignature::sign(self.note_key.name(), &self.key, stored.time, &head))
    }

    /// Before the refusal goes out: a log that asks in vain must leave its signature here.
    fn keep(
        &self,
        kind: EvidenceKind,
        signed: &SignedRequest<'_>,
        seen: Option<&Seen>,
        now: UnixSeconds,
    ) -> Result<(), WitnessError> {
        let request = signed.request;
        let evidence = Evidence {
            kind,
            size: request.size(),
            root: request.root(),
            time: now,
            request: request.with_note(signed.note.clone()).to_bytes(),
            newest: seen.map(|seen| seen.note().as_bytes().to_vec()),
        };
        self.store.keep_evidence(request.origin(), &evidence).map(drop)
    }
}

/// What a witness answers, and what it has noted of a refusal.
#[derive(Debug)]
pub struct Answered {
    /// As [`Witness::add_checkpoint`].
    pub outcome: Result<Vec<SignatureLine>, WitnessError>,
    /// SHA-256 of the request, when its refusal is kept: [`Witness::refusal`] signs it.
    pub refusal: Option<Digest>,
}
