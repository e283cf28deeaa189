//! Arguments of the commands about the tool itself and its surroundings.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{PartyArguments, UnlockArguments};

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ShellArgument {
    /// Bash
    Bash,
    /// Zsh
    Zsh,
    /// Fish
    Fish,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente completion bash > detente.bash")]
pub(crate) struct Completion {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: ShellArgument,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente man man1")]
pub(crate) struct Man {
    /// Folder for the pages; made when it is not there, pages of the same name are replaced
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente doctor --party a --unlock a.key")]
pub(crate) struct Doctor {
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    #[command(flatten)]
    pub(crate) unlock: UnlockArguments,
}
