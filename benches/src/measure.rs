//! Rounds in which every contender runs once, so that a busy moment of the machine falls on all of them.

use std::{
    error::Error,
    fmt::Write as _,
    hint::black_box,
    time::{Duration, Instant},
};

/// What a benchmark fails with: a contender that refuses its work, or gives another answer than ours.
pub type Failure = Box<dyn Error>;

/// One way of doing the work.
pub struct Contender<'a> {
    /// Name in the table.
    pub name: &'static str,
    /// Does the work once and returns the time that counts, without set-up and clean-up.
    pub run: Box<dyn FnMut() -> Result<Duration, Failure> + 'a>,
    /// Units of work in one run; the table shows nanoseconds a unit.
    pub units: u32,
}

/// Nanoseconds a unit of one contender: the median, and the fastest round.
pub struct Row {
    name: &'static str,
    median: f64,
    fastest: f64,
}

impl Row {
    /// Nanoseconds a unit.
    pub const fn median(&self) -> f64 {
        self.median
    }

    /// Name in the table.
    pub const fn name(&self) -> &'static str {
        self.name
    }

    /// Units a second, by the median.
    pub fn rate(&self) -> f64 {
        1e9 / self.median
    }
}

/// Runs every contender once a round, after one round that is not counted.
///
/// # Errors
/// The first failure of a contender.
pub fn interleaved(rounds: u32, contenders: &mut [Contender<'_>]) -> Result<Vec<Row>, Failure> {
    let mut series = vec![Vec::new(); contenders.len()];
    for round in 0..=rounds {
        for (contender, times) in contenders.iter_mut().zip(&mut series) {
            let time = (contender.run)()?;
            if round > 0 {
                times.push(time.as_secs_f64() * 1e9 / f64::from(contender.units));
            }
        }
    }
    let rows = contenders.iter().zip(series).map(|(contender, mut times)| {
        times.sort_by(f64::total_cmp);
        let fastest = times.first().copied().unwrap_or(f64::NAN);
        Row { name: contender.name, median: median(times), fastest }
    });
    Ok(rows.collect())
}

/// The middle one; not a number when there is none.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The time that `work` takes; its result is dropped after the clock has stopped.
pub fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = black_box(work());
    (start.elapsed(), result)
}

/// A table of medians; the ratio is to the first row.
pub fn table(title: &str, unit: &str, rows: &[Row]) -> Result<String, Failure> {
    let mut text = format!("{title}\n");
    writeln!(text, "| | median ns/{unit} | fastest | ratio |\n| --- | ---: | ---: | ---: |")?;
    let first = rows.first().map_or(f64::NAN, |row| row.median);
    for Row { name, median, fastest } in rows {
        writeln!(text, "| {name} | {median:.1} | {fastest:.1} | {:.2} |", median / first)?;
    }
    Ok(text)
}
