//! What stands above the newest signed note of the party's own log, before anything there is signed
//! (`specs/party.md` "Before a signature").

use detente_checkpoint::{Policy, PolicyFiles, PublicKey, VerifiedCheckpoint};
use detente_core::{Digest, LeafIndex, TreeSize};
use detente_log::{LogDirectory, LogError, LogTree, LogWriter};
use detente_merkle::{Frontier, HashReader as _, leaf_hash, tile::FULL_WIDTH};
use detente_statement::UnverifiedStatement;

use crate::issue::is_issued;
use crate::key_events::{is_event, replay};
use crate::record::Record;
use crate::vault::SecretName;
use crate::{Party, PartyError};

/// How much of the log is read to be sure of an unsigned state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Prefix {
    /// Every entry.
    Whole,
    /// Those above the newest note, and the bundle that they begin in; tiles vouch for the others.
    Tiles,
}

impl Party {
    /// Names the vault's own checkpoint key, so that a log of another key is refused however it looks.
    pub(crate) fn own_policy(&self) -> Result<Policy, PartyError> {
        self.policy_of(&self.public(SecretName::CheckpointKey)?)
    }

    fn policy_of(&self, key: &PublicKey) -> Result<Policy, PartyError> {
        let files = PolicyFiles::unwitnessed(self.origin(), key, &[]);
        Ok(Policy::parse(&files.policy, None)?)
    }

    /// Refuses a log that was not written by this party, as far as its next signature would vouch for it: the newest note
    /// is the party's, and what a crash left above it is what the vault was about to publish, upon that note's tree.
    pub(crate) fn require_continuation(&self, writer: &LogWriter, prefix: Prefix) -> Result<(), PartyError> {
        let directory = LogDirectory::open(self.folder.log())?;
        let unverified = directory.checkpoint()?;
        let in_checkpoint = |source| LogError::Note { path: "checkpoint".to_owned(), source };
        // The vault's log id binds genesis, and genesis names the key.
        let policy = self.policy_of(self.checkpoint_key().key())?;
        let note = unverified.verify(&policy).map_err(in_checkpoint)?;
        let (size, root) = writer.state();
        if note.size() == size && note.root() == root {
            return Ok(());
        }
        self.require_tree(&writer.tree(), &note, root, prefix)?;
        self.require_pending(&writer.tree(), note.size())
    }

    /// The entries have the state's root, and those below the note the note's.
    fn require_tree(
        &self,
        tree: &LogTree<'_>,
        note: &VerifiedCheckpoint,
        root: Digest,
        prefix: Prefix,
    ) -> Result<(), PartyError> {
        let size = tree.size();
        let mismatch = |path: &str, size, expected, got| {
            PartyError::Log(LogError::RootMismatch { path: path.to_owned(), size, expected, got })
        };
        let width = u64::from(FULL_WIDTH);
        let first = match prefix {
            Prefix::Whole => 0,
            Prefix::Tiles => note.size().get() / width * width,
        };
        let mut frontier = Frontier::read(tree, TreeSize::new(first.min(size.get()))?)?;
        let mut signed = (frontier.size() == note.size()).then(|| frontier.root());
        for (index, entry) in (first..size.get()).zip(tree.entries(first..size.get())) {
            let leaf = leaf_hash(&entry?);
            // A root that is right says nothing of a tile below the right edge.
            let stored = tree.complete_subtree(0, index)?;
            if stored != leaf.digest() {
                return Err(PartyError::EntryMismatch { index: LeafIndex::new(index)? });
            }
            frontier.push(leaf).map_err(LogError::from)?;
            if frontier.size() == note.size() {
                signed = Some(frontier.root());
            }
        }
        match signed {
            Some(got) if got == note.root() => {}
            got => {
                let got = got.unwrap_or(detente_merkle::EMPTY_ROOT);
                return Err(mismatch("checkpoint", note.size(), note.root(), got));
            }
        }
        if frontier.root() != root {
            return Err(mismatch("state", size, root, frontier.root()));
        }
        Ok(())
    }

    /// Every entry above the note is one that the vault was about to publish, with a signature that readers accept. An
    /// id leaves the signature out, so it alone would let another one through.
    fn require_pending(&self, tree: &LogTree<'_>, signed: TreeSize) -> Result<(), PartyError> {
        let mut events = Vec::new();
        for (index, entry) in (0..signed.get()).zip(tree.entries(0..signed.get())) {
            let entry = entry?;
            if is_event(UnverifiedStatement::decode(&entry)?.unverified_kind()) {
                events.push((LeafIndex::new(index)?, entry));
            }
        }
        let mut history = replay(&events)?;
        let pending = self.vault.pending()?;
        let event = self.vault.keyring()?.pending;
        for (index, entry) in (signed.get()..).zip(tree.entries(signed.get()..tree.size().get())) {
            let index = LeafIndex::new(index)?;
            let statement = UnverifiedStatement::decode(&entry?)?;
            let (id, kind) = (statement.id(), statement.unverified_kind());
            let is_own = if statement.unverified_sealed().is_some() {
                match self.vault.row(index)?.filter(|_| pending.binary_search(&index).is_ok()) {
                    Some(row) => Record::parse(&row.record, index.get())?.statement == id,
                    None => false,
                }
            } else if is_event(kind) {
                event.is_some_and(|event| event.index == index && event.statement == id)
            } else {
                // Has no row: its signature is all there is, and nobody else could make it.
                is_issued(kind)
            };
            if !is_own {
                return Err(PartyError::UnsignedEntry { index });
            }
            let statement = history.check(index, statement)?;
            history.apply(&statement)?;
        }
        Ok(())
    }
}
