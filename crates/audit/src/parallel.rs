//! The same work on many things, on all cores when feature `parallel` is on; results in the order of the things.

#[cfg(not(feature = "parallel"))]
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    items.iter().map(work).collect()
}

/// Below this many a second thread costs more than it saves; each is at least a signature's work.
#[cfg(feature = "parallel")]
const WORTH_A_THREAD: usize = 8;

#[cfg(feature = "parallel")]
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    use std::thread::{self, Builder};

    let threads = thread::available_parallelism().map_or(1, usize::from);
    if items.len() < WORTH_A_THREAD || threads == 1 {
        return items.iter().map(work).collect();
    }
    let work = &work;
    let in_order = |part: &[T]| part.iter().map(work).collect::<Vec<R>>();
    thread::scope(|scope| {
        let mut parts = items.chunks(items.len().div_ceil(threads));
        let own = parts.next().unwrap_or_default();
        let others: Vec<_> = parts
            .map(|part| (part, Builder::new().spawn_scoped(scope, move || in_order(part)).ok()))
            .collect();
        let mut results = in_order(own);
        for (part, thread) in others {
            // A system that refuses a thread still gets its results, later.
            match thread.and_then(|thread| thread.join().ok()) {
                Some(done) => results.extend(done),
                None => results.extend(in_order(part)),
            }
        }
        results
    })
}
