//! A party's private side: what it keeps to itself, and the order in which a report becomes an entry, a receipt and a
//! presentation.
//!
//! Spec: `specs/party.md`.
//!
//! # In scope
//! - [`init_party`]: vault, keys, log with its genesis, files to hand over.
//! - [`Party::commit`]: reports in, one batch in the log, receipts out.
//! - [`Disclosing`]: which slots to open, a preview, one file.
//! - [`list_entries`]: the log as its owner sees it.
//!
//! # Out of scope
//! - Anything a counterpart does: `presentation`, `log`. Printing, prompts, arguments: `cli`.
//! - Bytes that others verify: each belongs to its word.

mod commit;
mod disclose;
mod encrypt;
mod entries;
mod error;
mod fit;
mod folder;
mod init;
mod party;
mod pipeline;
mod receipts;
mod record;
mod reports;
mod secret;
mod trusted;
mod unlock;
mod vault;

pub use commit::{CommitOptions, CommitReport, Committed, Duplicates, Extra, Outcome};
pub use disclose::{Disclosing, GrantOptions, Preview, PreviewSlot};
pub use encrypt::{decrypt, encrypt};
pub use entries::{EntryView, PrivateView, list_entries};
pub use error::PartyError;
pub use folder::{PartyFolder, Writing, write_atomically};
pub use init::{InitOptions, Initialised, init_party};
pub use party::Party;
pub use reports::{Place, read_reports};
pub use trusted::Audience;
pub use unlock::Unlock;
