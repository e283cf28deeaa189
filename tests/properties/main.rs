//! What must hold of every presentation that real code builds: each change fails, nothing hidden shows, and the same
//! script gives the same bytes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod bit_changes;
mod canaries;
mod documents;
mod equal_lengths;
mod round_trip;
mod world;
