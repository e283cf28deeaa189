//! The rules that need every entry of a log (`specs/statement.md` "Replay a log").

use std::collections::HashMap;

use detente_core::{Digest, LeafIndex, StatementId};

use crate::{KeyHistory, Statement, StatementError, UnverifiedStatement};

/// Reads a log's entries in order and keeps what later ones are checked against.
///
/// Memory grows with the number of entries: two digests each.
#[derive(Debug, Clone, Default)]
pub struct Replay {
    next: u64,
    keys: Option<KeyHistory>,
    statements: HashMap<StatementId, LeafIndex>,
    sealed: HashMap<Digest, LeafIndex>,
}

impl Replay {
    /// A replay that has read nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// The key history, from entry 0 on.
    pub const fn keys(&self) -> Option<&KeyHistory> {
        self.keys.as_ref()
    }

    /// How many entries were read.
    pub const fn read(&self) -> u64 {
        self.next
    }

    /// Reads the next entry.
    ///
    /// # Errors
    /// Those of [`UnverifiedStatement::decode`], [`KeyHistory`], and [`StatementError::EntryAfterClose`],
    /// [`StatementError::DuplicateStatement`], [`StatementError::DuplicateSealed`]. The replay is unchanged then.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Statement, StatementError> {
        let entry = UnverifiedStatement::decode(bytes)?;
        let index = LeafIndex::new(self.next).map_err(StatementError::Build)?;
        let statement = match &mut self.keys {
            None => {
                let (history, statement) = KeyHistory::begin(entry)?;
                self.keys = Some(history);
                statement
            }
            Some(history) => {
                let statement = history.check(index, entry)?;
                if let Some(closed) = history.closed() {
                    return Err(StatementError::EntryAfterClose { index, closed });
                }
                let id = statement.id();
                if let Some(first) = self.statements.get(&id) {
                    return Err(StatementError::DuplicateStatement { index, id, first: *first });
                }
                if let Some(first) = statement.sealed().and_then(|sealed| self.sealed.get(&sealed)) {
                    return Err(StatementError::DuplicateSealed { index, first: *first });
                }
                history.apply(&statement)?;
                statement
            }
        };
        self.statements.insert(statement.id(), index);
        if let Some(sealed) = statement.sealed() {
            self.sealed.insert(sealed, index);
        }
        self.next += 1;
        Ok(statement)
    }
}
