//! Steps 3 to 10 of `specs/finding.md` "Verify".

use detente_checkpoint::{
    CheckpointError, InvalidSignature, KeyType, NoteKey, Policy, UnverifiedCheckpoint, cosignature,
};
use detente_core::{TreeSize, UnixSeconds};
use detente_merkle::rebuild_prefix;

use crate::error::malformed;
use crate::{FindingError, Offence, Part, SignedHead, UnverifiedFinding, VerifiedFinding};

impl UnverifiedFinding {
    /// Verifies a finding. Without a policy nothing says whose key the culprit's is; see
    /// [`VerifiedFinding::is_named_by_policy`].
    ///
    /// # Errors
    /// By the steps: the codes of the vkey, notes, checkpoints and signatures, `MALFORMED-FINDING`, `ORIGIN-MISMATCH`,
    /// those of a prefix root, `NO-OFFENCE`, `UNKNOWN-CULPRIT`.
    pub fn verify(self, policy: Option<&Policy>) -> Result<VerifiedFinding, FindingError> {
        let offence = self.offence;
        let culprit = NoteKey::parse(&self.culprit).map_err(FindingError::Culprit)?;
        if culprit.kind() != offence.signer() {
            return Err(malformed("culprit", "a key of the type that commits this offence"));
        }
        if !offence.is_fork() && !self.hashes.is_empty() {
            return Err(malformed("hashes", "none for this offence"));
        }
        let first = signed_head(Part::First, &self.first, &culprit)?;
        let second = signed_head(Part::Second, &self.second, &culprit)?;
        check_origins(offence, &culprit, &first, &second)?;
        if order(&first) > order(&second) {
            return Err(malformed("first", "the smaller size, or of equal sizes the smaller root"));
        }
        check_signed_something(offence, &first, &second)?;
        if offence.is_fork() {
            self.check_fork(&first, &second)?;
        } else {
            check_backwards(&first, &second)?;
        }
        if policy.is_some_and(|policy| !names(policy, &culprit)) {
            let role = match culprit.kind() {
                KeyType::Log => "log",
                _ => "witness",
            };
            return Err(FindingError::UnknownCulprit { role, culprit: culprit.to_string() });
        }
        Ok(VerifiedFinding { offence, culprit, first, second, named: policy.is_some() })
    }

    /// Step 8. Only `second` binds the hashes, so they say what its tree begins with, whoever handed them over.
    fn check_fork(&self, first: &SignedHead, second: &SignedHead) -> Result<(), FindingError> {
        let rebuilt = rebuild_prefix(first.head.size(), second.head.size(), second.head.root(), &self.hashes)
            .map_err(FindingError::Prefix)?;
        if rebuilt == first.head.root() {
            return Err(none(self.offence, "a tree that begins with the first and goes on to the second"));
        }
        Ok(())
    }
}

/// Step 4: one note, with one line, which is the culprit's and valid.
fn signed_head(part: Part, note: &str, culprit: &NoteKey) -> Result<SignedHead, FindingError> {
    let checkpoint = UnverifiedCheckpoint::parse(note.as_bytes()).map_err(FindingError::in_part(part))?;
    let member = match part {
        Part::First => "first",
        Part::Second => "second",
    };
    let note = checkpoint.note();
    let [line] = note.signatures() else {
        return Err(malformed(member, "one signature line"));
    };
    if !line.is_of(culprit) {
        return Err(malformed(member, "a signature line of the culprit's key"));
    }
    let time = match culprit.kind() {
        KeyType::Log => {
            let verdict = match line.blob().try_into() {
                Ok(signature) => culprit.key().verify(note.text().as_bytes(), signature),
                Err(_) => Err(InvalidSignature),
            };
            let name = line.name().to_string();
            verdict
                .map_err(|source| CheckpointError::InvalidLogSignature { name, source })
                .map_err(FindingError::in_part(part))?;
            None
        }
        _ => Some(cosignature::verify(culprit, line, note.text()).map_err(FindingError::in_part(part))?),
    };
    Ok(SignedHead { head: checkpoint.claimed().clone(), time })
}

/// Step 5.
fn check_origins(
    offence: Offence,
    culprit: &NoteKey,
    first: &SignedHead,
    second: &SignedHead,
) -> Result<(), FindingError> {
    let expected = match offence {
        Offence::Fork => culprit.name(),
        Offence::CosignedFork | Offence::CosignedBackwards => first.head.origin().key_name(),
    };
    for (part, signed) in [(Part::First, first), (Part::Second, second)] {
        if signed.head.origin().key_name() != expected {
            let (expected, got) = (expected.to_string(), signed.head.origin().to_string());
            return Err(FindingError::in_part(part)(CheckpointError::OriginMismatch { expected, got }));
        }
    }
    Ok(())
}

fn order(signed: &SignedHead) -> (TreeSize, [u8; 32]) {
    (signed.head.size(), *signed.head.root().as_bytes())
}

/// Step 7.
fn check_signed_something(
    offence: Offence,
    first: &SignedHead,
    second: &SignedHead,
) -> Result<(), FindingError> {
    if first.head.size() == TreeSize::ZERO {
        return Err(none(offence, "the empty tree, which every tree goes on from"));
    }
    if order(first) == order(second) {
        return Err(none(offence, "the same tree twice"));
    }
    if [first, second].iter().any(|signed| signed.time == Some(UnixSeconds::ZERO)) {
        return Err(none(offence, "a cosignature with time 0, which counts as none"));
    }
    Ok(())
}

/// Step 9.
fn check_backwards(first: &SignedHead, second: &SignedHead) -> Result<(), FindingError> {
    if first.head.size() == second.head.size() {
        return Err(none(Offence::CosignedBackwards, "two trees of one size"));
    }
    if first.time <= second.time {
        return Err(none(Offence::CosignedBackwards, "the larger tree at the same or a later time"));
    }
    Ok(())
}

/// Step 10. The name is part of the key here: a cosignature does not cover it, so only a policy says whose it is.
fn names(policy: &Policy, culprit: &NoteKey) -> bool {
    match culprit.kind() {
        KeyType::Log => policy.logs().iter().any(|log| log.key() == culprit),
        _ => policy.witnesses().iter().any(|witness| witness.key() == culprit),
    }
}

const fn none(offence: Offence, got: &'static str) -> FindingError {
    FindingError::NoOffence { offence: offence.as_str(), got }
}
