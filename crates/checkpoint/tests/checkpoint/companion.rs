//! The companion: form, the order of the refusals, neutrality.

use detente_checkpoint::{CheckpointError, MAX_POLICY_BYTES, Policy};
use detente_core::Code;

use crate::fixture::{LOG_VKEY, W1_VKEY, code, companion, policy, policy_text, witness_vkey};

fn text() -> String {
    policy_text(2, "quorum none\n")
}

fn attach(companion: &str) -> Result<Policy, CheckpointError> {
    Policy::parse(text().as_bytes(), Some(companion.as_bytes()))
}

fn good() -> String {
    companion(&text(), 1, "\"w1\":\"institute\"")
}

#[test]
fn every_member_is_read_and_written() {
    let file =
        good().replace("\"mirrors\":[]", &format!("\"mirrors\":[\"{W1_VKEY}\",\"{}\"]", witness_vkey(2)));
    let file = file.replace("\"mirror_quorum\":\"none\"", "\"mirror_quorum\":\"2\"");
    let policy = attach(&file).unwrap();
    let companion = policy.companion().unwrap();
    assert_eq!(companion.f(), 1);
    assert_eq!(companion.parties(), ["party.example"]);
    assert_eq!((companion.operator_of("w1"), companion.operator_of("w2")), (Some("institute"), None));
    assert_eq!(companion.mirrors().len(), 2);
    assert_eq!(companion.mirror_quorum(), Some(2));
    assert_eq!(companion.to_file(policy.id().policy), file.as_bytes());
}

#[test]
fn a_witness_is_neutral_when_its_operator_is_known_and_no_party() {
    let neutral = |operators: &str| -> Vec<bool> {
        let policy = attach(&companion(&text(), 0, operators)).unwrap();
        policy.witnesses().iter().map(|witness| witness.is_neutral()).collect()
    };
    assert_eq!(neutral(""), [false, false]);
    assert_eq!(neutral("\"w1\":\"institute\""), [true, false]);
    assert_eq!(neutral("\"w1\":\"party.example\",\"w2\":\"institute\""), [false, true]);
    let without = Policy::parse(text().as_bytes(), None).unwrap();
    assert!(without.witnesses().iter().all(|witness| !witness.is_neutral()));
    assert_eq!(without.id().companion, None);
    assert_eq!(policy(2, "quorum none\n", 0, &[2]).witnesses()[1].operator(), Some("institute"));
}

#[test]
fn it_is_a_file_of_ours() {
    assert_eq!(code(attach(good().trim_end())), Code::NotCanonical);
    assert_eq!(code(attach(&good().replacen(':', ": ", 1))), Code::NotCanonical);
    assert_eq!(code(attach(&good().replacen("\"f\":1", "\"f\":1.0", 1))), Code::NotCanonical);
    assert_eq!(code(attach(&good().replacen("\"f\":1", "\"f\":1,\"f\":1", 1))), Code::DuplicateMember);
    assert_eq!(code(attach(&good().replacen("\"f\":1", "\"f\":9007199254740993", 1))), Code::NumberRange);
    assert_eq!(code(attach(&good().replacen("institute", "\\ud800", 1))), Code::LoneSurrogate);
    assert_eq!(code(attach(&good().replacen('{', "", 1))), Code::MalformedJson);
    assert_eq!(code(attach("")), Code::MalformedJson);
}

#[test]
fn members_and_types_are_fixed() {
    let good = good();
    for (from, to) in [
        ("\"f\":1,", ""),
        ("\"mirror_quorum\":\"none\",", ""),
        ("\"mirrors\":[],", ""),
        ("\"operators\":{\"w1\":\"institute\"},", ""),
        ("\"parties\":[\"party.example\"],", ""),
        ("\"f\":1,", "\"f\":1,\"g\":1,"),
        ("\"f\":1", "\"f\":\"1\""),
        ("\"f\":1", "\"f\":256"),
        ("\"f\":1", "\"f\":-1"),
        ("\"f\":1", "\"f\":0.5"),
        ("\"mirror_quorum\":\"none\"", "\"mirror_quorum\":\"0\""),
        ("\"mirror_quorum\":\"none\"", "\"mirror_quorum\":\"1\""),
        ("\"mirror_quorum\":\"none\"", "\"mirror_quorum\":\"None\""),
        ("\"mirror_quorum\":\"none\"", "\"mirror_quorum\":1"),
        ("\"mirror_quorum\":\"none\"", "\"mirror_quorum\":null"),
        ("\"mirrors\":[]", "\"mirrors\":{}"),
        ("\"mirrors\":[]", "\"mirrors\":[1]"),
        ("\"mirrors\":[]", "\"mirrors\":[\"x\"]"),
        ("\"mirrors\":[]", &format!("\"mirrors\":[\"{LOG_VKEY}\"]")),
        ("{\"w1\":\"institute\"}", "[]"),
        ("{\"w1\":\"institute\"}", "{\"w1\":1}"),
        ("{\"w1\":\"institute\"}", "{\"w3\":\"institute\"}"),
        ("[\"party.example\"]", "\"party.example\""),
        ("[\"party.example\"]", "[null]"),
    ] {
        assert!(good.contains(from));
        assert_eq!(code(attach(&good.replacen(from, to, 1))), Code::MalformedCompanion, "{to}");
    }
    assert_eq!(code(attach("[]\n")), Code::MalformedCompanion);
    let (start, _) = good.split_at(good.find(",\"policy\"").unwrap());
    assert_eq!(code(attach(&format!("{start}}}\n"))), Code::MalformedCompanion);
    for digest in ["", "00", &"A".repeat(64), &"g".repeat(64)] {
        assert_eq!(
            code(attach(&format!("{start},\"policy\":\"{digest}\"}}\n"))),
            Code::MalformedCompanion,
            "{digest}"
        );
    }
    assert!(attach(&good.replacen("\"f\":1", "\"f\":255", 1)).is_ok());
}

#[test]
fn one_mirror_of_a_quorum_of_one() {
    let file = good().replace("\"mirrors\":[]", &format!("\"mirrors\":[\"{W1_VKEY}\"]"));
    assert!(attach(&file.replace("\"mirror_quorum\":\"none\"", "\"mirror_quorum\":\"1\"")).is_ok());
    for quorum in ["0", "2", "01", "+1"] {
        let file = file.replace("\"mirror_quorum\":\"none\"", &format!("\"mirror_quorum\":\"{quorum}\""));
        assert_eq!(code(attach(&file)), Code::MalformedCompanion, "{quorum}");
    }
}

#[test]
fn it_fits_one_policy_only() {
    let other = companion(&policy_text(2, "quorum w1\n"), 1, "");
    assert_eq!(code(attach(&other)), Code::CompanionMismatch);
    let commented = format!("#\n{}", text());
    assert_eq!(code(Policy::parse(commented.as_bytes(), Some(good().as_bytes()))), Code::CompanionMismatch);
    let other_and_malformed = other.replacen("\"f\":1", "\"f\":256", 1);
    assert_eq!(code(attach(&other_and_malformed)), Code::MalformedCompanion, "the form comes first");
}

#[test]
fn the_policy_fails_first_and_length_before_form() {
    assert_eq!(code(Policy::parse(b"x\n", Some(b"x"))), Code::MalformedPolicy);
    assert_eq!(code(attach(&"x".repeat(MAX_POLICY_BYTES + 1))), Code::Oversize);
    assert_eq!(code(attach(&"x".repeat(MAX_POLICY_BYTES))), Code::MalformedJson);
}
