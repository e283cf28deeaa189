//! Writers of a log, through the library or over HTTP.

use std::{fs, path::Path};

use detente_benches::{
    measure::{Failure, median},
    process::{
        load_average, peak_memory, peak_memory_of, processor_time, processor_time_of, reset_peak_memory,
    },
    statements::{Party, Statements},
};
use detente_log::{LogWriter, Options, Sequencer};

use crate::{
    arguments::Arguments,
    figures::{Run, Used, print},
    floors::{Signed, flush},
    http::Served,
    target::{Driven, drive},
};

/// Fewer writers than this wait more than they work, so that each of them submits at most so many.
const FEW: u64 = 100;
const MOST_OF_ONE: u64 = 500;
/// Statements of the bare verification.
const BARE: u64 = 4000;

/// How the statements get to the log.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Library,
    Http,
}

/// One log to be written.
pub(crate) struct Case {
    pub(crate) writers: u64,
    pub(crate) count: u64,
}

impl Case {
    const fn new(writers: u64, count: u64) -> Self {
        let most = if writers < FEW { writers * MOST_OF_ONE } else { count };
        Self { writers, count: if count < most { count } else { most } }
    }
}

#[expect(clippy::print_stdout, reason = "what it is for")]
pub(crate) fn run(arguments: &Arguments, way: Way) -> Result<(), Failure> {
    let writers = arguments.numbers("writers", &[1, 16, 256, 1000])?;
    let sizes = arguments.numbers("statements", &[100_000])?;
    let most = sizes.iter().copied().max().unwrap_or_default();
    let rounds = arguments.number("rounds", 3)?;
    let options = arguments.options(0)?;
    let scratch = arguments.scratch()?;
    let party = Party::new()?;
    let statements = Statements::sign(&party, most, &scratch.path().join("statements"))?;
    let signed = Signed::read(&party, &statements, BARE.min(most))?;
    let bare = |threads| -> Result<f64, Failure> {
        Ok(signed.count() as f64 / signed.verify(threads, false)?.as_secs_f64())
    };

    let cases: Vec<Case> = sizes
        .iter()
        .flat_map(|&count| writers.iter().map(move |&writers| Case::new(writers, count)))
        .collect();
    let mut series: Vec<Vec<Run>> = cases.iter().map(|_| Vec::new()).collect();
    let (mut one_thread, mut two_threads, mut flushes) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        one_thread.push(bare(1)?);
        flushes.push(flush(scratch.path())?.as_secs_f64() * 1e6);
        for (runs, &Case { writers, count }) in series.iter_mut().zip(&cases) {
            let folder = scratch.path().join(format!("log-{writers}-{count}-{round}"));
            let options = Options { queue: options.queue.max(2 * usize::try_from(writers)?), ..options };
            let before = bare(2)?;
            let (driven, used) = match way {
                Way::Library => library(&party, &statements, count, &folder, writers, options)?,
                Way::Http => http(&statements, count, &folder, writers, options)?,
            };
            let bare = (before + bare(2)?) / 2.0;
            two_threads.push(bare);
            runs.push(Run::new(&party, &folder, options, count, &driven, &used, bare)?);
            fs::remove_dir_all(&folder)?;
        }
    }
    println!(
        "{}, at most {MOST_OF_ONE} statements a writer when they are few, max_batch {}, max_wait {} ms, {rounds} rounds, medians",
        if way == Way::Http { "http" } else { "write" },
        options.max_batch,
        options.max_wait.as_millis(),
    );
    println!(
        "bare       verify_strict {:.0}/s on one thread, {:.0}/s on two; a flush of 4 KiB {:.0} us; load average {}",
        median(one_thread),
        median(two_threads),
        median(flushes),
        load_average()?
    );
    print(&series, &cases);
    Ok(())
}

fn library(
    party: &Party,
    statements: &Statements,
    count: u64,
    folder: &Path,
    writers: u64,
    options: Options,
) -> Result<(Driven, Used), Failure> {
    let sequencer = Sequencer::start(LogWriter::create(folder, party.origin())?, party.signer(), options)?;
    sequencer.submit(party.genesis())?.wait()?;
    reset_peak_memory();
    let before = processor_time();
    let driven = drive(&sequencer, statements, count, writers)?;
    let used = Used { cores: (processor_time() - before).as_secs_f64(), memory: peak_memory()? };
    sequencer.stop().map_err(|status| format!("{status:?}"))?;
    Ok((driven, used))
}

/// Cores and memory are the server's alone; the clients run on the same cores.
fn http(
    statements: &Statements,
    count: u64,
    folder: &Path,
    writers: u64,
    options: Options,
) -> Result<(Driven, Used), Failure> {
    let served = Served::start(folder, writers, options)?;
    let before = processor_time_of(served.process())?;
    let driven = drive(&served, statements, count, writers)?;
    let cores = processor_time_of(served.process())?.saturating_sub(before);
    let used = Used { cores: cores.as_secs_f64(), memory: peak_memory_of(served.process())? };
    served.stop()?;
    Ok((driven, used))
}
