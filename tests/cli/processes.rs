//! What a transcript cannot show: a reader that leaves, another process, an end in the middle.

use std::{
    fs::File,
    io::Read as _,
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
