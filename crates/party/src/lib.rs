//! A party's private side: what it keeps to itself, and the order in which a report becomes an entry, a receipt and a
//! presentation.
//!
//! Spec: `specs/party.md`.
//!
//! # In scope
//! - [`init_party`]: vault, keys, log with its genesis, files to hand over.
//! - [`Party::commit`]: reports in, one batch in the log, receipts out.
//! - [`Party::keys`], [`Party::add_key`], [`Party::rotate_key`], [`Party::revoke_key`]: the life of its keys.
//! - [`Disclosing`]: which slots to open, a preview, one file.
//! - [`list_entries`], [`list_filtered`]: the log as its owner sees it; [`Party::whole_record`]: one sealed entry with all that was sealed.
//! - [`FieldSet`]: saved choices of fields.
//! - [`examine`]: what may be wrong with its folder.
//! - [`renew_receipt`]: a receipt made again.
//!
//! # Out of scope
//! - Anything a counterpart does: `presentation`, `log`. Printing, prompts, arguments: `cli`.
//! - Bytes that others verify: each belongs to its word.

mod anchor;
mod commit;
mod covering;
mod disclose;
mod doctor;
mod encrypt;
mod entries;
mod error;
mod filter;
mod fit;
mod folder;
mod init;
mod key_events;
mod keyring;
mod keys;
mod party;
mod pipeline;
mod receipts;
mod record;
mod renew;
mod reports;
mod secret;
mod sets;
mod trusted;
mod unlock;
mod vault;
mod whole;

pub use anchor::Anchored;
pub use commit::{CommitOptions, CommitReport, Committed, Duplicates, Extra, Outcome};
pub use disclose::{Disclosing, GrantOptions, Preview, PreviewSlot};
pub use doctor::{Finding, Health, examine};
pub use encrypt::{decrypt, encrypt};
pub use entries::{EntryView, PrivateView, list_entries};
pub use error::PartyError;
pub use filter::{EntryFilter, KindFilter, list_filtered};
pub use folder::{PartyFolder, Writing, write_atomically};
pub use init::{InitOptions, Initialised, init_party, init_party_with};
pub use keys::{KeyChange, KeyView};
pub use party::Party;
pub use receipts::receipt_path;
pub use renew::{Receipt, renew_receipt};
pub use reports::{Place, read_reports};
pub use sets::FieldSet;
pub use trusted::Audience;
pub use unlock::{Unlock, UnlockSource};
pub use whole::WholeRecord;
