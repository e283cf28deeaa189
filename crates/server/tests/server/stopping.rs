//! The orderly end.

use std::{
    io::Write as _,
    net::TcpStream,
    time::{Duration, Instant},
};

use detente_log::{LogWriter, Options};

use crate::{
    scene::{Served, Unusual, receipt, short, until},
    wire::{connect, get, read, request},
};

#[test]
fn requests_at_work_get_their_answer_and_the_lock_is_given_back() {
    let served = Served::with(&[1], |_| Unusual {
        options: Options { max_wait: Duration::from_secs(16), ..Options::default() },
        ..Unusual::default()
    });
    let (address, log, policy) = (served.address(), served.log(), served.party.policy());
    let entry = served.party.sealed(1);
    let mut socket = connect(address);
    socket.write_all(&request("POST", "/add", &[crate::scene::OCTETS], &entry)).unwrap();
    until("queued", || {
        let page = get(address, "/checkpoint");
        page.status == 200
    });
    std::thread::sleep(Duration::from_millis(200));
    served.running.stop().unwrap();
    let reply = read(&mut socket).unwrap();
    assert_eq!(receipt(&reply, &entry, &policy), (1, 2));
    assert!(TcpStream::connect(address).is_err(), "no new connections");
    let writer = LogWriter::open(log).unwrap();
    assert_eq!(writer.state().0.get(), 2, "the lock is free, the queue was drained");
}

#[test]
fn an_idle_connection_does_not_hold_it_up() {
    let served = Served::at(&[1]);
    let _idle = connect(served.address());
    let mut kept = connect(served.address());
    kept.write_all(b"GET /checkpoint HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let start = Instant::now();
    served.running.stop().unwrap();
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}

#[test]
fn a_client_that_never_ends_has_its_time_and_no_more() {
    let served = Served::with(&[1], |_| {
        let mut unusual = Unusual::default();
        unusual.around.limits = detente_server::Limits {
            arrival: Duration::from_secs(60),
            farewell: Duration::from_millis(300),
            ..short()
        };
        unusual
    });
    let mut slow = connect(served.address());
    slow.write_all(b"POST /add HTTP/1.1\r\nHost: a\r\nContent-Type: application/octet-stream\r\nContent-Length: 9\r\n\r\n1").unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let start = Instant::now();
    served.running.stop().unwrap();
    assert!(start.elapsed() < Duration::from_secs(15), "{:?}", start.elapsed());
}
