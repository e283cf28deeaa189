//! A log that publishes only what its witnesses cosigned: over HTTP, through outages, against lies.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use detente_checkpoint::{UnverifiedCheckpoint, UnverifiedNote};
use detente_server::{Around, serve_witness};
use detente_witness::MemoryStore;

use crate::{
    scene::{Party, Served, Unusual, receipt, served_witness, short, until, url, witness_key, witness_of},
    wire::get,
};

/// The words of the status note: word, size, code; its signature is verified.
fn status(served: &Served) -> (String, String, String) {
    let note = UnverifiedNote::parse(&get(served.address(), "/status").body).unwrap();
    let key = served.party.vkey();
    let line = &note.signatures()[0];
    assert!(line.is_of(&key));
    key.key().verify(note.text().as_bytes(), line.blob().try_into().unwrap()).unwrap();
    assert!(UnverifiedCheckpoint::parse(note.as_bytes()).is_err(), "it is no checkpoint");
    let lines: Vec<&str> = note.text().lines().collect();
    assert_eq!((lines.len(), lines[0], lines[1]), (6, "detente/status/v1", "log.example/a"));
    assert!(lines[4].parse::<u64>().unwrap() > 1_700_000_000);
    (lines[2].to_owned(), lines[3].to_owned(), lines[5].to_owned())
}

fn words(word: &str, size: &str, code: &str) -> (String, String, String) {
    (word.to_owned(), size.to_owned(), code.to_owned())
}

#[test]
fn a_receipt_has_the_quorum_of_the_policy() {
    let party = Party::new();
    let witnesses: Vec<_> = (1..=3).map(|number| served_witness(number, &party)).collect();
    let keys: Vec<_> = (1..=3).map(|number| witness_key(number).0).collect();
    let listed: Vec<_> = keys.iter().zip(&witnesses).map(|(key, running)| (key, url(running))).collect();
    let policy = party.witnessed(&listed, 2);
    let served = Served::with(&[1, 5], |_| Unusual { policy: Some(policy.clone()), ..Unusual::default() });
    assert_eq!(status(&served), words("ok", "5", "OK"));
    for number in 10..15 {
        let entry = served.party.sealed(number);
        let reply = served.add(&entry);
        receipt(&reply, &entry, &policy);
    }
    let note = UnverifiedCheckpoint::parse(&get(served.address(), "/checkpoint").body).unwrap();
    let verified = note.verify(&policy).unwrap();
    assert_eq!(verified.cosignatures().len(), 3, "all that answered are in the note");
    assert_eq!(status(&served), words("ok", "10", "OK"));
}

#[test]
fn without_its_quorum_nothing_is_published_and_with_it_all_is() {
    let party = Party::new();
    let mut first = Some(served_witness(1, &party));
    let (key, address) = (witness_key(1).0, first.as_ref().unwrap().address());
    let policy = party.witnessed(&[(&key, format!("http://{address}/"))], 1);
    let served = Served::with(&[1], |_| {
        let mut unusual = Unusual { policy: Some(policy.clone()), ..Unusual::default() };
        unusual.around.limits = short();
        unusual
    });
    let entry = served.party.sealed(1);
    receipt(&served.add(&entry), &entry, &policy);
    first.take().unwrap().stop().unwrap();
    let waiting = served.party.sealed(2);
    let reply = served.add(&waiting);
    assert_eq!((reply.status, reply.code().as_str()), (503, "UNDER-WITNESSED"));
    assert!(reply.header("retry-after").is_some());
    assert_eq!(status(&served), words("degraded", "2", "UNDER-WITNESSED"));
    assert_eq!(get(served.address(), "/history").text(), "1\n2\n", "nothing is published");
    for path in ["/tile/0/000.p/3", "/tile/entries/000.p/3", "/history/3"] {
        assert_eq!(get(served.address(), path).status, 404, "{path} is committed and not published");
    }
    // The witness comes back at its address, with its memory: here a new one that has seen nothing.
    let around = Around::new(address);
    let _back = serve_witness(witness_of(1, &served.party, MemoryStore::new()), &around).unwrap();
    until("published", || get(served.address(), "/history").text() == "1\n2\n3\n");
    assert_eq!(receipt(&served.add(&waiting), &waiting, &policy), (2, 3));
    until("ok again", || status(&served) == words("ok", "3", "OK"));
}

/// Answers each request by a script, and counts.
struct Liar {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Liar {
    fn new(answer: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (asked, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (heard, stopped) = (Arc::clone(&asked), Arc::clone(&stop));
        let thread = thread::spawn(move || {
            for socket in listener.incoming() {
                if stopped.load(Ordering::SeqCst) {
                    return;
                }
                let mut socket = socket.unwrap();
                socket.set_read_timeout(Some(std::time::Duration::from_millis(100))).unwrap();
                let (mut request, mut part) = (Vec::new(), [0; 65_536]);
                while let Ok(length) = socket.read(&mut part) {
                    request.extend_from_slice(&part[..length]);
                    if length == 0 {
                        break;
                    }
                }
                let request = String::from_utf8(request).unwrap();
                let _ = socket.write_all(&answer(&request));
                heard.lock().unwrap().push(request);
            }
        });
        Self { address, asked, stop, thread: Some(thread) }
    }

    fn times(&self, method: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|request| request.starts_with(method)).count()
    }
}

impl Drop for Liar {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = std::net::TcpStream::connect(self.address);
        self.thread.take().unwrap().join().unwrap();
    }
}

fn http(status: u16, body: &[u8]) -> Vec<u8> {
    [format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n", body.len()).as_bytes(), body].concat()
}

fn log_with(liar: &Liar) -> Served {
    let policy = Party::new().witnessed(&[(&witness_key(1).0, format!("http://{}", liar.address))], 1);
    Served::with(&[1, 3], |_| {
        let mut unusual = Unusual { policy: Some(policy), ..Unusual::default() };
        unusual.around.limits = short();
        unusual
    })
}

#[test]
fn what_a_witness_answers_is_verified_before_it_is_used() {
    let stranger = witness_key(9).1;
    for (what, answer) in [
        ("no HTTP", Box::new(|_: &str| b"hello\r\n\r\n".to_vec()) as Box<dyn Fn(&str) -> Vec<u8> + Send>),
        ("nothing", Box::new(|_: &str| Vec::new())),
        ("an empty 200", Box::new(|_: &str| http(200, b""))),
        ("a 200 of noise", Box::new(|_: &str| http(200, b"noise\n"))),
        ("a refusal", Box::new(|_: &str| http(403, b""))),
        ("a redirect", Box::new(|_: &str| http(302, b""))),
        ("a size in a 200", Box::new(|_: &str| http(200, b"4\n"))),
        ("a 409 without a size", Box::new(|_: &str| http(409, b""))),
        ("a 409 again and again", Box::new(|_: &str| http(409, b"2\n"))),
        (
            "another key's line",
            Box::new(move |request: &str| {
                let note = UnverifiedNote::parse(
                    request.rsplit_once("\r\n\r\n").unwrap().1.split_once("\n\n").unwrap().1.as_bytes(),
                )
                .unwrap();
                let head = detente_checkpoint::TreeHead::parse(note.text()).unwrap();
                let name = witness_key(1).0.name().clone();
                let time = detente_core::UnixSeconds::new(1_800_000_000).unwrap();
                let line = detente_checkpoint::cosignature::sign(&name, &stranger, time, &head);
                http(200, format!("{line}\n").as_bytes())
            }),
        ),
        ("a line cut short", Box::new(|_: &str| http(200, b"\xe2\x80\x94 witness.example/w1 AAAAAAA=\n"))),
    ] {
        // At the start it says that it holds nothing; the lie comes with the first note.
        let liar = Liar::new(
            move |request| {
                if request.starts_with("POST") { answer(request) } else { http(404, b"") }
            },
        );
        let served = log_with(&liar);
        let reply = served.add(&served.party.sealed(50));
        assert_eq!((reply.status, reply.code().as_str()), (503, "UNDER-WITNESSED"), "{what}");
        assert_eq!(get(served.address(), "/history").text(), "1\n3\n", "{what}");
        assert_eq!(status(&served).2, "UNDER-WITNESSED", "{what}");
        assert!(liar.times("POST") > 0, "{what}: it was asked");
        served.running.stop().unwrap();
    }
}

#[test]
fn a_larger_size_that_nobody_shows_stops_nothing() {
    let liar =
        Liar::new(|request| if request.starts_with("POST") { http(409, b"99\n") } else { http(404, b"") });
    let served = log_with(&liar);
    let reply = served.add(&served.party.sealed(50));
    assert_eq!(reply.code(), "UNDER-WITNESSED");
    assert_eq!(status(&served), words("degraded", "3", "UNDER-WITNESSED"));
}

#[test]
fn a_larger_checkpoint_of_the_log_itself_stops_it() {
    let party = Party::new();
    let witness = served_witness(1, &party);
    let policy = party.witnessed(&[(&witness_key(1).0, url(&witness))], 1);
    // The log grows, cosigned, and an old copy of it is taken back into service.
    let with =
        |policy: &detente_checkpoint::Policy| Unusual { policy: Some(policy.clone()), ..Unusual::default() };
    let grown = Served::with(&[1, 3], |_| with(&policy));
    for number in 10..14 {
        assert_eq!(grown.add(&grown.party.sealed(number)).status, 200);
    }
    let folder = crate::scene::scratch();
    let log = folder.path().join("log");
    party.create(&log, &[1, 3]);
    let refused = crate::scene::serve(&party, &log, with(&policy)).unwrap_err();
    assert_eq!(refused.code(), detente_core::Code::LogRolledBack);
    assert!(refused.to_string().contains("w1") && refused.to_string().contains("older copy"), "{refused}");
    assert_eq!(std::fs::read_to_string(log.join("state")).unwrap().lines().next(), Some("3"));
}

/// A witness that cannot be asked at the start, and then shows what it holds: by whichever of its answers.
fn found_out_late(post: Vec<u8>, shows: Vec<u8>, says: &str) {
    let party = Party::new();
    let away = Arc::new(AtomicBool::new(true));
    let is_away = Arc::clone(&away);
    let post_again = post.clone();
    let late =
        Liar::new(move |request| match (request.starts_with("POST"), is_away.load(Ordering::SeqCst)) {
            (_, true) => http(503, b""),
            (true, false) => post_again.clone(),
            (false, false) => http(200, &shows),
        });
    let good = served_witness(1, &party);
    let keys = [witness_key(1).0, witness_key(2).0];
    let addresses = [url(&good), format!("http://{}", late.address)];
    let listed: Vec<_> = keys.iter().zip(addresses).collect();
    let policy = party.witnessed(&listed, 1);
    let copy = Served::with(&[1, 3], |_| {
        let mut unusual = Unusual { policy: Some(policy), ..Unusual::default() };
        unusual.around.limits = short();
        unusual
    });
    until("running", || status(&copy) == words("ok", "3", "OK"));
    away.store(false, Ordering::SeqCst);
    let reply = copy.add(&copy.party.sealed(77));
    assert_eq!((reply.status, reply.code().as_str()), (503, "LOG-ROLLED-BACK"), "{says}");
    until("ended", || status(&copy) == words("degraded", "3", "LOG-ROLLED-BACK"));
    assert_eq!(get(copy.address(), "/history").text(), "1\n3\n", "nothing of it was published");
    assert!(copy.add(&copy.party.sealed(78)).status == 503, "and nothing more is taken");
    let ended = copy.running.stop().unwrap_err();
    assert!(ended.to_string().contains(says), "{ended}");
}

/// The note of a log of this party at a size, whose last entry is this one.
fn note_of(size: u64, last: u64) -> Vec<u8> {
    let (party, folder) = (Party::new(), crate::scene::scratch());
    party.create(folder.path(), &[size - 1]);
    let signer = detente_log::LogSigner::new(party.origin.clone(), crate::scene::checkpoint_key());
    let mut writer = detente_log::LogWriter::open(folder.path()).unwrap();
    writer.append(&[party.sealed(last)], &signer).unwrap().checkpoint
}

#[test]
fn a_conflict_with_a_note_of_the_log_ends_it() {
    found_out_late(http(409, b"6\n"), note_of(6, 5), "older copy");
    found_out_late(http(422, b""), note_of(6, 5), "older copy");
    found_out_late(http(422, b""), note_of(3, 99), "fork of the log");
    found_out_late(http(422, b""), note_of(2, 99), "fork of the log");
    found_out_late(http(409, b"4\n"), note_of(4, 99), "fork of the log");
}

#[test]
fn a_log_waits_for_its_witness_before_anything_is_committed() {
    let party = Party::new();
    let first = served_witness(1, &party);
    let (key, address) = (witness_key(1).0, first.address());
    let policy = party.witnessed(&[(&key, format!("http://{address}/"))], 1);
    let with = || {
        let mut unusual = Unusual { policy: Some(policy.clone()), ..Unusual::default() };
        unusual.around.limits = short();
        unusual
    };
    first.stop().unwrap();
    let served = Served::with(&[1, 3], |_| with());
    until("degraded", || status(&served) == words("degraded", "3", "UNDER-WITNESSED"));
    let entry = served.party.sealed(50);
    let reply = served.add(&entry);
    assert_eq!((reply.status, reply.code().as_str()), (503, "UNDER-WITNESSED"));
    let state = std::fs::read_to_string(served.log().join("state")).unwrap();
    assert_eq!(state.lines().next(), Some("3"), "nothing was committed");
    let around = Around::new(address);
    let _back = serve_witness(witness_of(1, &served.party, MemoryStore::new()), &around).unwrap();
    until("ok", || status(&served) == words("ok", "4", "OK"));
    assert_eq!(receipt(&served.add(&entry), &entry, &policy), (3, 4));
}

#[test]
fn a_slow_witness_does_not_hold_up_the_others() {
    let party = Party::new();
    // It takes the request and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let good = served_witness(1, &party);
    let silent_url = format!("http://{}", silent.local_addr().unwrap());
    let keys = [witness_key(1).0, witness_key(2).0];
    let policy = party.witnessed(&[(&keys[0], url(&good)), (&keys[1], silent_url)], 1);
    let served = Served::with(&[1], |_| Unusual { policy: Some(policy.clone()), ..Unusual::default() });
    let entry = served.party.sealed(1);
    receipt(&served.add(&entry), &entry, &policy);
}

#[test]
fn an_address_that_is_none_is_said_at_the_start() {
    let party = Party::new();
    let folder = crate::scene::scratch();
    party.create(&folder.path().join("log"), &[1]);
    let policy = party.witnessed(&[(&witness_key(1).0, "ftp://w.example".to_owned())], 1);
    let unusual = Unusual { policy: Some(policy), ..Unusual::default() };
    let refused = crate::scene::serve(&party, &folder.path().join("log"), unusual).unwrap_err();
    assert_eq!(refused.code(), detente_core::Code::Misuse);
    assert!(refused.to_string().contains("witness w1: expected an address"), "{refused}");
}
