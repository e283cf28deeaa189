//! The history as text: what was said when, and what follows from it by hand.

use std::{collections::BTreeMap, fmt::Write as _};

pub(crate) const TEXT: &str = include_str!("history.txt");
pub(crate) const TERMS: &str = include_str!("terms.toml");

/// Position of a party: 0 is a, 1 is b.
pub(crate) type Side = usize;

pub(crate) const NAMES: [&str; 2] = ["a", "b"];

/// What is said when, by whom, and on which days nothing else is. All of it may be changed before it is built.
#[derive(Debug, Clone)]
pub(crate) struct History {
    pub(crate) statements: Vec<Statement>,
    pub(crate) quiet: Vec<(Side, u64, u64)>,
    pub(crate) terms: String,
    pub(crate) offsets: [Option<&'static str>; 2],
    /// Anchors that are left out: whose, and when.
    pub(crate) left_out: Vec<(Side, u64)>,
    /// Anchors that record a note of twenty days before.
    pub(crate) outdated: Vec<(Side, u64)>,
    /// Days on which a party publishes nothing but what a thread says.
    pub(crate) silent: Vec<(Side, u64, u64)>,
    /// When each publishes the last entry that no thread has.
    pub(crate) closing: [u64; 2],
    /// Publications of what is there already.
    pub(crate) again: Vec<(Side, u64)>,
    /// The mirror does not stamp a party's notes from then on.
    pub(crate) unmirrored: [u64; 2],
    /// A statement whose first note is cosigned once more, at that time.
    pub(crate) backdated: Option<(&'static str, u64)>,
    /// How many witnesses may be dishonest, and what the policy asks for.
    pub(crate) tolerated: u32,
    pub(crate) quorum: &'static str,
    /// Sealed entries of each ordinary publication.
    pub(crate) ordinary: usize,
}

/// One thing said by a party in a thread, published after `from` and by `from + width`.
#[derive(Debug, Clone)]
pub(crate) struct Statement {
    /// `NN.name`.
    pub(crate) label: String,
    pub(crate) side: Side,
    pub(crate) from: u64,
    pub(crate) width: u64,
    pub(crate) kind: String,
    /// What follows the kind: a word, or `name=value`.
    pub(crate) words: BTreeMap<String, String>,
}

/// A cell, as text of the data and as text of a report alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Row {
    pub(crate) duty: String,
    pub(crate) party: String,
    pub(crate) subject: String,
    pub(crate) verdict: String,
    pub(crate) state: String,
    pub(crate) met_by: String,
    /// `links`, `unopened`, `start`, `due`: those that the data states, or all of a report.
    pub(crate) more: BTreeMap<String, String>,
}

/// What was worked out by hand.
#[derive(Debug, Clone, Default)]
pub(crate) struct Expected {
    pub(crate) rows: Vec<Row>,
    /// By the time asked about.
    pub(crate) then: Vec<(u64, Row)>,
    pub(crate) requests: BTreeMap<[String; 5], u64>,
    pub(crate) accusations: BTreeMap<[String; 5], u64>,
    /// By number: the title and the reasoning.
    pub(crate) threads: BTreeMap<String, (String, String)>,
}

impl History {
    /// The statement of that label.
    pub(crate) fn said(&mut self, label: &str) -> &mut Statement {
        let found = self.statements.iter_mut().find(|statement| statement.label == label);
        found.unwrap_or_else(|| panic!("no statement {label}"))
    }

    pub(crate) fn unsaid(&mut self, label: &str) {
        let before = self.statements.len();
        self.statements.retain(|statement| statement.label != label);
        assert_eq!(self.statements.len() + 1, before, "no statement {label}");
    }

    /// One more statement, as a line of the data.
    pub(crate) fn also(&mut self, thread: &str, line: &str) {
        self.statements.push(statement(thread, line));
    }

    /// The same history, told of the other party.
    pub(crate) fn swapped(&self) -> Self {
        let mut other = self.clone();
        other.statements.iter_mut().for_each(|statement| statement.side = 1 - statement.side);
        other.quiet.iter_mut().for_each(|quiet| quiet.0 = 1 - quiet.0);
        other.left_out.iter_mut().for_each(|anchor| anchor.0 = 1 - anchor.0);
        other.outdated.iter_mut().for_each(|anchor| anchor.0 = 1 - anchor.0);
        other.silent.iter_mut().for_each(|silent| silent.0 = 1 - silent.0);
        other.again.iter_mut().for_each(|again| again.0 = 1 - again.0);
        other.offsets.reverse();
        other.closing.reverse();
        other.unmirrored.reverse();
        other
    }
}

impl Row {
    /// What is compared of every cell; the bounds are only where the data states them.
    pub(crate) fn key(&self) -> String {
        let Self { duty, party, subject, verdict, state, met_by, .. } = self;
        format!("{duty} {party} {subject} {verdict} {state} {met_by}")
    }

    pub(crate) fn links(&self) -> u64 {
        self.more["links"].parse().unwrap()
    }

    /// The cell with counts, without bounds.
    pub(crate) fn counted(&self) -> String {
        let mut text = self.key();
        for (name, usual) in [("links", "1"), ("unopened", "-")] {
            if let Some(value) = self.more.get(name).filter(|value| *value != usual) {
                write!(text, " {name}={value}").unwrap();
            }
        }
        text
    }

    /// The same of the other party.
    pub(crate) fn swapped(&self) -> Self {
        let other = |name: &str| NAMES[1 - side(name)].to_owned();
        let state = match self.state.strip_prefix("OF-") {
            Some(of) => format!("OF-{}", other(of)),
            None => self.state.clone(),
        };
        Self { party: other(&self.party), state, ..self.clone() }
    }
}

/// Reads the data.
pub(crate) fn read() -> (History, Expected) {
    let mut history = History {
        statements: Vec::new(),
        quiet: Vec::new(),
        terms: TERMS.to_owned(),
        offsets: [Some("+08:00"), None],
        left_out: Vec::new(),
        outdated: Vec::new(),
        silent: Vec::new(),
        closing: [instant("2025-12-31T12:00:00"); 2],
        again: Vec::new(),
        unmirrored: [u64::MAX; 2],
        backdated: None,
        tolerated: 0,
        quorum: "g",
        ordinary: 13,
    };
    let mut expected = Expected::default();
    let mut place = String::new();
    for line in TEXT.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (first, rest) = line.split_once(' ').unwrap_or((line, ""));
        match first {
            "quiet" => {
                let [who, from, to] = words(rest);
                history.quiet.push((side(who), day(from), day(to)));
            }
            "thread" => {
                let (number, title) = rest.split_once(' ').unwrap();
                place = number.to_owned();
                expected.threads.insert(place.clone(), (title.to_owned(), String::new()));
            }
            "cadence" | "requests" | "accusations" => {
                place = first.to_owned();
            }
            "=" => expected.rows.push(row(&place, rest)),
            "?" => {
                let (at, rest) = rest.split_once(' ').unwrap();
                expected.then.push((instant(at), row(&place, rest)));
            }
            ">" => {
                if let Some((_, reasoning)) = expected.threads.get_mut(&place) {
                    reasoning.push_str(rest);
                }
            }
            _ if place == "requests" || place == "accusations" => {
                let parts: Vec<_> = line.split(' ').map(str::to_owned).collect();
                let (count, key) = parts.split_last().unwrap();
                let board =
                    if place == "requests" { &mut expected.requests } else { &mut expected.accusations };
                assert_eq!(
                    board.insert(key.to_vec().try_into().unwrap(), count.parse().unwrap()),
                    None,
                    "{line}"
                );
            }
            _ => history.statements.push(statement(&place, line)),
        }
    }
    (history, expected)
}

fn statement(thread: &str, line: &str) -> Statement {
    let mut parts = line.split(' ');
    let mut next = || parts.next().unwrap_or_else(|| panic!("too short: {line}"));
    let (side, from) = (side(next()), instant(next()));
    let (label, kind) = (format!("{thread}.{}", next()), next().to_owned());
    let words = parts
        .map(|word| word.split_once('=').unwrap_or(("", word)))
        .map(|(a, b)| (a.to_owned(), b.to_owned()));
    Statement { label, side, from, width: 60, kind, words: words.collect() }
}

fn row(place: &str, line: &str) -> Row {
    let mut parts = line.split(' ').map(str::to_owned);
    let mut next = || parts.next().unwrap_or_else(|| panic!("too short: {line}"));
    let own = |name: String| {
        if name == "-" || place == "cadence" { name } else { format!("{place}.{name}") }
    };
    let (duty, party, subject, verdict, state, met_by) =
        (next(), next(), own(next()), next(), next(), own(next()));
    let more = parts.map(|word| {
        let (name, value) = word.split_once('=').unwrap_or_else(|| panic!("{line}"));
        let value = match name {
            "start" | "due" => {
                let (lo, hi) = value.split_once('/').unwrap();
                format!("{}/{}", instant(lo), instant(hi))
            }
            _ => value.to_owned(),
        };
        (name.to_owned(), value)
    });
    let mut more: BTreeMap<_, _> = more.collect();
    more.entry("links".to_owned()).or_insert("1".to_owned());
    more.entry("unopened".to_owned()).or_insert("-".to_owned());
    Row { duty, party, subject, verdict, state, met_by, more }
}

fn words<const N: usize>(line: &str) -> [&str; N] {
    let words: Vec<_> = line.split(' ').collect();
    words.try_into().unwrap_or_else(|_| panic!("expected {N} words, got {line}"))
}

pub(crate) fn side(name: &str) -> Side {
    NAMES.iter().position(|known| *known == name).unwrap_or_else(|| panic!("expected a or b, got {name}"))
}

const DAY: u64 = 86_400;
const LENGTHS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const fn is_leap(year: u64) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

const fn length(year: u64, month: usize) -> u64 {
    if month == 2 && is_leap(year) { 29 } else { LENGTHS[month - 1] }
}

/// Midnight of a date, counted day by day: the calendar under test has a shorter way.
pub(crate) fn day(date: &str) -> u64 {
    let [year, month, day] =
        <[u64; 3]>::try_from(date.split('-').map(|part| part.parse().unwrap()).collect::<Vec<u64>>())
            .unwrap_or_else(|_| panic!("expected a date, got {date}"));
    let years: u64 = (1970..year).map(|year| if is_leap(year) { 366 } else { 365 }).sum();
    let months: u64 = (1..usize::try_from(month).unwrap()).map(|month| length(year, month)).sum();
    (years + months + day - 1) * DAY
}

pub(crate) fn instant(text: &str) -> u64 {
    let (date, time) = text.split_once('T').unwrap_or_else(|| panic!("expected a time, got {text}"));
    let seconds = time.split(':').fold(0, |seconds, part| seconds * 60 + part.parse::<u64>().unwrap());
    day(date) + seconds
}

/// Midnights of the days on which both publish, with their dates: 1, 6, 11, 16, 21, 26 of every month of the two years.
pub(crate) fn grid() -> Vec<(u64, String)> {
    let dates = [2024, 2025].into_iter().flat_map(|year| {
        (1..=12)
            .flat_map(move |month| [1, 6, 11, 16, 21, 26].map(|day| format!("{year}-{month:02}-{day:02}")))
    });
    dates.map(|date| (day(&date), date)).collect()
}
