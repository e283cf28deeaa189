//! Verification against a policy, and the quorum.

use detente_checkpoint::{
    KeyType, NoteKey, Policy, Pool, SignatureLine, SigningKey, TreeHead, UnverifiedNote, VerifiedCheckpoint,
    Witnessing, cosignature, prove_consistent,
};
use detente_core::{Code, Digest, Name, TreeSize, UnixSeconds};
use detente_merkle::Tree;

use crate::fixture::{
    LOG_VKEY, NOTE, ORIGIN, code, cosign, head, log_key, note, policy, policy_text, seed, sign_text,
    unknown_line, verify, witness_key, witness_name, witness_vkey,
};

fn root(byte: u8) -> Digest {
    Digest::from_bytes([byte; 32])
}

/// A line of a known key with a blob of our choice.
fn line(key: &NoteKey, blob: &[u8]) -> String {
    format!("{}\n", SignatureLine::new(key, blob.to_vec()))
}

#[test]
fn a_note_without_a_known_log_line_is_of_an_unknown_log() {
    let other = policy_text(1, "quorum none\n").replace(
        LOG_VKEY,
        &NoteKey::new(Name::parse(ORIGIN).unwrap(), KeyType::Log, witness_key(9).public()).to_string(),
    );
    let other = Policy::parse(other.as_bytes(), None).unwrap();
    assert_eq!(code(verify(NOTE.as_bytes(), &other)), Code::UnknownLog, "another key of the same name");
    let same_key = NoteKey::new(Name::parse("other").unwrap(), KeyType::Log, log_key().public()).to_string();
    let other = Policy::parse(format!("log {same_key}\nquorum none\n").as_bytes(), None).unwrap();
    assert_eq!(code(verify(NOTE.as_bytes(), &other)), Code::UnknownLog, "the same key under another name");
}

#[test]
fn every_known_log_line_must_verify() {
    let second = NoteKey::new(Name::parse(ORIGIN).unwrap(), KeyType::Log, witness_key(9).public());
    let text = format!("log {second}\n{}", policy_text(1, "quorum none\n"));
    let policy = Policy::parse(text.as_bytes(), None).unwrap();
    assert!(verify(NOTE.as_bytes(), &policy).is_ok(), "one known line is enough");
    let good = line(
        &second,
        &witness_key(9).sign(UnverifiedNote::parse(NOTE.as_bytes()).unwrap().text().as_bytes()),
    );
    assert!(verify(format!("{NOTE}{good}").as_bytes(), &policy).is_ok());
    for blob in [&[7; 64][..], &[7; 63], &[7; 65], &[7; 72], &[7]] {
        let bad = format!("{NOTE}{}", line(&second, blob));
        assert_eq!(code(verify(bad.as_bytes(), &policy)), Code::InvalidLogSignature);
    }
}

#[test]
fn the_origin_is_the_name_of_the_first_log_key() {
    let text = NOTE.split_once("\n\n").unwrap().0.replace(ORIGIN, "log.example/b");
    let policy = policy(1, "quorum none\n", 0, &[]);
    assert_eq!(code(verify(&sign_text(&format!("{text}\n")), &policy)), Code::OriginMismatch);
}

#[test]
fn with_two_logs_the_first_line_of_the_note_decides() {
    let b = NoteKey::new(Name::parse("log.example/b").unwrap(), KeyType::Log, witness_key(9).public());
    let policy = Policy::parse(format!("log {b}\nlog {LOG_VKEY}\nquorum none\n").as_bytes(), None).unwrap();
    let (text, lines) = NOTE.split_once("\n\n").unwrap();
    let text = format!("{text}\n");
    let by_a = lines.split_inclusive('\n').next().unwrap();
    let by_b = line(&b, &witness_key(9).sign(text.as_bytes()));
    assert!(verify(format!("{text}\n{by_a}{by_b}").as_bytes(), &policy).is_ok());
    assert_eq!(code(verify(format!("{text}\n{by_b}{by_a}").as_bytes(), &policy)), Code::OriginMismatch);
}

#[test]
fn a_known_cosignature_must_verify_even_when_no_quorum_needs_it() {
    let policy = policy(2, "quorum none\n", 0, &[1]);
    let head = head(5, root(1));
    let by_log = String::from_utf8(note(&head, &[])).unwrap();
    let good = cosign(2, 77, &head).blob().to_vec();
    assert!(verify(format!("{by_log}{}", line(&witness_vkey(2), &good)).as_bytes(), &policy).is_ok());
    let too_late = {
        let message = format!("cosignature/v1\ntime {}\n{head}", 1_u64 << 63);
        [&(1_u64 << 63).to_be_bytes()[..], &witness_key(2).sign(message.as_bytes())].concat()
    };
    let other_time = [&78_u64.to_be_bytes()[..], &good[8..]].concat();
    let little_endian = {
        let mut blob = good.clone();
        blob[..8].reverse();
        blob
    };
    let over_the_text =
        [&77_u64.to_be_bytes()[..], &witness_key(2).sign(head.to_string().as_bytes())].concat();
    let of_w1 = cosign(1, 77, &head).blob().to_vec();
    for bad in [
        &good[..71],
        &[&good[..], &[0]].concat(),
        &good[8..],
        &too_late,
        &other_time,
        &little_endian,
        &over_the_text,
        &of_w1,
    ] {
        let note = format!("{by_log}{}", line(&witness_vkey(2), bad));
        assert_eq!(code(verify(note.as_bytes(), &policy)), Code::InvalidCosignature);
    }
}

#[test]
fn a_cosignature_is_checked_only_by_its_own_cosignature_key() {
    let head = head(5, root(1));
    let line = cosign(1, 7, &head);
    assert!(cosignature::verify(&witness_vkey(1), &line, &head.to_string()).is_ok());
    let same_key = |name, kind| NoteKey::new(Name::parse(name).unwrap(), kind, witness_key(1).public());
    let (as_log, renamed) =
        (same_key("witness.example/w1", KeyType::Log), same_key("w1", KeyType::Cosignature));
    let log_line = SignatureLine::new(&as_log, line.blob().to_vec());
    for (key, line) in [(&witness_vkey(2), &line), (&as_log, &line), (&as_log, &log_line), (&renamed, &line)]
    {
        assert_eq!(code(cosignature::verify(key, line, &head.to_string())), Code::InvalidCosignature);
    }
    let late = cosignature::sign(
        &witness_name(1),
        &witness_key(1),
        UnixSeconds::new(i64::MAX as u64).unwrap(),
        &head,
    );
    assert_eq!(
        cosignature::verify(&witness_vkey(1), &late, &head.to_string()).unwrap().get(),
        i64::MAX as u64
    );
}

#[test]
fn faults_win_in_the_order_of_the_spec() {
    let strict = policy(1, "quorum w1\n", 0, &[1]);
    let text = NOTE.split_once("\n\n").unwrap().0;
    let bad_witness = line(&witness_vkey(1), &[0; 72]);
    let bad_log = line(&NoteKey::parse(LOG_VKEY).unwrap(), &[0; 64]);
    assert_eq!(code(verify(format!("{text}\n\n{bad_witness}").as_bytes(), &strict)), Code::UnknownLog);
    assert_eq!(
        code(verify(format!("{text}\n\n{bad_witness}{bad_log}").as_bytes(), &strict)),
        Code::InvalidLogSignature
    );
    let other = format!("{}\n", text.replace(ORIGIN, "log.example/b"));
    let signed = [sign_text(&other), bad_witness.clone().into_bytes()].concat();
    assert_eq!(code(verify(&signed, &strict)), Code::OriginMismatch);
    let other_with_bad_log = format!("{other}\n{bad_log}{bad_witness}");
    assert_eq!(code(verify(other_with_bad_log.as_bytes(), &strict)), Code::InvalidLogSignature);
    let wrong_form = format!("{}\n\n{bad_log}", text.replace("13", "013"));
    assert_eq!(code(verify(wrong_form.as_bytes(), &strict)), Code::MalformedNumber);
}

#[test]
fn only_neutral_witnesses_with_a_time_count() {
    let head = head(5, root(1));
    let policy = policy(3, "group g 2 w1 w2 w3\nquorum g\n", 0, &[1, 2]);
    let quorum =
        |cosigners: &[(u8, u64)]| verify(&note(&head, cosigners), &policy).unwrap().require_quorum(&policy);
    let names = |cosigners: &[(u8, u64)]| match quorum(cosigners).unwrap() {
        Witnessing::Witnessed { cosignatures } => cosignatures
            .iter()
            .map(|one| (one.witness().as_str().to_owned(), one.time().get()))
            .collect::<Vec<_>>(),
        Witnessing::Unwitnessed => panic!("the policy asks for witnesses"),
    };
    assert_eq!(names(&[(2, 9), (1, 8)]), [("w1".into(), 8), ("w2".into(), 9)], "sorted by name");
    assert_eq!(names(&[(3, 7), (2, 9), (1, 8)]), [("w1".into(), 8), ("w2".into(), 9)]);
    for cosigners in [&[][..], &[(1, 8)], &[(1, 8), (3, 9)], &[(1, 8), (2, 0)], &[(1, 0), (2, 0), (3, 0)]] {
        assert_eq!(code(quorum(cosigners)), Code::UnderWitnessed, "{cosigners:?}");
    }
}

#[test]
fn without_a_companion_no_witness_is_neutral() {
    let text = policy_text(1, "quorum w1\n");
    let policy = Policy::parse(text.as_bytes(), None).unwrap();
    let checkpoint = verify(NOTE.as_bytes(), &policy).unwrap();
    assert_eq!(checkpoint.cosignatures().len(), 1);
    assert!(!checkpoint.cosignatures()[0].is_neutral());
    assert!(checkpoint.counting().is_empty());
    assert_eq!(code(checkpoint.require_quorum(&policy)), Code::UnderWitnessed);
}

#[test]
fn quorum_none_is_met_and_said_to_be_unwitnessed() {
    let policy = policy(1, "quorum none\n", 0, &[1]);
    let checkpoint = verify(NOTE.as_bytes(), &policy).unwrap();
    assert_eq!(checkpoint.require_quorum(&policy).unwrap(), Witnessing::Unwitnessed);
    assert_eq!(checkpoint.counting().len(), 1, "who cosigned is known all the same");
}

#[test]
fn a_quorum_is_asked_of_the_policy_verified_against() {
    let (one, other) = (policy(1, "quorum none\n", 0, &[1]), policy(1, "quorum w1\n", 0, &[1]));
    let checkpoint = verify(NOTE.as_bytes(), &one).unwrap();
    assert_eq!(code(checkpoint.require_quorum(&other)), Code::Misuse);
    let without_companion = Policy::parse(policy_text(1, "quorum none\n").as_bytes(), None).unwrap();
    assert_eq!(without_companion.id().policy, one.id().policy);
    assert_eq!(code(checkpoint.require_quorum(&without_companion)), Code::Misuse);
}

#[test]
fn lines_of_unknown_keys_are_ignored() {
    let policy = policy(1, "quorum w1\n", 0, &[1]);
    let crowd: String = (0..98).map(unknown_line).collect();
    let checkpoint = verify(format!("{NOTE}{crowd}").as_bytes(), &policy).unwrap();
    let plain = verify(NOTE.as_bytes(), &policy).unwrap();
    assert_eq!(checkpoint.head(), plain.head());
    assert_eq!(checkpoint.cosignatures(), plain.cosignatures());
}

#[test]
fn consistency_is_between_two_checkpoints_of_one_log() {
    let leaves: Vec<[u8; 1]> = (0..13).map(|leaf| [leaf]).collect();
    let tree = Tree::from_entries(&leaves).unwrap();
    let policy = policy(1, "quorum none\n", 0, &[]);
    let at = |size: u64| {
        let head = head(size, tree.root_at(TreeSize::new(size).unwrap()).unwrap());
        verify(&note(&head, &[]), &policy).unwrap()
    };
    let (older, newer) = (at(6), at(13));
    let proof = tree.consistency_proof(older.size(), newer.size()).unwrap();
    assert!(prove_consistent(&older, &newer, &proof).is_ok());
    assert_eq!(code(prove_consistent(&newer, &older, &proof)), Code::IndexRange);
    assert_eq!(code(prove_consistent(&older, &newer, &proof[1..])), Code::ProofLength);
    let forked = verify(&note(&head(6, root(9)), &[]), &policy).unwrap();
    assert_eq!(code(prove_consistent(&forked, &newer, &proof)), Code::InvalidConsistency);

    let (policy, of_b) = two_logs(older.head());
    let of_a = verify(newer.note_bytes(), &policy).unwrap();
    assert_eq!(code(prove_consistent(&of_b, &of_a, &proof)), Code::OriginMismatch);
    assert_eq!(code(Pool::assume_consistent(vec![of_a, of_b])), Code::OriginMismatch);
}

/// A policy with a second log, and a checkpoint of that log with the same size and root.
fn two_logs(head: &TreeHead) -> (Policy, VerifiedCheckpoint) {
    let (name, key) = ("log.example/b", SigningKey::from_seed(&seed(0x70)));
    let vkey = NoteKey::new(Name::parse(name).unwrap(), KeyType::Log, key.public());
    let policy = format!("log {vkey}\n{}", policy_text(1, "quorum none\n"));
    let policy = Policy::parse(policy.as_bytes(), None).unwrap();
    let note = TreeHead::parse(&head.to_string().replace(ORIGIN, name)).unwrap().sign(&key).unwrap();
    let checkpoint = verify(note.as_bytes(), &policy).unwrap();
    (policy, checkpoint)
}
