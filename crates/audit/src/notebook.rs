//! What an auditor keeps of a log between two audits (`specs/audit.md` "Notebook"). The format is this program's:
//!
//! ```text
//! version u8 ‖ note (bytes) ‖ leaf hashes (list of [32]) ‖ statement ids, sealed values (lists of [32], increasing)
//!   ‖ malformed (list of index u64 ‖ code (bytes)) ‖ visible entries (list of index u64 ‖ bytes) ‖ SHA-256 of all before
//! ```

use detente_checkpoint::UnverifiedCheckpoint;
use detente_core::{Code, Digest, LeafIndex};
use detente_merkle::{LeafHash, leaf_hash};
use detente_statement::{KeyHistory, Statement, UnverifiedStatement};

use crate::{
    AuditError, LogState, Malformed,
    note::sha256,
    seen::Seen,
    state::{Content, Start, content},
};

const VERSION: u8 = 1;
const DIGEST: usize = 32;

impl LogState {
    /// The bytes to keep, with the note that an audit of this state found ([`crate::LogSummary::note`]).
    pub fn to_notebook(&self, note: &[u8]) -> Vec<u8> {
        let mut out = vec![VERSION];
        write_bytes(&mut out, note);
        write_digests(&mut out, self.tree.leaves());
        write_digests(&mut out, &self.statements.to_sorted());
        write_digests(&mut out, &self.sealed.to_sorted());
        write_number(&mut out, self.malformed.len() as u64);
        for malformed in &self.malformed {
            write_number(&mut out, malformed.index.get());
            write_bytes(&mut out, malformed.code.as_str().as_bytes());
        }
        write_number(&mut out, self.visible.len() as u64);
        for entry in &self.visible {
            write_number(&mut out, entry.index.get());
            write_bytes(&mut out, &entry.bytes);
        }
        let digest = sha256(&out);
        out.extend_from_slice(digest.as_bytes());
        out
    }

    /// What was kept. Of sealed entries nothing is looked at again: a notebook is the auditor's own.
    ///
    /// # Errors
    /// [`AuditError::MalformedNotebook`] for bytes that were changed, or that do not agree with themselves.
    pub fn from_notebook(bytes: &[u8]) -> Result<Self, AuditError> {
        let (bytes, digest) =
            bytes.split_last_chunk::<DIGEST>().ok_or_else(|| malformed("its own SHA-256 at the end"))?;
        if sha256(bytes).as_bytes() != digest {
            return Err(malformed("bytes that give the SHA-256 at the end"));
        }
        let mut from = Reader { bytes };
        if from.take::<1>()? != [VERSION] {
            return Err(malformed("version 1"));
        }
        let note = from.bytes()?.to_vec();
        let leaves: Vec<_> = from.digests()?.into_iter().map(LeafHash::from_digest).collect();
        let increasing = || malformed("digests in increasing order");
        let statements = Seen::from_sorted(from.digests()?).ok_or_else(increasing)?;
        let sealed = Seen::from_sorted(from.digests()?).ok_or_else(increasing)?;
        let mut state = Self { statements, sealed, ..Self::default() };
        state.tree.extend(&leaves)?;
        for _ in 0..from.number()? {
            let (index, code) = (from.index()?, from.bytes()?);
            let code = Code::ALL.iter().copied().find(|known| known.as_str().as_bytes() == code);
            let code = code.ok_or_else(|| malformed("a code of this version"))?;
            state.malformed.push(Malformed { index, code });
        }
        for _ in 0..from.number()? {
            let (index, entry) = (from.index()?, from.bytes()?);
            if state.tree.leaf(index).ok() != Some(leaf_hash(entry)) {
                return Err(malformed("visible entries that give their leaf hashes"));
            }
            state.remember(index, entry)?;
        }
        if !from.bytes.is_empty() {
            return Err(malformed("nothing after the visible entries"));
        }
        state.require_order()?;
        state.require_note(&note)?;
        state.note = Some(note);
        Ok(state)
    }

    /// An entry that was replayed before, in an earlier run.
    fn remember(&mut self, index: LeafIndex, entry: &[u8]) -> Result<(), AuditError> {
        let refused = |_| malformed("visible entries that were replayed");
        let entry = UnverifiedStatement::decode(entry).map_err(refused)?;
        let Start::Begun(keys) = &mut self.start else {
            let (keys, genesis) = KeyHistory::begin(entry).map_err(refused)?;
            if index != LeafIndex::ZERO {
                return Err(malformed("entry 0 first"));
            }
            self.start = Start::Begun(Box::new(keys));
            self.keep(&genesis, Content::OfTheLog);
            return Ok(());
        };
        let statement: Statement = keys.check(index, entry).map_err(refused)?;
        keys.apply(&statement).map_err(refused)?;
        match content(&statement) {
            Ok(Some(content)) => self.keep(&statement, content),
            Ok(None) | Err(_) => return Err(malformed("entries of visible kinds that are not malformed")),
        }
        Ok(())
    }

    fn require_order(&self) -> Result<(), AuditError> {
        let visible = self.visible.is_sorted_by(|left, right| left.index < right.index);
        let malformed_ones = self.malformed.is_sorted_by(|left, right| left.index < right.index);
        let inside = self.malformed.iter().all(|malformed| malformed.index.is_below(self.size()));
        if visible && malformed_ones && inside {
            return Ok(());
        }
        Err(malformed("entries in increasing order"))
    }

    fn require_note(&self, note: &[u8]) -> Result<(), AuditError> {
        let note = UnverifiedCheckpoint::parse(note).map_err(|_| malformed("a checkpoint"))?;
        let head = note.claimed();
        if self.root_at(head.size()) == Some(head.root()) {
            return Ok(());
        }
        Err(malformed("leaf hashes that give the root of the note"))
    }
}

fn write_number(out: &mut Vec<u8>, number: u64) {
    out.extend_from_slice(&number.to_le_bytes());
}

fn write_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    write_number(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn write_digests(out: &mut Vec<u8>, digests: &[Digest]) {
    write_number(out, digests.len() as u64);
    out.reserve(digests.len() * DIGEST);
    digests.iter().for_each(|digest| out.extend_from_slice(digest.as_bytes()));
}

/// What is left to read; never more is allocated than the bytes that are there.
struct Reader<'a> {
    bytes: &'a [u8],
}

impl<'a> Reader<'a> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], AuditError> {
        let (taken, rest) = self.bytes.split_first_chunk().ok_or_else(cut)?;
        self.bytes = rest;
        Ok(*taken)
    }

    fn number(&mut self) -> Result<u64, AuditError> {
        self.take().map(u64::from_le_bytes)
    }

    fn index(&mut self) -> Result<LeafIndex, AuditError> {
        LeafIndex::new(self.number()?).map_err(|_| malformed("an index of at most 2^63 - 1"))
    }

    fn bytes(&mut self) -> Result<&'a [u8], AuditError> {
        let length = usize::try_from(self.number()?).map_err(|_| cut())?;
        let (taken, rest) = self.bytes.split_at_checked(length).ok_or_else(cut)?;
        self.bytes = rest;
        Ok(taken)
    }

    fn digests(&mut self) -> Result<Vec<Digest>, AuditError> {
        let count = usize::try_from(self.number()?).map_err(|_| cut())?;
        let length = count.checked_mul(DIGEST).ok_or_else(cut)?;
        let (taken, rest) = self.bytes.split_at_checked(length).ok_or_else(cut)?;
        self.bytes = rest;
        let (digests, _) = taken.as_chunks::<DIGEST>();
        Ok(digests.iter().map(|digest| Digest::from_bytes(*digest)).collect())
    }
}

fn cut() -> AuditError {
    malformed("more bytes")
}

const fn malformed(expected: &'static str) -> AuditError {
    AuditError::MalformedNotebook { expected }
}
