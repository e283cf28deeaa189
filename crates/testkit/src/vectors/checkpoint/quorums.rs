//! Which cosignatures are enough: neutral witnesses, groups, time 0.

use detente_core::{Code, json::Object};

use super::{
    LOG, TIME, checkpoint,
    checkpoints::{input, output},
    log_key, policy, with_policy, witness_key, witness_name,
};
use crate::{
    build::{bytes::base64, note},
    vector::{Operation, object},
};

/// An input whose companion is the bytes given.
fn with(note: &str, policy: &str, companion: Option<&[u8]>) -> Object {
    with_policy(policy.as_bytes(), companion, object! {"note": base64(note)})
}

pub(super) fn checkpoints(operation: &mut Operation) {
    groups(operation);
    neutrality(operation);
    companions(operation);
}

fn groups(operation: &mut Operation) {
    let two_of_three = policy(3, "group g 2 w1 w2 w3\nquorum g\n");
    let all = policy(3, "group g all w1 w2 w3\nquorum g\n");
    let any = policy(3, "group g any w1 w2 w3\nquorum g\n");
    let nested = policy(4, "group a all w1 w2\ngroup b any w3 w4\ngroup top all a b\nquorum top\n");
    let part = policy(3, "group inner 2 w1 w2\ngroup top any inner w3\nquorum inner\n");
    let single = policy(2, "quorum w2\n");
    let times = |numbers: &[u8]| {
        numbers.iter().map(|number| (*number, TIME + u64::from(*number))).collect::<Vec<_>>()
    };
    let mut case = |name: &str, description: &str, policy: &str, witnesses: u8, signed: &[u8], met: bool| {
        let input = input(&checkpoint(13, &times(signed)), policy, witnesses);
        if met {
            let names: Vec<String> = signed.iter().map(|number| format!("w{number}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            operation.ok(name, description, input, output(13, &names));
        } else {
            operation.fails(Code::UnderWitnessed, name, description, input);
        }
    };
    case("quorum-two-of-three", "two of three", &two_of_three, 3, &[1, 3], true);
    case("quorum-three-of-three", "all three where two are asked for", &two_of_three, 3, &[1, 2, 3], true);
    case("quorum-one-of-three", "one where two are asked for", &two_of_three, 3, &[2], false);
    case("quorum-none-of-three", "no cosignature where two are asked for", &two_of_three, 3, &[], false);
    case("quorum-all", "all of all", &all, 3, &[1, 2, 3], true);
    case("quorum-all-but-one", "two where all are asked for", &all, 3, &[1, 2], false);
    case("quorum-any", "one of any", &any, 3, &[3], true);
    case("quorum-any-none", "none of any", &any, 3, &[], false);
    case("quorum-nested", "groups of groups", &nested, 4, &[1, 2, 4], true);
    case("quorum-nested-half", "one of two groups that are both asked for", &nested, 4, &[1, 3, 4], false);
    case("quorum-is-inner-group", "the quorum is a member of another group too", &part, 3, &[1, 2], true);
    case(
        "quorum-is-inner-group-not-met",
        "the outer group counts, the quorum does not",
        &part,
        3,
        &[3],
        false,
    );
    case("quorum-is-witness", "a single witness is the quorum", &single, 2, &[2], true);
    case("quorum-is-other-witness", "a witness that is not the quorum", &single, 2, &[1], false);
    let none = policy(2, "quorum none\n");
    case("quorum-none-unwitnessed", "no witness is asked for, none is there", &none, 2, &[], true);
    case("quorum-none-witnessed", "no witness is asked for, one is there", &none, 2, &[2], true);
    let early = format!("{}quorum none\n", note::policy_log(LOG, &log_key()));
    case("quorum-none-no-witness-lines", "a policy without witnesses", &early, 0, &[], true);
    let ten: String = (1..=10).map(|number| format!(" w{number}")).collect();
    let six_of_ten = policy(10, &format!("group g 6{ten}\nquorum g\n"));
    let mut sorted = output(13, &[]);
    sorted.insert("witnesses".to_owned(), crate::vector::texts(&["w1", "w10", "w2", "w3", "w4", "w5"]));
    operation.ok(
        "quorum-six-of-ten",
        "names are sorted by their bytes",
        input(&checkpoint(13, &times(&[10, 5, 4, 3, 2, 1])), &six_of_ten, 10),
        sorted,
    );
}

fn neutrality(operation: &mut Operation) {
    let two_of_three = policy(3, "group g 2 w1 w2 w3\nquorum g\n");
    let signed = checkpoint(13, &[(1, TIME), (2, TIME)]);
    let operators = [("w1", "institute 1"), ("w2", "a.example"), ("w3", "institute 3")];
    let party = note::companion(&two_of_three, 0, &operators, &["a.example"]);
    operation.fails(
        Code::UnderWitnessed,
        "neutral-operator-is-party",
        "the operator of one of two witnesses is a party",
        with(&signed, &two_of_three, Some(&party)),
    );
    let three = checkpoint(13, &[(1, TIME), (2, TIME), (3, TIME)]);
    operation.ok(
        "neutral-two-beside-party",
        "two neutral witnesses are enough, the third is a party's",
        with(&three, &two_of_three, Some(&party)),
        output(13, &["w1", "w3"]),
    );
    let unnamed = note::companion(&two_of_three, 0, &[("w1", "institute 1")], &[]);
    operation.fails(
        Code::UnderWitnessed,
        "neutral-operator-not-named",
        "the companion names no operator for the second witness",
        with(&signed, &two_of_three, Some(&unnamed)),
    );
    operation.fails(
        Code::UnderWitnessed,
        "neutral-no-companion",
        "without a companion no witness is neutral",
        with(&signed, &two_of_three, None),
    );
    let none = policy(1, "quorum none\n");
    operation.ok(
        "neutral-no-companion-quorum-none",
        "without a companion no witness counts; none is asked for",
        with(&checkpoint(13, &[(1, TIME)]), &none, None),
        output(13, &[]),
    );
    let one = policy(1, "quorum w1\n");
    operation.fails(
        Code::UnderWitnessed,
        "time-0-alone",
        "time 0 is valid and counts as no cosignature",
        input(&checkpoint(13, &[(1, 0)]), &one, 1),
    );
    operation.ok(
        "time-0-beside-quorum",
        "two witnesses with a time, a third at time 0",
        input(&checkpoint(13, &[(1, TIME), (2, 0), (3, TIME)]), &two_of_three, 3),
        output(13, &["w1", "w3"]),
    );
    operation.ok("time-1", "time 1 counts", input(&checkpoint(13, &[(1, 1)]), &one, 1), output(13, &["w1"]));
    let same_name = note::note(
        &super::text(13),
        &[
            super::log_line(&super::text(13)),
            note::witness_line(&witness_name(1), &witness_key(2), TIME, &super::text(13)),
        ],
    );
    operation.fails(
        Code::UnderWitnessed,
        "other-key-of-witness-name",
        "another key under the witness's name is an unknown line",
        input(&same_name, &one, 1),
    );
}

fn companions(operation: &mut Operation) {
    let one = policy(1, "quorum w1\n");
    let signed = checkpoint(13, &[(1, TIME)]);
    let other = policy(1, "# another policy\nquorum w1\n");
    operation.fails(
        Code::CompanionMismatch,
        "companion-of-other-policy",
        "the companion names another policy",
        with(&signed, &one, Some(&super::neutral(&other, 1, 0))),
    );
    operation.fails(
        Code::MalformedPolicy,
        "policy-malformed",
        "the policy's own failure is the code",
        with(&signed, one.trim_end(), None),
    );
    operation.fails(
        Code::MalformedCompanion,
        "companion-malformed",
        "the companion's own failure is the code",
        with(&signed, &one, Some(b"{}\n")),
    );
}
