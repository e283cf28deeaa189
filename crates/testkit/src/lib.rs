//! Test vectors for every word, and operators that damage bytes.
//!
//! Every object here, valid or wrong, is built from the specs with builders of its own: the recursive tree of RFC 6962,
//! a note writer, a statement writer, a slot tree, a grant. The crates that verify are not used, so a vector never
//! repeats their mistakes. What a vector expects is read from the numbered procedures of the specs: the first step that
//! fails names the code.
//!
//! Spec: `specs/core.md` "Vectors", and the "Vectors" table of every other page.
//!
//! # In scope
//! - [`build`]: small builders that can also build wrong objects.
//! - [`vectors`]: the scenarios, in one deterministic list; [`store`] writes them to files and compares.
//! - [`tamper`] and [`mutate`]: damage with a seed, for runs that compare two verifiers.
//!
//! # Out of scope
//! - Verifying anything: the runners are in the crates and in `specs/reference/`.
//! - Clocks, randomness, the network. One seed or none gives the same bytes for ever.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "every input is fixed and ours: a failure is a mistake in a scenario and must stop the generator"
)]

pub mod build;
pub mod mutate;
pub mod random;
pub mod store;
pub mod tamper;
pub mod vector;
pub mod vectors;
