//! From bytes to a body whose every value is in range.

use bincode::{Decode, Encode};
use detente_core::{Digest, LeafIndex, LogId, TreeSize, UnixSeconds, canonical};
use detente_disclosure::ClaimedTime;
use detente_statement::{ENTRY_LIMIT, Kind};

use super::{Accusation, Body, Reference, wire};
use crate::{AgreementDigest, AgreementError, words, words::Words};

/// Most bytes of a contact.
const CONTACT_LIMIT: usize = 1_024;

impl Body {
    /// Reads the body of a visible kind of this word.
    ///
    /// # Errors
    /// `MALFORMED-STATEMENT` for bytes that do not follow the kind's layout and for values out of range; `MISUSE` for a
    /// kind that is not of this word.
    pub fn decode(kind: Kind, bytes: &[u8]) -> Result<Self, AgreementError> {
        let of = Reader { kind };
        Ok(match kind {
            Kind::PartyDeclare => {
                let wire: wire::PartyDeclare = of.read(bytes)?;
                Self::PartyDeclare {
                    diplomatic: of.contact(wire.diplomatic)?,
                    technical: of.contact(wire.technical)?,
                }
            }
            Kind::AgreementAdopt => {
                let wire: wire::Adopt = of.read(bytes)?;
                Self::AgreementAdopt(AgreementDigest::new(wire.agreement))
            }
            Kind::AgreementAmend => {
                let wire: wire::Amend = of.read(bytes)?;
                of.require(wire.old != wire.new, "a new agreement that is not the old one")?;
                let (old, new) = (AgreementDigest::new(wire.old), AgreementDigest::new(wire.new));
                Self::AgreementAmend { old, new }
            }
            Kind::AgreementWithdraw => {
                let wire: wire::Withdraw = of.read(bytes)?;
                let effective = UnixSeconds::new(wire.effective)
                    .map_err(|_| of.malformed("an effective time of at most 2^63 - 1"))?;
                Self::AgreementWithdraw { agreement: AgreementDigest::new(wire.agreement), effective }
            }
            Kind::AccessDenied => {
                let wire: wire::AccessDenied = of.read(bytes)?;
                let size =
                    TreeSize::new(wire.size).map_err(|_| of.malformed("a size of at most 2^63 - 1"))?;
                Self::AccessDenied { log: of.log(wire.log)?, size }
            }
            Kind::Ping => {
                let wire: wire::Ping = of.read(bytes)?;
                Self::Ping(of.log(wire.log)?)
            }
            Kind::Pong => Self::Pong(of.referring(bytes)?),
            Kind::DialogueSession => of.session(bytes)?,
            Kind::RequestAssistance | Kind::RequestPreserve => {
                let wire: wire::Request = of.read(bytes)?;
                Self::Request { to: of.log(wire.to)?, content: wire.content }
            }
            Kind::RequestAck => Self::RequestAck(of.referring(bytes)?),
            Kind::RequestAnswer => {
                let (request, outcome, content) =
                    of.coded(bytes, &words::OUTCOMES, "an outcome from 1 to 5")?;
                Self::RequestAnswer { request, outcome, content }
            }
            Kind::RequestRefuse => {
                let (request, ground, content) = of.coded(bytes, &words::GROUNDS, "a ground from 1 to 7")?;
                Self::RequestRefuse { request, ground, content }
            }
            Kind::RequestUpdate => {
                let (request, status, content) = of.coded(bytes, &words::STATUSES, "a status from 1 to 4")?;
                Self::RequestUpdate { request, status, content }
            }
            Kind::AccusationIssue => Self::AccusationIssue(of.accusation(bytes)?),
            Kind::AccusationReply => {
                let (accusation, position, content) =
                    of.coded(bytes, &words::POSITIONS, "a position from 1 to 4")?;
                Self::AccusationReply { accusation, position, content }
            }
            Kind::AccusationWithdraw => {
                let wire: wire::TakeBack = of.read(bytes)?;
                let reason = of.code(wire.reason, &words::REASONS, "a reason from 1 to 3")?;
                Self::AccusationWithdraw { accusation: of.reference(wire.reference)?, reason }
            }
            _ => return Err(AgreementError::NoBody { kind }),
        })
    }
}

struct Reader {
    kind: Kind,
}

impl Reader {
    const fn malformed(&self, expected: &'static str) -> AgreementError {
        AgreementError::MalformedStatement { kind: self.kind, expected }
    }

    fn require(&self, holds: bool, expected: &'static str) -> Result<(), AgreementError> {
        if holds { Ok(()) } else { Err(self.malformed(expected)) }
    }

    fn read<T: Decode<()> + Encode>(&self, bytes: &[u8]) -> Result<T, AgreementError> {
        canonical::decode::<T, ENTRY_LIMIT>("body", bytes)
            .map_err(|_| self.malformed("a body in the layout of its kind"))
    }

    fn contact(&self, text: String) -> Result<String, AgreementError> {
        let fits = (1..=CONTACT_LIMIT).contains(&text.len()) && !text.contains(char::is_control);
        self.require(fits, "contacts of 1 to 1024 bytes without control characters")?;
        Ok(text)
    }

    fn log(&self, log: LogId) -> Result<LogId, AgreementError> {
        self.require(log != LogId::ZERO, "a log id that is not zeros")?;
        Ok(log)
    }

    fn reference(&self, wire: wire::WireReference) -> Result<Reference, AgreementError> {
        let expected = "a reference with a log id that is not zeros and an index from 1 to 2^63 - 1";
        self.require(wire.log != LogId::ZERO && wire.index != 0, expected)?;
        let index = LeafIndex::new(wire.index).map_err(|_| self.malformed(expected))?;
        Ok(Reference { log: wire.log, index, statement: wire.statement })
    }

    fn code(&self, code: u8, list: &Words, expected: &'static str) -> Result<u8, AgreementError> {
        self.require(list.of_code(code).is_some(), expected)?;
        Ok(code)
    }

    fn referring(&self, bytes: &[u8]) -> Result<Reference, AgreementError> {
        let wire: wire::Referring = self.read(bytes)?;
        self.reference(wire.reference)
    }

    fn coded(
        &self,
        bytes: &[u8],
        list: &Words,
        expected: &'static str,
    ) -> Result<(Reference, u8, Option<Digest>), AgreementError> {
        let wire: wire::Coded = self.read(bytes)?;
        Ok((self.reference(wire.reference)?, self.code(wire.code, list, expected)?, wire.content))
    }

    fn session(&self, bytes: &[u8]) -> Result<Body, AgreementError> {
        let wire: wire::Session = self.read(bytes)?;
        self.require(ClaimedTime::parse(&wire.date).is_some(), "a date that is a claimed time")?;
        Ok(Body::DialogueSession {
            with: self.log(wire.with)?,
            form: self.code(wire.form, &words::FORMS, "a form from 1 to 4")?,
            date: wire.date,
            other: wire.other.map(|other| self.reference(other)).transpose()?,
        })
    }

    fn accusation(&self, bytes: &[u8]) -> Result<Accusation, AgreementError> {
        let wire: wire::Accuse = self.read(bytes)?;
        let increasing = wire.bases.is_sorted_by(|left, right| left < right);
        let listed = wire.bases.iter().all(|code| words::BASES.of_code(*code).is_some());
        self.require(
            increasing && listed && !wire.bases.is_empty(),
            "at least one basis, from 1 to 6, strictly increasing",
        )?;
        let increasing = wire.items.is_sorted_by(|(left, _), (right, _)| left < right);
        let listed =
            wire.items.iter().all(|(code, count)| words::ITEM_TYPES.of_code(*code).is_some() && *count > 0);
        self.require(
            increasing && listed,
            "items with types from 1 to 8, strictly increasing, and counts of at least 1",
        )?;
        self.require(
            wire.items.is_empty() == wire.manifest.is_none(),
            "items with a manifest, none without",
        )?;
        let review = (!wire.review.is_empty()).then_some(wire.review);
        self.require(
            review.as_deref().is_none_or(|date| ClaimedTime::parse(date).is_some()),
            "a review date that is empty or a claimed time",
        )?;
        Ok(Accusation {
            accused: (wire.accused != LogId::ZERO).then_some(wire.accused),
            class: self.code(wire.class, &words::CLASSES, "a class from 1 to 3")?,
            channel: self.code(wire.channel, &words::CHANNELS, "a channel of 1 or 2")?,
            likelihood: self.code(wire.likelihood, &words::LIKELIHOODS, "a likelihood from 0 to 7")?,
            confidence: self.code(wire.confidence, &words::CONFIDENCES, "a confidence from 0 to 3")?,
            bases: wire.bases,
            alternatives: self.code(wire.alternatives, &words::ALTERNATIVES, "alternatives from 0 to 2")?,
            asked: wire.asked.map(|asked| self.reference(asked)).transpose()?,
            manifest: wire.manifest,
            items: wire.items,
            review,
            content: wire.content,
        })
    }
}
