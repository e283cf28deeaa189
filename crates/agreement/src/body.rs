//! What statements of this word say (`specs/agreement.md` "Bodies").

use detente_core::{Digest, LeafIndex, LogId, StatementId, TreeSize, UnixSeconds};

use crate::AgreementDigest;

/// A statement in another party's log, as the one that names it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Reference {
    /// The log.
    pub log: LogId,
    /// Its place there, at least 1.
    pub index: LeafIndex,
    /// Its id; when another statement stands there, this refers to nothing.
    pub statement: StatementId,
}

/// A decoded body. Codes of closed lists are in range; the spec names them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Body {
    /// `party.declare`.
    PartyDeclare {
        /// The diplomatic contact.
        diplomatic: String,
        /// The technical contact.
        technical: String,
    },
    /// `agreement.adopt`.
    AgreementAdopt(AgreementDigest),
    /// `agreement.amend`.
    AgreementAmend {
        /// What ends.
        old: AgreementDigest,
        /// What begins.
        new: AgreementDigest,
    },
    /// `agreement.withdraw`.
    AgreementWithdraw {
        /// What ends.
        agreement: AgreementDigest,
        /// When, as the party says.
        effective: UnixSeconds,
    },
    /// `access.denied`.
    AccessDenied {
        /// The log that could not be read.
        log: LogId,
        /// How much of it is held.
        size: TreeSize,
    },
    /// `ping`, to a log.
    Ping(LogId),
    /// `pong`.
    Pong(Reference),
    /// `dialogue.session`.
    DialogueSession {
        /// Whom it was with.
        with: LogId,
        /// 1 to 4.
        form: u8,
        /// A claimed time.
        date: String,
        /// The other's record of it.
        other: Option<Reference>,
    },
    /// `request.assistance` and `request.preserve`: whom it asks, and the commitment to what.
    Request {
        /// Whom it asks.
        to: LogId,
        /// The commitment to its content.
        content: Digest,
    },
    /// `request.ack`.
    RequestAck(Reference),
    /// `request.answer`.
    RequestAnswer {
        /// The request.
        request: Reference,
        /// 1 to 5.
        outcome: u8,
        /// The commitment to its content.
        content: Option<Digest>,
    },
    /// `request.refuse`.
    RequestRefuse {
        /// The request.
        request: Reference,
        /// 1 to 7.
        ground: u8,
        /// The commitment to its content.
        content: Option<Digest>,
    },
    /// `request.update`.
    RequestUpdate {
        /// The request.
        request: Reference,
        /// 1 to 4.
        status: u8,
        /// The commitment to its content.
        content: Option<Digest>,
    },
    /// `accusation.issue`.
    AccusationIssue(Accusation),
    /// `accusation.reply`.
    AccusationReply {
        /// The accusation.
        accusation: Reference,
        /// 1 to 4.
        position: u8,
        /// The commitment to its content.
        content: Option<Digest>,
    },
    /// `accusation.withdraw`.
    AccusationWithdraw {
        /// The accusation.
        accusation: Reference,
        /// 1 to 3.
        reason: u8,
    },
}

/// `accusation.issue`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accusation {
    /// The accused party's log; `None` when it has none.
    pub accused: Option<LogId>,
    /// 1 to 3: who accuses.
    pub class: u8,
    /// 1 private, 2 public.
    pub channel: u8,
    /// 0 not stated, 1 to 7.
    pub likelihood: u8,
    /// 0 not stated, 1 to 3.
    pub confidence: u8,
    /// Strictly increasing, at least one, 1 to 6.
    pub bases: Vec<u8>,
    /// 0 not stated, 1 no, 2 yes.
    pub alternatives: u8,
    /// The request that came first.
    pub asked: Option<Reference>,
    /// The commitment to the manifest of evidence.
    pub manifest: Option<Digest>,
    /// Types, strictly increasing, and how many of each.
    pub items: Vec<(u8, u32)>,
    /// A claimed time; `None` when not stated.
    pub review: Option<String>,
    /// The commitment to its content.
    pub content: Option<Digest>,
}
