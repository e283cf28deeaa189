//! File descriptors: as many connections as the system lets a server have beside the files that it needs itself
//! (`specs/server.md` "Around both").

use crate::{Limits, ServerError};

/// Kept back: the index has 128 files open, the log and its flushes a few, operators and witnesses a connection each.
const RESERVE: u64 = 256;
/// A connection, and the file that it is sent.
const EACH: u64 = 2;
/// Fewer connections are no server.
const LEAST: u64 = 8;

/// The limits, with as many connections as there is room for.
///
/// # Errors
/// [`ServerError::Descriptors`] when there is room for next to none.
pub(crate) fn bounded(limits: Limits) -> Result<Limits, ServerError> {
    let asked = limits.connections as u64;
    let Some(got) = raised(RESERVE.saturating_add(EACH.saturating_mul(asked))) else { return Ok(limits) };
    let connections = room(asked, got)?;
    if connections < asked {
        let expected = RESERVE.saturating_add(EACH.saturating_mul(asked));
        tracing::warn!(what = "descriptors", got, expected, connections, "fewer connections than usual");
    }
    Ok(Limits { connections: usize::try_from(connections).unwrap_or(limits.connections), ..limits })
}

fn room(asked: u64, got: u64) -> Result<u64, ServerError> {
    let connections = asked.min(got.saturating_sub(RESERVE) / EACH);
    if connections < asked.min(LEAST) {
        return Err(ServerError::Descriptors { expected: RESERVE + EACH * LEAST, got });
    }
    Ok(connections)
}

/// How many descriptors the process may have, after asking for `wanted` when it was fewer; `None` without a limit.
#[cfg(unix)]
fn raised(wanted: u64) -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    let now = limit.current?;
    let more = limit.maximum.map_or(wanted, |most| most.min(wanted));
    if now >= more {
        return Some(now);
    }
    let raised = Rlimit { current: Some(more), maximum: limit.maximum };
    Some(setrlimit(Resource::Nofile, raised).map_or(now, |()| more))
}

#[cfg(not(unix))]
const fn raised(_: u64) -> Option<u64> {
    None
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_room_for_the_logs_own_files() {
        assert_eq!(room(1024, 1 << 20).unwrap(), 1024);
        assert_eq!(room(1024, 2304).unwrap(), 1024);
        assert_eq!(room(1024, 1024).unwrap(), 384);
        assert_eq!(room(1024, 272).unwrap(), 8);
        assert_eq!(room(2, 260).unwrap(), 2);
        let refused = room(1024, 271).unwrap_err().to_string();
        assert!(
            refused.contains("expected a limit of 272 or more") && refused.contains("got 271"),
            "{refused}"
        );
        assert!(room(1024, 0).is_err());
    }
}
