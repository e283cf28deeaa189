//! Clients that break the rules of HTTP, or take their time.

use std::{
    io::Write as _,
    time::{Duration, Instant},
};

use crate::{
    scene::{Served, Unusual, short, until},
    wire::{connect, get, read, send},
};

fn impatient() -> Served {
    Served::with(&[14], |_| {
        let mut unusual = Unusual::default();
        unusual.around.limits = short();
        unusual
    })
}

#[test]
fn what_is_no_request_is_refused_and_the_connection_ends() {
    let served = impatient();
    let head = "GET /checkpoint HTTP/1.1\r\nHost: a\r\n";
    let post = "POST /add HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\n";
    let long = "x".repeat(20_000);
    let many: String = (0..200).map(|number| format!("x{number}: y\r\n")).collect();
    for (what, bytes) in [
        ("noise", "noise\r\n\r\n".to_owned()),
        ("no version", "GET /checkpoint\r\n\r\n".to_owned()),
        ("another version", "GET /checkpoint HTTP/3.0\r\n\r\n".to_owned()),
        ("a line without a colon", format!("{head}colon\r\n\r\n")),
        ("a name with a space", format!("{head}a b: c\r\n\r\n")),
        ("a long header", format!("{head}x: {long}\r\n\r\n")),
        ("a long path", format!("GET /{long} HTTP/1.1\r\n\r\n")),
        ("many headers", format!("{head}{many}\r\n")),
        ("a length that is no number", format!("{post}Content-Length: ten\r\n\r\n0123456789")),
        ("a length below zero", format!("{post}Content-Length: -1\r\n\r\n")),
        ("two lengths", format!("{post}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab")),
        ("a chunk without a size", format!("{post}Transfer-Encoding: chunked\r\n\r\nx\r\n\r\n")),
        ("an end in a path", "GET /check\x00point HTTP/1.1\r\n\r\n".to_owned()),
    ] {
        let reply = send(served.address(), bytes.as_bytes());
        let refused = reply.as_ref().is_none_or(|reply| (400..500).contains(&reply.status));
        assert!(refused, "{what}: {reply:?}");
        assert_eq!(get(served.address(), "/checkpoint").status, 200, "{what}: the server goes on");
    }
    assert_eq!(get(served.address(), "/history").text(), "14\n", "nothing was added");
}

#[test]
fn a_header_or_body_that_does_not_come_ends_the_connection() {
    let served = impatient();
    for begun in [
        "",
        "GET /check",
        "GET /checkpoint HTTP/1.1\r\nHost: a\r\n",
        "POST /add HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\nContent-Length: 10\r\n\r\n0123",
        "POST /add HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n",
    ] {
        let start = Instant::now();
        let mut socket = connect(served.address());
        socket.write_all(begun.as_bytes()).unwrap();
        let reply = read(&mut socket);
        assert!(reply.as_ref().is_none_or(|reply| reply.status >= 400), "{begun:?}: {reply:?}");
        assert!(start.elapsed() < Duration::from_secs(20), "{begun:?}");
    }
    assert_eq!(get(served.address(), "/history").text(), "14\n");
}

#[test]
fn one_byte_at_a_time_is_too_slow_however_steady() {
    let served = impatient();
    let mut socket = connect(served.address());
    let head = "POST /add HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000\r\n\r\n";
    socket.write_all(head.as_bytes()).unwrap();
    let start = Instant::now();
    // The limit is on the whole body: a byte now and then buys no time.
    while socket.write_all(b"x").is_ok() {
        assert!(start.elapsed() < Duration::from_secs(20), "a slow body is waited for without end");
        std::thread::sleep(Duration::from_millis(30));
    }
}

#[test]
fn an_announced_body_that_is_too_large_is_not_waited_for() {
    let served = Served::at(&[14]);
    let head = "POST /add HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/octet-stream\r\nContent-Length: 99999999999\r\n\r\n";
    let reply = send(served.address(), head.as_bytes()).unwrap();
    assert_eq!((reply.status, reply.code().as_str()), (413, "OVERSIZE"));
}

#[test]
fn more_connections_than_there_is_room_for_are_closed() {
    let served = Served::with(&[14], |_| {
        let mut unusual = Unusual::default();
        unusual.around.limits.connections = 2;
        unusual
    });
    let held = [connect(served.address()), connect(served.address())];
    // The two are taken in order, so the third finds no room.
    assert!(read(&mut connect(served.address())).is_none());
    drop(held);
    until("room again", || {
        send(served.address(), b"GET /checkpoint HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            .is_some_and(|reply| reply.status == 200)
    });
}

#[test]
fn one_connection_serves_many_requests() {
    let served = Served::at(&[14]);
    let mut socket = connect(served.address());
    let one = "GET /history HTTP/1.1\r\nHost: a\r\n\r\n";
    let last = "GET /history HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    socket.write_all(format!("{one}{one}{last}").as_bytes()).unwrap();
    let first = read(&mut socket).unwrap();
    let rest = String::from_utf8(first.body).unwrap();
    assert_eq!(rest.matches("HTTP/1.1 200 OK").count(), 2, "and two more behind the first");
}

#[test]
fn a_client_that_does_not_read_its_answer_has_its_time_and_no_more() {
    let served = Served::with(&[300], |_| {
        let mut unusual = Unusual::default();
        unusual.around.limits = short();
        unusual.around.admin = Some(unusual.around.listen);
        unusual
    });
    // More than the system holds for a socket; as long as a full bundle can be.
    let bundle = served.log().join("tile/entries/000");
    std::fs::write(bundle, vec![b'x'; 256 * 65_537]).unwrap();
    let mut sockets: Vec<_> = (0..3).map(|_| connect(served.address())).collect();
    for socket in &mut sockets {
        socket.write_all(b"GET /tile/entries/000 HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    }
    let admin = served.running.admin().unwrap();
    let open =
        |count: u8| get(admin, "/metrics").text().contains(&format!("\ndetente_connections {count}\n"));
    until("open", || open(3));
    until("closed by the server", || open(0));
    // Whoever reads gets all of it.
    let whole = get(served.address(), "/tile/entries/000");
    assert_eq!((whole.status, whole.body.len()), (200, 256 * 65_537));
}
