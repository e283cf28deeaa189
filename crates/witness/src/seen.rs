//! What a witness remembers of a log.

use detente_checkpoint::{TreeHead, UnverifiedNote};
use detente_core::{Digest, Origin, TreeSize, UnixSeconds};
use detente_merkle::EMPTY_ROOT;

use crate::WitnessError;

/// What was cosigned last, as far as the next decision and the atomic comparison need it.
///
/// The time is compared too: else of two requests for one size the slower one would put an earlier time over a later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SeenKey {
    /// Number of leaves.
    pub size: TreeSize,
    /// Root hash.
    pub root: Digest,
    /// The time in the cosignature, in seconds; never 0 once something is cosigned.
    pub time: UnixSeconds,
}

impl SeenKey {
    /// What a witness that has seen nothing goes by: the empty tree, at no time.
    pub const NEVER: Self = Self { size: TreeSize::ZERO, root: EMPTY_ROOT, time: UnixSeconds::ZERO };
}

/// What was cosigned last of one log, and the log's own note: the signature that it cannot take back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    key: SeenKey,
    note: UnverifiedNote,
}

impl Seen {
    /// Puts together what a store kept of an origin.
    ///
    /// # Errors
    /// [`WitnessError::StoreRow`] when the note is not one, or not of this origin, size and root.
    pub fn restore(origin: &Origin, key: SeenKey, note: &[u8]) -> Result<Self, WitnessError> {
        let damaged = || WitnessError::StoreRow { origin: origin.clone() };
        let note = UnverifiedNote::parse(note).map_err(|_| damaged())?;
        let head = TreeHead::parse(note.text()).map_err(|_| damaged())?;
        let same = head.origin() == origin && head.size() == key.size && head.root() == key.root;
        if same && key.time != UnixSeconds::ZERO { Ok(Self { key, note }) } else { Err(damaged()) }
    }

    pub(crate) const fn new(key: SeenKey, note: UnverifiedNote) -> Self {
        Self { key, note }
    }

    /// Size, root and time.
    pub const fn key(&self) -> &SeenKey {
        &self.key
    }

    /// The log's note, with the lines of trusted keys.
    pub const fn note(&self) -> &UnverifiedNote {
        &self.note
    }
}
