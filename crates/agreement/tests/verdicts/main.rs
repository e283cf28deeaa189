//! Verdicts worked by hand: for every rule a story in which the rule decides, the reasoning beside it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "a test stops at the first surprise"
)]
#![forbid(unsafe_code)]

mod accuse;
mod cadence;
mod count;
mod force;
mod properties;
mod random;
mod report;
mod respond;
mod scale;
mod story;
mod threads;
