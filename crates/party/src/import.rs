//! A new vault from an export and the party's own log (`specs/party.md` "Export and import").

mod against_log;
mod construction;
mod reading;

use std::path::Path;

use detente_core::{LeafIndex, LogId, TreeSize};
use detente_log::{LogDirectory, LogWriter, check_log};

use crate::steps::Steps;
use crate::{Party, PartyError, PartyFolder, TokenAccess, Unlock, receipts};

use construction::Construction;

/// What a new vault was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The log.
    pub log: LogId,
    /// Its size.
    pub size: TreeSize,
    /// Entries that the vault has a record of.
    pub known: u64,
    /// Sealed entries that it has none of.
    pub unknown: u64,
    /// Records whose entries never reached the log.
    pub forgotten: u64,
}

/// What an import is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportStage {
    /// Reading the export; counted in bytes.
    Reading,
    /// Checking the log; counted in entries.
    Checking,
    /// Comparing the log with the rows; counted in entries.
    Comparing,
}

/// Makes the vault of a folder that has its log and no vault, opened by `unlock` from then on, from an export that
/// `secret` opens.
///
/// A token is asked for only when the log's newest batch was interrupted and its checkpoint key lives in one.
///
/// The vault has a new data key and a new epoch, so that no seed is used twice even when another copy lives on. It is
/// there whole or not at all.
///
/// # Errors
/// [`PartyError::VaultExists`]; [`PartyError::MalformedExport`], [`PartyError::WrongExportSecret`],
/// [`PartyError::OtherExportMeans`] for the file; [`PartyError::Log`], [`PartyError::ForeignLog`],
/// [`PartyError::OwnLogCheck`] for the log; [`PartyError::LogBehindVault`], [`PartyError::EntryMismatch`],
/// [`PartyError::KeyEnded`] when the two do not belong together.
pub fn import_vault(
    folder: &PartyFolder,
    export: &Path,
    secret: &Unlock,
    unlock: &Unlock,
    access: TokenAccess,
    mut progress: impl FnMut(ImportStage, u64, u64),
) -> Result<Imported, PartyError> {
    let refuse_vault = || {
        if folder.vault().symlink_metadata().is_ok() {
            return Err(PartyError::VaultExists { path: folder.vault() });
        }
        construction::refuse_journals(folder)
    };
    refuse_vault()?;
    let directory = LogDirectory::open(folder.log())?;
    // Locked before anything is made: two imports into one folder would be in each other's way.
    let mut writer = LogWriter::open(folder.log())?;
    let construction = Construction::begin(folder)?;
    let read = reading::read(export, secret, construction.vault(), unlock, |done, all| {
        progress(ImportStage::Reading, done, all);
    })?;
    let mut party = Party::with_vault(folder.clone(), read.vault.into_vault(), Steps::default())?;
    party.use_tokens(access);
    if party.log() != read.log {
        let (expected, got) = (read.log, party.log());
        return Err(PartyError::ForeignLog { path: folder.log(), expected, got });
    }

    let checked = check_log(&directory, Some(&party.own_policy()?), |done, all| {
        progress(ImportStage::Checking, done, all);
    });
    checked.map_err(|failure| PartyError::OwnLogCheck(Box::new(failure)))?;
    // Entries of an interrupted batch are in the log; only now is it known whose log it is. What no note covers is
    // signed only if the export has it pending: the copy may come from anybody.
    party.require_continuation(&mut writer)?;
    if writer.is_unsigned() {
        writer.resume(&party.log_signer()?)?;
    }
    let tree = writer.tree();
    let newest = read.size.get().checked_sub(1).map(LeafIndex::new).transpose()?;
    if let Some(index) = newest.filter(|newest| !newest.is_below(tree.size())) {
        return Err(PartyError::LogBehindVault { index });
    }
    let (settled, imported) = against_log::settle(&party, &tree, &read.spent, |done, all| {
        progress(ImportStage::Comparing, done, all);
    })?;
    party.vault.finish_import(&settled)?;
    refuse_vault()?;
    // Receipts of what is there are the old folder's, or are made when they are asked for.
    receipts::leave_out_all(&folder.receipts(), tree.size(), &party.steps)?;
    drop(party);
    construction.finish(folder)?;
    Ok(imported)
}

#[cfg(test)]
mod tests;
