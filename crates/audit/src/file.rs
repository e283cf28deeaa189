//! Files that were handed over: each counts once, however often and in whatever order it comes.

use detente_core::Digest;

use crate::note::sha256;

/// A file and its SHA-256.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) digest: Digest,
    pub(crate) bytes: &'a [u8],
}

impl<'a> Given<'a> {
    /// Each file once, in the order of the first time it was given.
    pub(crate) fn each_once<F: AsRef<[u8]>>(files: &'a [F]) -> Vec<Self> {
        let mut seen = std::collections::BTreeSet::new();
        let given = files.iter().map(|file| Self { digest: sha256(file.as_ref()), bytes: file.as_ref() });
        given.filter(|given| seen.insert(given.digest)).collect()
    }
}
