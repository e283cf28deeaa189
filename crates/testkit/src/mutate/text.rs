//! Changes of texts: characters, words and lines.

use detente_core::base64;

use super::ring;
use crate::{random::Random, tamper::flip_bit};

/// Swaps two, duplicates one, or deletes one; now and then all go.
pub(super) fn reorder<T: Clone>(items: &mut Vec<T>, random: &mut Random) {
    if items.is_empty() {
        return;
    }
    let (one, two) = (random.below(items.len()), random.below(items.len()));
    match random.below(13) {
        0..4 => items.swap(one, two),
        4..8 => items.insert(two, items[one].clone()),
        8..12 => _ = items.remove(one),
        _ => items.clear(),
    }
}

/// Characters that some parsers take and others do not.
const ODD: &[char] = &[
    '0',
    '1',
    '9',
    '+',
    '-',
    '/',
    '=',
    ' ',
    '\t',
    '\n',
    '\r',
    '.',
    '_',
    'a',
    'F',
    'é',
    '\u{a0}',
    '\u{85}',
    '\u{2028}',
    '\u{feff}',
    '\u{ff11}',
    '\u{0}',
    '\u{7f}',
    '\u{10ffff}',
    '\u{301}',
    '~',
    '"',
    '\\',
];

/// One character more, less, twice, or another, or two exchanged.
pub(super) fn characters(text: &str, random: &mut Random) -> String {
    let mut all: Vec<char> = text.chars().collect();
    match random.below(4) {
        0 => all.insert(random.below(all.len() + 1), *random.pick(ODD)),
        1 if !all.is_empty() => {
            let at = random.below(all.len());
            all[at] = *random.pick(ODD);
        }
        _ => reorder(&mut all, random),
    }
    all.into_iter().collect()
}

/// Another character of the same kind at one place; a number one more or less.
pub(super) fn same_alphabet(text: &str, random: &mut Random) -> String {
    if let Ok(number) = text.parse::<u64>()
        && random.once_in(2)
    {
        let numbers = [number.wrapping_add(1), number.wrapping_sub(1), 0, i64::MAX as u64, 1 << 63];
        return random.pick(&numbers).to_string();
    }
    let mut all: Vec<char> = text.chars().collect();
    if !all.is_empty() {
        let at = random.below(all.len());
        all[at] = match all[at] {
            '0'..='9' => (b'0' + random.below(10) as u8) as char,
            'a'..='f' => (b'a' + random.below(6) as u8) as char,
            'g'..='z' => (b'a' + random.below(26) as u8) as char,
            'A'..='Z' => (b'A' + random.below(26) as u8) as char,
            same => same,
        };
    }
    all.into_iter().collect()
}

/// One change of the lines of a text or of a word in one of them.
pub(super) fn lines(text: &str, random: &mut Random) -> String {
    let mut all: Vec<String> = text.split('\n').map(str::to_owned).collect();
    match random.below(8) {
        0 | 1 => {
            reorder(&mut all, random);
            return all.join("\n");
        }
        2 => {
            let (from, to) = (random.below(all.len()), random.below(all.len() + 1));
            let line = if random.once_in(3) { String::new() } else { word_damaged(&all[from], text, random) };
            all.insert(to, line);
        }
        _ => {
            // What others decide on stands last: groups and the quorum, signature lines.
            let last = if random.once_in(2) { all.len().min(5) } else { all.len() };
            let at = all.len() - 1 - random.below(last);
            all[at] = word_damaged(&all[at], text, random);
        }
    }
    all.join("\n")
}

/// One change of a word of a line, or of what stands between words.
fn word_damaged(line: &str, whole: &str, random: &mut Random) -> String {
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    let at = random.below(words.len());
    match random.below(8) {
        0 => reorder(&mut words, random),
        1 => {
            let others: Vec<&str> = whole.split([' ', '\n']).collect();
            words[at] = (*random.pick(&others)).to_owned();
        }
        2 => {
            let space = *random.pick(&[" ", "\t", "  ", " \t "]);
            return match random.below(3) {
                0 => format!("{space}{line}"),
                1 => format!("{line}{space}"),
                _ => line.replace(' ', space),
            };
        }
        3 => words[at] = ring::any_vkey(random),
        4 => words[at] = characters(&words[at], random),
        5 | 6 => match base64::decode(&words[at]) {
            Ok(bytes) if !bytes.is_empty() => {
                words[at] = base64::encode(&flip_bit(&bytes, random.below(bytes.len() * 8)));
            }
            _ => words[at] = same_alphabet(&words[at], random),
        },
        _ => words[at] = same_alphabet(&words[at], random),
    }
    words.join(" ")
}

/// Pieces of JSON whose reading is easy to get wrong.
const TOKENS: &[&str] = &[
    "-0",
    "-0.0",
    "0e5",
    "0e999",
    "-0e-999",
    "1e400",
    "-1e400",
    "1e-400",
    "5e-324",
    "2e-324",
    "1e21",
    "1e20",
    "9007199254740991",
    "9007199254740992",
    "9007199254740993.0",
    "0.1e17",
    "1E+2",
    "01",
    "1.",
    ".5",
    "+1",
    "0.10",
    "1e+",
    "123456789012345680000.5",
    "4.9406564584124654e-324",
    "\"\\ud83d\\ude00\"",
    "\"\\ud800\"",
    "\"\\udc00x\"",
    "\"\\ud800\\ud800\\udc00\"",
    "\"\\u0000\"",
    "\"\\/\"",
    "\"\\u007f\"",
    "\"\\U0041\"",
    "\"\u{7f}\u{80}\"",
    "\"\u{fdd0}\u{ffff}\"",
    "\"\\u00e9\"",
    "\"e\u{301}\"",
    "\u{feff}",
    "\u{a0}",
    "{\"a\":1,\"\\u0061\":2}",
    "{\"\\ud800\":1}",
    "{\"\":0}",
    "[,]",
    "[1,]",
    "{,}",
    "null",
    "nul",
    "True",
    "NaN",
    "//",
    "\u{0}",
    "\t",
    "\r\n",
    "[[[[[[[[",
    "]]]]]]]]",
    ":",
    ",",
    "\"",
    "{",
    "}",
];

/// JSON text with a token put somewhere, or in the place of another.
pub(super) fn tokens(text: &str, random: &mut Random) -> String {
    let mut pieces: Vec<String> = vec![];
    for character in text.chars() {
        match pieces.last_mut() {
            Some(last) if !"{}[]:,\"".contains(character) && !"{}[]:,\"".contains(last.as_str()) => {
                last.push(character);
            }
            _ => pieces.push(character.to_string()),
        }
    }
    match random.below(4) {
        0 => reorder(&mut pieces, random),
        1 => {
            let values: Vec<usize> = (0..pieces.len())
                .filter(|at| {
                    pieces[*at].bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
                })
                .collect();
            if let Some(at) = values.get(random.below(values.len())) {
                pieces[*at] = (*random.pick(TOKENS)).to_owned();
            }
        }
        2 if !pieces.is_empty() => {
            let at = random.below(pieces.len());
            pieces[at] = (*random.pick(TOKENS)).to_owned();
        }
        _ => pieces.insert(random.below(pieces.len() + 1), (*random.pick(TOKENS)).to_owned()),
    }
    pieces.concat()
}
