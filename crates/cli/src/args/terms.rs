//! Arguments of the commands about terms, and of the statements by which they are kept.

use std::path::PathBuf;

use clap::Args;

use super::{PartyArguments, ReadingArguments, TokenArguments, UnlockArguments};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente form request.assistance > request.toml")]
pub(crate) struct Form {
    /// Kind of the statement, such as request.assistance
    #[arg(value_name = "KIND")]
    pub(crate) kind: String,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  detente form ping | sed 's|^to = .*|to = \"b.example\"|' > ping.toml && detente issue ping --from ping.toml --party a --unlock a.key --log b/log"
)]
pub(crate) struct Issue {
    /// Kind of the statement, such as request.answer
    #[arg(value_name = "KIND")]
    pub(crate) kind: String,
    /// The form, filled in; - is standard input
    #[arg(long, value_name = "FORM")]
    pub(crate) from: PathBuf,
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    #[command(flatten)]
    pub(crate) unlock: UnlockArguments,
    #[command(flatten)]
    pub(crate) token: TokenArguments,
    /// Folder or http(s) address of the log that an index in the form is of, and that a party's name stands for (can be repeated)
    #[arg(long = "log", value_name = "LOG")]
    pub(crate) logs: Vec<PathBuf>,
    /// Your own policy for the logs that are read; without one each log's own genesis is believed
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArguments,
}
