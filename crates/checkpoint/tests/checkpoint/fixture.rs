//! The log and witness of vector A, and ways to write notes and policies that the crate itself would not.

use std::fmt::Debug;

use detente_checkpoint::{
    CheckpointError, KeyType, NoteKey, Policy, SignatureLine, SigningKey, TreeHead, UnverifiedCheckpoint,
    VerifiedCheckpoint, cosignature,
};
use detente_core::{Code, Digest, Name, Origin, TreeSize, UnixSeconds, base64};

pub(crate) const ORIGIN: &str = "log.example/a";
pub(crate) const LOG_VKEY: &str = "log.example/a+d870bab6+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";
pub(crate) const W1_VKEY: &str = "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";
pub(crate) const NOTE: &str = "log.example/a
13
317hMOWiR2ANGQwxB0RY3jwNxY8LDYpqKz3U/X5WlQE=

— log.example/a 2HC6tkgICO9pC+QDK7wafvbZ9JWa9Ft9nXzw9hiDUknQBxtzOyE+cbV6/cD/ttwUOH93VottqTAqjnTNbjPCSD1uNgI=
— witness.example/w1 IDJKvgAAAABlU/EAhvTEqrITqcH2W7JJetyrdG0vGE4GwaSqquYgJDnD8/NiXHxVKiOLSctl+DTFo7RkrKz1xhRYvBhiJAVh8bG5Bw==
";

/// The seed of 32 consecutive bytes from `first`; vector A's log has 0, its witness 0x20.
pub(crate) fn seed(first: u8) -> [u8; 32] {
    std::array::from_fn(|i| first + i as u8)
}

pub(crate) fn log_key() -> SigningKey {
    SigningKey::from_seed(&seed(0))
}

/// The key of witness `wN`, N from 1; that of `w1` is vector A's.
pub(crate) fn witness_key(number: u8) -> SigningKey {
    SigningKey::from_seed(&seed(0x1f + number))
}

pub(crate) fn witness_name(number: u8) -> Name {
    Name::parse(&format!("witness.example/w{number}")).unwrap()
}

pub(crate) fn witness_vkey(number: u8) -> NoteKey {
    NoteKey::new(witness_name(number), KeyType::Cosignature, witness_key(number).public())
}

pub(crate) fn head(size: u64, root: Digest) -> TreeHead {
    TreeHead::new(Origin::parse(ORIGIN).unwrap(), TreeSize::new(size).unwrap(), root).unwrap()
}

/// A note of vector A's log, cosigned by the given witnesses at the given times.
pub(crate) fn note(head: &TreeHead, cosigners: &[(u8, u64)]) -> Vec<u8> {
    let mut note = head.sign(&log_key()).unwrap();
    for (witness, time) in cosigners {
        note = note.with_signature(cosign(*witness, *time, head)).unwrap();
    }
    note.as_bytes().to_vec()
}

pub(crate) fn cosign(witness: u8, time: u64, head: &TreeHead) -> SignatureLine {
    cosignature::sign(&witness_name(witness), &witness_key(witness), UnixSeconds::new(time).unwrap(), head)
}

/// A signature line of a key that no policy here knows.
pub(crate) fn unknown_line(number: usize) -> String {
    format!("— other.example/{number} {}\n", base64::encode(&[number as u8; 68]))
}

/// A signed text that the crate would not write: `text` is signed by vector A's log as it stands.
pub(crate) fn sign_text(text: &str) -> Vec<u8> {
    let key = NoteKey::parse(LOG_VKEY).unwrap();
    let line = SignatureLine::new(&key, log_key().sign(text.as_bytes()).to_vec());
    format!("{text}\n{line}\n").into_bytes()
}

/// Vector A's log and the witnesses `w1..=wN`, then more lines.
pub(crate) fn policy_text(witnesses: u8, rest: &str) -> String {
    let lines: String = (1..=witnesses).map(|n| format!("witness w{n} {}\n", witness_vkey(n))).collect();
    format!("log {LOG_VKEY}\n{lines}{rest}")
}

/// A companion that fits the policy. `operators` is the inside of the JSON object; `party.example` is a party.
pub(crate) fn companion(policy: &str, f: u8, operators: &str) -> String {
    let none = Policy::parse(policy.as_bytes(), None).unwrap().id().policy;
    format!(
        "{{\"f\":{f},\"mirror_quorum\":\"none\",\"mirrors\":[],\"operators\":{{{operators}}},\"parties\":[\"party.example\"],\"policy\":\"{none}\"}}\n"
    )
}

/// The policy with witnesses `w1..=wN`; those numbered in `neutral` are run by an institute, the others by a party.
pub(crate) fn policy(witnesses: u8, rest: &str, f: u8, neutral: &[u8]) -> Policy {
    let text = policy_text(witnesses, rest);
    let operator = |n: u8| if neutral.contains(&n) { "institute" } else { "party.example" };
    let mut operators: Vec<String> =
        (1..=witnesses).map(|n| format!("\"w{n}\":\"{}\"", operator(n))).collect();
    // As text, w10 stands before w2.
    operators.sort_unstable();
    Policy::parse(text.as_bytes(), Some(companion(&text, f, &operators.join(",")).as_bytes())).unwrap()
}

pub(crate) fn verify(note: &[u8], policy: &Policy) -> Result<VerifiedCheckpoint, CheckpointError> {
    UnverifiedCheckpoint::parse(note)?.verify(policy)
}

pub(crate) fn code<T: Debug>(result: Result<T, CheckpointError>) -> Code {
    result.unwrap_err().code()
}
