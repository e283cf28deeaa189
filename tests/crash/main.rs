//! A sequencer under load, killed at random moments: what it acknowledged stays, and what it signed is one log
//! (`specs/log.md` "What a crash leaves").
//!
//! This program starts itself as the process that is killed (`SIGKILL`; nothing in the shipped code knows of it). That one
//! tells what it does through a pipe: every signature before it is made, every receipt, every note. Here all of it is
//! compared with the folder as the kill left it, and with the next life of the same log.
//!
//! `cargo test -p detente-tests --test crash -- --rounds 200 --seed 7`; 10 rounds unless told, and the time as the seed.
//! The seed fixes the moments and the load; what a moment hits is up to the machine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test stops at the first surprise and says what it did"
)]
#![forbid(unsafe_code)]

mod child;
mod life;
mod party;
mod random;
mod record;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use life::{Counts, Lives};
use party::Party;

/// The first argument of the process that is to be killed.
pub(crate) const CHILD: &str = "sequence";

/// Rounds when nobody says how many.
const ROUNDS: usize = 10;

/// Most rounds of one log: then another begins with its genesis, so that logs stay small and beginnings are hit too.
const ROUNDS_OF_A_LOG: usize = 25;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| {
        let at = arguments.iter().position(|word| word == name)?;
        Some(arguments[at + 1].parse::<u64>().unwrap())
    };
    if arguments.first().is_some_and(|word| word == CHILD) {
        return child::run(&arguments[1..]);
    }
    let named = |word: &String| !word.starts_with('-') && word.parse::<u64>().is_err();
    let elsewhere =
        arguments.iter().any(named) && !arguments.iter().any(|word| "crash".contains(word.as_str()));
    // What the test runner asks of every test.
    if elsewhere || arguments.iter().any(|word| word == "--list" || word == "--ignored") {
        return ExitCode::SUCCESS;
    }
    let clock = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let seed = value("--seed").unwrap_or(clock.as_millis() as u64);
    let rounds = value("--rounds").map_or(ROUNDS, |rounds| rounds as usize).max(2);
    println!("crash: {rounds} rounds, seed {seed}");
    match run(rounds, seed) {
        Some(counts) => {
            report(rounds, &counts);
            ExitCode::SUCCESS
        }
        None => ExitCode::FAILURE,
    }
}

/// Two logs at a time, as long as there are rounds; `None` when one failed, which has said why.
fn run(rounds: usize, seed: u64) -> Option<Counts> {
    let scratch = tempfile::tempdir().unwrap();
    // Every other log is in memory where the system has that: many more batches, hit at other steps.
    let memory = Path::new("/dev/shm");
    let memory = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap();
    let folders = [scratch.path(), memory.path()];
    let party = Party::new();
    party.write_statements(&scratch.path().join("statements"));
    let logs = rounds.div_ceil(ROUNDS_OF_A_LOG).max(2);
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let (failed, found) = (AtomicUsize::new(0), Mutex::new(Counts::default()));
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::SeqCst);
            if number >= logs {
                return;
            }
            let share = (number + 1) * rounds / logs - number * rounds / logs;
            let lived = catch_unwind(AssertUnwindSafe(|| {
                let lives = Lives::new(
                    &party,
                    scratch.path(),
                    folders[number % 2],
                    number,
                    seed.wrapping_add(number as u64),
                );
                lives.run(share, &done)
            }));
            match lived {
                Ok(counts) => found.lock().unwrap().add(&counts),
                Err(_) => {
                    println!("crash: log {number} failed; seed {seed}");
                    failed.fetch_add(1, Ordering::SeqCst);
                }
            }
        }
    };
    let start = Instant::now();
    thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    println!("crash: {} s", start.elapsed().as_secs());
    (failed.load(Ordering::SeqCst) == 0).then(|| found.into_inner().unwrap())
}

fn report(rounds: usize, counts: &Counts) {
    println!("crash: {counts}");
    assert_eq!(counts.kills(), rounds);
    assert!(counts.under_load >= rounds / 2, "expected most kills under load");
    assert!(counts.acknowledged > 10 * rounds, "expected load");
}
