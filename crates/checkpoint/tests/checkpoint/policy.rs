//! The policy language: every refusal, with its line.

use curve25519_dalek::constants::EIGHT_TORSION;
use detente_checkpoint::{
    CheckpointError, KeyType, MAX_POLICY_BYTES, NoteKey, Policy, PolicyFault, PolicyFiles, SigningKey,
};
use detente_core::{Code, Name, Origin, base64};

use crate::fixture::{
    LOG_VKEY, NOTE, ORIGIN, W1_VKEY, log_key, policy_text, verify, witness_key, witness_vkey,
};

fn fault(policy: &[u8]) -> (usize, PolicyFault) {
    let error = Policy::parse(policy, None).unwrap_err();
    assert_eq!(error.code(), Code::MalformedPolicy);
    match error {
        CheckpointError::MalformedPolicy { line, fault } => (line, fault),
        other => panic!("another error: {other}"),
    }
}

macro_rules! assert_fault {
    ($policy:expr, $line:literal, $fault:pat) => {
        let policy = $policy;
        let bytes: &[u8] = policy.as_ref();
        match fault(bytes) {
            ($line, $fault) => {}
            other => panic!("{other:?} for {}", String::from_utf8_lossy(bytes)),
        }
    };
}

/// A log on line 1, `w1` and `w2` on lines 2 and 3, then the given lines from 4 on.
fn with(rest: &str) -> String {
    policy_text(2, rest)
}

#[test]
fn a_policy_of_every_word_is_read() {
    let text = format!(
        "# logs\nlog {LOG_VKEY} https://log.example/a\n\n \t \nwitness\tw1  {W1_VKEY} \thttps://witness.example\n\twitness w\u{e9} {}\ngroup g any w1 w\u{e9}\ngroup top all g\nquorum top\n#end\n",
        witness_vkey(2)
    );
    let policy = Policy::parse(text.as_bytes(), None).unwrap();
    assert_eq!(policy.logs()[0].url(), Some("https://log.example/a"));
    assert_eq!(policy.witnesses()[0].url(), Some("https://witness.example"));
    assert_eq!(policy.witnesses()[1].name().as_str(), "w\u{e9}");
    assert_eq!(policy.witnesses()[1].url(), None);
    assert_eq!(policy.quorum_name(), Some("top"));
    let plain = policy.to_string();
    assert_eq!(
        plain,
        format!(
            "log {LOG_VKEY} https://log.example/a\nwitness w1 {W1_VKEY} https://witness.example\nwitness w\u{e9} {}\ngroup g 1 w1 w\u{e9}\ngroup top 1 g\nquorum top\n",
            witness_vkey(2)
        )
    );
    assert_eq!(Policy::parse(plain.as_bytes(), None).unwrap().to_string(), plain);
}

#[test]
fn the_bytes_of_the_file() {
    assert_fault!("", 1, PolicyFault::NoFinalLineFeed);
    assert_fault!(with("quorum none"), 4, PolicyFault::NoFinalLineFeed);
    assert_fault!(with("quorum none\r\n"), 4, PolicyFault::Byte { byte: b'\r' });
    assert_fault!(with("#\u{7f}\nquorum none\n"), 4, PolicyFault::Byte { byte: 0x7f });
    assert_fault!(with("#\0\nquorum none\n"), 4, PolicyFault::Byte { byte: 0 });
    assert_fault!([with("#\n#").as_bytes(), b"\xff\nquorum none\n"].concat(), 5, PolicyFault::NotUtf8);
    let long = |length: usize| {
        let text = with("quorum none\n#");
        format!("{text}{}\n", "x".repeat(length - 1 - text.len()))
    };
    assert!(Policy::parse(long(MAX_POLICY_BYTES).as_bytes(), None).is_ok());
    assert_fault!(long(MAX_POLICY_BYTES + 1), 1, PolicyFault::Oversize { got: 1_048_577 });
    assert_fault!(vec![0; MAX_POLICY_BYTES + 1], 1, PolicyFault::Oversize { .. });
}

#[test]
fn words_and_their_number() {
    assert_fault!(with("quorums none\n"), 4, PolicyFault::UnknownWord { .. });
    assert_fault!(with(" # indented\nquorum none\n"), 4, PolicyFault::UnknownWord { .. });
    assert_fault!(with("Quorum none\n"), 4, PolicyFault::UnknownWord { .. });
    assert_fault!(with("\u{a0}\nquorum none\n"), 4, PolicyFault::UnknownWord { .. });
    for line in
        ["log", "witness", "witness w9", "group", "group g", "quorum", "quorum w1 w2", "quorum none #"]
    {
        assert_fault!(with(&format!("{line}\n")), 4, PolicyFault::Arguments { .. });
    }
    assert_fault!(format!("log {LOG_VKEY} url url\n"), 1, PolicyFault::Arguments { .. });
    assert_fault!(format!("witness w1 {W1_VKEY} url url\n"), 1, PolicyFault::Arguments { .. });
}

#[test]
fn names() {
    let w3 = witness_vkey(3);
    assert_fault!(with(&format!("witness w1 {w3}\n")), 4, PolicyFault::NameTaken { .. });
    assert_fault!(with("group w1 all w2\n"), 4, PolicyFault::NameTaken { .. });
    assert_fault!(with("group g all w1\ngroup g all w2\n"), 5, PolicyFault::NameTaken { .. });
    assert_fault!(with(&format!("witness none {w3}\n")), 4, PolicyFault::ReservedName);
    assert_fault!(with("group none all w1\n"), 4, PolicyFault::ReservedName);
    assert_fault!(with("group g all none\n"), 4, PolicyFault::Undefined { .. });
    assert_fault!(with("group g all w1 w3\n"), 4, PolicyFault::Undefined { .. });
    assert_fault!(with("group g all g\n"), 4, PolicyFault::Undefined { .. });
    assert_fault!(with("group g all h\ngroup h all w1\n"), 4, PolicyFault::Undefined { .. });
    assert_fault!(with("group g any w1 w1\n"), 4, PolicyFault::MemberTwice { .. });
    assert_fault!(with("group g all w1\ngroup h all w2 w1\n"), 5, PolicyFault::MemberTwice { .. });
    assert_fault!(with("group g all w1\ngroup h all g\ngroup i all g\n"), 6, PolicyFault::MemberTwice { .. });
}

#[test]
fn thresholds() {
    assert_fault!(with("group g all\n"), 4, PolicyFault::NoMember { .. });
    assert_fault!(with("group g 1\n"), 4, PolicyFault::NoMember { .. });
    for k in ["0", "3", "+1", "01", "-1", "ALL", "1.0", "9223372036854775808", "x"] {
        assert_fault!(with(&format!("group g {k} w1 w2\n")), 4, PolicyFault::Threshold { members: 2, .. });
    }
    for (k, written) in [("any", "1"), ("1", "1"), ("2", "2"), ("all", "2")] {
        let text = with(&format!("group g {k} w1 w2\nquorum g\n"));
        let policy = Policy::parse(text.as_bytes(), None).unwrap();
        assert!(policy.to_string().contains(&format!("group g {written} w1 w2\n")));
    }
}

#[test]
fn the_quorum_and_the_log() {
    assert_fault!(with(""), 3, PolicyFault::NoQuorum);
    assert_fault!(with("quorum none\nquorum none\n"), 5, PolicyFault::QuorumTwice);
    assert_fault!(with("quorum w1\nquorum w2\n"), 5, PolicyFault::QuorumTwice);
    assert_fault!(with("quorum w3\n"), 4, PolicyFault::Undefined { .. });
    assert_fault!(with("quorum g\ngroup g all w1\n"), 4, PolicyFault::Undefined { .. });
    assert_fault!("quorum none\n", 1, PolicyFault::NoLog);
    assert_fault!("\n", 1, PolicyFault::NoQuorum);
    let member_of_a_group = with("group g all w1 w2\nquorum w1\n");
    assert_eq!(Policy::parse(member_of_a_group.as_bytes(), None).unwrap().quorum_name(), Some("w1"));
    let log_last = format!("quorum none\nlog {LOG_VKEY}\n");
    assert!(Policy::parse(log_last.as_bytes(), None).is_ok());
}

#[test]
fn keys() {
    assert_fault!("log x\n", 1, PolicyFault::Key { .. });
    assert_fault!(with("log a+00000000+AA==\n"), 4, PolicyFault::Key { .. });
    let name = |text| Name::parse(text).unwrap();
    let w3 = witness_key(3).public();
    let (as_log, as_witness) =
        (NoteKey::new(name("n"), KeyType::Log, w3), NoteKey::new(name("n"), KeyType::Cosignature, w3));
    assert_fault!(with(&format!("log {as_witness}\n")), 4, PolicyFault::KeyType { expected: 1, got: 4 });
    assert_fault!(with(&format!("witness w3 {as_log}\n")), 4, PolicyFault::KeyType { expected: 4, got: 1 });
    let again = NoteKey::new(name("other"), KeyType::Log, log_key().public());
    assert_fault!(with(&format!("log {LOG_VKEY}\n")), 4, PolicyFault::KeyTwice { .. });
    assert_fault!(with(&format!("log {again}\n")), 4, PolicyFault::KeyTwice { .. });
    let again = NoteKey::new(name("other"), KeyType::Cosignature, witness_key(1).public());
    assert_fault!(with(&format!("witness w3 {again}\n")), 4, PolicyFault::KeyTwice { .. });
    let both = format!("log {as_log}\nwitness w3 {as_witness}\nquorum none\n");
    assert!(Policy::parse(both.as_bytes(), None).is_ok(), "one key of two types is two keys");
}

#[test]
fn a_weak_key_is_a_malformed_policy() {
    use sha2::Digest as _;
    let bytes = [&[1], &EIGHT_TORSION[1].compress().0[..]].concat();
    let id = sha2::Sha256::new().chain_update("a\n").chain_update(&bytes).finalize();
    let id: String = id[..4].iter().map(|byte| format!("{byte:02x}")).collect();
    let (_, fault) = fault(format!("log a+{id}+{}\n", base64::encode(&bytes)).as_bytes());
    let PolicyFault::Key { source } = fault else { panic!("a fault of the key: {fault}") };
    assert_eq!(source.code(), Code::WeakKey);
}

#[test]
fn keys_that_no_signature_line_tells_apart_are_refused() {
    let mut seen = std::collections::HashMap::new();
    let name = Name::parse("n").unwrap();
    // Four bytes of id: among some 10^5 keys two share one.
    let (first, second) = (0_u32..)
        .find_map(|counter| {
            let mut seed = [0; 32];
            seed[..4].copy_from_slice(&counter.to_le_bytes());
            let key = NoteKey::new(name.clone(), KeyType::Log, SigningKey::from_seed(&seed).public());
            seen.insert(key.id(), key.clone()).map(|other| (other, key))
        })
        .unwrap();
    assert_ne!(first.key(), second.key());
    assert_fault!(format!("log {first}\nlog {second}\nquorum none\n"), 2, PolicyFault::KeyTwice { .. });
}

#[test]
fn at_most_256_of_each() {
    let name = |n: u32| Name::parse(&format!("n{n}")).unwrap();
    let key = |n: u32| {
        let mut seed = [9; 32];
        seed[..4].copy_from_slice(&n.to_le_bytes());
        SigningKey::from_seed(&seed).public()
    };
    let logs = |count| -> String {
        (0..count).map(|n| format!("log {}\n", NoteKey::new(name(n), KeyType::Log, key(n)))).collect()
    };
    let witnesses = |count| -> String {
        (0..count)
            .map(|n| format!("witness w{n} {}\n", NoteKey::new(name(n), KeyType::Cosignature, key(n))))
            .collect()
    };
    let groups = |count| -> String {
        (0..count)
            .map(|n| format!("group g{n} all {}\n", if n == 0 { "w0".into() } else { format!("g{}", n - 1) }))
            .collect()
    };
    let full = format!("{}{}{}quorum g255\n", logs(256), witnesses(256), groups(256));
    let policy = Policy::parse(full.as_bytes(), None).unwrap();
    assert!(!policy.quorum_met(|_| true), "no witness is neutral");
    assert_fault!(logs(257), 257, PolicyFault::TooMany);
    assert_fault!(witnesses(257), 257, PolicyFault::TooMany);
    assert_fault!(format!("{}{}", witnesses(1), groups(257)), 258, PolicyFault::TooMany);
}

#[test]
fn the_simple_policy_is_ready_to_be_handed_over() {
    let files =
        PolicyFiles::unwitnessed(&Origin::parse(ORIGIN).unwrap(), &log_key().public(), &["a.example"]);
    assert_eq!(String::from_utf8(files.policy.clone()).unwrap(), format!("log {LOG_VKEY}\nquorum none\n"));
    let policy = Policy::parse(&files.policy, Some(&files.companion)).unwrap();
    assert_eq!(policy.to_string().as_bytes(), files.policy);
    let companion = policy.companion().unwrap();
    assert_eq!(
        (companion.f(), companion.parties(), companion.mirror_quorum()),
        (0, &["a.example".to_owned()][..], None)
    );
    assert!(verify(NOTE.as_bytes(), &policy).is_ok());
}
