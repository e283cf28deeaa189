//! A page of the book as a test reads it: its blocks of commands, and what the marks around them say.
//!
//! Marks are HTML comments of one line, so that readers of the book do not see them:
//!
//! - `starts with: the fixture`: the page's folder is a copy of `tests/cli/fixture`; without it the folder is empty.
//! - `prepared: COMMAND`: run as well, because the page takes it for done.
//! - `not run: REASON`: the block below is not run.
//! - `picture NAME: COMMAND`: `pictures/NAME.svg` shows it as a terminal does. It is run on a copy of the fixture, whatever
//!   the page's folder is, so that digests are the same every time. `picture NAME with new keys: COMMAND` shows none.
//!
//! A block `sh` holds commands, a block `console` commands behind `$ ` with what they print. A line `…` there stands for
//! any lines, a `…` in a line for anything. A remark with `exit N` at the end of a command is its exit code, else it is
//! 0; what follows `exit N: ` up to a `…` is printed by it.

/// One piece of a page, in order.
pub(crate) enum Piece {
    /// A line that is nobody's command.
    Line(String),
    /// A command that readers do not see.
    Prepared(String),
    /// A command whose picture readers see.
    Picture { name: String, command: String, new_keys: bool },
    /// A block that is not run, and why.
    NotRun { line: usize, reason: String },
    /// One command of a block: as it is written, with what the page says it prints, when it says it.
    Command { line: usize, command: String, shown: Option<Vec<String>> },
}

/// A page, read.
pub(crate) struct Page {
    pub(crate) pieces: Vec<Piece>,
    pub(crate) on_fixture: bool,
    /// What a page may not hold, with the line.
    pub(crate) faults: Vec<String>,
}

const OTHER_BLOCKS: [&str; 3] = ["text", "json", "rust"];

impl Page {
    pub(crate) fn read(text: &str) -> Self {
        let mut page = Self { pieces: Vec::new(), on_fixture: false, faults: Vec::new() };
        let mut lines = text.lines().enumerate().map(|(number, line)| (number + 1, line)).peekable();
        let mut excused: Option<String> = None;
        let (mut after_blank, mut in_list) = (true, false);
        while let Some((number, line)) = lines.next() {
            if let Some(kind) = line.strip_prefix("```") {
                page.pieces.push(Piece::Line(line.to_owned()));
                let mut block = Vec::new();
                for (number, line) in lines.by_ref() {
                    if line == "```" {
                        break;
                    }
                    block.push((number, line));
                }
                page.block(number, kind, &block, excused.take());
                page.pieces.push(Piece::Line("```".to_owned()));
                after_blank = false;
                continue;
            }
            if excused.is_some() {
                page.faults.push(format!("{number}: expected a block below the mark that excuses it"));
                excused = None;
            }
            page.pieces.push(Piece::Line(line.to_owned()));
            if let Some(mark) = line.strip_prefix("<!-- ").and_then(|line| line.strip_suffix(" -->")) {
                page.mark(number, mark, &mut excused);
            } else if line.starts_with("    ") && after_blank && !in_list {
                page.faults.push(format!("{number}: expected a block in fences that says what it is"));
            }
            let starts_item = line.starts_with("- ")
                || line.split_once(". ").is_some_and(|(number, _)| number.parse::<u8>().is_ok());
            in_list = starts_item || (in_list && (line.is_empty() || line.starts_with(' ')));
            after_blank = line.is_empty();
        }
        page
    }

    fn mark(&mut self, number: usize, mark: &str, excused: &mut Option<String>) {
        let Some((name, rest)) = mark.split_once(": ") else {
            self.faults.push(format!("{number}: a mark that means nothing: {mark}"));
            return;
        };
        match name.split_once(' ') {
            Some(("starts", "with")) if rest == "the fixture" => self.on_fixture = true,
            Some(("not", "run")) => *excused = Some(rest.to_owned()),
            Some(("picture", name)) => {
                let (name, new_keys) = match name.strip_suffix(" with new keys") {
                    Some(name) => (name.to_owned(), true),
                    None => (name.to_owned(), false),
                };
                self.pieces.push(Piece::Picture { name, command: rest.to_owned(), new_keys });
            }
            None if name == "prepared" => self.pieces.push(Piece::Prepared(rest.to_owned())),
            _ => self.faults.push(format!("{number}: a mark that means nothing: {mark}")),
        }
    }

    fn block(&mut self, number: usize, kind: &str, block: &[(usize, &str)], excused: Option<String>) {
        if let Some(reason) = excused {
            if OTHER_BLOCKS.contains(&kind) {
                self.faults.push(format!("{number}: a block that holds no commands needs no excuse"));
            }
            self.pieces.push(Piece::NotRun { line: number, reason });
            self.pieces.extend(block.iter().map(|(_, line)| Piece::Line((*line).to_owned())));
            return;
        }
        match kind {
            "sh" => self.script(block),
            "console" => self.transcript(block),
            other if OTHER_BLOCKS.contains(&other) => {
                for (number, line) in block {
                    let first = line.split_whitespace().next().unwrap_or_default();
                    if ["detente", "cargo", "$"].contains(&first) {
                        self.faults.push(format!("{number}: expected commands in a block sh or console"));
                    }
                    self.pieces.push(Piece::Line((*line).to_owned()));
                }
            }
            other => self.faults.push(format!("{number}: a block of kind {other:?}, which nobody knows")),
        }
    }

    fn script(&mut self, block: &[(usize, &str)]) {
        let mut lines = block.iter().peekable();
        while let Some((line, first)) = lines.next() {
            if first.trim().is_empty() || first.starts_with('#') {
                self.pieces.push(Piece::Line((*first).to_owned()));
                continue;
            }
            let command = whole_command(first, &mut lines);
            self.pieces.push(Piece::Command { line: *line, command, shown: None });
        }
    }

    fn transcript(&mut self, block: &[(usize, &str)]) {
        let mut lines = block.iter().peekable();
        while let Some((line, first)) = lines.next() {
            let Some(first) = first.strip_prefix("$ ") else {
                self.faults.push(format!("{line}: expected a command behind `$ `"));
                self.pieces.push(Piece::Line((*first).to_owned()));
                continue;
            };
            let command = whole_command(first, &mut lines);
            let mut shown = Vec::new();
            while let Some((_, output)) = lines.next_if(|(_, line)| !line.starts_with("$ ")) {
                shown.push((*output).to_owned());
            }
            self.pieces.push(Piece::Command { line: *line, command, shown: Some(shown) });
        }
    }
}

/// A command with the lines that belong to it: after a backslash, or up to the word that ends its input.
fn whole_command<'a>(first: &str, lines: &mut impl Iterator<Item = &'a (usize, &'a str)>) -> String {
    let mut command = first.to_owned();
    let end = first.split_once("<<'").and_then(|(_, rest)| rest.split_once('\'')).map(|(end, _)| end);
    let mut last = first;
    while last.ends_with('\\') || (end.is_some() && Some(last) != end) {
        let Some((_, more)) = lines.next() else { break };
        command.push('\n');
        command.push_str(more);
        last = more;
    }
    command
}

/// Whether what was printed is what a page shows of it.
pub(crate) fn shows(shown: &[String], printed: &[String]) -> bool {
    match shown.split_first() {
        None => printed.is_empty(),
        Some((line, rest)) if line == "…" => {
            (0..=printed.len()).any(|skipped| shows(rest, &printed[skipped..]))
        }
        Some((line, rest)) => {
            printed.split_first().is_some_and(|(first, others)| fits(line, first) && shows(rest, others))
        }
    }
}

/// A line with `…` in it, for anything.
fn fits(shown: &str, printed: &str) -> bool {
    let Some((head, rest)) = shown.split_once('…') else { return shown == printed };
    let Some(mut left) = printed.strip_prefix(head) else { return false };
    let pieces: Vec<&str> = rest.split('…').collect();
    let Some((tail, middle)) = pieces.split_last() else { return false };
    for piece in middle {
        match left.split_once(piece) {
            Some((_, after)) => left = after,
            None => return false,
        }
    }
    left.ends_with(tail)
}

/// The exit code that a command's remark names, and the text behind it.
pub(crate) fn remark(command: &str) -> (i32, Option<&str>) {
    let remark = command.rsplit_once(" # ").map_or("", |(_, remark)| remark);
    let Some((_, told)) = remark.split_once("exit ") else { return (0, None) };
    let digits = told.len() - told.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let text = told[digits..].strip_prefix(": ").map(|text| text.split('…').next().unwrap_or(text).trim());
    (told[..digits].parse().unwrap_or(0), text)
}

#[test]
fn what_a_page_shows_may_leave_things_out() {
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let printed = lines("one\ntwo 12 and 3\nfour");
    for shown in [
        "one\ntwo 12 and 3\nfour",
        "…\nfour",
        "one\n…",
        "…",
        "one\ntwo … and …\nfour",
        "one\n…\ntwo … 3\nfour",
    ] {
        assert!(shows(&lines(shown), &printed), "{shown}");
    }
    for shown in ["", "one", "one\ntwo\nfour", "one\ntwo … and 4\nfour", "…\nfive", "two 12 and 3\nfour"]
    {
        assert!(!shows(&lines(shown), &printed), "{shown}");
    }
    assert_eq!(
        remark("detente verify p.json   # exit 1: ROOT-MISMATCH log: …"),
        (1, Some("ROOT-MISMATCH log:"))
    );
    assert_eq!(remark("detente verify p.json   # offline: exit 0"), (0, None));
    assert_eq!(remark("detente verify p.json"), (0, None));
}

#[test]
fn a_page_cannot_hide_a_command() {
    for (text, fault) in [
        ("Words.\n\n    detente demo\n", "3: expected a block in fences"),
        ("```\ndetente demo\n```\n", "1: a block of kind"),
        ("```text\ndetente demo\n```\n", "2: expected commands in a block"),
        ("<!-- not run: no time -->\n\n```sh\ndetente demo\n```\n", "2: expected a block below"),
        ("<!-- hidden: detente demo -->\n", "1: a mark that means nothing"),
        ("```console\ndetente demo\n```\n", "2: expected a command behind"),
    ] {
        let page = Page::read(text);
        assert!(
            page.faults.first().is_some_and(|found| found.starts_with(fault)),
            "{text}: {:?}",
            page.faults
        );
    }
    let page = Page::read("- one\n\n    more of it\n\n```sh\n# a remark\ndetente demo \\\n  --out x\n```\n");
    assert_eq!(page.faults, Vec::<String>::new());
    let commands = page
        .pieces
        .iter()
        .filter(|piece| matches!(piece, Piece::Command { command, .. } if command.ends_with("--out x")));
    assert_eq!(commands.count(), 1);
}
