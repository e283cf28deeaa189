//! Another party's published log, of which a few entries are needed: its newest note verified, and each entry against it.

use std::path::{Path, PathBuf};

use detente_checkpoint::{Policy, VerifiedCheckpoint};
use detente_core::{Code, LeafIndex, LogId};
use detente_log::{LogReader, LogSource, VerifiedTree};
use detente_statement::{Body, KeyHistory, UnverifiedStatement};

use super::published;
use crate::args::ReadingArguments;
use crate::failure::Failure;

/// A log whose newest note verified.
pub(crate) struct Counterpart {
    pub(crate) path: PathBuf,
    pub(crate) log: LogId,
    pub(crate) party: String,
    pub(crate) origin: String,
    checkpoint: VerifiedCheckpoint,
    source: Box<dyn LogSource>,
}

impl Counterpart {
    /// Reads the newest note and entry 0. Without a policy the key that entry 0 names is believed.
    pub(crate) fn open(
        path: &Path,
        reading: &ReadingArguments,
        policy: Option<&Policy>,
    ) -> Result<Self, Failure> {
        let reader = LogReader::new(published::source(path, reading)?);
        let note = reader.checkpoint()?;
        let genesis = reader.tree_of(note.claimed().size()).entry(LeafIndex::ZERO)?;
        let own = policy_of(path, &genesis)?;
        let checkpoint = note.verify(policy.unwrap_or(&own))?;
        checkpoint.require_quorum(policy.unwrap_or(&own))?;
        let entry = VerifiedTree::read(reader.source(), checkpoint.head())?.entry(LeafIndex::ZERO)?;
        let (history, _) = KeyHistory::begin(UnverifiedStatement::decode(&entry)?)?;
        let genesis = history.genesis();
        let names_key = checkpoint.is_signed_by(policy.unwrap_or(&own), genesis.checkpoint_key());
        if !names_key || genesis.origin() != checkpoint.origin() {
            return Err(Failure::new(
                Code::UnknownLog,
                path.display().to_string(),
                format!(
                    "expected a checkpoint of {} by the key that entry 0 names, got another",
                    genesis.origin()
                ),
            ));
        }
        Ok(Self {
            path: path.to_owned(),
            log: history.log(),
            party: genesis.party().to_owned(),
            origin: genesis.origin().to_string(),
            checkpoint,
            source: published::source(path, reading)?,
        })
    }

    /// An entry, as the note's signer committed to it.
    pub(crate) fn entry(&self, index: LeafIndex) -> Result<UnverifiedStatement, Failure> {
        if !index.is_below(self.checkpoint.size()) {
            return Err(Failure::new(
                Code::IndexRange,
                self.path.display().to_string(),
                format!("expected an entry below {}, got {index}", self.checkpoint.size()),
            ));
        }
        let entry = VerifiedTree::read(&*self.source, self.checkpoint.head())?.entry(index)?;
        Ok(UnverifiedStatement::decode(&entry)?)
    }

    /// Whether a text is one of the names of this log.
    pub(crate) fn is_called(&self, text: &str) -> bool {
        text == self.party
            || text == self.origin
            || Path::new(text) == self.path
            || text == self.log.to_string()
    }
}

fn policy_of(path: &Path, genesis: &[u8]) -> Result<Policy, Failure> {
    match UnverifiedStatement::decode(genesis)?.unverified_body() {
        Body::Genesis(genesis) => {
            let text = format!("log {}\nquorum none\n", genesis.checkpoint_key());
            Ok(Policy::parse(text.as_bytes(), None)?)
        }
        _ => Err(Failure::new(
            Code::GenesisMisplaced,
            path.display().to_string(),
            "expected a genesis as entry 0, got another statement",
        )),
    }
}
