//! What is handed to a party as its hook: a count of its steps, or the end of the process before one of them.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use detente_party::{PartyHook, PartyStep};

/// Counts steps.
#[derive(Clone, Default)]
pub(crate) struct Count(Arc<AtomicUsize>);

impl Count {
    pub(crate) fn steps(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

impl PartyHook for Count {
    fn before(&self, _: PartyStep<'_>) -> io::Result<()> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }
}

/// Ends the process before a step, the first being 1, and says on standard error which it was.
pub(crate) struct KillBefore {
    step: usize,
    count: AtomicUsize,
}

impl KillBefore {
    pub(crate) fn new(step: usize) -> Self {
        Self { step, count: AtomicUsize::new(0) }
    }
}

impl PartyHook for KillBefore {
    fn before(&self, step: PartyStep<'_>) -> io::Result<()> {
        if self.count.fetch_add(1, Ordering::SeqCst) + 1 == self.step {
            eprintln!("{step:?}");
            end();
        }
        Ok(())
    }
}

/// Nothing of the process runs after this: no destructor, no rollback, no flush.
#[cfg(unix)]
fn end() -> ! {
    use rustix::process::{Signal, getpid, kill_process};
    kill_process(getpid(), Signal::KILL).unwrap();
    loop {
        std::thread::park();
    }
}

#[cfg(not(unix))]
fn end() -> ! {
    std::process::abort()
}

/// Whether a process was ended by [`end`], and not by itself.
pub(crate) fn was_killed(status: std::process::ExitStatus) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        status.signal() == Some(9)
    }
    #[cfg(not(unix))]
    {
        !status.success() && status.code() != Some(crate::FAILED)
    }
}
