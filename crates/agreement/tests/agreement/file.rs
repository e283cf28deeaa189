//! Files that are accepted: what each member becomes.

use detente_agreement::{Agreement, BudgetPeriod, Duty, Period, ReportTrigger, Start};
use detente_core::Digest;
use detente_statement::Kind;
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::fixture::{agreement, digest, log, o1, obligation};

fn duty(kind: &str, members: &str) -> Duty {
    let file = agreement(&obligation("O1", kind, members));
    Agreement::parse(file.as_bytes()).unwrap().terms().obligations[0].duty.clone()
}

#[test]
fn the_example_of_the_spec() {
    let text = agreement(&format!(
        "\n[definitions]\nzebra = \"an animal\"\nmalicious-activity = \"an act\"\n{}source = \"this example\"\n",
        o1()
    ));
    let read = Agreement::parse(text.as_bytes()).unwrap();
    let terms = read.terms();
    assert_eq!(
        (terms.name.as_str(), terms.title.as_str()),
        ("two-party-example", "requests are answered in ten days")
    );
    assert_eq!((terms.policy, terms.companion), (digest(1), digest(2)));
    let [a, b] = &terms.parties[..] else { panic!("two parties") };
    assert_eq!((a.id.as_str(), a.name.as_str(), a.log), ("a", "a.example", log(0xaa)));
    assert_eq!((a.origin.as_str(), a.offset, b.offset), ("a.example/log", Some(480), None));
    // In the order of the file.
    let names: Vec<_> = terms.definitions.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["zebra", "malicious-activity"]);
    let [obligation] = &terms.obligations[..] else { panic!("one obligation") };
    assert_eq!((obligation.id.as_str(), obligation.obliged.as_slice()), ("O1", &[0, 1][..]));
    assert_eq!((obligation.source.as_deref(), obligation.unsure.as_deref()), (Some("this example"), None));
    let expected = Duty::RespondWithin {
        of: vec![Kind::RequestAssistance],
        start: Start::Anchor,
        period: Period::Days(10),
        grounds: (1..=7).collect(),
    };
    assert_eq!(obligation.duty, expected);
}

#[test]
fn the_digest_is_that_of_the_exact_bytes() {
    let text = agreement(&o1());
    let other = text.replace("offset = \"", "offset =  \"");
    let (first, second) =
        (Agreement::parse(text.as_bytes()).unwrap(), Agreement::parse(other.as_bytes()).unwrap());
    assert_eq!(first.terms(), second.terms());
    assert_ne!(first.digest(), second.digest());
    let sha256 = Digest::from_bytes(Sha256::digest(text.as_bytes()).into());
    assert_eq!(first.digest().digest(), sha256);
}

#[test]
fn every_kind_of_obligation() {
    let requests = "of = [\"request.preserve\", \"request.assistance\"]\n";
    let of = vec![Kind::RequestPreserve, Kind::RequestAssistance];
    assert_eq!(
        duty(
            "acknowledge-within",
            "of = [\"ping\", \"accusation.issue\"]\nstart = \"mirror\"\nperiod = \"PT30M\"\n"
        ),
        Duty::AcknowledgeWithin {
            of: vec![Kind::Ping, Kind::AccusationIssue],
            start: Start::Mirror,
            period: Period::Minutes(30)
        }
    );
    assert_eq!(
        duty(
            "respond-within",
            "of = [\"accusation.issue\"]\nstart = \"anchor\"\nperiod = \"P1Y\"\ngrounds = [\"legal-hold\", \"security\"]\n"
        ),
        Duty::RespondWithin {
            of: vec![Kind::AccusationIssue],
            start: Start::Anchor,
            period: Period::Years(1),
            grounds: vec![6, 2]
        }
    );
    assert_eq!(
        duty("update-every", &format!("{requests}start = \"anchor\"\nperiod = \"P2M\"\n")),
        Duty::UpdateEvery { of, start: Start::Anchor, period: Period::Months(2) }
    );
    assert_eq!(
        duty("preserve-for", "start = \"anchor\"\nperiod = \"PT9999H\"\n"),
        Duty::PreserveFor { start: Start::Anchor, period: Period::Hours(9_999) }
    );
    assert_eq!(duty("evidence-with-accusation", ""), Duty::EvidenceWithAccusation);
    assert_eq!(duty("ask-before-accusing", ""), Duty::AskBeforeAccusing { wait: None });
    assert_eq!(
        duty("ask-before-accusing", "wait = \"P7D\"\n"),
        Duty::AskBeforeAccusing { wait: Some(Period::Days(7)) }
    );
    assert_eq!(duty("anchor-within", "period = \"P1D\"\n"), Duty::AnchorWithin { period: Period::Days(1) });
    assert_eq!(duty("publish-within", "period = \"P1D\"\n"), Duty::PublishWithin { period: Period::Days(1) });
    assert_eq!(
        duty("open-within", "slots = [0, 3, 4095]\nperiod = \"P1D\"\n"),
        Duty::OpenWithin { slots: vec![0, 3, 4_095], period: Period::Days(1) }
    );
    assert_eq!(
        duty("meet-every", "of = [\"hotline\", \"dialogue\"]\nperiod = \"P6M\"\n"),
        Duty::MeetEvery { of: vec![4, 1], period: Period::Months(6) }
    );
    assert_eq!(
        duty("notice-before-withdrawal", "period = \"P90D\"\n"),
        Duty::NoticeBeforeWithdrawal { period: Period::Days(90) }
    );
    for (word, per) in
        [("year", BudgetPeriod::Year), ("quarter", BudgetPeriod::Quarter), ("month", BudgetPeriod::Month)]
    {
        assert_eq!(
            duty("budget", &format!("of = [\"ping\"]\nat_most = 0\nper = \"{word}\"\n")),
            Duty::Budget { of: vec![Kind::Ping], at_most: 0, per }
        );
    }
    assert_eq!(duty("not-verifiable", ""), Duty::NotVerifiable);
}

#[test]
fn reports_run_from_a_date_or_from_another_report() {
    let field = |field: &str, by: Option<&str>| ReportTrigger::Field {
        field: field.to_owned(),
        by: by.map(str::to_owned),
    };
    let trigger = "awareness".to_owned();
    assert_eq!(
        duty(
            "report-within",
            "trigger = \"awareness\"\nfield = \"claimed_time\"\nstage = \"early\"\nperiod = \"PT24H\"\n"
        ),
        Duty::ReportWithin {
            trigger: trigger.clone(),
            from: field("claimed_time", None),
            stage: Some("early".to_owned()),
            period: Period::Hours(24)
        }
    );
    assert_eq!(
        duty(
            "report-within",
            "trigger = \"awareness\"\nfield = \"timeline.incident\"\nby = \"plus.timeline.notification\"\nperiod = \"P2D\"\n"
        ),
        Duty::ReportWithin {
            trigger: trigger.clone(),
            from: field("timeline.incident", Some("plus.timeline.notification")),
            stage: None,
            period: Period::Days(2)
        }
    );
    assert_eq!(
        duty(
            "report-within",
            "trigger = \"awareness\"\nafter = \"early\"\nstage = \"final\"\nperiod = \"P1M\"\n"
        ),
        Duty::ReportWithin {
            trigger,
            from: ReportTrigger::After("early".to_owned()),
            stage: Some("final".to_owned()),
            period: Period::Months(1)
        }
    );
}

#[test]
fn obliged_are_those_that_are_named_in_their_order() {
    let text =
        agreement(&obligation("O1", "not-verifiable", "obliged = [\"b\", \"a\"]\nunsure = \"all of it\"\n"));
    let read = Agreement::parse(text.as_bytes()).unwrap();
    assert_eq!(read.terms().obligations[0].obliged, [1, 0]);
    assert_eq!(read.terms().obligations[0].unsure.as_deref(), Some("all of it"));
}

#[test]
fn obligations_may_come_before_parties_and_offsets_go_both_ways() {
    let text = agreement("");
    let (head, parties) = text.split_at(text.find("\n[[party]]").unwrap());
    let text = format!("{head}{}{}", o1(), parties.replace("+08:00", "-09:30"));
    let read = Agreement::parse(text.as_bytes()).unwrap();
    assert_eq!(read.terms().parties[0].offset, Some(-570));
    assert_eq!(read.terms().obligations[0].obliged, [0, 1]);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Agreement::parse(&bytes).is_err());
    }

    #[test]
    fn a_changed_byte_is_another_agreement_or_none(place in 0..700_usize, byte: u8) {
        let text = agreement(&o1());
        let mut changed = text.clone().into_bytes();
        let place = place % changed.len();
        changed[place] = byte;
        let original = Agreement::parse(text.as_bytes()).unwrap();
        match Agreement::parse(&changed) {
            Ok(read) => prop_assert_eq!(read.digest() == original.digest(), changed == text.as_bytes()),
            Err(error) => prop_assert!(error.culprit().starts_with("line ")),
        }
    }
}
