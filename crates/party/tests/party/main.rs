//! A party on a disk: what a crash, an old copy, a thief and a hurry leave of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]
#![forbid(unsafe_code)]

mod anchor;
mod batches;
mod copied_log;
mod copies;
mod crash;
mod daily;
mod issue;
mod keys;
mod lost;
mod moving;
mod parts;
mod passphrase;
mod secrecy;
mod stage;
mod times;
