//! The reader: syntax errors stop it, faults of lower rank are noted and the reading goes on, so that the code does
//! not depend on where in the text a fault stands.

use std::collections::BTreeSet;

use super::{Fault, MAX_DEPTH, MAX_VALUES, Number, Object, Value};
use crate::CoreError;

pub(super) fn read(bytes: &[u8], depth: usize) -> Result<Value, CoreError> {
    let mut reader = Reader::new(bytes, depth);
    let outcome = reader.text();
    reader.finish(outcome)
}

pub(super) fn read_records<E: From<CoreError>>(
    bytes: &[u8],
    mut each: impl FnMut(usize, Value) -> Result<(), E>,
) -> Result<(), E> {
    let mut reader = Reader::new(bytes, MAX_DEPTH);
    let mut lines = Lines { bytes, at: 0, line: 1 };
    let begun = reader.begin();
    if reader.peek() != Some(b'[') || begun.is_err() {
        let start = reader.at;
        let outcome = begun.and_then(|()| reader.rest());
        return each(lines.at(start), reader.finish(outcome)?);
    }
    let mut first = true;
    loop {
        reader.values = 0;
        let next = reader.next_item(first);
        let start = reader.at;
        let item = match next {
            Ok(true) => reader.value(1),
            Ok(false) => break,
            Err(expected) => Err(expected),
        };
        each(lines.at(start), reader.finish(item)?)?;
        first = false;
    }
    let end = reader.end().map(|()| Value::Null);
    reader.finish(end)?;
    Ok(())
}

/// Line numbers of increasing places, each byte looked at once.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn at(&mut self, at: usize) -> usize {
        let passed = self.bytes.get(self.at..at).unwrap_or_default();
        self.line += passed.iter().filter(|byte| **byte == b'\n').count();
        self.at = at;
        self.line
    }
}

type Step<T> = Result<T, &'static str>;

struct Reader<'a> {
    bytes: &'a [u8],
    /// Most arrays and objects inside one another.
    depth: usize,
    at: usize,
    /// Values begun.
    values: usize,
    /// The fault of highest rank below a syntax error, and the first place of it.
    noted: Option<(Fault, usize)>,
    /// Halves of surrogate pairs in the string that was read last: place in its text and unit. The text itself holds
    /// U+FFFD there, which other names may hold too.
    lone: Vec<(usize, u32)>,
}

impl<'a> Reader<'a> {
    fn new(bytes: &'a [u8], depth: usize) -> Self {
        Self { bytes, depth, at: 0, values: 0, noted: None, lone: Vec::new() }
    }

    /// The value, or the fault of highest rank with its place.
    fn finish(&self, outcome: Step<Value>) -> Result<Value, CoreError> {
        let (fault, at) = match (outcome, self.noted) {
            (Err(expected), _) => (Fault::Malformed(expected), self.at),
            (Ok(_), Some(noted)) => noted,
            (Ok(value), None) => return Ok(value),
        };
        let before = self.bytes.get(..at).unwrap_or(self.bytes);
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
        Err(CoreError::Json { fault, line, column })
    }

    fn text(&mut self) -> Step<Value> {
        self.begin()?;
        self.rest()
    }

    fn begin(&mut self) -> Step<()> {
        if let Err(error) = core::str::from_utf8(self.bytes) {
            self.at = error.valid_up_to();
            return Err("expected UTF-8");
        }
        self.space();
        Ok(())
    }

    fn rest(&mut self) -> Step<Value> {
        let value = self.value(0)?;
        self.end()?;
        Ok(value)
    }

    fn end(&mut self) -> Step<()> {
        self.space();
        if self.at != self.bytes.len() {
            return Err("expected the end of the text after the value");
        }
        Ok(())
    }

    fn note(&mut self, fault: Fault, at: usize) {
        if self.noted.is_none_or(|(noted, _)| fault < noted) {
            self.noted = Some((fault, at));
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn take(&mut self, literal: &str) -> bool {
        let found = self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(literal.as_bytes()));
        if found {
            self.at += literal.len();
        }
        found
    }

    fn value(&mut self, depth: usize) -> Step<Value> {
        self.values += 1;
        if self.values > MAX_VALUES {
            return Err("expected at most 262144 values");
        }
        match self.peek() {
            Some(b'{') => self.object(depth + 1),
            Some(b'[') => self.array(depth + 1),
            Some(b'"') => self.string().map(Value::String),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ if self.take("null") => Ok(Value::Null),
            _ if self.take("true") => Ok(Value::Bool(true)),
            _ if self.take("false") => Ok(Value::Bool(false)),
            _ => Err("expected a JSON value"),
        }
    }

    fn object(&mut self, depth: usize) -> Step<Value> {
        self.check_depth(depth)?;
        self.at += 1;
        self.space();
        let mut members = Object::new();
        let mut broken_names = BTreeSet::new();
        if self.take("}") {
            return Ok(Value::Object(members));
        }
        loop {
            self.space();
            let at = self.at;
            if self.peek() != Some(b'"') {
                return Err("expected a member name in quotes");
            }
            let name = self.string()?;
            let lone = core::mem::take(&mut self.lone);
            self.space();
            if !self.take(":") {
                return Err("expected `:` after a member name");
            }
            self.space();
            let value = self.value(depth)?;
            let is_new = if lone.is_empty() {
                members.insert(name, value).is_none()
            } else {
                broken_names.insert((name, lone))
            };
            if !is_new {
                self.note(Fault::DuplicateMember, at);
            }
            self.space();
            if self.take("}") {
                return Ok(Value::Object(members));
            }
            if !self.take(",") {
                return Err("expected `,` or `}` after a member");
            }
        }
    }

    fn array(&mut self, depth: usize) -> Step<Value> {
        self.check_depth(depth)?;
        let mut items = Vec::new();
        while self.next_item(items.is_empty())? {
            items.push(self.value(depth)?);
        }
        Ok(Value::Array(items))
    }

    /// Goes to the next item of an array, or past its end: `false`.
    fn next_item(&mut self, first: bool) -> Step<bool> {
        if first {
            self.at += 1;
        }
        self.space();
        if self.take("]") {
            return Ok(false);
        }
        if !first {
            if !self.take(",") {
                return Err("expected `,` or `]` after an item");
            }
            self.space();
        }
        Ok(true)
    }

    fn check_depth(&self, depth: usize) -> Step<()> {
        if depth > self.depth {
            return Err("expected fewer arrays and objects inside one another");
        }
        Ok(())
    }

    fn string(&mut self) -> Step<String> {
        self.at += 1;
        self.lone.clear();
        let mut text = String::new();
        loop {
            let start = self.at;
            while self.peek().is_some_and(|byte| byte != b'"' && byte != b'\\' && byte >= 0x20) {
                self.at += 1;
            }
            // The whole input is UTF-8 and the run ends at an ASCII byte, so the slice is UTF-8 too.
            let run = self.bytes.get(start..self.at).and_then(|run| core::str::from_utf8(run).ok());
            text.push_str(run.ok_or("expected UTF-8")?);
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    let unescaped = self.escape(text.len())?;
                    text.push(unescaped);
                }
                Some(_) => return Err("expected control characters in strings to be escaped"),
                None => return Err("expected `\"` at the end of a string"),
            }
        }
    }

    fn escape(&mut self, place: usize) -> Step<char> {
        let at = self.at;
        self.at += 2;
        let simple = match self.bytes.get(at + 1) {
            Some(b'"') => '"',
            Some(b'\\') => '\\',
            Some(b'/') => '/',
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode_escape(at, place),
            _ => return Err("expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u"),
        };
        Ok(simple)
    }

    fn unicode_escape(&mut self, at: usize, place: usize) -> Step<char> {
        let unit = self.four_digits()?;
        if let Some(scalar) = char::from_u32(unit) {
            return Ok(scalar);
        }
        let resume = self.at;
        if (0xd800..0xdc00).contains(&unit) && self.take("\\u") {
            let low = self.four_digits()?;
            if (0xdc00..0xe000).contains(&low) {
                let scalar = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
                return char::from_u32(scalar).ok_or("expected a Unicode scalar value");
            }
            // What follows is an escape of its own, read again by the caller.
            self.at = resume;
        }
        self.note(Fault::LoneSurrogate, at);
        self.lone.push((place, unit));
        Ok(char::REPLACEMENT_CHARACTER)
    }

    fn four_digits(&mut self) -> Step<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            unit = unit << 4 | digit.ok_or("expected four hexadecimal digits after \\u")?;
            self.at += 1;
        }
        Ok(unit)
    }

    fn number(&mut self) -> Step<Value> {
        let start = self.at;
        self.take("-");
        match self.peek() {
            Some(b'0') => self.at += 1,
            Some(b'1'..=b'9') => self.digits(),
            _ => return Err("expected a digit"),
        }
        if self.take(".") {
            self.some_digits()?;
        }
        let mantissa_end = self.at;
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.some_digits()?;
        }
        let lexeme = self.bytes.get(start..self.at).and_then(|bytes| core::str::from_utf8(bytes).ok());
        let mantissa = self.bytes.get(start..mantissa_end).unwrap_or_default();
        let value: f64 = lexeme.and_then(|text| text.parse().ok()).ok_or("expected a number")?;
        let vanished = value == 0.0 && mantissa.iter().any(|byte| (b'1'..=b'9').contains(byte));
        match Number::new(value) {
            Some(number) if !vanished => Ok(Value::Number(number)),
            _ => {
                self.note(Fault::NumberRange, start);
                Ok(Value::Null)
            }
        }
    }

    fn some_digits(&mut self) -> Step<()> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err("expected a digit");
        }
        self.digits();
        Ok(())
    }

    fn digits(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
    }
}
