//! The one place that prints. Results go to standard output, the rest to standard error; with `--json` one object goes
//! to standard output, on success and on failure, and nothing else.

mod list;
mod style;

use std::io::{BufRead as _, IsTerminal as _, Read as _, Write as _};
use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use detente_core::json::{Object, Value};
use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::Failure;
use crate::show;

pub(crate) use list::List;
use style::Look;

/// What a command found out: for people and for machines, and the exit code.
#[derive(Debug)]
pub(crate) struct Report {
    /// Names the JSON members: `<command>/v1`.
    pub(crate) schema: &'static str,
    /// The JSON members.
    pub(crate) json: Object,
    /// The text for people, without the last line feed.
    pub(crate) text: String,
    /// How the text is coloured, on a terminal that shows colours.
    look: Look,
    /// Said on standard error before the result.
    pub(crate) warnings: Vec<String>,
    /// Whether the result is on standard output already.
    is_printed: bool,
    /// The exit code; not 0 for a result that is itself bad news.
    exit: u8,
}

impl Report {
    pub(crate) fn new<const N: usize>(
        schema: &'static str,
        members: [(&str, Value); N],
        text: String,
    ) -> Self {
        let json = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { schema, json, text, look: Look::Plain, warnings: Vec::new(), is_printed: false, exit: 0 }
    }

    /// A result that is on standard output already.
    pub(crate) fn printed() -> Self {
        Self { is_printed: true, ..Self::new("", [], String::new()) }
    }

    /// The text is rows with a label in front, and its last line the verdict.
    pub(crate) const fn with_verdict(mut self) -> Self {
        self.look = Look::Verdict;
        self
    }

    /// The text is rows with a label in front.
    pub(crate) const fn labelled(mut self) -> Self {
        self.look = Look::Labels;
        self
    }

    /// The text is one finding a line, its health first.
    pub(crate) const fn findings(mut self) -> Self {
        self.look = Look::Findings;
        self
    }

    /// A result with another exit code than 0.
    pub(crate) const fn exit(mut self, exit: u8) -> Self {
        self.exit = exit;
        self
    }

    /// With which exit code it ends.
    pub(crate) const fn exit_code(&self) -> u8 {
        self.exit
    }

    /// The same result of a command that only compares: what it says is no bad news of this command.
    pub(crate) fn reproduced(mut self) -> Self {
        self.exit = 0;
        self
    }

    pub(crate) fn warn(mut self, warning: impl Into<String>) -> Self {
        self.warnings.push(warning.into());
        self
    }
}

/// Where output goes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Printer {
    json: bool,
    quiet: bool,
}

impl Printer {
    pub(crate) const fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet }
    }

    pub(crate) const fn is_json(self) -> bool {
        self.json
    }

    pub(crate) const fn is_quiet(self) -> bool {
        self.quiet
    }

    pub(crate) fn report(self, report: Report) -> ExitCode {
        if !self.quiet {
            report.warnings.iter().for_each(|warning| {
                to_stderr(&style::warning(&show::harmless_lines(&format!("{warning}\n"))))
            });
        }
        let printed = if report.is_printed {
            true
        } else if self.json {
            let mut json = report.json;
            json.insert("detente".to_owned(), report.schema.into());
            let warnings: Vec<Value> = report.warnings.into_iter().map(Value::from).collect();
            json.insert("warnings".to_owned(), warnings.into());
            to_stdout(&Value::Object(json).to_file())
        } else if report.text.is_empty() {
            true
        } else {
            let text = show::harmless_lines(&format!("{}\n", report.text));
            to_stdout(style::report(&text, report.look).as_bytes())
        };
        if printed {
            return ExitCode::from(report.exit);
        }
        to_stderr("UNAVAILABLE standard output: the result could not be written\n");
        ExitCode::from(2)
    }

    pub(crate) fn failure(self, failure: &Failure) -> ExitCode {
        if self.json {
            to_stdout(&failure.to_json().to_file());
        } else {
            to_stderr(&style::failure(&show::harmless_lines(&failure.to_string()), failure.exit));
        }
        ExitCode::from(failure.exit)
    }

    /// Plain text on standard output in the middle of a command: the demo's story.
    pub(crate) fn say(self, text: &str) {
        if !self.json {
            to_stdout(show::harmless_lines(&format!("{text}\n")).as_bytes());
        }
    }

    /// What a person may want to see beside a result that is itself on standard output.
    pub(crate) fn aside(self, text: &str) {
        if !self.quiet && !self.json {
            to_stderr(&show::harmless_lines(&format!("{text}\n")));
        }
    }

    /// Asks a person, who is shown `text` first. Without a terminal on both sides nobody is asked, and the answer is
    /// none: a script must not wait for one.
    pub(crate) fn ask(self, text: &str, question: &str) -> Option<bool> {
        if self.json || !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            return None;
        }
        to_stderr(&show::harmless_lines(&format!("{text}\n{question} [y/N] ")));
        let mut answer = String::new();
        // What cannot be read is no yes.
        let read = std::io::stdin().lock().take(64).read_line(&mut answer);
        Some(read.is_ok() && matches!(answer.trim(), "y" | "Y" | "yes"))
    }

    /// A progress bar, drawn when a person watches standard error.
    pub(crate) fn progress(self, what: &'static str, length: Option<u64>) -> ProgressBar {
        if self.quiet || self.json || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = match length {
            Some(length) => ProgressBar::new(length),
            None => ProgressBar::new_spinner(),
        };
        let template = match length {
            Some(_) => "{msg} [{bar:40}] {human_pos}/{human_len} {eta}",
            None => "{spinner} {msg} {human_pos}",
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_message(what);
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}

/// Arguments that do not parse, and `--help` and `--version`, which clap reports the same way.
pub(crate) fn usage(error: &clap::Error, json: bool) -> ExitCode {
    let text = error.render().to_string();
    if !error.use_stderr() {
        return if to_stdout(text.as_bytes()) { ExitCode::SUCCESS } else { ExitCode::from(2) };
    }
    if json {
        return Printer::new(true, false).failure(&misuse(error.kind(), &text));
    }
    to_stderr(&text);
    ExitCode::from(2)
}

/// The first paragraph of clap's text, in one line.
fn misuse(kind: ErrorKind, text: &str) -> Failure {
    let message = match kind {
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand | ErrorKind::MissingSubcommand => {
            "expected a command, got none".to_owned()
        }
        _ => {
            let lines = text.lines().take_while(|line| !line.is_empty()).map(str::trim);
            let line = lines.collect::<Vec<_>>().join(" ");
            line.strip_prefix("error: ").unwrap_or(&line).to_owned()
        }
    };
    Failure::misuse("arguments", message).hint("--help after any command shows its arguments")
}

/// Whether it was written. A reader that has gone, as behind `| head`, is no failure.
pub(crate) fn to_stdout(bytes: &[u8]) -> bool {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Ok(()) => true,
        Err(error) => error.kind() == std::io::ErrorKind::BrokenPipe,
    }
}

fn to_stderr(text: &str) {
    // Nobody is left to tell when standard error is gone.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
}
