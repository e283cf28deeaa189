//! One signed thing a party says, and the life of the keys that sign it.
//!
//! Spec: `specs/statement.md`. Bytes become a decision in three steps, each another type:
//!
//! ```text
//! &[u8] ──decode──▶ UnverifiedStatement ──KeyHistory::check(index)──▶ Statement ──KeyHistory::apply──▶ keys
//!                        └─verify_signature(key)─▶ SignedStatement ──check_signed(index)─┘
//! ```
//!
//! The second way splits *check* in two, so that many signatures can be verified at once and the order kept.
//!
//! # In scope
//! - The envelope's layout, ids and signatures; the table of kinds.
//! - Genesis and key events, and which key may sign what at which index ([`KeyHistory`]).
//! - [`Replay`]: the rules that need every entry of a log.
//!
//! # Out of scope
//! - What a body of another word means (`agreement`, `finding`, …): its bytes only.
//! - What a sealed value holds (`disclosure`), and whether an entry is in a log (`merkle`, `checkpoint`).

mod body;
mod build;
mod envelope;
mod error;
mod history;
mod key;
mod kind;
mod replay;

pub use body::{Body, Genesis, KeyAdd, KeyRevoke, KeyRotate, LogClose, Predecessor, RevocationReason};
pub use build::{GenesisDraft, NewKey, Signer};
pub use envelope::{ENTRY_LIMIT, SignedStatement, Statement, UnverifiedStatement};
pub use error::StatementError;
pub use history::KeyHistory;
pub use key::{KeyEntry, Role, key_digest};
pub use kind::Kind;
pub use replay::Replay;
