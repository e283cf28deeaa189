//! The story of two parties and three witnesses, played with the very commands that a reader would type.
//!
//! Nothing is said that was not found to be so: a command that ends otherwise than the story says ends the story, with
//! exit code 1.

mod cast;
mod commit;
mod copied;
mod fork;
mod messenger;
mod open;
mod story;
mod terms;
mod witnesses;

use std::path::{Path, PathBuf};

use detente_core::json::Value;

use self::story::{Stop, Story};
use crate::args::Demo;
use crate::failure::Failure;
use crate::output::{Printer, Report};

pub(crate) fn run(demo: &Demo, printer: &Printer) -> Result<Report, Failure> {
    let folder = Folder::make(demo.out.as_deref())?;
    let home = std::env::current_dir().map_err(|error| Failure::unavailable(Path::new("."), &error))?;
    let unavailable = |error: &std::io::Error| Failure::unavailable(&folder.path, error);
    std::env::set_current_dir(&folder.path).map_err(|error| unavailable(&error))?;
    let mut story = Story::new(printer);
    let played = play(&mut story);
    // Back, whatever happened: the folder may be named relative to where the reader is.
    std::env::set_current_dir(&home).map_err(|error| Failure::unavailable(&home, &error))?;

    match played {
        Ok(()) => Ok(report(&folder, story, None)),
        Err(Stop::Otherwise(what)) => Ok(report(&folder, story, Some(what))),
        Err(Stop::Failure(failure)) => Err(*failure),
    }
}

/// The end, as told or before its time. A story that stopped is no success: its exit code is 1.
fn report(folder: &Folder, story: Story<'_>, stopped: Option<String>) -> Report {
    let next = if stopped.is_none() { folder.commands(&program()) } else { Vec::new() };
    let (text, exit) = match &stopped {
        None => (folder.ending(&next), 0),
        Some(what) => (format!("\nThe story stops here. {what}\nWhat was made is in {}.", folder.shown), 1),
    };
    let next: Vec<Value> = next.into_iter().map(Value::from).collect();
    let members = [
        ("folder", folder.shown.as_str().into()),
        ("scenes", story.into_json()),
        ("stopped", stopped.map_or(Value::Null, Value::from)),
        ("next", next.into()),
    ];
    Report::new("demo/v1", members, text).exit(exit)
}

fn play(story: &mut Story<'_>) -> Result<(), Stop> {
    story.parties()?;
    story.institutes()?;
    story.both_commit()?;
    story.witnesses_cosign()?;
    let backup = story.backup("b")?;
    story.anchors_cross()?;
    story.four_of_fourteen()?;
    story.the_other_way()?;
    story.one_byte()?;
    story.marking()?;
    story.wrapped_again()?;
    story.copied_commitment()?;
    story.repeated_commitment()?;
    story.fork(&backup)?;
    story.terms()?;
    story.asked_and_answered()?;
    story.audited_both_ways()?;
    story.nobody_answers()?;
    story.anybody_checks()
}

/// The folder of the story, and how it is called from where the reader is.
struct Folder {
    path: PathBuf,
    shown: String,
}

impl Folder {
    /// A folder that did not exist before.
    fn make(out: Option<&Path>) -> Result<Self, Failure> {
        let Some(out) = out else {
            let made = tempfile::Builder::new().prefix("detente-demo-").tempdir();
            let path = made
                .map(tempfile::TempDir::keep)
                .map_err(|error| Failure::unavailable(&std::env::temp_dir(), &error))?;
            return Ok(Self { shown: path.display().to_string(), path });
        };
        if out.exists() {
            let expected = "expected a folder that does not exist yet";
            return Err(Failure::misuse(out.display().to_string(), expected).hint("name another with --out"));
        }
        std::fs::create_dir_all(out).map_err(|error| Failure::unavailable(out, &error))?;
        let path = out.canonicalize().map_err(|error| Failure::unavailable(out, &error))?;
        Ok(Self { path, shown: out.display().to_string() })
    }

    /// Three commands that go on from the story. They build on one another.
    fn commands(&self, program: &str) -> Vec<String> {
        let inside = |path: &str| quoted(&Path::new(&self.shown).join(path).display().to_string());
        let owner = format!("--party {} --unlock {}", inside("a"), inside("a.key"));
        vec![
            format!("{program} entries {owner}"),
            format!(
                "{program} disclose 3 {owner} --field id --field occurred.year --to b.example --out {}",
                inside("q.json")
            ),
            format!(
                "{program} verify {} --policy {}",
                inside("q.json"),
                inside("b/trusted/a.witnessed.policy")
            ),
        ]
    }

    fn ending(&self, next: &[String]) -> String {
        format!("\nEverything is in {}. Three commands to try next:\n  {}", self.shown, next.join("\n  "))
    }
}

/// The program as it was called, so that what is printed works where it was typed.
fn program() -> String {
    let name = std::env::args_os().next().map(|name| name.to_string_lossy().into_owned());
    quoted(name.as_deref().unwrap_or("detente"))
}

/// A word as a shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "/._-+,:@%=".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_story_that_stops_is_no_success() {
        let folder = Folder { path: PathBuf::from("story"), shown: "story".to_owned() };
        let told = |stopped: Option<&str>| {
            let report = report(&folder, Story::new(&Printer::new(true, true)), stopped.map(str::to_owned));
            let next = report.json.get("next").and_then(Value::as_array).map(<[Value]>::len);
            (next, report.json.get("stopped").cloned(), format!("{report:?}").contains("exit: 1"))
        };
        assert_eq!(told(None), (Some(3), Some(Value::Null), false));
        assert_eq!(told(Some("why")), (Some(0), Some("why".into()), true));
    }

    #[test]
    fn words_for_a_shell() {
        assert_eq!(quoted("target/release/detente"), "target/release/detente");
        assert_eq!(quoted("my demo"), "'my demo'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted(""), "''");
    }
}
