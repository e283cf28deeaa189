//! Asking witnesses before anything is published (`specs/log.md` "Cosigning").

use core::fmt;
use std::time::SystemTime;

use detente_checkpoint::{
    NoteKey, Policy, SignatureLine, SigningFault, UnverifiedCheckpoint, UnverifiedNote,
};
use detente_core::{Digest, Origin, TreeSize};

use crate::{LogError, LogTree, Shown, history};

/// Whoever gets cosignatures for a note that the log has signed and nobody has seen yet.
///
/// The writer waits for the answer, so a cosigner has limits on its time.
pub trait Cosigner: Send {
    /// Asks the witnesses, and gives what they answered. The lines are verified by the writer.
    fn cosign(&mut self, request: &CosignRequest<'_>) -> CosignAnswer;

    /// Asks every witness that can be asked for the newest note of the log that it holds. This comes before the first
    /// signature of a start, and again until the witnesses that answered meet the quorum.
    fn newest(&mut self, origin: &Origin) -> Newest;
}

/// A note to be cosigned, and what a witness may want to know about it.
#[derive(Debug)]
pub struct CosignRequest<'a> {
    pub(crate) note: &'a UnverifiedNote,
    pub(crate) published: TreeSize,
    pub(crate) tree: LogTree<'a>,
}

/// What witnesses answered.
#[derive(Debug, Clone, Default)]
pub struct CosignAnswer {
    /// Their lines, of this round or of an earlier one of the same note.
    pub lines: Vec<SignatureLine>,
    /// Notes of the log that witnesses hold who would not cosign this one. The writer judges them: one of the log's own key
    /// that its tree does not go on from ends it; any other says nothing.
    pub shown: Vec<Shown>,
    /// Why there are no more lines, for people: which witness said what.
    pub faults: Vec<String>,
}

/// What witnesses hold.
#[derive(Debug, Clone, Default)]
pub struct Newest {
    /// A word of each that answered.
    pub heard: Vec<Heard>,
    /// Why others said nothing, for people.
    pub faults: Vec<String>,
}

/// What one witness holds.
#[derive(Debug, Clone)]
pub struct Heard {
    /// Its key, as the policy names it.
    pub witness: NoteKey,
    /// Its name, for people.
    pub who: String,
    /// The newest note that it cosigned, unread; `None` when it says that there is none.
    pub note: Option<Vec<u8>>,
}

impl CosignRequest<'_> {
    /// The note with the log's own line, and the lines that earlier rounds gave.
    pub const fn note(&self) -> &UnverifiedNote {
        self.note
    }

    /// The size that the note signs.
    pub const fn size(&self) -> TreeSize {
        self.tree.size()
    }

    /// The size of the newest published note, 0 when there is none: what most witnesses cosigned last.
    pub const fn published(&self) -> TreeSize {
        self.published
    }

    /// The proof that the note's tree begins with the tree of size `old`, from 0 up to the note's size.
    ///
    /// # Errors
    /// As [`LogTree::consistency_proof`].
    pub fn consistency_proof(&self, old: TreeSize) -> Result<Vec<Digest>, LogError> {
        self.tree.consistency_proof(old, self.tree.size())
    }
}

/// A signed state that is not published, because its quorum is not met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Degraded {
    /// Since when; later failures leave it as it is.
    pub since: SystemTime,
    /// Why, as of the last try.
    pub reason: String,
    /// The fault of the log's own key, when it is that which did not sign.
    pub signing: Option<SigningFault>,
}

/// Who cosigns, and how much of that is enough.
pub(crate) struct Cosigning {
    pub(crate) cosigner: Box<dyn Cosigner>,
    pub(crate) policy: Policy,
}

impl fmt::Debug for Cosigning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Cosigning").field("policy", &self.policy.id()).finish_non_exhaustive()
    }
}

/// What a round of asking came to.
pub(crate) enum Round {
    Enough(UnverifiedNote),
    /// The lines so far, and why they are not enough.
    Wanting(UnverifiedNote, String),
}

impl Cosigning {
    /// Asks once, unless the note has all that it needs already. The notes that were shown come with it, unread.
    pub(crate) fn round(&mut self, request: &CosignRequest<'_>) -> Result<(Round, Vec<Shown>), LogError> {
        if quorum(request.note, &self.policy).is_ok() {
            return Ok((Round::Enough(request.note.clone()), Vec::new()));
        }
        let answer = self.cosigner.cosign(request);
        let mut note = request.note.clone();
        for line in &answer.lines {
            // One bad line in a note makes all of it invalid, so each has to prove itself.
            if let Ok(longer) = history::with_lines(note.clone(), core::slice::from_ref(line))
                && adds_a_cosignature(&note, &longer, &self.policy)
            {
                note = longer;
            }
        }
        let round = match quorum(&note, &self.policy) {
            Ok(()) => Round::Enough(note),
            Err(error) => {
                let faults = answer.faults.iter().map(|fault| format!("; {fault}"));
                let reason = faults.fold(error.to_string(), |text, fault| text + &fault);
                Round::Wanting(note, reason)
            }
        };
        Ok((round, answer.shown))
    }
}

fn quorum(note: &UnverifiedNote, policy: &Policy) -> Result<(), LogError> {
    UnverifiedCheckpoint::parse(note.as_bytes())?.verify(policy)?.require_quorum(policy)?;
    Ok(())
}

fn adds_a_cosignature(note: &UnverifiedNote, longer: &UnverifiedNote, policy: &Policy) -> bool {
    let count = |note: &UnverifiedNote| {
        let checkpoint = UnverifiedCheckpoint::parse(note.as_bytes()).ok()?.verify(policy).ok()?;
        Some(checkpoint.cosignatures().len())
    };
    count(longer) > count(note)
}
