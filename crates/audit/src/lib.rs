//! Who kept what: a function from the logs of the parties, their agreements, a policy, presentations and a time to a
//! table of verdicts.
//!
//! Spec: `specs/audit.md`.
//!
//! ```text
//! policy, agreements ──Case::open──▶ Case ─────────┐
//! entries ──LogState::push──▶ LogState ─┐          ├──Case::audit(at)──▶ Audit ──▶ report, threads, annex
//! notes ────────────────────────────────┴ LogInput ┤
//! presentations, contents ─────────────────────────┘
//! ```
//!
//! # In scope
//! - [`LogState`]: a log's entries, replayed; kept between two audits as a notebook.
//! - [`Case::audit`]: notes, times, anchors, presentations, contents, and the facts that they give.
//! - [`Audit`]: cells of every agreement, threads, the scoreboard, the bytes of the report.
//! - [`Fork`]: two notes that no one tree has, with the finding that shows it.
//! - [`Annex`]: everything that a third person needs to compute the report again.
//!
//! # Out of scope
//! - What the facts are worth: `agreement`. Reading logs and writing files: `log`, `cli`.
//! - Clocks, randomness, files, the network: `at` is an argument.

mod anchors;
mod annex;
mod audit;
mod case;
mod contents;
mod error;
mod facts;
mod file;
mod log;
mod note;
mod notebook;
mod parallel;
mod presentations;
mod report;
mod scoreboard;
mod seen;
mod state;
mod thread;

pub use annex::{Annex, AnnexContents};
pub use audit::{Audit, LogSummary};
pub use case::{Case, CaseParty};
pub use error::{AuditError, Fork};
pub use log::LogInput;
pub use report::Refused;
pub use scoreboard::Scoreboard;
pub use state::{LogState, Malformed};
pub use thread::Thread;
