//! What a verified log says about the rows of an export: which are committed, which never came, which entries are unknown.

use std::collections::BTreeMap;

use detente_core::{Digest, LeafIndex, TreeSize};
use detente_log::LogTree;
use detente_statement::{KeyHistory, Role, UnverifiedStatement};

use super::Imported;
use crate::key_events::{is_event, replay};
use crate::keyring::EventIndex;
use crate::keys::in_use_in;
use crate::record::Record;
use crate::secret::Secret;
use crate::vault::{Epoch, Settled};
use crate::{Party, PartyError};

/// Compares every entry of the log with the rows, and checks that the keys in use may go on.
pub(super) fn settle(
    party: &Party,
    tree: &LogTree<'_>,
    spent: &BTreeMap<Digest, u64>,
    mut progress: impl FnMut(u64, u64),
) -> Result<(Settled, Imported), PartyError> {
    let size = tree.size();
    let vault = &party.vault;
    if let Some(index) = vault.newest_settled()?.filter(|newest| !newest.is_below(size)) {
        return Err(PartyError::LogBehindVault { index });
    }
    let pending = vault.pending()?;
    let (mut committed, mut unknown) = (Vec::new(), Vec::new());
    let (mut known, mut still_unknown) = (0, 0);
    let mut events = Vec::new();
    for (index, entry) in (0..size.get()).zip(tree.entries(0..size.get())) {
        let (index, entry) = (LeafIndex::new(index)?, entry?);
        let statement = UnverifiedStatement::decode(&entry)?;
        let (id, is_sealed) = (statement.id(), statement.unverified_sealed().is_some());
        let is_pending = pending.binary_search(&index).is_ok();
        let row = match vault.row(index)? {
            Some(row) => Some(Record::parse(&row.record, index.get())?.statement),
            None => None,
        };
        match row {
            Some(row) if row == id && is_sealed => {
                known += 1;
                if is_pending {
                    committed.push(index);
                }
            }
            Some(_) if !is_pending => return Err(PartyError::EntryMismatch { index }),
            // Somebody else's batch took the place of the one that was on its way.
            _ => match vault.unknown(index)? {
                Some(row) if row == id && is_sealed => still_unknown += 1,
                Some(_) => return Err(PartyError::EntryMismatch { index }),
                None if is_sealed => unknown.push((index, id)),
                None => {}
            },
        }
        if is_event(statement.unverified_kind()) {
            events.push((index, entry));
        }
        progress(index.get() + 1, size.get());
    }
    let noted = EventIndex { read: size.get(), events: events.iter().map(|(index, _)| *index).collect() };
    require_events(&vault.event_index()?, &noted, size)?;
    require_keys(party, tree, &replay(&events)?)?;

    let forgotten: Vec<_> =
        pending.into_iter().filter(|index| committed.binary_search(index).is_err()).collect();
    let imported = Imported {
        log: party.log(),
        size,
        known,
        unknown: still_unknown + unknown.len() as u64,
        forgotten: forgotten.len() as u64,
    };
    let epochs = epochs(party, spent)?;
    Ok((Settled { committed, forgotten, unknown, events: noted, epochs, epoch: Secret::random()? }, imported))
}

/// The events that the export noted must be those of the log, as far as it had read.
fn require_events(exported: &EventIndex, noted: &EventIndex, size: TreeSize) -> Result<(), PartyError> {
    if let Some(index) = exported.events.last().filter(|last| !last.is_below(size)) {
        return Err(PartyError::LogBehindVault { index: *index });
    }
    let in_log = noted.events.iter().filter(|index| index.get() < exported.read);
    let both = exported.events.iter().map(Some).chain(core::iter::repeat(None));
    let mut pairs = in_log.map(Some).chain(core::iter::repeat(None)).zip(both);
    match pairs.find(|(log, export)| log != export || log.is_none()) {
        Some((Some(index), _) | (None, Some(index))) => Err(PartyError::EntryMismatch { index: *index }),
        _ => Ok(()),
    }
}

/// A key that the log has ended would spoil it for good.
fn require_keys(party: &Party, tree: &LogTree<'_>, history: &KeyHistory) -> Result<(), PartyError> {
    let in_use = in_use_in(&party.vault.keyring()?, tree)?;
    for role in [Role::Author, Role::Sealing] {
        let key = party.digest_of(in_use.of(role))?;
        match history.find(key) {
            Some((entry, None)) if entry.role() == role => {}
            Some((_, Some(index))) => return Err(PartyError::KeyEnded { role: role.as_str(), key, index }),
            _ => return Err(PartyError::KeyNotUsable { role: role.as_str(), key }),
        }
    }
    Ok(())
}

/// The epochs of the export, the one that was present among them, with what their records show to be spent.
fn epochs(party: &Party, spent: &BTreeMap<Digest, u64>) -> Result<Vec<Epoch>, PartyError> {
    let all = party.vault.epochs()?;
    let newest = all.iter().filter_map(|epoch| epoch.row()).max().unwrap_or(0);
    Ok(all
        .into_iter()
        .map(|epoch| {
            let next = spent.get(&epoch.epoch).copied().unwrap_or(0).max(epoch.next);
            Epoch::over(epoch.row().unwrap_or(newest + 1), epoch.epoch, next)
        })
        .collect())
}
