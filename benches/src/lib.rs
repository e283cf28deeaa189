//! Ours and the peers' on the same work in one run.
//!
//! # In scope
//! - [`measure`]: interleaved rounds, medians, one table.
//! - One binary a question, in `src/bin/`.
//!
//! # Out of scope
//! - Passing or failing: a figure is read by a person, on a machine that is named beside it.
#![forbid(unsafe_code)]

pub mod measure;
