//! Policies: every rule of the form, and the smallest overlap.

use detente_core::{Code, json::Object};

use super::{LOG, log_key, neutral, policy, with_policy, witness_key, witness_name};
use crate::{
    build::{
        edwards::torsion,
        keys::{self, COSIGNATURE, Key, vkey},
        note::{self, policy_log, policy_witness},
    },
    vector::{Operation, Vector, object},
};

pub(super) fn vectors() -> Vec<Vector> {
    let mut operation = Operation::new("checkpoint.policy");
    overlaps(&mut operation);
    forms(&mut operation);
    lines(&mut operation);
    limits(&mut operation);
    super::companions::policies(&mut operation);
    operation.into_vectors()
}

fn input(policy: &str, witnesses: u8) -> Object {
    with_policy(policy.as_bytes(), Some(&neutral(policy, witnesses, 0)), object! {})
}

fn overlaps(operation: &mut Operation) {
    let mut ok = |name: &str, description: &str, policy: &str, witnesses: u8, overlap: u32| {
        operation.ok(name, description, input(policy, witnesses), object! {"overlap": overlap});
    };
    ok("overlap-none", "no quorum, no overlap", &policy(1, "quorum none\n"), 1, 0);
    ok("overlap-one-witness", "one witness overlaps with itself", &policy(1, "quorum w1\n"), 1, 1);
    ok("overlap-any-of-one", "any of one", &policy(1, "group g any w1\nquorum g\n"), 1, 1);
    ok(
        "overlap-any-of-two",
        "any of two can be met by two that share nobody",
        &policy(2, "group g any w1 w2\nquorum g\n"),
        2,
        0,
    );
    ok("overlap-all-of-two", "all of two share both", &policy(2, "group g all w1 w2\nquorum g\n"), 2, 2);
    ok("overlap-two-of-three", "2·2 - 3 = 1", &policy(3, "group g 2 w1 w2 w3\nquorum g\n"), 3, 1);
    ok("overlap-two-of-four", "2·2 - 4 = 0", &policy(4, "group g 2 w1 w2 w3 w4\nquorum g\n"), 4, 0);
    ok("overlap-three-of-four", "2·3 - 4 = 2", &policy(4, "group g 3 w1 w2 w3 w4\nquorum g\n"), 4, 2);
    ok(
        "overlap-five-of-seven",
        "2·5 - 7 = 3",
        &policy(7, "group g 5 w1 w2 w3 w4 w5 w6 w7\nquorum g\n"),
        7,
        3,
    );
    let nested = "group a 2 w1 w2 w3\ngroup b all w4 w5\ngroup top all a b\nquorum top\n";
    ok("overlap-all-of-groups", "1 of the first group and 2 of the second", &policy(5, nested), 5, 3);
    let smallest =
        "group a 2 w1 w2 w3\ngroup b all w4 w5\ngroup c all w6 w7 w8\ngroup top 2 a b c\nquorum top\n";
    ok(
        "overlap-smallest-group",
        "the one group shared may be the one with the smallest overlap",
        &policy(8, smallest),
        8,
        1,
    );
    let uneven = "group a all w1 w2 w3\ngroup b any w4 w5\ngroup top 2 a b w6\nquorum top\n";
    ok(
        "overlap-group-without",
        "the group shared may be one whose two ways share nobody",
        &policy(6, uneven),
        6,
        0,
    );
    let inner = "group a all w1 w2\ngroup top any a w3\nquorum a\n";
    ok("overlap-quorum-is-member", "only what is below the quorum matters", &policy(3, inner), 3, 2);
    // Members that cannot count are left out before k is compared.
    ok(
        "overlap-one-not-neutral",
        "two of three where one has no operator: two can count, 2·2 - 2 = 2",
        &policy(3, "group g 2 w1 w2 w3\nquorum g\n"),
        2,
        2,
    );
    ok(
        "overlap-too-few-neutral",
        "two of three where only one can count: no way to meet it",
        &policy(3, "group g 2 w1 w2 w3\nquorum g\n"),
        1,
        0,
    );
    let cannot = "group a all w1 w3\ngroup top any a w2\nquorum top\n";
    ok(
        "overlap-group-can-not-count",
        "a group that cannot count is left out of the one above: 2·1 - 1 = 1",
        &policy(3, cannot),
        2,
        1,
    );
    let none = policy(2, "group g all w1 w2\nquorum g\n");
    operation.ok(
        "overlap-no-companion",
        "without a companion nobody can count",
        with_policy(none.as_bytes(), None, object! {}),
        object! {"overlap": 0},
    );
    let parties = note::companion(&none, 0, &[("w1", "a.example"), ("w2", "institute")], &["a.example"]);
    operation.ok(
        "overlap-party",
        "a party's witness cannot count, so all of two cannot",
        with_policy(none.as_bytes(), Some(&parties), object! {}),
        object! {"overlap": 0},
    );
}

fn forms(operation: &mut Operation) {
    let (log, witness) = (
        vkey(LOG, keys::LOG, &log_key().public),
        vkey(&witness_name(1), COSIGNATURE, &witness_key(1).public),
    );
    let mut ok = |name: &str, description: &str, policy: String| {
        operation.ok(name, description, input(&policy, 1), object! {"overlap": 1});
    };
    ok(
        "form-comments",
        "comments, empty lines and lines of white space",
        format!("# one\n\n \t \nlog {log}\n#two\n###\nwitness w1 {witness}\nquorum w1\n\n"),
    );
    ok(
        "form-tabs",
        "tabs and several spaces between words",
        format!("log\t{log}\nwitness  w1 \t {witness}\nquorum\tw1\n"),
    );
    ok(
        "form-separators-around",
        "spaces and tabs before the first word and after the last, also of a url and of `quorum`",
        format!(" \tlog {log} https://log.example/ \n\twitness w1 {witness}\t \n  quorum w1 \t\n"),
    );
    ok(
        "form-urls",
        "urls",
        format!(
            "log {log} https://log.example/a\nwitness w1 {witness} https://witness.example/\nquorum w1\n"
        ),
    );
    ok(
        "form-unicode",
        "a comment and a url that are not ASCII",
        format!("# журнал 日志\nlog {log} https://журнал.example/\nwitness w1 {witness}\nquorum w1\n"),
    );
    ok(
        "form-quorum-before-log",
        "the log may come after the quorum",
        format!("witness w1 {witness}\nquorum w1\nlog {log}\n"),
    );
    ok(
        "form-group-after-quorum",
        "a group after the quorum",
        format!("log {log}\nwitness w1 {witness}\nquorum w1\ngroup g any w1\n"),
    );
    ok(
        "form-same-key-two-types",
        "the log's 32 bytes as a witness too: another type",
        format!(
            "log {log}\nwitness w1 {witness}\nwitness x {}\nquorum w1\n",
            vkey(LOG, COSIGNATURE, &log_key().public)
        ),
    );
    ok(
        "form-two-logs-one-name",
        "two keys of one log",
        format!(
            "log {log}\n{}witness w1 {witness}\nquorum w1\n",
            policy_log(LOG, &Key::named("second log key"))
        ),
    );
    ok(
        "form-keyword-as-name",
        "a group may be called `any`",
        format!("log {log}\nwitness w1 {witness}\ngroup any any w1\nquorum any\n"),
    );
}

fn lines(operation: &mut Operation) {
    let mut fails = |name: &str, description: &str, policy: &[u8]| {
        operation.fails(Code::MalformedPolicy, name, description, with_policy(policy, None, object! {}));
    };
    let (log, witness) = (
        vkey(LOG, keys::LOG, &log_key().public),
        vkey(&witness_name(1), COSIGNATURE, &witness_key(1).public),
    );
    let good = policy(3, "group g 2 w1 w2 w3\nquorum g\n");
    fails("empty", "no byte", b"");
    fails("no-final-line-feed", "the last line does not end", good.trim_end().as_bytes());
    fails("carriage-returns", "carriage returns", good.replace('\n', "\r\n").as_bytes());
    fails("nul", "a zero byte in a comment", format!("#\0\n{good}").as_bytes());
    fails("vertical-tab", "U+000B in a comment", format!("#\u{b}\n{good}").as_bytes());
    fails("delete", "U+007F in a comment", format!("#\u{7f}\n{good}").as_bytes());
    fails("not-utf-8", "a byte that is not UTF-8 in a comment", &[b"#\xff\n", good.as_bytes()].concat());
    fails(
        "no-log",
        "no `log` line",
        policy(1, "quorum w1\n")
            .lines()
            .skip(1)
            .map(|line| format!("{line}\n"))
            .collect::<String>()
            .as_bytes(),
    );
    fails("no-quorum", "no `quorum` line", policy(1, "").as_bytes());
    fails("two-quorums", "two `quorum` lines", policy(1, "quorum w1\nquorum w1\n").as_bytes());
    fails(
        "two-quorums-none",
        "two `quorum` lines, both `none`",
        policy(1, "quorum none\nquorum none\n").as_bytes(),
    );
    fails("unknown-word", "an unknown first word", policy(1, "mirror w1\nquorum w1\n").as_bytes());
    fails("upper-case-word", "`Quorum`", policy(1, "Quorum w1\n").as_bytes());
    fails(
        "comment-indented",
        "a comment that does not start the line",
        policy(1, " # comment\nquorum w1\n").as_bytes(),
    );
    fails("comment-at-end", "a comment at the end of a line", policy(1, "quorum w1 # comment\n").as_bytes());
    for (name, description, rest) in [
        ("log-without-key", "`log` and nothing", "log\nquorum w1\n".to_owned()),
        (
            "log-three-arguments",
            "`log` with two urls",
            format!("log {} a b\nquorum w1\n", vkey("x", keys::LOG, &Key::named("x").public)),
        ),
        ("witness-without-key", "`witness` with a name only", "witness x\nquorum w1\n".to_owned()),
        (
            "witness-four-arguments",
            "`witness` with two urls",
            format!("witness x {} a b\nquorum w1\n", vkey("x", COSIGNATURE, &Key::named("x").public)),
        ),
        ("group-without-members", "`group` without members", "group g all\nquorum w1\n".to_owned()),
        ("group-without-k", "`group` with a name only", "group g\nquorum w1\n".to_owned()),
        ("quorum-without-name", "`quorum` and nothing", "quorum\n".to_owned()),
        ("quorum-two-names", "`quorum` with two names", "quorum w1 w2\n".to_owned()),
        ("quorum-unknown", "a quorum that is not defined", "quorum x\n".to_owned()),
        ("quorum-defined-below", "a quorum that is defined below", "quorum g\ngroup g any w1\n".to_owned()),
        ("quorum-upper-case-none", "`NONE` is a name", "quorum NONE\n".to_owned()),
        ("group-named-none", "a group named `none`", "group none any w1\nquorum none\n".to_owned()),
        ("group-named-as-witness", "a group named like a witness", "group w1 any w2\nquorum w1\n".to_owned()),
        (
            "group-named-twice",
            "two groups of one name",
            "group g any w1\ngroup g any w2\nquorum g\n".to_owned(),
        ),
        ("member-unknown", "a member that is not defined", "group g any w1 x\nquorum g\n".to_owned()),
        (
            "member-defined-below",
            "a member that is defined below",
            "group g any h\ngroup h any w1\nquorum g\n".to_owned(),
        ),
        ("member-itself", "a group that is its own member", "group g any g\nquorum g\n".to_owned()),
        ("member-none", "`none` as a member", "group g any none\nquorum g\n".to_owned()),
        ("member-twice", "a member twice in one group", "group g any w1 w1\nquorum g\n".to_owned()),
        (
            "member-of-two-groups",
            "a member of two groups",
            "group g any w1 w2\ngroup h any w2 w3\nquorum g\n".to_owned(),
        ),
        ("k-0", "k is 0", "group g 0 w1 w2\nquorum g\n".to_owned()),
        ("k-above-members", "k is above the number of members", "group g 3 w1 w2\nquorum g\n".to_owned()),
        ("k-plus", "`+2`", "group g +2 w1 w2\nquorum g\n".to_owned()),
        ("k-leading-zero", "`02`", "group g 02 w1 w2\nquorum g\n".to_owned()),
        ("k-word", "a word that is neither `any` nor `all`", "group g most w1 w2\nquorum g\n".to_owned()),
        ("k-upper-case", "`ALL`", "group g ALL w1 w2\nquorum g\n".to_owned()),
        (
            "k-two-pow-64-plus-1",
            "2^64 + 1, which wraps to 1",
            "group g 18446744073709551617 w1 w2\nquorum g\n".to_owned(),
        ),
    ] {
        fails(name, description, policy(3, &rest).as_bytes());
    }
    let tail = "quorum none\n";
    fails(
        "witness-named-none",
        "a witness named `none`",
        format!("log {log}\nwitness none {witness}\n{tail}").as_bytes(),
    );
    fails(
        "witness-named-twice",
        "two witnesses of one name",
        format!("log {log}\nwitness w1 {witness}\n{}{tail}", policy_witness("w1", "x", &witness_key(2)))
            .as_bytes(),
    );
    fails(
        "witness-key-twice",
        "one key under two names",
        format!("log {log}\nwitness w1 {witness}\n{}{tail}", policy_witness("w2", "x", &witness_key(1)))
            .as_bytes(),
    );
    // Two keys found by search whose key ids are equal under this name.
    let same = "witness.example/same";
    let [first, second] = ["collision 46010", "collision 81080"].map(Key::named);
    assert_eq!(
        keys::key_id(same, COSIGNATURE, &first.public),
        keys::key_id(same, COSIGNATURE, &second.public)
    );
    let colliding = format!(
        "log {log}\n{}{}{tail}",
        policy_witness("w1", same, &first),
        policy_witness("w2", same, &second)
    );
    fails("witness-name-and-id-twice", "two keys of one name whose key ids collide", colliding.as_bytes());
    fails("log-key-twice", "one log line twice", format!("log {log}\nlog {log}\n{tail}").as_bytes());
    fails(
        "log-key-twice-two-names",
        "one log key under two names",
        format!("log {log}\n{}{tail}", policy_log("log.example/b", &log_key())).as_bytes(),
    );
    fails("log-type-4", "a log's vkey of type 0x04", format!("log {witness}\n{tail}").as_bytes());
    fails(
        "witness-type-1",
        "a witness's vkey of type 0x01",
        format!("log {log}\nwitness w1 {}\n{tail}", vkey("x", keys::LOG, &witness_key(1).public)).as_bytes(),
    );
    fails(
        "log-vkey-id",
        "a log's vkey with another key id",
        format!("log {}\n{tail}", log.replacen("d870", "d871", 1)).as_bytes(),
    );
    fails("log-vkey-base64", "a log's vkey that is not base64", format!("log {log}=\n{tail}").as_bytes());
    fails(
        "log-vkey-weak",
        "a log's key of small order",
        format!("log {}\n{tail}", vkey("x", keys::LOG, &torsion(1))).as_bytes(),
    );
    fails(
        "witness-vkey-weak",
        "a witness's key of small order",
        format!("log {log}\nwitness w1 {}\n{tail}", vkey("x", COSIGNATURE, &torsion(1))).as_bytes(),
    );
}

fn limits(operation: &mut Operation) {
    let witnesses = |count: u32| -> String {
        (0..count)
            .map(|number| policy_witness(&format!("w{number}"), "w", &Key::named(&format!("many {number}"))))
            .collect()
    };
    let logs = |count: u32| -> String {
        (0..count).map(|number| policy_log("l", &Key::named(&format!("many {number}")))).collect()
    };
    let groups = |count: u32| -> String {
        (1..=count)
            .map(|number| {
                format!(
                    "group g{number} any {}\n",
                    if number == 1 { "w1".to_owned() } else { format!("g{}", number - 1) }
                )
            })
            .collect()
    };
    let log = policy_log(LOG, &log_key());
    for (name, description, good, bad, overlap) in [
        (
            "witnesses",
            "witnesses",
            format!("{log}{}quorum none\n", witnesses(256)),
            format!("{log}{}quorum none\n", witnesses(257)),
            0,
        ),
        ("logs", "logs", format!("{}quorum none\n", logs(256)), format!("{}quorum none\n", logs(257)), 0),
        (
            "groups",
            "groups, each the only member of the next",
            policy(1, &format!("{}quorum g256\n", groups(256))),
            policy(1, &format!("{}quorum g257\n", groups(257))),
            1,
        ),
    ] {
        let companion = if overlap == 1 { neutral(&good, 1, 0) } else { neutral(&good, 0, 0) };
        operation.ok(
            format!("limit-256-{name}"),
            format!("256 {description}"),
            with_policy(good.as_bytes(), Some(&companion), object! {}),
            object! {"overlap": overlap},
        );
        operation.fails(
            Code::MalformedPolicy,
            format!("limit-257-{name}"),
            format!("257 {description}"),
            with_policy(bad.as_bytes(), None, object! {}),
        );
    }
}
