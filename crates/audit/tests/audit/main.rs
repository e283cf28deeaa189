//! Audits of small logs, built entry by entry.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod example;
mod incident;
mod malformed;
mod presentations;
mod procedure;
mod scene;
