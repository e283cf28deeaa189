//! What every other word stands on: newtypes, canonical bytes, strict JSON, and the two tables that nothing may
//! bypass: the [labels](Label) that open hash inputs and the [codes](Code) that name failures.
//!
//! Spec: `specs/core.md`.
//!
//! # In scope
//! - Newtypes for digests, ids, sizes, indices, times, names.
//! - [`canonical`]: the fixed-width byte layout, whole input, bounded, re-encoded.
//! - [`json`]: strict RFC 8259 reading and RFC 8785 writing.
//! - [`decimal`], [`base64`]: the only accepted text forms.
//!
//! # Out of scope
//! - Trees, keys, signatures: they belong to the words built on this one.
//! - Clocks, randomness, files, the network.

pub mod base64;
pub mod canonical;
mod code;
pub mod decimal;
mod digest;
mod error;
pub mod json;
mod label;
mod name;
mod position;

pub use code::{Class, Code};
pub use digest::{Digest, KeyDigest, LogId, ProfileDigest, StatementId};
pub use error::CoreError;
pub use label::{Label, LabelledHasher, REFUSAL_NOTE, STATUS_NOTE};
pub use name::{Name, Origin};
pub use position::{LeafIndex, MAX_POSITION, TreeSize, UnixSeconds};
