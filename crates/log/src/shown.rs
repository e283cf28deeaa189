//! Notes of the log's own key that somebody else holds: what they say of the copy in this folder (`specs/log.md` "Notes
//! that others hold").

use detente_checkpoint::{NoteKey, UnverifiedCheckpoint};
use detente_core::Origin;

use crate::{
    LogError, LogSource,
    continuation::{own_policy, tree_of},
    state::State,
};

/// A note that somebody shows, unread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Who shows it, for people.
    pub who: String,
    /// The note.
    pub note: Vec<u8>,
}

/// What makes a note one of this log, and the tree that it has to go with.
pub(crate) struct OwnTree<'a> {
    pub(crate) source: &'a dyn LogSource,
    pub(crate) state: State,
    pub(crate) origin: &'a Origin,
    pub(crate) key: &'a NoteKey,
}

impl OwnTree<'_> {
    /// Whether it is a note that this log has signed; then its tree is the one of this folder, at its size.
    ///
    /// A note that is none says nothing: anybody can make one. One that is can have been made by nobody else.
    ///
    /// # Errors
    /// [`LogError::RolledBack`] for a larger one, [`LogError::Forked`] for another tree; those of reading tiles.
    pub(crate) fn judge(&self, shown: &Shown) -> Result<bool, LogError> {
        let policy = own_policy(self.origin, self.key)?;
        let note = UnverifiedCheckpoint::parse(&shown.note).and_then(|note| note.verify(&policy));
        let Ok(note) = note else { return Ok(false) };
        let (size, state) = (note.size(), self.state);
        if size > state.size {
            return Err(LogError::RolledBack { who: shown.who.clone(), known: size, got: state.size });
        }
        let got = tree_of(self.source, self.origin, state)?.root_at(size)?;
        if got != note.root() {
            let (who, expected) = (shown.who.clone(), note.root());
            return Err(LogError::Forked { who, size, expected, got });
        }
        Ok(true)
    }
}
