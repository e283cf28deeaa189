//! An audit of two logs, beside the least that it can cost: their signatures alone, on as many cores. And a second audit
//! with a notebook, after 100 new entries in both.
//!
//! Usage: `audit [statements=N] [rounds=N]`, 100,000 statements a log and 3 rounds unless told; with 0 rounds memory alone.

use std::{
    io::Write as _,
    thread,
    time::{Duration, Instant},
};

use detente_audit::{Case, LogInput, LogState};
use detente_benches::{
    measure::{Contender, Failure, interleaved, median, table, timed},
    process::{peak_memory, processor_time, reset_peak_memory},
    two_logs::TwoLogs,
};
use detente_core::{Digest, Label};
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// New entries of both logs between two audits.
const NEW: u64 = 100;
const NONE: &[Vec<u8>] = &[];

fn main() -> Result<(), Failure> {
    let mut statements = 100_000;
    let mut rounds = 3;
    for argument in std::env::args().skip(1) {
        match argument.split_once('=') {
            Some(("statements", number)) => statements = number.parse()?,
            Some(("rounds", number)) => rounds = number.parse()?,
            _ => return Err("expected statements=N or rounds=N".into()),
        }
    }
    let folder = tempfile::tempdir()?;
    let mut two = TwoLogs::new(folder.path())?;
    two.grow(statements)?;
    let case = Case::open(&two.policy, Some(&two.companion), &[&two.agreement])?;
    let mut out = std::io::stdout().lock();

    // Memory first, before anything else holds any.
    reset_peak_memory();
    let before = peak_memory()?;
    let report = first(&case, &two)?;
    let (peak, size) = (peak_memory()?, report.len());
    let all: u64 = two.logs.iter().map(|log| log.size()).sum();
    let notes: usize = two.logs.iter().map(|log| log.notes.len()).sum();
    writeln!(
        out,
        "{all} statements and {notes} notes of two logs; the report has {size} bytes\nmemory     {} MiB at most, {} MiB before\n",
        peak / 1024,
        before / 1024
    )?;

    if rounds == 0 {
        return Ok(());
    }
    let kept = notebooks(&case, &two)?;
    let signatures = signatures(&two)?;
    let units = u32::try_from(all)?;
    let mut contenders = [
        Contender { name: "verify_strict alone", run: Box::new(|| Ok(verify(&signatures))), units },
        Contender {
            name: "audit",
            run: Box::new(|| {
                let (time, report) = timed(|| first(&case, &two));
                report.map(|_| time)
            }),
            units,
        },
    ];
    let rows = interleaved(rounds, &mut contenders)?;
    drop(contenders);
    writeln!(out, "{}", table(&format!("audit, {rounds} rounds"), "statement", &rows)?)?;
    let [alone, whole] = rows.as_slice() else { return Err("two rows".into()) };
    writeln!(out, "rate       {:.2} of verify_strict alone", alone.median() / whole.median())?;

    // What other programs take of the processors is not in this.
    let start = processor_time();
    verify(&signatures);
    let alone = processor_time() - start;
    first(&case, &two)?;
    let audited = processor_time() - start - alone;
    writeln!(out, "processors {:.2} s, {:.2} s for the audit", alone.as_secs_f64(), audited.as_secs_f64())?;
    drop(signatures);

    two.grow(statements + NEW / 2)?;
    let (mut times, mut spent) = (Vec::new(), Vec::new());
    let fresh = digest(&first(&case, &two)?);
    for _ in 0..=rounds {
        let start = processor_time();
        let (time, report) = timed(|| second(&case, &two, &kept));
        spent.push((processor_time() - start).as_secs_f64());
        if digest(&report?) != fresh {
            return Err("another report with the notebook than without".into());
        }
        times.push(time.as_secs_f64());
    }
    let again = median(times);
    let once = whole.median() * all as f64 / 1e9;
    let bytes: usize = kept.iter().map(Vec::len).sum();
    writeln!(
        out,
        "notebook   {} bytes a statement; second audit after {NEW} new entries {:.1} ms, {:.1} % of the first; processors {:.1} %",
        bytes as u64 / all,
        again * 1e3,
        100.0 * again / once,
        100.0 * median(spent) / audited.as_secs_f64()
    )?;
    Ok(())
}

fn digest(report: &[u8]) -> Digest {
    Digest::from_bytes(Sha256::digest(report).into())
}

/// An audit of everything.
fn first(case: &Case, two: &TwoLogs) -> Result<Vec<u8>, Failure> {
    let mut states = [LogState::new(), LogState::new()];
    for (state, log) in states.iter_mut().zip(&two.logs) {
        log.read(0, |entries| Ok(state.push(entries)?))?;
    }
    report(case, two, &states)
}

/// An audit that goes on from the notebooks.
fn second(case: &Case, two: &TwoLogs, kept: &[Vec<u8>]) -> Result<Vec<u8>, Failure> {
    let mut states = Vec::new();
    for (kept, log) in kept.iter().zip(&two.logs) {
        let mut state = LogState::from_notebook(kept)?;
        log.read(state.size().get(), |entries| Ok(state.push(entries)?))?;
        states.push(state);
    }
    report(case, two, &states)
}

fn report(case: &Case, two: &TwoLogs, states: &[LogState]) -> Result<Vec<u8>, Failure> {
    let logs: Vec<_> = two
        .logs
        .iter()
        .zip(states)
        .map(|(log, state)| LogInput { log: log.log(), notes: &log.notes, state })
        .collect();
    Ok(case.audit(&logs, NONE, NONE, two.now()?)?.to_report())
}

fn notebooks(case: &Case, two: &TwoLogs) -> Result<Vec<Vec<u8>>, Failure> {
    let mut kept = Vec::new();
    for log in &two.logs {
        let mut state = LogState::new();
        log.read(0, |entries| Ok(state.push(entries)?))?;
        let logs = [LogInput { log: log.log(), notes: &log.notes, state: &state }];
        let audit = case.audit(&logs, NONE, NONE, two.now()?)?;
        let note = audit.logs().next().and_then(|log| log.note).ok_or("a note")?;
        kept.push(state.to_notebook(note));
    }
    Ok(kept)
}

struct Signed {
    key: VerifyingKey,
    message: Vec<u8>,
    signature: Signature,
}

/// Every statement's signature, ready to be verified.
fn signatures(two: &TwoLogs) -> Result<Vec<Signed>, Failure> {
    let mut all = Vec::new();
    for log in &two.logs {
        let [author, sealing] = log.keys();
        let (author, sealing) = (VerifyingKey::from_bytes(&author)?, VerifyingKey::from_bytes(&sealing)?);
        log.read(0, |entries| {
            for entry in entries {
                let (unsigned, signature) = entry.split_last_chunk::<64>().ok_or("a signature")?;
                let mut message = Label::STATEMENT_SIGNATURE.prefix();
                message.extend_from_slice(unsigned);
                // A sealed entry is 176 bytes, and no visible one of this log is.
                let key = if entry.len() == 176 { sealing } else { author };
                all.push(Signed { key, message, signature: Signature::from_bytes(signature) });
            }
            Ok(())
        })?;
    }
    Ok(all)
}

/// All of them, on all cores; the time that it takes.
fn verify(signatures: &[Signed]) -> Duration {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let start = Instant::now();
    let valid: usize = thread::scope(|scope| {
        let parts: Vec<_> = signatures
            .chunks(signatures.len().div_ceil(cores))
            .map(|part| {
                let valid = |one: &&Signed| one.key.verify_strict(&one.message, &one.signature).is_ok();
                scope.spawn(move || part.iter().filter(valid).count())
            })
            .collect();
        parts.into_iter().filter_map(|part| part.join().ok()).sum()
    });
    let time = start.elapsed();
    assert_eq!(valid, signatures.len(), "a signature that is not valid");
    time
}
