//! A log on disk: published by one writer that may crash anywhere, read and checked by anybody.
//!
//! Spec: `specs/log.md`.
//!
//! ```text
//! entries ─append─▶ staging/ ─▶ state ─▶ tile/ ─▶ history/ ─▶ checkpoint      LogWriter
//!                            (commits)                  │
//!                     receipt ◀── proofs ◀── LogDirectory ──▶ check_log        readers
//! ```
//!
//! # In scope
//! - [`LogWriter`]: sequencing, publishing and recovery after a crash; [`LogSigner`], the key that it is lent.
//! - [`LogDirectory`] and [`LogTree`]: reading a log of either party within strict bounds. Nothing read is verified by
//!   reading it.
//! - [`receipt()`]: one entry's offline proof.
//! - [`check_log`]: everything that can be checked of a log from its public files.
//! - [`Store`] and [`StepHook`]: the only code that writes, each durable step announced.
//!
//! # Out of scope
//! - What an entry should say, and duplicate incidents: the word `party`.
//! - Asking witnesses: their lines are handed to [`LogWriter::add_cosignatures`].
//! - The network. A log is a local directory here.
#![forbid(unsafe_code)]

mod check;
mod error;
mod failure;
mod history;
mod layout;
mod reader;
mod receipt;
mod recovery;
mod staging;
mod state;
mod storage;
mod writer;

pub use check::{CheckReport, KindCount, check_log};
pub use error::LogError;
pub use failure::{CheckFailure, Culprit};
pub use reader::{Entries, LogDirectory, LogTree};
pub use receipt::receipt;
pub use storage::{NoHook, Step, StepHook, Store};
pub use writer::{LogSigner, LogWriter, Published};
