//! Ours and the peers' on the same work in one run.
//!
//! # In scope
//! - [`measure`]: interleaved rounds, medians, one table.
//! - [`corpus`]: incident reports, as many as wanted. [`process`]: processor time and memory of this process.
//! - [`statements`]: statements signed beforehand, in a file.
//! - [`party`]: a party in a folder that goes away afterwards.
//! - [`two_logs`]: two parties' logs that answer and anchor each other, in files.
//! - One binary a question, in `src/bin/`.
//!
//! # Out of scope
//! - Passing or failing: a figure is read by a person, on a machine that is named beside it.
#![forbid(unsafe_code)]

pub mod corpus;
pub mod measure;
pub mod party;
pub mod process;
pub mod statements;
pub mod two_logs;
