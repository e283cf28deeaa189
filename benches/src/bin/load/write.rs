//! Writers that each submit a statement, wait for its receipt, and submit the next.

use std::{
    fs,
    os::unix::fs::MetadataExt as _,
    path::Path,
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use detente_benches::{
    measure::{Failure, median},
    process::{peak_memory, processor_time, reset_peak_memory},
    statements::{Party, Statements},
};
use detente_log::{LogWriter, Options, Sequencer};

use crate::{
    arguments::Arguments,
    floors::{Signed, flush},
};

/// Statements that a writer reads at once.
const READ: u64 = 16;
/// Fewer writers than this wait more than they work, so that each of them submits at most so many.
const FEW: u64 = 100;
const MOST_OF_ONE: u64 = 500;
/// Statements of the bare verification.
const BARE: u64 = 4000;

/// One log, from nothing to its last statement.
struct Run {
    rate: f64,
    /// Microseconds of all cores together, a statement.
    cores: f64,
    p50: f64,
    p99: f64,
    batch: f64,
    bytes: [f64; 3],
    memory: u64,
    /// Seconds of opening the log again, with its index and without.
    starts: [f64; 2],
    /// Rates between the sizes 0, 10^4, 10^5, ... and the end.
    by_size: Vec<(u64, f64)>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let writers = arguments.numbers("writers", &[1, 16, 256, 1000])?;
    let count = arguments.number("statements", 100_000)?;
    let rounds = arguments.number("rounds", 3)?;
    let options = Options {
        max_batch: usize::try_from(arguments.number("max_batch", 1024)?)?,
        max_wait: Duration::from_millis(arguments.number("max_wait_ms", 10)?),
        ..Options::default()
    };
    let scratch = arguments.scratch()?;
    let party = Party::new()?;
    let statements = Statements::sign(&party, count, &scratch.path().join("statements"))?;
    let signed = Signed::read(&party, &statements, BARE.min(count))?;

    let mut series: Vec<Vec<Run>> = writers.iter().map(|_| Vec::new()).collect();
    let (mut one_thread, mut two_threads, mut flushes) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        one_thread.push(signed.count() as f64 / signed.verify(1, false)?.as_secs_f64());
        two_threads.push(signed.count() as f64 / signed.verify(2, false)?.as_secs_f64());
        flushes.push(flush(scratch.path())?.as_secs_f64() * 1e6);
        for (runs, &writers) in series.iter_mut().zip(&writers) {
            let folder = scratch.path().join(format!("log-{writers}-{round}"));
            let count = if writers < FEW { count.min(writers * MOST_OF_ONE) } else { count };
            runs.push(one(&party, &statements, count, &folder, writers, options)?);
            fs::remove_dir_all(&folder)?;
        }
    }
    print(&series, &writers, count, options, [one_thread, two_threads, flushes].map(median))
}

fn one(
    party: &Party,
    statements: &Statements,
    count: u64,
    folder: &Path,
    writers: u64,
    options: Options,
) -> Result<Run, Failure> {
    let options = Options { queue: options.queue.max(2 * usize::try_from(writers)?), ..options };
    let sequencer = Sequencer::start(LogWriter::create(folder, party.origin())?, party.signer(), options)?;
    sequencer.submit(party.genesis())?.wait()?;
    reset_peak_memory();
    let next = AtomicU64::new(0);
    let (before, start) = (processor_time(), Instant::now());
    let write = || -> Result<Vec<(u64, u32)>, String> {
        let mut times = Vec::new();
        loop {
            let from = next.fetch_add(READ, Ordering::Relaxed);
            if from >= count {
                return Ok(times);
            }
            let entries = statements.read(from, READ.min(count - from)).map_err(|error| error.to_string())?;
            for entry in entries.chunks_exact(statements.length()) {
                let submitted = Instant::now();
                let outcome = sequencer.submit(entry).and_then(|ticket| ticket.wait());
                let receipt = outcome.map_err(|refused| refused.to_string())?;
                let taken = u32::try_from(submitted.elapsed().as_micros()).unwrap_or(u32::MAX);
                times.push((receipt.index().get(), taken));
                // The end of a decade is timed by whoever got that place.
                if is_mark(receipt.index().get()) {
                    times.push((
                        MARK | receipt.index().get(),
                        u32::try_from(start.elapsed().as_millis()).unwrap_or(u32::MAX),
                    ));
                }
            }
        }
    };
    let times = thread::scope(|scope| {
        let threads: Vec<_> = (0..writers).map(|_| scope.spawn(write)).collect();
        let mut all = Vec::new();
        for thread in threads {
            all.extend(thread.join().map_err(|_| "a writer panicked".to_owned())??);
        }
        Ok::<_, String>(all)
    })?;
    let (wall, cores) = (start.elapsed().as_secs_f64(), processor_time() - before);
    let memory = peak_memory()?;
    sequencer.stop().map_err(|status| format!("{status:?}"))?;
    let with_index = start_again(party, folder, options)?;
    let (marks, times): (Vec<_>, Vec<_>) = times.into_iter().partition(|(index, _)| index & MARK > 0);
    let mut times: Vec<u32> = times.into_iter().map(|(_, time)| time).collect();
    times.sort_unstable();
    let share = |part: usize| times.get(times.len() * part / 100).copied().map_or(f64::NAN, f64::from);
    let batches = fs::read_dir(folder.join("history"))?.count() as f64;
    let mut bytes = [0.0; 3];
    for (bytes, name) in bytes.iter_mut().zip(["tile", "history", "index"]) {
        *bytes = disk(&folder.join(name))? as f64 / count as f64;
    }
    fs::remove_dir_all(folder.join("index"))?;
    Ok(Run {
        rate: count as f64 / wall,
        cores: cores.as_secs_f64() * 1e6 / count as f64,
        p50: share(50) / 1e3,
        p99: share(99) / 1e3,
        batch: count as f64 / batches,
        bytes,
        memory,
        starts: [with_index, start_again(party, folder, options)?],
        by_size: by_size(marks, count, wall),
    })
}

fn start_again(party: &Party, folder: &Path, options: Options) -> Result<f64, Failure> {
    let start = Instant::now();
    let sequencer = Sequencer::start(LogWriter::open(folder)?, party.signer(), options)?;
    let time = start.elapsed().as_secs_f64();
    sequencer.stop().map_err(|status| format!("{status:?}"))?;
    Ok(time)
}

/// Set in an index that stands for a moment.
const MARK: u64 = 1 << 63;

const fn is_mark(index: u64) -> bool {
    matches!(index, 10_000 | 100_000 | 1_000_000)
}

fn by_size(mut marks: Vec<(u64, u32)>, count: u64, wall: f64) -> Vec<(u64, f64)> {
    marks.retain(|(index, _)| index & !MARK < count);
    marks.sort_unstable();
    let ends = marks.into_iter().map(|(index, millis)| (index & !MARK, f64::from(millis) / 1e3));
    let mut before = (0, 0.0);
    ends.chain([(count, wall)])
        .map(|(size, time)| {
            let rate = (size - before.0) as f64 / (time - before.1);
            before = (size, time);
            (size, rate)
        })
        .collect()
}

/// Bytes that a folder takes on its disk, whole blocks and names included.
fn disk(folder: &Path) -> Result<u64, Failure> {
    let mut blocks = fs::metadata(folder)?.blocks();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        blocks += match entry.file_type()?.is_dir() {
            true => disk(&entry.path())? / 512,
            false => entry.metadata()?.blocks(),
        };
    }
    Ok(blocks * 512)
}

#[expect(clippy::print_stdout, reason = "what it is for")]
fn print(
    series: &[Vec<Run>],
    writers: &[u64],
    count: u64,
    options: Options,
    [one, two, flush]: [f64; 3],
) -> Result<(), Failure> {
    println!(
        "write, {count} statements a log, at most {MOST_OF_ONE} a writer when they are few, max_batch {}, max_wait {} ms, {} rounds, medians",
        options.max_batch,
        options.max_wait.as_millis(),
        series.first().map_or(0, Vec::len)
    );
    println!(
        "bare       verify_strict {one:.0}/s on one thread, {two:.0}/s on two; a flush of 4 KiB {flush:.0} us"
    );
    println!(
        "| writers | statements/s | of bare on two | cores us each | p50 ms | p99 ms | a batch | tiles B | history B | index B | peak MiB | start ms | index anew ms |"
    );
    println!("| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (runs, writers) in series.iter().zip(writers) {
        let of = |value: fn(&Run) -> f64| median(runs.iter().map(value).collect());
        let rate = of(|run| run.rate);
        println!(
            "| {writers} | {rate:.0} | {:.2} | {:.1} | {:.1} | {:.1} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} |",
            rate / two,
            of(|run| run.cores),
            of(|run| run.p50),
            of(|run| run.p99),
            of(|run| run.batch),
            of(|run| run.bytes[0]),
            of(|run| run.bytes[1]),
            of(|run| run.bytes[2]),
            of(|run| run.memory as f64 / 1024.0),
            of(|run| run.starts[0] * 1e3),
            of(|run| run.starts[1] * 1e3),
        );
    }
    for (runs, writers) in series.iter().zip(writers) {
        let Some(last) = runs.last().filter(|run| run.by_size.len() > 1) else { continue };
        let text: Vec<_> =
            last.by_size.iter().map(|(size, rate)| format!("to {size}: {rate:.0}/s")).collect();
        println!("{writers} writers, last round, {}", text.join("; "));
    }
    Ok(())
}
