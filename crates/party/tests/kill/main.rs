//! Every operation that writes both the vault and the log, killed before each of its durable steps, and start-up after
//! that killed before each of its own (`specs/party.md` "Crashes").
//!
//! This program starts itself once for every kill: the party's hook (`PartyHook`) ends the process, and what it leaves on
//! the disk is looked at. Start-up has many more steps than a run has time for, so of those a part is taken that changes
//! with the first kill; `--every` takes all of them.
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

mod home;
mod hook;
mod operation;
mod rows;
mod trial;
mod verdict;

use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::home::Home;
use crate::hook::KillBefore;
use crate::operation::{OPERATIONS, Operation};
use crate::trial::{Bases, Found, Trial};

/// What a process says that was not killed and failed.
pub(crate) const FAILED: i32 = 3;

/// The first argument of a process that is to be killed.
pub(crate) const CHILD: &str = "operate";

/// The second one, when it is the start-up after a kill.
pub(crate) const START: &str = "start";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some(CHILD) => operate(&arguments[1..]),
        // What the test runner asks of every test.
        _ if arguments.iter().any(|word| word == "--list" || word == "--ignored") => ExitCode::SUCCESS,
        _ => {
            let words: Vec<&str> =
                arguments.iter().map(String::as_str).filter(|word| !word.starts_with('-')).collect();
            let named = |operation: &Operation| {
                let name = format!("kill {}", operation.word());
                words.is_empty() || words.iter().any(|word| name.contains(word))
            };
            let mut operations = OPERATIONS.to_vec();
            operations.retain(|(operation, _)| named(operation));
            run_all(&operations, arguments.iter().any(|word| word == "--every"))
        }
    }
}

/// One operation in a process of its own, killed before a step, or done when it has fewer.
fn operate(arguments: &[String]) -> ExitCode {
    let [phase, operation, home, step] = arguments else { panic!("{arguments:?}") };
    let operation = Operation::parse(operation).unwrap();
    let (home, hook) = (Home::new(home), KillBefore::new(step.parse().unwrap()));
    let done = if phase == START { operation.start(&home, hook) } else { operation.run(&home, hook) };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(FAILED as u8)
        }
    }
}

fn run_all(operations: &[(Operation, usize)], every: bool) -> ExitCode {
    if operations.is_empty() {
        // The runner was asked for another test.
        return ExitCode::SUCCESS;
    }
    let bases = Bases::default();
    let mut trials = Vec::new();
    for &(operation, floor) in operations {
        let steps = bases.steps(operation);
        assert!(steps >= floor, "{operation:?}: expected at least {floor} steps, got {steps}");
        let trial = |step| Trial { operation, step, last: step > steps, every };
        trials.extend(operation.killed_before(steps, every).map(trial));
        // One step more than there are: not killed.
        trials.push(trial(steps + 1));
    }
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let failed = AtomicUsize::new(0);
    let work = || {
        while let Some(trial) = trials.get(next.fetch_add(1, Ordering::SeqCst)) {
            // The next trials say whether it is this step or all of them.
            match std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| trial.run(&bases))) {
                Ok(result) => found.lock().unwrap().push((trial.operation, result)),
                Err(_) => drop(failed.fetch_add(1, Ordering::SeqCst)),
            }
        }
    };
    std::thread::scope(|scope| {
        // More than there are cores: most of the time the disk is waited for.
        for _ in 0..2 * std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let found = found.into_inner().unwrap();
    if failed.load(Ordering::SeqCst) > 0 {
        println!("kill: {} of {} trials failed", failed.load(Ordering::SeqCst), trials.len());
        return ExitCode::FAILURE;
    }
    report(operations, &found);
    ExitCode::SUCCESS
}

/// Prints how often each operation was killed, and makes sure that this was not next to nothing.
fn report(operations: &[(Operation, usize)], found: &[(Operation, Found)]) {
    println!("kill: operation              killed  landed  start-up killed  of steps  journals rolled back");
    let (mut all, mut all_again, mut journals) = (0, 0, 0);
    for &(operation, _) in operations {
        let of: Vec<_> =
            found.iter().filter(|(known, _)| *known == operation).map(|(_, found)| found).collect();
        let sum = |count: fn(&Found) -> usize| of.iter().map(|found| count(found)).sum::<usize>();
        let killed = sum(|found| usize::from(found.killed));
        let landed = sum(|found| usize::from(found.killed && found.landed));
        let (again, steps) = (sum(|found| found.killed_again), sum(|found| found.start_steps));
        let rolled_back = sum(|found| usize::from(found.journal));
        println!(
            "kill: {:24} {killed:6}  {landed:6}  {again:15}  {steps:8}  {rolled_back:20}",
            operation.word()
        );
        all += killed;
        all_again += again;
        journals += rolled_back;
    }
    println!("kill: {:24} {all:6}          {all_again:15}            {journals:20}", "in all");
    if operations.len() == OPERATIONS.len() {
        assert!(all >= 320 && all_again >= 320, "expected hundreds of kills");
        assert!(journals > 0, "expected a vault that was killed inside a transaction");
    }
}
