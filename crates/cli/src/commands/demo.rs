//! The story of one incident, played with the very commands that a reader would type.

mod second;

use std::path::{Path, PathBuf};

use clap::Parser as _;
use detente_core::json::Value;

use crate::args::{Arguments, Demo};
use crate::failure::Failure;
use crate::incidents::INCIDENTS;
use crate::output::{Printer, Report};
use crate::show;

pub(crate) fn run(demo: &Demo, printer: &Printer) -> Result<Report, Failure> {
    let folder = folder(demo.out.as_deref())?;
    let home = std::env::current_dir().map_err(|error| Failure::unavailable(Path::new("."), &error))?;
    std::env::set_current_dir(&folder).map_err(|error| Failure::unavailable(&folder, &error))?;
    let played = Story { printer, steps: Vec::new() }.play();
    // Back, whatever happened: the folder may be named relative to where the reader is.
    std::env::set_current_dir(&home).map_err(|error| Failure::unavailable(&home, &error))?;
    let steps = played?;
    let shown = folder.display().to_string();
    let text = format!(
        "Everything is in {shown}. Three commands to try there:\n  detente entries --party a --unlock a.key\n  detente disclose 3 --party a --unlock a.key --field id --field occurred.year --to b.example --out q.json\n  detente verify q.json --policy b/trusted/a.policy --json"
    );
    Ok(Report::new("demo/v1", [("folder", shown.into()), ("steps", steps.into())], text))
}

/// A folder that did not exist before.
fn folder(out: Option<&Path>) -> Result<PathBuf, Failure> {
    let Some(out) = out else {
        let made = tempfile::Builder::new().prefix("detente-demo-").tempdir();
        return made
            .map(tempfile::TempDir::keep)
            .map_err(|error| Failure::unavailable(&std::env::temp_dir(), &error));
    };
    if out.exists() {
        return Err(Failure::misuse(out.display().to_string(), "expected a folder that does not exist yet")
            .hint("name another with --out"));
    }
    std::fs::create_dir_all(out).map_err(|error| Failure::unavailable(out, &error))?;
    out.canonicalize().map_err(|error| Failure::unavailable(out, &error))
}

struct Story<'a> {
    printer: &'a Printer,
    steps: Vec<Value>,
}

impl Story<'_> {
    fn play(mut self) -> Result<Vec<Value>, Failure> {
        self.tell(
            "Two parties, a and b, that do not trust each other. Each makes its own vault and its own log.",
        );
        self.command("init --party a --origin a.example/log --unlock a.key", 0)?;
        self.command("init --party b --origin b.example/log --unlock b.key", 0)?;

        self.tell("They meet once and hand over public files: b gets a's policy, a gets b's key.");
        std::fs::create_dir_all("b/trusted").map_err(|error| Failure::unavailable(Path::new("b"), &error))?;
        self.copy("a/share/a.policy", "b/trusted/a.policy")?;
        self.copy("a/share/a.policy.json", "b/trusted/a.policy.json")?;
        self.copy("b/share/b.example.vkey", "a/trusted/b.example.vkey")?;

        let lines: Result<Vec<String>, _> = INCIDENTS
            .iter()
            .map(|(_, text)| Value::parse(text.as_bytes()).map(|value| value.to_canonical()))
            .collect();
        write("reports.jsonl", (lines?.join("\n") + "\n").as_bytes())?;
        self.tell(&format!(
            "a has {} incident reports. It seals them: the log holds 176 bytes for each, and nothing of what they say. \
             All become visible in one signed checkpoint, and each gets a receipt.",
            INCIDENTS.len()
        ));
        self.command("commit --party a --unlock a.key --duplicates amend reports.jsonl", 0)?;
        self.command("entries --party a --json", 0)?;

        self.tell(
            "b asks about entry 7. a opens what was done and the first two digits of the sector, to b alone, and nothing else.",
        );
        self.command(
            "disclose 7 --party a --unlock a.key --field action --field sector.2 --to b.example --tlp AMBER --out p.json",
            0,
        )?;

        self.tell(
            "b checks the file. No network, no log, no account: the file and b's own copy of a's policy.",
        );
        self.command("verify p.json --policy b/trusted/a.policy", 0)?;

        self.tell("Somebody changes the marking in the file, as `sed 's/AMBER/GREEN/'` would. The signature covers it.");
        let text = std::fs::read_to_string("p.json")
            .map_err(|error| Failure::unavailable(Path::new("p.json"), &error))?;
        write("changed.json", text.replacen("AMBER", "GREEN", 1).as_bytes())?;
        self.command("verify changed.json --policy b/trusted/a.policy", 1)?;

        self.tell("Anybody with a copy of a's log derives every leaf, root and signature again.");
        self.command("log check a/log", 0)?;
        self.tell("A receipt is a small file that shows that an entry is in the log.");
        self.command("verify a/receipts/00000007.tlog-proof --policy b/trusted/a.policy", 0)?;
        self.tell("And any file can be looked at without believing it.");
        self.command("explain a/log/checkpoint", 0)?;
        self.tell(
            "What this shows: who said what, under which number, unchanged. What it does not: that it is true, that it is \
             all, or, with no neutral witness yet, when it was published. UNWITNESSED says so.",
        );
        self.second_act()?;
        Ok(self.steps)
    }

    fn tell(&self, text: &str) {
        self.printer.say(&format!("\n{}", fold(text)));
    }

    fn copy(&mut self, from: &str, to: &str) -> Result<(), Failure> {
        self.printer.say(&format!("$ cp {from} {to}"));
        std::fs::copy(from, to).map(drop).map_err(|error| Failure::unavailable(Path::new(from), &error))
    }

    /// Runs a command of ours in this process and shows what it prints. Another exit code than the expected one ends
    /// the story.
    fn command(&mut self, line: &str, expected: u8) -> Result<Option<Report>, Failure> {
        self.printer.say(&format!("$ detente {line}"));
        let words = std::iter::once("detente").chain(line.split(' '));
        let arguments = Arguments::try_parse_from(words).map_err(|error| Failure::misuse("demo", error))?;
        let (exit, text, report) = match super::run(&arguments, self.printer) {
            Ok(report) if arguments.json => {
                let text = Value::Object(report.json.clone()).to_canonical();
                (0, show::cut(&text, 300), Some(report))
            }
            Ok(report) => (0, report.text.clone(), Some(report)),
            Err(failure) => (failure.exit, failure.to_string(), None),
        };
        self.printer.say(text.trim_end());
        self.steps.push(Value::from([
            ("command", format!("detente {line}").into()),
            ("exit", u32::from(exit).into()),
        ]));
        if exit != expected {
            let message = format!("expected exit code {expected}, got {exit}: {}", text.trim_end());
            return Err(Failure::misuse(format!("detente {line}"), message));
        }
        Ok(report)
    }
}

fn write(path: &str, bytes: &[u8]) -> Result<(), Failure> {
    std::fs::write(path, bytes).map_err(|error| Failure::unavailable(Path::new(path), &error))
}

/// Lines of at most 100 characters.
fn fold(text: &str) -> String {
    let mut folded = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        if length + word.chars().count() > 100 {
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
