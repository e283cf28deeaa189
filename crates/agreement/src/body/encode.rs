//! From a body to bytes, which are read again: nothing is signed that a reader would refuse.

use bincode::Encode;
use detente_core::{Digest, LogId, canonical};
use detente_statement::Kind;

use super::{Accusation, Body, Reference, wire};
use crate::AgreementError;

impl Body {
    /// Writes the body of a statement of this kind. The nonce is 16 random bytes.
    ///
    /// # Errors
    /// `MISUSE` for a kind that this body is not of; `MALFORMED-STATEMENT` for a value out of range.
    pub fn encode(&self, kind: Kind, nonce: [u8; 16]) -> Result<Vec<u8>, AgreementError> {
        if !self.is_of(kind) {
            return Err(AgreementError::NoBody { kind });
        }
        let bytes = self.bytes(kind, nonce)?;
        // A value that the layout can hold and the kind cannot.
        if Self::decode(kind, &bytes)? != *self {
            let expected = "a body that reads as what was written";
            return Err(AgreementError::MalformedStatement { kind, expected });
        }
        Ok(bytes)
    }

    fn bytes(&self, kind: Kind, nonce: [u8; 16]) -> Result<Vec<u8>, AgreementError> {
        match self {
            Self::PartyDeclare { diplomatic, technical } => {
                let (diplomatic, technical) = (diplomatic.clone(), technical.clone());
                write(kind, &wire::PartyDeclare { nonce, diplomatic, technical })
            }
            Self::AgreementAdopt(agreement) => {
                write(kind, &wire::Adopt { nonce, agreement: agreement.digest() })
            }
            Self::AgreementAmend { old, new } => {
                write(kind, &wire::Amend { nonce, old: old.digest(), new: new.digest() })
            }
            Self::AgreementWithdraw { agreement, effective } => {
                let agreement = agreement.digest();
                write(kind, &wire::Withdraw { nonce, agreement, effective: effective.get() })
            }
            Self::AccessDenied { log, size } => {
                write(kind, &wire::AccessDenied { nonce, log: *log, size: size.get() })
            }
            Self::Ping(log) => write(kind, &wire::Ping { nonce, log: *log }),
            Self::Pong(to) | Self::RequestAck(to) => {
                write(kind, &wire::Referring { nonce, reference: to.into() })
            }
            Self::DialogueSession { with, form, date, other } => {
                let other = other.as_ref().map(Into::into);
                write(kind, &wire::Session { nonce, with: *with, form: *form, date: date.clone(), other })
            }
            Self::Request { to, content } => {
                write(kind, &wire::Request { nonce, to: *to, content: *content })
            }
            Self::RequestAnswer { request, outcome, content } => {
                coded(kind, nonce, request, *outcome, *content)
            }
            Self::RequestRefuse { request, ground, content } => {
                coded(kind, nonce, request, *ground, *content)
            }
            Self::RequestUpdate { request, status, content } => {
                coded(kind, nonce, request, *status, *content)
            }
            Self::AccusationReply { accusation, position, content } => {
                coded(kind, nonce, accusation, *position, *content)
            }
            Self::AccusationIssue(accusation) => write(kind, &accuse(accusation, nonce)),
            Self::AccusationWithdraw { accusation, reason } => {
                write(kind, &wire::TakeBack { nonce, reference: accusation.into(), reason: *reason })
            }
        }
    }
}

fn write<T: Encode>(kind: Kind, wire: &T) -> Result<Vec<u8>, AgreementError> {
    let expected = "a value that has canonical bytes";
    canonical::encode("body", wire).map_err(|_| AgreementError::MalformedStatement { kind, expected })
}

fn coded(
    kind: Kind,
    nonce: [u8; 16],
    reference: &Reference,
    code: u8,
    content: Option<Digest>,
) -> Result<Vec<u8>, AgreementError> {
    write(kind, &wire::Coded { nonce, reference: reference.into(), code, content })
}

fn accuse(accusation: &Accusation, nonce: [u8; 16]) -> wire::Accuse {
    wire::Accuse {
        nonce,
        accused: accusation.accused.unwrap_or(LogId::ZERO),
        class: accusation.class,
        channel: accusation.channel,
        likelihood: accusation.likelihood,
        confidence: accusation.confidence,
        bases: accusation.bases.clone(),
        alternatives: accusation.alternatives,
        asked: accusation.asked.as_ref().map(Into::into),
        manifest: accusation.manifest,
        items: accusation.items.clone(),
        review: accusation.review.clone().unwrap_or_default(),
        content: accusation.content,
    }
}

impl From<&Reference> for wire::WireReference {
    fn from(reference: &Reference) -> Self {
        let Reference { log, index, statement } = *reference;
        Self { log, index: index.get(), statement }
    }
}
