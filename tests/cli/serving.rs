//! Servers as processes: the line that says where they are, a few answers, and the end by a signal.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    process::{Child, ChildStdout, Output, Stdio},
    time::Duration,
};

use detente_core::json::{Object, Value};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustix::process::{Pid, Signal, kill_process};
use sha2::Digest as _;

use crate::{command::World, schema};

/// A server that is at work. It is ended when a test stops half-way.
pub(crate) struct Server {
    child: Option<Child>,
    stdout: BufReader<ChildStdout>,
    started: Object,
}

impl Server {
    pub(crate) fn start(world: &World, arguments: &str) -> Self {
        let mut child = world
            .detente(&format!("{arguments} --json"))
            // The certificate of a witness in these tests is its own root.
            .env("SSL_CERT_FILE", world.path().join("w1.pem"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let started = Value::parse_file(line.as_bytes())
            .unwrap_or_else(|error| panic!("{arguments}: {error}: {line:?}, {:?}", child.wait()));
        schema::check(&started);
        Self { child: Some(child), stdout, started: started.as_object().unwrap().clone() }
    }

    /// A member of the line that it started with.
    pub(crate) fn member(&self, name: &str) -> &str {
        self.started[name].as_str().unwrap()
    }

    /// Where clients find it.
    pub(crate) fn url(&self) -> &str {
        self.started["url"].as_str().unwrap()
    }

    fn address(&self, member: &str) -> SocketAddr {
        self.started[member].as_str().unwrap().strip_prefix("http://").unwrap().parse().unwrap()
    }

    pub(crate) fn get(&self, member: &str, path: &str, header: &str) -> (u16, Vec<u8>) {
        let request = format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{header}\r\n");
        ask(self.address(member), request.as_bytes())
    }

    pub(crate) fn end(mut self, signal: Signal) -> (Output, String) {
        let child = self.child.take().unwrap();
        kill_process(Pid::from_child(&child), signal).unwrap();
        let mut rest = String::new();
        self.stdout.read_to_string(&mut rest).unwrap();
        (child.wait_with_output().unwrap(), rest)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn ask(address: SocketAddr, request: &[u8]) -> (u16, Vec<u8>) {
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    socket.write_all(request).unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
    let status = core::str::from_utf8(&answer[9..12]).unwrap().parse().unwrap();
    (status, answer[end + 4..].to_vec())
}

pub(crate) const LOG: &str =
    "log serve a/log --party a --unlock a.key --listen 127.0.0.1:0 --admin 127.0.0.1:0";

#[test]
fn a_log_is_served_until_it_is_told_to_stop() {
    for signal in [Signal::TERM, Signal::INT] {
        let world = World::new();
        let server = Server::start(&world, LOG);
        let note = std::fs::read(world.path().join("a/log/checkpoint")).unwrap();
        assert_eq!(server.get("url", "/checkpoint", ""), (200, note));
        assert_eq!(server.get("admin", "/health", ""), (200, b"ok\n".to_vec()));
        assert_eq!(server.get("url", "/tile/0/000.p/13", "").0, 404);
        // Nobody else writes meanwhile.
        let second = world.detente(LOG).output().unwrap();
        assert_eq!(second.status.code(), Some(2));
        let said = String::from_utf8(second.stderr).unwrap();
        assert!(said.starts_with("UNAVAILABLE a/log/lock: expected a log without a writer"), "{said}");
        assert!(said.contains("--read-only serves it beside that one"), "{said}");
        let (output, rest) = server.end(signal);
        assert_eq!((output.status.code(), rest.as_str()), (Some(0), ""));
        for line in String::from_utf8(output.stderr).unwrap().lines() {
            let line = Value::parse(line.as_bytes()).unwrap();
            assert!(line.as_object().unwrap().contains_key("what"), "one object a line");
        }
        let commit = world
            .detente("commit --party a --unlock a.key --duplicates amend reports.jsonl")
            .output()
            .unwrap();
        assert_eq!(commit.status.code(), Some(0), "the lock was given back");
    }
}

#[test]
fn a_private_log_lets_in_whom_the_access_file_lists() {
    let world = World::new();
    let add = world.detente("log access add b.example --file access.json --json").output().unwrap();
    let added = Value::parse_file(&add.stdout).unwrap();
    let token = added.as_object().unwrap()["token"].as_str().unwrap().to_owned();
    let read_only = "log serve a/log --read-only --listen 127.0.0.1:0 --access access.json --quiet";
    let server = Server::start(&world, read_only);
    assert_eq!(server.get("url", "/checkpoint", "").0, 401);
    assert_eq!(server.get("url", "/checkpoint", &format!("Authorization: Bearer {token}\r\n")).0, 200);
    let (output, _) = server.end(Signal::TERM);
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), b"".as_slice()), "quiet is quiet");
}

/// A policy that asks for one witness, and its companion, which makes it neutral.
pub(crate) fn write_policy(world: &World, vkey: &str, url: &str) {
    let own = std::fs::read_to_string(world.path().join("b/trusted/a.policy")).unwrap();
    let log = own.lines().find(|line| line.starts_with("log ")).unwrap();
    let policy = format!("{log}\nwitness w1 {vkey} {url}\nquorum w1\n");
    let digest = detente_core::Digest::from_bytes(sha2::Sha256::digest(&policy).into());
    let companion = Value::from([
        ("f", 0_u32.into()),
        ("mirror_quorum", "none".into()),
        ("mirrors", Vec::<Value>::new().into()),
        ("operators", Value::from([("w1", "institute".into())])),
        ("parties", vec![Value::from("a.example")].into()),
        ("policy", digest.to_string().into()),
    ]);
    std::fs::write(world.path().join("w1.policy"), policy).unwrap();
    std::fs::write(world.path().join("w1.policy.json"), companion.to_file()).unwrap();
}

/// The entry of an index of the fixture's log.
fn entry(world: &World, index: usize) -> Vec<u8> {
    let bundle = std::fs::read(world.path().join("a/log/tile/entries/000.p/12")).unwrap();
    let mut rest = bundle.as_slice();
    for _ in 0..index {
        rest = &rest[2 + usize::from(u16::from_be_bytes([rest[0], rest[1]]))..];
    }
    rest[2..2 + usize::from(u16::from_be_bytes([rest[0], rest[1]]))].to_vec()
}

fn add(server: &Server, entry: &[u8]) -> (u16, Vec<u8>) {
    let head = format!(
        "POST /add HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/octet-stream\r\n\
         Content-Length: {}\r\n\r\n",
        entry.len()
    );
    ask(server.address("url"), &[head.as_bytes(), entry].concat())
}

/// A log whose last batch was committed and never signed, as a crash leaves it: the next start has to publish it.
pub(crate) fn forget_note(world: &World, size: u64) {
    let log = world.path().join("a/log");
    std::fs::remove_file(log.join(format!("history/{size}"))).unwrap();
    std::fs::copy(log.join(format!("history/{}", size - 1)), log.join("checkpoint")).unwrap();
}

#[test]
fn a_log_asks_its_witness_by_the_address_in_the_policy() {
    for secure in [false, true] {
        let world = World::new();
        let made = world.detente("witness init --witness w1 --name w1.example --log b/trusted/a.policy");
        assert!({ made }.output().unwrap().status.success());
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        std::fs::write(world.path().join("w1.pem"), cert.pem()).unwrap();
        std::fs::write(world.path().join("w1-key.pem"), signing_key.serialize_pem()).unwrap();
        let tls = if secure { " --tls-cert w1.pem --tls-key w1-key.pem" } else { "" };
        let witness = Server::start(&world, &format!("witness serve w1 --listen 127.0.0.1:0{tls}"));
        let (vkey, url) =
            (witness.started["vkey"].as_str().unwrap(), witness.started["url"].as_str().unwrap());
        assert_eq!(url.starts_with("https://"), secure);
        write_policy(&world, vkey, &url.replace("https://127.0.0.1", "https://localhost"));
        let genesis = entry(&world, 0);
        forget_note(&world, 12);
        let server = Server::start(&world, &format!("{LOG} --policy w1.policy"));
        let (status, receipt) = add(&server, &genesis);
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&receipt));
        let note = server.get("url", "/checkpoint", "").1;
        assert!(receipt.starts_with(b"c2sp.org/tlog-proof@v1\nextra ") && receipt.ends_with(&note));
        let note = String::from_utf8(note).unwrap();
        assert!(note.contains("\n12\n") && note.contains("\n— w1.example "), "{note}");
        assert!(server.end(Signal::TERM).0.status.success());
        assert!(witness.end(Signal::INT).0.status.success());
        let verify = world.detente("log check a/log --policy w1.policy").output().unwrap();
        assert!(String::from_utf8(verify.stdout).unwrap().ends_with("VERIFIED\n"));
    }
}
