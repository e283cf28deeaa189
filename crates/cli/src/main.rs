//! The `detente` command: parse, call, print.
//!
//! # In scope
//! - Arguments, the one place where results are printed, exit codes, progress bars.
//!
//! # Out of scope
//! - Decisions: every verdict comes from a library word, and is the same there.

mod args;
mod commands;
mod failure;
mod incidents;
mod memory;
mod output;
mod show;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::Arguments;
use crate::output::Printer;

fn main() -> ExitCode {
    memory::keep_private();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return output::usage(&error, asks_for_json()),
    };
    let printer = Printer::new(arguments.json, arguments.quiet);
    match commands::run(&arguments, &printer) {
        Ok(report) => printer.report(report),
        Err(failure) => printer.failure(&failure),
    }
}

/// Whether an argument list that does not parse asks for JSON all the same.
fn asks_for_json() -> bool {
    std::env::args_os().take_while(|argument| argument != "--").any(|argument| argument == "--json")
}
