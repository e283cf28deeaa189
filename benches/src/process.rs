//! What the system says of this process (Linux).

use std::{fs, time::Duration};

use rustix::time::{ClockId, clock_gettime};

use crate::measure::Failure;

/// Processor time of all threads so far, user and system.
pub fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or_default())
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

/// Begins to count [`peak_memory`] anew, where the system can.
pub fn reset_peak_memory() {
    let _ = fs::write("/proc/self/clear_refs", "5");
}
