//! A log and a witness over HTTP.
//!
//! Spec: `specs/server.md`.
//!
//! ```text
//! socket ─▶ TLS ─▶ door: who, limits ─▶ publishing ─▶ Sequencer ─▶ asking ─▶ witnesses
//!                    │                    └ files
//!                    │              └──▶ witnessing ─▶ Witness
//!                    └ log lines, metrics
//! ```
//!
//! # In scope
//! - [`serve_log`], [`serve_witness`]: everything from the address to the orderly end, in a [`Running`] server.
//! - [`AccessFile`]: who may read a private log.
//! - [`WitnessClient`]: the witnesses of a policy, asked over HTTP, as the log's [`Cosigner`](detente_log::Cosigner).
//! - [`journal`]: log lines as JSON.
//!
//! # Out of scope
//! - What a statement, a checkpoint or a cosignature is, and which one is valid: the words below.
//! - HTTP/2 and later, compression of requests, anything that a proxy before it does better.
#![forbid(unsafe_code)]

mod access;
mod admin;
mod answer;
mod asking;
mod connection;
mod credentials;
mod crowd;
mod descriptors;
mod door;
mod error;
pub mod journal;
mod limits;
mod metrics;
mod patience;
mod publishing;
mod representation;
mod running;
mod tls;
mod witnessing;

pub use access::{AccessFile, Counterpart, Token};
pub use asking::WitnessClient;
pub use error::ServerError;
pub use limits::Limits;
pub use publishing::{LogService, Writing};
pub use running::{Around, Running, serve_log, serve_witness};
pub use tls::{TlsFiles, certificate_digest};
