//! What a log signed and the witness would not cosign (`specs/witness.md` "Evidence").

use core::fmt;

use detente_core::{Digest, TreeSize, UnixSeconds};

/// Most pieces of evidence of one kind that are kept for one origin.
pub const MAX_EVIDENCE: usize = 16;

/// How much a refused checkpoint shows by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum EvidenceKind {
    /// Another root for a size whose root is known: the log signed two trees.
    Fork,
    /// Not shown to continue the newest checkpoint. Proves nothing yet: whoever sent it may have broken the proof.
    Unproven,
}

impl EvidenceKind {
    /// Every kind.
    pub const ALL: [Self; 2] = [Self::Fork, Self::Unproven];

    /// The word in vectors, stores and JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fork => "fork",
            Self::Unproven => "unproven",
        }
    }

    /// The kind of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

impl fmt::Display for EvidenceKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A refused request of one log. Reading it verifies nothing; the signatures in it are what counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    /// What it shows.
    pub kind: EvidenceKind,
    /// The size that the log signed.
    pub size: TreeSize,
    /// The root that the log signed.
    pub root: Digest,
    /// The witness's clock when it refused, in seconds.
    pub time: UnixSeconds,
    /// The request, its note with the lines of trusted keys only.
    pub request: Vec<u8>,
    /// The note that was newest then, if there was one.
    pub newest: Option<Vec<u8>>,
}

/// What became of a piece of evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// It is durable.
    New,
    /// One of the same kind, size and root was kept before.
    Known,
    /// There are [`MAX_EVIDENCE`] of this kind already.
    Full,
}
