//! One log of an audit: its notes, its tree, what was found wrong in it (`specs/audit.md` "Procedure", step 2).

use std::collections::BTreeMap;

use detente_checkpoint::{KeyType, NoteKey};
use detente_core::{Code, Digest, LeafIndex, LogId, TreeSize, UnixSeconds};
use detente_finding::Finding;
use detente_merkle::prove_prefix;
use detente_statement::Genesis;

use crate::{
    AuditError, Case, CaseParty, Fork, LogState, note,
    note::Note,
    parallel,
    state::{Entry, Start},
};

/// A log that is at hand.
#[derive(Debug, Clone, Copy)]
pub struct LogInput<'a> {
    /// Which log the entries and notes are meant to be of.
    pub log: LogId,
    /// Every signed note that there is, in any order.
    pub notes: &'a [Vec<u8>],
    /// The entries.
    pub state: &'a LogState,
}

/// A log whose notes, tree and genesis are in order.
#[derive(Debug, Clone)]
pub(crate) struct AuditedLog<'a> {
    pub(crate) party: CaseParty,
    pub(crate) state: &'a LogState,
    /// How much of it was seen by the time asked about.
    pub(crate) size: TreeSize,
    /// The note that shows it: of several the one with the smallest SHA-256. None when nothing was seen.
    pub(crate) audited: Option<Note>,
    /// Every note of the audited tree that may give times: those handed over up to the audited size, those of anchors
    /// and of presentations.
    pub(crate) notes: Vec<Note>,
    /// Those handed over above it: they give no times, and may be half of a finding.
    pub(crate) above: Vec<Note>,
    /// Entries below the audited size that are no valid statements.
    pub(crate) malformed: BTreeMap<LeafIndex, Code>,
    /// Of each anchor that is not malformed: which log it names and how much of it is covered.
    pub(crate) anchors: BTreeMap<LeafIndex, (LogId, Option<TreeSize>)>,
}

impl<'a> AuditedLog<'a> {
    /// Step 2.
    pub(crate) fn read(
        case: &Case,
        party: &CaseParty,
        input: &LogInput<'a>,
        at: UnixSeconds,
    ) -> Result<Self, AuditError> {
        let notes = read_notes(case, party, input.notes)?;
        let state = input.state;
        require_not_older(case, party, state, &notes)?;
        let size = audited_size(case, party, &notes, at)?;
        let got = state.size();
        if got < size {
            return Err(AuditError::MissingEntries { party: party.id.clone(), expected: size, got });
        }
        let mut log = Self {
            party: party.clone(),
            state,
            size,
            audited: None,
            notes: Vec::new(),
            above: Vec::new(),
            malformed: state
                .malformed
                .iter()
                .filter(|malformed| malformed.index.is_below(size))
                .map(|malformed| (malformed.index, malformed.code))
                .collect(),
            anchors: BTreeMap::new(),
        };
        log.require_roots(case, &notes)?;
        log.require_genesis(case, &notes)?;
        (log.notes, log.above) = notes.into_iter().partition(|note| note.size() <= size);
        Ok(log)
    }

    /// Entries of visible kinds below the audited size, anchors that turned out malformed included.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &'a Entry> {
        let size = self.size;
        self.state.visible.iter().take_while(move |entry| entry.index.is_below(size))
    }

    /// Whether the note is of this tree; `None` when it is larger than the entries that there are.
    pub(crate) fn has(&self, note: &Note) -> Option<bool> {
        self.state.root_at(note.size()).map(|root| root == note.checkpoint.root())
    }

    /// The fork that a note of another tree shows.
    pub(crate) fn fork(&self, case: &Case, place: String, note: &Note, others: &[Note]) -> AuditError {
        // What an earlier audit was shown is as good a witness as what is shown now.
        let kept = self.state.noted().and_then(|bytes| Note::read(bytes, &case.policy).ok());
        let candidates = others.iter().chain(&self.notes).chain(&self.above).chain(&kept);
        let finding = candidates
            .filter(|other| other.size() >= note.size() && self.has(other) == Some(true))
            .find_map(|other| self.finding(case, note, other));
        AuditError::Fork(Box::new(Fork {
            party: self.party.id.clone(),
            note: place,
            size: note.size(),
            expected: self.state.root_at(note.size()).unwrap_or(Digest::ZERO),
            got: note.checkpoint.root(),
            finding,
        }))
    }

    /// That one key signed a note of another tree, and one of this tree that is not smaller.
    fn finding(&self, case: &Case, foreign: &Note, own: &Note) -> Option<Finding> {
        // Of two notes of one size either may be the second, whose root it is; it is filled in.
        let hashes = if foreign.size() == own.size() {
            Vec::new()
        } else {
            prove_prefix(&self.state.tree, foreign.size(), own.size()).ok()?
        };
        let name = self.party.origin.key_name();
        let keys = case.policy.logs().iter().map(|log| log.key()).filter(|key| key.name() == name);
        let notes = [foreign.checkpoint.note(), own.checkpoint.note()];
        let signed_both = |key: &&NoteKey| {
            key.kind() == KeyType::Log
                && notes.iter().all(|note| note.signatures().iter().any(|line| line.is_of(key)))
        };
        keys.filter(signed_both).find_map(|key| Finding::fork(key, notes, &hashes).ok())
    }

    /// Step 2.3, for sizes that there are entries of.
    fn require_roots(&self, case: &Case, notes: &[Note]) -> Result<(), AuditError> {
        let mut order: Vec<_> = notes.iter().enumerate().collect();
        order.sort_by_key(|(number, note)| (note.size(), *number));
        for (number, note) in order {
            if self.has(note) != Some(false) {
                continue;
            }
            let is_audited = note.size() == self.size;
            let agrees = |other: &Note| other.size() == self.size && self.has(other) == Some(true);
            if is_audited && !notes.iter().any(agrees) {
                return Err(AuditError::RootMismatch {
                    party: self.party.id.clone(),
                    size: self.size,
                    expected: note.checkpoint.root(),
                    got: self.state.root_at(self.size).unwrap_or(Digest::ZERO),
                });
            }
            return Err(self.fork(case, format!("note {number}"), note, notes));
        }
        Ok(())
    }

    /// Step 2.4, unless nothing was seen.
    fn require_genesis(&mut self, case: &Case, notes: &[Note]) -> Result<(), AuditError> {
        if self.size == TreeSize::ZERO {
            return Ok(());
        }
        let party = &self.party;
        let genesis = genesis(party, self.state)?;
        if let Some(got) = self.state.log().filter(|got| *got != party.log) {
            return Err(AuditError::LogMismatch { party: party.id.clone(), expected: party.log, got });
        }
        if *genesis.origin() != party.origin {
            return Err(other_origin(party, "entry 0".to_owned(), genesis.origin().as_str()));
        }
        let key = genesis.checkpoint_key();
        let of_size = notes.iter().filter(|note| note.size() == self.size);
        let signed = of_size.filter(|note| note.checkpoint.is_signed_by(&case.policy, key));
        self.audited = signed.min_by_key(|note| note.digest).cloned();
        if self.audited.is_none() {
            let (party, vkey) = (party.id.clone(), key.to_string());
            return Err(AuditError::UnknownGenesisKey { party, vkey });
        }
        Ok(())
    }
}

/// Step 2.1.
fn read_notes(case: &Case, party: &CaseParty, notes: &[Vec<u8>]) -> Result<Vec<Note>, AuditError> {
    let read = parallel::map(notes, |bytes| Note::read(bytes, &case.policy));
    let check = |(number, note): (usize, Result<Note, _>)| {
        let note = note.map_err(|source| AuditError::Note { party: party.id.clone(), number, source })?;
        match note.checkpoint.origin() {
            origin if *origin == party.origin => Ok(note),
            origin => Err(other_origin(party, format!("note {number}"), origin.as_str())),
        }
    };
    read.into_iter().enumerate().map(check).collect()
}

/// Step 2.2.
fn audited_size(
    case: &Case,
    party: &CaseParty,
    notes: &[Note],
    at: UnixSeconds,
) -> Result<TreeSize, AuditError> {
    let met = |until| {
        let heads = note::heads(notes, &case.policy, until);
        let heads =
            heads.map_err(|source| AuditError::Note { party: party.id.clone(), number: 0, source })?;
        Ok::<_, AuditError>(heads.into_iter().filter(|head| head.met).map(|head| head.size).max())
    };
    if let Some(size) = met(at)? {
        return Ok(size);
    }
    if notes.is_empty() || met(UnixSeconds::LAST)?.is_some() {
        return Ok(TreeSize::ZERO);
    }
    let quorum = case.policy.quorum_name().unwrap_or_default().to_owned();
    Err(AuditError::UnderWitnessed { party: party.id.clone(), quorum })
}

/// What was shown once is not taken back.
fn require_not_older(
    case: &Case,
    party: &CaseParty,
    state: &LogState,
    notes: &[Note],
) -> Result<(), AuditError> {
    let Some(kept) = state.noted() else { return Ok(()) };
    if let Some(got) = state.log().filter(|got| *got != party.log) {
        return Err(AuditError::LogMismatch { party: party.id.clone(), expected: party.log, got });
    }
    let kept = Note::read(kept, &case.policy);
    let expected =
        kept.map_err(|_| AuditError::MalformedNotebook { expected: "a note of this policy" })?.size();
    let got = notes.iter().map(Note::size).max().unwrap_or(TreeSize::ZERO);
    if got < expected {
        return Err(AuditError::OlderCheckpoint { party: party.id.clone(), expected, got });
    }
    Ok(())
}

fn genesis<'s>(party: &CaseParty, state: &'s LogState) -> Result<&'s Genesis, AuditError> {
    match &state.start {
        Start::Begun(keys) => Ok(keys.genesis()),
        Start::Failed(source) => Err(AuditError::Genesis { party: party.id.clone(), source: source.clone() }),
        // Entries were counted before.
        Start::Awaited => {
            let (expected, got) = (TreeSize::ZERO, state.size());
            Err(AuditError::MissingEntries { party: party.id.clone(), expected, got })
        }
    }
}

fn other_origin(party: &CaseParty, place: String, got: &str) -> AuditError {
    let (party, expected) = (party.id.clone(), party.origin.to_string());
    AuditError::OriginMismatch { party, place, expected, got: got.to_owned() }
}
