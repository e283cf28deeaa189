//! Writing a finding from two notes.

use detente_checkpoint::{NoteKey, TreeHead, UnverifiedNote};
use detente_core::Digest;

use crate::error::malformed;
use crate::{FindingError, Offence, Part, UnverifiedFinding, VerifiedFinding};

/// A finding that verifies, and its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    bytes: Vec<u8>,
    verified: VerifiedFinding,
}

impl Finding {
    /// A log signed both notes, in either order. `hashes` are `PREFIX(m, D[n])` of the larger note's tree
    /// ([`detente_merkle::prove_prefix`]); for equal sizes they may be left out.
    ///
    /// Of each note only the line of `log` is kept.
    ///
    /// # Errors
    /// Those of [`UnverifiedFinding::verify`] without a policy; so two notes that fit are `NO-OFFENCE`.
    pub fn fork(log: &NoteKey, notes: [&UnverifiedNote; 2], hashes: &[Digest]) -> Result<Self, FindingError> {
        Self::make(Offence::Fork, log, notes, hashes)
    }

    /// A witness cosigned both notes. For the rest as [`Self::fork`].
    ///
    /// # Errors
    /// As [`Self::fork`].
    pub fn cosigned_fork(
        witness: &NoteKey,
        notes: [&UnverifiedNote; 2],
        hashes: &[Digest],
    ) -> Result<Self, FindingError> {
        Self::make(Offence::CosignedFork, witness, notes, hashes)
    }

    /// A witness cosigned the smaller one of two trees later than the larger one.
    ///
    /// # Errors
    /// As [`Self::fork`].
    pub fn cosigned_backwards(witness: &NoteKey, notes: [&UnverifiedNote; 2]) -> Result<Self, FindingError> {
        Self::make(Offence::CosignedBackwards, witness, notes, &[])
    }

    /// The file.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.bytes.clone()
    }

    /// What it says, verified without a policy.
    pub const fn verified(&self) -> &VerifiedFinding {
        &self.verified
    }

    fn make(
        offence: Offence,
        culprit: &NoteKey,
        [one, other]: [&UnverifiedNote; 2],
        hashes: &[Digest],
    ) -> Result<Self, FindingError> {
        let (one, other) = (Half::of(Part::First, one, culprit)?, Half::of(Part::Second, other, culprit)?);
        let (first, second) = if other.order() < one.order() { (other, one) } else { (one, other) };
        let hashes = if offence.is_fork() && hashes.is_empty() && first.head.size() == second.head.size() {
            vec![second.head.root()]
        } else {
            hashes.to_vec()
        };
        let file = UnverifiedFinding {
            offence,
            culprit: culprit.to_string(),
            first: first.note,
            second: second.note,
            hashes,
        };
        let bytes = file.to_bytes();
        // Read again as a stranger would, so that nobody is ever accused with a file that does not verify.
        let verified = UnverifiedFinding::parse(&bytes)?.verify(None)?;
        Ok(Self { bytes, verified })
    }
}

/// A note cut to the culprit's line, and what orders it.
struct Half {
    note: String,
    head: TreeHead,
}

impl Half {
    fn of(part: Part, note: &UnverifiedNote, culprit: &NoteKey) -> Result<Self, FindingError> {
        let head = TreeHead::parse(note.text()).map_err(FindingError::in_part(part))?;
        let member = match part {
            Part::First => "first",
            Part::Second => "second",
        };
        let line = note
            .signatures()
            .iter()
            .find(|line| line.is_of(culprit))
            .ok_or_else(|| malformed(member, "a signature line of the culprit's key"))?;
        let note = UnverifiedNote::assemble(note.text(), core::slice::from_ref(line))
            .map_err(FindingError::in_part(part))?;
        Ok(Self { note: String::from_utf8_lossy(note.as_bytes()).into_owned(), head })
    }

    fn order(&self) -> (detente_core::TreeSize, [u8; 32]) {
        (self.head.size(), *self.head.root().as_bytes())
    }
}
