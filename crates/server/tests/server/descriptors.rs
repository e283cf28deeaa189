//! A process with few file descriptors, flooded with connections. It is one of its own, since the limit is the process's.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Child, Command, Stdio},
    time::Duration,
};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::{
    scene::{OCTETS, Party, Served, receipt, scratch},
    wire::{get, post},
};

/// Says that this is the process with the limit, and what the limit is.
const LIMIT: &str = "DETENTE_TEST_DESCRIPTORS";

/// Runs in the child: serves until its standard input ends.
#[test]
#[allow(clippy::print_stdout, reason = "the parent reads it")]
fn the_process_with_the_limit() {
    let Some(limit) = std::env::var(LIMIT).ok().map(|limit| limit.parse::<u64>().unwrap()) else { return };
    setrlimit(Resource::Nofile, Rlimit { current: Some(limit.min(200)), maximum: Some(limit) }).unwrap();
    let (party, folder) = (Party::new(), scratch());
    party.create(&folder.path().join("log"), &[1, 300]);
    let unusual = crate::scene::Unusual::default();
    match crate::scene::serve(&party, &folder.path().join("log"), unusual) {
        Ok(running) => {
            println!("\nserving {} {}", running.address(), getrlimit(Resource::Nofile).current.unwrap());
            std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
            running.stop().unwrap();
            println!("\nended in order");
        }
        Err(error) => println!("\nrefused {} {error}", error.code()),
    }
}

/// A child with this limit, and what it says first.
fn child(limit: u64) -> (Child, String) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["descriptors::the_process_with_the_limit", "--exact", "--nocapture"])
        .env(LIMIT, limit.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let said = said(&mut child, &["serving ", "refused "]);
    (child, said)
}

fn said(child: &mut Child, words: &[&str]) -> String {
    let mut lines = BufReader::new(child.stdout.as_mut().unwrap()).lines();
    let is_it = |line: &String| words.iter().any(|word| line.starts_with(word));
    lines
        .by_ref()
        .map(Result::unwrap)
        .find(is_it)
        .unwrap_or_else(|| panic!("the child said none of {words:?}"))
}

#[test]
fn a_flood_of_connections_leaves_the_log_its_descriptors() {
    let (mut child, said_first) = child(400);
    let mut words = said_first.split(' ').skip(1);
    let address: SocketAddr = words.next().unwrap().parse().unwrap();
    assert_eq!(words.next(), Some("400"), "the soft limit is raised to the hard one");
    let party = Party::new();
    let policy = party.policy();
    for round in 0..3 {
        // More than there are descriptors, each with the beginning of a request.
        let mut flood = Vec::new();
        for _ in 0..500 {
            let mut socket = TcpStream::connect(address).unwrap();
            let _ = socket.write_all(b"GET /checkpoint HTTP/1.1\r\nHost: a\r\n");
            flood.push(socket);
        }
        std::thread::sleep(Duration::from_millis(200));
        // Room for one again; the other places stay taken.
        flood.retain({
            let mut number = 0;
            move |_| {
                number += 1;
                number > 40
            }
        });
        let entry = party.sealed(1000 + round);
        let mut reply = None;
        for _ in 0..100 {
            reply = crate::wire::send(address, &crate::wire::request("POST", "/add", &[OCTETS], &entry));
            if reply.is_some() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        assert_eq!(receipt(&reply.unwrap(), &entry, &policy).0, 300 + round);
        drop(flood);
    }
    assert_eq!(get(address, "/tile/0/000").status, 200);
    assert_eq!(post(address, "/add", &[OCTETS], &party.sealed(2000)).status, 200);
    drop(child.stdin.take());
    said(&mut child, &["ended in order"]);
    assert!(child.wait().unwrap().success());
}

#[test]
fn with_next_to_none_nothing_is_served() {
    let (mut child, said) = child(100);
    assert!(
        said.starts_with("refused UNAVAILABLE file descriptors: expected a limit of 272 or more, got 100"),
        "{said}"
    );
    child.wait().unwrap();
}

#[test]
fn with_many_the_limit_of_the_spec_stays() {
    let served = Served::at(&[1]);
    assert_eq!(get(served.address(), "/checkpoint").status, 200);
    let limit = getrlimit(Resource::Nofile);
    let (now, most) = (limit.current.unwrap_or(u64::MAX), limit.maximum.unwrap_or(u64::MAX));
    assert!(now >= most.min(2304), "raised towards what 1,024 connections need: {now} of {most}");
}
