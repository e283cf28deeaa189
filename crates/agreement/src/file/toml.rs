//! The narrow form of TOML, read line by line (`specs/agreement.md` "Narrow TOML").
//!
//! A reader of its own, because what other readers accept differs: here one text has one reading, every TOML tool has
//! the same, and a refusal names its line.

use std::collections::{BTreeMap, BTreeSet};

use detente_core::decimal;

use crate::AgreementError;

/// Most bytes of a file.
pub(super) const MAX_BYTES: usize = 1_048_576;

/// Most members, and most tables, of a file.
const MAX_MEMBERS: usize = 4_096;

/// Most items of a list.
const MAX_ITEMS: usize = 256;

/// A table with the members that follow it; the first one is the top, without a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// One-based line of its head.
    pub line: usize,
    /// Empty for the top.
    pub name: String,
    /// Whether it is one more table of a list.
    pub is_list: bool,
    /// By name.
    pub members: BTreeMap<String, Member>,
}

/// One value, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// One-based.
    pub line: usize,
    /// The value.
    pub value: Value,
}

/// What stands behind a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Characters between quotation marks, unescaped.
    String(String),
    /// A decimal number.
    Number(u64),
    /// Also the list without items.
    Strings(Vec<String>),
    /// A list of numbers.
    Numbers(Vec<u64>),
}

impl Value {
    /// As messages name it.
    pub(super) const fn type_name(&self) -> &'static str {
        match self {
            Self::String(_) => "a string",
            Self::Number(_) => "a number",
            Self::Strings(items) if items.is_empty() => "an empty list",
            Self::Strings(_) => "a list of strings",
            Self::Numbers(_) => "a list of numbers",
        }
    }
}

/// A refusal at a line; what was found is quoted, and cut.
pub(super) fn malformed(line: usize, expected: impl Into<String>, got: &str) -> AgreementError {
    let cut: String = got.chars().take(60).collect();
    AgreementError::MalformedAgreement { line, expected: expected.into(), got: format!("{cut:?}") }
}

/// Reads a file into its tables, in their order; the first one is the top.
///
/// # Errors
/// `OVERSIZE`, then `MALFORMED-AGREEMENT` with the line.
pub fn read(bytes: &[u8]) -> Result<Vec<Table>, AgreementError> {
    let mut reader = Reader::new();
    for (place, line) in lines(bytes)?.enumerate() {
        reader.line(place + 1, line)?;
    }
    Ok(reader.tables)
}

fn lines(bytes: &[u8]) -> Result<impl Iterator<Item = &str>, AgreementError> {
    if bytes.len() > MAX_BYTES {
        return Err(AgreementError::Oversize { limit: MAX_BYTES, got: bytes.len() });
    }
    let line_at = |offset| 1 + bytes.iter().take(offset).filter(|byte| **byte == b'\n').count();
    let refused = |byte: u8| (byte < 0x20 && byte != b'\n') || byte == 0x7f;
    if let Some((offset, byte)) = bytes.iter().enumerate().find(|(_, byte)| refused(**byte)) {
        let expected = "no control character but line feeds";
        return Err(malformed(line_at(offset), expected, &char::from(*byte).to_string()));
    }
    let text = core::str::from_utf8(bytes)
        .map_err(|error| malformed(line_at(error.valid_up_to()), "UTF-8", "other bytes"))?;
    if text.starts_with('\u{feff}') {
        return Err(malformed(1, "no byte order mark", "\u{feff}"));
    }
    let whole = text.strip_suffix('\n');
    if whole.is_none() && !text.is_empty() {
        let last = text.rsplit('\n').next().unwrap_or_default();
        return Err(malformed(line_at(bytes.len()), "a line feed at the end of the last line", last));
    }
    // A file without a byte has no line; it then lacks its members.
    Ok(whole.into_iter().flat_map(|text| text.split('\n')))
}

struct Reader {
    tables: Vec<Table>,
    /// Names of tables, and whether each is a list.
    names: BTreeMap<String, bool>,
    members: usize,
}

impl Reader {
    fn new() -> Self {
        let top = Table { line: 1, name: String::new(), is_list: false, members: BTreeMap::new() };
        Self { tables: vec![top], names: BTreeMap::new(), members: 0 }
    }

    fn line(&mut self, line: usize, text: &str) -> Result<(), AgreementError> {
        let text = text.trim_matches(' ');
        if text.is_empty() || text.starts_with('#') {
            return Ok(());
        }
        if let Some(rest) = text.strip_prefix("[[") {
            let name = rest.strip_suffix("]]").ok_or_else(|| malformed(line, "[[name]]", text))?;
            return self.table(line, name, true);
        }
        if let Some(rest) = text.strip_prefix('[') {
            let name = rest.strip_suffix(']').ok_or_else(|| malformed(line, "[name]", text))?;
            return self.table(line, name, false);
        }
        let (name, value) =
            text.split_once('=').ok_or_else(|| malformed(line, "a table, a remark or name = value", text))?;
        self.member(line, name.trim_end_matches(' '), value.trim_start_matches(' '))
    }

    fn table(&mut self, line: usize, name: &str, is_list: bool) -> Result<(), AgreementError> {
        check_name(line, name)?;
        if self.tables.first().is_some_and(|top| top.members.contains_key(name)) {
            return Err(malformed(line, "a name that is no member of the top", name));
        }
        match self.names.insert(name.to_owned(), is_list) {
            None => {}
            Some(true) if is_list => {}
            Some(_) => {
                return Err(malformed(line, "each table once, and no table that is also a list", name));
            }
        }
        if self.tables.len() > MAX_MEMBERS {
            return Err(malformed(line, "at most 4096 tables", name));
        }
        self.tables.push(Table { line, name: name.to_owned(), is_list, members: BTreeMap::new() });
        Ok(())
    }

    fn member(&mut self, line: usize, name: &str, value: &str) -> Result<(), AgreementError> {
        check_name(line, name)?;
        self.members += 1;
        if self.members > MAX_MEMBERS {
            return Err(malformed(line, "at most 4096 members", name));
        }
        let member = Member { line, value: whole_value(line, value)? };
        let members = self.tables.last_mut().map(|table| &mut table.members);
        if members.is_some_and(|members| members.insert(name.to_owned(), member).is_some()) {
            return Err(malformed(line, "each name once in its table", name));
        }
        Ok(())
    }
}

fn check_name(line: usize, name: &str) -> Result<(), AgreementError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if (1..=64).contains(&name.len()) && name.bytes().all(allowed) {
        return Ok(());
    }
    Err(malformed(line, "a name of 1 to 64 of A-Z a-z 0-9 _ -", name))
}

/// Text that begins with a value and has nothing after it but blanks.
fn whole_value(line: usize, text: &str) -> Result<Value, AgreementError> {
    let (value, rest) = match text.strip_prefix('[') {
        Some(items) => list(line, items)?,
        None => match scalar(line, text)? {
            (Scalar::String(text), rest) => (Value::String(text), rest),
            (Scalar::Number(number), rest) => (Value::Number(number), rest),
        },
    };
    // The line's own blanks are cut off already.
    if rest.is_empty() { Ok(value) } else { Err(malformed(line, "nothing after the value", rest)) }
}

enum Scalar {
    String(String),
    Number(u64),
}

fn scalar(line: usize, text: &str) -> Result<(Scalar, &str), AgreementError> {
    if let Some(quoted) = text.strip_prefix('"') {
        return string(line, quoted).map(|(string, rest)| (Scalar::String(string), rest));
    }
    let end = text.find([' ', ',', ']']).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    let number = decimal::parse(digits)
        .map_err(|_| malformed(line, "a string in quotes, a decimal number or a list", digits))?;
    Ok((Scalar::Number(number), rest))
}

/// What follows an opening quote, up to the closing one.
fn string(line: usize, text: &str) -> Result<(String, &str), AgreementError> {
    let mut value = String::new();
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        match character {
            '"' => return Ok((value, rest.as_str())),
            '\\' => match rest.next() {
                Some(escaped @ ('"' | '\\')) => value.push(escaped),
                _ => return Err(malformed(line, "no escapes but \\\" and \\\\", text)),
            },
            control if control.is_control() => {
                return Err(malformed(line, "a string without control characters", text));
            }
            plain => value.push(plain),
        }
    }
    Err(malformed(line, "a quote at the end of the string", text))
}

/// What follows an opening bracket, up to the closing one.
fn list(line: usize, text: &str) -> Result<(Value, &str), AgreementError> {
    let (mut strings, mut numbers) = (Vec::new(), Vec::new());
    let mut rest = text.trim_start_matches(' ');
    if let Some(rest) = rest.strip_prefix(']') {
        return Ok((Value::Strings(strings), rest));
    }
    loop {
        let (item, after) = scalar(line, rest)?;
        match item {
            Scalar::String(string) => strings.push(string),
            Scalar::Number(number) => numbers.push(number),
        }
        if !strings.is_empty() && !numbers.is_empty() {
            return Err(malformed(line, "a list of strings or of numbers, not of both", text));
        }
        if strings.len() + numbers.len() > MAX_ITEMS {
            return Err(malformed(line, "at most 256 items in a list", text));
        }
        rest = after.trim_start_matches(' ');
        if let Some(after) = rest.strip_prefix(']') {
            let value = if numbers.is_empty() { Value::Strings(strings) } else { Value::Numbers(numbers) };
            return Ok((value, after));
        }
        rest = rest
            .strip_prefix(',')
            .ok_or_else(|| malformed(line, "a comma or ] after an item of a list", rest))?
            .trim_start_matches(' ');
    }
}

/// The first text that occurs a second time.
pub(super) fn repeated<T: Ord>(items: &[T]) -> Option<&T> {
    let mut seen = BTreeSet::new();
    items.iter().find(|item| !seen.insert(*item))
}

#[cfg(test)]
#[path = "toml_tests.rs"]
mod tests;
