//! A vault in one file, sealed under a secret of its own (`specs/party.md` "Export and import").

mod frame;
mod part;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;

use detente_core::{LogId, TreeSize};

use crate::folder::{PRIVATE, create_new, flush_folder};
use crate::record::Record;
use crate::secret::random;
use crate::vault::{PlainRow, Table, Vault};
use crate::{PartyError, PartyFolder, Unlock};

pub(crate) use frame::PartReader;
use frame::{OVERHEAD, PART_LIMIT, PartWriter};
pub use part::ExportPart;
pub(crate) use part::Part;

/// What went into an export.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// The log of the vault.
    pub log: LogId,
    /// The size of a log that holds all that the vault knows to be in it, and no more.
    pub size: TreeSize,
    /// Entries that the vault has a record of.
    pub known: u64,
    /// Sealed entries that it has none of.
    pub unknown: u64,
    /// Bytes of the file.
    pub length: u64,
}

/// Writes the whole vault of a folder into one new file, which `secret` opens. The log is not needed, and the vault is
/// not changed.
///
/// The file has mode 0600 and is there whole or not at all. `progress` hears how many rows of how many are written.
///
/// # Errors
/// [`PartyError::ExportExists`], those of opening the vault, [`PartyError::Unavailable`], [`PartyError::VaultRow`] for a
/// row that does not open.
pub fn export_vault(
    folder: &PartyFolder,
    unlock: &Unlock,
    file: &Path,
    secret: &Unlock,
    progress: impl FnMut(u64, u64),
) -> Result<Exported, PartyError> {
    folder.require()?;
    if file.symlink_metadata().is_ok() {
        return Err(PartyError::ExportExists { path: file.to_owned() });
    }
    let vault = Vault::open(&folder.vault(), unlock)?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let unguessable = u64::from_le_bytes(random()?);
    let temporary = file.with_file_name(format!(".{name}.{unguessable:016x}.tmp"));
    let unavailable = PartyError::unavailable(file);
    let out = create_new(&temporary, PRIVATE).map_err(&unavailable)?;
    let written = write(&vault, out, file, secret, progress).and_then(|exported| {
        // A link fails when the name is taken, where a rename would replace what is there.
        let placed = place(&temporary, file).and_then(|()| flush_folder(file));
        placed.map(|()| exported).map_err(unavailable)
    });
    let _ = std::fs::remove_file(&temporary);
    written
}

/// Gives the export its name, or copies it where a file has but one name, as on FAT.
fn place(temporary: &Path, file: &Path) -> std::io::Result<()> {
    match std::fs::hard_link(temporary, file) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => copy_to(temporary, file),
        linked => linked,
    }
}

fn copy_to(temporary: &Path, file: &Path) -> std::io::Result<()> {
    let mut out = create_new(file, PRIVATE)?;
    let copied = File::open(temporary)
        .and_then(|mut from| std::io::copy(&mut from, &mut out))
        .and_then(|_| out.sync_all());
    copied.inspect_err(|_| {
        let _ = std::fs::remove_file(file);
    })
}

fn write(
    vault: &Vault,
    out: File,
    file: &Path,
    secret: &Unlock,
    mut progress: impl FnMut(u64, u64),
) -> Result<Exported, PartyError> {
    let snapshot = vault.snapshot()?;
    let all = vault.count_rows()?;
    let (log, size) = (vault.log()?, known_size(vault)?);
    let mut parts = PartWriter::begin(BufWriter::new(out), file, secret)?;
    parts.part(&ExportPart(Part::Meta { log, size }).to_bytes())?;
    let (mut done, mut known, mut unknown) = (0, 0, 0);
    vault.each_row(|row, lookup| {
        let incident_id = lookup.map(|lookup| incident_id(vault, &row, &lookup)).transpose()?;
        let bytes = part::row_bytes(&row, incident_id.as_deref());
        if bytes.len() > PART_LIMIT - OVERHEAD {
            let (table, number) = (row.table.name(), row.number);
            return Err(PartyError::RowTooLong { table, number, limit: PART_LIMIT });
        }
        parts.part(&bytes)?;
        match row.table {
            Table::Entries => known += 1,
            Table::Unknown => unknown += 1,
            _ => {}
        }
        done += 1;
        progress(done, all);
        Ok(())
    })?;
    drop(snapshot);
    let mut out = parts.finish()?;
    let unavailable = PartyError::unavailable(file);
    out.flush().map_err(&unavailable)?;
    out.get_ref().sync_all().map_err(&unavailable)?;
    let length = out.get_ref().metadata().map_err(&unavailable)?.len();
    Ok(Exported { log, size, known, unknown, length })
}

/// The look-up column holds a keyed hash, which means nothing under another key: the id goes out instead.
fn incident_id(vault: &Vault, row: &PlainRow, lookup: &[u8]) -> Result<String, PartyError> {
    let record = Record::parse(&row.plain, row.number)?;
    match record.incident_id() {
        Some(id) if vault.lookup_of(id) == lookup => Ok(id.to_owned()),
        _ => Err(PartyError::VaultRow { table: row.table.name(), number: row.number }),
    }
}

/// The smallest size of a log that holds everything that the vault knows to be in it.
fn known_size(vault: &Vault) -> Result<TreeSize, PartyError> {
    let events = vault.event_index()?;
    let newest = vault.newest_settled()?.max(events.events.last().copied());
    let size = newest.map_or(0, |newest| newest.get().saturating_add(1)).max(events.read);
    Ok(TreeSize::new(size)?)
}
