//! What the store announces: every durable step, before it happens and after it did.

use std::io;

/// One durable step. Paths are relative to the log; a guard's are relative to the folder it lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step<'a> {
    /// A folder comes into being.
    CreateFolder(&'a str),
    /// A file is written under a name that no reader looks at; it may be lost or torn until it is flushed.
    Write(&'a str),
    /// A file's bytes reach the disk.
    Flush(&'a str),
    /// A folder's names reach the disk.
    FlushFolder(&'a str),
    /// Everything written so far reaches the disk, bytes and names.
    FlushAll,
    /// A written file gets its permanent name, not flushed: what is lost can be done again.
    Place(&'a str),
    /// A flushed file takes the place of another, at once.
    Replace(&'a str),
    /// A file or folder that is no longer needed goes away.
    Remove(&'a str),
}

/// Told of every durable step, so that a crash or a failing disk can be arranged from outside.
pub trait StepHook: Send + Sync {
    /// Called before the step. What it refuses does not happen, and the writer is told so.
    ///
    /// # Errors
    /// Whatever should stop the writer; reported as `UNAVAILABLE`.
    fn before(&self, step: Step<'_>) -> io::Result<()>;

    /// Called after the step. What it refuses did happen, and the writer is told that it did not.
    ///
    /// # Errors
    /// As [`Self::before`].
    fn after(&self, step: Step<'_>) -> io::Result<()> {
        let _ = step;
        Ok(())
    }

    /// Asked before `length` bytes are written. With `Some(n)` only the first `n` are, and the write fails.
    fn tear(&self, step: Step<'_>, length: u64) -> Option<u64> {
        let _ = (step, length);
        None
    }
}

/// Lets every step happen.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoHook;

impl StepHook for NoHook {
    fn before(&self, _: Step<'_>) -> io::Result<()> {
        Ok(())
    }
}

impl<F: Fn(Step<'_>) -> io::Result<()> + Send + Sync> StepHook for F {
    fn before(&self, step: Step<'_>) -> io::Result<()> {
        self(step)
    }
}
