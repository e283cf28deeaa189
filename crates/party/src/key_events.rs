//! The key events of the party's own log: who may sign at its end, and what a presentation has to carry.

use detente_core::{KeyDigest, LeafIndex, TreeSize};
use detente_log::{LogDirectory, LogTree};
use detente_presentation::EventDraft;
use detente_statement::{KeyHistory, Kind, UnverifiedStatement};

use crate::keyring::EventIndex;
use crate::{Party, PartyError};

/// So many entries are looked at again by every command rather than one more write to the disk.
const UNREAD_LIMIT: u64 = 4096;

/// The key events of a log up to a size, replayed.
pub(crate) struct KeyEvents {
    pub(crate) history: KeyHistory,
    /// Genesis, key events and `log.close`, in order.
    entries: Vec<(LeafIndex, Vec<u8>)>,
}

impl Party {
    /// Replays the key events of a tree. Entries that the vault has looked at are not read again, but for the events
    /// themselves; what is new is noted there.
    pub(crate) fn key_events(&self, tree: &LogTree<'_>) -> Result<KeyEvents, PartyError> {
        let known = self.vault.event_index()?;
        let (events, found) = read_events(tree, &known)?;
        if found.events.len() > known.events.len() || found.read - known.read >= UNREAD_LIMIT {
            // When it fails, the next command reads the same entries again.
            let _ = self.vault.put_event_index(&found);
        }
        Ok(events)
    }

    /// Notes what was just published, so that an older copy of the log is known for one: a key event or an anchor has no
    /// row of its own.
    pub(crate) fn note_published(&self, tree: &LogTree<'_>) -> Result<(), PartyError> {
        let (_, found) = read_events(tree, &self.vault.event_index()?)?;
        self.vault.put_event_index(&found)
    }

    /// A log that lacks an entry that the vault has seen in it is an old copy.
    pub(crate) fn require_known_events(&self, size: TreeSize) -> Result<(), PartyError> {
        let known = self.vault.event_index()?;
        let read = known.read.checked_sub(1).map(LeafIndex::new).transpose()?;
        match known.events.last().copied().max(read) {
            Some(index) if !index.is_below(size) => Err(PartyError::LogBehindVault { index }),
            _ => Ok(()),
        }
    }
}

/// The events of a tree, and what a vault that knew so much knows now.
fn read_events(tree: &LogTree<'_>, known: &EventIndex) -> Result<(KeyEvents, EventIndex), PartyError> {
    let size = tree.size().get();
    let mut found = EventIndex { read: size.max(known.read), events: known.events.clone() };
    let mut entries = Vec::new();
    for index in known.events.iter().copied().filter(|index| index.is_below(tree.size())) {
        let entry = tree.entry(index)?;
        if !is_event(UnverifiedStatement::decode(&entry)?.unverified_kind()) {
            return Err(PartyError::NoKeyEvent { index });
        }
        entries.push((index, entry));
    }
    for (index, entry) in (known.read..size).zip(tree.entries(known.read..size)) {
        let entry = entry?;
        if is_event(UnverifiedStatement::decode(&entry)?.unverified_kind()) {
            let index = LeafIndex::new(index)?;
            found.events.push(index);
            entries.push((index, entry));
        }
    }
    let history = replay(&entries)?;
    Ok((KeyEvents { history, entries }, found))
}

impl KeyEvents {
    /// The entry that enrols a key; genesis for a key that no event enrols, which its reader will refuse.
    pub(crate) fn enrolment(&self, key: KeyDigest) -> LeafIndex {
        let found = self.history.lives().find(|(entry, ..)| entry.digest() == key);
        found.map_or(LeafIndex::ZERO, |(_, enrolled, _)| enrolled)
    }

    /// The events below a checkpoint's size, with their proofs, as a presentation carries them.
    pub(crate) fn drafts(
        &self,
        directory: &LogDirectory,
        size: TreeSize,
    ) -> Result<Vec<EventDraft>, PartyError> {
        let below = self.entries.iter().filter(|(index, _)| index.is_below(size));
        let draft = |(index, entry): &(LeafIndex, Vec<u8>)| {
            let proof = directory.inclusion_proof(*index, size)?;
            Ok(EventDraft { index: *index, entry: entry.clone(), proof })
        };
        below.map(draft).collect()
    }
}

/// The key history after genesis, key events and `log.close`, in order.
pub(crate) fn replay(entries: &[(LeafIndex, Vec<u8>)]) -> Result<KeyHistory, PartyError> {
    let mut entries = entries.iter();
    let (_, genesis) = entries.next().ok_or(PartyError::NoKeyEvent { index: LeafIndex::ZERO })?;
    let (mut history, _) = KeyHistory::begin(UnverifiedStatement::decode(genesis)?)?;
    for (index, entry) in entries {
        let statement = history.check(*index, UnverifiedStatement::decode(entry)?)?;
        history.apply(&statement)?;
    }
    Ok(history)
}

/// Whether an entry of that kind is one of the key events that a vault notes.
pub(crate) const fn is_event(kind: Kind) -> bool {
    matches!(kind, Kind::Genesis | Kind::KeyAdd | Kind::KeyRotate | Kind::KeyRevoke | Kind::LogClose)
}
