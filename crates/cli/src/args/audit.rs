//! Arguments of the audit and of the inbox.

use std::path::PathBuf;

use clap::Args;

use super::{PartyArguments, ReadingArguments};

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  detente audit terms.toml --log a=a/log --log b=b/log --annex annex\n  detente audit --check annex"
)]
pub(crate) struct Audit {
    /// Agreements that the parties adopted
    #[arg(value_name = "AGREEMENT", required_unless_present = "check", conflicts_with = "check")]
    pub(crate) agreements: Vec<PathBuf>,
    /// A party, by its short name in the agreements, and the folder or http(s) address of its log (can be repeated)
    #[arg(long = "log", value_name = "ID=LOG", required_unless_present = "check", conflicts_with = "check")]
    pub(crate) logs: Vec<String>,
    #[command(flatten)]
    pub(crate) input: AuditInput,
    /// Show who asked whom what, and what came of it
    #[arg(long)]
    pub(crate) threads: bool,
    /// Count requests and accusations by party, outcome and quarter
    #[arg(long)]
    pub(crate) scoreboard: bool,
    /// Write the report here; - is standard output
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    pub(crate) report: Option<PathBuf>,
    /// Write everything here from which a third person computes the report again; a new folder
    #[arg(long, value_name = "DIR", conflicts_with = "check")]
    pub(crate) annex: Option<PathBuf>,
    /// Keep here what the next audit of the same logs need not verify again
    #[arg(long, value_name = "DIR", conflicts_with = "check")]
    pub(crate) notebook: Option<PathBuf>,
    /// Compute the report of an annex again, and compare
    #[arg(long, value_name = "ANNEX")]
    pub(crate) check: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArguments,
}

/// What an audit is made from beside agreements and logs.
#[derive(Debug, Args)]
pub(crate) struct AuditInput {
    /// Your own policy; its companion is the same name with .json [default: a policy beside the agreement, found by its digest]
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// A presentation that one of the parties made (can be repeated)
    #[arg(long = "presentation", value_name = "FILE")]
    pub(crate) presentations: Vec<PathBuf>,
    /// A content or a manifest that was handed over (can be repeated)
    #[arg(long = "content", value_name = "FILE")]
    pub(crate) contents: Vec<PathBuf>,
    /// Only what was published by then counts, as 2026-03-01 or 2026-03-01T12:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    pub(crate) at: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente inbox terms.toml --party a --log b/log")]
pub(crate) struct Inbox {
    /// Agreements that the party adopted
    #[arg(value_name = "AGREEMENT", required = true)]
    pub(crate) agreements: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    /// Folder or http(s) address of another party's log, with or without its short name as for `audit` (can be repeated)
    #[arg(long = "log", value_name = "[ID=]LOG", required = true)]
    pub(crate) logs: Vec<String>,
    #[command(flatten)]
    pub(crate) input: AuditInput,
    #[command(flatten)]
    pub(crate) reading: ReadingArguments,
}
