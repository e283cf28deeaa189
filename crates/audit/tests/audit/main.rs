//! Audits of small logs, built entry by entry.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod annex;
mod contents;
mod example;
mod incident;
mod malformed;
mod notebook;
mod presentations;
mod procedure;
mod robustness;
mod scene;
mod times;
