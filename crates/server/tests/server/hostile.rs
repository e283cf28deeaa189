//! Clients that mean harm within the rules of HTTP, or at their edge.

use std::{
    io::{Read as _, Write as _},
    net::Shutdown,
    time::{Duration, Instant},
};

use detente_checkpoint::{KeyType, NoteKey, SigningKey};
use detente_core::LogId;
use detente_log::Options;
use detente_server::{Limits, Running, TlsFiles};
use detente_statement::{GenesisDraft, Signer};

use crate::{
    scene::{OCTETS, Party, Served, Unusual, receipt, scratch, serve, short, until},
    wire::{connect, get, get_with, post, read, request, send},
};

const POST: &str = "POST /add HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\n";

fn with_limits(limits: Limits) -> Served {
    Served::with(&[300], |_| {
        let mut unusual = Unusual::default();
        unusual.around.limits = limits;
        unusual.around.admin = Some(unusual.around.listen);
        unusual
    })
}

fn is_open(admin: &Running, count: usize) -> bool {
    let page = get(admin.admin().unwrap(), "/metrics");
    page.text().contains(&format!("\ndetente_connections {count}\n"))
}

/// Writes until the other end closes, which it has to do soon.
fn trickles(served: &Served, begun: &str, piece: &str) {
    let mut socket = connect(served.address());
    socket.write_all(begun.as_bytes()).unwrap();
    let start = Instant::now();
    while socket.write_all(piece.as_bytes()).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(20), "{begun:?}: waited for without end");
        std::thread::sleep(Duration::from_millis(30));
    }
}

#[test]
fn what_trickles_is_too_slow_however_steady() {
    let served = with_limits(short());
    trickles(&served, "GET /checkpoint HTTP/1.1\r\nHost: a\r\nx: ", "y");
    trickles(&served, "", "\r\n");
    let chunked = format!("{POST}Transfer-Encoding: chunked\r\n\r\n");
    trickles(&served, &chunked, "1\r\nx\r\n");
    trickles(&served, &format!("{chunked}1;"), "x");
    trickles(&served, &format!("{chunked}0\r\n"), "x: y\r\n");
    until("all are closed", || is_open(&served.running, 0));
}

#[test]
fn a_connection_that_rests_between_requests_is_closed() {
    let served = with_limits(short());
    let mut socket = connect(served.address());
    for _ in 0..2 {
        socket.write_all(b"GET /history HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        let mut part = [0; 4096];
        let length = socket.read(&mut part).unwrap();
        assert!(part[..length].starts_with(b"HTTP/1.1 200 OK"));
    }
    let start = Instant::now();
    assert!(read(&mut socket).is_none_or(|reply| reply.status == 408));
    assert!(start.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_body_that_is_mostly_frame_is_refused() {
    let served = with_limits(Limits::default());
    let chunked = format!("{POST}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n");
    let extension = format!("{chunked}1;{}\r\nx\r\n0\r\n\r\n", "x".repeat(1 << 20));
    let extensions = format!("{chunked}{}0\r\n\r\n", format!("1;{}\r\nx\r\n", "x".repeat(1000)).repeat(1000));
    let trailers = format!("{chunked}1\r\nx\r\n0\r\n{}\r\n", "x: y\r\n".repeat(100_000));
    let trailer = format!("{chunked}1\r\nx\r\n0\r\nx: {}\r\n\r\n", "y".repeat(1 << 20));
    let size = format!("{chunked}ffffffffffffffffff\r\nx");
    for (what, bytes) in [
        ("an extension", extension),
        ("extensions", extensions),
        ("trailers", trailers),
        ("a trailer", trailer),
        ("a chunk beyond counting", size),
    ] {
        let reply = send(served.address(), bytes.as_bytes());
        assert!(reply.as_ref().is_none_or(|reply| (400..500).contains(&reply.status)), "{what}: {reply:?}");
    }
    assert_eq!(get(served.address(), "/history").text(), "300\n");
}

#[test]
fn no_second_request_hides_in_a_first_one() {
    let served = with_limits(Limits::default());
    let hidden = "GET /history HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let entry = "0\r\n\r\n";
    for (what, head) in [
        ("both lengths", "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"),
        ("both, the other way round", "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"),
        ("a longer length", "Transfer-Encoding: chunked\r\nContent-Length: 70\r\n"),
        ("chunked twice", "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
        ("another coding", "Transfer-Encoding: xchunked\r\n"),
        ("a coding after chunked", "Transfer-Encoding: chunked, identity\r\n"),
        ("a space before the colon", "Transfer-Encoding : chunked\r\n"),
        ("a folded line", "X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 5, 6\r\n"),
        ("a signed length", "Content-Length: +5\r\n"),
        ("two lengths", "Content-Length: 5\r\nContent-Length: 6\r\n"),
        ("a list of lengths", "Content-Length: 5, 6\r\n"),
        ("a hexadecimal length", "Content-Length: 0x5\r\n"),
        ("a length of 2^64 and 5", "Content-Length: 18446744073709551621\r\n"),
    ] {
        let bytes = format!("{POST}{head}\r\n{entry}{hidden}");
        let mut socket = connect(served.address());
        socket.write_all(bytes.as_bytes()).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut answer = Vec::new();
        let _ = socket.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        assert!(!answer.contains("300\n"), "{what}: the hidden request was answered: {answer}");
        assert!(answer.matches("HTTP/1.1 ").count() <= 1, "{what}: {answer}");
    }
    let old = format!("POST /add HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n{entry}{hidden}");
    assert!(send(served.address(), old.as_bytes()).is_none_or(|reply| reply.status == 400));
}

#[test]
fn many_requests_in_one_go_are_answered_one_after_the_other() {
    let served = with_limits(short());
    let one = "GET /tile/0/000 HTTP/1.1\r\nHost: a\r\n\r\n";
    // Nobody reads the answers: 8 KiB each, until the system's buffers are full and the time is over.
    let mut socket = connect(served.address());
    socket.set_write_timeout(Some(Duration::from_secs(20))).unwrap();
    let start = Instant::now();
    while socket.write_all(one.repeat(100).as_bytes()).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(20), "requests without answers are taken without end");
    }
    until("closed", || is_open(&served.running, 0));
    let last = "GET /history HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    let reply = send(served.address(), format!("{}{last}", one.repeat(50)).as_bytes()).unwrap();
    assert!(reply.body.ends_with(b"\r\n\r\n300\n"), "in order, to whoever reads");
}

#[test]
fn a_half_closed_connection_holds_nothing() {
    let served = with_limits(Limits { arrival: Duration::from_secs(60), ..Limits::default() });
    for begun in ["", "GET /check", &format!("{POST}Content-Length: 10\r\n\r\n0123")] {
        let mut socket = connect(served.address());
        socket.write_all(begun.as_bytes()).unwrap();
        socket.shutdown(Shutdown::Write).unwrap();
        let start = Instant::now();
        assert!(read(&mut socket).is_none_or(|reply| reply.status == 400), "{begun:?}");
        assert!(start.elapsed() < Duration::from_secs(20), "{begun:?}: no time-out was waited for");
    }
    until("none is held", || is_open(&served.running, 0));
}

#[test]
fn a_handshake_that_stalls_ends() {
    let folder = scratch();
    let made = rcgen::generate_simple_self_signed(["log.example".to_owned()]).unwrap();
    let files = TlsFiles { certificate: folder.path().join("chain.pem"), key: folder.path().join("key.pem") };
    std::fs::write(&files.certificate, made.cert.pem()).unwrap();
    std::fs::write(&files.key, made.signing_key.serialize_pem()).unwrap();
    let served = Served::with(&[14], |_| {
        let mut unusual = Unusual::default();
        unusual.around.limits = short();
        unusual.around.tls = Some(files);
        unusual.around.admin = Some(unusual.around.listen);
        unusual
    });
    // Nothing; the beginning of a hello; a hello that says that 16 KiB follow.
    for begun in [&b""[..], &[22, 3, 1], &[22, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc]] {
        let start = Instant::now();
        let mut socket = connect(served.address());
        socket.write_all(begun).unwrap();
        read(&mut socket);
        assert!(start.elapsed() < Duration::from_secs(20), "{begun:?}");
    }
    let start = Instant::now();
    let mut socket = connect(served.address());
    socket.write_all(&[22, 3, 1, 0x40, 0, 1, 0, 0x3f, 0xfc]).unwrap();
    while socket.write_all(&[0]).is_ok() {
        assert!(start.elapsed() < Duration::from_secs(20), "a byte now and then buys no time");
        std::thread::sleep(Duration::from_millis(30));
    }
    until("closed", || is_open(&served.running, 0));
}

#[test]
fn a_packed_body_is_never_unpacked() {
    let served = with_limits(Limits::default());
    let entry = served.party.sealed(1);
    for coding in ["gzip", "x-gzip", "deflate", "br", "identity, gzip", "GZIP"] {
        let reply = post(served.address(), "/add", &[OCTETS, ("Content-Encoding", coding)], &entry);
        assert_eq!((reply.status, reply.code().as_str()), (415, "MISUSE"), "{coding}");
    }
    let twice = [OCTETS, ("Content-Encoding", "identity"), ("Content-Encoding", "gzip")];
    assert_eq!(post(served.address(), "/add", &twice, &entry).status, 415, "the second one counts too");
    let chunked = [OCTETS, ("Transfer-Encoding", "gzip, chunked")];
    let reply = send(served.address(), &request("GET", "/history", &chunked, b""));
    assert!(reply.is_none_or(|reply| reply.status != 200 || reply.text() == "300\n"));
}

#[test]
fn ranges_at_the_edge_are_one_part_or_none() {
    let served = with_limits(Limits::default());
    let whole = get(served.address(), "/history/300").body;
    let many = format!("bytes={}", vec!["0-0"; 1500].join(","));
    for (range, status) in [
        ("bytes=0-18446744073709551615", 206),
        ("bytes=18446744073709551615-", 416),
        ("bytes=18446744073709551616-18446744073709551617", 416),
        ("bytes=-18446744073709551616", 206),
        ("bytes=0-0,0-0", 200),
        (many.as_str(), 200),
        ("bytes=0--1", 200),
        ("bytes= 0-1", 200),
        ("BYTES=0-1", 200),
    ] {
        let reply = get_with(served.address(), "/history/300", &[("Range", range)]);
        assert_eq!(reply.status, status, "{range}");
        if status != 416 {
            assert!(reply.body == whole, "{range}: all of it, or nothing but all of it");
        }
    }
}

#[test]
fn one_address_has_its_share_of_connections() {
    let served = with_limits(Limits { connections_each: 3, ..Limits::default() });
    let held = [connect(served.address()), connect(served.address()), connect(served.address())];
    until("all are in", || is_open(&served.running, 3));
    assert!(read(&mut connect(served.address())).is_none(), "the others are kept for others");
    drop(held);
    until("room again", || {
        send(served.address(), &request("GET", "/checkpoint", &[], b""))
            .is_some_and(|reply| reply.status == 200)
    });
}

#[test]
fn long_answers_that_nobody_reads_take_so_much_memory_and_no_more() {
    // More than the system holds for a socket.
    let long = 12 << 20;
    // Room for eight of them, two for one address.
    let served = with_limits(Limits { answers: 8 * long, ..Limits::default() });
    std::fs::write(served.log().join("tile/entries/000"), vec![b'x'; long]).unwrap();
    let mut sockets: Vec<_> = (0..2).map(|_| connect(served.address())).collect();
    for socket in &mut sockets {
        socket.write_all(b"GET /tile/entries/000 HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        let mut begun = [0; 15];
        socket.read_exact(&mut begun).unwrap();
        assert_eq!(&begun, b"HTTP/1.1 200 OK");
    }
    let head = || send(served.address(), &request("HEAD", "/tile/entries/000", &[], b"")).unwrap();
    let third = head();
    assert_eq!((third.status, third.header("retry-after")), (503, Some("1")));
    assert_eq!(get(served.address(), "/checkpoint").status, 200, "short ones are answered");
    // Whoever reads, or goes, gives it back.
    drop(sockets);
    for _ in 0..3 {
        until("given back", || get(served.address(), "/tile/entries/000").body.len() == long);
    }
}

#[test]
fn replays_of_what_is_public_crowd_nobody_out() {
    let served = Served::with(&[1, 300], |_| Unusual {
        options: Options { max_wait: Duration::from_secs(600), queue: 2, ..Options::default() },
        ..Unusual::default()
    });
    let address = served.address();
    until("published", || served.add(&served.party.sealed(7)).status == 200);
    for number in 1..50 {
        let entry = served.party.sealed(number);
        let reply = post(address, "/add?wait=0", &[OCTETS], &entry);
        assert_eq!((reply.status, reply.body.len()), (202, 0));
        assert_eq!(receipt(&served.add(&entry), &entry, &served.party.policy()), (number, 300));
    }
    // The queue is empty all the same; what waits there once waits there once.
    for _ in 0..20 {
        for number in [400, 401] {
            let reply = post(address, "/add?wait=0", &[OCTETS], &served.party.sealed(number));
            assert_eq!(reply.status, 202);
        }
    }
    assert_eq!(post(address, "/add?wait=0", &[OCTETS], &served.party.sealed(402)).status, 503);
    let log = served.log();
    served.running.stop().unwrap();
    assert!(log.join("history/302").is_file());
}

#[test]
fn an_empty_log_is_its_partys_and_nobody_elses() {
    let (party, folder) = (Party::new(), scratch());
    party.create(&folder.path().join("log"), &[]);
    let unusual = || Unusual { log: Some(party.log()), ..Unusual::default() };
    let running = serve(&party, &folder.path().join("log"), unusual()).unwrap();
    let add = |entry: &[u8]| post(running.address(), "/add", &[OCTETS], entry);
    let key = |seed: u8| SigningKey::from_seed(&[seed; 32]);
    for (checkpoint, code) in [(key(99), "UNKNOWN-LOG"), (crate::scene::checkpoint_key(), "LOG-MISMATCH")] {
        let draft = GenesisDraft {
            origin: party.origin.clone(),
            party: "Somebody Else".to_owned(),
            checkpoint_key: NoteKey::new(party.origin.key_name().clone(), KeyType::Log, checkpoint.public()),
            authors: vec![key(50).public()],
            sealing: key(51).public(),
            recovery: key(52).public(),
            predecessor: None,
            nonce: [5; 16],
            random: [6; 32],
        };
        let reply = add(&Signer::genesis(&key(50), &draft).unwrap());
        assert_eq!((reply.status, reply.code().as_str()), (403, code));
    }
    assert_eq!(add(&party.genesis).status, 200);
    running.stop().unwrap();
    // Nor is a log served in the name of a party that did not begin it.
    let other = LogId::new(detente_core::Digest::from_bytes([1; 32]));
    let refused =
        serve(&party, &folder.path().join("log"), Unusual { log: Some(other), ..Unusual::default() });
    assert_eq!(refused.unwrap_err().code(), detente_core::Code::Misuse);
}
