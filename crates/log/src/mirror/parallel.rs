//! The same work on many files at a time, most of which is waiting.

use core::num::NonZeroUsize;
use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc,
    },
    thread,
};

/// Does all jobs, `count` at a time; `done` is called on the caller's thread after each.
///
/// # Errors
/// That of the first job, in the order of the jobs, that failed. Jobs after it may have been done.
pub(super) fn each<J: Send, E: Send>(
    count: NonZeroUsize,
    jobs: impl Iterator<Item = J> + Send,
    work: impl Fn(J) -> Result<(), E> + Sync,
    mut done: impl FnMut(),
) -> Result<(), E> {
    let jobs = Mutex::new(jobs.enumerate());
    let stop = AtomicBool::new(false);
    let (sender, receiver) = mpsc::channel();
    let mut first: Option<(usize, E)> = None;
    let run = |sender: mpsc::Sender<_>| {
        while !stop.load(Ordering::Relaxed) {
            let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((number, job)) = next else { return };
            let outcome = work(job).map_err(|error| (number, error));
            stop.fetch_or(outcome.is_err(), Ordering::Relaxed);
            if sender.send(outcome).is_err() {
                return;
            }
        }
    };
    thread::scope(|scope| {
        let spawn = || {
            let (run, sender) = (&run, sender.clone());
            thread::Builder::new().name("log fetch".to_owned()).spawn_scoped(scope, move || run(sender))
        };
        let spawned = (0..count.get()).filter(|_| spawn().is_ok()).count();
        // A system without room for one more thread still has this one.
        if spawned == 0 {
            run(sender);
        } else {
            drop(sender);
        }
        for outcome in receiver {
            match outcome {
                Ok(()) => done(),
                // Every job before a failed one was begun before it, so the smallest number is the first failure of all.
                Err((number, error)) if first.as_ref().is_none_or(|(known, _)| number < *known) => {
                    first = Some((number, error));
                }
                Err(_) => {}
            }
        }
    });
    first.map_or(Ok(()), |(_, error)| Err(error))
}
