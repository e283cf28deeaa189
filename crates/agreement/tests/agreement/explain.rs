//! Sentences, exactly; and that they are the same whoever is obliged.

use detente_agreement::{Agreement, PRESETS, Period, preset};
use proptest::prelude::*;

use crate::fixture::{HEAD, agreement, obligation, party, witnessed};

fn sentence(kind: &str, members: &str) -> String {
    sentence_of(&agreement(&obligation("O1", kind, members)))
}

fn sentence_of(file: &str) -> String {
    let read = Agreement::parse(file.as_bytes()).unwrap();
    read.terms().explain(&read.terms().obligations[0])
}

#[test]
fn one_sentence_a_kind() {
    let requests = "of = [\"request.assistance\", \"request.preserve\"]\n";
    for (kind, members, expected) in [
        (
            "acknowledge-within",
            "obliged = [\"b\"]\nof = [\"request.assistance\"]\nstart = \"anchor\"\nperiod = \"P3D\"\n",
            "b acknowledges each request for assistance of a within 3 days after its own log first covers or names it",
        ),
        (
            "acknowledge-within",
            "of = [\"ping\"]\nstart = \"mirror\"\nperiod = \"PT1H\"\n",
            "each party acknowledges each ping of the other within 1 hour after mirrors are seen to hold it",
        ),
        (
            "respond-within",
            &format!("{requests}start = \"anchor\"\nperiod = \"P10D\"\n"),
            "each party answers each request for assistance and each request to preserve data of the other, or refuses it \
             on a listed ground, within 10 days after its own log first covers or names it",
        ),
        (
            "respond-within",
            "of = [\"request.preserve\", \"accusation.issue\"]\nstart = \"anchor\"\nperiod = \"P1M\"\ngrounds = [\"legal-hold\", \"security\"]\n",
            "each party answers each request to preserve data of the other, or refuses it as legal-hold or security, and \
             replies to each accusation of the other within 1 month after its own log first covers or names it",
        ),
        (
            "update-every",
            &format!("obliged = [\"a\"]\n{requests}start = \"anchor\"\nperiod = \"P7D\"\n"),
            "a says how each request for assistance and each request to preserve data of b stands, at least every 7 days \
             after its own log first covers or names it, until it is answered, refused or closed",
        ),
        (
            "preserve-for",
            "start = \"anchor\"\nperiod = \"P60D\"\n",
            "each party keeps what it says to have preserved on a request of the other for at least 60 days after its own \
             log first covers or names it",
        ),
        (
            "report-within",
            "trigger = \"awareness\"\nfield = \"claimed_time\"\nstage = \"early\"\nperiod = \"PT24H\"\n",
            "each party publishes each sealed report of stage \"early\" within 24 hours after the claimed time that it \
             states (awareness)",
        ),
        (
            "report-within",
            "trigger = \"incident\"\nfield = \"timeline.incident\"\nby = \"plus.timeline.notification\"\nperiod = \"P2D\"\n",
            "each party states in each sealed report a date plus.timeline.notification that is at most 2 days after the \
             date timeline.incident (incident)",
        ),
        (
            "report-within",
            "trigger = \"notification\"\nafter = \"early\"\nstage = \"final\"\nperiod = \"P1M\"\n",
            "each party amends each sealed report of stage \"early\" by one of stage \"final\" within 1 month after its \
             publication (notification)",
        ),
        ("evidence-with-accusation", "", "each party commits to a manifest of evidence in each accusation"),
        (
            "ask-before-accusing",
            "",
            "each party accuses the other only with a reference to an earlier request to the accused",
        ),
        (
            "ask-before-accusing",
            "wait = \"P7D\"\n",
            "each party accuses the other only with a reference to an earlier request to the accused that was answered, \
             refused or is 7 days old",
        ),
        (
            "anchor-within",
            "obliged = [\"a\"]\nperiod = \"P1D\"\n",
            "a anchors the log of b, or says that it could not read it, at least every 1 day",
        ),
        (
            "publish-within",
            "period = \"PT30M\"\n",
            "each party publishes an entry in its log at least every 30 minutes",
        ),
        (
            "open-within",
            "slots = [0, 3, 4]\nperiod = \"P1D\"\n",
            "each party opens slots 0, 3 and 4 of each sealed entry within 1 day of its publication",
        ),
        (
            "open-within",
            "slots = [0]\nperiod = \"P1D\"\n",
            "each party opens slot 0 of each sealed entry within 1 day of its publication",
        ),
        (
            "meet-every",
            "of = [\"dialogue\", \"hotline\"]\nperiod = \"P6M\"\n",
            "each party records a session with the other (dialogue or hotline), which the other records too, at least \
             every 6 months",
        ),
        (
            "notice-before-withdrawal",
            "period = \"P1Y\"\n",
            "each party announces a withdrawal at least 1 year before it takes effect",
        ),
        (
            "budget",
            "of = [\"ping\", \"request.assistance\", \"accusation.issue\"]\nat_most = 20\nper = \"quarter\"\n",
            "each party makes at most 20 pings, requests for assistance and accusations in a calendar quarter of a year, \
             in UTC",
        ),
        ("not-verifiable", "", "each party has given its word; no log can show whether it is kept"),
    ] {
        assert_eq!(sentence(kind, members), expected);
    }
}

#[test]
fn the_obliged_of_several_are_named() {
    let file = |obliged: &str| {
        let parties: String =
            ["a", "b", "c", "d"].iter().zip(1..).map(|(id, log)| party(id, log, "")).collect();
        format!(
            "{HEAD}{parties}{}",
            obligation("O1", "anchor-within", &format!("{obliged}period = \"P2D\"\n"))
        )
    };
    let rest = "anchors the log of another party, or says that it could not read it, at least every 2 days";
    assert_eq!(sentence_of(&file("")), format!("each party {rest}"));
    assert_eq!(sentence_of(&file("obliged = [\"c\"]\n")), format!("c {rest}"));
    assert_eq!(sentence_of(&file("obliged = [\"c\", \"a\", \"d\"]\n")), format!("each of c, a and d {rest}"));
}

#[test]
fn exchanging_the_parties_exchanges_the_words() {
    for kind in ["acknowledge-within", "respond-within"] {
        let of = |id: &str| {
            sentence(
                kind,
                &format!(
                    "obliged = [\"{id}\"]\nof = [\"request.preserve\"]\nstart = \"anchor\"\nperiod = \"P3D\"\n"
                ),
            )
        };
        let (a, b) = (of("a"), of("b"));
        assert_eq!(a.replacen("a ", "b ", 1).replace(" of b ", " of a ").replace(" of b,", " of a,"), b);
    }
}

#[test]
fn every_sentence_of_the_presets_is_one_line() {
    let template = Agreement::parse(agreement(&obligation("O1", "not-verifiable", "")).as_bytes()).unwrap();
    for known in PRESETS {
        let file = preset(known.name, &template.terms().parties, witnessed("quorum some", 0).id()).unwrap();
        let terms = Agreement::parse(file.as_bytes()).unwrap().terms().clone();
        for obligation in &terms.obligations {
            let sentence = terms.explain(obligation);
            assert!(sentence.starts_with("each party ") && !sentence.contains(['\n', '{']), "{sentence}");
        }
    }
}

proptest! {
    #[test]
    fn a_period_in_words_has_its_number(number in 1..=9_999_u16) {
        for (period, unit) in [
            (Period::Years(number), "year"),
            (Period::Months(number), "month"),
            (Period::Days(number), "day"),
            (Period::Hours(number), "hour"),
            (Period::Minutes(number), "minute"),
        ] {
            let plural = if number == 1 { "" } else { "s" };
            prop_assert_eq!(period.in_words(), format!("{number} {unit}{plural}"));
        }
    }
}
