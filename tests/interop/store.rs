//! The peers' trees, over the same entries as ours.

use ct_merkle::{RootHash, mem_backed_tree::MemoryBackedTree};
use detente_core::Digest;
use detente_merkle::Tree;
use sha2::Sha256;
use tlog_tiles::tlog::{self, Hash};

/// Hashes in the order of `tlog_tiles`.
pub(crate) struct Stored(Vec<Hash>);

impl Stored {
    fn new(entries: &[Vec<u8>]) -> Self {
        let mut stored = Self(Vec::new());
        for (index, entry) in entries.iter().enumerate() {
            let more = tlog::stored_hashes(index as u64, entry, &stored).unwrap();
            stored.0.extend(more);
        }
        stored
    }
}

impl tlog::HashReader for Stored {
    fn read_hashes(&self, indexes: &[u64]) -> Result<Vec<Hash>, tlog::Error> {
        let hash = |index: &u64| usize::try_from(*index).ok().and_then(|at| self.0.get(at)).copied();
        indexes.iter().map(|index| hash(index).ok_or(tlog::Error::IndexesNotInTree)).collect()
    }
}

/// One tree under two implementations, and the third on demand.
pub(crate) struct Trees {
    pub(crate) entries: Vec<Vec<u8>>,
    pub(crate) ours: Tree,
    pub(crate) stored: Stored,
}

impl Trees {
    pub(crate) fn new(entries: Vec<Vec<u8>>) -> Self {
        Self { ours: Tree::from_entries(&entries).unwrap(), stored: Stored::new(&entries), entries }
    }

    /// The first so many entries: it proves only for its own size.
    pub(crate) fn ct(&self, size: usize) -> MemoryBackedTree<Sha256, Vec<u8>> {
        let mut tree = MemoryBackedTree::new();
        self.entries[..size].iter().for_each(|entry| tree.push(entry.clone()));
        tree
    }
}

pub(crate) fn hash(digest: Digest) -> Hash {
    Hash(*digest.as_bytes())
}

pub(crate) fn hashes(digests: &[Digest]) -> Vec<Hash> {
    digests.iter().map(|digest| hash(*digest)).collect()
}

pub(crate) fn ct_root(size: u64, root: Digest) -> RootHash<Sha256> {
    RootHash::new((*root.as_bytes()).into(), size)
}

pub(crate) fn concatenated(digests: &[Digest]) -> Vec<u8> {
    digests.iter().flat_map(|digest| *digest.as_bytes()).collect()
}
