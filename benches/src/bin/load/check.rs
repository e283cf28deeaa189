//! `check_log` beside the verifications and leaf hashes that it cannot do without, on all cores.

use std::time::Duration;

use detente_benches::{
    measure::{Contender, Failure, Row, interleaved, table, timed},
    process::{peak_memory, reset_peak_memory},
    statements::{Party, Statements},
};
use detente_log::{LogDirectory, LogWriter, check_log};

use crate::{arguments::Arguments, floors::Signed};

/// Statements of a batch: few, so that making the log takes no time.
const BATCH: u64 = 4096;

#[expect(clippy::print_stdout, reason = "what it is for")]
pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let count = arguments.number("statements", 100_000)?;
    let rounds = u32::try_from(arguments.number("rounds", 3)?)?;
    let scratch = arguments.scratch()?;
    let party = Party::new()?;
    let statements = Statements::sign(&party, count, &scratch.path().join("statements"))?;
    let folder = scratch.path().join("log");
    publish(&party, &statements, &folder)?;
    let (log, policy) = (LogDirectory::open(&folder)?, party.policy()?);
    reset_peak_memory();
    check_log(&log, Some(&policy), |_, _| {})?;
    let memory = peak_memory()?;
    let signed = Signed::read(&party, &statements, count)?;
    let cores = std::thread::available_parallelism()?.get();
    let units = u32::try_from(count)?;
    let floor = |name, hashes| {
        let signed = &signed;
        let run = Box::new(move || -> Result<Duration, Failure> { signed.verify(cores, hashes) });
        Contender { name, units, run }
    };
    let check = Box::new(|| {
        let (time, report) = timed(|| check_log(&log, Some(&policy), |_, _| {}));
        report?;
        Ok(time)
    });
    let mut contenders = [
        floor("verify_strict and leaf hashes, all cores", true),
        floor("verify_strict alone, all cores", false),
        Contender { name: "check_log", units, run: check },
    ];
    let rows = interleaved(rounds, &mut contenders)?;
    println!(
        "{}",
        table(&format!("check, {count} statements, {cores} cores, {rounds} rounds"), "statement", &rows)?
    );
    let check = rows.last().map_or(f64::NAN, Row::median);
    println!("check_log  {:.0} statements/s; {} MiB at most", 1e9 / check, memory / 1024);
    Ok(())
}

fn publish(party: &Party, statements: &Statements, folder: &std::path::Path) -> Result<(), Failure> {
    let mut writer = LogWriter::create(folder, party.origin())?;
    let signer = party.signer();
    writer.append(&[party.genesis()], &signer)?;
    for from in (0..statements.count()).step_by(usize::try_from(BATCH)?) {
        let bytes = statements.read(from, BATCH)?;
        let entries: Vec<&[u8]> = bytes.chunks_exact(statements.length()).collect();
        writer.append(&entries, &signer)?;
    }
    Ok(writer.close()?)
}
