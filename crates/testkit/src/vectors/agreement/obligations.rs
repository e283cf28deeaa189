//! Obligations of every kind.

use super::{
    HEAD, PARTIES,
    files::{ok, refused, with},
};
use crate::vector::Operation;

/// Every kind with valid members.
const KINDS: &[(&str, &str)] = &[
    (
        "acknowledge-within",
        "of = [\"request.assistance\", \"request.preserve\", \"accusation.issue\", \"ping\"]\nstart = \"anchor\"\nperiod = \"P3D\"\n",
    ),
    (
        "respond-within",
        "of = [\"request.preserve\", \"accusation.issue\"]\nstart = \"mirror\"\nperiod = \"P1M\"\ngrounds = [\"legal-hold\", \"content-not-delivered\"]\n",
    ),
    ("update-every", "of = [\"request.assistance\"]\nstart = \"anchor\"\nperiod = \"P30D\"\n"),
    ("preserve-for", "start = \"anchor\"\nperiod = \"P60D\"\n"),
    (
        "report-within",
        "trigger = \"awareness\"\nfield = \"claimed_time\"\nstage = \"early\"\nperiod = \"PT24H\"\n",
    ),
    ("evidence-with-accusation", ""),
    ("ask-before-accusing", "wait = \"P10D\"\n"),
    ("anchor-within", "period = \"P1D\"\n"),
    ("publish-within", "period = \"P7D\"\n"),
    ("open-within", "slots = [0, 3, 4]\nperiod = \"P30D\"\n"),
    ("meet-every", "of = [\"dialogue\", \"experts\", \"exercise\", \"hotline\"]\nperiod = \"P6M\"\n"),
    ("notice-before-withdrawal", "period = \"P90D\"\n"),
    ("budget", "of = [\"ping\"]\nat_most = 18\nper = \"quarter\"\n"),
    ("not-verifiable", ""),
];

fn obligation(kind: &str, members: &str) -> String {
    format!("{HEAD}{PARTIES}\n[[obligation]]\nid = \"O1\"\nkind = \"{kind}\"\ntext = \"x\"\n{members}")
}

pub(super) fn add(operation: &mut Operation) {
    every_kind(operation);
    common(operation);
    members(operation);
    reports(operation);
    periods(operation);
}

fn every_kind(operation: &mut Operation) {
    for (kind, members) in KINDS {
        ok(operation, kind, "an obligation of this kind", &obligation(kind, members), &["O1"]);
        refused(
            operation,
            &format!("{kind}-unknown-member"),
            "a member that the kind does not have",
            &obligation(kind, &format!("{members}penalty = \"x\"\n")),
        );
        for line in members.lines() {
            let name = line.split(' ').next().unwrap();
            if ["grounds", "wait", "stage"].contains(&name) {
                continue;
            }
            refused(
                operation,
                &format!("{kind}-without-{}", name.replace('_', "-")),
                "a member is missing",
                &obligation(kind, &members.replacen(&format!("{line}\n"), "", 1)),
            );
        }
    }
    ok(
        operation,
        "ask-before-accusing-without-wait",
        "no waiting is asked for",
        &obligation("ask-before-accusing", ""),
        &["O1"],
    );
    refused(operation, "kind-unknown", "a kind that is not listed", &obligation("be-nice", ""));
    refused(
        operation,
        "kind-upper-case",
        "a kind in upper case",
        &obligation("PUBLISH-WITHIN", "period = \"P7D\"\n"),
    );
}

fn common(operation: &mut Operation) {
    ok(
        operation,
        "obliged-one",
        "one party is obliged",
        &with("start =", "obliged = [\"b\"]\nstart ="),
        &["O1"],
    );
    ok(
        operation,
        "obliged-in-another-order",
        "the order of the list is kept",
        &with("start =", "obliged = [\"b\", \"a\"]\nstart ="),
        &["O1"],
    );
    ok(
        operation,
        "unsure",
        "what is unsure is said",
        &with("start =", "unsure = \"the period\"\nstart ="),
        &["O1"],
    );
    ok(
        operation,
        "id-with-dot",
        "an id of all that it may have",
        &with("id = \"O1\"", "id = \"O1.a-2\""),
        &["O1.a-2"],
    );
    for (name, description, from, to) in [
        ("obliged-stranger", "a party that is none", "start =", "obliged = [\"c\"]\nstart ="),
        ("obliged-empty", "nobody is obliged", "start =", "obliged = []\nstart ="),
        ("obliged-twice", "a party twice", "start =", "obliged = [\"a\", \"a\"]\nstart ="),
        ("obligation-id-empty", "an empty id", "id = \"O1\"", "id = \"\""),
        ("obligation-id-underscore", "an id with an underscore", "id = \"O1\"", "id = \"O_1\""),
        ("obligation-id-missing", "no id", "id = \"O1\"\n", ""),
        (
            "obligation-text-empty",
            "an empty text",
            "text = \"requests for assistance are answered, or refused on a listed ground, in ten days\"",
            "text = \"\"",
        ),
        (
            "obligation-text-missing",
            "no text",
            "text = \"requests for assistance are answered, or refused on a listed ground, in ten days\"\n",
            "",
        ),
        ("obligation-source-empty", "an empty source", "source = \"this example\"", "source = \"\""),
    ] {
        refused(operation, name, description, &with(from, to));
    }
    let many = |count: u32| -> String {
        let list: String = (1..=count)
            .map(|at| format!("\n[[obligation]]\nid = \"O{at}\"\nkind = \"not-verifiable\"\ntext = \"x\"\n"))
            .collect();
        format!("{HEAD}{PARTIES}{list}")
    };
    let ids: Vec<String> = (1..=64).map(|at| format!("O{at}")).collect();
    ok(
        operation,
        "obligations-64",
        "as many as there may be",
        &many(64),
        &ids.iter().map(String::as_str).collect::<Vec<_>>(),
    );
    refused(operation, "obligations-65", "one too many", &many(65));
    refused(operation, "obligations-none", "nothing is owed", &many(0));
    let one = "\n[[obligation]]\nid = \"O1\"\nkind = \"not-verifiable\"\ntext = \"x\"\n";
    refused(
        operation,
        "obligation-id-twice",
        "two obligations of one id",
        &format!("{HEAD}{PARTIES}{one}{one}"),
    );
    let notice = |id: u32| {
        format!(
            "\n[[obligation]]\nid = \"O{id}\"\nkind = \"notice-before-withdrawal\"\ntext = \"x\"\nperiod = \"P9D\"\n"
        )
    };
    refused(
        operation,
        "notice-twice",
        "two periods of notice",
        &format!("{HEAD}{PARTIES}{}{}", notice(1), notice(2)),
    );
}

fn members(operation: &mut Operation) {
    let find = |kind: &str| KINDS.iter().find(|(name, _)| *name == kind).unwrap().1;
    for (kind, name, from, to) in [
        ("acknowledge-within", "of-unknown", "\"ping\"", "\"pong\""),
        ("acknowledge-within", "start-unknown", "\"anchor\"", "\"receipt\""),
        ("respond-within", "of-ping", "\"request.preserve\"", "\"ping\""),
        ("respond-within", "ground-unknown", "\"legal-hold\"", "\"busy\""),
        ("respond-within", "grounds-empty", "[\"legal-hold\", \"content-not-delivered\"]", "[]"),
        ("respond-within", "ground-twice", "\"content-not-delivered\"", "\"legal-hold\""),
        ("update-every", "of-accusation", "\"request.assistance\"", "\"accusation.issue\""),
        ("open-within", "slots-out-of-order", "[0, 3, 4]", "[0, 4, 3]"),
        ("open-within", "slots-twice", "[0, 3, 4]", "[0, 3, 3]"),
        ("open-within", "slot-4096", "[0, 3, 4]", "[0, 4096]"),
        ("open-within", "slots-of-text", "[0, 3, 4]", "[\"0\"]"),
        ("open-within", "slots-empty", "[0, 3, 4]", "[]"),
        ("meet-every", "form-unknown", "\"hotline\"", "\"lunch\""),
        ("budget", "of-unknown", "\"ping\"", "\"pong\""),
        ("budget", "per-unknown", "\"quarter\"", "\"week\""),
        ("budget", "at-most-text", "18", "\"18\""),
    ] {
        let members = find(kind);
        assert!(members.contains(from), "{kind} {from}");
        refused(
            operation,
            &format!("{kind}-{name}"),
            "a value that the member cannot have",
            &obligation(kind, &members.replacen(from, to, 1)),
        );
    }
    let slots = find("open-within").replacen("[0, 3, 4]", "[4095]", 1);
    ok(operation, "open-within-slot-4095", "the largest slot", &obligation("open-within", &slots), &["O1"]);
}

fn reports(operation: &mut Operation) {
    let report = |members: &str| obligation("report-within", &format!("trigger = \"awareness\"\n{members}"));
    for (name, description, members) in [
        ("report-field-without-stage", "every stage", "field = \"claimed_time\"\nperiod = \"PT1H\"\n"),
        (
            "report-field-of-profile",
            "a date of the profile",
            "field = \"timeline.incident\"\nperiod = \"P3D\"\n",
        ),
        (
            "report-by",
            "from one claimed date to another",
            "field = \"timeline.incident\"\nby = \"plus.timeline.notification\"\nperiod = \"P30D\"\n",
        ),
        (
            "report-by-from-claimed-time",
            "from the claimed time",
            "field = \"claimed_time\"\nby = \"plus.timeline.notification\"\nperiod = \"P30D\"\n",
        ),
        ("report-after", "a chained stage", "after = \"notify\"\nstage = \"final\"\nperiod = \"P1M\"\n"),
    ] {
        ok(operation, name, description, &report(members), &["O1"]);
    }
    for (name, description, members) in [
        ("report-neither", "nothing that starts it", "period = \"PT1H\"\n"),
        (
            "report-both",
            "two things that start it",
            "field = \"claimed_time\"\nafter = \"early\"\nstage = \"final\"\nperiod = \"PT1H\"\n",
        ),
        (
            "report-after-without-stage",
            "after a stage, and no stage that ends it",
            "after = \"early\"\nperiod = \"PT1H\"\n",
        ),
        (
            "report-after-with-by",
            "by has no field",
            "after = \"early\"\nstage = \"final\"\nby = \"plus.timeline.notification\"\nperiod = \"P1D\"\n",
        ),
        (
            "report-by-hours",
            "claimed dates are counted in days",
            "field = \"timeline.incident\"\nby = \"plus.timeline.notification\"\nperiod = \"PT72H\"\n",
        ),
        (
            "report-by-months",
            "claimed dates are counted in days",
            "field = \"timeline.incident\"\nby = \"plus.timeline.notification\"\nperiod = \"P1M\"\n",
        ),
        (
            "report-by-claimed-time",
            "by is never the claimed time",
            "field = \"timeline.incident\"\nby = \"claimed_time\"\nperiod = \"P1D\"\n",
        ),
        (
            "report-field-no-date",
            "a name that has no year, month and day",
            "field = \"timeline.discovery\"\nperiod = \"P1D\"\n",
        ),
        (
            "report-field-unknown",
            "a name that the profile does not have",
            "field = \"timeline.dawn\"\nperiod = \"P1D\"\n",
        ),
        ("report-field-empty", "an empty name", "field = \"\"\nperiod = \"P1D\"\n"),
        (
            "report-stage-empty",
            "an empty stage",
            "field = \"claimed_time\"\nstage = \"\"\nperiod = \"P1D\"\n",
        ),
    ] {
        refused(operation, name, description, &report(members));
    }
    refused(
        operation,
        "report-trigger-missing",
        "no trigger",
        &obligation("report-within", "field = \"claimed_time\"\nperiod = \"P1D\"\n"),
    );
}

fn periods(operation: &mut Operation) {
    let publish = |period: &str| obligation("publish-within", &format!("period = \"{period}\"\n"));
    for period in ["P1Y", "P9999M", "P1D", "PT1H", "PT30M", "PT9999M"] {
        ok(operation, &format!("period-{}", period.to_lowercase()), "a period", &publish(period), &["O1"]);
    }
    for (word, period) in [
        ("empty", ""),
        ("zero", "P0D"),
        ("10000", "P10000D"),
        ("leading-zero", "P01D"),
        ("weeks", "P1W"),
        ("seconds", "PT1S"),
        ("two-units", "P1DT1H"),
        ("two-units-of-dates", "P1Y1M"),
        ("lower-case", "p1d"),
        ("no-number", "PD"),
        ("no-unit", "P1"),
        ("time-without-t", "P1H"),
        ("date-with-t", "PT1D"),
        ("sign", "P-1D"),
        ("fraction", "P1.5D"),
        ("blank", "P1D "),
    ] {
        refused(operation, &format!("period-{word}"), "no period", &publish(period));
    }
}
