//! Portable proof that the holder of a key signed what no honest log or witness signs: one file, verified offline by
//! anybody, that rests on the culprit's own signatures and on nothing that the accuser says.
//!
//! Spec: `specs/finding.md`.
//!
//! ```text
//! two notes ──Finding::fork──▶ Finding ──to_bytes──▶ file
//! &[u8] ──parse──▶ UnverifiedFinding ──verify(Option<&Policy>)──▶ VerifiedFinding
//! ```
//!
//! # In scope
//! - [`Offence`]: the closed list, with the words that never change their meaning.
//! - [`Finding`]: writing one; what a verifier would refuse is never written.
//! - [`UnverifiedFinding::verify`]: the ten steps, and what a [`VerifiedFinding`] proves, does not prove, and rests on.
//!
//! # Out of scope
//! - Looking for offences: whoever holds two notes (`witness`, `cli`).
//! - Faults that nobody signed: a log that shows an old checkpoint, or cannot be reached, makes no finding.
//! - Offences of authors and of parties to an agreement.
//! - Clocks, randomness, files, the network: verification is a function of its arguments.
#![forbid(unsafe_code)]

mod draft;
mod error;
mod file;
mod offence;
mod verified;
mod verify;

pub use draft::Finding;
pub use error::{FindingError, Part};
pub use file::{FINDING_LIMIT, UnverifiedFinding};
pub use offence::Offence;
pub use verified::{SignedHead, VerifiedFinding};
