//! The same logs, trees and notes under code that others wrote: `golang.org/x/mod`, `tlog_tiles`, `signed_note`, `ct-merkle`.
//!
//! They accept what we accept and refuse what we refuse, but for the differences that a table of the test names; each of
//! those is shown to be one. The Go half is run where Go and Debian's `golang-golang-x-mod-dev` are at hand; elsewhere
//! one line says that it was not, unless `DETENTE_INTEROP` is `required`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test stops at the first surprise"
)]
#![forbid(unsafe_code)]

mod differences;
mod go;
mod logs;
mod note;
mod path;
mod store;
mod tiles;
mod tree;
