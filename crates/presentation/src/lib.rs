//! One file that opens chosen slots of one sealed statement to one audience, and that verifies offline against the
//! reader's own policy and nothing else.
//!
//! Spec: `specs/presentation.md`.
//!
//! ```text
//! &[u8] ──parse──▶ UnverifiedPresentation ──verify(&Reader)──▶ VerifiedPresentation
//! ```
//!
//! # In scope
//! - The file's form, the grant, and the eighteen steps of [`UnverifiedPresentation::verify`].
//! - [`PresentationDraft`]: writing one from parts that a party holds.
//!
//! # Out of scope
//! - Finding the parts (`party`), decrypting an age file (`cli`), an audit of all entries (`log`, `audit`).
//! - Clocks, randomness, files, the network: verification is a function of its arguments.

mod draft;
mod error;
mod file;
mod grant;
mod marking;
mod verified;
mod verify;

pub use draft::{EventDraft, PresentationDraft};
pub use error::{Part, PresentationError};
pub use file::PRESENTATION_LIMIT;
pub use grant::{Grant, GrantTerms};
pub use marking::{Pap, Tlp};
pub use verified::{Verdict, VerifiedPresentation};
pub use verify::{Reader, UnverifiedPresentation};
