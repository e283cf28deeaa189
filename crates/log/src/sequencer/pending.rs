//! Entries on their way, from the queue to their answer: the same bytes wait with the first of them, and take no place in
//! the queue. So nobody fills it by repeating what others submit.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use detente_merkle::LeafHash;

use super::ticket::Reply;

#[derive(Debug)]
pub(super) struct Pending {
    ways: Arc<Mutex<Ways>>,
    most: usize,
}

#[derive(Debug, Default)]
struct Ways {
    /// Who waits beside the first, for each entry.
    beside: HashMap<LeafHash, Vec<Reply>>,
    count: usize,
}

/// What becomes of a reply.
pub(super) enum Joined {
    /// It waits with the first.
    Waits,
    /// As many wait beside others as may.
    Full(Reply),
    /// No such entry is on its way.
    Alone(Reply),
}

impl Pending {
    /// At most so many wait beside others.
    pub(super) fn new(most: usize) -> Self {
        Self { ways: Arc::default(), most }
    }

    /// Waits with the entry of these bytes, when it is on its way.
    pub(super) fn join(&self, leaf: LeafHash, reply: Reply) -> Joined {
        let mut ways = lock(&self.ways);
        let Ways { beside, count } = &mut *ways;
        let Some(others) = beside.get_mut(&leaf) else { return Joined::Alone(reply) };
        if reply.is_nobody() {
            return Joined::Waits;
        }
        if *count >= self.most {
            return Joined::Full(reply);
        }
        others.push(reply);
        *count += 1;
        Joined::Waits
    }

    /// Begins an entry's way: its reply answers all who join it. Gives the reply back when the same bytes came first.
    pub(super) fn lead(&self, leaf: LeafHash, reply: Reply) -> Result<Reply, Reply> {
        let mut ways = lock(&self.ways);
        if ways.beside.contains_key(&leaf) {
            return Err(reply);
        }
        ways.beside.insert(leaf, Vec::new());
        drop(ways);
        let ways = Arc::clone(&self.ways);
        Ok(Reply::new(move |outcome| {
            let others = {
                let mut ways = lock(&ways);
                let others = ways.beside.remove(&leaf).unwrap_or_default();
                ways.count -= others.len();
                others
            };
            for other in others {
                other.send(outcome.clone());
            }
            reply.send(outcome);
        }))
    }
}

fn lock(ways: &Mutex<Ways>) -> MutexGuard<'_, Ways> {
    ways.lock().unwrap_or_else(PoisonError::into_inner)
}
