//! Servers on real sockets of this machine, asked by a client that may break every rule of HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod admin;
mod broken;
mod cosigning;
#[cfg(unix)]
mod descriptors;
mod encrypted;
mod hostile;
mod private;
mod reading;
mod scene;
mod stopping;
mod submitting;
mod wire;
mod witness;
