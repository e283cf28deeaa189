//! A scripted adversary against `presentation.verify`: what it tries, and the code that it meets.
//!
//! The adversary is whoever makes the file: a reader that passes it on, another party, or the log's own operator with all
//! of its keys. Where a file alone cannot tell, the test says so and shows which later check does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod checkpoints;
mod events;
mod genesis;
mod grants;
mod keys;
mod openings;
mod places;
mod profiles;
mod stage;
mod witnesses;
