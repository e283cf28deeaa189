//! Arguments of the commands about terms, and of the statements by which they are kept.

use std::path::PathBuf;

use clap::{Args, Subcommand};

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

#[derive(Debug, Subcommand)]
pub(crate) enum AgreementCommand {
    /// Explain an agreement in plain sentences, and find what cannot work in it
    Check(AgreementCheck),
    /// Print the agreement of a preset, for these parties and this policy
    Preset(AgreementPreset),
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente agreement check terms.toml --policy terms.policy")]
pub(crate) struct AgreementCheck {
    /// The agreement; - is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Your own policy; its companion is the same name with .json. Without it the agreement is not held against one
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  detente agreement preset us-cn-2015 --party a=a/log --party b=b/log --policy terms.policy > us-cn.toml"
)]
pub(crate) struct AgreementPreset {
    /// Name of the preset
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// A party: its short name and its log, in the order of the file (can be repeated)
    #[arg(long = "party", value_name = "ID=LOG", required = true)]
    pub(crate) parties: Vec<String>,
    /// The policy that the parties agree on; its companion is the same name with .json
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: PathBuf,
    #[command(flatten)]
    pub(crate) reading: ReadingArguments,
}
