//! Faults: one example a rule, and the nearest file without it.

use detente_agreement::{Agreement, Fault, Period};
use detente_checkpoint::Policy;

use crate::fixture::{agreement, any_of_three, obligation, witnessed};

fn remarks(obligations: &[String], policy: &Policy) -> Vec<(Option<String>, Option<String>, Fault)> {
    let read = Agreement::parse(agreement(&obligations.concat()).as_bytes()).unwrap();
    let found = read.terms().remarks(policy);
    for remark in &found {
        let shown = remark.to_string();
        assert!(shown.contains("; ") && shown.ends_with(remark.fault.next()), "{shown}");
    }
    found
        .into_iter()
        .map(|remark| {
            (remark.obligation.map(|id| id.to_string()), remark.party.map(|id| id.to_string()), remark.fault)
        })
        .collect()
}

fn sound() -> Policy {
    witnessed("quorum some", 0)
}

/// The faults of obligations, of either party the same.
fn faults(obligations: &[String]) -> Vec<Fault> {
    let found = remarks(obligations, &sound());
    let of = |party: &str| -> Vec<Fault> {
        let its = found.iter().filter(|(_, of, _)| of.as_deref().is_none_or(|of| of == party));
        its.map(|(_, _, fault)| fault.clone()).collect()
    };
    assert_eq!(of("a"), of("b"), "the parties are treated alike");
    of("a")
}

fn anchor(period: &str) -> String {
    obligation("L1", "anchor-within", &format!("period = \"{period}\"\n"))
}

fn publish(period: &str) -> String {
    obligation("L2", "publish-within", &format!("period = \"{period}\"\n"))
}

fn respond(period: &str, start: &str) -> String {
    let members = format!("of = [\"request.assistance\"]\nstart = \"{start}\"\nperiod = \"{period}\"\n");
    obligation("O1", "respond-within", &members)
}

fn update(of: &str, period: &str) -> String {
    let members = format!("of = [\"{of}\"]\nstart = \"anchor\"\nperiod = \"{period}\"\n");
    obligation("O2", "update-every", &members)
}

#[test]
fn a_policy_without_times() {
    // Of three, one or another may answer: two quorums need not share a witness.
    let split = remarks(&[anchor("P1D")], &any_of_three());
    assert_eq!(split, [(None, None, Fault::QuorumSplit)]);
    let of_policy = |quorum| remarks(&[anchor("P1D")], &witnessed(quorum, 0));
    assert_eq!(of_policy("quorum some"), []);
    assert_eq!(of_policy("quorum none"), [(None, None, Fault::NoQuorum)]);
    assert_eq!(of_policy("quorum w1"), []);
}

#[test]
fn a_duty_that_nothing_starts() {
    assert_eq!(faults(&[respond("P10D", "anchor")]), [Fault::NoAnchor]);
    assert_eq!(faults(&[respond("P10D", "anchor"), anchor("P1D")]), []);
    assert_eq!(faults(&[respond("P10D", "mirror")]), [Fault::NoMirror]);
    assert_eq!(remarks(&[respond("P10D", "mirror")], &witnessed("quorum some", 1)), []);
    let only_b = obligation("L1", "anchor-within", "obliged = [\"b\"]\nperiod = \"P1D\"\n");
    assert_eq!(
        remarks(&[respond("P10D", "anchor"), only_b], &sound()),
        [(Some("O1".to_owned()), Some("a".to_owned()), Fault::NoAnchor)]
    );
}

#[test]
fn a_deadline_before_the_party_has_to_write() {
    let fault = |cadence: &str, every| Fault::ShorterThanCadence {
        period: Period::Days(10),
        cadence: detente_agreement::ObligationId::parse(cadence).unwrap(),
        every,
    };
    let with = |anchor_period: &str, publish_period: &str| {
        faults(&[respond("P10D", "anchor"), anchor(anchor_period), publish(publish_period)])
    };
    assert_eq!(with("P10D", "PT240H"), []);
    assert_eq!(with("P11D", "P1D"), [fault("L1", Period::Days(11))]);
    assert_eq!(with("P1M", "P1Y"), [fault("L1", Period::Months(1)), fault("L2", Period::Years(1))]);
}

#[test]
fn news_that_is_due_no_earlier_than_the_answer() {
    let with =
        |of: &str, period: &str| faults(&[respond("P1M", "anchor"), update(of, period), anchor("P1D")]);
    let late = Fault::UpdateAfterAnswer {
        respond: detente_agreement::ObligationId::parse("O1").unwrap(),
        within: Period::Months(1),
    };
    assert_eq!(with("request.assistance", "P27D"), []);
    assert_eq!(with("request.assistance", "P28D"), std::slice::from_ref(&late));
    assert_eq!(with("request.assistance", "P1M"), [late]);
    assert_eq!(with("request.preserve", "P1Y"), []);
}

#[test]
fn reports_that_nobody_has_to_open() {
    let report = obligation(
        "O1",
        "report-within",
        "trigger = \"awareness\"\nfield = \"claimed_time\"\nstage = \"early\"\nperiod = \"PT24H\"\n",
    );
    let open = |slots: &str| obligation("L3", "open-within", &format!("slots = {slots}\nperiod = \"P1D\"\n"));
    assert_eq!(faults(std::slice::from_ref(&report)), [Fault::NeverOpened]);
    assert_eq!(faults(&[report.clone(), open("[0, 3]")]), [Fault::NeverOpened]);
    assert_eq!(faults(&[report, open("[0, 1, 3, 4, 9]")]), []);
}

#[test]
fn a_budget_of_nothing() {
    let budget =
        |most| obligation("O1", "budget", &format!("of = [\"ping\"]\nat_most = {most}\nper = \"year\"\n"));
    assert_eq!(faults(&[budget(0)]), [Fault::NothingAllowed]);
    assert_eq!(faults(&[budget(1)]), []);
}
