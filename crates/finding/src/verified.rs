//! What is left when every step was in order, and what it means in words.

use detente_checkpoint::{NoteKey, TreeHead};
use detente_core::{Origin, UnixSeconds};

use crate::Offence;

/// An offence that two signatures of the culprit prove.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedFinding {
    pub(crate) offence: Offence,
    pub(crate) culprit: NoteKey,
    pub(crate) first: SignedHead,
    pub(crate) second: SignedHead,
    pub(crate) named: bool,
}

/// A tree head that the culprit signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHead {
    pub(crate) head: TreeHead,
    pub(crate) time: Option<UnixSeconds>,
}

impl SignedHead {
    /// Origin, size and root.
    pub const fn head(&self) -> &TreeHead {
        &self.head
    }

    /// When a witness says it signed, in seconds; `None` of a log, which signs no time.
    pub const fn time(&self) -> Option<UnixSeconds> {
        self.time
    }
}

impl VerifiedFinding {
    /// What the culprit did.
    pub const fn offence(&self) -> Offence {
        self.offence
    }

    /// The key that did it.
    pub const fn culprit(&self) -> &NoteKey {
        &self.culprit
    }

    /// The log that both checkpoints are of.
    pub const fn origin(&self) -> &Origin {
        self.first.head.origin()
    }

    /// The smaller tree, or of two equal sizes the one with the smaller root.
    pub const fn first(&self) -> &SignedHead {
        &self.first
    }

    /// The other one.
    pub const fn second(&self) -> &SignedHead {
        &self.second
    }

    /// Whether a policy was handed over, and names the culprit. Without one, nothing says whose key it is.
    pub const fn is_named_by_policy(&self) -> bool {
        self.named
    }

    /// What it proves, in one sentence without its full stop.
    pub fn proves(&self) -> String {
        let (origin, m, n) = (self.origin(), self.first.head.size(), self.second.head.size());
        let verb = match self.offence {
            Offence::Fork => "signed",
            Offence::CosignedFork | Offence::CosignedBackwards => "cosigned",
        };
        match (self.offence, self.first.time, self.second.time) {
            (Offence::CosignedBackwards, Some(later), Some(earlier)) => format!(
                "the holder of this key cosigned size {m} of {origin} at time {later}, which is after time {earlier}, when it cosigned size {n}"
            ),
            _ if m == n => format!(
                "the holder of this key {verb} two checkpoints of {origin} at size {n} with two roots, so two trees"
            ),
            _ => format!(
                "the holder of this key {verb} checkpoints of {origin} at sizes {m} and {n}, and the tree of the second does not begin with that of the first"
            ),
        }
    }

    /// What it does not prove, in one sentence without its full stop.
    pub const fn does_not_prove(&self) -> &'static str {
        match self.offence {
            Offence::Fork | Offence::CosignedFork => {
                "why that happened, which of the two trees others hold, or that anybody was deceived: a stolen key, or one that two machines use, gives the same finding"
            }
            Offence::CosignedBackwards => {
                "why that happened, which of the two times is right, or that anybody was deceived: a stolen key, or one that two machines use, gives the same finding"
            }
        }
    }

    /// What somebody who wanted to frame the holder of the key would have to forge, in one sentence without its full
    /// stop.
    pub const fn framer_would_forge(&self) -> &'static str {
        match self.offence {
            Offence::Fork | Offence::CosignedFork => {
                "an Ed25519 signature under this key, or two inputs with one SHA-256"
            }
            Offence::CosignedBackwards => "an Ed25519 signature under this key",
        }
    }
}
