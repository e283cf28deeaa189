//! A log folder that is not what the party left: nobody serves it on, and nothing of it is signed.

use std::{fs, path::Path, process::Output, time::Duration};

use rustix::process::Signal;

use crate::{
    command::World,
    serving::{LOG, Server, forget_note, write_policy},
};

/// A copy with the modes of all files.
fn copy(world: &World, from: &str, to: &str) {
    let path = world.path().join(to);
    if path.exists() {
        fs::remove_dir_all(&path).unwrap();
    }
    assert!(world.command("cp").args(["-a", from, to]).status().unwrap().success());
}

fn commit(world: &World, id: &str) {
    fs::write(world.path().join("one.jsonl"), format!("{{\"incident_id\":\"{id}\"}}\n")).unwrap();
    let output = world.detente("commit --party a --unlock a.key one.jsonl").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn size(log: &Path) -> String {
    fs::read_to_string(log.join("state")).unwrap().lines().next().unwrap().to_owned()
}

/// It does not start, and leaves the log as it is.
fn refuse(world: &World, arguments: &str, exit: i32, code: &str, says: &str) {
    let log = world.path().join("a/log");
    let before = (size(&log), fs::read(log.join("checkpoint")).unwrap());
    let Output { status, stdout, stderr } = world.detente(arguments).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert!(stdout.is_empty(), "it serves");
    assert_eq!(status.code(), Some(exit), "{said}");
    // Log lines come before the failure.
    let failure = said.lines().find(|line| line.starts_with(code));
    assert!(failure.is_some_and(|line| line.contains(says)), "{said}");
    assert_eq!((size(&log), fs::read(log.join("checkpoint")).unwrap()), before);
}

#[test]
fn a_party_that_was_restored_whole_is_known_by_its_witness() {
    let world = World::new();
    let made = world.detente("witness init --witness w1 --name w1.example --log b/trusted/a.policy");
    assert!({ made }.output().unwrap().status.success());
    let witness = Server::start(&world, "witness serve w1 --listen 127.0.0.1:0");
    write_policy(&world, witness.member("vkey"), witness.url());
    let serve = format!("{LOG} --policy w1.policy");
    // The backup: log and vault together, so that nothing on this disk knows better.
    copy(&world, "a", "a.old");
    commit(&world, "restored-1");
    forget_note(&world, 13);
    let server = Server::start(&world, &serve);
    let published = || String::from_utf8(server.get("url", "/checkpoint", "").1).unwrap().contains("\n13\n");
    assert!((0..600).any(|_| published() || {
        std::thread::sleep(Duration::from_millis(50));
        false
    }));
    assert!(server.end(Signal::TERM).0.status.success());

    copy(&world, "a.old", "a");
    refuse(&world, &serve, 2, "LOG-ROLLED-BACK", "expected size 13 with the root that w1 knows, got size 12");
    // It went on without its witness, and is a fork by now.
    commit(&world, "restored-2");
    refuse(&world, &serve, 2, "LOG-ROLLED-BACK", "at size 13, which w1 shows");
    commit(&world, "restored-3");
    refuse(&world, &serve, 2, "LOG-ROLLED-BACK", "this is a fork of the log");
    assert!(witness.end(Signal::TERM).0.status.success());
}

#[test]
fn a_log_that_was_restored_alone_is_known_by_its_vault() {
    let world = World::new();
    copy(&world, "a/log", "log.old");
    commit(&world, "restored-1");
    copy(&world, "a/log", "log.new");
    copy(&world, "log.old", "a/log");
    refuse(&world, LOG, 2, "LOG-BEHIND-VAULT", "12");
    copy(&world, "log.new", "a/log");
    let server = Server::start(&world, LOG);
    assert!(server.end(Signal::TERM).0.status.success());
}

#[test]
fn one_key_serves_one_folder() {
    let world = World::new();
    copy(&world, "a/log", "copy");
    let other = LOG.replace("a/log", "copy");
    refuse(&world, &other, 2, "MISUSE", "expected the log of this party, a/log");
    // By whatever way it is reached.
    let server = Server::start(&world, &LOG.replace("a/log", "b/../a/log"));
    assert!(server.end(Signal::TERM).0.status.success());
}

#[test]
fn a_note_of_somebody_else_is_not_gone_on_from() {
    let world = World::new();
    let log = world.path().join("a/log");
    let note = fs::read_to_string(log.join("checkpoint")).unwrap();
    let start = note.rfind(' ').unwrap();
    // A bit of the signature, behind the four bytes of the key id.
    let place = start + 20;
    let other = if &note[place..=place] == "A" { "B" } else { "A" };
    let forged = format!("{}{other}{}", &note[..place], &note[place + 1..]);
    fs::write(log.join("checkpoint"), &forged).unwrap();
    fs::write(log.join("history/12"), &forged).unwrap();
    refuse(&world, LOG, 1, "INVALID-LOG-SIGNATURE", "checkpoint");
}
