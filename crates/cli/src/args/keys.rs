//! Arguments of the commands about a party's keys.

use clap::{Args, Subcommand, ValueEnum};

use super::{NewKeyArguments, PartyArguments, TokenArguments, UnlockArguments};

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// List the keys of a party's log, and which of them sign
    List(KeysList),
    /// Enrol one more author key
    Add(KeysAdd),
    /// Replace the author key or the sealing key that signs
    Rotate(KeysRotate),
    /// End an author key
    Revoke(KeysRevoke),
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente keys list --party a --unlock a.key")]
pub(crate) struct KeysList {
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    #[command(flatten)]
    pub(crate) unlock: UnlockArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente keys add --party a --unlock a.key")]
pub(crate) struct KeysAdd {
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    #[command(flatten)]
    pub(crate) unlock: UnlockArguments,
    #[command(flatten)]
    pub(crate) place: NewKeyArguments,
    #[command(flatten)]
    pub(crate) token: TokenArguments,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum RoleArgument {
    /// Signs grants and visible entries; counterparts know it as the audience key
    Author,
    /// Signs sealed entries
    Sealing,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente keys rotate --role sealing --party a --unlock a.key")]
pub(crate) struct KeysRotate {
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    #[command(flatten)]
    pub(crate) unlock: UnlockArguments,
    #[command(flatten)]
    pub(crate) place: NewKeyArguments,
    #[command(flatten)]
    pub(crate) token: TokenArguments,
    /// Which key
    #[arg(long, value_enum)]
    pub(crate) role: RoleArgument,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ReasonArgument {
    /// Not stated
    Unspecified,
    /// No longer needed
    Retired,
    /// Not to be found
    Lost,
    /// In other hands
    Compromised,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example, with the digest of an author key out of `detente keys list`:\n  detente keys revoke DIGEST --reason retired --party a --unlock a.key"
)]
pub(crate) struct KeysRevoke {
    /// Digest of the key, as `keys list` shows it
    #[arg(value_name = "DIGEST")]
    pub(crate) key: String,
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    #[command(flatten)]
    pub(crate) unlock: UnlockArguments,
    #[command(flatten)]
    pub(crate) token: TokenArguments,
    /// Why; everybody will read it in the log
    #[arg(long, value_enum)]
    pub(crate) reason: ReasonArgument,
}
