//! Arguments about a party's vault: what opens it, and what is done with it.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::PartyArguments;

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
