//! Arguments about keys in a PKCS#11 token.

use std::path::PathBuf;

use clap::Args;

/// How a token is reached, for commands that may sign with a key in one.
#[derive(Debug, Args)]
pub(crate) struct TokenArguments {
    /// PKCS#11 module of the token, for keys in one [default: the one that the vault remembers]
    #[arg(long, value_name = "FILE", env = "DETENTE_PKCS11_MODULE")]
    pub(crate) pkcs11_module: Option<PathBuf>,
    /// File with the PIN of the token; without it the PIN is asked for on a terminal
    #[arg(long, value_name = "FILE")]
    pub(crate) pin_file: Option<PathBuf>,
}

/// Where a new key is to live; without either, where the key is that it stands in for.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub(crate) struct NewKeyArguments {
    /// Make the new key in the token with this label or serial number
    #[arg(long, value_name = "LABEL")]
    pub(crate) in_token: Option<String>,
    /// Make the new key in the vault
    #[arg(long)]
    pub(crate) in_vault: bool,
}
