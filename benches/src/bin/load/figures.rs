//! One log from nothing to its last statement, in figures.

use std::{fs, os::unix::fs::MetadataExt as _, path::Path, time::Instant};

use detente_benches::{
    measure::{Failure, median},
    statements::Party,
};
use detente_log::{LogWriter, Options, Sequencer};

use crate::{target::Driven, write::Case};

/// What one run comes to.
pub(crate) struct Run {
    rate: f64,
    /// Statements a second of bare verification on two threads, before and after.
    bare: f64,
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

/// What the process that wrote the log used: seconds of cores, KiB.
pub(crate) struct Used {
    pub(crate) cores: f64,
    pub(crate) memory: u64,
}

impl Run {
    /// Looks at the folder of a log that was written and closed; removes its index.
    pub(crate) fn new(
        party: &Party,
        folder: &Path,
        options: Options,
        count: u64,
        driven: &Driven,
        used: &Used,
        bare: f64,
    ) -> Result<Self, Failure> {
        let with_index = start_again(party, folder, options)?;
        let batches = fs::read_dir(folder.join("history"))?.count() as f64;
        let mut bytes = [0.0; 3];
        for (bytes, name) in bytes.iter_mut().zip(["tile", "history", "index"]) {
            *bytes = disk(&folder.join(name))? as f64 / count as f64;
        }
        fs::remove_dir_all(folder.join("index"))?;
        Ok(Self {
            rate: count as f64 / driven.wall.as_secs_f64(),
            bare,
            cores: used.cores * 1e6 / count as f64,
            p50: driven.waits.percentile(50),
            p99: driven.waits.percentile(99),
            batch: count as f64 / batches,
            bytes,
            memory: used.memory,
            starts: [with_index, start_again(party, folder, options)?],
            by_size: by_size(driven, count),
        })
    }
}

fn start_again(party: &Party, folder: &Path, options: Options) -> Result<f64, Failure> {
    let start = Instant::now();
    let sequencer = Sequencer::start(LogWriter::open(folder)?, party.signer(), options)?;
    let time = start.elapsed().as_secs_f64();
    sequencer.stop().map_err(|status| format!("{status:?}"))?;
    Ok(time)
}

fn by_size(driven: &Driven, count: u64) -> Vec<(u64, f64)> {
    let marks = driven.marks.iter().copied().filter(|(size, _)| *size < count);
    let mut before = (0, 0.0);
    marks
        .chain([(count, driven.wall)])
        .map(|(size, time)| {
            let time = time.as_secs_f64();
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

/// One row for each log, the median of its runs.
#[expect(clippy::print_stdout, reason = "what it is for")]
pub(crate) fn print(series: &[Vec<Run>], cases: &[Case]) {
    println!(
        "| writers | statements | statements/s | of bare on two | cores us each | p50 ms | p99 ms | a batch | tiles B | history B | index B | peak MiB | start ms | index anew ms |"
    );
    println!(
        "| ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"
    );
    for (runs, Case { writers, count }) in series.iter().zip(cases) {
        let of = |value: fn(&Run) -> f64| median(runs.iter().map(value).collect());
        println!(
            "| {writers} | {count} | {:.0} | {:.2} | {:.1} | {:.1} | {:.1} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} | {:.0} |",
            of(|run| run.rate),
            of(|run| run.rate / run.bare),
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
    for (runs, Case { writers, .. }) in series.iter().zip(cases) {
        let Some(last) = runs.last().filter(|run| run.by_size.len() > 1) else { continue };
        let text: Vec<_> =
            last.by_size.iter().map(|(size, rate)| format!("to {size}: {rate:.0}/s")).collect();
        println!("{writers} writers, last round, {}", text.join("; "));
    }
}
