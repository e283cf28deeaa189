//! A witness over HTTP: the statuses of C2SP tlog-witness, refusals and evidence.

use std::{collections::BTreeSet, net::SocketAddr};

use detente_checkpoint::{KeyType, NoteKey, SigningKey, TreeHead, UnverifiedNote, cosignature};
use detente_core::{Digest, TreeSize};
use detente_merkle::Tree;
use detente_server::{Running, serve_witness};
use detente_witness::{AddCheckpoint, GroupStore, MemoryStore, WitnessFolder};
use sha2::{Digest as _, Sha256};

use crate::{
    scene::{Party, checkpoint_key, local, served_witness, witness_key, witness_of},
    wire::{Reply, get, post, request, send},
};

/// A tree of one-byte leaves, signed by the log's key.
struct Branch {
    party: Party,
    tree: Tree,
}

impl Branch {
    fn new(label: u8) -> Self {
        let entries: Vec<Vec<u8>> =
            (0..40).map(|at| if at < 8 { vec![at] } else { vec![at, label] }).collect();
        Self { party: Party::new(), tree: Tree::from_entries(&entries).unwrap() }
    }

    fn root(&self, leaves: u64) -> Digest {
        self.tree.root_at(TreeSize::new(leaves).unwrap()).unwrap()
    }

    fn note(&self, leaves: u64) -> UnverifiedNote {
        let head =
            TreeHead::new(self.party.origin.clone(), TreeSize::new(leaves).unwrap(), self.root(leaves));
        head.unwrap().sign(&checkpoint_key()).unwrap()
    }

    fn request(&self, old: u64, new: u64) -> Vec<u8> {
        let (from, to) = (TreeSize::new(old).unwrap(), TreeSize::new(new).unwrap());
        let proof = self.tree.consistency_proof(from, to).unwrap_or_default();
        AddCheckpoint::new(from, &proof, &self.note(new)).unwrap().to_bytes()
    }

    fn prefix(&self) -> String {
        Digest::from_bytes(Sha256::digest(self.party.origin.as_str()).into()).to_string()
    }
}

fn ask(address: SocketAddr, body: &[u8]) -> Reply {
    post(address, "/add-checkpoint", &[], body)
}

fn start() -> (Branch, Running) {
    let branch = Branch::new(1);
    let running = served_witness(1, &branch.party);
    (branch, running)
}

#[test]
fn a_cosignature_is_one_line_and_the_newest_note_has_it() {
    let (branch, running) = start();
    let at = running.address();
    let page = format!("/{}/checkpoint", branch.prefix());
    let none = get(at, &page);
    assert_eq!((none.status, none.body.len()), (404, 0));
    for (old, new) in [(0, 5), (5, 5), (5, 20), (20, 40)] {
        let reply = ask(at, &branch.request(old, new));
        assert_eq!((reply.status, reply.header("detente-refusal")), (200, None));
        assert_eq!(reply.header("content-type"), Some("text/plain; charset=utf-8"));
        let note = branch.note(new);
        let whole = UnverifiedNote::parse(&[note.as_bytes(), &reply.body].concat()).unwrap();
        let line = whole.signatures().last().unwrap();
        assert!(cosignature::verify(&witness_key(1).0, line, note.text()).unwrap().get() > 1_700_000_000);
        let newest = get(at, &page);
        assert_eq!((newest.status, newest.body.as_slice()), (200, whole.as_bytes()));
        assert_eq!(newest.header("cache-control"), Some("no-cache"));
    }
}

#[test]
fn every_status_of_the_table() {
    let (branch, running) = start();
    let at = running.address();
    assert_eq!(ask(at, &branch.request(0, 10)).status, 200);
    let other = Branch::new(2);
    let edit = |from: &str, to: &str| {
        let text = String::from_utf8(branch.request(10, 20)).unwrap();
        assert!(text.contains(from));
        text.replace(from, to).into_bytes()
    };
    let foreign = SigningKey::from_seed(&[55; 32]);
    let signed_by = |key: &SigningKey, origin: &str| {
        let origin = detente_core::Origin::parse(origin).unwrap();
        let head = TreeHead::new(origin, TreeSize::new(20).unwrap(), branch.root(20)).unwrap();
        let note = head.sign(key).unwrap();
        AddCheckpoint::new(TreeSize::new(10).unwrap(), &[], &note).unwrap().to_bytes()
    };
    for (what, body, status) in [
        ("an unknown origin", signed_by(&foreign, "log.example/z"), 404),
        ("no line of a trusted key", signed_by(&foreign, "log.example/a"), 403),
        ("a trusted line that does not verify", edit("\n20\n", "\n21\n"), 403),
        ("an old size above the new one", branch.request(20, 10), 400),
        ("not a request", b"what?".to_vec(), 400),
        ("nothing", Vec::new(), 400),
        ("a wrong proof", other.request(10, 20), 422),
        ("another root for the newest size", other.request(10, 10), 422),
        (
            "a proof that is missing",
            {
                let (old, note) = (TreeSize::new(10).unwrap(), branch.note(20));
                AddCheckpoint::new(old, &[], &note).unwrap().to_bytes()
            },
            422,
        ),
        ("too long", vec![b'x'; 1_100_001], 400),
    ] {
        let reply = ask(at, &body);
        assert_eq!((reply.status, reply.body.len()), (status, 0), "{what}: {reply:?}");
        let named = matches!(what, "an old size above the new one") || status == 422;
        assert_eq!(reply.header("detente-refusal").is_some(), named, "{what}");
    }
    for old in [0, 5, 11] {
        let reply = ask(at, &branch.request(old, 20));
        assert_eq!((reply.status, reply.text()), (409, "10\n"));
        assert_eq!(reply.header("content-type"), Some("text/x.tlog.size"));
    }
    assert_eq!(ask(at, &branch.request(10, 20)).status, 200, "and it goes on");
    let wrong = get(at, "/add-checkpoint");
    assert_eq!((wrong.status, wrong.header("allow"), wrong.code().as_str()), (405, Some("POST"), "MISUSE"));
    let packed = post(at, "/add-checkpoint", &[("Content-Encoding", "gzip")], b"x");
    assert_eq!((packed.status, packed.code().as_str()), (415, "MISUSE"));
    for path in ["/", "/checkpoint", "/add-checkpoint/", "/00/checkpoint", "/Add-checkpoint"] {
        assert_eq!(get(at, path).code(), "NOT-PUBLISHED", "{path}");
    }
    let unknown = "00".repeat(32);
    assert_eq!(get(at, &format!("/{unknown}/checkpoint")).status, 404);
    assert_eq!(get(at, &format!("/{unknown}/refusals")).code(), "NOT-PUBLISHED");
    let upper = branch.prefix().to_uppercase();
    assert_eq!(get(at, &format!("/{upper}/checkpoint")).code(), "NOT-PUBLISHED");
}

#[test]
fn a_refusal_is_named_kept_and_signed() {
    let (branch, running) = start();
    let at = running.address();
    assert_eq!(ask(at, &branch.request(0, 10)).status, 200);
    let prefix = branch.prefix();
    assert_eq!(get(at, &format!("/{prefix}/refusals")).text(), "");
    let body = branch.request(5, 20);
    let reply = ask(at, &body);
    let digest = Digest::from_bytes(Sha256::digest(&body).into());
    let path = format!("/{prefix}/refusals/{digest}");
    assert_eq!(reply.header("detente-refusal"), Some(path.as_str()));
    let note = UnverifiedNote::parse(&get(at, &path).body).unwrap();
    let lines: Vec<&str> = note.text().lines().collect();
    let root = detente_core::base64::encode(branch.root(20).as_bytes());
    assert_eq!(
        [&lines[..8], &lines[9..]].concat(),
        [
            "detente/refusal/v1",
            "witness.example/w1",
            "log.example/a",
            "SIZE-CONFLICT",
            "5",
            "20",
            &root,
            "10",
            &digest.to_string()
        ]
    );
    assert!(lines[8].parse::<u64>().unwrap() > 1_700_000_000);
    let (name, key) = witness_key(1);
    let key = NoteKey::new(name.name().clone(), KeyType::Log, key.public());
    let line = &note.signatures()[0];
    assert!(line.is_of(&key));
    key.key().verify(note.text().as_bytes(), line.blob().try_into().unwrap()).unwrap();
    let second = ask(at, &Branch::new(2).request(10, 20));
    let list = get(at, &format!("/{prefix}/refusals"));
    let listed: Vec<&str> = list.text().lines().collect();
    assert_eq!(listed.len(), 2, "{listed:?}");
    assert!(second.header("detente-refusal").unwrap().ends_with(listed[0]), "the newest first");
    assert_eq!(get(at, &format!("/{prefix}/refusals/{}", "00".repeat(32))).code(), "NOT-PUBLISHED");
    assert_eq!(get(at, &format!("/{prefix}/refusals/x")).status, 404);
}

#[test]
fn evidence_can_be_fetched_by_number() {
    let (branch, running) = start();
    let (at, prefix, other) = (running.address(), branch.prefix(), Branch::new(2));
    assert_eq!(get(at, &format!("/{prefix}/evidence")).text(), "");
    assert_eq!(ask(at, &branch.request(0, 10)).status, 200);
    assert_eq!(ask(at, &other.request(10, 20)).status, 422);
    assert_eq!(ask(at, &other.request(10, 10)).status, 422);
    let list = get(at, &format!("/{prefix}/evidence"));
    let lines: Vec<Vec<&str>> = list.text().lines().map(|line| line.split(' ').collect()).collect();
    assert_eq!(lines[0][..3], ["unproven", "20", &other.root(20).to_string()]);
    assert_eq!(lines[1][..3], ["fork", "10", &other.root(10).to_string()]);
    let fork = get(at, &format!("/{prefix}/evidence/1"));
    let expected = [&other.request(10, 10), b"newest\n".as_slice(), branch.note(10).as_bytes()].concat();
    assert_eq!(fork.body, expected, "the request, and the note that was newest");
    for path in ["evidence/2", "evidence/01", "evidence/-1", "evidence/", "evidence/1/x"] {
        assert_eq!(get(at, &format!("/{prefix}/{path}")).code(), "NOT-PUBLISHED", "{path}");
    }
}

#[test]
fn requests_at_once_are_served_in_some_order_and_never_fork() {
    let folder = tempfile::tempdir().unwrap();
    let party = Party::new();
    let witness = WitnessFolder::new(folder.path().join("w"));
    let logs = detente_witness::TrustedLogs::new([party.vkey()]).unwrap();
    let (key, _) = witness_key(1);
    drop(witness.create_from_seed(key.name().clone(), &[101; 32], logs).unwrap());
    let running = serve_witness(witness.open_with(GroupStore::start).unwrap(), &local()).unwrap();
    let at = running.address();
    let branches = [Branch::new(1), Branch::new(2)];
    let cosigned: Vec<BTreeSet<u64>> = std::thread::scope(|scope| {
        let racers: Vec<_> = branches
            .iter()
            .map(|branch| {
                scope.spawn(move || {
                    let (mut old, mut cosigned) = (0, BTreeSet::new());
                    for new in 9..40 {
                        let reply = ask(at, &branch.request(old, new));
                        match reply.status {
                            200 => {
                                cosigned.insert(new);
                                old = new;
                            }
                            409 => old = reply.text().trim_end().parse::<u64>().unwrap().min(new),
                            422 => {}
                            other => panic!("status {other}"),
                        }
                    }
                    cosigned
                })
            })
            .collect();
        racers.into_iter().map(|racer| racer.join().unwrap()).collect()
    });
    let won = cosigned.iter().filter(|sizes| !sizes.is_empty()).count();
    assert_eq!(won, 1, "one history is cosigned, not both: {cosigned:?}");
    let last = get(at, &format!("/{}/checkpoint", branches[0].prefix())).body;
    running.stop().unwrap();
    let again = serve_witness(witness.open_with(GroupStore::start).unwrap(), &local()).unwrap();
    let page = get(again.address(), &format!("/{}/checkpoint", branches[0].prefix()));
    assert_eq!(page.body, last, "what was signed is what a new start remembers");
}

#[test]
fn a_store_that_is_an_old_copy_is_said_and_notes_nothing() {
    let (branch, running) = start();
    let reply = ask(running.address(), &branch.request(0, 10));
    let note = UnverifiedNote::parse(&[branch.note(10).as_bytes(), &reply.body].concat()).unwrap();
    let old_copy = serve_witness(witness_of(1, &branch.party, MemoryStore::new()), &local()).unwrap();
    let body = AddCheckpoint::new(TreeSize::ZERO, &[], &note).unwrap().to_bytes();
    let refused = ask(old_copy.address(), &body);
    assert_eq!((refused.status, refused.code().as_str()), (503, "STALE-STORE"));
    assert!(refused.header("retry-after").is_some() && refused.header("detente-refusal").is_none());
}

#[test]
fn heads_and_validators_work_here_too() {
    let (branch, running) = start();
    let at = running.address();
    assert_eq!(ask(at, &branch.request(0, 10)).status, 200);
    let path = format!("/{}/checkpoint", branch.prefix());
    let head = send(at, &request("HEAD", &path, &[], b"")).unwrap();
    assert_eq!((head.status, head.body.len()), (200, 0));
    let tag = head.header("etag").unwrap().to_owned();
    let again = send(at, &request("GET", &path, &[("If-None-Match", &tag)], b"")).unwrap();
    assert_eq!(again.status, 304);
    assert_eq!(post(at, &path, &[], b"x").header("allow"), Some("GET, HEAD"));
}
