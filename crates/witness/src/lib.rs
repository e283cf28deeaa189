//! A witness: it signs, with the time, each checkpoint of a log that continues the one it signed before, and never goes
//! back.
//!
//! Spec: `specs/witness.md`.
//!
//! ```text
//! request ─parse─▶ AddCheckpoint ─check─▶ decide ─▶ compare_and_set ─▶ cosignature
//!                                 404 403    │ 400 409 422     │ lost: again
//!                                            ▼                 ▼
//!                                        evidence        WitnessStore
//! ```
//!
//! # In scope
//! - [`AddCheckpoint`]: the request of C2SP tlog-witness, strictly, read and written; [`answer`]: its answer.
//! - [`decide()`]: every rule of the answer, pure.
//! - [`Witness`]: reads, decides, persists, and only then signs.
//! - [`WitnessStore`]: what must be durable, with [`MemoryStore`] and, with feature `sqlite`, `SqliteStore`; with feature
//!   `conformance` a suite that any store must pass.
//! - [`GroupStore`]: writers that share a transaction. [`Refusal`]: what was refused, to be signed on request.
//! - With feature `sqlite`, `WitnessFolder`: key, followed logs and store of one witness in one folder.
//!
//! # Out of scope
//! - HTTP: [`WitnessError::status`] and [`answer`] are what a server needs.
//! - The clock: the time is an argument.
//! - Whether a log should be followed, and who counts as neutral: the word `checkpoint`, on the reader's side.
//! - Cosignatures of type 0x06 and of subtrees.
#![forbid(unsafe_code)]

pub mod answer;
mod batch;
#[cfg(feature = "conformance")]
pub mod conformance;
mod decide;
mod error;
mod evidence;
#[cfg(feature = "sqlite")]
mod folder;
mod group;
#[cfg(feature = "sqlite")]
mod key_file;
mod logs;
mod memory;
mod refusal;
mod request;
mod seen;
#[cfg(feature = "sqlite")]
mod sqlite;
mod store;
mod witness;

pub use batch::{Applied, BatchStore, StoreStep};
pub use decide::{CLOCK_TOLERANCE, Decision, decide};
pub use error::{WitnessError, status_of};
pub use evidence::{Evidence, EvidenceKind, Kept, MAX_EVIDENCE};
#[cfg(feature = "sqlite")]
pub use folder::WitnessFolder;
pub use group::{GroupStore, MAX_GROUP};
#[cfg(feature = "sqlite")]
pub use key_file::{create_key_file, read_key_file};
pub use logs::TrustedLogs;
pub use memory::MemoryStore;
pub use refusal::{MAX_REFUSALS, Refusal};
pub use request::{AddCheckpoint, MAX_PROOF_HASHES, MAX_REQUEST_BYTES};
pub use seen::{Seen, SeenKey};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
pub use store::WitnessStore;
pub use witness::{Answered, MAX_TRIES, Witness};
