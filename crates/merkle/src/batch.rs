//! Hashing many leaves, or a whole level, at once.
//!
//! The features change how soon the digests are there, never the digests.

use detente_core::Digest;

/// Appends the leaf hash of every entry.
pub(crate) fn append_leaves<E: AsRef<[u8]> + Sync>(entries: &[E], leaves: &mut Vec<Digest>) {
    hash_all(entries, appended(leaves, entries.len()), &lanes::leaves);
}

/// Appends the parent of every pair of children; `children` has an even length.
pub(crate) fn append_parents(children: &[Digest], parents: &mut Vec<Digest>) {
    let (pairs, _) = children.as_chunks::<2>();
    hash_all(pairs, appended(parents, pairs.len()), &lanes::nodes);
}

fn appended(digests: &mut Vec<Digest>, count: usize) -> &mut [Digest] {
    let start = digests.len();
    digests.resize(start + count, Digest::ZERO);
    digests.split_at_mut(start).1
}

#[cfg(not(feature = "parallel"))]
fn hash_all<I: Sync>(items: &[I], out: &mut [Digest], hash: &(impl Fn(&[I], &mut [Digest]) + Sync)) {
    hash(items, out);
}

/// Below this many hashes a second thread costs more than it saves.
#[cfg(feature = "parallel")]
const WORTH_A_THREAD: usize = 2048;

#[cfg(feature = "parallel")]
fn hash_all<I: Sync>(items: &[I], out: &mut [Digest], hash: &(impl Fn(&[I], &mut [Digest]) + Sync)) {
    if items.len() < WORTH_A_THREAD {
        return hash(items, out);
    }
    let middle = items.len() / 2;
    let (left, right) = items.split_at(middle);
    let (left_out, right_out) = out.split_at_mut(middle);
    let started = std::thread::scope(|scope| {
        let other = std::thread::Builder::new().spawn_scoped(scope, || hash(left, left_out));
        hash(right, right_out);
        other.is_ok()
    });
    // A system that refuses a thread still gets its digests, later.
    if !started {
        hash(left, out.split_at_mut(middle).0);
    }
}

#[cfg(not(feature = "multilane"))]
mod lanes {
    use detente_core::Digest;

    use crate::hash::{leaf_digest, node_hash};

    pub(super) fn leaves<E: AsRef<[u8]>>(entries: &[E], out: &mut [Digest]) {
        for (entry, digest) in entries.iter().zip(out) {
            *digest = leaf_digest(entry.as_ref());
        }
    }

    pub(super) fn nodes(pairs: &[[Digest; 2]], out: &mut [Digest]) {
        for ([left, right], digest) in pairs.iter().zip(out) {
            *digest = node_hash(left, right);
        }
    }
}

#[cfg(feature = "multilane")]
mod lanes {
    use detente_core::Digest;

    use crate::hash::{LEAF_PREFIX, NODE_PREFIX};

    /// Messages handed over at a time: a multiple of every lane count of the crate, small enough for the stack.
    const GROUP: usize = 64;

    pub(super) fn leaves<E: AsRef<[u8]>>(entries: &[E], out: &mut [Digest]) {
        for (entries, out) in entries.chunks(GROUP).zip(out.chunks_mut(GROUP)) {
            let bodies = gather(entries, |entry| entry.as_ref());
            write(out, |digests| {
                tape_sha256::hash_many_prefixed(&[LEAF_PREFIX], first(&bodies, entries.len()), digests);
            });
        }
    }

    pub(super) fn nodes(pairs: &[[Digest; 2]], out: &mut [Digest]) {
        for (pairs, out) in pairs.chunks(GROUP).zip(out.chunks_mut(GROUP)) {
            let left = gather(pairs, |[left, _]| left.as_bytes());
            let right = gather(pairs, |[_, right]| right.as_bytes());
            write(out, |digests| {
                let (left, right) = (first(&left, pairs.len()), first(&right, pairs.len()));
                tape_sha256::hash_pairs(&[NODE_PREFIX], left, right, digests);
            });
        }
    }

    fn gather<'a, I>(items: &'a [I], bytes: impl Fn(&'a I) -> &'a [u8]) -> [&'a [u8]; GROUP] {
        let mut gathered: [&[u8]; GROUP] = [&[]; GROUP];
        for (place, item) in gathered.iter_mut().zip(items) {
            *place = bytes(item);
        }
        gathered
    }

    fn write(out: &mut [Digest], hash: impl FnOnce(&mut [[u8; 32]])) {
        let mut digests = [[0; 32]; GROUP];
        hash(digests.split_at_mut(out.len()).0);
        for (place, digest) in out.iter_mut().zip(digests) {
            *place = Digest::from_bytes(digest);
        }
    }

    fn first<'a, 'b>(bodies: &'b [&'a [u8]; GROUP], count: usize) -> &'b [&'a [u8]] {
        bodies.split_at(count).0
    }
}
