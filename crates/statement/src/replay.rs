//! The rules that need every entry of a log (`specs/statement.md` "Replay a log").

use std::collections::HashMap;

use detente_core::{Digest, LeafIndex, StatementId};

use crate::{KeyHistory, SignedStatement, Statement, StatementError, UnverifiedStatement};

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
        let index = self.index()?;
        match &self.keys {
            None => {
                let (history, statement) = KeyHistory::begin(entry)?;
                self.keys = Some(history);
                self.note(&statement);
                Ok(statement)
            }
            Some(history) => {
                let statement = history.check(index, entry)?;
                self.admit(statement)
            }
        }
    }

    /// Reads the next entry, not the first, when its signature was verified before: [`Self::push`] gives the same.
    ///
    /// # Errors
    /// As [`Self::push`]; [`StatementError::GenesisMisplaced`] before entry 0 was read. The replay is unchanged then.
    pub fn push_signed(&mut self, signed: SignedStatement) -> Result<Statement, StatementError> {
        let index = self.index()?;
        let Some(history) = &self.keys else {
            let kind = signed.as_unverified().unverified_kind();
            return Err(StatementError::GenesisMisplaced { index, kind });
        };
        let statement = history.check_signed(index, signed)?;
        self.admit(statement)
    }

    fn index(&self) -> Result<LeafIndex, StatementError> {
        LeafIndex::new(self.next).map_err(StatementError::Build)
    }

    /// The steps after *check*.
    fn admit(&mut self, statement: Statement) -> Result<Statement, StatementError> {
        let (index, id) = (statement.index(), statement.id());
        if let Some(closed) = self.keys.as_ref().and_then(KeyHistory::closed) {
            return Err(StatementError::EntryAfterClose { index, closed });
        }
        if let Some(first) = self.statements.get(&id) {
            return Err(StatementError::DuplicateStatement { index, id, first: *first });
        }
        if let Some(first) = statement.sealed().and_then(|sealed| self.sealed.get(&sealed)) {
            return Err(StatementError::DuplicateSealed { index, first: *first });
        }
        if let Some(history) = &mut self.keys {
            history.apply(&statement)?;
        }
        self.note(&statement);
        Ok(statement)
    }

    fn note(&mut self, statement: &Statement) {
        self.statements.insert(statement.id(), statement.index());
        if let Some(sealed) = statement.sealed() {
            self.sealed.insert(sealed, statement.index());
        }
        self.next += 1;
    }
}
