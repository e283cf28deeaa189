//! `detente-testkit vectors [--check]` writes or compares `tests/vectors/`; `detente-testkit mutate --seed N --out FILE`
//! writes damaged copies of the valid ones.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer's tool: its output is for a terminal"
)]

use std::{path::PathBuf, process::ExitCode};

use detente_testkit::{mutate, store};

const USAGE: &str = "usage: detente-testkit vectors [--check] | mutate --seed N --out FILE";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["vectors"] => store::write(&directory()).map(|count| {
            println!("{count} files");
            ExitCode::SUCCESS
        }),
        ["vectors", "--check"] => store::check(&directory()).map(|differences| {
            for difference in &differences {
                eprintln!("{difference}");
            }
            if differences.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) }
        }),
        ["mutate", "--seed", seed, "--out", file] => match seed.parse() {
            Ok(seed) => {
                eprintln!("seed {seed}");
                std::fs::write(file, mutate::lines(seed)).map(|()| ExitCode::SUCCESS)
            }
            Err(_) => return usage(),
        },
        _ => return usage(),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::from(2)
    })
}

fn usage() -> ExitCode {
    eprintln!("{USAGE}");
    ExitCode::from(2)
}

/// `tests/vectors/` of the workspace that this was built in.
fn directory() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/vectors")
}
