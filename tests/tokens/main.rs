//! Keys in a real PKCS#11 token, SoftHSM's, with the binary that people run; and in a token that fails on demand.
//!
//! Needs the package softhsm2 and a C compiler. Without softhsm2 nothing is run, and one line says so; with
//! `DETENTE_TOKENS=required`, as in CI, that is a failure.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops at the first surprise"
)]
#![forbid(unsafe_code)]
#![cfg(unix)]

mod daily;
mod faulty;
mod inside;
mod life;
mod pins;
mod places;
mod rig;
