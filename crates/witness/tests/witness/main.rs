//! The word witness, from the request to what a restart remembers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod answers;
mod faults;
mod folder;
mod histories;
mod race;
mod refusals;
mod request;
mod scene;
mod stores;
