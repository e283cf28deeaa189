//! An open party: its vault, its keys and the lock on its log.

use std::sync::Arc;

use detente_checkpoint::{Ed25519Signer, NoteKey, PublicKey, SigningKey};
use detente_core::{Digest, LeafIndex, LogId, Origin};
use detente_log::{LogDirectory, LogSigner, LogTree, LogWriter};
use detente_statement::{KeyHistory, UnverifiedStatement};

use crate::party_key::PartyKey;
use crate::record::Record;
use crate::secret::Secret;
use crate::steps::Steps;
use crate::token::Tokens;
use crate::vault::{Row, SecretName, Vault};
use crate::{PartyError, PartyFolder, PartyHook, TokenAccess, Unlock, issue, receipts};

/// A party whose vault is open.
pub struct Party {
    pub(crate) folder: PartyFolder,
    pub(crate) vault: Vault,
    pub(crate) log: LogId,
    pub(crate) genesis: KeyHistory,
    pub(crate) master: Secret,
    pub(crate) epoch: Digest,
    pub(crate) steps: Steps,
    pub(crate) tokens: Tokens,
    pub(crate) access: TokenAccess,
}

impl Party {
    /// Opens the vault and reads the log's genesis.
    ///
    /// # Errors
    /// [`PartyError::NoVault`], [`PartyError::WrongUnlock`], [`PartyError::Log`], [`PartyError::Statement`].
    pub fn open(folder: PartyFolder, unlock: &Unlock) -> Result<Self, PartyError> {
        Self::open_announced(folder, unlock, Steps::default())
    }

    /// [`Self::open`] of a party whose durable steps are announced from now on.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_with_hook(
        folder: PartyFolder,
        unlock: &Unlock,
        hook: impl PartyHook + 'static,
    ) -> Result<Self, PartyError> {
        Self::open_announced(folder, unlock, Steps::new(hook))
    }

    fn open_announced(folder: PartyFolder, unlock: &Unlock, steps: Steps) -> Result<Self, PartyError> {
        folder.require()?;
        let vault = Vault::open(&folder.vault(), unlock)?.announced(&folder.vault(), &steps);
        Self::with_vault(folder, vault, steps)
    }

    /// A vault beside the log in the folder, which must be the one that it was made with.
    pub(crate) fn with_vault(folder: PartyFolder, vault: Vault, steps: Steps) -> Result<Self, PartyError> {
        let genesis = LogDirectory::open(folder.log())?.entry(LeafIndex::ZERO)?;
        let (genesis, _) = KeyHistory::begin(UnverifiedStatement::decode(&genesis)?)?;
        let (expected, got) = (vault.log()?, genesis.log());
        if got != expected {
            return Err(PartyError::ForeignLog { path: folder.log(), expected, got });
        }
        let master = vault.secret(SecretName::Master)?;
        let epoch = Digest::from_bytes(*vault.secret(SecretName::Epoch)?.expose());
        let (tokens, access) = (Tokens::default(), TokenAccess::none());
        Ok(Self { folder, log: genesis.log(), genesis, vault, master, epoch, steps, tokens, access })
    }

    /// Lets the party use keys that live in tokens. Without, they are seen and cannot sign.
    pub fn use_tokens(&mut self, access: TokenAccess) {
        self.access = access;
    }

    /// The id of its log.
    pub const fn log(&self) -> LogId {
        self.log
    }

    /// The party's name, as its genesis says.
    pub fn name(&self) -> &str {
        self.genesis.genesis().party()
    }

    /// The origin of its log.
    pub fn origin(&self) -> &Origin {
        self.genesis.genesis().origin()
    }

    /// The log's checkpoint key, lent to whoever serves the log; one in a token asks for the token.
    ///
    /// # Errors
    /// [`PartyError`] of the vault or the token.
    pub fn checkpoint_signer(&self) -> Result<Arc<dyn Ed25519Signer>, PartyError> {
        Ok(Arc::new(self.key(SecretName::CheckpointKey)?))
    }

    /// Lets another unlock file or passphrase open the vault, and no longer the one that it was opened with. Only the
    /// data key is sealed anew: older copies of the vault open as they did.
    ///
    /// # Errors
    /// [`PartyError`] of the vault.
    pub fn rewrap(&mut self, unlock: &Unlock) -> Result<(), PartyError> {
        self.vault.rewrap(unlock)
    }

    /// A key, ready to sign; one in a token asks for the token.
    pub(crate) fn key(&self, name: SecretName) -> Result<PartyKey, PartyError> {
        let ring = self.vault.keyring()?;
        match ring.place(name.number()) {
            Some(place) => {
                let module = ring.module_of(&place.serial).unwrap_or(&place.module);
                Ok(PartyKey::Token(self.tokens.key(&self.access, module, place)?))
            }
            None => Ok(PartyKey::Vault(self.seeded_key(name)?)),
        }
    }

    /// Its public half, for which no token is needed.
    pub(crate) fn public(&self, name: SecretName) -> Result<PublicKey, PartyError> {
        match self.vault.keyring()?.place(name.number()) {
            Some(place) => Ok(place.public),
            None => Ok(self.seeded_key(name)?.public()),
        }
    }

    /// The log's checkpoint key as its vkey.
    pub(crate) fn checkpoint_key(&self) -> &NoteKey {
        self.genesis.genesis().checkpoint_key()
    }

    fn seeded_key(&self, name: SecretName) -> Result<SigningKey, PartyError> {
        Ok(SigningKey::from_seed(self.vault.secret(name)?.expose()))
    }

    pub(crate) fn log_signer(&self) -> Result<LogSigner, PartyError> {
        Ok(LogSigner::new(self.genesis.genesis().origin().clone(), self.key(SecretName::CheckpointKey)?))
    }

    /// Locks the log, finishes what a crash interrupted, and settles rows that were pending then.
    pub(crate) fn open_log(&mut self) -> Result<LogWriter, PartyError> {
        let mut writer = LogWriter::open_in(self.steps.store(self.folder.log()))?;
        // The folder may have been replaced since: a state is signed only if this party made it.
        self.require_continuation(&mut writer)?;
        if writer.is_unsigned() {
            writer.resume(&self.log_signer()?)?;
        }
        let (size, _) = writer.state();
        let (mut committed, mut forgotten) = (Vec::new(), Vec::new());
        let tree = writer.tree();
        for index in self.vault.pending()? {
            let published = match self.vault.row(index)?.filter(|_| index.is_below(size)) {
                Some(row) => {
                    let record = Record::parse(&row.record, index.get())?;
                    UnverifiedStatement::decode(&tree.entry(index)?)?.id() == record.statement
                }
                None => false,
            };
            if published { committed.push(index) } else { forgotten.push(index) }
        }
        // A log that is older than its vault would grow a second version of what was published.
        if let Some(newest) = self.vault.newest_settled()?.filter(|newest| !newest.is_below(size)) {
            return Err(PartyError::LogBehindVault { index: newest });
        }
        self.require_newest_sealed(&tree)?;
        self.require_known_events(size)?;
        self.settle_event(&tree)?;
        self.require_usable_keys(&self.key_events(&tree)?.history)?;
        // Only now: what is forgotten by a vault that does not fit its log would be missed later.
        self.vault.settle(&committed, &forgotten)?;
        if let Some(note) = writer.checkpoint()? {
            receipts::make_good(&self.folder.receipts(), &writer, &note, &self.steps)?;
        }
        issue::tidy(&self.folder.outbox(), &self.steps)?;
        Ok(writer)
    }

    /// A vault that is older than its log would give a seed twice; only a newer copy may go on.
    fn require_newest_sealed(&self, tree: &LogTree<'_>) -> Result<(), PartyError> {
        for index in (1..tree.size().get()).rev() {
            let index = LeafIndex::new(index)?;
            let entry = UnverifiedStatement::decode(&tree.entry(index)?)?;
            let known = match self.vault.row(index)? {
                Some(row) => Record::parse(&row.record, index.get())?.statement == entry.id(),
                // Not sealed, so no seed was used for it: the one before tells.
                None if entry.unverified_sealed().is_none() => continue,
                None => self.vault.unknown(index)? == Some(entry.id()),
            };
            return if known { Ok(()) } else { Err(PartyError::VaultBehindLog { index }) };
        }
        Ok(())
    }

    /// The record of an entry that is in the log, and the entry's bytes.
    pub(crate) fn published(
        &self,
        directory: &LogDirectory,
        index: LeafIndex,
    ) -> Result<(Record, Vec<u8>), PartyError> {
        let row: Row = match self.vault.row(index)? {
            Some(row) => row,
            None if self.vault.unknown(index)?.is_some() => return Err(PartyError::UnknownEntry { index }),
            None => return Err(PartyError::NoRecord { index }),
        };
        let record = Record::parse(&row.record, index.get())?;
        if !index.is_below(directory.checkpoint()?.claimed().size()) {
            return Err(PartyError::Pending { index });
        }
        let entry = directory.entry(index)?;
        if UnverifiedStatement::decode(&entry)?.id() != record.statement {
            return Err(PartyError::Pending { index });
        }
        Ok((record, entry))
    }
}

impl core::fmt::Debug for Party {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.debug_struct("Party").field("log", &self.log).finish_non_exhaustive()
    }
}
