//! Plays the commands of a golden file and writes down what happened.

use crate::command::World;

const NEW_KEYS: &str = "# keys are new\n";

/// The transcript that a golden file would be, were it written now.
pub(crate) fn play(golden: &str) -> String {
    let world = World::new();
    let mut transcript = String::new();
    for line in golden.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            transcript.push_str(&format!("{line}\n"));
            transcript.push_str(&run(&world, command));
        } else if line.is_empty() || line.starts_with('#') {
            transcript.push_str(&format!("{line}\n"));
        }
    }
    if golden.starts_with(NEW_KEYS) { redacted(&transcript) } else { transcript }
}

fn run(world: &World, command: &str) -> String {
    let output = world.command("sh").args(["-c", command]).output().unwrap();
    let mut text = marked("> ", &output.stdout);
    text.push_str(&marked("! ", &output.stderr));
    let exit = output.status.code().map_or_else(|| "signal".to_owned(), |code| code.to_string());
    text.push_str(&format!("? {exit}\n"));
    text
}

fn marked(mark: &str, bytes: &[u8]) -> String {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let mut lines: String =
        text.lines().map(|line| format!("{mark}{line}").trim_end().to_owned() + "\n").collect();
    if !text.is_empty() && !text.ends_with('\n') {
        lines.push_str(&format!("{mark}(no line feed)\n"));
    }
    lines
}

/// Digests and times as words.
pub(crate) fn redacted(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let hexadecimal = rest.chars().take_while(|c| matches!(c, '0'..='9' | 'a'..='f')).count();
        let taken = if hexadecimal == 64 {
            out.push_str("[DIGEST]");
            64
        } else if let Some(length) = time(rest) {
            out.push_str("[TIME]");
            length
        } else {
            let length = hexadecimal.max(first.len_utf8());
            out.push_str(&rest[..length]);
            length
        };
        rest = &rest[taken..];
    }
    out
}

/// The length of `2026-01-31T23:59:59Z` at the start of a text.
fn time(text: &str) -> Option<usize> {
    let form = "dddd-dd-ddTdd:dd:ddZ";
    let fits = |(c, form): (char, char)| if form == 'd' { c.is_ascii_digit() } else { c == form };
    (text.len() >= form.len() && text.chars().zip(form.chars()).all(fits)).then_some(form.len())
}

#[test]
fn digests_and_times_are_words() {
    let digest = "0123456789abcdef".repeat(4);
    let text = format!("log {digest}, {digest}0 at 2026-01-31T23:59:59Z ü\n");
    assert_eq!(redacted(&text), format!("log [DIGEST], {digest}0 at [TIME] ü\n"));
}
