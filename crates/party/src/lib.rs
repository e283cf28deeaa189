//! A party's private side: what it keeps to itself, and the order in which a report becomes an entry, a receipt and a
//! presentation.
//!
//! Spec: `specs/party.md`.
//!
//! # In scope
//! - [`init_party`]: vault, keys, log with its genesis, files to hand over.
//! - [`Party::commit`]: reports in, one batch in the log, receipts out.
//! - [`empty_form`], [`Form`]: what a person fills in to issue a visible statement.
//! - [`Party::issue`], [`Party::anchor`]: visible statements, and what they commit to, kept first.
//! - [`Party::keys`], [`Party::add_key`], [`Party::rotate_key`], [`Party::revoke_key`]: the life of its keys.
//! - [`Disclosing`]: which slots to open, a preview, one file.
//! - [`list_entries`], [`list_filtered`]: the log as its owner sees it; [`Party::whole_record`]: one sealed entry with all that was sealed.
//! - [`FieldSet`]: saved choices of fields.
//! - [`examine`]: what may be wrong with its folder.
//! - [`export_vault`], [`import_vault`], [`Party::recover`]: the vault in one file, a new vault from it, and rows that got lost.
//! - [`renew_receipt`]: a receipt made again.
//! - [`TokenAccess`], [`TokenChoice`]: keys that live in a PKCS#11 token.
//! - [`PartyHook`]: every durable step announced before it happens.
//!
//! # Out of scope
//! - Anything a counterpart does: `presentation`, `log`. Printing, prompts, arguments: `cli`.
//! - Bytes that others verify: each belongs to its word.

mod anchor;
mod commit;
mod continuation;
mod covering;
mod disclose;
mod doctor;
mod encrypt;
mod entries;
mod error;
mod export;
mod filter;
mod fit;
mod folder;
mod form;
mod import;
mod init;
mod issue;
mod key_events;
mod keyring;
mod keys;
mod party;
mod party_key;
mod pipeline;
mod receipts;
mod record;
mod recover;
mod renew;
mod reports;
mod secret;
mod serving;
mod sets;
mod steps;
mod token;
mod trusted;
mod unfinished;
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
pub use export::{ExportPart, Exported, export_vault};
pub use filter::{EntryFilter, KindFilter, list_filtered};
pub use folder::{PartyFolder, Writing, write_atomically};
pub use form::{Filled, Form, FormFault, Lookup, MAX_FORM_BYTES, Unfilled, empty_form, form_kinds};
pub use import::{ImportStage, Imported, import_vault};
pub use init::{
    InitOptions, Initialised, init_party, init_party_in_token, init_party_with, init_party_with_hook,
    init_party_with_in_token,
};
pub use issue::{Enclosures, Issued};
pub use keys::{CheckpointKeyView, KeyChange, KeyView};
pub use party::Party;
pub use party_key::{KeyPlace, NewKeyPlace};
pub use receipts::receipt_path;
pub use recover::{RecoverOptions, RecoverReport, Recovered};
pub use renew::{Receipt, renew_receipt};
pub use reports::{Place, read_reports};
pub use sets::FieldSet;
pub use steps::{PartyHook, PartyStep, VaultChange};
pub use token::{Pin, TokenAccess, TokenChoice, TokenFault};
pub use trusted::Audience;
pub use unlock::{Unlock, UnlockSource};
pub use whole::WholeRecord;
