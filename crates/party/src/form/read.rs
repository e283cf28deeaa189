//! A form that somebody filled in.

use std::collections::BTreeMap;

use detente_agreement::{
    AgreementError,
    toml::{self, Member, Table, Value},
};
use detente_disclosure::ClaimedTime;
use detente_statement::Kind;
use thiserror::Error;

use super::fields::{Field, Shape, content, fields, requires_content};
use super::print::listed;

/// The longest contact, in bytes.
const CONTACT: usize = 1_024;

/// What is wrong with a form, and where.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}expected {expected}, got {got}", field.as_ref().map(|field| format!("{field}: ")).unwrap_or_default())]
pub struct FormFault {
    /// One-based line of the culprit; of the last line where something is missing.
    pub line: usize,
    /// The member, when it is about one.
    pub field: Option<String>,
    /// What should stand there.
    pub expected: String,
    /// What stands there.
    pub got: String,
}

/// A form of one kind whose members all have their form. What they name is not looked up yet.
#[derive(Clone)]
pub struct Form {
    pub(super) kind: Kind,
    pub(super) members: BTreeMap<&'static str, Member>,
    pub(super) content: Option<BTreeMap<String, String>>,
}

impl core::fmt::Debug for Form {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        // The content is what the statement only commits to: its words stay out of logs.
        let mut shown = formatter.debug_struct("Form");
        shown.field("kind", &self.kind).field("content", &self.content.as_ref().map(BTreeMap::len));
        shown.finish_non_exhaustive()
    }
}

impl Form {
    /// Reads the form of a kind.
    ///
    /// # Errors
    /// [`FormFault`] for what is no form of this kind, with its line.
    pub fn parse(kind: Kind, bytes: &[u8]) -> Result<Self, FormFault> {
        let tables = toml::read(bytes).map_err(of_toml)?;
        let last = bytes.iter().filter(|byte| **byte == b'\n').count().max(1);
        let missing = |field: &str, expected: String| FormFault {
            line: last,
            field: Some(field.to_owned()),
            expected,
            got: "none".to_owned(),
        };
        let Some(known) = fields(kind) else {
            let expected = "a kind of statement that has a form".to_owned();
            return Err(FormFault { line: 1, field: None, expected, got: kind.to_string() });
        };
        let mut form = Self { kind, members: BTreeMap::new(), content: None };
        let mut is_named = false;
        for Table { line, name, is_list, members } in tables {
            match (name.as_str(), is_list) {
                ("", false) => {
                    for (name, member) in members {
                        if name == "kind" {
                            require_kind(kind, &member)?;
                            is_named = true;
                            continue;
                        }
                        let Some(field) = known.iter().find(|field| field.name == name) else {
                            return Err(unknown(member.line, &name, known.iter().map(|field| field.name)));
                        };
                        require_shape(field, &member)?;
                        form.members.insert(field.name, member);
                    }
                }
                ("content", false) if !content(kind).is_empty() => {
                    form.content = Some(read_content(kind, line, members)?);
                }
                _ => {
                    return Err(unknown(
                        line,
                        &name,
                        (!content(kind).is_empty()).then_some("[content]").into_iter(),
                    ));
                }
            }
        }
        if !is_named {
            return Err(missing("kind", format!("{:?}", kind.name())));
        }
        for field in known {
            if field.required && !form.members.contains_key(field.name) {
                return Err(missing(field.name, "a value".to_owned()));
            }
        }
        if requires_content(kind) && form.content.is_none() {
            return Err(missing("[content]", "a table".to_owned()));
        }
        Ok(form)
    }
}

fn of_toml(error: AgreementError) -> FormFault {
    match error {
        AgreementError::MalformedAgreement { line, expected, got } => {
            FormFault { line, field: None, expected, got }
        }
        AgreementError::Oversize { limit, got } => FormFault {
            line: 1,
            field: None,
            expected: format!("at most {limit} bytes"),
            got: got.to_string(),
        },
        other => FormFault { line: 1, field: None, expected: "a form".to_owned(), got: other.to_string() },
    }
}

fn unknown<'a>(line: usize, name: &str, known: impl Iterator<Item = &'a str>) -> FormFault {
    let known: Vec<_> = known.collect();
    let expected = match known.as_slice() {
        [] => "no table".to_owned(),
        known => format!("one of {}", known.join(", ")),
    };
    FormFault {
        line,
        field: Some(name.to_owned()),
        expected,
        got: "a name that this form does not have".to_owned(),
    }
}

fn require_kind(kind: Kind, member: &Member) -> Result<(), FormFault> {
    match &member.value {
        Value::String(text) if text == kind.name() => Ok(()),
        other => Err(fault("kind", member.line, format!("{:?}", kind.name()), other)),
    }
}

fn require_shape(field: &Field, member: &Member) -> Result<(), FormFault> {
    let (fits, expected) = match (field.shape, &member.value) {
        (Shape::Contact, Value::String(text)) => {
            ((1..=CONTACT).contains(&text.len()), format!("1 to {CONTACT} bytes"))
        }
        (Shape::ClaimedTime, Value::String(text)) => (
            ClaimedTime::parse(text).is_some(),
            "a year, month, day or date and time, as 2026, 2026-03, 2026-03-01 or 2026-03-01T12:00:00Z"
                .to_owned(),
        ),
        (Shape::Word(list), Value::String(text)) => {
            (list.code(text).is_some(), format!("one of {}", listed(list)))
        }
        (Shape::Words(list), Value::Strings(items)) => {
            let fits = !items.is_empty() && items.iter().all(|item| list.code(item).is_some());
            let distinct =
                items.iter().enumerate().all(|(at, item)| !items.iter().take(at).any(|one| one == item));
            (fits && distinct, format!("at least one of {}, each once", listed(list)))
        }
        (Shape::Evidence, Value::Strings(items)) => {
            let fits = !items.is_empty() && items.iter().all(|item| super::body::evidence(item).is_some());
            let list = listed(&detente_agreement::words::ITEM_TYPES);
            (fits, format!("files as \"PATH:TYPE\", TYPE one of {list}"))
        }
        (Shape::Size, Value::Number(_)) => (true, String::new()),
        (Shape::Log | Shape::Statement { .. } | Shape::Agreement | Shape::Instant, Value::String(text)) => {
            (!text.is_empty(), "a text that is not empty".to_owned())
        }
        (Shape::Size, _) => (false, "a number".to_owned()),
        (Shape::Words(_) | Shape::Evidence, _) => (false, "a list of strings".to_owned()),
        _ => (false, "a string".to_owned()),
    };
    if fits { Ok(()) } else { Err(fault(field.name, member.line, expected, &member.value)) }
}

fn read_content(
    kind: Kind,
    line: usize,
    members: BTreeMap<String, Member>,
) -> Result<BTreeMap<String, String>, FormFault> {
    let known = content(kind);
    let mut read = BTreeMap::new();
    for (name, member) in members {
        if !known.iter().any(|(known, _, _)| *known == name) {
            return Err(unknown(member.line, &name, known.iter().map(|(name, _, _)| *name)));
        }
        match &member.value {
            Value::String(text) if !text.is_empty() => {
                read.insert(name, text.clone());
            }
            other => return Err(fault(&name, member.line, "a string that is not empty".to_owned(), other)),
        }
    }
    match known.iter().find(|(name, required, _)| *required && !read.contains_key(*name)) {
        Some((name, _, _)) => Err(FormFault {
            line,
            field: Some((*name).to_owned()),
            expected: "a value in [content]".to_owned(),
            got: "none".to_owned(),
        }),
        None => Ok(read),
    }
}

fn fault(field: &str, line: usize, expected: String, got: &Value) -> FormFault {
    let got = match got {
        Value::String(text) => format!("{:?}", text.chars().take(60).collect::<String>()),
        Value::Number(number) => number.to_string(),
        Value::Strings(items) => format!("{:?}", items).chars().take(80).collect(),
        Value::Numbers(_) => "a list of numbers".to_owned(),
    };
    FormFault { line, field: Some(field.to_owned()), expected, got }
}
