//! What opens a vault, and what is done with it as a whole.

mod moving;
mod recovering;

use std::io::IsTerminal as _;
use std::path::Path;

use detente_core::json::Value;
use detente_party::{Unlock, UnlockSource};
use zeroize::Zeroizing;

use super::open_party;
use crate::args::{UnlockArguments, Vault, VaultPassphrase};
use crate::failure::Failure;
use crate::output::{Printer, Report};

pub(crate) fn run(vault: &Vault, printer: &Printer) -> Result<Report, Failure> {
    match vault {
        Vault::Passphrase(passphrase) => change(passphrase),
        Vault::Export(export) => moving::export(export, printer),
        Vault::Import(import) => moving::import(import, printer),
        Vault::Recover(recover) => recovering::recover(recover, printer),
    }
}

impl UnlockArguments {
    /// Whether something that opens a vault was named.
    pub(crate) fn is_named(&self) -> bool {
        self.source().is_some()
    }

    /// What opens the vault. A passphrase is asked for on a terminal only, so that no script waits for an answer.
    pub(crate) fn read(&self) -> Result<Unlock, Failure> {
        match self.source() {
            Some(source @ UnlockSource::PassphraseFile(file)) => {
                source.read().map_err(|error| of_file(file, error))
            }
            Some(source) => Ok(source.read()?),
            None => ask("passphrase of the vault: ", "--unlock"),
        }
    }

    /// The file that was named; a passphrase before an unlock file, which may come from the environment.
    pub(crate) fn source(&self) -> Option<UnlockSource<'_>> {
        let passphrase = self.passphrase_file.as_deref().map(UnlockSource::PassphraseFile);
        passphrase.or_else(|| self.unlock.as_deref().map(UnlockSource::File))
    }
}

fn change(change: &VaultPassphrase) -> Result<Report, Failure> {
    let mut party = open_party(&change.party.party, &change.unlock)?;
    let (unlock, word, file) = match (&change.new_passphrase_file, &change.new_unlock) {
        (None, Some(file)) if file.exists() => (Unlock::read(file)?, "file", Some(file)),
        (None, Some(file)) => (Unlock::create(file)?, "file", Some(file)),
        (file, _) => (new_passphrase(file.as_deref(), "--new-passphrase-file")?, "passphrase", file.as_ref()),
    };
    party.rewrap(&unlock)?;
    let file = file.map(|file| file.display().to_string());
    let with = match (word, &file) {
        ("passphrase", _) => "a passphrase (--passphrase-file FILE, or typed on a terminal)".to_owned(),
        (_, file) => file.clone().unwrap_or_default(),
    };
    let text =
        format!("opened by  {with}\nold means  no longer open this vault; older copies of it they still do");
    Ok(Report::new(
        "vault-passphrase/v1",
        [
            ("folder", change.party.party.display().to_string().into()),
            ("opened_by", word.into()),
            ("file", file.map_or(Value::Null, Value::from)),
        ],
        text,
    ))
}

/// A passphrase out of a file, or typed twice; `option` is named when there is no terminal either.
pub(super) fn new_passphrase(file: Option<&Path>, option: &'static str) -> Result<Unlock, Failure> {
    if let Some(file) = file {
        return Unlock::read_passphrase(file).map_err(|error| of_file(file, error));
    }
    let first = type_hidden("new passphrase: ", option)?;
    let again = type_hidden("the same again: ", option)?;
    if *first != *again {
        return Err(Failure::misuse("passphrase", "expected the same text twice, got two"));
    }
    Ok(Unlock::passphrase(first)?)
}

fn ask(prompt: &str, option: &'static str) -> Result<Unlock, Failure> {
    Ok(Unlock::passphrase(type_hidden(prompt, option)?)?)
}

fn type_hidden(prompt: &str, option: &'static str) -> Result<Zeroizing<String>, Failure> {
    if !std::io::stdin().is_terminal() {
        return Err(Failure::misuse(option, "expected a file, or a terminal to ask on, got neither").hint(
            match option {
                "--unlock" => {
                    "--unlock FILE names an unlock file, --passphrase-file FILE a file with the passphrase"
                }
                _ => "--new-passphrase-file FILE or --new-unlock FILE names what opens the vault from now on",
            },
        ));
    }
    rpassword::prompt_password(prompt)
        .map(Zeroizing::new)
        .map_err(|error| Failure::unavailable(Path::new("terminal"), &error))
}

/// The error says nothing of the file when it is about the text.
fn of_file(file: &Path, error: detente_party::PartyError) -> Failure {
    let failure = Failure::from(error);
    if failure.culprit == "passphrase" {
        return Failure { culprit: file.display().to_string(), ..failure };
    }
    failure
}
