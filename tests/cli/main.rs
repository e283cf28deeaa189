//! The command line as people and scripts meet it: golden cases in `tests/cli/cases/`, run on copies of
//! `tests/cli/fixture/`, and what needs more than a transcript.
//!
//! A golden file is a transcript: `# ` remarks, `$ ` a line for the shell, `> ` and `! ` what it wrote to standard output
//! and to standard error, `? ` its exit code. `[..]` in a line stands for anything. A file whose first line is
//! `# keys are new` makes its own keys, so every digest in it is written `[DIGEST]` and every time `[TIME]`.
//! `SNAPSHOTS=overwrite cargo test -p detente --test cli` writes what was found.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test stops at the first surprise"
)]
#![forbid(unsafe_code)]

mod book;
mod cases;
mod command;
mod forked;
mod memory;
mod mirrored;
mod page;
mod picture;
mod processes;
mod refused;
mod restored;
mod schema;
mod serving;
mod transcript;
mod witnessed;
