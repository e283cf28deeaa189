//! Arguments of the servers, and of who may read a private log.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Subcommand};

use super::{PartyArguments, TokenArguments, UnlockArguments};

/// Addresses and TLS, the same for a log and a witness.
#[derive(Debug, Args)]
pub(crate) struct AroundArguments {
    /// Address and port for clients; port 0 takes a free one
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) listen: SocketAddr,
    /// Address and port for operators: /health and /metrics
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) admin: Option<SocketAddr>,
    /// Certificate chain in PEM, the server's own first
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,
    /// Private key of that certificate in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,
    /// Allow plain HTTP on an address that is not this machine's own, as behind a proxy
    #[arg(long)]
    pub(crate) insecure: bool,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example, until Ctrl-C:\n  detente log serve a/log --party a --unlock a.key --listen 127.0.0.1:8080"
)]
pub(crate) struct LogServe {
    /// Folder of the log
    #[arg(value_name = "LOG")]
    pub(crate) log: PathBuf,
    #[command(flatten)]
    pub(crate) around: AroundArguments,
    #[command(flatten)]
    pub(crate) party: PartyArguments,
    #[command(flatten)]
    pub(crate) unlock: UnlockArguments,
    #[command(flatten)]
    pub(crate) token: TokenArguments,
    /// Serve what is published and take nothing: no key and no vault are needed
    #[arg(long, conflicts_with_all = ["policy", "guard", "new_guards", "max_wait", "max_batch", "queue"])]
    pub(crate) read_only: bool,
    /// Publish only what this policy's quorum has cosigned; its witnesses have addresses
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,
    /// Let in only whom this file lists; `detente log access` keeps it
    #[arg(long, value_name = "FILE")]
    pub(crate) access: Option<PathBuf>,
    /// A file on another disk that remembers how far the log has got (can be repeated)
    #[arg(long, value_name = "FILE")]
    pub(crate) guard: Vec<PathBuf>,
    /// Make guards that are missing: only when this is surely the newest copy of the log
    #[arg(long, requires = "guard")]
    pub(crate) new_guards: bool,
    /// Milliseconds that the first entry of a batch waits for others [default: 10]
    #[arg(long, value_name = "MS")]
    pub(crate) max_wait: Option<u32>,
    /// Entries after which a batch goes at once [default: 1024]
    #[arg(long, value_name = "N")]
    pub(crate) max_batch: Option<u32>,
    /// Entries that may wait; more are refused as BUSY [default: 8192]
    #[arg(long, value_name = "N")]
    pub(crate) queue: Option<u32>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example, until Ctrl-C:\n  detente witness serve w1 --listen 127.0.0.1:8081")]
pub(crate) struct WitnessServe {
    /// The witness's folder
    #[arg(value_name = "DIR")]
    pub(crate) witness: PathBuf,
    #[command(flatten)]
    pub(crate) around: AroundArguments,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LogAccess {
    /// Let a counterpart in, by a new token or by a certificate
    Add(LogAccessAdd),
    /// List who is let in
    List(LogAccessList),
    /// Let a counterpart in no longer
    Remove(LogAccessRemove),
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente log access add b.example --file access.json")]
pub(crate) struct LogAccessAdd {
    /// The counterpart's name in log lines
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The access file; made, with mode 600, when it does not exist
    #[arg(long, value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The counterpart's TLS certificate in PEM, in the place of a token
    #[arg(long, value_name = "FILE")]
    pub(crate) certificate: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente log access list --file access.json")]
pub(crate) struct LogAccessList {
    /// The access file
    #[arg(long, value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  detente log access remove b.example --file access.json")]
pub(crate) struct LogAccessRemove {
    /// The counterpart's name
    #[arg(value_name = "NAME")]
    pub(crate) name: String,
    /// The access file
    #[arg(long, value_name = "FILE")]
    pub(crate) file: PathBuf,
}
