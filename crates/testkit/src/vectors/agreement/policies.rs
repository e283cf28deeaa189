//! An agreement against the reader's policy.

use detente_core::{
    Code,
    json::{Object, Value},
};

use super::{DEFINITIONS, OBLIGATION, PARTIES};
use crate::{
    build::{
        bytes::{base64, hex, sha256},
        keys::Key,
        note,
    },
    vector::{Operation, Vector, object},
};

fn log(name: &str) -> String {
    note::policy_log(name, &Key::named(name))
}

fn policy() -> String {
    format!(
        "{}{}{}quorum w1\n",
        log("a.example/log"),
        log("b.example/log"),
        note::policy_witness("w1", "witness.example/w1", &Key::named("witness 1"))
    )
}

fn companion(policy: &str) -> Vec<u8> {
    note::companion(policy, 0, &[("w1", "one")], &["a.example", "b.example"])
}

/// The example, naming these files.
fn file(policy: &str, companion: &[u8]) -> String {
    format!(
        "agreement = \"detente-agreement/v1\"\nname = \"two\"\ntitle = \"x\"\npolicy = \"{}\"\ncompanion = \"{}\"\n{PARTIES}{DEFINITIONS}{OBLIGATION}",
        hex(&sha256(&[policy.as_bytes()])),
        hex(&sha256(&[companion])),
    )
}

fn input(file: &str, policy: &str, companion: Option<&[u8]>) -> Object {
    object! {
        "file": base64(file),
        "policy": base64(policy),
        "companion": companion.map_or(Value::Null, |bytes| base64(bytes).into()),
    }
}

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("agreement.policy");
    let policy = policy();
    let companion = companion(&policy);
    let good = file(&policy, &companion);
    operation.ok("both", "the files that it names", input(&good, &policy, Some(&companion)), object! {});
    let more_logs = format!("{}{policy}", log("c.example/log"));
    let own = self::companion(&more_logs);
    operation.ok(
        "more-logs",
        "a policy may name logs that no party has",
        input(&file(&more_logs, &own), &more_logs, Some(&own)),
        object! {},
    );
    operation.fails(
        Code::PolicyMismatch,
        "no-companion",
        "the reader has no companion",
        input(&good, &policy, None),
    );
    let other_policy = format!("# other bytes, same meaning\n{policy}");
    operation.fails(
        Code::PolicyMismatch,
        "other-policy",
        "a policy that says the same in other bytes",
        input(
            &file(&policy, &self::companion(&other_policy)),
            &other_policy,
            Some(&self::companion(&other_policy)),
        ),
    );
    let other_companion = note::companion(&policy, 1, &[("w1", "one")], &["a.example", "b.example"]);
    operation.fails(
        Code::PolicyMismatch,
        "other-companion",
        "a companion with another f",
        input(&good, &policy, Some(&other_companion)),
    );
    let one_log = policy.replacen(&log("b.example/log"), "", 1);
    let own = self::companion(&one_log);
    operation.fails(
        Code::UnknownLog,
        "log-missing",
        "the policy does not name b's log",
        input(&file(&one_log, &own), &one_log, Some(&own)),
    );
    let witnesses = |count: usize, length: usize| {
        let lines: String = (0..count)
            .map(|at| {
                let name = format!("{at:03}{}", "n".repeat(length - 3));
                note::policy_witness(&format!("w{at}"), &name, &Key::named(&name))
            })
            .collect();
        let policy = format!("{}{}{lines}quorum none\n", log("a.example/log"), log("b.example/log"));
        let companion = note::companion(&policy, 0, &[], &[]);
        (file(&policy, &companion), policy, companion)
    };
    // A line: dash 3, space, name, space, base64 of 76 bytes 104, LF. With names of 146: 256 bytes. The rest of the body:
    // 16 + 32 + 8, the text 14 + 20 + 45, a blank line 1, the log's line 3 + 1 + 13 + 1 + 92 + 1. In all 247.
    // 65,535 - 144 = 65,391 leaves 65,144 for lines: 254 of them are 65,024, 255 would be 65,280.
    let (file_254, policy_254, companion_254) = witnesses(254, 146);
    operation.ok(
        "largest-anchor-fits",
        "254 witnesses with long names",
        input(&file_254, &policy_254, Some(&companion_254)),
        object! {},
    );
    let (file_255, policy_255, companion_255) = witnesses(255, 146);
    operation.fails(
        Code::Oversize,
        "largest-anchor-too-large",
        "255 witnesses with long names: an anchor with all their lines is no entry",
        input(&file_255, &policy_255, Some(&companion_255)),
    );
    operation.fails(
        Code::MalformedAgreement,
        "file-first",
        "the file is read before it is compared",
        input(&good.replacen("period", "length", 1), &other_policy, Some(&self::companion(&other_policy))),
    );
    operation.into_vectors()
}
