//! The terms that parties adopted, the statements by which they keep them, and the rules that turn typed facts into
//! verdicts.
//!
//! Spec: `specs/agreement.md`.
//!
//! ```text
//! file ──Agreement::parse──▶ Agreement ──┐
//!                                        ├──evaluate──▶ Evaluation
//! bodies ──Body::decode──▶ Said ▶ Facts ─┘
//! ```
//!
//! # In scope
//! - [`Agreement`]: the file, its obligations, and what is remarkable about it.
//! - The bodies of kinds 32 to 66 but `anchor`, and the contents that they commit to.
//! - [`Period`], [`Interval`], claimed dates, and the one rule of deadlines.
//! - [`Facts`] to [`Cell`]s.
//!
//! # Out of scope
//! - Entries, signatures, logs, presentations: `audit` makes facts of them.
//! - Clocks, randomness, files, the network.
#![forbid(unsafe_code)]

mod body;
mod cell;
mod civil;
mod content;
mod date;
mod deadline;
mod error;
mod evaluate;
mod explain;
mod facts;
mod file;
mod interval;
mod period;
mod preset;
mod remarks;
mod terms;
pub mod words;

pub use body::{Accusation, Body, KINDS, Reference};
pub use cell::{Cell, Force, Place, State, Verdict, VerdictClass};
pub use content::{
    Content, ContentFields, ContentFile, ContentSalt, EvidenceItem, Manifest, UnverifiedContent,
    UnverifiedFile, UnverifiedManifest,
};
pub use date::{ClaimedDate, claimed_days};
pub use deadline::{Known, Ruling, deadline};
pub use error::AgreementError;
pub use evaluate::{Evaluation, evaluate};
pub use facts::{Facts, Held, NoteTimes, Opened, PartyFacts, Said, Timeline, Times, Visible};
pub use file::{Agreement, toml};
pub use interval::{Interval, Moment};
pub use preset::{PRESETS, Preset, preset};
pub use remarks::{Fault, Remark};
pub use terms::{
    AgreementDigest, AgreementTerms, BudgetPeriod, Duty, Obligation, ObligationId, PartyId, PartyTerms,
    Period, ReportTrigger, Start,
};
