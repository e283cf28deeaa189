//! The life of a party's keys (`specs/party.md` "Keys"): add, rotate, revoke, each a batch of one.

use std::path::PathBuf;

use detente_checkpoint::{KeyType, NoteKey, PublicKey};
use detente_core::{KeyDigest, LeafIndex, Name, TreeSize};
use detente_log::{LogDirectory, LogSigner, LogTree, LogWriter};
use detente_statement::{
    KeyHistory, NewKey, RevocationReason, Role, Signer, UnverifiedStatement, key_digest,
};

use crate::folder::{Writing, remove_attempts, write_announced};
use crate::keyring::{InUse, Keyring, PendingEvent};
use crate::party_key::{KeyPlace, NewKeyPlace, NewPartyKey, PartyKey};
use crate::secret::{Secret, random};
use crate::vault::SecretName;
use crate::{Party, PartyError, TokenChoice, receipts};

/// One key of a party's log, and what its vault has to do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyView {
    /// Its digest.
    pub key: KeyDigest,
    /// What it may sign.
    pub role: Role,
    /// The entry that enrols it; none for a key whose event never reached the log.
    pub enrolled: Option<LeafIndex>,
    /// The entry that revokes it.
    pub revoked: Option<LeafIndex>,
    /// Whether the vault holds it.
    pub held: bool,
    /// Whether it is the one that signs.
    pub in_use: bool,
    /// Where it lives; none for one that the vault does not know.
    pub place: Option<KeyPlace>,
}

/// The key that signs the log's checkpoints; it has no events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointKeyView {
    /// Its vkey, as genesis names it.
    pub key: String,
    /// Where it lives.
    pub place: KeyPlace,
}

/// What a key event did.
#[derive(Debug)]
pub struct KeyChange {
    /// The entry.
    pub index: LeafIndex,
    /// The size of the log after it.
    pub size: TreeSize,
    /// The key that begins.
    pub new: Option<KeyDigest>,
    /// The key that ends.
    pub old: Option<KeyDigest>,
    /// The author key that signs from now on.
    pub author: KeyDigest,
    /// The audience key file, when it was written anew and has to be handed over again.
    pub share: Option<PathBuf>,
    /// Why the receipt is missing; the event is published all the same.
    pub receipt_fault: Option<PartyError>,
}

impl Party {
    /// Every key of the log, in the order of their enrolment, then keys that only the vault knows.
    ///
    /// # Errors
    /// [`PartyError`] of the log's files or the vault.
    pub fn keys(&self) -> Result<Vec<KeyView>, PartyError> {
        let directory = LogDirectory::open(self.folder.log())?;
        let tree = directory.tree()?;
        let history = self.key_events(&tree)?.history;
        let ring = self.vault.keyring()?;
        let in_use = in_use_in(&ring, &tree)?;
        let mut held = Vec::new();
        for (number, role) in ring.keys() {
            held.push((number, role, self.digest_of(number)?));
        }
        let view = |key, role, enrolled, revoked| {
            let number = held.iter().find(|(_, _, digest)| *digest == key).map(|(number, _, _)| *number);
            KeyView {
                key,
                role,
                enrolled,
                revoked,
                held: number.is_some(),
                in_use: number == Some(in_use.of(role)),
                place: number.map(|number| KeyPlace::of(ring.place(number))),
            }
        };
        let mut keys: Vec<KeyView> = history
            .lives()
            .map(|(entry, enrolled, revoked)| view(entry.digest(), entry.role(), Some(enrolled), revoked))
            .collect();
        keys.sort_by_key(|key| (key.enrolled, key.role.as_str(), key.key.digest().to_string()));
        let unknown = held.iter().filter(|(_, _, key)| history.find(*key).is_none());
        keys.extend(unknown.map(|(_, role, key)| view(*key, *role, None, None)));
        Ok(keys)
    }

    /// The key that signs the log's checkpoints.
    ///
    /// # Errors
    /// [`PartyError`] of the vault.
    pub fn checkpoint_key_view(&self) -> Result<CheckpointKeyView, PartyError> {
        let ring = self.vault.keyring()?;
        let place = KeyPlace::of(ring.place(SecretName::CheckpointKey.number()));
        Ok(CheckpointKeyView { key: self.checkpoint_key().to_string(), place })
    }

    /// Enrols one more author key. The one in use stays in use.
    ///
    /// # Errors
    /// As [`Self::rotate_key`].
    pub fn add_key(&mut self) -> Result<KeyChange, PartyError> {
        self.add_key_in(NewKeyPlace::Same)
    }

    /// [`Self::add_key`], with a say in where the new key lives.
    ///
    /// # Errors
    /// As [`Self::rotate_key_in`].
    pub fn add_key_in(&mut self, place: NewKeyPlace<'_>) -> Result<KeyChange, PartyError> {
        let writer = self.open_log()?;
        let mut ring = self.vault.keyring()?;
        // Before the key is made: without it nothing could be published.
        let log_signer = self.log_signer()?;
        let new = self.new_key(&ring, Role::Author, place)?;
        let sign = |party: &Self| {
            let author = party.numbered_key(ring.in_use.author)?;
            let draft = NewKey { key: &new.key, role: Role::Author, nonce: random()? };
            Ok::<_, PartyError>(Signer::new(party.log, &author).key_add(&draft)?)
        };
        let entry = sign(self)?;
        let number = ring.add(Role::Author);
        let after = ring.in_use;
        let change = Change { entry, after, made: Some((number, new)), old: None };
        self.publish_event(writer, &log_signer, ring, change)
    }

    /// Replaces the key of a role that is in use by a new one.
    ///
    /// # Errors
    /// Those of opening the log for writing; [`PartyError::Log`] of publishing. After an error of publishing the next
    /// start asks the log whether the event is in it.
    pub fn rotate_key(&mut self, role: Role) -> Result<KeyChange, PartyError> {
        self.rotate_key_in(role, NewKeyPlace::Same)
    }

    /// [`Self::rotate_key`], with a say in where the new key lives: the way of a key from the vault into a token, and
    /// back. The old key stays where it is, and signs no more.
    ///
    /// # Errors
    /// As [`Self::rotate_key`]; [`PartyError::Token`].
    pub fn rotate_key_in(&mut self, role: Role, place: NewKeyPlace<'_>) -> Result<KeyChange, PartyError> {
        let writer = self.open_log()?;
        let mut ring = self.vault.keyring()?;
        let old = self.digest_of(ring.in_use.of(role))?;
        // Before the key is made: without it nothing could be published.
        let log_signer = self.log_signer()?;
        let new = self.new_key(&ring, role, place)?;
        let sign = |party: &Self| {
            let author = party.numbered_key(ring.in_use.author)?;
            let draft = NewKey { key: &new.key, role, nonce: random()? };
            Ok::<_, PartyError>(Signer::new(party.log, &author).key_rotate(old, &draft)?)
        };
        let entry = sign(self)?;
        let number = ring.add(role);
        let after = ring.in_use.with(role, number);
        let change = Change { entry, after, made: Some((number, new)), old: Some(old) };
        self.publish_event(writer, &log_signer, ring, change)
    }

    /// Ends an author key. When it is the one in use, another author key of the vault takes its place.
    ///
    /// # Errors
    /// [`PartyError::KeyNotRevocable`], [`PartyError::LastAuthorKey`], and as [`Self::rotate_key`].
    pub fn revoke_key(&mut self, key: KeyDigest, reason: RevocationReason) -> Result<KeyChange, PartyError> {
        let writer = self.open_log()?;
        let history = self.key_events(&writer.tree())?.history;
        let refuse = |why| PartyError::KeyNotRevocable { key, why };
        match history.find(key) {
            None => return Err(refuse("one that the log does not enrol")),
            Some((_, Some(_))) => return Err(refuse("one that is revoked already")),
            Some((entry, None)) if entry.role() == Role::Sealing => {
                return Err(refuse("the sealing key, which is only rotated"));
            }
            Some((_, None)) => {}
        }
        let ring = self.vault.keyring()?;
        let mut after = ring.in_use;
        if self.digest_of(after.author)? == key {
            let other = self.other_author(&ring, &history)?.ok_or(PartyError::LastAuthorKey { key })?;
            after = after.with(Role::Author, other);
        }
        // By a key that stays: the one that ends may be in other hands.
        let author = self.numbered_key(after.author)?;
        let entry = Signer::new(self.log, &author).key_revoke(key, reason, random()?)?;
        let log_signer = self.log_signer()?;
        self.publish_event(writer, &log_signer, ring, Change { entry, after, made: None, old: Some(key) })
    }

    /// The key of a role that signs now.
    pub(crate) fn key_in_use(&self, role: Role) -> Result<PartyKey, PartyError> {
        self.numbered_key(self.vault.keyring()?.in_use.of(role))
    }

    /// The author key that signs now, also for a command that only reads, and so settles nothing.
    pub(crate) fn author_in(&self, tree: &LogTree<'_>) -> Result<PartyKey, PartyError> {
        self.numbered_key(in_use_in(&self.vault.keyring()?, tree)?.author)
    }

    /// Settles an event that was pending when a command stopped: the log says whether it is in it.
    pub(crate) fn settle_event(&mut self, tree: &LogTree<'_>) -> Result<(), PartyError> {
        let mut ring = self.vault.keyring()?;
        let Some(pending) = ring.pending else { return Ok(()) };
        if is_published(&pending, tree)? {
            return self.finish_event(ring, pending.after).map(drop);
        }
        ring.pending = None;
        self.vault.put_keyring(&ring, None)
    }

    /// Entries by a key that the log has ended would spoil it for good.
    pub(crate) fn require_usable_keys(&self, history: &KeyHistory) -> Result<(), PartyError> {
        if let Some(index) = history.closed() {
            return Err(PartyError::LogClosed { index });
        }
        for role in [Role::Author, Role::Sealing] {
            let key = self.digest_of(self.vault.keyring()?.in_use.of(role))?;
            match history.find(key) {
                Some((entry, None)) if entry.role() == role => {}
                _ => return Err(PartyError::KeyNotUsable { role: role.as_str(), key }),
            }
        }
        Ok(())
    }

    fn publish_event(
        &mut self,
        mut writer: LogWriter,
        log_signer: &LogSigner,
        mut ring: Keyring,
        change: Change,
    ) -> Result<KeyChange, PartyError> {
        let index = LeafIndex::new(writer.state().0.get())?;
        let statement = UnverifiedStatement::decode(&change.entry)?;
        let id = statement.id();
        // Nothing goes into the log that a reader would refuse there.
        let mut history = self.key_events(&writer.tree())?.history;
        history.apply(&history.check(index, statement)?)?;

        // The new key is on the disk, or where it is, before its event is public.
        if let Some((number, new)) = &change.made {
            ring.put_place(*number, new.place());
        }
        ring.pending = Some(PendingEvent { index, statement: id, after: change.after });
        self.vault.put_keyring(&ring, change.seed())?;
        if let Some((_, new)) = &change.made {
            new.keep();
        }
        let entries = [change.entry];
        let published = writer.append(&entries, log_signer)?;
        self.note_published(&writer.tree())?;
        let share = self.finish_event(ring, change.after)?;
        let receipts = receipts::write(&self.folder.receipts(), &writer, &published, &entries, &self.steps);
        Ok(KeyChange {
            index,
            size: published.size,
            new: change.made.map(|(number, _)| self.digest_of(number)).transpose()?,
            old: change.old,
            author: self.digest_of(change.after.author)?,
            share,
            receipt_fault: receipts.err(),
        })
    }

    /// After the event is in the log: the audience key follows the author key, then the mark goes.
    fn finish_event(&mut self, mut ring: Keyring, after: InUse) -> Result<Option<PathBuf>, PartyError> {
        let changed = after.author != ring.in_use.author;
        let share = changed.then(|| self.write_audience_key(after.author)).transpose()?;
        (ring.in_use, ring.pending) = (after, None);
        self.vault.put_keyring(&ring, None)?;
        Ok(share)
    }

    fn write_audience_key(&self, number: u64) -> Result<PathBuf, PartyError> {
        let name = Name::parse(self.name())?;
        let path = self.folder.audience_key(&name);
        let key = NoteKey::new(name, KeyType::Log, self.public_of(number)?);
        // A crash in the middle of this is settled here too, by the next start.
        remove_attempts(&path, &self.steps)?;
        write_announced(&path, format!("{key}\n").as_bytes(), Writing::Public, &self.steps)?;
        Ok(path)
    }

    /// Another author key of the vault that the log lets sign; the newest.
    fn other_author(&self, ring: &Keyring, history: &KeyHistory) -> Result<Option<u64>, PartyError> {
        let mut newest = None;
        let others =
            ring.keys().filter(|(number, role)| *role == Role::Author && *number != ring.in_use.author);
        for (number, _) in others {
            if matches!(history.find(self.digest_of(number)?), Some((_, None))) {
                newest = Some(number);
            }
        }
        Ok(newest)
    }

    fn new_key(&self, ring: &Keyring, role: Role, place: NewKeyPlace<'_>) -> Result<NewPartyKey, PartyError> {
        let token = match place {
            NewKeyPlace::Vault => None,
            NewKeyPlace::Token(token) => Some(token),
            NewKeyPlace::Same => ring.place(ring.in_use.of(role)).map(|place| place.serial.as_str()),
        };
        let Some(token) = token else { return NewPartyKey::in_vault() };
        let choice = TokenChoice { access: &self.access, token };
        let label = token_key_label(self.name(), role.as_str());
        Ok(NewPartyKey::in_token(self.tokens.make(choice, ring.module(), &label)?))
    }

    fn numbered_key(&self, number: u64) -> Result<PartyKey, PartyError> {
        self.key(SecretName::Key(number))
    }

    fn public_of(&self, number: u64) -> Result<PublicKey, PartyError> {
        self.public(SecretName::Key(number))
    }

    pub(crate) fn digest_of(&self, number: u64) -> Result<KeyDigest, PartyError> {
        Ok(key_digest(&self.public_of(number)?))
    }
}

/// The keys in use as the log has it, which holds a pending event or not.
pub(crate) fn in_use_in(ring: &Keyring, tree: &LogTree<'_>) -> Result<InUse, PartyError> {
    match &ring.pending {
        Some(pending) if is_published(pending, tree)? => Ok(pending.after),
        _ => Ok(ring.in_use),
    }
}

fn is_published(pending: &PendingEvent, tree: &LogTree<'_>) -> Result<bool, PartyError> {
    Ok(pending.index.is_below(tree.size())
        && UnverifiedStatement::decode(&tree.entry(pending.index)?)?.id() == pending.statement)
}

/// An event that is ready to be published.
struct Change {
    entry: Vec<u8>,
    after: InUse,
    made: Option<(u64, NewPartyKey)>,
    old: Option<KeyDigest>,
}

impl Change {
    /// What the vault keeps of the new key.
    fn seed(&self) -> Option<(u64, &Secret)> {
        self.made.as_ref().and_then(|(number, new)| Some((*number, new.seed.as_ref()?)))
    }
}

/// The `CKA_LABEL` of a key in a token.
pub(crate) fn token_key_label(party: &str, role: &str) -> String {
    format!("detente {party} {role}")
}
