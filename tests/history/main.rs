//! Two years of two parties: sixty threads worked by hand, against the crates and against the second verifier.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod building;
mod data;
mod hand;
mod python;
mod report;
mod rules;
mod table;
mod views;
mod world;
