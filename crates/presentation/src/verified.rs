//! What a verified presentation says.

use detente_checkpoint::{PublicationTime, VerifiedCheckpoint, VerifiedInclusion, Witnessing};
use detente_core::{KeyDigest, LeafIndex, LogId, Origin, TreeSize};
use detente_disclosure::VerifiedOpenings;
use detente_statement::Statement;

use crate::GrantTerms;

/// The one word, after all steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Every step passed and the policy's quorum is met.
    Verified,
    /// Every step passed; the policy asks for no witness.
    Unwitnessed,
}

impl Verdict {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verified => "VERIFIED",
            Self::Unwitnessed => "UNWITNESSED",
        }
    }
}

/// A presentation of which every step passed. Only [`crate::UnverifiedPresentation::verify`] makes one.
#[derive(Debug, Clone)]
pub struct VerifiedPresentation<'p> {
    pub(crate) statement: Statement,
    pub(crate) party: String,
    pub(crate) inclusion: VerifiedInclusion,
    pub(crate) earlier: Option<VerifiedCheckpoint>,
    pub(crate) terms: GrantTerms,
    pub(crate) signer: KeyDigest,
    pub(crate) openings: VerifiedOpenings<'p>,
    pub(crate) witnessing: Witnessing,
    pub(crate) published: PublicationTime,
}

impl<'p> VerifiedPresentation<'p> {
    /// The verdict word.
    pub const fn verdict(&self) -> Verdict {
        match self.witnessing {
            Witnessing::Unwitnessed => Verdict::Unwitnessed,
            Witnessing::Witnessed { .. } => Verdict::Verified,
        }
    }

    /// The statement whose slots are opened.
    pub const fn statement(&self) -> &Statement {
        &self.statement
    }

    /// The log.
    pub const fn log(&self) -> LogId {
        self.statement.log()
    }

    /// The origin of the log.
    pub const fn origin(&self) -> &Origin {
        self.inclusion.checkpoint().origin()
    }

    /// The party's name, as its genesis says.
    pub fn party(&self) -> &str {
        &self.party
    }

    /// The entry's index, which is also the number of earlier entries that nobody has shown.
    pub const fn index(&self) -> LeafIndex {
        self.statement.index()
    }

    /// The size of the tree that it is proven to.
    pub const fn size(&self) -> TreeSize {
        self.inclusion.checkpoint().size()
    }

    /// The size of the earlier checkpoint, when the file has one.
    pub fn earlier(&self) -> Option<TreeSize> {
        self.earlier.as_ref().map(VerifiedCheckpoint::size)
    }

    /// The checkpoint that the entry is proven to.
    pub const fn checkpoint(&self) -> &VerifiedCheckpoint {
        self.inclusion.checkpoint()
    }

    /// The earlier checkpoint, consistent with it, when the file has one.
    pub const fn earlier_checkpoint(&self) -> Option<&VerifiedCheckpoint> {
        self.earlier.as_ref()
    }

    /// What was granted: audience, markings, time.
    pub const fn terms(&self) -> &GrantTerms {
        &self.terms
    }

    /// The key that granted it.
    pub const fn signer(&self) -> KeyDigest {
        self.signer
    }

    /// The opened slots.
    pub const fn openings(&self) -> &VerifiedOpenings<'p> {
        &self.openings
    }

    /// How far others vouch for the checkpoint.
    pub const fn witnessing(&self) -> &Witnessing {
        &self.witnessing
    }

    /// When the entry was published.
    pub const fn published(&self) -> PublicationTime {
        self.published
    }
}
