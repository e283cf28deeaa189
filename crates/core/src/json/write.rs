//! The RFC 8785 writer.

use super::Value;

pub(super) fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write_value(&mut text, value);
    text
}

fn write_value(text: &mut String, value: &Value) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        // `Number` is finite, so this is the ECMAScript form that RFC 8785 section 3.2.2.3 asks for.
        Value::Number(number) => text.push_str(ryu_js::Buffer::new().format_finite(number.get())),
        Value::String(string) => write_string(text, string),
        Value::Array(items) => {
            text.push('[');
            for (position, item) in items.iter().enumerate() {
                if position > 0 {
                    text.push(',');
                }
                write_value(text, item);
            }
            text.push(']');
        }
        Value::Object(members) => {
            text.push('{');
            // The map sorts by code point; RFC 8785 section 3.2.3 sorts by UTF-16 unit, which differs above U+FFFF.
            if members.keys().all(|name| name.is_ascii()) {
                write_members(text, members.iter());
            } else {
                let mut members: Vec<_> = members.iter().collect();
                members.sort_by(|(left, _), (right, _)| left.encode_utf16().cmp(right.encode_utf16()));
                write_members(text, members.into_iter());
            }
            text.push('}');
        }
    }
}

fn write_members<'a>(text: &mut String, members: impl Iterator<Item = (&'a String, &'a Value)>) {
    for (position, (name, value)) in members.enumerate() {
        if position > 0 {
            text.push(',');
        }
        write_string(text, name);
        text.push(':');
        write_value(text, value);
    }
}

fn write_string(text: &mut String, string: &str) {
    text.push('"');
    let mut rest = string;
    // What needs no escape, which is nearly everything, is copied in one piece.
    while let Some((plain, escaped)) = rest
        .bytes()
        .position(|byte| byte < b' ' || byte == b'"' || byte == b'\\')
        .and_then(|at| rest.split_at_checked(at))
    {
        text.push_str(plain);
        let mut characters = escaped.chars();
        match characters.next() {
            Some('"') => text.push_str("\\\""),
            Some('\\') => text.push_str("\\\\"),
            Some('\u{8}') => text.push_str("\\b"),
            Some('\t') => text.push_str("\\t"),
            Some('\n') => text.push_str("\\n"),
            Some('\u{c}') => text.push_str("\\f"),
            Some('\r') => text.push_str("\\r"),
            control => text.push_str(&format!("\\u{:04x}", control.map_or(0, u32::from))),
        }
        rest = characters.as_str();
    }
    text.push_str(rest);
    text.push('"');
}
