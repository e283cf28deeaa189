//! The write path: receipts, refusals, back-pressure.

use std::{collections::BTreeSet, fs, time::Duration};

use detente_core::Code;
use detente_log::{LogDirectory, Options, check_log};

use crate::{
    scene::{OCTETS, Served, Unusual, receipt, until},
    wire::{get, post, send},
};

#[test]
fn a_receipt_comes_back_when_its_checkpoint_is_durable() {
    let served = Served::at(&[1]);
    let policy = served.party.policy();
    let entry = served.party.sealed(1);
    let reply = served.add(&entry);
    assert_eq!(receipt(&reply, &entry, &policy), (1, 2));
    let note = get(served.address(), "/checkpoint");
    assert!(reply.body.ends_with(&note.body), "the receipt is under the published note");
    assert_eq!(receipt(&served.add(&entry), &entry, &policy).0, 1, "the same bytes give the first place");
    assert_eq!(get(served.address(), "/history").text(), "1\n2\n");
}

#[test]
fn two_hundred_at_once_each_get_their_own_receipt() {
    const MANY: u64 = 200;
    let limits = detente_server::Limits { at_work: 256, ..detente_server::Limits::default() };
    let served = Served::with(&[1], |_| {
        let mut unusual = Unusual::default();
        unusual.around.limits = limits;
        unusual
    });
    let policy = served.party.policy();
    let places: BTreeSet<u64> = std::thread::scope(|scope| {
        let adders: Vec<_> = (1..=MANY)
            .map(|number| {
                let (served, policy) = (&served, &policy);
                scope.spawn(move || {
                    let entry = served.party.sealed(number);
                    receipt(&served.add(&entry), &entry, policy).0
                })
            })
            .collect();
        adders.into_iter().map(|adder| adder.join().unwrap()).collect()
    });
    assert_eq!(places, (1..=MANY).collect(), "each has a place of its own");
    let log = served.log();
    served.running.stop().unwrap();
    let report = check_log(&LogDirectory::open(log).unwrap(), Some(&policy), |_, _| {}).unwrap();
    assert_eq!(report.size().get(), MANY + 1);
    assert!(report.history_notes() < MANY as usize, "entries shared batches");
}

#[test]
fn every_refusal_has_the_status_of_its_code() {
    let served = Served::at(&[1]);
    let sealed = served.party.sealed(1);
    assert_eq!(served.add(&sealed).status, 200);
    let mut forged = served.party.sealed(2);
    *forged.last_mut().unwrap() ^= 1;
    let stranger = crate::scene::Party::new();
    let other_log = detente_statement::Signer::new(
        detente_core::LogId::new(detente_core::Digest::from_bytes([9; 32])),
        &detente_checkpoint::SigningKey::from_seed(&[3; 32]),
    )
    .sealed(detente_core::Digest::from_bytes([8; 32]))
    .unwrap();
    let mine =
        detente_statement::Signer::new(stranger.log(), &detente_checkpoint::SigningKey::from_seed(&[77; 32]))
            .sealed(detente_core::Digest::from_bytes([8; 32]))
            .unwrap();
    for (what, entry, status, code) in [
        ("nothing", Vec::new(), 400, Code::MalformedStatement),
        ("half of one", sealed[..40].to_vec(), 400, Code::MalformedStatement),
        ("another version", b"noise".to_vec(), 403, Code::UnsupportedVersion),
        ("a byte more", [sealed.as_slice(), b"x"].concat(), 400, Code::MalformedStatement),
        ("a changed signature", forged, 403, Code::InvalidStatementSignature),
        ("a key that nobody enrolled", mine, 403, Code::UnknownAuthor),
        ("a statement of another log", other_log, 403, Code::LogMismatch),
    ] {
        let reply = served.add(&entry);
        assert_eq!((reply.status, reply.code().as_str()), (status, code.as_str()), "{what}: {reply:?}");
    }
    // Another sealing key that seals the same value, and the old one afterwards.
    let second = detente_checkpoint::SigningKey::from_seed(&[78; 32]);
    let new =
        detente_statement::NewKey { key: &second, role: detente_statement::Role::Sealing, nonce: [2; 16] };
    let old = detente_statement::key_digest(&detente_checkpoint::SigningKey::from_seed(&[3; 32]).public());
    assert_eq!(served.add(&served.party.author().key_rotate(old, &new).unwrap()).status, 200);
    let mut value = [7; 32];
    value[..8].copy_from_slice(&1_u64.to_le_bytes());
    let again = detente_statement::Signer::new(served.party.log(), &second);
    let twice = served.add(&again.sealed(detente_core::Digest::from_bytes(value)).unwrap());
    assert_eq!((twice.status, twice.code().as_str()), (409, "DUPLICATE-SEALED"));
    let revoked = served.add(&served.party.sealed(6));
    assert_eq!((revoked.status, revoked.code().as_str()), (403, "KEY-REVOKED"));
    assert_eq!(served.add(&served.party.author().log_close(None, [1; 16]).unwrap()).status, 200);
    let late = again.sealed(detente_core::Digest::from_bytes([4; 32])).unwrap();
    let closed = served.add(&late);
    assert_eq!((closed.status, closed.code().as_str()), (410, "ENTRY-AFTER-CLOSE"));
    assert_eq!(get(served.address(), "/history").text(), "1\n2\n3\n4\n", "no refusal left anything behind");
}

#[test]
fn only_the_right_form_of_a_body_is_taken() {
    let served = Served::at(&[1]);
    let (address, entry) = (served.address(), served.party.sealed(1));
    let refused = |headers: &[(&str, &str)], body: &[u8]| {
        let reply = post(address, "/add", headers, body);
        (reply.status, reply.code())
    };
    assert_eq!(refused(&[], &entry), (415, "MISUSE".to_owned()));
    assert_eq!(refused(&[("Content-Type", "text/plain")], &entry), (415, "MISUSE".to_owned()));
    assert_eq!(refused(&[OCTETS, ("Content-Encoding", "gzip")], &entry), (415, "MISUSE".to_owned()));
    assert_eq!(refused(&[OCTETS], &vec![0; 65_536]), (413, "OVERSIZE".to_owned()));
    let chunked = [
        b"POST /add HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: application/octet-stream\r\n"
            .as_slice(),
        b"Transfer-Encoding: chunked\r\n\r\n",
        format!("{:x}\r\n", 70_000).as_bytes(),
        &vec![0; 70_000],
        b"\r\n0\r\n\r\n",
    ]
    .concat();
    let reply = send(address, &chunked).unwrap();
    assert_eq!((reply.status, reply.code().as_str()), (413, "OVERSIZE"), "without a length, too");
    for target in ["/add?wait=1", "/add?", "/add?wait=0&x"] {
        let reply = post(address, target, &[OCTETS], &entry);
        assert_eq!((reply.status, reply.code().as_str()), (400, "MISUSE"), "{target}");
    }
    assert_eq!(get(address, "/history").text(), "1\n");
}

#[test]
fn whoever_does_not_wait_is_told_that_it_is_queued() {
    let served = Served::at(&[1]);
    let entry = served.party.sealed(1);
    let reply = post(served.address(), "/add?wait=0", &[OCTETS], &entry);
    assert_eq!((reply.status, reply.body.len()), (202, 0));
    until("published", || get(served.address(), "/history").text() == "1\n2\n");
    assert_eq!(receipt(&served.add(&entry), &entry, &served.party.policy()).0, 1);
    assert_eq!(
        post(served.address(), "/add?wait=0", &[OCTETS], b"noise").status,
        403,
        "the door still looks"
    );
}

#[test]
fn a_full_queue_is_said_at_once_with_a_time() {
    let served = Served::with(&[1], |_| Unusual {
        options: Options {
            max_wait: Duration::from_secs(300),
            max_batch: 1000,
            queue: 3,
            ..Options::default()
        },
        ..Unusual::default()
    });
    for number in 1..=3 {
        let entry = served.party.sealed(number);
        assert_eq!(post(served.address(), "/add?wait=0", &[OCTETS], &entry).status, 202);
    }
    let start = std::time::Instant::now();
    let reply = served.add(&served.party.sealed(4));
    assert_eq!((reply.status, reply.code().as_str()), (503, "BUSY"));
    assert!(reply.header("retry-after").unwrap().parse::<u64>().unwrap() >= 1);
    assert!(start.elapsed() < Duration::from_secs(10), "nothing waits for room");
    assert_eq!(get(served.address(), "/checkpoint").status, 200, "readers are not held up");
    let log = served.log();
    served.running.stop().unwrap();
    assert_eq!(
        fs::read_dir(log.join("history")).unwrap().count(),
        2,
        "what was queued is published at the end"
    );
}

#[test]
fn one_address_has_so_many_requests_at_work_and_no_more() {
    let served = Served::with(&[1], |_| {
        let options = Options { max_wait: Duration::from_secs(16), ..Options::default() };
        let mut unusual = Unusual { options, ..Unusual::default() };
        unusual.around.limits.at_work = 2;
        unusual.around.admin = Some(unusual.around.listen);
        unusual
    });
    let admin = served.running.admin().unwrap();
    std::thread::scope(|scope| {
        let served = &served;
        let waiting: Vec<_> =
            (1..=2).map(|number| scope.spawn(move || served.add(&served.party.sealed(number)))).collect();
        until("both wait", || get(admin, "/metrics").text().contains("\ndetente_log_waiting 2\n"));
        let reply = get(served.address(), "/checkpoint");
        assert_eq!((reply.status, reply.code().as_str()), (503, "BUSY"));
        for reply in waiting {
            assert_eq!(reply.join().unwrap().status, 200);
        }
    });
    assert_eq!(get(served.address(), "/checkpoint").status, 200, "the places are free again");
}

#[test]
fn a_second_server_of_one_folder_is_refused() {
    let served = Served::at(&[1]);
    let second = crate::scene::serve(&served.party, &served.log(), Unusual::default()).unwrap_err();
    assert_eq!(second.code(), Code::Unavailable);
    assert!(second.to_string().contains("lock"), "{second}");
    let log = served.log();
    served.running.stop().unwrap();
    crate::scene::serve(&served.party, &log, Unusual::default()).unwrap().stop().unwrap();
}
