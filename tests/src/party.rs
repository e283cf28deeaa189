//! A scripted party: a log in memory, its keys, what it sealed, and the presentations it makes.
//!
//! Every secret is derived from a seed and a word, so the same script makes the same bytes in every run. Nothing here is
//! more than the crates' own builders: an adversary's script uses the same calls with other arguments.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a script stops at the first surprise"
)]

mod log;
mod offer;
mod secret;
mod trust;

pub use log::{Party, SealedStatement};
pub use offer::Offer;
pub use secret::{Secret, seconds};
pub use trust::{Trust, Witness};
