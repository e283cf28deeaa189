//! A log's signed tree head, as the field writes it: C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof
//! and tlog-policy; and when an entry was published, by the times of neutral witnesses.
//!
//! Spec: `specs/checkpoint.md`.
//!
//! # In scope
//! - [`PublicKey`], [`SigningKey`], [`Ed25519Signer`]: Ed25519 under the one strict rule; [`NoteKey`]: keys with a name (vkeys).
//! - [`UnverifiedNote`], [`TreeHead`], [`cosignature`]: the texts, read and written.
//! - [`Policy`]: which logs and witnesses a relier trusts, who is neutral, and when a quorum is met.
//! - [`UnverifiedCheckpoint::verify`]: the only way to a [`VerifiedCheckpoint`].
//! - [`Pool`]: the earliest and the latest time of publication of an entry.
//! - [`UnverifiedProof`]: an entry's inclusion in one file.
//! - [`UnverifiedAnchor`]: the body of a statement that holds another log's checkpoint.
//!
//! # Out of scope
//! - The tree itself and what an entry means: other words.
//! - Clocks and randomness: times and seeds are arguments. Files and the network.
//! - Signature types other than 0x01 and 0x04: their lines are carried and ignored.
#![forbid(unsafe_code)]

pub mod anchor;
mod checkpoint;
pub mod cosignature;
mod error;
mod key;
mod note;
mod policy;
pub mod proof;
mod time;
mod verify;
mod vkey;

pub use anchor::{Anchor, UnverifiedAnchor};
pub use checkpoint::TreeHead;
pub use error::{CheckpointError, PolicyFault};
pub use key::{Ed25519Signer, InvalidSignature, PublicKey, SigningFault, SigningKey, WeakKey};
pub use note::{MAX_NOTE_BYTES, MAX_SIGNATURES, SignatureLine, UnverifiedNote};
pub use policy::{
    Companion, MAX_COMPARED_WITNESSES, MAX_POLICY_BYTES, MAX_POLICY_ITEMS, MAX_REVIEWED_SETS, Operators,
    Policy, PolicyFiles, PolicyId, PolicyLog, PolicyReview, Remark, Witness, WitnessName,
};
pub use proof::{MAX_PROOF_BYTES, UnverifiedProof, VerifiedInclusion};
pub use time::{Pool, PublicationTime, QuorumTimes};
pub use verify::{
    UnverifiedCheckpoint, VerifiedCheckpoint, VerifiedCosignature, Witnessing, prove_consistent,
};
pub use vkey::{KeyId, KeyType, NoteKey};
