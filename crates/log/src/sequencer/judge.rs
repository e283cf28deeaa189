//! What is checked at an entry's place, in order: everything that depends on what came before.

use std::collections::HashMap;

use detente_core::{Digest, LeafIndex, StatementId};
use detente_merkle::{LeafHash, leaf_index};
use detente_statement::{KeyHistory, Statement, StatementError};

use super::submission::Checked;
use crate::{
    LogError, LogTree,
    index::{Index, Indexed},
};

/// One batch in the making, on top of what is in the log.
pub(super) struct Judge<'a> {
    index: &'a Index,
    tree: &'a LogTree<'a>,
    keys: Option<KeyHistory>,
    statements: HashMap<StatementId, (LeafIndex, LeafHash)>,
    sealed: HashMap<Digest, LeafIndex>,
    accepted: Vec<Indexed>,
    events: bool,
}

/// What becomes of an entry.
pub(super) enum Verdict {
    /// It takes the next place of the batch.
    Accepted(LeafIndex),
    /// The same bytes have a place: in the log, or before it in the batch.
    Repeated(LeafIndex),
    /// It is no valid statement here.
    Refused(StatementError),
}

/// What the batch leads to.
pub(super) struct Judged {
    pub(super) keys: Option<KeyHistory>,
    pub(super) accepted: Vec<Indexed>,
    /// Whether the keys are others than before.
    pub(super) events: bool,
}

impl<'a> Judge<'a> {
    pub(super) fn new(index: &'a Index, tree: &'a LogTree<'a>, keys: Option<KeyHistory>) -> Self {
        Self {
            index,
            tree,
            keys,
            statements: HashMap::new(),
            sealed: HashMap::new(),
            accepted: Vec::new(),
            events: false,
        }
    }

    /// Judges the next entry.
    ///
    /// # Errors
    /// Only when the index or the log cannot be read.
    pub(super) fn place(&mut self, leaf: LeafHash, statement: Checked) -> Result<Verdict, LogError> {
        let id = statement.id();
        let first = match self.statements.get(&id) {
            Some(first) => Some(*first),
            None => self.index.statement(self.tree, id)?,
        };
        // The same bytes have the same id.
        let first = match first {
            Some((index, known)) if known == leaf => return Ok(Verdict::Repeated(index)),
            first => first.map(|(index, _)| index),
        };
        let index = leaf_index(self.tree.size().get() + self.accepted.len() as u64)?;
        let checked = match (&self.keys, statement) {
            (None, Checked::Genesis(genesis)) => KeyHistory::begin(genesis).map(|(keys, statement)| {
                self.keys = Some(keys);
                (statement, true)
            }),
            (Some(keys), Checked::Signed(signed)) => {
                keys.check_signed(index, signed).map(|statement| (statement, false))
            }
            (_, Checked::Genesis(statement)) => {
                Err(StatementError::GenesisMisplaced { index, kind: statement.unverified_kind() })
            }
            (None, Checked::Signed(signed)) => {
                let kind = signed.as_unverified().unverified_kind();
                Err(StatementError::GenesisMisplaced { index, kind })
            }
        };
        let admitted = match checked {
            Ok((statement, true)) => Ok(statement),
            Ok((statement, false)) => self.admit(statement, first)?,
            Err(error) => Err(error),
        };
        let statement = match admitted {
            Ok(statement) => statement,
            Err(error) => return Ok(Verdict::Refused(error)),
        };
        let entry = Indexed::of(leaf, &statement);
        self.events |= entry.event;
        self.statements.insert(entry.statement, (index, leaf));
        if let Some(sealed) = entry.sealed {
            self.sealed.insert(sealed, index);
        }
        self.accepted.push(entry);
        Ok(Verdict::Accepted(index))
    }

    /// What a replay asks after *check* (`specs/statement.md` "Replay a log"). `first` is where the id occurred.
    fn admit(
        &mut self,
        statement: Statement,
        first: Option<LeafIndex>,
    ) -> Result<Result<Statement, StatementError>, LogError> {
        let (index, id) = (statement.index(), statement.id());
        if let Some(closed) = self.keys.as_ref().and_then(KeyHistory::closed) {
            return Ok(Err(StatementError::EntryAfterClose { index, closed }));
        }
        if let Some(first) = first {
            return Ok(Err(StatementError::DuplicateStatement { index, id, first }));
        }
        if let Some(sealed) = statement.sealed() {
            let first = match self.sealed.get(&sealed) {
                Some(first) => Some(*first),
                None => self.index.sealed(self.tree, sealed)?,
            };
            if let Some(first) = first {
                return Ok(Err(StatementError::DuplicateSealed { index, first }));
            }
        }
        if let Some(keys) = &mut self.keys
            && let Err(error) = keys.apply(&statement)
        {
            return Ok(Err(error));
        }
        Ok(Ok(statement))
    }

    pub(super) fn finish(self) -> Judged {
        Judged { keys: self.keys, accepted: self.accepted, events: self.events }
    }
}
