//! What a running command lets others see of its memory: nothing, not even when it crashes.

#![cfg(target_os = "linux")]

use std::{
    fs,
    io::Write as _,
    process::{Child, Stdio},
    time::Duration,
};

use crate::command::World;

/// A command that waits for reports.
fn waiting(world: &World) -> Child {
    let mut command = world.detente("commit --party a --unlock a.key -");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn no_core_file_and_no_look_into_the_memory() {
    let world = World::new();
    let mut child = waiting(&world);
    let proc = |file: &str| format!("/proc/{}/{file}", child.id());
    // Soft and hard: the soft one may be 0 where the tests run.
    let limited = || {
        fs::read_to_string(proc("limits")).is_ok_and(|limits| {
            let core = limits.lines().find(|line| line.starts_with("Max core file size"));
            core.is_some_and(|line| line.split_whitespace().skip(4).take(2).eq(["0", "0"]))
        })
    };
    for _ in 0..200 {
        if limited() {
            break;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    let limits = fs::read_to_string(proc("limits")).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    let words: Vec<&str> = core.split_whitespace().collect();
    assert_eq!(words[4..6], ["0", "0"], "soft and hard limit: {core}");
    // A process that is not dumpable belongs to root in /proc, whoever runs it (proc(5)).
    use std::os::unix::fs::MetadataExt as _;
    assert_eq!(fs::metadata(proc("mem")).unwrap().uid(), 0);

    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(b"{\"incident_id\":\"n-memory\"}\n").unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{output:?}");
}
