//! The reader: syntax errors stop it, faults of lower rank are noted and the reading goes on, so that the code does
//! not depend on where in the text a fault stands.

use std::collections::BTreeSet;

use super::{Fault, MAX_DEPTH, Number, Object, Value};
use crate::CoreError;

pub(super) fn read(bytes: &[u8]) -> Result<Value, CoreError> {
    let mut reader = Reader { bytes, at: 0, noted: None, lone: Vec::new(), items: None };
    reader.run()
}

pub(super) fn read_items(bytes: &[u8]) -> Result<Vec<(usize, Value)>, CoreError> {
    let mut reader = Reader { bytes, at: 0, noted: None, lone: Vec::new(), items: Some(Vec::new()) };
    let start = bytes.iter().position(|byte| !byte.is_ascii_whitespace()).unwrap_or_default();
    let whole = reader.run()?;
    let mut lines = Lines { bytes, at: 0, line: 1 };
    let starts = reader.items.unwrap_or_default();
    match whole {
        Value::Array(items) => Ok(starts.into_iter().zip(items).map(|(at, item)| (lines.at(at), item)).collect()),
        other => Ok(vec![(lines.at(start), other)]),
    }
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

impl Reader<'_> {
    fn run(&mut self) -> Result<Value, CoreError> {
        let (fault, at) = match self.text() {
            Err(expected) => (Fault::Malformed(expected), self.at),
            Ok(value) => match self.noted {
                None => return Ok(value),
                Some(noted) => noted,
            },
        };
        Err(located(self.bytes, fault, at))
    }
}

fn located(bytes: &[u8], fault: Fault, at: usize) -> CoreError {
    let before = bytes.get(..at).unwrap_or(bytes);
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    CoreError::Json { fault, line, column }
}

type Step<T> = Result<T, &'static str>;

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// The fault of highest rank below a syntax error, and the first place of it.
    noted: Option<(Fault, usize)>,
    /// Halves of surrogate pairs in the string that was read last: place in its text and unit. The text itself holds
    /// U+FFFD there, which other names may hold too.
    lone: Vec<(usize, u32)>,
    /// Where the items of an outermost array start, when the caller asks.
    items: Option<Vec<usize>>,
}

impl Reader<'_> {
    fn text(&mut self) -> Step<Value> {
        if let Err(error) = core::str::from_utf8(self.bytes) {
            self.at = error.valid_up_to();
            return Err("expected UTF-8");
        }
        self.space();
        let value = self.value(0)?;
        self.space();
        if self.at != self.bytes.len() {
            return Err("expected the end of the text after the value");
        }
        Ok(value)
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
        self.enter(depth)?;
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
        self.enter(depth)?;
        let mut items = Vec::new();
        if self.take("]") {
            return Ok(Value::Array(items));
        }
        loop {
            self.space();
            if let (1, Some(starts)) = (depth, &mut self.items) {
                starts.push(self.at);
            }
            items.push(self.value(depth)?);
            self.space();
            if self.take("]") {
                return Ok(Value::Array(items));
            }
            if !self.take(",") {
                return Err("expected `,` or `]` after an item");
            }
        }
    }

    fn enter(&mut self, depth: usize) -> Step<()> {
        if depth > MAX_DEPTH {
            return Err("expected at most 64 arrays and objects inside one another");
        }
        self.at += 1;
        self.space();
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
