//! Every command that a reader is told to type is typed here: the README, the notes for contributors and all pages of the
//! book, page by page, each in a folder of its own, in the order of its blocks. What a page shows of a command's output
//! must be what it prints; digests and times may differ.
//!
//! `SNAPSHOTS=overwrite cargo test -p detente --test cli` writes outputs and pictures anew.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Stdio,
    sync::Mutex,
    thread,
};

use snapbox::{Assert, Data, data::DataFormat};

use crate::{
    command::{World, tests},
    page::{Page, Piece, remark, shows},
    picture::picture,
    transcript::redacted,
};

/// What playing a page gave.
#[derive(Default)]
struct Played {
    /// The page, with what was printed in the place of what is no longer true.
    text: String,
    /// Names and contents.
    pictures: Vec<(String, String)>,
    commands: usize,
    /// Line and reason.
    not_run: Vec<(usize, String)>,
    /// Line, or command, and what is wrong.
    faults: Vec<String>,
}

#[test]
fn every_command_of_the_book_is_run() {
    let root = tests().join("..").canonicalize().unwrap();
    let pages = pages(&root);
    let assert = Assert::new().action_env("SNAPSHOTS").normalize_paths(false);
    let same = |file: &Path, text: &str| {
        let name = file.display().to_string();
        let golden = Data::read_from(file, Some(DataFormat::Text)).raw();
        assert.try_eq(Some(&name), Data::text(text).raw(), golden).err().map(|error| error.to_string())
    };
    let (left, done) = (Mutex::new(pages.iter()), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some(path) = { left.lock().unwrap().next() } {
                    let page = fs::read_to_string(path).unwrap();
                    let name = path.strip_prefix(&root).unwrap().display().to_string();
                    let mut played = play(&page);
                    // Somebody may be writing it, and what is written here would take that back.
                    if fs::read_to_string(path).unwrap() == page {
                        let fault = same(path, &played.text);
                        played.faults.extend(fault);
                    } else {
                        played.faults.push("changed while it was played: once more".to_owned());
                    }
                    done.lock().unwrap().push((name, played));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by(|one, other| one.0.cmp(&other.0));

    let mut faults = Vec::new();
    let mut pictures = BTreeSet::new();
    let (mut commands, mut not_run) = (0, 0);
    for (name, played) in &done {
        commands += played.commands;
        not_run += played.not_run.len();
        for (line, reason) in &played.not_run {
            eprintln!("not run: {name}:{line}: {reason}");
        }
        faults.extend(played.faults.iter().map(|fault| format!("{name}: {fault}")));
        for (picture, svg) in &played.pictures {
            if !played.text.contains(&format!("pictures/{picture}.svg)")) {
                faults.push(format!("{name}: the picture {picture} is not shown"));
            }
            assert!(pictures.insert(format!("{picture}.svg")), "{picture}: two pictures of one name");
            faults.extend(same(&root.join("docs/src/pictures").join(format!("{picture}.svg")), svg));
        }
    }
    eprintln!("{commands} commands of {} pages run, {not_run} blocks not run", done.len());
    let there = fs::read_dir(root.join("docs/src/pictures")).unwrap();
    let there: BTreeSet<_> =
        there.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(there, pictures, "pictures that no test makes, or that are missing");
    assert!(commands >= 100, "the commands are gone: {commands}");
}

/// A command in the middle of a sentence is not run; what it names must exist all the same.
#[test]
fn commands_in_sentences_exist() {
    let world = World::new();
    let root = tests().join("..").canonicalize().unwrap();
    let mut seen = 0;
    let mut faults = Vec::new();
    for path in pages(&root) {
        let text = fs::read_to_string(&path).unwrap();
        let spans = text.split('`').skip(1).step_by(2);
        for span in spans.filter_map(|span| span.strip_prefix("detente ")).filter(|span| !span.contains('\n'))
        {
            let words: Vec<&str> = span.split_whitespace().collect();
            let named = words.iter().take_while(|word| word.chars().all(|c| c.is_ascii_lowercase())).count();
            // The longest beginning that is a command; what follows are arguments.
            let help = (1..=named.min(3)).rev().find_map(|length| {
                let output = world.command("detente").args(&words[..length]).arg("--help").output().unwrap();
                output.status.success().then(|| String::from_utf8(output.stdout).unwrap())
            });
            seen += 1;
            let Some(help) = help else {
                faults.push(format!("{}: {span}: no such command", path.display()));
                continue;
            };
            for option in words.iter().filter(|word| word.starts_with("--")) {
                if !help.contains(*option) {
                    faults.push(format!("{}: {span}: no such option", path.display()));
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(seen >= 20, "the commands are gone: {seen}");
}

fn pages(root: &Path) -> Vec<PathBuf> {
    let mut pages = vec![root.join("README.md"), root.join("CONTRIBUTING.md"), root.join("SECURITY.md")];
    let mut folders = vec![root.join("docs/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                pages.push(path);
            }
        }
    }
    pages.sort();
    pages
}

fn play(text: &str) -> Played {
    let page = Page::read(text);
    let world = if page.on_fixture { World::new() } else { World::empty() };
    world.link_shipped_files();
    let mut played = Played { faults: page.faults, ..Played::default() };
    for piece in page.pieces {
        match piece {
            Piece::Line(line) => played.line(&line),
            Piece::NotRun { line, reason } => played.not_run.push((line, reason)),
            Piece::Prepared(command) => {
                played.run(&world, &command, &command, false);
            }
            Piece::Picture { name, command, new_keys } => {
                let output = played.run(&World::new(), &command, &command, true);
                let output = if new_keys { redacted(&output) } else { output };
                played.pictures.push((name, picture(&command, &output)));
            }
            Piece::Command { line, command, shown } => {
                let output = played.run(&world, &command, &format!("{line}: {command}"), false);
                let Some(shown) = shown else {
                    played.line(&command);
                    continue;
                };
                played.line(&format!("$ {command}"));
                let printed: Vec<String> = output.lines().map(|line| line.trim_end().to_owned()).collect();
                let words =
                    |lines: &[String]| -> Vec<String> { lines.iter().map(|line| redacted(line)).collect() };
                let told = if shows(&words(&shown), &words(&printed)) { &shown } else { &printed };
                told.iter().for_each(|line| played.line(line));
            }
        }
    }
    played
}

impl Played {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Runs a command as a person sees it, both streams in one, and holds its exit code against its remark.
    fn run(&mut self, world: &World, command: &str, place: &str, coloured: bool) -> String {
        let mut shell = world.command("sh");
        shell.args(["-c", &format!("exec 2>&1\n{command}")]).stdin(Stdio::null());
        if coloured {
            shell.env("CLICOLOR_FORCE", "1");
        }
        let output = shell.output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        // Where the test's folder lies is nobody's business.
        let folder = world.path().canonicalize().unwrap().display().to_string();
        let printed =
            printed.replace(&folder, "/home/you").replace(&world.path().display().to_string(), "/home/you");
        let (expected, says) = remark(command);
        if output.status.code() != Some(expected) {
            self.faults
                .push(format!("{place}: expected exit code {expected}, got {}:\n{printed}", output.status));
        }
        if let Some(says) = says.filter(|says| !printed.contains(says)) {
            self.faults.push(format!("{place}: expected {says:?} in what it prints, got:\n{printed}"));
        }
        self.commands += 1;
        printed
    }
}
