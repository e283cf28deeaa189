//! What the system says of this process, and of one that it started (Linux).

use std::{fs, time::Duration};

use rustix::{
    param::clock_ticks_per_second,
    time::{ClockId, clock_gettime},
};

use crate::measure::Failure;

/// Processor time of all threads so far, user and system.
pub fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
}

/// [`processor_time`] of another process, in the system's ticks of 10 ms or so.
///
/// # Errors
/// A process that is gone, a system without `/proc`.
pub fn processor_time_of(process: u32) -> Result<Duration, Failure> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // Behind the name, which may hold anything: user and system time are the 12th and 13th field.
    let (_, fields) = stat.rsplit_once(") ").ok_or("no fields in stat")?;
    let ticks: u64 = fields.split(' ').skip(11).take(2).map(|ticks| ticks.parse().unwrap_or(0_u64)).sum();
    Ok(Duration::from_secs_f64(ticks as f64 / clock_ticks_per_second() as f64))
}

/// The most memory that this process has held at once, in KiB.
///
/// # Errors
/// A system without `/proc`.
pub fn peak_memory() -> Result<u64, Failure> {
    peak_memory_of(std::process::id())
}

/// [`peak_memory`] of another process.
///
/// # Errors
/// A process that is gone, a system without `/proc`.
pub fn peak_memory_of(process: u32) -> Result<u64, Failure> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).ok_or("no VmHWM")?;
    Ok(line.trim().trim_end_matches(" kB").parse()?)
}

/// Begins to count [`peak_memory`] anew, where the system can.
pub fn reset_peak_memory() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// How many processes want a core, over the last 1, 5 and 15 minutes: what else the machine does.
///
/// # Errors
/// A system without `/proc`.
pub fn load_average() -> Result<String, Failure> {
    let all = fs::read_to_string("/proc/loadavg")?;
    Ok(all.split(' ').take(3).collect::<Vec<_>>().join(" "))
}
