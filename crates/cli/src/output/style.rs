//! Colour for people: on a terminal only, and never the only bearer of a meaning. `NO_COLOR` turns it off,
//! `CLICOLOR_FORCE` on.
//!
//! A colour says how a check went, not how a party behaved. Text from outside is made harmless before it is painted, and
//! which words are painted follows from their place in our own layout, so that no value can borrow a colour.

use std::io::{stderr, stdout};

use anstream::{AutoStream, ColorChoice};
use anstyle::{AnsiColor, Style};

const GREEN: Style = AnsiColor::Green.on_default().bold();
const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
const RED: Style = AnsiColor::Red.on_default().bold();
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

/// Columns of the label in front of a row.
const LABEL: usize = 12;

/// How a command's text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    Plain,
    /// Rows with a label in front.
    Labels,
    /// As [`Self::Labels`], and the last line is the verdict.
    Verdict,
    /// One finding a line, its health first.
    Findings,
}

/// A result, with its last line feed.
pub(super) fn report(text: &str, look: Look) -> String {
    if look == Look::Plain || AutoStream::choice(&stdout()) == ColorChoice::Never {
        return text.to_owned();
    }
    let last = text.lines().count().saturating_sub(1);
    let lines = text.lines().enumerate().map(|(number, line)| match look {
        Look::Verdict if number == last => paint(line, verdict(line)),
        Look::Findings => first_word(line, health),
        _ => label(line),
    });
    lines.map(|line| line + "\n").collect()
}

/// A failure: its first word is the code.
pub(super) fn failure(text: &str, exit: u8) -> String {
    if AutoStream::choice(&stderr()) == ColorChoice::Never {
        return text.to_owned();
    }
    // Where nothing could be checked there is nothing to be red about.
    let code = match exit {
        1 => RED,
        3 => YELLOW,
        _ => BOLD,
    };
    let lines = text.lines().enumerate().map(|(number, line)| match line.strip_prefix("hint:") {
        Some(hint) => format!("{}{hint}", paint("hint:", DIM)),
        None if number == 0 => first_word(line, |_| code),
        None => line.to_owned(),
    });
    lines.map(|line| line + "\n").collect()
}

/// A warning, with its last line feed.
pub(super) fn warning(text: &str) -> String {
    let head = "warning:";
    match AutoStream::choice(&stderr()) {
        ColorChoice::Never => format!("{head} {text}"),
        _ => format!("{} {text}", paint(head, YELLOW)),
    }
}

fn verdict(word: &str) -> Style {
    if word == "VERIFIED" { GREEN } else { YELLOW }
}

fn health(word: &str) -> Style {
    match word {
        "ok" => GREEN,
        "advice" => YELLOW,
        "fault" => RED,
        _ => DIM,
    }
}

fn first_word(line: &str, style: impl Fn(&str) -> Style) -> String {
    let word = line.split(' ').next().unwrap_or_default();
    let rest = line.strip_prefix(word).unwrap_or_default();
    format!("{}{rest}", paint(word, style(word)))
}

/// Paints what stands in the columns of the label; a row that is indented there has none.
fn label(line: &str) -> String {
    match line.split_at_checked(LABEL) {
        Some((label, rest)) if !label.starts_with(' ') && label.ends_with(' ') => {
            format!("{}{rest}", paint(label, DIM))
        }
        _ if !line.contains(' ') => paint(line, DIM),
        _ => line.to_owned(),
    }
}

fn paint(text: &str, style: Style) -> String {
    format!("{style}{text}{style:#}")
}
