//! What statements of this word say (`specs/agreement.md` "Bodies").

mod decode;
mod encode;
mod wire;

use detente_core::{Digest, LeafIndex, LogId, StatementId, TreeSize, UnixSeconds};
use detente_statement::Kind;

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

/// The kinds whose bodies this word has, in order of code.
pub const KINDS: &[Kind] = &[
    Kind::PartyDeclare,
    Kind::AgreementAdopt,
    Kind::AgreementAmend,
    Kind::AgreementWithdraw,
    Kind::AccessDenied,
    Kind::Ping,
    Kind::Pong,
    Kind::DialogueSession,
    Kind::RequestAssistance,
    Kind::RequestPreserve,
    Kind::RequestAck,
    Kind::RequestAnswer,
    Kind::RequestRefuse,
    Kind::RequestUpdate,
    Kind::AccusationIssue,
    Kind::AccusationReply,
    Kind::AccusationWithdraw,
];

impl Body {
    /// Whether statements of this kind have such a body.
    pub const fn is_of(&self, kind: Kind) -> bool {
        matches!(
            (self, kind),
            (Self::PartyDeclare { .. }, Kind::PartyDeclare)
                | (Self::AgreementAdopt(_), Kind::AgreementAdopt)
                | (Self::AgreementAmend { .. }, Kind::AgreementAmend)
                | (Self::AgreementWithdraw { .. }, Kind::AgreementWithdraw)
                | (Self::AccessDenied { .. }, Kind::AccessDenied)
                | (Self::Ping(_), Kind::Ping)
                | (Self::Pong(_), Kind::Pong)
                | (Self::DialogueSession { .. }, Kind::DialogueSession)
                | (Self::Request { .. }, Kind::RequestAssistance | Kind::RequestPreserve)
                | (Self::RequestAck(_), Kind::RequestAck)
                | (Self::RequestAnswer { .. }, Kind::RequestAnswer)
                | (Self::RequestRefuse { .. }, Kind::RequestRefuse)
                | (Self::RequestUpdate { .. }, Kind::RequestUpdate)
                | (Self::AccusationIssue(_), Kind::AccusationIssue)
                | (Self::AccusationReply { .. }, Kind::AccusationReply)
                | (Self::AccusationWithdraw { .. }, Kind::AccusationWithdraw)
        )
    }

    /// The statement that it refers to: what is answered, the other's record of a session, the request that came before
    /// an accusation.
    pub const fn reference(&self) -> Option<Reference> {
        match self {
            Self::Pong(reference)
            | Self::RequestAck(reference)
            | Self::RequestAnswer { request: reference, .. }
            | Self::RequestRefuse { request: reference, .. }
            | Self::RequestUpdate { request: reference, .. }
            | Self::AccusationReply { accusation: reference, .. }
            | Self::AccusationWithdraw { accusation: reference, .. } => Some(*reference),
            Self::DialogueSession { other, .. } => *other,
            Self::AccusationIssue(accusation) => accusation.asked,
            _ => None,
        }
    }

    /// The log of whom it is said to: of whom a request asks, a ping calls, an accusation accuses.
    pub const fn addressee(&self) -> Option<LogId> {
        match self {
            Self::Ping(log) | Self::Request { to: log, .. } => Some(*log),
            Self::AccusationIssue(accusation) => accusation.accused,
            _ => None,
        }
    }

    /// The log that it names outside of a reference: the addressee's, the other's of a session, the one that could not be
    /// read.
    pub const fn named_log(&self) -> Option<LogId> {
        match self {
            Self::AccessDenied { log, .. } | Self::DialogueSession { with: log, .. } => Some(*log),
            _ => self.addressee(),
        }
    }

    /// The commitment to what is handed over apart.
    pub const fn content(&self) -> Option<Digest> {
        match self {
            Self::Request { content, .. } => Some(*content),
            Self::RequestAnswer { content, .. }
            | Self::RequestRefuse { content, .. }
            | Self::RequestUpdate { content, .. }
            | Self::AccusationReply { content, .. } => *content,
            Self::AccusationIssue(accusation) => accusation.content,
            _ => None,
        }
    }
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
