//! Presets: they read as agreements, nothing is wrong with them, and they say where they come from.

use detente_agreement::{
    Agreement, AgreementTerms, Duty, PRESETS, PartyTerms, Period, ReportTrigger, preset,
};
use detente_checkpoint::PolicyId;
use detente_core::Code;

use crate::fixture::{agreement, code, digest, obligation, witnessed};

fn parties() -> Vec<PartyTerms> {
    let file = agreement(&obligation("O1", "not-verifiable", "")).replace("+08:00", "-03:30");
    Agreement::parse(file.as_bytes()).unwrap().terms().parties.clone()
}

fn terms(name: &str) -> AgreementTerms {
    let file = preset(name, &parties(), witnessed("quorum some", 0).id()).unwrap();
    Agreement::parse(file.as_bytes()).unwrap().terms().clone()
}

fn duty<'a>(terms: &'a AgreementTerms, id: &str) -> &'a Duty {
    &terms.obligations.iter().find(|obligation| obligation.id.as_str() == id).unwrap().duty
}

#[test]
fn each_is_an_agreement_of_these_parties_under_this_policy_without_a_fault() {
    let policy = witnessed("quorum some", 0);
    let names: Vec<_> = PRESETS.iter().map(|preset| preset.name).collect();
    assert_eq!(names, ["cn-incident-2025", "eu-nis2", "us-cn-2015"]);
    for known in PRESETS {
        let file = preset(known.name, &parties(), policy.id()).unwrap();
        let read = Agreement::parse(file.as_bytes()).unwrap();
        assert_eq!(read.require_policy(&policy), Ok(()));
        assert_eq!((read.terms().name.as_str(), read.terms().title.as_str()), (known.name, known.title));
        assert_eq!(read.terms().parties, parties());
        assert_eq!(read.terms().remarks(&policy), [], "{}", known.name);
        let other: toml::Table = toml::from_str(&file).unwrap();
        assert_eq!(other["obligation"].as_array().unwrap().len(), read.terms().obligations.len());
    }
}

#[test]
fn each_obligation_says_where_it_comes_from_and_what_is_unsure() {
    for known in PRESETS {
        let terms = terms(known.name);
        assert!(!terms.definitions.is_empty());
        for obligation in &terms.obligations {
            assert!(obligation.source.is_some() && obligation.unsure.is_some(), "{}", obligation.id);
            assert_eq!(obligation.obliged, [0, 1], "{}: nobody is singled out", obligation.id);
        }
    }
}

#[test]
fn the_understanding_of_2015_has_its_six_points() {
    let terms = terms("us-cn-2015");
    for point in ["O1.", "O2.", "O3.", "O4.", "O5.", "O6."] {
        assert!(
            terms.obligations.iter().any(|obligation| obligation.id.as_str().starts_with(point)),
            "{point}"
        );
    }
    assert_eq!(duty(&terms, "O4.theft"), &Duty::NotVerifiable);
    let of_theft = terms.obligations.iter().filter(|obligation| obligation.id.as_str().starts_with("O4."));
    assert_eq!(of_theft.count(), 1, "no log shows anything about it");
    assert!(
        matches!(duty(&terms, "O6.dialogue"), Duty::MeetEvery { of, period: Period::Months(6) } if of[..] == [1])
    );
    let Duty::RespondWithin { grounds, .. } = duty(&terms, "O2.cooperate") else { panic!("an answer") };
    assert_eq!(grounds, &[1, 2, 3, 4, 5, 6]);
}

#[test]
fn the_periods_of_the_reporting_rules() {
    let periods = |name: &str| -> Vec<(String, Period)> {
        let of = |duty: &Duty| match duty {
            Duty::ReportWithin { period, .. } => Some(*period),
            _ => None,
        };
        let terms = terms(name);
        let reports = terms.obligations.iter();
        reports.filter_map(|report| Some((report.id.to_string(), of(&report.duty)?))).collect()
    };
    let named = |items: &[(&str, Period)]| -> Vec<(String, Period)> {
        items.iter().map(|(id, period)| ((*id).to_owned(), *period)).collect()
    };
    assert_eq!(
        periods("eu-nis2"),
        named(&[
            ("N1.early-warning", Period::Hours(24)),
            ("N2.notification", Period::Hours(72)),
            ("N3.final", Period::Months(1))
        ])
    );
    assert_eq!(
        periods("cn-incident-2025"),
        named(&[
            ("C1.critical", Period::Hours(1)),
            ("C3.central", Period::Hours(2)),
            ("C5.other", Period::Hours(4)),
            ("C6.closing", Period::Days(30))
        ])
    );
    let Duty::ReportWithin { from, stage, .. } = duty(&terms("eu-nis2"), "N3.final").clone() else {
        panic!("a report")
    };
    assert_eq!((from, stage.as_deref()), (ReportTrigger::After("notification".to_owned()), Some("final")));
}

#[test]
fn what_no_agreement_can_have_is_refused() {
    let id = witnessed("quorum some", 0).id();
    assert_eq!(code(preset("us-cn-2016", &parties(), id)), Code::Misuse);
    assert_eq!(
        code(preset("eu-nis2", &parties(), PolicyId { policy: digest(1), companion: None })),
        Code::Misuse
    );
    assert_eq!(code(preset("eu-nis2", &parties()[..1], id)), Code::MalformedAgreement);
    let mut named = parties();
    named[0].name = "a \"quoted\" \\ name".to_owned();
    let file = preset("eu-nis2", &named, id).unwrap();
    assert_eq!(Agreement::parse(file.as_bytes()).unwrap().terms().parties, named);
    named[0].name = "two\nlines".to_owned();
    assert_eq!(code(preset("eu-nis2", &named, id)), Code::MalformedAgreement);
}
