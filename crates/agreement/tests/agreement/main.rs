//! The rules of `specs/agreement.md` on files, bodies and contents, one test or more each.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod bodies;
mod bodies_refused;
mod contents;
mod explain;
mod file;
mod file_refused;
mod fixture;
mod policy;
mod presets;
mod remarks;
