//! Arguments about a party's vault: what opens it, and what is done with it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{EnvelopeArguments, PartyArguments, TokenArguments};

/// What opens the vault: an unlock file, a passphrase in a file, or one typed on a terminal.
#[derive(Debug, Args)]
pub(crate) struct UnlockArguments {
    /// Unlock file of the vault
    #[arg(long, value_name = "FILE", env = "DETENTE_UNLOCK")]
    pub(crate) unlock: Option<PathBuf>,
    /// File with the passphrase of the vault, used before an unlock file; without either it is asked for on a terminal
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Vault {
    /// Change what opens the vault: to a passphrase, to another one, or to an unlock file
    Passphrase(VaultPassphrase),
    /// Write the whole vault into one new file, sealed under a secret of its own
    Export(VaultExport),
    /// Make the vault of a folder that has a log and none, from an export
    Import(VaultImport),
    /// Find the row of an unknown entry again, by its report
    Recover(VaultRecover),
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example, which asks for the new passphrase:\n  detente vault passphrase --party a --unlock a.key"
)]
pub(crate) struct VaultPassphrase {
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    #[command(flatten)]
    pub(crate) unlock: UnlockArguments,
    /// File with the new passphrase [default: ask for it on the terminal]
    #[arg(long, value_name = "FILE", conflicts_with = "new_unlock")]
    pub(crate) new_passphrase_file: Option<PathBuf>,
    /// New unlock file, in the place of a passphrase; made, with mode 600, when it does not exist
    #[arg(long, value_name = "FILE")]
    pub(crate) new_unlock: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente vault export a.export --party a --unlock a.key")]
pub(crate) struct VaultExport {
    /// The file to write; must not exist
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    #[command(flatten)]
    pub(crate) unlock: UnlockArguments,
    /// Unlock file of the export; made, with mode 600, when it does not exist [default: what opens the vault]
    #[arg(long, value_name = "FILE", conflicts_with = "export_passphrase_file")]
    pub(crate) export_unlock: Option<PathBuf>,
    /// File with the passphrase of the export [default: what opens the vault]
    #[arg(long, value_name = "FILE")]
    pub(crate) export_passphrase_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  detente vault export a.export --party a --unlock a.key && mv a/vault.sqlite a.old &&\n  detente vault import a.export --party a --unlock a.key"
)]
pub(crate) struct VaultImport {
    /// The export
    #[arg(value_name = "EXPORT")]
    pub(crate) export: PathBuf,
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    /// Unlock file of the new vault; made, with mode 600, when it does not exist and the export has a secret of its own
    #[arg(long, value_name = "FILE", env = "DETENTE_UNLOCK")]
    pub(crate) unlock: Option<PathBuf>,
    /// File with a passphrase for the new vault, in the place of an unlock file; without either it is asked for
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Unlock file of the export [default: what opens the new vault]
    #[arg(long, value_name = "FILE", conflicts_with = "export_passphrase_file")]
    pub(crate) export_unlock: Option<PathBuf>,
    /// File with the passphrase of the export [default: what opens the new vault]
    #[arg(long, value_name = "FILE")]
    pub(crate) export_passphrase_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) token: TokenArguments,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example, after `detente vault import`:\n  detente vault recover --party a --unlock a.key reports.jsonl"
)]
pub(crate) struct VaultRecover {
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    #[command(flatten)]
    pub(crate) unlock: UnlockArguments,
    /// Find this entry only [default: every unknown one]
    #[arg(long, value_name = "INDEX")]
    pub(crate) entry: Option<String>,
    /// Seeds to try above the newest known one of each epoch; at most 65536
    #[arg(long, value_name = "N", default_value = "65536")]
    pub(crate) tries: String,
    #[command(flatten)]
    pub(crate) envelope: EnvelopeArguments,
    /// Reports in VERIS JSON, as they were committed: one object, an array, or JSON Lines; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}
