//! Logs, digests, an agreement of two, and ways to change it.

use detente_agreement::{AgreementError, Reference};
use detente_checkpoint::{KeyType, NoteKey, Policy, SigningKey};
use detente_core::{Code, Digest, LeafIndex, LogId, Name, StatementId};
use sha2::{Digest as _, Sha256};

/// Thirty-two bytes of this value.
pub(crate) fn digest(byte: u8) -> Digest {
    Digest::from_bytes([byte; 32])
}

pub(crate) fn log(byte: u8) -> LogId {
    LogId::new(digest(byte))
}

pub(crate) fn reference(byte: u8, index: u64) -> Reference {
    Reference {
        log: log(byte),
        index: LeafIndex::new(index).unwrap(),
        statement: StatementId::new(digest(byte ^ 0x55)),
    }
}

/// The code of a refusal, which has a culprit and says what was expected.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, AgreementError>) -> Code {
    let error = result.unwrap_err();
    assert!(!error.culprit().is_empty());
    assert!(error.to_string().contains("expected"), "{error}");
    error.code()
}

/// Two parties and the obligations given, as text.
pub(crate) fn agreement(obligations: &str) -> String {
    format!("{HEAD}{}{}{obligations}", party("a", 0xaa, "offset = \"+08:00\"\n"), party("b", 0xbb, ""))
}

/// The members of the top.
pub(crate) const HEAD: &str = "\
agreement = \"detente-agreement/v1\"
name = \"two-party-example\"
title = \"requests are answered in ten days\"
policy = \"0101010101010101010101010101010101010101010101010101010101010101\"
companion = \"0202020202020202020202020202020202020202020202020202020202020202\"
";

pub(crate) fn party(id: &str, log_byte: u8, more: &str) -> String {
    let log = digest(log_byte);
    format!(
        "\n[[party]]\nid = \"{id}\"\nname = \"{id}.example\"\nlog = \"{log}\"\norigin = \"{id}.example/log\"\n{more}"
    )
}

/// An obligation with the members of its kind.
pub(crate) fn obligation(id: &str, kind: &str, members: &str) -> String {
    format!("\n[[obligation]]\nid = \"{id}\"\nkind = \"{kind}\"\ntext = \"what it says\"\n{members}")
}

/// The one of the example of the spec.
pub(crate) fn o1() -> String {
    obligation(
        "O1",
        "respond-within",
        "of = [\"request.assistance\"]\nstart = \"anchor\"\nperiod = \"P10D\"\n",
    )
}

pub(crate) fn vkey(name: &str, kind: KeyType, seed: u16) -> NoteKey {
    let mut bytes = [7; 32];
    bytes[..2].copy_from_slice(&seed.to_le_bytes());
    NoteKey::new(Name::parse(name).unwrap(), kind, SigningKey::from_seed(&bytes).public())
}

pub(crate) fn sha256(text: &str) -> Digest {
    Digest::from_bytes(Sha256::digest(text.as_bytes()).into())
}

/// The logs of a and b, three neutral witnesses, a quorum and so many mirrors that are all asked for.
pub(crate) fn witnessed(quorum: &str, mirrors: u16) -> Policy {
    policy_of("2", quorum, mirrors)
}

/// The same, when one of the three is enough.
pub(crate) fn any_of_three() -> Policy {
    policy_of("any", "quorum some", 0)
}

fn policy_of(threshold: &str, quorum: &str, mirrors: u16) -> Policy {
    let mut policy = format!(
        "log {}\nlog {}\n",
        vkey("a.example/log", KeyType::Log, 1),
        vkey("b.example/log", KeyType::Log, 2)
    );
    for number in 1..=3 {
        let key = vkey(&format!("witness.example/w{number}"), KeyType::Cosignature, 100 + number);
        policy.push_str(&format!("witness w{number} {key}\n"));
    }
    policy.push_str(&format!("group some {threshold} w1 w2 w3\n{quorum}\n"));
    let keys: Vec<_> = (0..mirrors)
        .map(|number| {
            format!("\"{}\"", vkey(&format!("mirror.example/m{number}"), KeyType::Cosignature, 200 + number))
        })
        .collect();
    let mirror_quorum = if mirrors == 0 { "none".to_owned() } else { mirrors.to_string() };
    let companion = format!(
        "{{\"f\":0,\"mirror_quorum\":\"{mirror_quorum}\",\"mirrors\":[{}],\"operators\":{{\"w1\":\"x\",\"w2\":\"y\",\"w3\":\"z\"}},\"parties\":[\"a\",\"b\"],\"policy\":\"{}\"}}\n",
        keys.join(","),
        sha256(&policy)
    );
    Policy::parse(policy.as_bytes(), Some(companion.as_bytes())).unwrap()
}
