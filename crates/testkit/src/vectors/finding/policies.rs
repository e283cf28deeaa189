//! Step 10: whether the reader's policy names the culprit; and policies that cannot be read.

use detente_core::Code;

use super::{Findings, ORIGIN, Scene, WITNESS, input, log, witness};
use crate::build::{
    edwards::torsion,
    finding::Finding,
    keys::{COSIGNATURE, Key, LOG, vkey},
    note::{companion, policy_log, policy_witness},
};

pub(super) fn vectors(findings: &mut Findings) {
    known(findings);
    unknown(findings);
    unreadable(findings);
}

/// A policy of the log and the witness of all scenarios.
fn plain_policy() -> String {
    let witness = witness();
    format!("{}{}quorum w1\n", policy_log(ORIGIN, &log().key), policy_witness("w1", WITNESS, &witness.key))
}

fn plain_companion(policy: &str) -> Vec<u8> {
    companion(policy, 0, &[("w1", "institute")], &["a.example", "b.example"])
}

/// The plain scene of each offence.
fn plain() -> [(&'static str, Scene); 3] {
    [
        ("fork", Scene::plain()),
        ("cosigned-fork", Scene::plain_cosigned()),
        ("backwards", Scene::plain_backwards()),
    ]
}

fn known(findings: &mut Findings) {
    let policy = plain_policy();
    let neutral = plain_companion(&policy);
    let party = companion(&policy, 0, &[("w1", "a.example")], &["a.example"]);
    let (log, witness) = (log(), witness());
    let second = Key::named("second");
    let larger = format!(
        "# two logs\n{}{}{}{}group g 1 w1 w2\nquorum g\n",
        policy_log("log.example/b", &second),
        policy_log(ORIGIN, &log.key),
        policy_witness("w2", "witness.example/w2", &Key::named("third")),
        policy_witness("w1", WITNESS, &witness.key),
    );
    let one_key = format!(
        "{}{}quorum none\n",
        policy_log(WITNESS, &witness.key),
        policy_witness("w", ORIGIN, &log.key),
    );
    let both_types = format!("{}{one_key}", policy_log(ORIGIN, &log.key)).replacen(
        "quorum",
        &format!("{}quorum", policy_witness("w1", WITNESS, &witness.key)),
        1,
    );
    let unused = plain_policy().replace("quorum w1", "quorum none");
    for (base, scene) in plain() {
        let mut accepts = |name: &str, description: &str, policy: &str, companion: Option<&[u8]>| {
            let input = input(&scene.finding().file(), Some(policy.as_bytes()), companion);
            findings.0.ok(format!("{base}-known-{name}"), description, input, scene.output());
        };
        accepts("plain", "the policy names the key", &policy, None);
        accepts("companion", "with a companion", &policy, Some(&neutral));
        accepts("party", "with a companion that makes the witness a party's", &policy, Some(&party));
        accepts("larger", "a policy of two logs and two witnesses", &larger, None);
        accepts("no-quorum", "a policy that asks for no witness", &unused, None);
        accepts("both-types", "the policy names the key as both types", &both_types, None);
    }
}

fn unknown(findings: &mut Findings) {
    let (log, witness) = (log(), witness());
    let (stranger, second) = (Key::named("stranger"), Key::named("second"));
    let code = Code::UnknownCulprit;
    for (base, scene) in plain() {
        let mut refuses = |name: &str, description: &str, policy: &str| {
            let input = input(&scene.finding().file(), Some(policy.as_bytes()), None);
            findings.0.fails(code, format!("{base}-unknown-{name}"), description, input);
        };
        let quorum = "quorum none\n";
        let others = format!(
            "{}{}{quorum}",
            policy_log("log.example/b", &second),
            policy_witness("w1", "witness.example/w2", &stranger),
        );
        refuses("others", "the policy names others", &others);
        let keys =
            format!("{}{}{quorum}", policy_log(ORIGIN, &second), policy_witness("w1", WITNESS, &stranger));
        refuses("other-keys", "the policy names the same names with other keys", &keys);
        let names = format!(
            "{}{}{quorum}",
            policy_log("log.example/b", &log.key),
            policy_witness("w1", "witness.example/w2", &witness.key),
        );
        refuses("other-names", "the policy names the same keys under other names", &names);
        let types = format!(
            "{}{}{quorum}",
            policy_log(WITNESS, &witness.key),
            policy_witness("w1", ORIGIN, &log.key)
        );
        refuses(
            "other-types",
            "the policy names the log's key as a witness and the witness's as a log",
            &types,
        );
        let word = format!(
            "{}{}{quorum}",
            policy_log("x", &second),
            policy_witness(scene.signer.name.as_str(), "x", &stranger)
        );
        refuses("word-of-policy", "the culprit's name is a witness's word in the policy", &word);
    }
    let no_witness = format!("{}quorum none\n", policy_log(ORIGIN, &log.key));
    for (base, scene) in [("cosigned-fork", Scene::plain_cosigned()), ("backwards", Scene::plain_backwards())]
    {
        let input = input(&scene.finding().file(), Some(no_witness.as_bytes()), None);
        findings.0.fails(code, format!("{base}-unknown-no-witness"), "the policy has no witness", input);
    }
    let renamed = Scene::plain_cosigned().with(|scene| scene.signer.name = "witness.example/w9".to_owned());
    let input = input(&renamed.finding().file(), Some(plain_policy().as_bytes()), None);
    findings.0.fails(
        code,
        "cosigned-fork-unknown-renamed",
        "the key that the policy names, under a name of somebody's choice",
        input,
    );
}

fn unreadable(findings: &mut Findings) {
    let policy = plain_policy();
    let right = plain_companion(&policy);
    let file = Scene::plain().finding().file();
    let mut refuses =
        |code: Code, name: &str, description: &str, file: &[u8], policy: &str, companion: Option<&[u8]>| {
            findings.0.fails(code, name, description, input(file, Some(policy.as_bytes()), companion));
        };
    let bad = Code::MalformedPolicy;
    refuses(bad, "policy-empty", "an empty policy", &file, "", None);
    refuses(
        bad,
        "policy-no-quorum",
        "a policy without a quorum",
        &file,
        &policy_log(ORIGIN, &log().key),
        None,
    );
    let weak = format!("log {}\n{policy}", vkey("x", LOG, &torsion(0)));
    refuses(bad, "policy-weak-key", "a policy with a weak key", &file, &weak, None);
    let typed = format!("log {}\nquorum none\n", vkey(ORIGIN, COSIGNATURE, &log().key.public));
    refuses(bad, "policy-log-of-type-4", "a log line with a key of type 4", &file, &typed, None);
    refuses(Code::MalformedJson, "companion-empty", "an empty companion", &file, &policy, Some(b""));
    refuses(
        Code::NotCanonical,
        "companion-no-lf",
        "a companion without a line feed",
        &file,
        &policy,
        Some(&right[..right.len() - 1]),
    );
    refuses(
        Code::MalformedCompanion,
        "companion-no-member",
        "a companion without members",
        &file,
        &policy,
        Some(b"{}\n"),
    );
    let other = plain_companion(&policy.replace("quorum w1", "quorum none"));
    refuses(
        Code::CompanionMismatch,
        "companion-of-other-policy",
        "a companion of another policy",
        &file,
        &policy,
        Some(&other),
    );
    refuses(bad, "policy-before-companion", "the policy is read before the companion", &file, "", Some(b""));
    refuses(bad, "policy-before-file", "the policy is read before the file", b"", "", None);
    refuses(
        Code::CompanionMismatch,
        "companion-before-file",
        "the companion is read before the file",
        b"",
        &policy,
        Some(&other),
    );
    let unknown = Finding { offence: "SPLIT-VIEW".to_owned(), ..Scene::plain().finding() };
    refuses(
        bad,
        "policy-before-unknown-offence",
        "the policy is read before the offence",
        &unknown.file(),
        "",
        None,
    );
    refuses(
        Code::UnknownOffence,
        "unknown-offence-with-policy",
        "an offence that is not in the table, and a policy",
        &unknown.file(),
        &policy,
        None,
    );
}
