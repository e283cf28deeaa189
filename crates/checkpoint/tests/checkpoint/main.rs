//! The rules of `specs/checkpoint.md`, one test or more each.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod companion;
mod fixture;
mod key;
mod note;
mod policy;
mod proof;
mod quorum;
mod review;
mod robustness;
mod text;
mod time;
mod vector_a;
mod verify;
mod vkey;
