//! What a transcript cannot show: a reader that leaves, another process, an end in the middle.

use std::{
    fs::File,
    io::{Read as _, Write as _},
    process::{Output, Stdio},
};

use detente_core::json::Value;

use crate::command::World;

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs a command whose reader takes one byte and leaves.
fn read_one_byte(world: &World, arguments: &str) -> Output {
    let mut child = world.detente(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = child.stdout.take().unwrap();
    let mut byte = [0];
    stdout.read_exact(&mut byte).unwrap();
    drop(stdout);
    child.wait_with_output().unwrap()
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let world = World::new();
    // More than a pipe holds, so that the writer meets the closed end.
    let reports: String = (0..600)
        .map(|number| format!("{{\"incident_id\":\"pipe-{number}\",\"summary\":\"{}\"}}\n", "x".repeat(200)))
        .collect();
    std::fs::write(world.path().join("many.jsonl"), reports).unwrap();
    let commit = world.detente("commit --party a --unlock a.key many.jsonl").output().unwrap();
    assert!(commit.status.success(), "{}", text(&commit.stderr));
    for arguments in [
        "entries --party a --unlock a.key --json",
        "entries --party a --unlock a.key",
        "disclose 7 --party a --unlock a.key --field occurred --field action --to b.example --out -",
        "--help",
        "commit --help",
        "show 7 --party a --unlock a.key",
        "show 7 --party a --unlock a.key --document",
        "receipt 7 --party a --out -",
        "completion bash",
        "completion zsh",
        "completion fish",
        "doctor --party a",
        "explain p.json",
    ] {
        let output = read_one_byte(&world, arguments);
        let stderr = text(&output.stderr);
        assert!(!stderr.contains("panic"), "{arguments}: {stderr}");
        assert_ne!(output.status.code(), Some(101), "{arguments}");
        assert_eq!(output.status.code(), Some(0), "{arguments}: {stderr}");
    }
}

#[test]
fn a_long_list_is_whole_and_its_reader_may_leave() {
    let world = World::new();
    // More than is held in memory, so that the list is printed as it is read.
    let reports: String =
        (0..1100).map(|number| format!("{{\"incident_id\":\"long-{number}\"}}\n")).collect();
    std::fs::write(world.path().join("many.jsonl"), reports).unwrap();
    let commit = world.detente("commit --party a --unlock a.key many.jsonl").output().unwrap();
    assert!(commit.status.success(), "{}", text(&commit.stderr));
    let entries = |arguments: &str| {
        let output =
            world.detente(&format!("entries --party a --unlock a.key {arguments}")).output().unwrap();
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()), "{arguments}");
        output.stdout
    };
    let indices = |bytes: &[u8]| -> Vec<u64> {
        let value = Value::parse_file(bytes).unwrap();
        let items = value.as_object().unwrap()["entries"].as_array().unwrap().to_vec();
        let index = |item: &Value| item.as_object().unwrap()["index"].as_str().unwrap().parse().unwrap();
        items.iter().map(index).collect()
    };
    let all: Vec<u64> = (0..1112).collect();
    assert_eq!(indices(&entries("--json")), all);
    assert_eq!(indices(&entries("--json --newest")), all.iter().rev().copied().collect::<Vec<_>>());
    assert_eq!(indices(&entries("--json --since 100 --limit 1001")), all[100..1101]);
    let lines = text(&entries("--since 0"));
    assert_eq!(lines.lines().count(), 1112);
    assert!(lines.lines().last().unwrap().ends_with("long-1099"), "{lines}");
    for arguments in ["entries --party a --unlock a.key", "entries --party a --json"] {
        let output = read_one_byte(&world, arguments);
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), String::new()), "{arguments}");
    }
    let full = world.command("sh").args(["-c", "detente entries --party a > /dev/full"]).output().unwrap();
    assert_eq!(full.status.code(), Some(2));
    assert_eq!(text(&full.stderr), "UNAVAILABLE standard output: the result could not be written\n");
    // A list that is damaged further on says nothing on standard output.
    let tile = world.path().join("a/log/tile/entries/003");
    std::fs::write(&tile, b"damaged").unwrap();
    let damaged = world.detente("entries --party a").output().unwrap();
    assert_eq!(
        (damaged.status.code(), text(&damaged.stdout)),
        (Some(1), String::new()),
        "{}",
        text(&damaged.stderr)
    );
}

#[test]
fn a_reader_of_failures_that_leaves_changes_no_exit_code() {
    let world = World::new();
    let output = world
        .command("sh")
        .args(["-c", "detente verify p.json --policy b/share/b.policy --json | true"])
        .output();
    assert_eq!(text(&output.unwrap().stderr), "");
    let mut child = world.detente("verify p.json --policy b/share/b.policy --json");
    let mut child = child.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn a_second_writer_is_refused_and_nothing_happens() {
    let world = World::new();
    let lock = File::options().write(true).open(world.path().join("a/log/lock")).unwrap();
    lock.lock().unwrap();
    let run = |arguments: &str| world.detente(arguments).output().unwrap();
    let refused = run("commit --party a --unlock a.key --duplicates skip reports.jsonl");
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(text(&refused.stdout), "");
    assert_eq!(
        text(&refused.stderr),
        "UNAVAILABLE a/log/lock: expected a log without a writer, got one whose lock is held\n\
         hint: another command is writing this log; try again when it has ended\n"
    );
    // Who only reads is not kept waiting.
    assert_eq!(run("log check a/log").status.code(), Some(0));
    assert_eq!(run("entries --party a --unlock a.key").status.code(), Some(0));
    drop(lock);
    let done = run("commit --party a --unlock a.key --duplicates skip reports.jsonl");
    assert_eq!(done.status.code(), Some(0), "{}", text(&done.stderr));
}

/// Runs a command at a terminal of its own (`script` of util-linux) and types an answer.
fn at_a_terminal(world: &World, arguments: &str, answer: &str) -> (Option<i32>, String) {
    let mut script = world.command("script");
    script.args(["--quiet", "--return", "--command", &format!("detente {arguments}"), "/dev/null"]);
    let script = script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = script.spawn().expect("script, of util-linux, is installed");
    child.stdin.take().unwrap().write_all(answer.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), text(&output.stdout).replace('\r', ""))
}

#[test]
fn a_person_is_asked_before_a_file_is_written() {
    let world = World::new();
    let disclose = "disclose 7 --party a --unlock a.key --field id --to b.example --out new.json";
    let written = || world.path().join("new.json").exists();
    let question = "Open this to b.example? [y/N]";
    for answer in ["n\n", "\n", "yy\n"] {
        let (exit, said) = at_a_terminal(&world, disclose, answer);
        assert_eq!(exit, Some(2), "{said}");
        assert!(said.contains(question) && said.contains("nothing was written"), "{said}");
        assert!(said.contains("dt-0007-antivirus-update"), "asked without showing what is opened: {said}");
        assert!(!written());
    }
    let (exit, said) = at_a_terminal(&world, disclose, "y\n");
    assert_eq!(exit, Some(0), "{said}");
    assert!(said.contains(question) && said.contains("written    new.json"), "{said}");
    assert_eq!(said.matches("dt-0007-antivirus-update").count(), 1, "shown once: {said}");
    assert!(written());
    for told in ["--force --yes", "--force --yes --quiet", "--force --json", "--dry-run"] {
        let (exit, said) = at_a_terminal(&world, &format!("{disclose} {told}"), "");
        assert_eq!(exit, Some(0), "{told}: {said}");
        assert!(!said.contains("[y/N]"), "{told}: {said}");
    }
}

/// Runs a command at a terminal of its own and types each answer once its question is there and the terminal shows no
/// more what is typed: a person is slower than that.
fn in_a_dialogue(world: &World, arguments: &str, dialogue: &[(&str, &str)]) -> (Option<i32>, String) {
    let mut script = world.command("script");
    script.args(["--quiet", "--return", "--command", &format!("tty; detente {arguments}"), "/dev/null"]);
    let script = script.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = script.spawn().expect("script, of util-linux, is installed");
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut said = Vec::new();
    let mut heard = 0;
    for (question, answer) in dialogue {
        while !String::from_utf8_lossy(&said[heard..]).contains(question) {
            let mut byte = [0];
            assert_eq!(stdout.read(&mut byte).unwrap(), 1, "no {question:?} in {}", text(&said));
            said.push(byte[0]);
        }
        heard = said.len();
        let terminal = text(&said).lines().next().unwrap().to_owned();
        let is_hidden = || {
            let settings = world.command("stty").args(["-F", &terminal, "-a"]).output().unwrap();
            text(&settings.stdout).split_whitespace().any(|setting| setting == "-echo")
        };
        assert!((0..10_000).any(|_| is_hidden()), "{question:?}: what is typed shows");
        stdin.write_all(answer.as_bytes()).unwrap();
    }
    stdout.read_to_end(&mut said).unwrap();
    drop(stdin);
    (child.wait().unwrap().code(), text(&said).replace('\r', ""))
}

#[test]
fn a_passphrase_is_asked_for_and_not_shown() {
    let world = World::new();
    let change = "vault passphrase --party a --unlock a.key";
    let (first, again, asks) = ("new passphrase: ", "the same again: ", "passphrase of the vault: ");
    let (exit, said) =
        in_a_dialogue(&world, change, &[(first, "correct horse\n"), (again, "correct house\n")]);
    assert_eq!(exit, Some(2), "{said}");
    assert!(said.contains("expected the same text twice, got two"), "{said}");
    let (exit, said) = in_a_dialogue(&world, change, &[(first, "\n"), (again, "\n")]);
    assert_eq!(exit, Some(2), "{said}");
    assert!(said.contains("expected a passphrase of 1 to 1024 bytes"), "{said}");
    let (exit, said) =
        in_a_dialogue(&world, change, &[(first, "correct horse\n"), (again, "correct horse\n")]);
    assert_eq!(exit, Some(0), "{said}");
    assert!(said.contains("opened by  a passphrase") && !said.contains("horse"), "{said}");

    let show = "show 7 --party a";
    let (exit, said) = in_a_dialogue(&world, show, &[(asks, "correct horse\n")]);
    assert_eq!(exit, Some(0), "{said}");
    assert!(said.contains("dt-0007-antivirus-update") && !said.contains("horse"), "{said}");
    let (exit, said) = in_a_dialogue(&world, show, &[(asks, "correct house\n")]);
    assert_eq!(exit, Some(2), "{said}");
    assert!(
        said.contains("expected the passphrase of this vault, got another") && !said.contains("house"),
        "{said}"
    );
}

#[test]
fn colour_is_for_terminals_and_says_nothing_by_itself() {
    let world = World::new();
    let verify = "verify p.json --policy b/trusted/a.policy";
    let plain = world.detente(verify).output().unwrap();
    assert!(!plain.stdout.contains(&0x1b), "colours in a pipe");
    let coloured = world.detente(verify).env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(coloured.stdout.contains(&0x1b), "no colours although they are forced");
    assert_eq!(anstream::adapter::strip_str(&text(&coloured.stdout)).to_string(), text(&plain.stdout));
    let (exit, said) = at_a_terminal(&world, verify, "");
    assert_eq!(exit, Some(0), "{said}");
    assert!(said.contains("\u{1b}[1m\u{1b}[33mUNWITNESSED"), "{said:?}");
    for arguments in [
        "verify p.json --policy b/share/b.policy",
        "doctor --party a",
        "log check a/log",
        "show 7 --party a --unlock a.key",
    ] {
        let plain = world.detente(arguments).output().unwrap();
        let coloured = world.detente(arguments).env("CLICOLOR_FORCE", "1").output().unwrap();
        let stripped = |bytes: &[u8]| anstream::adapter::strip_str(&text(bytes)).to_string();
        assert_ne!((&coloured.stdout, &coloured.stderr), (&plain.stdout, &plain.stderr), "{arguments}");
        assert_eq!(stripped(&coloured.stdout), text(&plain.stdout), "{arguments}");
        assert_eq!(stripped(&coloured.stderr), text(&plain.stderr), "{arguments}");
        let json = world.detente(&format!("{arguments} --json")).env("CLICOLOR_FORCE", "1").output().unwrap();
        assert!(!json.stdout.contains(&0x1b), "{arguments}: colours in JSON");
    }
    let refused = world
        .command("script")
        .env("NO_COLOR", "1")
        .args(["--quiet", "--return", "--command", &format!("detente {verify}"), "/dev/null"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(!refused.stdout.contains(&0x1b), "NO_COLOR: {}", text(&refused.stdout));
}

#[test]
fn json_and_people_get_the_same_exit_code() {
    let world = World::new();
    let cases = [
        ("verify p.json --policy b/trusted/a.policy", 0),
        ("verify p.json --policy b/share/b.policy", 1),
        ("verify p.json --policy p.json", 2),
        ("verify missing --policy b/trusted/a.policy", 2),
        ("verify w/known.json --policy w/w.policy", 0),
        ("verify w/conflict.json --policy w/w.policy", 3),
        ("log check a/log", 0),
        ("log check a/share", 2),
        ("explain p.json", 0),
        ("explain reports.jsonl", 2),
        ("entries --party a", 0),
        ("entries --party b/trusted", 2),
        ("entries --party a --kind incident.report", 2),
        ("show 7 --party a --unlock a.key", 0),
        ("show 99 --party a --unlock a.key", 2),
        ("receipt 7 --party a", 0),
        ("receipt 99 --party a", 2),
        ("amend --party a --unlock a.key reports.jsonl", 0),
        ("sets save first --party a --field id --force", 0),
        ("sets show nobody --party a", 2),
        ("man man1", 0),
        ("disclose 7 --party a --unlock a.key --field nothing --to b.example --out n.json", 1),
        ("commit --party a --unlock a.key reports.jsonl", 1),
        ("init --party a --origin a.example/log --unlock a.key", 2),
        ("verify", 2),
    ];
    for (arguments, exit) in cases {
        let people = world.detente(arguments).output().unwrap();
        let machine = world.detente(&format!("{arguments} --json")).output().unwrap();
        assert_eq!(people.status.code(), Some(exit), "{arguments}");
        assert_eq!(machine.status.code(), Some(exit), "{arguments} --json");
        assert_eq!(text(&machine.stderr), "", "{arguments} --json");
        // One object in canonical form and one line feed, nothing else.
        let value = Value::parse_file(&machine.stdout).unwrap();
        let failed = value.as_object().unwrap()["detente"].as_str() == Some("failure/v1");
        assert_eq!(failed, exit != 0, "{arguments}");
        assert_eq!(
            people.stdout.is_empty(),
            exit != 0,
            "{arguments}: a failure says nothing on standard output"
        );
    }
}
