//! What the system says of this process (`/proc`, Linux).

use std::{fs, time::Duration};

use crate::measure::Failure;

/// Clock ticks a second in `/proc/<pid>/stat`; the same on every Linux that Rust runs on.
const TICKS: f64 = 100.0;

/// Processor time of all threads so far, user and system, in steps of 10 ms.
///
/// # Errors
/// A system without `/proc`.
pub fn processor_time() -> Result<Duration, Failure> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name, in brackets, may hold spaces; user and system time are the 12th and 13th field after it.
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: Vec<f64> =
        after_name.split_whitespace().skip(11).take(2).map_while(|field| field.parse().ok()).collect();
    if ticks.len() != 2 {
        return Err("expected user and system time in /proc/self/stat, got none".into());
    }
    Ok(Duration::from_secs_f64(ticks.iter().sum::<f64>() / TICKS))
}

/// The most memory that this process has held at once, in KiB.
///
/// # Errors
/// A system without `/proc`.
pub fn peak_memory() -> Result<u64, Failure> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}
