//! From a form's members to the body that will be published.

use std::path::PathBuf;

use detente_agreement::{
    Accusation, AgreementDigest, Body, Reference,
    toml::{Member, Value},
    words::{self, Words},
};
use detente_core::{LogId, TreeSize, UnixSeconds};
use detente_statement::Kind;

use super::fields::{Shape, fields};
use super::{Filled, Form, FormFault, Lookup};

/// Why a form could not be filled in.
#[derive(Debug)]
pub enum Unfilled<E> {
    /// A member that cannot stand there after all.
    Fault(FormFault),
    /// What a member names could not be looked up.
    Lookup {
        /// The member's line.
        line: usize,
        /// The member.
        field: &'static str,
        /// Why.
        source: E,
    },
}

impl Form {
    /// Looks up what the members name. The commitments of the body are made later, and are none until then.
    ///
    /// # Errors
    /// [`Unfilled`], with the line.
    pub fn fill<L: Lookup>(&self, lookup: &mut L) -> Result<Filled, Unfilled<L::Error>> {
        let mut members = Members { form: self, lookup };
        let body = members.body()?;
        let evidence = self.texts("evidence").iter().filter_map(|item| evidence(item)).collect();
        Ok(Filled { body, content: self.content.clone(), evidence })
    }

    fn text(&self, name: &str) -> Option<(usize, &str)> {
        match self.members.get(name) {
            Some(Member { line, value: Value::String(text) }) => Some((*line, text)),
            _ => None,
        }
    }

    fn texts(&self, name: &str) -> &[String] {
        match self.members.get(name) {
            Some(Member { value: Value::Strings(items), .. }) => items,
            _ => &[],
        }
    }

    /// The code of a word; 0, which is "not stated" where it is allowed, for one that is left out.
    fn code(&self, name: &str, list: &Words) -> u8 {
        self.text(name).and_then(|(_, word)| list.code(word)).unwrap_or(0)
    }
}

/// `PATH:TYPE`.
pub(super) fn evidence(item: &str) -> Option<(PathBuf, u8)> {
    let (path, word) = item.rsplit_once(':')?;
    let code = words::ITEM_TYPES.code(word)?;
    (!path.is_empty()).then(|| (PathBuf::from(path), code))
}

struct Members<'a, L> {
    form: &'a Form,
    lookup: &'a mut L,
}

type Found<T, L> = Result<T, Unfilled<<L as Lookup>::Error>>;

impl<'a, L: Lookup> Members<'a, L> {
    fn body(&mut self) -> Found<Body, L> {
        let form = self.form;
        let contact = |name| form.text(name).map(|(_, text)| text.to_owned()).unwrap_or_default();
        Ok(match form.kind {
            Kind::PartyDeclare => {
                Body::PartyDeclare { diplomatic: contact("diplomatic"), technical: contact("technical") }
            }
            Kind::AgreementAdopt => Body::AgreementAdopt(self.agreement("agreement")?),
            Kind::AgreementAmend => {
                let (old, new) = (self.agreement("old")?, self.agreement("new")?);
                if old == new {
                    return Err(self.fault("new", "other terms than the old ones", "the same"));
                }
                Body::AgreementAmend { old, new }
            }
            Kind::AgreementWithdraw => Body::AgreementWithdraw {
                agreement: self.agreement("agreement")?,
                effective: self.instant("effective")?,
            },
            Kind::AccessDenied => Body::AccessDenied { log: self.log("log")?, size: self.size("size")? },
            Kind::Ping => Body::Ping(self.log("to")?),
            Kind::Pong => Body::Pong(self.statement("ping")?),
            Kind::DialogueSession => Body::DialogueSession {
                with: self.log("with")?,
                form: form.code("form", &words::FORMS),
                date: contact("date"),
                other: self.optional_statement("other")?,
            },
            // The content is committed to when the salt is made.
            Kind::RequestAssistance | Kind::RequestPreserve => {
                Body::Request { to: self.log("to")?, content: detente_core::Digest::from_bytes([0; 32]) }
            }
            Kind::RequestAck => Body::RequestAck(self.statement("request")?),
            Kind::RequestAnswer => Body::RequestAnswer {
                request: self.statement("request")?,
                outcome: form.code("outcome", &words::OUTCOMES),
                content: None,
            },
            Kind::RequestRefuse => Body::RequestRefuse {
                request: self.statement("request")?,
                ground: form.code("ground", &words::GROUNDS),
                content: None,
            },
            Kind::RequestUpdate => Body::RequestUpdate {
                request: self.statement("request")?,
                status: form.code("status", &words::STATUSES),
                content: None,
            },
            Kind::AccusationIssue => Body::AccusationIssue(self.accusation()?),
            Kind::AccusationReply => Body::AccusationReply {
                accusation: self.statement("accusation")?,
                position: form.code("position", &words::POSITIONS),
                content: None,
            },
            Kind::AccusationWithdraw => Body::AccusationWithdraw {
                accusation: self.statement("accusation")?,
                reason: form.code("reason", &words::REASONS),
            },
            _ => return Err(self.fault("kind", "a kind that has a form", "another")),
        })
    }

    fn accusation(&mut self) -> Found<Accusation, L> {
        let form = self.form;
        let mut bases: Vec<u8> =
            form.texts("bases").iter().filter_map(|word| words::BASES.code(word)).collect();
        bases.sort_unstable();
        Ok(Accusation {
            accused: if form.text("accused").is_some() { Some(self.log("accused")?) } else { None },
            class: form.code("class", &words::CLASSES),
            channel: form.code("channel", &words::CHANNELS),
            likelihood: form.code("likelihood", &words::LIKELIHOODS),
            confidence: form.code("confidence", &words::CONFIDENCES),
            bases,
            alternatives: form.code("alternatives", &words::ALTERNATIVES),
            asked: self.optional_statement("asked")?,
            manifest: None,
            items: Vec::new(),
            review: form.text("review").map(|(_, text)| text.to_owned()),
            content: None,
        })
    }

    fn log(&mut self, name: &'static str) -> Found<LogId, L> {
        let (line, text) = self.text(name)?;
        self.lookup.log(text).map_err(|source| Unfilled::Lookup { line, field: name, source })
    }

    fn agreement(&mut self, name: &'static str) -> Found<AgreementDigest, L> {
        let (line, text) = self.text(name)?;
        self.lookup.agreement(text).map_err(|source| Unfilled::Lookup { line, field: name, source })
    }

    fn instant(&mut self, name: &'static str) -> Found<UnixSeconds, L> {
        let (line, text) = self.text(name)?;
        self.lookup.instant(text).map_err(|source| Unfilled::Lookup { line, field: name, source })
    }

    fn statement(&mut self, name: &'static str) -> Found<Reference, L> {
        let shape = fields(self.form.kind).and_then(|known| known.iter().find(|field| field.name == name));
        let (of, own) = match shape.map(|field| field.shape) {
            Some(Shape::Statement { of, own }) => (of, own),
            _ => (&[][..], false),
        };
        let (line, text) = self.text(name)?;
        let found = self.lookup.statement(text, of, own);
        found.map_err(|source| Unfilled::Lookup { line, field: name, source })
    }

    fn optional_statement(&mut self, name: &'static str) -> Found<Option<Reference>, L> {
        if self.form.members.contains_key(name) { self.statement(name).map(Some) } else { Ok(None) }
    }

    fn size(&mut self, name: &'static str) -> Found<TreeSize, L> {
        match self.form.members.get(name) {
            Some(Member { value: Value::Number(number), .. }) => TreeSize::new(*number)
                .map_err(|_| self.fault(name, "a number up to 2^63 - 1", &number.to_string())),
            _ => Err(self.fault(name, "a number", "none")),
        }
    }

    /// A member that the form has, as its reader made sure.
    fn text(&self, name: &'static str) -> Found<(usize, &'a str), L> {
        self.form.text(name).ok_or_else(|| self.fault(name, "a string", "none"))
    }

    fn fault(&self, name: &str, expected: &str, got: &str) -> Unfilled<L::Error> {
        let line = self.form.members.get(name).map_or(1, |member| member.line);
        let (expected, got) = (expected.to_owned(), got.to_owned());
        Unfilled::Fault(FormFault { line, field: Some(name.to_owned()), expected, got })
    }
}
