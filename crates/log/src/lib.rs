//! A log on disk: written by one engine that may crash anywhere, read and checked by anybody.
//!
//! Spec: `specs/log.md`.
//!
//! ```text
//! submit ─▶ Sequencer ─batch─▶ LogWriter: staging/ ─▶ state ─▶ guards ─▶ tile/ ─▶ history/ ─▶ checkpoint
//!             │  └ index/                          (commits)               sign, cosign
//!             └◀── receipts                                        LogDirectory ──▶ check_log     readers
//! ```
//!
//! # In scope
//! - [`LogWriter`]: committing, publishing and recovery after a crash; [`LogSigner`], the key that it is lent;
//!   [`Guards`] against restored backups; [`Cosigner`], witnesses asked before anything is published.
//! - [`Sequencer`]: many submitters, one order; every entry checked as readers will; group commit and receipts.
//! - [`LogSource`]: where public files come from; a folder, or with the feature `http` an address (`HttpLog`).
//! - [`LogReader`] ([`LogDirectory`] for a folder) and [`LogTree`]: reading a log of either party within strict bounds.
//!   Nothing read is verified by reading it.
//! - [`VerifiedTree`]: the same tree, every tile and bundle verified against a root before it is used.
//! - [`Mirror`]: a verified copy that keeps up with a log, can be ended at any moment, and never turns back.
//! - [`receipt()`]: one entry's offline proof.
//! - [`check_log`]: everything that can be checked of a log from its public files.
//! - [`Store`] and [`StepHook`]: the only code that writes the log, each durable step announced.
//!
//! # Out of scope
//! - What an entry should say, and duplicate incidents: the word `party`.
//! - Talking to witnesses: a [`Cosigner`] does, or their lines are handed to [`LogWriter::add_cosignatures`].
//! - Publishing over a network: the word `server`.
#![forbid(unsafe_code)]

mod check;
mod cleaning;
mod continuation;
mod cosign;
mod edge;
mod error;
mod failure;
mod guard;
mod history;
mod index;
mod layout;
mod mirror;
mod reader;
mod receipt;
mod recovery;
mod sequencer;
mod shown;
mod source;
mod staged;
mod state;
mod storage;
mod writer;

pub use check::{CheckReport, KindCount, check_log};
pub use cosign::{CosignAnswer, CosignRequest, Cosigner, Degraded, Heard, Newest};
pub use error::LogError;
pub use failure::{CheckFailure, Culprit};
pub use guard::Guards;
pub use mirror::{Fetched, Fork, Mirror, MirrorFailure, Mirrored};
pub use reader::{Entries, LogDirectory, LogReader, LogTree, VerifiedTree};
pub use receipt::{Receipt, Receipts, receipt};
pub use sequencer::{Known, Options, Outcome, Refused, Sequencer, Status, Ticket};
pub use shown::Shown;
pub use source::{Content, LogSource};
#[cfg(feature = "http")]
pub use source::{Credentials, HttpLog, HttpOptions, is_address};
pub use storage::{NoHook, Step, StepHook, Store};
pub use writer::{LogSigner, LogWriter, Publication, Published};
