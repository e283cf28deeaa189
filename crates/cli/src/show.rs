//! Values, names and times as people read them.

use std::collections::BTreeSet;

use detente_core::{UnixSeconds, json::Value};

/// A value in one line, cut to 100 characters and harmless for a terminal.
pub(crate) fn short(value: &Value) -> String {
    cut(&harmless(&value.to_canonical()), 100)
}

/// The first characters of a text.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most - 1).collect();
    format!("{head}…")
}

/// Text that somebody else chose, made harmless for a terminal.
pub(crate) fn harmless(text: &str) -> String {
    text.chars().map(|c| if is_hostile(c) { char::REPLACEMENT_CHARACTER } else { c }).collect()
}

/// As [`harmless`], for text of several lines: whatever is printed goes through here once more.
pub(crate) fn harmless_lines(text: &str) -> String {
    let shown = |c: char| if c != '\n' && is_hostile(c) { char::REPLACEMENT_CHARACTER } else { c };
    text.chars().map(shown).collect()
}

/// Controls move the cursor; direction marks, isolates and invisible characters make a line read as another one
/// (Unicode technical report 36).
fn is_hostile(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// RFC 3339 in UTC.
pub(crate) fn time(seconds: UnixSeconds) -> String {
    let timestamp = i64::try_from(seconds.get()).ok().and_then(|s| jiff::Timestamp::from_second(s).ok());
    timestamp.map_or_else(|| format!("{seconds} s after 1970"), |timestamp| timestamp.to_string())
}

/// One opened slot as JSON.
pub(crate) fn slot_value(slot: u16, name: &str, value: Option<&Value>) -> Value {
    Value::from([
        ("slot", u32::from(slot).into()),
        ("name", name.into()),
        ("absent", value.is_none().into()),
        ("value", value.cloned().unwrap_or(Value::Null)),
    ])
}

/// Names of absent slots, each group that is absent as a whole named once.
pub(crate) fn absent<'a>(opened: impl Iterator<Item = (&'a str, bool)>) -> Vec<&'a str> {
    let (mut present, mut absent) = (Vec::new(), Vec::new());
    for (name, has_value) in opened {
        if has_value { present.push(name) } else { absent.push(name) }
    }
    let below = |name: &str, group: &str| {
        name.strip_prefix(group).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    // A container slot is absent when the container has members: that says nothing to a person.
    let names: BTreeSet<&str> = absent
        .iter()
        .filter(|group| !present.iter().any(|name| below(name, group)))
        .map(|name| {
            let ends = name.match_indices('.').map(|(at, _)| at).chain([name.len()]);
            let mut groups = ends.filter_map(|end| name.get(..end));
            let whole =
                groups.find(|group| absent.contains(group) && !present.iter().any(|name| below(name, group)));
            whole.unwrap_or(name)
        })
        .collect();
    names.into_iter().collect()
}

/// Words in lines of at most 100 characters, indented.
pub(crate) fn wrapped(head: &str, words: &[&str]) -> String {
    let mut text = format!("{head}\n");
    let mut line = String::new();
    for word in words {
        if !line.is_empty() && line.chars().count() + word.chars().count() > 94 {
            text.push_str(&format!("    {line}\n"));
            line.clear();
        }
        if !line.is_empty() {
            line.push_str(", ");
        }
        line.push_str(word);
    }
    text.push_str(&format!("    {line}\n"));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_groups_are_named_once() {
        let slots = [
            ("action", false),
            ("action.error", false),
            ("action.error.variety", true),
            ("action.hacking", false),
            ("action.hacking.cve", false),
        ];
        assert_eq!(absent(slots.into_iter()), ["action.hacking"]);
    }
}
