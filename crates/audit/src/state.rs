//! What an auditor keeps of a log's entries (`specs/audit.md` "Procedure", steps 2.4 and 2.5).

use detente_agreement::{Body as Said, KINDS};
use detente_checkpoint::UnverifiedAnchor;
use detente_core::{Code, Digest, LeafIndex, LogId, StatementId, TreeSize};
use detente_merkle::{LeafHash, MerkleError, Tree, leaf_hash, leaf_index};
use detente_statement::{
    Body, KeyHistory, Kind, SignedStatement, Statement, StatementError, UnverifiedStatement,
};

use crate::{parallel, seen::Seen};

/// Entries that are prepared together, before the first of them is replayed.
const TOGETHER: usize = 4_096;

/// A log's entries, replayed as far as they were pushed. It takes about 130 bytes a sealed entry, and those of visible
/// kinds whole.
///
/// No policy enters here and no note: what the entries are worth, [`crate::Case::audit`] decides.
#[derive(Debug, Clone, Default)]
pub struct LogState {
    pub(crate) tree: Tree,
    pub(crate) start: Start,
    pub(crate) statements: Seen,
    pub(crate) sealed: Seen,
    /// By increasing index.
    pub(crate) visible: Vec<Entry>,
    /// By increasing index.
    pub(crate) malformed: Vec<Malformed>,
    /// The note of the notebook that this was read from.
    pub(crate) note: Option<Vec<u8>>,
}

/// What entry 0 gave.
#[derive(Debug, Clone, Default)]
pub(crate) enum Start {
    /// It is not here yet.
    #[default]
    Awaited,
    /// No log begins like this; what follows is hashed and not read.
    Failed(StatementError),
    /// The keys as of the last entry.
    Begun(Box<KeyHistory>),
}

/// An entry of a visible kind that is not malformed, as far as it can be told without a policy.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) index: LeafIndex,
    pub(crate) id: StatementId,
    pub(crate) kind: Kind,
    pub(crate) bytes: Box<[u8]>,
    pub(crate) content: Content,
}

/// What a visible entry holds.
#[derive(Debug, Clone)]
pub(crate) enum Content {
    Body(Box<Said>),
    /// An anchor whose form is right; parsed again when there is a policy, because its note is long.
    Anchor,
    OfTheLog,
    Opaque,
}

/// A leaf that is no valid statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed {
    /// Where it is.
    pub index: LeafIndex,
    /// Why.
    pub code: Code,
}

impl LogState {
    /// Nothing was read yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// How many entries were pushed.
    pub const fn size(&self) -> TreeSize {
        self.tree.size()
    }

    /// The log's id, when entry 0 is here: its leaf hash, whatever else it is.
    pub fn log(&self) -> Option<LogId> {
        self.tree.leaf(LeafIndex::ZERO).ok().map(|leaf| LogId::new(leaf.digest()))
    }

    /// The note of the notebook that this was read from: what the log showed an earlier audit.
    pub fn noted(&self) -> Option<&[u8]> {
        self.note.as_deref()
    }

    /// Reads the next entries, in order. One at a time or many, the result is the same; many are read on all cores when
    /// feature `parallel` is on.
    ///
    /// # Errors
    /// [`MerkleError::IndexRange`] beyond 2^63 - 1 entries. Nothing that an entry holds is an error here.
    pub fn push<E: AsRef<[u8]> + Sync>(&mut self, entries: &[E]) -> Result<(), MerkleError> {
        // Entry 0 brings the keys by which the others are prepared.
        let (first, rest) = entries.split_at(usize::from(self.size() == TreeSize::ZERO).min(entries.len()));
        for entries in first.chunks(TOGETHER).chain(rest.chunks(TOGETHER)) {
            self.push_together(entries)?;
        }
        Ok(())
    }

    /// The root of the first leaves; `None` above the size.
    pub fn root_at(&self, size: TreeSize) -> Option<Digest> {
        self.tree.root_at(size).ok()
    }

    /// The keys, when entry 0 begins a log.
    pub(crate) fn keys(&self) -> Option<&KeyHistory> {
        match &self.start {
            Start::Begun(keys) => Some(keys),
            Start::Awaited | Start::Failed(_) => None,
        }
    }

    fn push_together<E: AsRef<[u8]> + Sync>(&mut self, entries: &[E]) -> Result<(), MerkleError> {
        let keys = self.keys();
        let prepared = parallel::map(entries, |entry| prepare(entry.as_ref(), keys));
        let first = self.tree.size().get();
        let leaves: Vec<_> = prepared.iter().map(|(leaf, _)| *leaf).collect();
        self.tree.extend(&leaves)?;
        for ((place, entry), (_, signed)) in (first..).zip(entries).zip(prepared) {
            self.read(leaf_index(place)?, entry.as_ref(), signed);
        }
        Ok(())
    }

    fn read(&mut self, index: LeafIndex, bytes: &[u8], signed: Option<SignedStatement>) {
        match &self.start {
            Start::Failed(_) => {}
            Start::Awaited => match UnverifiedStatement::decode(bytes).and_then(KeyHistory::begin) {
                Ok((keys, genesis)) => {
                    self.start = Start::Begun(Box::new(keys));
                    self.statements.insert(genesis.id().digest());
                    self.keep(&genesis, Content::OfTheLog);
                }
                Err(error) => self.start = Start::Failed(error),
            },
            Start::Begun(_) => {
                if let Err(code) = self.replay(index, bytes, signed) {
                    self.malformed.push(Malformed { index, code });
                }
            }
        }
    }

    /// As *Replay a log*, then the body.
    fn replay(
        &mut self,
        index: LeafIndex,
        bytes: &[u8],
        signed: Option<SignedStatement>,
    ) -> Result<(), Code> {
        let Start::Begun(keys) = &mut self.start else { return Ok(()) };
        let code = |error: StatementError| error.code();
        let statement = match signed {
            Some(signed) => keys.check_signed(index, signed),
            None => UnverifiedStatement::decode(bytes).and_then(|entry| keys.check(index, entry)),
        };
        let statement = statement.map_err(code)?;
        if keys.closed().is_some() {
            return Err(Code::EntryAfterClose);
        }
        if self.statements.contains(&statement.id().digest()) {
            return Err(Code::DuplicateStatement);
        }
        if statement.sealed().is_some_and(|sealed| self.sealed.contains(&sealed)) {
            return Err(Code::DuplicateSealed);
        }
        keys.apply(&statement).map_err(code)?;
        // A body that fails is as good as none, but its statement was made.
        self.statements.insert(statement.id().digest());
        let content = content(&statement)?;
        if let Some(sealed) = statement.sealed() {
            self.sealed.insert(sealed);
        }
        if let Some(content) = content {
            self.keep(&statement, content);
        }
        Ok(())
    }

    pub(crate) fn keep(&mut self, statement: &Statement, content: Content) {
        self.visible.push(Entry {
            index: statement.index(),
            id: statement.id(),
            kind: statement.kind(),
            bytes: statement.bytes().into(),
            content,
        });
    }
}

/// The dear half: what needs no order.
fn prepare(entry: &[u8], keys: Option<&KeyHistory>) -> (LeafHash, Option<SignedStatement>) {
    (leaf_hash(entry), keys.and_then(|keys| keys.prepare(entry)))
}

/// What a statement of a visible kind holds; `None` for a sealed one.
pub(crate) fn content(statement: &Statement) -> Result<Option<Content>, Code> {
    let (kind, bytes) = match statement.body() {
        Body::Sealed => return Ok(None),
        Body::Opaque(bytes) => (statement.kind(), bytes),
        _ => return Ok(Some(Content::OfTheLog)),
    };
    if kind == Kind::Anchor {
        UnverifiedAnchor::parse(bytes).map_err(|error| error.code())?;
        return Ok(Some(Content::Anchor));
    }
    if !KINDS.contains(&kind) {
        return Ok(Some(Content::Opaque));
    }
    if statement.sealed().is_some() {
        return Err(Code::MalformedStatement);
    }
    let body = Said::decode(kind, bytes).map_err(|error| error.code())?;
    Ok(Some(Content::Body(Box::new(body))))
}
