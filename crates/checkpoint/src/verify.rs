//! From bytes to a checkpoint that a policy's log signed (`specs/checkpoint.md` "Verify a checkpoint").

use detente_core::{Digest, Origin, TreeSize, UnixSeconds};

use crate::{
    CheckpointError, InvalidSignature, NoteKey, Policy, PolicyId, SignatureLine, TreeHead, UnverifiedNote,
    WitnessName, cosignature,
};

/// A checkpoint whose form is right and whose signatures nobody checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnverifiedCheckpoint {
    note: UnverifiedNote,
    head: TreeHead,
}

impl UnverifiedCheckpoint {
    /// Reads a note and the checkpoint in its text.
    ///
    /// # Errors
    /// Those of [`UnverifiedNote::parse`], then those of [`TreeHead::parse`].
    pub fn parse(note: &[u8]) -> Result<Self, CheckpointError> {
        let note = UnverifiedNote::parse(note)?;
        Ok(Self { head: TreeHead::parse(note.text())?, note })
    }

    /// What the note claims.
    pub const fn claimed(&self) -> &TreeHead {
        &self.head
    }

    /// The note.
    pub const fn note(&self) -> &UnverifiedNote {
        &self.note
    }

    /// Checks every line of a key that the policy knows; lines of other keys are ignored.
    ///
    /// The quorum is not checked: see [`VerifiedCheckpoint::require_quorum`].
    ///
    /// # Errors
    /// In this order: `UNKNOWN-LOG`, `INVALID-LOG-SIGNATURE`, `ORIGIN-MISMATCH`, `INVALID-COSIGNATURE`.
    pub fn verify(self, policy: &Policy) -> Result<VerifiedCheckpoint, CheckpointError> {
        let Self { note, head } = self;
        let mut first = None;
        for line in note.signatures() {
            if let Some(log) = policy.log_of(line) {
                first = first.or(Some(log.key().name()));
                verify_log_line(log.key(), line, note.text())?;
            }
        }
        let Some(name) = first else {
            return Err(CheckpointError::UnknownLog { origin: head.origin().to_string() });
        };
        if name != head.origin().key_name() {
            let (expected, got) = (name.to_string(), head.origin().to_string());
            return Err(CheckpointError::OriginMismatch { expected, got });
        }
        let mut cosignatures = Vec::new();
        for line in note.signatures() {
            if let Some(witness) = policy.witness_of(line) {
                let time = cosignature::verify(witness.key(), line, note.text())?;
                let (witness, neutral) = (witness.name().clone(), witness.is_neutral());
                cosignatures.push(VerifiedCosignature { witness, time, neutral });
            }
        }
        Ok(VerifiedCheckpoint { note, head, cosignatures, policy: policy.id() })
    }
}

fn verify_log_line(key: &NoteKey, line: &SignatureLine, text: &str) -> Result<(), CheckpointError> {
    let verdict = match line.blob().try_into() {
        Ok(signature) => key.key().verify(text.as_bytes(), signature),
        Err(_) => Err(InvalidSignature),
    };
    verdict.map_err(|source| CheckpointError::InvalidLogSignature { name: line.name().to_string(), source })
}

/// A tree head that a log of the policy signed, and the cosignatures of the policy's witnesses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCheckpoint {
    note: UnverifiedNote,
    head: TreeHead,
    cosignatures: Vec<VerifiedCosignature>,
    policy: PolicyId,
}

impl VerifiedCheckpoint {
    /// The log's origin.
    pub const fn origin(&self) -> &Origin {
        self.head.origin()
    }

    /// Number of leaves.
    pub const fn size(&self) -> TreeSize {
        self.head.size()
    }

    /// Root hash.
    pub const fn root(&self) -> Digest {
        self.head.root()
    }

    /// Origin, size and root.
    pub const fn head(&self) -> &TreeHead {
        &self.head
    }

    /// Cosignatures of the policy's witnesses, neutral or not, in the order of the note.
    pub fn cosignatures(&self) -> &[VerifiedCosignature] {
        &self.cosignatures
    }

    /// The cosignatures that count (neutral, time not 0), sorted by witness name.
    pub fn counting(&self) -> Vec<&VerifiedCosignature> {
        let mut counting: Vec<_> =
            self.cosignatures.iter().filter(|cosignature| cosignature.counts()).collect();
        counting.sort_by_key(|cosignature| &cosignature.witness);
        counting
    }

    /// The policy it was verified against.
    pub const fn policy_id(&self) -> PolicyId {
        self.policy
    }

    /// The note: lines of keys unknown to the policy are in it, unchecked.
    pub const fn note(&self) -> &UnverifiedNote {
        &self.note
    }

    /// The note's bytes as read: lines of keys unknown to the policy are in it, unchecked.
    pub fn note_bytes(&self) -> &[u8] {
        self.note.as_bytes()
    }

    /// Whether the log signed with this very key: the policy names it, and the note has its line, which was verified.
    pub fn is_signed_by(&self, policy: &Policy, key: &NoteKey) -> bool {
        let named = policy.logs().iter().any(|log| log.key() == key);
        named && self.note.signatures().iter().any(|line| line.is_of(key))
    }

    /// Checks the quorum of the policy that the checkpoint was verified against.
    ///
    /// # Errors
    /// `UNDER-WITNESSED`; `MISUSE` for another policy.
    pub fn require_quorum(&self, policy: &Policy) -> Result<Witnessing, CheckpointError> {
        self.require_policy(policy)?;
        let Some(quorum) = policy.quorum_name() else { return Ok(Witnessing::Unwitnessed) };
        let counting = self.counting();
        if !policy
            .quorum_met(|witness| counting.iter().any(|cosignature| cosignature.witness == *witness.name()))
        {
            let (quorum, counting) = (quorum.to_owned(), counting.len());
            return Err(CheckpointError::UnderWitnessed { quorum, counting });
        }
        Ok(Witnessing::Witnessed { cosignatures: counting.into_iter().cloned().collect() })
    }

    /// Witness names mean something only under the policy that gave them.
    pub(crate) fn require_policy(&self, policy: &Policy) -> Result<(), CheckpointError> {
        if self.policy == policy.id() { Ok(()) } else { Err(CheckpointError::OtherPolicy) }
    }
}

/// A valid cosignature of a witness that the policy names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedCosignature {
    witness: WitnessName,
    time: UnixSeconds,
    neutral: bool,
}

impl VerifiedCosignature {
    /// The witness, by the policy's name.
    pub const fn witness(&self) -> &WitnessName {
        &self.witness
    }

    /// When the witness says it saw this tree head as the largest; 0 is no time.
    pub const fn time(&self) -> UnixSeconds {
        self.time
    }

    /// Whether the companion makes the witness neutral.
    pub const fn is_neutral(&self) -> bool {
        self.neutral
    }

    /// Whether quorums and times count it.
    pub fn counts(&self) -> bool {
        self.neutral && self.time != UnixSeconds::ZERO
    }
}

/// How far others than the log vouch for a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Witnessing {
    /// The policy asks for no witness; nothing excludes that the log shows others another tree.
    Unwitnessed,
    /// The quorum is met.
    Witnessed {
        /// All cosignatures that count, sorted by witness name.
        cosignatures: Vec<VerifiedCosignature>,
    },
}

/// Checks that the newer checkpoint's tree begins with the older one's (`specs/merkle.md` "Verify consistency").
///
/// # Errors
/// `ORIGIN-MISMATCH` for checkpoints of two logs, then the codes of the word merkle.
pub fn prove_consistent(
    older: &VerifiedCheckpoint,
    newer: &VerifiedCheckpoint,
    proof: &[Digest],
) -> Result<(), CheckpointError> {
    require_one_log(older, newer)?;
    detente_merkle::verify_consistency(older.size(), newer.size(), older.root(), newer.root(), proof)?;
    Ok(())
}

/// # Errors
/// `ORIGIN-MISMATCH`.
pub(crate) fn require_one_log(
    expected: &VerifiedCheckpoint,
    got: &VerifiedCheckpoint,
) -> Result<(), CheckpointError> {
    if expected.origin() == got.origin() {
        return Ok(());
    }
    let (expected, got) = (expected.origin().to_string(), got.origin().to_string());
    Err(CheckpointError::OriginMismatch { expected, got })
}
