//! Commands and options. Help texts end in a command that works when pasted after `detente demo`.

mod audit;
mod daily;
mod keys;
mod manual;
pub(crate) mod policy;
mod reading;
mod serve;
mod terms;
mod token;
mod vault;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use audit::{Audit, AuditInput, Inbox};
pub(crate) use daily::{Amend, Receipt, Sets, SetsList, SetsSave, SetsShow, Show};
pub(crate) use keys::{Keys, ReasonArgument, RoleArgument};
pub(crate) use manual::{Completion, Doctor, Man, ShellArgument};
pub(crate) use reading::{LogMirror, ReadingArguments};
pub(crate) use serve::{AroundArguments, LogAccess, LogAccessAdd, LogServe, WitnessServe};
pub(crate) use terms::{AgreementCheck, AgreementCommand, AgreementPreset, Form, Issue};
pub(crate) use token::{NewKeyArguments, TokenArguments};
pub(crate) use vault::{UnlockArguments, Vault, VaultExport, VaultImport, VaultPassphrase, VaultRecover};

/// Trust but verify, for cyberspace: sealed incident logs between parties that do not trust each other.
#[derive(Debug, Parser)]
#[command(
    name = "detente",
    version,
    propagate_version = true,
    after_help = "Exit codes: 0 verified or done, 1 checked and not valid, 2 could not check, 3 checked and undecided.\n\n\
                  Example:\n  detente demo --out demo"
)]
pub(crate) struct Arguments {
    /// Print one JSON object on standard output, on success and on failure
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Print nothing but results and errors
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make a party: vault, keys, log with its genesis, files to hand over
    Init(Init),
    /// Seal incident reports and publish them in one checkpoint
    Commit(Commit),
    /// List the entries of a party's log
    Entries(Entries),
    /// Open chosen fields of one entry to one audience, in one file
    Disclose(Disclose),
    /// Verify a presentation, a receipt, a tlog-proof or a finding, offline
    Verify(Verify),
    /// Verify another log whole, and record its checkpoint in one's own
    Anchor(Anchor),
    /// Print an empty form for a kind of visible statement
    Form(Form),
    /// Sign a visible statement from a form, and publish it
    Issue(Issue),
    /// Terms that parties adopt
    #[command(subcommand)]
    Agreement(AgreementCommand),
    /// Who kept what: verdicts from agreements and the parties' logs
    Audit(Audit),
    /// What a party owes and is owed, with due times
    Inbox(Inbox),
    /// Cosign checkpoints of logs, as a neutral third
    #[command(subcommand)]
    Witness(crate::commands::witness::Witness),
    /// Prove to others that a log or a witness signed what no honest one does
    #[command(subcommand)]
    Finding(crate::commands::finding::Finding),
    /// Look at one's own policy
    #[command(subcommand)]
    Policy(policy::PolicyCommand),
    /// Work on a log that somebody published
    #[command(subcommand)]
    Log(Log),
    /// Show what any file says, without trusting it
    Explain(Explain),
    /// Play the whole story on the shipped incidents
    Demo(Demo),
    /// Show the whole record of one sealed entry, to its owner
    Show(Show),
    /// Make the receipt of an entry again, from the log
    Receipt(Receipt),
    /// Seal amendments of reports that are committed, and publish them in one checkpoint
    Amend(Amend),
    /// Saved choices of fields, for `disclose --set`
    #[command(subcommand)]
    Sets(Sets),
    /// A party's vault as a whole
    #[command(subcommand)]
    Vault(Vault),
    /// The keys that sign for a party
    #[command(subcommand)]
    Keys(Keys),
    /// Print what a shell needs to complete these commands
    Completion(Completion),
    /// Write manual pages, one a command
    Man(Man),
    /// Look for what may be wrong with a party, and change nothing
    Doctor(Doctor),
}

/// Whose folder, and what opens it.
#[derive(Debug, Args)]
pub(crate) struct PartyArguments {
    /// The party's folder
    #[arg(long, value_name = "DIR", env = "DETENTE_PARTY", default_value = ".")]
    pub(crate) party: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente init --party c --origin c.example/log --unlock c.key")]
pub(crate) struct Init {
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    /// Origin of the log, such as a.example/log
    #[arg(long, value_name = "ORIGIN")]
    pub(crate) origin: String,
    /// Name of the party [default: the origin up to its first slash]
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Unlock file of the vault; made, with mode 600, when it does not exist
    #[arg(long, value_name = "FILE", env = "DETENTE_UNLOCK")]
    pub(crate) unlock: Option<PathBuf>,
    /// File with a passphrase for the vault, in the place of an unlock file; without either it is asked for
    #[arg(long, value_name = "FILE")]
    pub(crate) passphrase_file: Option<PathBuf>,
    /// Make the author, sealing and checkpoint keys in the PKCS#11 token with this label or serial number
    #[arg(long, value_name = "LABEL", requires = "pkcs11_module")]
    pub(crate) token: Option<String>,
    #[command(flatten)]
    pub(crate) reach: TokenArguments,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum DuplicatesArgument {
    /// Refuse the batch, naming the entry that holds the id
    Refuse,
    /// Commit the report as an amendment of that entry
    Amend,
    /// Leave the report out
    Skip,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum ExtraArgument {
    /// Refuse a property that the profile does not know
    Refuse,
    /// Keep it under plus, member detente_extra
    Plus,
}

/// What is said of every report beside what it says itself.
#[derive(Debug, Args)]
pub(crate) struct EnvelopeArguments {
    /// What to do with a property that the profile does not know
    #[arg(long, value_enum, default_value = "refuse")]
    pub(crate) extra: ExtraArgument,
    /// Stage of the reports, such as early, notify or final
    #[arg(long, value_name = "WORD")]
    pub(crate) stage: Option<String>,
    /// When the reports were made, as the party says: a year, month, day or RFC 3339 time
    #[arg(long, value_name = "TIME")]
    pub(crate) claimed_time: Option<String>,
    /// Role of the author inside the party
    #[arg(long, value_name = "WORD")]
    pub(crate) author_role: Option<String>,
    /// Severity as SCALE:VALUE, such as nciss:High
    #[arg(long, value_name = "SCALE:VALUE")]
    pub(crate) severity: Option<String>,
}

/// Reports, and what is said of each.
#[derive(Debug, Args)]
pub(crate) struct ReportArguments {
    #[command(flatten)]
    pub(crate) envelope: EnvelopeArguments,
    /// Write no receipts; `detente receipt` makes any of them later
    #[arg(long)]
    pub(crate) no_receipts: bool,
    /// Reports in VERIS JSON: one object, an array, or JSON Lines; - is standard input
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  detente commit --party a --unlock a.key --duplicates amend reports.jsonl"
)]
pub(crate) struct Commit {
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    #[command(flatten)]
    pub(crate) unlock: UnlockArguments,
    #[command(flatten)]
    pub(crate) token: TokenArguments,
    /// What to do with an incident id that is already committed
    #[arg(long, value_enum, default_value = "refuse")]
    pub(crate) duplicates: DuplicatesArgument,
    #[command(flatten)]
    pub(crate) reports: ReportArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente entries --party a --unlock a.key --newest --limit 5")]
pub(crate) struct Entries {
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    #[command(flatten)]
    pub(crate) unlock: UnlockArguments,
    /// Only entries of this kind, such as sealed; with the unlock file also a real one, such as incident.amend, or unknown
    #[arg(long, value_name = "KIND")]
    pub(crate) kind: Option<String>,
    /// Only entries of this incident id; needs the unlock file
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Only entries from this index on
    #[arg(long, value_name = "INDEX")]
    pub(crate) since: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N")]
    pub(crate) limit: Option<String>,
    /// The newest first
    #[arg(long)]
    pub(crate) newest: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  detente disclose 7 --party a --unlock a.key --field action --field sector.2 --to b.example --tlp AMBER --out q.json"
)]
pub(crate) struct Disclose {
    /// Index of the entry
    #[arg(value_name = "INDEX")]
    pub(crate) index: String,
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    #[command(flatten)]
    pub(crate) unlock: UnlockArguments,
    #[command(flatten)]
    pub(crate) token: TokenArguments,
    /// A field to open: a name such as sector.2, or a dotted pointer; a group opens whole (can be repeated)
    #[arg(long = "field", value_name = "NAME", required_unless_present = "sets")]
    pub(crate) fields: Vec<String>,
    /// A saved choice of fields to open, from sets/ (can be repeated)
    #[arg(long = "set", value_name = "NAME")]
    pub(crate) sets: Vec<String>,
    /// The audience: a name that trusted/ maps to a key, or a key file
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) to: String,
    /// TLP 2.0: CLEAR, GREEN, AMBER, AMBER+STRICT or RED
    #[arg(long, value_name = "WORD", default_value = "AMBER")]
    pub(crate) tlp: String,
    /// PAP: CLEAR, GREEN, AMBER or RED [default: as the TLP]
    #[arg(long, value_name = "WORD")]
    pub(crate) pap: Option<String>,
    /// The file to write; - is standard output
    #[arg(long, value_name = "FILE", required_unless_present = "dry_run")]
    pub(crate) out: Option<PathBuf>,
    /// Encrypt the file to an age recipient
    #[arg(long, value_name = "age1…")]
    pub(crate) encrypt_to: Option<String>,
    /// Show what would be seen, and write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Do not ask; a command without a terminal never asks
    #[arg(long)]
    pub(crate) yes: bool,
    /// Overwrite the file
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente verify p.json --policy b/trusted/a.policy")]
pub(crate) struct Verify {
    /// A presentation, a receipt, a tlog-proof or a finding; - is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// Your own policy; its companion is the same name with .json. Only a finding can do without
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// The entry that a bare tlog-proof is about
    #[arg(long, value_name = "FILE")]
    pub(crate) entry: Option<PathBuf>,
    /// Your own key file: refuse a presentation that is for somebody else
    #[arg(long, value_name = "FILE")]
    pub(crate) audience: Option<PathBuf>,
    /// age identity file, for an encrypted presentation
    #[arg(long, value_name = "FILE")]
    pub(crate) identity: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente anchor b/log --party a --unlock a.key --policy b/share/b.policy")]
pub(crate) struct Anchor {
    /// Folder or http(s) address of the other log
    #[arg(value_name = "LOG")]
    pub(crate) log: PathBuf,
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    #[command(flatten)]
    pub(crate) unlock: UnlockArguments,
    #[command(flatten)]
    pub(crate) token: TokenArguments,
    /// Your own policy for that log
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: PathBuf,
    /// Bring this mirror of that log up to date and go by it
    #[arg(long, value_name = "DIR")]
    pub(crate) mirror: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Log {
    /// Derive every leaf, root and signature of a log again
    Check(LogCheck),
    /// Keep a verified copy of a log, and bring it up to date
    Mirror(LogMirror),
    /// Serve a log over HTTP: readers get what is published, submitters receipts
    Serve(LogServe),
    /// Who may read a private log
    #[command(subcommand)]
    Access(LogAccess),
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente log check a/log --policy b/trusted/a.policy")]
pub(crate) struct LogCheck {
    /// Folder or http(s) address of a published log
    #[arg(value_name = "LOG")]
    pub(crate) log: PathBuf,
    /// Your own policy; without one the log's own genesis is believed
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Bring this mirror up to date and check it: the log must go on from what was seen before
    #[arg(long, value_name = "DIR")]
    pub(crate) mirror: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) reading: ReadingArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente explain p.json")]
pub(crate) struct Explain {
    /// A presentation, receipt, finding, checkpoint, policy, companion, key, profile, entry, agreement, content, manifest or report; - is standard input
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente demo --out demo")]
pub(crate) struct Demo {
    /// Folder for the story; must not exist [default: a new temporary folder]
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
}
