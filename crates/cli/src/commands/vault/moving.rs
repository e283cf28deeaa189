//! A vault as one file, and a vault out of one.

use std::path::Path;

use detente_core::{Code, json::Value};
use detente_party::{ImportStage, PartyFolder, Unlock, export_vault, import_vault};

use super::{new_passphrase, of_file};
use crate::args::{UnlockArguments, VaultExport, VaultImport};
use crate::failure::Failure;
use crate::output::{Printer, Report};

pub(super) fn export(export: &VaultExport, printer: &Printer) -> Result<Report, Failure> {
    let folder = PartyFolder::new(&export.party.party);
    folder.require()?;
    if export.file.symlink_metadata().is_ok() {
        return Err(detente_party::PartyError::ExportExists { path: export.file.clone() }.into());
    }
    let unlock = export.unlock.read()?;
    let own = match (&export.export_unlock, &export.export_passphrase_file) {
        (Some(file), _) => Some(read_or_create(file)?.0),
        (None, Some(file)) => Some(read_passphrase(file)?),
        (None, None) => None,
    };
    let bar = printer.progress("exporting", Some(0));
    let exported =
        export_vault(&folder, &unlock, &export.file, own.as_ref().unwrap_or(&unlock), |done, all| {
            bar.set_length(all);
            bar.set_position(done);
        });
    bar.finish_and_clear();
    let exported = exported?;
    let secret = match (&export.export_unlock, &export.export_passphrase_file) {
        (Some(file), _) => format!("{} (--export-unlock)", file.display()),
        (None, Some(file)) => format!("the passphrase in {} (--export-passphrase-file)", file.display()),
        (None, None) => "what opens the vault".to_owned(),
    };
    let text = format!(
        "export     {} ({} bytes, mode 600)\nopened by  {secret}\nlog id     {}\nholds      {} records, {} unknown entries, keys; the log had {} entries\nnext       `detente vault import` in a folder that has the log and no vault",
        export.file.display(),
        exported.length,
        exported.log,
        exported.known,
        exported.unknown,
        exported.size,
    );
    Ok(Report::new(
        "vault-export/v1",
        [
            ("folder", folder.path().display().to_string().into()),
            ("file", export.file.display().to_string().into()),
            ("length", exported.length.to_string().into()),
            ("log", exported.log.to_string().into()),
            ("size", exported.size.to_string().into()),
            ("known", exported.known.to_string().into()),
            ("unknown", exported.unknown.to_string().into()),
        ],
        text,
    )
    .labelled())
}

pub(super) fn import(import: &VaultImport, printer: &Printer) -> Result<Report, Failure> {
    let folder = PartyFolder::new(&import.party.party);
    if folder.vault().symlink_metadata().is_ok() {
        return Err(detente_party::PartyError::VaultExists { path: folder.vault() }.into());
    }
    let own = match (&import.export_unlock, &import.export_passphrase_file) {
        (Some(file), _) => Some(Unlock::read(file)?),
        (None, Some(file)) => Some(read_passphrase(file)?),
        (None, None) => None,
    };
    let named =
        UnlockArguments { unlock: import.unlock.clone(), passphrase_file: import.passphrase_file.clone() };
    // Made only for an export with a secret of its own: else a name typed wrong would be a new file.
    let file = named.unlock.as_deref().filter(|_| own.is_some() && named.passphrase_file.is_none());
    let (unlock, unlock_created) = match file {
        Some(file) => read_or_create(file)?,
        None if own.is_some() && !named.is_named() => (new_passphrase(None, "--unlock")?, false),
        None => (named.read()?, false),
    };
    let secret = own.as_ref().unwrap_or(&unlock);
    let bar = printer.progress("importing", Some(0));
    let access = import.token.access();
    let imported = import_vault(&folder, &import.export, secret, &unlock, access, |stage, done, all| {
        bar.set_message(match stage {
            ImportStage::Reading => "reading",
            ImportStage::Checking => "checking the log",
            ImportStage::Comparing => "comparing",
        });
        bar.set_length(all);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let imported = imported.map_err(|error| {
        let failure = Failure::from(error);
        let of_log = failure.culprit.starts_with(&folder.log().display().to_string());
        if of_log && failure.code == Code::Unavailable && failure.hint.is_none() {
            return failure.hint(
                "the folder must hold the party's own log, its file `state` with it, before its vault is imported; readers' copies have no `state`",
            );
        }
        failure
    })?;
    let mut text = format!(
        "vault      {} (mode 600)\nlog id     {}, {} entries, all checked\nknown      {} records, each with its entry\n",
        folder.vault().display(),
        imported.log,
        imported.size,
        imported.known,
    );
    if imported.forgotten > 0 {
        text.push_str(&format!(
            "forgotten  {} records whose entries never reached the log\n",
            imported.forgotten
        ));
    }
    text.push_str(&match imported.unknown {
        0 => "unknown    no entries: the vault can open every sealed entry of the log".to_owned(),
        unknown => format!(
            "unknown    {unknown} sealed entries, which this vault cannot open\nnext       `detente vault recover` with their reports; sealing goes on meanwhile, with new seeds"
        ),
    });
    Ok(Report::new(
        "vault-import/v1",
        [
            ("folder", folder.path().display().to_string().into()),
            ("file", import.export.display().to_string().into()),
            ("log", imported.log.to_string().into()),
            ("size", imported.size.to_string().into()),
            ("known", imported.known.to_string().into()),
            ("unknown", imported.unknown.to_string().into()),
            ("forgotten", imported.forgotten.to_string().into()),
            ("unlock_created", Value::from(unlock_created)),
        ],
        text,
    )
    .labelled())
}

fn read_passphrase(file: &Path) -> Result<Unlock, Failure> {
    Unlock::read_passphrase(file).map_err(|error| of_file(file, error))
}

/// Reads an unlock file, or makes it when there is none; whether it was made. It is never removed again, whatever
/// becomes of the command: another may have begun to use it, and the next run reads it.
fn read_or_create(file: &Path) -> Result<(Unlock, bool), Failure> {
    match file.symlink_metadata() {
        Ok(_) => Ok((Unlock::read(file)?, false)),
        Err(_) => Ok((Unlock::create(file)?, true)),
    }
}
