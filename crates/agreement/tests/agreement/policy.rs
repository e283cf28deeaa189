//! An agreement against the reader's policy.

use detente_agreement::Agreement;
use detente_checkpoint::{KeyType, Policy};
use detente_core::Code;

use crate::fixture::{agreement, code, digest, o1, sha256, vkey};

/// The logs of a and b, and so many witnesses whose names have so many bytes.
fn files(witnesses: u16, name_length: usize) -> (String, String) {
    let mut policy = format!(
        "log {}\nlog {}\n",
        vkey("a.example/log", KeyType::Log, 1),
        vkey("b.example/log", KeyType::Log, 2)
    );
    for number in 0..witnesses {
        let name = format!("{}{number:03}", "w".repeat(name_length - 3));
        policy.push_str(&format!("witness w{number} {}\n", vkey(&name, KeyType::Cosignature, 100 + number)));
    }
    policy.push_str("quorum none\n");
    let companion = companion(&policy);
    (policy, companion)
}

fn companion(policy: &str) -> String {
    format!(
        "{{\"f\":0,\"mirror_quorum\":\"none\",\"mirrors\":[],\"operators\":{{}},\"parties\":[\"a\",\"b\"],\"policy\":\"{}\"}}\n",
        sha256(policy)
    )
}

fn named(policy: &str, companion: &str) -> String {
    agreement(&o1())
        .replace(&digest(1).to_string(), &sha256(policy).to_string())
        .replace(&digest(2).to_string(), &sha256(companion).to_string())
}

fn read(text: &str) -> Agreement {
    Agreement::parse(text.as_bytes()).unwrap()
}

#[test]
fn the_very_files_that_it_names() {
    let (policy, companion) = files(1, 10);
    let both = Policy::parse(policy.as_bytes(), Some(companion.as_bytes())).unwrap();
    let alone = Policy::parse(policy.as_bytes(), None).unwrap();
    let text = named(&policy, &companion);
    assert_eq!(read(&text).require_policy(&both), Ok(()));
    assert_eq!(code(read(&text).require_policy(&alone)), Code::PolicyMismatch);
    let other = read(&text.replace(&sha256(&policy).to_string(), &digest(9).to_string()));
    assert_eq!(other.require_policy(&both).unwrap_err().culprit(), "policy");
    let other = read(&text.replace(&sha256(&companion).to_string(), &digest(9).to_string()));
    assert_eq!(other.require_policy(&both).unwrap_err().culprit(), "companion");
}

#[test]
fn a_log_of_the_policy_for_each_party() {
    let (policy, companion) = files(1, 10);
    let both = Policy::parse(policy.as_bytes(), Some(companion.as_bytes())).unwrap();
    let other = read(&named(&policy, &companion).replace("\"b.example/log\"", "\"c.example/log\""));
    assert_eq!(code(other.require_policy(&both)), Code::UnknownLog);
    assert_eq!(other.require_policy(&both).unwrap_err().culprit(), "party b");
}

#[test]
fn an_anchor_of_each_log_fits_an_entry() {
    // 56 bytes before the note; its text 14 + 20 + 45, a blank line, the log's line 4 + 13 + 1 + 92 + 1; a witness's
    // line is its name and 110. Of an entry of 65,535 bytes the body can have 65,391.
    let largest = |witnesses: usize, name: usize| 56 + 14 + 20 + 45 + 1 + 111 + witnesses * (name + 110);
    let verdict = |shortened: bool| {
        let (mut policy, _) = files(215, 193);
        if shortened {
            // The last witness, with a name of one byte less.
            let start = policy.find("witness w214 ").unwrap();
            let key = vkey(&format!("{}214", "w".repeat(189)), KeyType::Cosignature, 100 + 214);
            policy.replace_range(start.., &format!("witness w214 {key}\nquorum none\n"));
        }
        let companion = companion(&policy);
        let both = Policy::parse(policy.as_bytes(), Some(companion.as_bytes())).unwrap();
        read(&named(&policy, &companion)).require_policy(&both)
    };
    assert_eq!(largest(215, 193), 65_392);
    assert_eq!(verdict(true), Ok(()));
    assert_eq!(code(verdict(false)), Code::Oversize);
    assert_eq!(verdict(false).unwrap_err().culprit(), "party a");
}
