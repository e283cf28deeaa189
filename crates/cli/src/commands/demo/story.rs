//! How the story is told: scenes, commands that must end as the story says, and what each scene shows.

use std::path::Path;

use clap::Parser as _;
use detente_core::{Code, json::Object, json::Value};

use crate::args::Arguments;
use crate::failure::Failure;
use crate::output::{Printer, Report};
use crate::show;

/// Why a story ends early.
#[derive(Debug)]
pub(super) enum Stop {
    /// Something happened otherwise than the story says.
    Otherwise(String),
    /// It could not go on, as when a disk is full.
    Failure(Box<Failure>),
}

impl<E: Into<Failure>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Failure(Box::new(error.into()))
    }
}

pub(super) struct Story<'a> {
    printer: &'a Printer,
    scenes: Vec<Scene>,
}

/// One scene, as `--json` shows it.
#[derive(Default)]
struct Scene {
    title: &'static str,
    done: String,
    steps: Vec<Value>,
    shows: String,
    does_not_show: String,
}

/// How much of a command's output is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    All,
    /// The command alone, when another like it was told before.
    CommandOnly,
}

/// How a command ended.
struct Ended {
    text: String,
    result: Result<Report, Failure>,
}

impl<'a> Story<'a> {
    pub(super) const fn new(printer: &'a Printer) -> Self {
        Self { printer, scenes: Vec::new() }
    }

    pub(super) fn scene(&mut self, title: &'static str, done: &str) {
        let number = self.scenes.len() + 1;
        self.printer.say(&format!("\n== {number}. {title} ==\n\n{}\n", fold(done)));
        self.scenes.push(Scene { title, done: done.to_owned(), ..Scene::default() });
    }

    /// What the scene shows, and what it does not. Only after every command of it ended as expected.
    pub(super) fn shows(&mut self, shows: &str, does_not_show: &str) {
        self.printer.say(&format!("\n{}", fold(&format!("Shows: {shows}"))));
        self.printer.say(&fold(&format!("Does not show: {does_not_show}")));
        if let Some(scene) = self.scenes.last_mut() {
            (scene.shows, scene.does_not_show) = (shows.to_owned(), does_not_show.to_owned());
        }
    }

    /// What somebody does meanwhile, in a line below the command before.
    pub(super) fn meanwhile(&self, text: &str) {
        self.printer.say(&fold(text));
    }

    /// What somebody does without a command of ours.
    pub(super) fn by_hand(&self, text: &str) {
        self.printer.say(&format!("\n{}", fold(text)));
    }

    pub(super) fn copy(&self, from: &str, to: &str) -> Result<(), Stop> {
        self.printer.say(&format!("$ cp {from} {to}"));
        Ok(std::fs::copy(from, to)
            .map(drop)
            .map_err(|error| Failure::unavailable(Path::new(from), &error))?)
    }

    /// A command that succeeds.
    pub(super) fn command(&mut self, line: &str) -> Result<Report, Stop> {
        self.told(line, Told::All)
    }

    /// A command that succeeds, and how much of it is told.
    pub(super) fn told(&mut self, line: &str, told: Told) -> Result<Report, Stop> {
        let ended = self.run(line, told)?;
        ended.result.map_err(|_| {
            Stop::Otherwise(format!(
                "`detente {line}`: expected it to succeed, got {}",
                ended.text.trim_end()
            ))
        })
    }

    /// A `verify` whose verdict is VERIFIED, with both times.
    pub(super) fn verified(&mut self, line: &str) -> Result<Report, Stop> {
        let report = self.command(line)?;
        let verdict = report.json.get("verdict").and_then(Value::as_str).unwrap_or("none");
        self.require(verdict == "VERIFIED", || {
            format!("`detente {line}`: expected VERIFIED, got {verdict}")
        })?;
        let published = report.json.get("published").and_then(Value::as_object);
        let known = |bound| published.and_then(|times| times.get(bound)).and_then(Value::as_str).is_some();
        self.require(known("not_before") && known("not_after"), || {
            format!("`detente {line}`: expected both times of publication, got fewer")
        })?;
        Ok(report)
    }

    /// A command that is refused with a code, in a message that has `names` in it.
    pub(super) fn refused(&mut self, line: &str, code: Code, names: &str) -> Result<(), Stop> {
        let ended = self.run(line, Told::All)?;
        let expected = format!("`detente {line}`: expected it to be refused with {code} and {names:?}");
        match ended.result {
            Ok(_) => Err(Stop::Otherwise(format!("{expected}, and it was accepted"))),
            Err(failure) if failure.code == code && failure.exit == 1 && ended.text.contains(names) => Ok(()),
            Err(_) => Err(Stop::Otherwise(format!("{expected}, got {}", ended.text.trim_end()))),
        }
    }

    /// Something that is said to be so has to be so.
    pub(super) fn require(&self, is_so: bool, otherwise: impl FnOnce() -> String) -> Result<(), Stop> {
        if is_so { Ok(()) } else { Err(Stop::Otherwise(otherwise())) }
    }

    /// Runs a command of ours in this process and tells what it prints.
    fn run(&mut self, line: &str, told: Told) -> Result<Ended, Stop> {
        self.printer.say(&format!("$ detente {line}"));
        let words = std::iter::once("detente").chain(line.split(' '));
        let arguments = Arguments::try_parse_from(words).map_err(|error| Failure::misuse("demo", error))?;
        let result = crate::commands::run(&arguments, self.printer);
        let (text, exit, code) = match &result {
            Ok(report) if arguments.json => {
                let text = show::cut(&Value::Object(report.json.clone()).to_canonical(), 300);
                (text, report.exit_code(), Value::Null)
            }
            Ok(report) => (report.text.clone(), report.exit_code(), Value::Null),
            Err(failure) => (failure.to_string(), failure.exit, failure.code.as_str().into()),
        };
        if told == Told::All || result.is_err() {
            self.printer.say(text.trim_end());
        }
        let step = Value::from([
            ("command", format!("detente {line}").into()),
            ("exit", u32::from(exit).into()),
            ("code", code),
        ]);
        if let Some(scene) = self.scenes.last_mut() {
            scene.steps.push(step);
        }
        Ok(Ended { text, result })
    }

    pub(super) fn into_json(self) -> Value {
        let scenes = self.scenes.into_iter().map(|scene| {
            Value::from([
                ("title", scene.title.into()),
                ("done", scene.done.into()),
                ("steps", scene.steps.into()),
                ("shows", scene.shows.into()),
                ("does_not_show", scene.does_not_show.into()),
            ])
        });
        scenes.collect::<Vec<_>>().into()
    }
}

pub(super) fn read(path: &str) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| Failure::unavailable(Path::new(path), &error))
}

pub(super) fn write(path: &str, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|error| Failure::unavailable(Path::new(path), &error))
}

pub(super) fn make_folder(path: &str) -> Result<(), Failure> {
    std::fs::create_dir_all(path).map_err(|error| Failure::unavailable(Path::new(path), &error))
}

/// The members of a file of ours that the story itself wrote.
pub(super) fn members(bytes: &[u8], what: &str) -> Result<Object, Stop> {
    match Value::parse(bytes)? {
        Value::Object(members) => Ok(members),
        _ => Err(Stop::Otherwise(format!("{what}: expected a JSON object, got another value"))),
    }
}

/// Lines of at most 100 characters.
fn fold(text: &str) -> String {
    let mut folded = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        if length + 1 + word.chars().count() > 100 {
            folded.push('\n');
            length = 0;
        } else if length > 0 {
            folded.push(' ');
            length += 1;
        }
        folded.push_str(word);
        length += word.chars().count();
    }
    folded
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

    use super::*;

    /// Nothing is printed in JSON mode.
    const PRINTER: Printer = Printer::new(true, true);

    /// A folder with a file that `explain` knows.
    fn known_file() -> (tempfile::TempDir, String) {
        let profile = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs/profiles/veris-1.json");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("profile.json");
        std::fs::copy(profile, &path).unwrap();
        (folder, path.display().to_string())
    }

    #[test]
    fn a_refusal_that_does_not_happen_stops_the_story() {
        let (_folder, path) = known_file();
        let line = format!("explain {path}");
        let mut story = Story::new(&PRINTER);
        assert!(story.command(&line).is_ok());
        match story.refused(&line, Code::Relayed, "grant") {
            Err(Stop::Otherwise(what)) => assert!(what.contains("RELAYED") && what.contains("accepted")),
            other => panic!("{other:?}"),
        }
        assert!(matches!(story.verified(&line), Err(Stop::Otherwise(_))));
    }

    #[test]
    fn another_refusal_than_the_expected_stops_the_story() {
        let (_folder, path) = known_file();
        let line = format!("log check {path}/no-log");
        let mut story = Story::new(&PRINTER);
        assert!(matches!(story.refused(&line, Code::Relayed, ""), Err(Stop::Otherwise(_))));
        assert!(matches!(story.command(&line), Err(Stop::Otherwise(_))));
        // The right code with another culprit, or another exit code, is not what was told either.
        assert!(matches!(story.refused(&line, Code::Unavailable, "nowhere"), Err(Stop::Otherwise(_))));
        assert!(matches!(story.refused(&line, Code::Unavailable, "no-log"), Err(Stop::Otherwise(_))));
    }

    #[test]
    fn lines_are_short() {
        let text = "four a ".repeat(60);
        assert!(fold(&text).lines().all(|line| line.chars().count() <= 100));
        assert_eq!(fold(&text).split_whitespace().count(), 120);
    }
}
