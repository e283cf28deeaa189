//! Arguments of the commands for every day.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{PartyArguments, ReportArguments, TokenArguments, UnlockArguments};

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente show 7 --party a --unlock a.key")]
pub(crate) struct Show {
    /// Index of the entry
    #[arg(value_name = "INDEX")]
    pub(crate) index: String,
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    #[command(flatten)]
    pub(crate) unlock: UnlockArguments,
    /// Print the document alone, as one line of JSON
    #[arg(long)]
    pub(crate) document: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente receipt 7 --party a --out 7.tlog-proof")]
pub(crate) struct Receipt {
    /// Index of the entry
    #[arg(value_name = "INDEX")]
    pub(crate) index: String,
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    /// The file to write; - is standard output [default: its place in receipts/, replaced when it is there]
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Overwrite the file
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente amend --party a --unlock a.key --stage final amended.json")]
pub(crate) struct Amend {
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    #[command(flatten)]
    pub(crate) unlock: UnlockArguments,
    #[command(flatten)]
    pub(crate) token: TokenArguments,
    #[command(flatten)]
    pub(crate) reports: ReportArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Sets {
    /// Name every set with its fields
    List(SetsList),
    /// Print the fields of one set, one a line
    Show(SetsShow),
    /// Keep a choice of fields under a name
    Save(SetsSave),
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente sets list --party a")]
pub(crate) struct SetsList {
    #[command(flatten)]
    pub(crate) party: PartyArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente sets show first-answer --party a")]
pub(crate) struct SetsShow {
    /// Name of the set
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) party: PartyArguments,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  detente sets save first-answer --party a --field id --field sector.2 --field occurred.year"
)]
pub(crate) struct SetsSave {
    /// Name of the set: letters, digits, hyphens and underscores
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    /// A field: a name such as sector.2, or a dotted pointer (can be repeated)
    #[arg(long = "field", value_name = "NAME", required = true)]
    pub(crate) fields: Vec<String>,
    /// Overwrite the set
    #[arg(long)]
    pub(crate) force: bool,
}
