//! How a published log is reached, and where a verified copy of it is kept.

use std::{num::NonZeroUsize, path::PathBuf};

use clap::Args;

/// Credentials and limits for a log at an address.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct ReadingArguments {
    /// File of mode 600 with the token that the log's operator gave you
    #[arg(long, value_name = "FILE")]
    pub(crate) token_file: Option<PathBuf>,
    /// Your certificate in PEM, for a log that asks for one
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) certificate: Option<PathBuf>,
    /// File of mode 600 with its private key in PEM
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub(crate) key: Option<PathBuf>,
    /// Believe these certificates too (PEM), beside those that the system believes
    #[arg(long, value_name = "FILE")]
    pub(crate) root_certificate: Option<PathBuf>,
    /// Most files asked for at a time [default: 8]
    #[arg(long, value_name = "N")]
    pub(crate) connections: Option<NonZeroUsize>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente log mirror a/log copy --policy b/trusted/a.policy")]
pub(crate) struct LogMirror {
    /// Folder or http(s) address of a published log
    #[arg(value_name = "LOG")]
    pub(crate) log: PathBuf,
    /// The copy: a new folder, or one that was made by this command
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Your own policy; without one the log's own genesis is believed
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArguments,
}
