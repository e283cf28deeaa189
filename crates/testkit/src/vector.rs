//! One scenario, and the text of its file (`specs/core.md` "Vectors").

use detente_core::{
    Code,
    json::{Object, Value},
};

/// What the specs say must happen.
#[derive(Debug, Clone)]
pub enum Expect {
    /// Accepted, with this output.
    Ok(Object),
    /// Refused with this code.
    Code(Code),
}

/// One scenario.
#[derive(Debug, Clone)]
pub struct Vector {
    /// `<word>.<operation>`.
    pub operation: &'static str,
    /// Name of the file without `.json`; unique within the operation.
    pub name: String,
    /// What is special about it, in one sentence.
    pub description: String,
    /// The operation's input.
    pub input: Object,
    /// The outcome.
    pub expect: Expect,
}

impl Vector {
    /// `<word>/<operation>/<name>.json`.
    pub fn path(&self) -> String {
        format!("{}/{}.json", self.operation.replace('.', "/"), self.name)
    }

    /// The file: JSON with sorted members, two spaces a level, LF.
    pub fn file(&self) -> String {
        let mut members = vec![
            ("description", self.description.as_str().into()),
            ("input", Value::Object(self.input.clone())),
            ("operation", self.operation.into()),
        ];
        match &self.expect {
            Expect::Ok(output) => {
                members.push(("expect", "OK".into()));
                members.push(("output", Value::Object(output.clone())));
            }
            Expect::Code(code) => members.push(("expect", code.as_str().into())),
        }
        let file = Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect());
        let mut text = String::new();
        pretty(&file, 0, &mut text);
        text.push('\n');
        text
    }
}

/// Writes nested members and items on lines of their own; empty and scalar values as canonical JSON.
fn pretty(value: &Value, depth: usize, text: &mut String) {
    let pad = |text: &mut String, depth: usize| {
        text.push('\n');
        text.push_str(&"  ".repeat(depth));
    };
    match value {
        Value::Object(members) if !members.is_empty() => {
            text.push('{');
            for (at, (name, member)) in members.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                pad(text, depth + 1);
                text.push_str(&Value::from(name.as_str()).to_canonical());
                text.push_str(": ");
                pretty(member, depth + 1, text);
            }
            pad(text, depth);
            text.push('}');
        }
        Value::Array(items) if !items.is_empty() => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                pad(text, depth + 1);
                pretty(item, depth + 1, text);
            }
            pad(text, depth);
            text.push(']');
        }
        other => text.push_str(&other.to_canonical()),
    }
}

/// Builds a JSON object from `name: value` pairs.
macro_rules! object {
    () => { detente_core::json::Object::new() };
    ($($name:literal : $value:expr),+ $(,)?) => {
        [$(($name.to_owned(), detente_core::json::Value::from($value))),+]
            .into_iter()
            .collect::<detente_core::json::Object>()
    };
}
pub(crate) use object;

/// A list of texts as a JSON array.
pub(crate) fn texts<T: AsRef<str>>(items: &[T]) -> Value {
    Value::Array(items.iter().map(|item| Value::from(item.as_ref())).collect())
}

/// The scenarios of one operation, while they are collected.
#[derive(Debug)]
pub struct Operation {
    name: &'static str,
    vectors: Vec<Vector>,
}

impl Operation {
    /// Starts an operation.
    pub const fn new(name: &'static str) -> Self {
        Self { name, vectors: vec![] }
    }

    /// A scenario that is accepted.
    pub fn ok(
        &mut self,
        name: impl Into<String>,
        description: impl Into<String>,
        input: Object,
        output: Object,
    ) {
        self.push(name.into(), description.into(), input, Expect::Ok(output));
    }

    /// A scenario that is refused.
    pub fn fails(
        &mut self,
        code: Code,
        name: impl Into<String>,
        description: impl Into<String>,
        input: Object,
    ) {
        self.push(name.into(), description.into(), input, Expect::Code(code));
    }

    fn push(&mut self, name: String, description: String, input: Object, expect: Expect) {
        assert!(!self.vectors.iter().any(|vector| vector.name == name), "{}: {name} twice", self.name);
        self.vectors.push(Vector { operation: self.name, name, description, input, expect });
    }

    /// The scenarios.
    pub fn into_vectors(self) -> Vec<Vector> {
        self.vectors
    }
}
