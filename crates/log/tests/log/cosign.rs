//! Nothing is published without its quorum, and nothing else is committed meanwhile.

use std::{
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use detente_checkpoint::{Policy, SigningKey, UnverifiedCheckpoint, cosignature};
use detente_core::{Code, Digest, Origin, TreeSize, UnixSeconds};
use detente_log::{
    CosignAnswer, CosignRequest, Cosigner, Heard, LogDirectory, LogError, LogWriter, Newest, Publication,
    Shown, check_log,
};
use detente_merkle::verify_consistency;

use crate::support::{Party, Recording, files, witness_key};

/// What it signed last.
#[derive(Debug, Clone)]
struct Seen {
    size: TreeSize,
    root: Digest,
    note: Vec<u8>,
}

/// A witness as it should be: it signs what continues the newest tree that it signed, and nothing else.
#[derive(Clone)]
pub(crate) struct Institute {
    key: u8,
    seen: Arc<Mutex<Option<Seen>>>,
    pub(crate) away: Arc<AtomicBool>,
}

impl Institute {
    pub(crate) fn new(key: u8) -> Self {
        Self { key, seen: Arc::default(), away: Arc::default() }
    }

    /// A witness that has cosigned a note, however it came to it.
    pub(crate) fn that_holds(key: u8, note: &[u8]) -> Self {
        let this = Self::new(key);
        let head = UnverifiedCheckpoint::parse(note).unwrap().claimed().clone();
        *this.seen.lock().unwrap() = Some(Seen { size: head.size(), root: head.root(), note: note.to_vec() });
        this
    }

    pub(crate) fn set_away(&self, away: bool) {
        self.away.store(away, Ordering::SeqCst);
    }
}

impl Cosigner for Institute {
    fn cosign(&mut self, request: &CosignRequest<'_>) -> CosignAnswer {
        let name = format!("w{}", self.key);
        if self.away.load(Ordering::SeqCst) {
            return CosignAnswer { faults: vec![format!("{name} is away")], ..CosignAnswer::default() };
        }
        let checkpoint = UnverifiedCheckpoint::parse(request.note().as_bytes()).unwrap();
        let head = checkpoint.claimed();
        assert_eq!(head.size(), request.size());
        assert!(request.published() < request.size());
        let mut seen = self.seen.lock().unwrap();
        if let Some(Seen { size: old, root, note }) = seen.clone() {
            let goes_on = old <= head.size()
                && verify_consistency(
                    old,
                    head.size(),
                    root,
                    head.root(),
                    &request.consistency_proof(old).unwrap(),
                )
                .is_ok();
            if !goes_on {
                let shown = vec![Shown { who: name, note }];
                return CosignAnswer { shown, ..CosignAnswer::default() };
            }
        }
        let note = request.note().as_bytes().to_vec();
        *seen = Some(Seen { size: head.size(), root: head.root(), note });
        let (note_key, key) = witness_key(self.key);
        let line = cosignature::sign(note_key.name(), &key, UnixSeconds::new(1000).unwrap(), head);
        CosignAnswer { lines: vec![line], ..CosignAnswer::default() }
    }

    fn newest(&mut self, _: &Origin) -> Newest {
        let who = format!("w{}", self.key);
        if self.away.load(Ordering::SeqCst) {
            return Newest { faults: vec![format!("{who} is away")], ..Newest::default() };
        }
        let note = self.seen.lock().unwrap().as_ref().map(|seen| seen.note.clone());
        Newest { heard: vec![Heard { witness: witness_key(self.key).0, who, note }], ..Newest::default() }
    }
}

/// Several at once.
struct Several(Vec<Institute>);

impl Cosigner for Several {
    fn cosign(&mut self, request: &CosignRequest<'_>) -> CosignAnswer {
        let mut all = CosignAnswer::default();
        for witness in &mut self.0 {
            let answer = witness.cosign(request);
            all.lines.extend(answer.lines);
            all.faults.extend(answer.faults);
            all.shown.extend(answer.shown);
        }
        all
    }

    fn newest(&mut self, origin: &Origin) -> Newest {
        let mut all = Newest::default();
        for witness in &mut self.0 {
            let newest = witness.newest(origin);
            all.heard.extend(newest.heard);
            all.faults.extend(newest.faults);
        }
        all
    }
}

/// A policy that asks for all of these witnesses.
pub(crate) fn quorum_of(party: &Party, witnesses: &[u8]) -> Policy {
    let mut text = format!("log {}\n", party.signer().note_key());
    let mut operators = Vec::new();
    for witness in witnesses {
        text += &format!("witness w{witness} {}\n", witness_key(*witness).0);
        operators.push(format!("\"w{witness}\":\"institute {witness}\""));
    }
    let names: Vec<_> = witnesses.iter().map(|witness| format!("w{witness}")).collect();
    text += &format!("group all all {}\nquorum all\n", names.join(" "));
    let digest = Policy::parse(text.as_bytes(), None).unwrap().id().policy;
    let companion = format!(
        "{{\"f\":0,\"mirror_quorum\":\"none\",\"mirrors\":[],\"operators\":{{{}}},\"parties\":[\"a\"],\"policy\":\"{digest}\"}}\n",
        operators.join(",")
    );
    Policy::parse(text.as_bytes(), Some(companion.as_bytes())).unwrap()
}

#[test]
fn a_note_is_published_with_the_lines_of_its_quorum() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let mut writer = LogWriter::open(folder.path()).unwrap();
    let policy = quorum_of(&party, &[60, 61]);
    let witnesses = [60, 61].map(Institute::new);
    writer.require_cosignatures(Several(witnesses.to_vec()), policy.clone()).unwrap();
    writer.append(&[party.sealed(14)], &party.signer()).unwrap();
    let published = writer.append(&[party.sealed(15)], &party.signer()).unwrap();
    drop(writer);
    let note = UnverifiedCheckpoint::parse(&published.checkpoint).unwrap();
    assert_eq!(note.note().signatures().len(), 3);
    let log = LogDirectory::open(folder.path()).unwrap();
    check_log(&log, Some(&policy), |_, _| {}).unwrap();
}

#[test]
fn without_its_quorum_nothing_is_published_and_nothing_more_committed() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let (key, policy) = (Recording::new(), quorum_of(&party, &[60, 61]));
    let signer = key.signer(&party.origin);
    let mut writer = LogWriter::open(folder.path()).unwrap();
    let witnesses = [60, 61].map(Institute::new);
    writer.require_cosignatures(Several(witnesses.to_vec()), policy).unwrap();
    assert_eq!(writer.begin(&signer).unwrap(), None);
    witnesses[1].set_away(true);
    let (state, checkpoint) = (writer.state(), fs::read(folder.path().join("checkpoint")).unwrap());

    let error = writer.append(&[party.sealed(14)], &signer).unwrap_err();
    assert_eq!(error.code(), Code::UnderWitnessed);
    assert!(error.to_string().contains("w61 is away"), "{error}");
    assert!(writer.is_unsigned() && !writer.is_stopped());
    assert_ne!(writer.state(), state, "it is committed all the same");
    let committed = writer.state();
    assert_eq!(fs::read(folder.path().join("checkpoint")).unwrap(), checkpoint);
    assert!(!folder.path().join("history/15").exists());

    let before = files(folder.path());
    assert_eq!(writer.append(&[party.sealed(15)], &signer).unwrap_err().code(), Code::UnderWitnessed);
    assert_eq!((writer.state(), files(folder.path())), (committed, before));
    let Publication::Degraded(first) = writer.publish(&signer).unwrap() else { panic!("no quorum") };
    let Publication::Degraded(second) = writer.publish(&signer).unwrap() else { panic!("no quorum") };
    assert_eq!(first.since, second.since);

    // A new start knows that the state is not published.
    drop(writer);
    let mut writer = LogWriter::open(folder.path()).unwrap();
    assert!(writer.is_unsigned());
    writer.require_cosignatures(Several(witnesses.to_vec()), quorum_of(&party, &[60, 61])).unwrap();
    assert_eq!(writer.resume(&signer).unwrap_err().code(), Code::UnderWitnessed);
    witnesses[1].set_away(false);
    writer.append(&[party.sealed(15)], &signer).unwrap();
    drop(writer);
    assert_eq!(key.sizes().into_iter().collect::<Vec<_>>(), [15, 16]);
    let log = LogDirectory::open(folder.path()).unwrap();
    check_log(&log, Some(&quorum_of(&party, &[60, 61])), |_, _| {}).unwrap();
}

#[test]
fn lines_that_do_not_verify_never_get_into_a_note() {
    struct Bad(Institute);
    impl Cosigner for Bad {
        fn cosign(&mut self, request: &CosignRequest<'_>) -> CosignAnswer {
            let mut answer = self.0.cosign(request);
            let head = UnverifiedCheckpoint::parse(request.note().as_bytes()).unwrap().claimed().clone();
            let (name, _) = witness_key(60);
            let time = UnixSeconds::new(1).unwrap();
            let forged = cosignature::sign(name.name(), &SigningKey::from_seed(&[90; 32]), time, &head);
            // Of the right name and of another key; of the right key id and with other bytes; of a stranger.
            let other = detente_checkpoint::SignatureLine::new(&name, forged.blob().to_vec());
            let (stranger, key) = witness_key(99);
            let stranger = cosignature::sign(stranger.name(), &key, time, &head);
            answer.lines.splice(0..0, [forged, other, stranger]);
            answer
        }
        fn newest(&mut self, origin: &Origin) -> Newest {
            self.0.newest(origin)
        }
    }
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let mut writer = LogWriter::open(folder.path()).unwrap();
    writer.require_cosignatures(Bad(Institute::new(60)), quorum_of(&party, &[60])).unwrap();
    let published = writer.append(&[party.sealed(14)], &party.signer()).unwrap();
    let note = UnverifiedCheckpoint::parse(&published.checkpoint).unwrap();
    assert_eq!(note.note().signatures().len(), 2);
    note.verify(&quorum_of(&party, &[60])).unwrap();
}

#[test]
fn a_witness_that_knows_a_larger_log_ends_the_writer() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let old = crate::faults::copy_of(folder.path());
    let witness = Institute::new(60);
    let policy = || quorum_of(&party, &[60]);
    let mut writer = LogWriter::open(folder.path()).unwrap();
    writer.require_cosignatures(witness.clone(), policy()).unwrap();
    writer.append(&[party.sealed(14), party.sealed(15)], &party.signer()).unwrap();
    drop(writer);

    let mut writer = LogWriter::open(old.path()).unwrap();
    writer.require_cosignatures(witness, policy()).unwrap();
    let error = writer.append(&[party.sealed(99)], &party.signer()).unwrap_err();
    assert_eq!(error.code(), Code::LogRolledBack);
    assert!(error.to_string().contains("w60"), "{error}");
    assert!(writer.is_stopped());
    assert!(!old.path().join("history/15").exists());
}

#[test]
fn a_key_that_does_not_sign_is_asked_again() {
    #[derive(Debug)]
    struct Away(AtomicBool);
    impl detente_checkpoint::Ed25519Signer for Away {
        fn public(&self) -> detente_checkpoint::PublicKey {
            crate::support::checkpoint_key().public()
        }
        fn sign(&self, message: &[u8]) -> Result<[u8; 64], detente_checkpoint::SigningFault> {
            if self.0.swap(false, Ordering::SeqCst) {
                return Err(detente_checkpoint::SigningFault::Refused {
                    reason: "no token".to_owned(),
                    next: Default::default(),
                });
            }
            Ok(crate::support::checkpoint_key().sign(message))
        }
    }
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let mut writer = LogWriter::open(folder.path()).unwrap();
    let signer = detente_log::LogSigner::new(party.origin.clone(), Away(AtomicBool::new(true)));
    let error = writer.append(&[party.sealed(14)], &signer).unwrap_err();
    assert!(error.to_string().contains("no token"), "{error}");
    assert!(!writer.is_stopped());
    writer.append(&[party.sealed(15)], &signer).unwrap();
    drop(writer);
    assert!(folder.path().join("history/15").exists());
    crate::support::check(folder.path()).unwrap();
}

#[test]
fn nothing_is_committed_before_the_witnesses_said_what_they_hold() {
    let party = Party::new();
    let folder = party.log_of(&[14]);
    let (key, policy) = (Recording::new(), quorum_of(&party, &[60, 61]));
    let signer = key.signer(&party.origin);
    let mut writer = LogWriter::open(folder.path()).unwrap();
    let witnesses = [60, 61].map(Institute::new);
    witnesses[1].set_away(true);
    writer.require_cosignatures(Several(witnesses.to_vec()), policy).unwrap();
    let before = files(folder.path());
    for _ in 0..2 {
        let error = writer.append(&[party.sealed(14)], &signer).unwrap_err();
        assert_eq!(error.code(), Code::UnderWitnessed);
        assert!(
            error.to_string().contains("too few witnesses that say which note they hold; w61 is away"),
            "{error}"
        );
    }
    assert!(!writer.is_stopped());
    assert_eq!(files(folder.path()), before, "nothing was committed");
    assert!(key.sizes().is_empty(), "nothing was signed");
    witnesses[1].set_away(false);
    writer.append(&[party.sealed(14)], &signer).unwrap();
}

/// The note of a log that went another way after its first entries.
fn another_way(party: &Party, entries: &[Vec<u8>]) -> Vec<u8> {
    let folder = crate::support::scratch();
    party.publish(folder.path(), entries, &[entries.len() as u64]);
    fs::read(folder.path().join("checkpoint")).unwrap()
}

#[test]
fn a_copy_that_a_witness_knows_better_is_not_gone_on_from() {
    let party = Party::new();
    let grown = another_way(&party, &party.entries(16));
    let mut other = party.entries(14);
    other[13] = party.sealed(99);
    let same_size = another_way(&party, &other);
    let smaller = another_way(&party, &[&party.entries(8)[..], &[party.sealed(99)]].concat());
    for (note, larger) in [(grown, true), (same_size, false), (smaller, false)] {
        // Found at the start; and, from one that could not be asked then, when it is asked to cosign.
        for late in [false, true] {
            let folder = party.log_of(&[14]);
            let key = Recording::new();
            let signer = key.signer(&party.origin);
            let mut writer = LogWriter::open(folder.path()).unwrap();
            let knows = Institute::that_holds(61, &note);
            knows.set_away(late);
            let witnesses = vec![Institute::new(60), knows.clone()];
            writer.require_cosignatures(Several(witnesses), quorum_of(&party, &[60])).unwrap();
            let before = files(folder.path());
            let error = match late {
                false => writer.begin(&signer).unwrap_err(),
                true => {
                    assert_eq!(writer.begin(&signer).unwrap(), None);
                    knows.set_away(false);
                    writer.append(&[party.sealed(14)], &signer).unwrap_err()
                }
            };
            assert_eq!(error.code(), Code::LogRolledBack, "{error}");
            assert_eq!(matches!(error, LogError::RolledBack { .. }), larger, "{error}");
            assert_eq!(matches!(error, LogError::Forked { .. }), !larger, "{error}");
            assert!(error.to_string().contains("w61"), "{error}");
            assert!(writer.is_stopped());
            assert_eq!(writer.append(&[party.sealed(15)], &signer).unwrap_err().code(), Code::Unavailable);
            drop(writer);
            if !late {
                assert_eq!(files(folder.path()), before);
                assert!(key.sizes().is_empty(), "nothing was signed");
            }
            assert!(!folder.path().join("history/15").exists(), "nothing was published");
        }
    }
}

#[test]
fn a_note_that_the_log_did_not_sign_says_nothing() {
    let party = Party::new();
    let grown = another_way(&party, &party.entries(16));
    let text = String::from_utf8(grown.clone()).unwrap();
    let other =
        another_way(&Party::with_origin("log.example/b"), &Party::with_origin("log.example/b").entries(16));
    let forged = text.replacen("\n16\n", "\n17\n", 1).into_bytes();
    for note in [forged, other] {
        let folder = party.log_of(&[14]);
        let mut writer = LogWriter::open(folder.path()).unwrap();
        writer
            .require_cosignatures(
                Several(vec![Institute::new(60), Institute::that_holds(61, &note)]),
                quorum_of(&party, &[60]),
            )
            .unwrap();
        assert_eq!(writer.begin(&party.signer()).unwrap(), None);
        // A witness that shows nothing of use has said nothing.
        writer.require_cosignatures(Institute::that_holds(60, &note), quorum_of(&party, &[60])).unwrap();
        let degraded = writer.begin(&party.signer()).unwrap().unwrap();
        assert!(
            degraded.reason.contains("w60: shows something else than a note of this log"),
            "{degraded:?}"
        );
        assert!(!writer.is_stopped());
    }
}

#[test]
fn a_new_log_under_an_origin_that_a_witness_knows_is_not_begun() {
    let party = Party::new();
    let note = another_way(&party, &party.entries(3));
    let folder = crate::support::scratch();
    let mut writer = LogWriter::create(folder.path(), &party.origin).unwrap();
    writer.require_cosignatures(Institute::that_holds(60, &note), quorum_of(&party, &[60])).unwrap();
    let error = writer.append(&party.entries(1), &party.signer()).unwrap_err();
    assert!(matches!(&error, LogError::RolledBack { who, .. } if who == "w60"), "{error}");
}
