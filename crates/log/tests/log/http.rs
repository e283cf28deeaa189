//! A log at an address: what is asked, what a failing or lying server gets away with, and where credentials go.

mod server;

use core::{num::NonZeroUsize, time::Duration};
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use detente_core::{Class, Code, TreeSize};
use detente_log::{
    Content, Credentials, HttpLog, HttpOptions, LogError, LogReader, LogSource, Mirror, MirrorFailure,
    Mirrored,
};

use crate::{
    memory::promised,
    support::{Party, check, scratch},
};
use server::{Reply, Server};

const CONNECTIONS: NonZeroUsize = NonZeroUsize::new(4).unwrap();
const OPTIONS: HttpOptions = HttpOptions {
    connect: Duration::from_secs(5),
    stall: Duration::from_millis(400),
    whole: Duration::from_secs(20),
    attempts: 3,
    pause: Duration::from_millis(1),
};

static LOG: LazyLock<tempfile::TempDir> = LazyLock::new(|| Party::new().log_of(&[14, 300, 700]));

fn reader(address: &str) -> HttpLog {
    HttpLog::new(address, &Credentials::default(), OPTIONS).unwrap()
}

fn mirror(folder: &Path, log: &HttpLog) -> Result<Mirrored, MirrorFailure> {
    Mirror::open(folder)?.update(log, None, CONNECTIONS, |_| {})
}

fn private_file(folder: &Path, name: &str, content: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

#[test]
fn a_log_at_an_address_is_mirrored_and_only_promised_partial_tiles_are_asked_for() {
    let server = Server::of(LOG.path());
    let folder = scratch();
    let done = mirror(folder.path(), &reader(&server.address())).unwrap();
    assert_eq!(done.checkpoint.size().get(), 700);
    assert_eq!(check(folder.path()).unwrap().history_notes(), 3);
    let asked = server.asked();
    let partial: Vec<_> = asked.iter().filter(|path| path.contains(".p/")).collect();
    assert!(!partial.is_empty());
    assert!(partial.iter().all(|path| promised(700).contains(path.trim_start_matches('/'))), "{partial:?}");

    // The log grows; the copy follows with few requests.
    let grown = Party::new().log_of(&[14, 300, 700, 705]);
    let server = Server::of(grown.path());
    mirror(folder.path(), &reader(&server.address())).unwrap();
    assert_eq!(check(folder.path()).unwrap().size().get(), 705);
    let asked = server.asked();
    assert!(asked.len() <= 7, "{asked:?}");
    assert!(
        asked.iter().filter(|path| path.contains(".p/")).all(|path| promised(705).contains(&path[1..])),
        "{asked:?}"
    );
    // And turns back: that is an alarm.
    let server = Server::of(LOG.path());
    let failure = mirror(folder.path(), &reader(&server.address())).unwrap_err();
    assert_eq!(failure.code(), Code::OlderCheckpoint);
    assert_eq!(server.asked(), ["/checkpoint"]);
}

#[test]
fn plain_files_behind_a_web_server_have_no_list_of_notes() {
    for status in [404, 301] {
        let server =
            Server::new(
                LOG.path(),
                move |path, reply| {
                    if path.starts_with("/history") { Reply::status(status) } else { reply }
                },
            );
        let folder = scratch();
        mirror(folder.path(), &reader(&server.address())).unwrap();
        assert_eq!(check(folder.path()).unwrap().history_notes(), 1, "the newest note is its own history");
    }
}

#[test]
fn a_history_comes_in_pages_and_in_order() {
    let all: Vec<u64> = (1..=20_005).collect();
    let pages = all.clone();
    let server = Server::new(LOG.path(), move |path, _| {
        let after = path.strip_prefix("/history?after=").map_or(0, |after| after.parse().unwrap());
        let page = pages.iter().filter(|size| **size > after).take(10_000);
        Reply::ok(page.map(|size| format!("{size}\n")).collect::<String>())
    });
    let found = reader(&server.address()).history().unwrap();
    assert_eq!(found.into_iter().map(TreeSize::get).collect::<Vec<_>>(), all);
    assert_eq!(server.asked(), ["/history", "/history?after=10000", "/history?after=20000"]);
    for body in
        ["1\n3\n2\n", "1\n1\n", "01\n", "1", "1\n\n", "<html>", "1\r\n", "-1\n", "9223372036854775808\n"]
    {
        let server = Server::new(LOG.path(), move |_, _| Reply::ok(body));
        let error = reader(&server.address()).history().unwrap_err();
        assert_eq!(error.code(), Code::MalformedTile, "{body:?}");
    }
    // A page that never ends is not read to its end.
    let server = Server::new(LOG.path(), |_, _| Reply::ok(vec![b'1'; 1 << 20]));
    assert_eq!(reader(&server.address()).history().unwrap_err().code(), Code::Oversize);
}

#[test]
fn a_busy_or_failing_server_is_asked_again_and_not_for_ever() {
    let asked = Arc::new(AtomicUsize::new(0));
    for (status, header) in [
        (503, "retry-after: 0\r\n"),
        (429, ""),
        (500, "retry-after: Wed, 01 Jan 2020\r\n"),
        (502, ""),
        (504, ""),
    ] {
        let (counter, failing) = (Arc::new(AtomicUsize::new(0)), Arc::clone(&asked));
        let server = Server::new(LOG.path(), move |_, reply| {
            failing.fetch_add(1, Ordering::SeqCst);
            if counter.fetch_add(1, Ordering::SeqCst) < 2 {
                Reply::status(status).with(header)
            } else {
                reply
            }
        });
        let read = LogReader::new(reader(&server.address())).checkpoint_bytes().unwrap();
        assert_eq!(read, fs::read(LOG.path().join("checkpoint")).unwrap());
        assert_eq!(server.asked().len(), 3, "{status}");
    }
    assert_eq!(asked.load(Ordering::SeqCst), 15);
    let server = Server::new(LOG.path(), |_, _| Reply::status(503));
    let error = LogReader::new(reader(&server.address())).checkpoint_bytes().unwrap_err();
    assert_eq!((error.code(), server.asked().len()), (Code::Unavailable, 3));
    assert_eq!(error.to_string(), format!("{}/checkpoint: answered with status 503", server.address()));
    // What will not change is asked once.
    for status in [400, 405, 418, 501, 206, 204] {
        let server = Server::new(LOG.path(), move |_, _| Reply::status(status));
        let error = LogReader::new(reader(&server.address())).checkpoint_bytes().unwrap_err();
        assert_eq!((error.code(), server.asked().len()), (Code::Unavailable, 1), "{status}");
    }
}

#[test]
fn a_redirect_is_not_followed() {
    let other = Server::of(LOG.path());
    let target = other.address();
    let server = Server::new(LOG.path(), move |_, _| {
        Reply::status(302).with(&format!("location: {target}/checkpoint\r\n"))
    });
    let error = LogReader::new(reader(&server.address())).checkpoint_bytes().unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    assert!(error.to_string().contains("302") && !error.to_string().contains(&other.address()), "{error}");
    assert_eq!(other.asked(), Vec::<String>::new());
}

#[test]
fn answers_that_are_too_long_or_cut_or_slow_are_no_answers() {
    const LIMIT: u64 = 8192;
    let log = |reply: fn() -> Reply| {
        let server = Server::new(LOG.path(), move |_, _| reply());
        let found = reader(&server.address()).read("tile/0/000", LIMIT);
        (found, server)
    };
    let (found, _) = log(|| Reply::ok(vec![0; 8193]));
    assert_eq!(found.unwrap(), Content::TooLong);
    // It says so much that nobody has room for it, and sends none of it.
    let (found, _) = log(|| Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 9000000000000000000\r\n\r\n"));
    assert_eq!(found.unwrap(), Content::TooLong);
    // It says nothing of its length, and goes on.
    let (found, _) = log(|| {
        let chunk = format!("4000\r\n{}\r\n", "x".repeat(0x4000));
        Reply::raw(&format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}", chunk.repeat(4)))
    });
    assert_eq!(found.unwrap(), Content::TooLong);
    let (found, server) = log(|| Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\ncut"));
    assert_eq!((found.unwrap_err().code(), server.asked().len()), (Code::Unavailable, 3));
    let (found, _) = log(|| Reply::raw("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n10\r\ncut"));
    assert_eq!(found.unwrap_err().code(), Code::Unavailable);
    let (found, _) = log(|| Reply::raw("220 mail.example ESMTP\r\n"));
    assert_eq!(found.unwrap_err().code(), Code::Unavailable);
    let (found, _) = log(|| Reply::raw(&format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "x".repeat(100_000))));
    assert_eq!(found.unwrap_err().code(), Code::Unavailable);
    let (found, server) = log(|| {
        Reply::raw("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nslow").then_wait(Duration::from_secs(2))
    });
    let error = found.unwrap_err();
    assert_eq!((error.code(), server.asked().len()), (Code::Unavailable, 3), "{error}");
    let (found, _) = log(|| Reply::ok("anything"));
    assert_eq!(found.unwrap(), Content::Bytes(b"anything".to_vec()));
}

#[test]
fn a_server_that_cuts_tiles_gets_nothing_believed() {
    let server = Server::new(LOG.path(), |path, mut reply| {
        if path == "/tile/entries/001" {
            reply.body.truncate(1000);
        }
        reply
    });
    let folder = scratch();
    let failure = mirror(folder.path(), &reader(&server.address())).unwrap_err();
    assert_eq!(failure.code().class(), Class::Malformed, "{failure}");
    assert!(!folder.path().join("checkpoint").exists() && !folder.path().join("tile/entries/001").exists());
}

#[test]
fn a_token_is_sent_to_the_log_and_shown_nowhere() {
    let folder = scratch();
    let token = private_file(folder.path(), "token", "c2VjcmV0LXRva2Vu\n");
    let server = Server::new(LOG.path(), |_, reply| {
        let known = reply.request.contains("authorization: bearer c2vjcmv0lxrva2vu\r\n");
        if known { reply } else { Reply::status(401) }
    });
    let error = LogReader::new(reader(&server.address())).checkpoint_bytes().unwrap_err();
    assert_eq!((error.code(), server.asked().len()), (Code::Unauthenticated, 1));
    let credentials = Credentials::default().with_token_file(&token).unwrap();
    let log = HttpLog::new(&server.address(), &credentials, OPTIONS).unwrap();
    mirror(&folder.path().join("copy"), &log).unwrap();
    assert!(!format!("{log:?} {credentials:?}").contains("c2VjcmV0"));

    fs::set_permissions(&token, fs::Permissions::from_mode(0o640)).unwrap();
    for (path, code) in [
        (token, Code::Misuse),
        (private_file(folder.path(), "two", "one two\n"), Code::Misuse),
        (private_file(folder.path(), "header", "one\r\nx: y\n"), Code::Misuse),
        (private_file(folder.path(), "none", ""), Code::Misuse),
        (folder.path().join("missing"), Code::Unavailable),
    ] {
        let error = Credentials::default().with_token_file(&path).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
    }
    for address in ["http://a.example/log", "http://10.0.0.1"] {
        let error = HttpLog::new(address, &credentials, OPTIONS).unwrap_err();
        assert!(matches!(error, LogError::Address { .. }), "{error}");
    }
}

#[test]
fn a_log_behind_tls_is_read_with_its_root_and_a_certificate_of_the_reader() {
    let folder = scratch();
    let made = || {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    };
    let ((server_cert, server_key), (client_cert, client_key)) = (made(), made());
    let file = |name: &str, content: &str| private_file(folder.path(), name, content);
    let (root, cert, key) =
        (file("root.pem", &server_cert), file("c.pem", &client_cert), file("c.key", &client_key));
    let server = Server::tls(LOG.path(), &server_cert, &server_key, &client_cert);
    let open = |credentials: &Credentials| {
        let log = HttpLog::new(&server.tls_address(), credentials, OPTIONS).unwrap();
        LogReader::new(log).checkpoint_bytes()
    };
    let rooted = Credentials::default().with_root_file(&root).unwrap();
    let full = rooted.clone().with_client_files(&cert, &key).unwrap();
    assert_eq!(open(&full).unwrap(), fs::read(LOG.path().join("checkpoint")).unwrap());
    // Without the root, and without a certificate.
    let unrooted = Credentials::default().with_client_files(&cert, &key).unwrap();
    for credentials in [&Credentials::default(), &rooted, &unrooted] {
        assert_eq!(open(credentials).unwrap_err().code(), Code::Unavailable);
    }
    assert_eq!(Credentials::default().with_root_file(&key).unwrap_err().code(), Code::Misuse);
    assert_eq!(Credentials::default().with_client_files(&cert, &cert).unwrap_err().code(), Code::Misuse);
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(Credentials::default().with_client_files(&cert, &key).unwrap_err().code(), Code::Misuse);
}

#[test]
fn nobody_at_an_address_is_said_so_at_once() {
    let address = Server::of(LOG.path()).address();
    let error = LogReader::new(reader(&address)).checkpoint_bytes().unwrap_err();
    assert_eq!(error.code(), Code::Unavailable);
    assert!(error.to_string().starts_with(&format!("{address}/checkpoint: ")), "{error}");
}
