//! The closed list of offences (`specs/finding.md` "The offences").

use core::fmt;

use detente_checkpoint::KeyType;

/// What no honest signer of this type does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Offence {
    /// A log signed two checkpoints, and no tree begins with one and goes on to the other.
    Fork,
    /// A witness cosigned two such checkpoints of one log.
    CosignedFork,
    /// A witness cosigned a smaller tree of a log at a later time than a larger one.
    CosignedBackwards,
}

impl Offence {
    /// Every offence, in the order of the table.
    pub const ALL: [Self; 3] = [Self::Fork, Self::CosignedFork, Self::CosignedBackwards];

    /// The word in files; it is never used again for something else.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fork => "FORK",
            Self::CosignedFork => "COSIGNED-FORK",
            Self::CosignedBackwards => "COSIGNED-BACKWARDS",
        }
    }

    /// The offence of a word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|offence| offence.as_str() == word)
    }

    /// The type of the key that commits it.
    pub const fn signer(self) -> KeyType {
        match self {
            Self::Fork => KeyType::Log,
            Self::CosignedFork | Self::CosignedBackwards => KeyType::Cosignature,
        }
    }

    /// Whether it is about two trees that do not fit, so that hashes show it.
    pub const fn is_fork(self) -> bool {
        matches!(self, Self::Fork | Self::CosignedFork)
    }
}

impl fmt::Display for Offence {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
