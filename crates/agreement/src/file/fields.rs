//! The members of one table, taken one by one; whoever is left over was not asked for.

use std::collections::BTreeMap;

use detente_core::Digest;

use super::toml::{Member, Table, Value, malformed, repeated};
use crate::{AgreementError, Period};

/// The longest text of a file, in bytes.
const SHORT: usize = 1_024;

pub(super) struct Fields {
    table: String,
    line: usize,
    left: BTreeMap<String, Member>,
}

impl Fields {
    pub(super) fn new(table: Table) -> Self {
        Self { table: table.name, line: table.line, left: table.members }
    }

    /// The line of the table.
    pub(super) const fn line(&self) -> usize {
        self.line
    }

    /// Whether a member is there and not taken.
    pub(super) fn has(&self, name: &str) -> bool {
        self.left.contains_key(name)
    }

    /// A string that has to be there, and its line.
    pub(super) fn text(&mut self, name: &str) -> Result<(usize, String), AgreementError> {
        self.optional_text(name)?.ok_or_else(|| self.missing(name))
    }

    pub(super) fn optional_text(&mut self, name: &str) -> Result<Option<(usize, String)>, AgreementError> {
        match self.left.remove(name) {
            None => Ok(None),
            Some(Member { line, value: Value::String(text) }) => Ok(Some((line, text))),
            Some(member) => Err(wrong_type(name, "a string", &member)),
        }
    }

    /// 1 to 1,024 bytes.
    pub(super) fn short(&mut self, name: &str) -> Result<String, AgreementError> {
        self.optional_short(name)?.ok_or_else(|| self.missing(name))
    }

    pub(super) fn optional_short(&mut self, name: &str) -> Result<Option<String>, AgreementError> {
        match self.optional_text(name)? {
            Some((line, text)) if !(1..=SHORT).contains(&text.len()) => {
                Err(malformed(line, format!("{name} of 1 to {SHORT} bytes"), &text))
            }
            other => Ok(other.map(|(_, text)| text)),
        }
    }

    /// A text of a form of its own.
    pub(super) fn parsed<T>(
        &mut self,
        name: &str,
        form: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, AgreementError> {
        let (line, text) = self.text(name)?;
        parse(&text).ok_or_else(|| malformed(line, format!("{name}: {form}"), &text))
    }

    pub(super) fn digest(&mut self, name: &str) -> Result<Digest, AgreementError> {
        self.parsed(name, "64 lower-case hexadecimal digits", |text| Digest::from_hex(text).ok())
    }

    pub(super) fn period(&mut self, name: &str) -> Result<Period, AgreementError> {
        self.parsed(name, "P<n>Y, P<n>M, P<n>D, PT<n>H or PT<n>M, n from 1 to 9999", Period::parse)
    }

    pub(super) fn number(&mut self, name: &str) -> Result<u64, AgreementError> {
        match self.left.remove(name) {
            None => Err(self.missing(name)),
            Some(Member { value: Value::Number(number), .. }) => Ok(number),
            Some(member) => Err(wrong_type(name, "a number", &member)),
        }
    }

    /// A list of numbers, not empty.
    pub(super) fn numbers(&mut self, name: &str) -> Result<(usize, Vec<u64>), AgreementError> {
        match self.left.remove(name) {
            None => Err(self.missing(name)),
            Some(Member { line, value: Value::Numbers(numbers) }) => Ok((line, numbers)),
            Some(member) => Err(wrong_type(name, "a list of numbers", &member)),
        }
    }

    /// Words that each mean something, none twice, at least one.
    pub(super) fn words<T>(
        &mut self,
        name: &str,
        form: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, AgreementError> {
        self.optional_words(name, form, parse)?.ok_or_else(|| self.missing(name))
    }

    pub(super) fn optional_words<T>(
        &mut self,
        name: &str,
        form: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<Vec<T>>, AgreementError> {
        let (line, texts) = match self.left.remove(name) {
            None => return Ok(None),
            Some(Member { line, value: Value::Strings(texts) }) if !texts.is_empty() => (line, texts),
            Some(member) => return Err(wrong_type(name, "a list of at least one string", &member)),
        };
        if let Some(again) = repeated(&texts) {
            return Err(malformed(line, format!("{name}: each word once"), again));
        }
        let meant =
            |text: &String| parse(text).ok_or_else(|| malformed(line, format!("{name}: {form}"), text));
        texts.iter().map(meant).collect::<Result<_, _>>().map(Some)
    }

    /// Refuses what nobody has taken.
    pub(super) fn finish(self) -> Result<(), AgreementError> {
        match self.left.into_iter().min_by_key(|(_, member)| member.line) {
            None => Ok(()),
            Some((name, member)) => {
                let table = if self.table.is_empty() { "the top" } else { self.table.as_str() };
                Err(malformed(member.line, format!("no member of this name in {table}"), &name))
            }
        }
    }

    fn missing(&self, name: &str) -> AgreementError {
        malformed(self.line, format!("a member {name}"), "none")
    }
}

fn wrong_type(name: &str, expected: &str, member: &Member) -> AgreementError {
    malformed(member.line, format!("{name}: {expected}"), member.value.type_name())
}
