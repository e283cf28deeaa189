//! What the tests of the workspace share: the operations of the specs' vectors over the crates, and a party in memory.
//!
//! Specs: the "Vectors" table at the end of each page of `specs/`.
//!
//! # In scope
//! - [`evaluate`](evaluate::evaluate): one vector's operation and input to its outcome, by the crates and by nothing else.
//! - [`party`]: a party, its witnesses and its readers, built from seeds, so that every run makes the same bytes.
//!
//! # Out of scope
//! - Making vectors: `detente-testkit`, which shares no code with the crates under test.
//! - Logs on a disk, vaults, the command line: their own tests.
#![forbid(unsafe_code)]

pub mod evaluate;
pub mod party;
