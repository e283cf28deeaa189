//! Arguments of the commands about one's own policy.

use std::path::PathBuf;

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Say what a policy withstands, who could split or stop it, and what to ask about
    Check(PolicyCheck),
    /// Say in sentences what a policy asks for
    Show(PolicyShow),
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente policy check b/trusted/a.policy")]
pub(crate) struct PolicyCheck {
    /// A policy; its companion lies beside it
    #[arg(value_name = "FILE")]
    pub(crate) policy: PathBuf,
    /// Another relier's policy: can the two be shown two trees?
    #[arg(long, value_name = "FILE")]
    pub(crate) with: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente policy show b/trusted/a.policy")]
pub(crate) struct PolicyShow {
    /// A policy; its companion lies beside it
    #[arg(value_name = "FILE")]
    pub(crate) policy: PathBuf,
    /// Print the policy in its one plain form instead: no remarks, one space
    #[arg(long)]
    pub(crate) canonical: bool,
}
