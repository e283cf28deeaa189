//! What bodies name, and whom they speak to.

use detente_core::LogId;

use crate::{Body, Reference};

/// The statement that a body refers to.
pub(super) fn reference(body: &Body) -> Option<Reference> {
    match body {
        Body::Pong(reference) | Body::RequestAck(reference) => Some(*reference),
        Body::DialogueSession { other, .. } => *other,
        Body::RequestAnswer { request, .. }
        | Body::RequestRefuse { request, .. }
        | Body::RequestUpdate { request, .. } => Some(*request),
        Body::AccusationIssue(accusation) => accusation.asked,
        Body::AccusationReply { accusation, .. } | Body::AccusationWithdraw { accusation, .. } => {
            Some(*accusation)
        }
        Body::PartyDeclare { .. }
        | Body::AgreementAdopt(_)
        | Body::AgreementAmend { .. }
        | Body::AgreementWithdraw { .. }
        | Body::AccessDenied { .. }
        | Body::Ping(_)
        | Body::Request { .. } => None,
    }
}

/// The log of the party that a ping, a request or an accusation is addressed to.
pub(super) fn addressee(body: &Body) -> Option<LogId> {
    match body {
        Body::Ping(log) => Some(*log),
        Body::Request { to, .. } => Some(*to),
        Body::AccusationIssue(accusation) => accusation.accused,
        _ => None,
    }
}

/// The word of an outcome.
pub(super) const fn outcome(code: u8) -> Option<&'static str> {
    Some(match code {
        1 => "investigated",
        2 => "preserved",
        3 => "mitigated",
        4 => "provided",
        5 => "nothing-found",
        _ => return None,
    })
}

/// The outcome that starts a duty to preserve.
pub(super) const PRESERVED: u8 = 2;

/// The status that ends preservation.
pub(super) const RELEASED: u8 = 3;

/// The status that ends updates.
pub(super) const CLOSED: u8 = 4;

/// The word of a ground.
pub(super) const fn ground(code: u8) -> Option<&'static str> {
    Some(match code {
        1 => "sovereignty",
        2 => "security",
        3 => "public-order",
        4 => "political-offence",
        5 => "not-competent",
        6 => "legal-hold",
        7 => "content-not-delivered",
        _ => return None,
    })
}

/// The word of a position.
pub(super) const fn position(code: u8) -> Option<&'static str> {
    Some(match code {
        1 => "denied",
        2 => "accepted",
        3 => "evidence-asked",
        4 => "examining",
        _ => return None,
    })
}
