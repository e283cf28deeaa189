//! What a writer found in its folder, judged before anything there is signed or gone on from (`specs/log.md` "Before the
//! first signature").

use std::collections::HashMap;

use detente_checkpoint::{NoteKey, Policy, PolicyFiles, TreeHead, VerifiedCheckpoint};
use detente_core::{Digest, LeafIndex, Origin, StatementId, TreeSize};
use detente_merkle::leaf_index;
use detente_statement::{KeyHistory, Kind, StatementError, UnverifiedStatement};

use crate::{
    LogError, LogSource, Store, VerifiedTree, history,
    layout::{CHECKPOINT, STATE},
    state::State,
};

/// Makes sure that the newest note is this key's, that the state's tree goes on from the note's, and that all above it are
/// valid statements of this log. Gives the size that the note signs.
///
/// Without anything above the note this costs the right edge of the tree; with something above it every bundle is read
/// once, since the keys that may sign at the end are known only then.
pub(crate) fn require(
    store: &Store,
    state: State,
    origin: &Origin,
    key: &NoteKey,
) -> Result<TreeSize, LogError> {
    if state == State::EMPTY {
        return Ok(TreeSize::ZERO);
    }
    let note = own_note(store, &own_policy(origin, key)?)?;
    let (signed, root) = note.map_or((TreeSize::ZERO, None), |note| (note.size(), Some(note.root())));
    let tree = tree_of(store, origin, state)?;
    let got = tree.root_at(signed)?;
    if let Some(expected) = root.filter(|root| *root != got) {
        return Err(LogError::RootMismatch { path: CHECKPOINT.to_owned(), size: signed, expected, got });
    }
    if signed < state.size {
        require_entries(&tree, signed.get(), key)?;
    }
    Ok(signed)
}

/// The tree of a state, verified as it is read.
pub(crate) fn tree_of<'a>(
    source: &'a dyn LogSource,
    origin: &Origin,
    state: State,
) -> Result<VerifiedTree<'a>, LogError> {
    let head = TreeHead::new(origin.clone(), state.size, state.root)?;
    VerifiedTree::read(source, &head).map_err(|error| match error {
        LogError::RootMismatch { size, expected, got, .. } => {
            LogError::RootMismatch { path: STATE.to_owned(), size, expected, got }
        }
        other => other,
    })
}

/// A policy that knows the log's own key and nothing else.
pub(crate) fn own_policy(origin: &Origin, key: &NoteKey) -> Result<Policy, LogError> {
    Ok(Policy::parse(&PolicyFiles::unwitnessed(origin, key.key(), &[]).policy, None)?)
}

fn own_note(store: &Store, policy: &Policy) -> Result<Option<VerifiedCheckpoint>, LogError> {
    let Some(bytes) = history::read_note(store, CHECKPOINT)? else { return Ok(None) };
    let note = history::parse_note(CHECKPOINT, &bytes)?.verify(policy);
    note.map(Some).map_err(history::in_note(CHECKPOINT))
}

/// Every entry from `signed` on is what a replay of the whole log would accept there.
fn require_entries(tree: &VerifiedTree<'_>, signed: u64, key: &NoteKey) -> Result<(), LogError> {
    let mut above = Above::default();
    each(tree, signed, |index, statement| above.take(index, &statement))?;
    let mut keys = None;
    each(tree, 0, |index, statement| {
        let malformed = |source| malformed(index, source);
        let is_above = index.get() >= signed;
        if !is_above {
            above.require_not(index, &statement)?;
        }
        let Some(history) = &mut keys else {
            let (history, _) = KeyHistory::begin(statement).map_err(malformed)?;
            let expected = history.genesis().checkpoint_key();
            if expected != key {
                return Err(LogError::OtherSigner { expected: expected.to_string(), got: key.to_string() });
            }
            keys = Some(history);
            return Ok(());
        };
        if !is_above && !is_event(statement.unverified_kind()) {
            return Ok(());
        }
        if let Some(closed) = history.closed() {
            return Err(malformed(StatementError::EntryAfterClose { index, closed }));
        }
        let statement = history.check(index, statement).map_err(malformed)?;
        history.apply(&statement).map_err(malformed)
    })
}

/// What must not occur twice, of the entries above the note.
#[derive(Default)]
struct Above {
    statements: HashMap<StatementId, LeafIndex>,
    sealed: HashMap<Digest, LeafIndex>,
}

impl Above {
    fn take(&mut self, index: LeafIndex, statement: &UnverifiedStatement) -> Result<(), LogError> {
        let id = statement.id();
        if let Some(first) = self.statements.insert(id, index) {
            return Err(malformed(index, StatementError::DuplicateStatement { index, id, first }));
        }
        match statement.unverified_sealed().and_then(|sealed| self.sealed.insert(sealed, index)) {
            Some(first) => Err(malformed(index, StatementError::DuplicateSealed { index, first })),
            None => Ok(()),
        }
    }

    /// An entry below the note that is there again above it.
    fn require_not(&self, first: LeafIndex, statement: &UnverifiedStatement) -> Result<(), LogError> {
        let id = statement.id();
        if let Some(index) = self.statements.get(&id).copied() {
            return Err(malformed(index, StatementError::DuplicateStatement { index, id, first }));
        }
        match statement.unverified_sealed().and_then(|sealed| self.sealed.get(&sealed).copied()) {
            Some(index) => Err(malformed(index, StatementError::DuplicateSealed { index, first })),
            None => Ok(()),
        }
    }
}

/// The statements from an index on, in order.
fn each(
    tree: &VerifiedTree<'_>,
    start: u64,
    mut act: impl FnMut(LeafIndex, UnverifiedStatement) -> Result<(), LogError>,
) -> Result<(), LogError> {
    tree.each(start..tree.size().get(), |index, entry| {
        let index = leaf_index(index)?;
        act(index, UnverifiedStatement::decode(entry).map_err(|source| malformed(index, source))?)
    })
}

fn malformed(index: LeafIndex, source: StatementError) -> LogError {
    LogError::Entry { index, source: Box::new(source) }
}

const fn is_event(kind: Kind) -> bool {
    matches!(kind, Kind::Genesis | Kind::KeyAdd | Kind::KeyRotate | Kind::KeyRevoke | Kind::LogClose)
}
