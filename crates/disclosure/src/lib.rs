//! How a document is cut into slots, how the slots are sealed into one digest, and how some are opened later.
//!
//! Spec: `specs/disclosure.md`; the built-in profile: `specs/profiles/veris-1.json`.
//!
//! ```
//! use std::collections::BTreeSet;
//!
//! use detente_core::LogId;
//! use detente_disclosure::{Document, Envelope, Profile, RealKind, Seed, UnverifiedOpenings};
//!
//! # fn main() -> Result<(), detente_disclosure::DisclosureError> {
//! let profile = Profile::veris_1();
//! let document = Document::parse(br#"{"victim":{"industry":"541330"}}"#)?;
//! let mut values = document.to_slots(profile)?;
//! values.set_envelope(&Envelope::new(RealKind::IncidentReport))?;
//!
//! let seed = Seed::from_bytes([7; 32]); // 32 fresh secret bytes, never used twice
//! let sealing = values.seal(LogId::ZERO, &seed);
//! let chosen: BTreeSet<_> = profile.select("sector.2")?.into_iter().collect();
//! let opened: UnverifiedOpenings = sealing.open(&chosen)?;
//!
//! let verified = opened.verify(profile, LogId::ZERO, sealing.sealed())?;
//! assert_eq!(verified.iter().next().and_then(|opened| opened.value()).and_then(|value| value.as_str()), Some("54"));
//! # Ok(())
//! # }
//! ```
//!
//! # In scope
//! - [`Profile`]: the fixed list of slots, parsed strictly; what people may type for a field.
//! - [`Document`] to [`SlotValues`] and back, without loss.
//! - [`Sealing`]: salts, leaves, the tree and the sealed value; openings with their multi-proof.
//! - [`UnverifiedOpenings::verify`]: the only way from opened bytes to values one may rely on.
//!
//! # Out of scope
//! - Signatures, grants, audiences: `presentation`. Where seeds come from and where documents are kept: `party`.
//! - Evidence manifests: slot 7 is kept free for them.

mod block;
mod check;
mod claimed_time;
mod document;
mod envelope;
mod error;
mod opening;
mod pointer;
mod profile;
mod seal;
mod select;
mod slots;
mod tree;
mod verify;

pub use claimed_time::ClaimedTime;
pub use document::Document;
pub use envelope::{Envelope, RealKind, Severity, SeverityValue};
pub use error::DisclosureError;
pub use opening::Opening;
pub use pointer::Pointer;
pub use profile::{Profile, Shape, Slot, SlotNumber, ValueType};
pub use seal::{Salt, SealedValue, Sealing, Seed};
pub use slots::SlotValues;
pub use verify::{OpenedSlot, UnverifiedOpenings, VerifiedOpenings};
