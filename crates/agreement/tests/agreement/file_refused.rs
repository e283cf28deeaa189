//! Files that are refused: one example a rule, with the line that is named.

use detente_agreement::Agreement;
use detente_core::Code;

use crate::fixture::{HEAD, agreement, code, digest, o1, obligation, party};

/// The line that the refusal names.
fn line(text: &str) -> usize {
    let error = Agreement::parse(text.as_bytes()).unwrap_err();
    assert_eq!(error.code(), Code::MalformedAgreement, "{error}");
    error.culprit().strip_prefix("line ").unwrap().parse().unwrap()
}

/// Refused, at the line that has this text.
fn refused_at(text: &str, culprit: &str) {
    let at = line(text);
    assert!(text.lines().nth(at - 1).unwrap().contains(culprit), "{text}\nnamed line {at}, not {culprit:?}");
}

fn good() -> String {
    agreement(&o1())
}

/// The example with one text replaced by another.
fn with(from: &str, to: &str) -> String {
    let text = good();
    assert!(text.contains(from), "{from:?}");
    text.replacen(from, to, 1)
}

/// One obligation of a kind.
fn of_kind(kind: &str, members: &str) -> String {
    agreement(&obligation("O1", kind, members))
}

#[test]
fn the_example_itself_is_accepted() {
    assert!(Agreement::parse(good().as_bytes()).is_ok());
}

#[test]
fn sizes_and_syntax_come_first() {
    let long = format!("{}#{}\n", good(), " ".repeat(Agreement::MAX_BYTES));
    assert_eq!(code(Agreement::parse(long.as_bytes())), Code::Oversize);
    assert_eq!(line(&format!("{}x", good())), good().lines().count() + 1);
    assert_eq!(line(""), 1);
}

#[test]
fn members_of_the_top() {
    for member in ["agreement", "name", "title", "policy", "companion"] {
        // The first `name` is the top's; parties have one too.
        let whole = good();
        let text = whole.lines().find(|line| line.starts_with(&format!("{member} ="))).unwrap();
        assert_eq!(line(&with(&format!("{text}\n"), "")), 1, "{member}");
    }
    refused_at(&with("detente-agreement/v1", "detente-agreement/v2"), "agreement =");
    refused_at(&with("two-party-example", "Two"), "name =");
    refused_at(&with("two-party-example", ""), "name =");
    refused_at(&with("two-party-example", &"a".repeat(65)), "name =");
    refused_at(&with("requests are answered in ten days", ""), "title =");
    refused_at(&with("requests are answered in ten days", &"a".repeat(1_025)), "title =");
    refused_at(&with(&digest(1).to_string(), &digest(0xab).to_string().to_uppercase()), "policy =");
    refused_at(&with(&digest(2).to_string(), "02"), "companion =");
    refused_at(&with("title =", "more = 1\ntitle ="), "more =");
    refused_at(&with("\"two-party-example\"", "1"), "name =");
}

#[test]
fn tables_that_there_are() {
    refused_at(&format!("{}[other]\n", good()), "[other]");
    refused_at(&format!("{}[[other]]\n", good()), "[[other]]");
    refused_at(&format!("{}[[definitions]]\n", good()), "[[definitions]]");
    refused_at(&with("[[obligation]]", "[obligation]"), "[obligation]");
    let one = format!("{HEAD}{}{}", party("a", 1, ""), o1());
    assert!(line(&one) > 0);
    let many: String = (0..17).map(|at| party(&format!("p{at}"), at + 1, "")).collect();
    assert!(line(&format!("{HEAD}{many}{}", o1())) > 0);
    let most: String = (0..16).map(|at| party(&format!("p{at}"), at + 1, "")).collect();
    assert!(Agreement::parse(format!("{HEAD}{most}{}", o1()).as_bytes()).is_ok());
    assert!(line(&agreement("")) > 0);
    let obligations = |count: usize| {
        (0..count).map(|at| obligation(&format!("O{at}"), "not-verifiable", "")).collect::<String>()
    };
    assert!(Agreement::parse(agreement(&obligations(64)).as_bytes()).is_ok());
    assert!(line(&agreement(&obligations(65))) > 0);
}

#[test]
fn parties() {
    for (from, to) in [
        ("id = \"a\"", "id = \"A\""),
        ("id = \"a\"", "id = \"\""),
        ("name = \"a.example\"", "name = \"\""),
        ("log = \"aa", "log = \"AA"),
        ("origin = \"a.example/log\"", "origin = \"a example\""),
        ("origin = \"a.example/log\"", "origin = \"a+b\""),
        ("+08:00", "08:00"),
        ("+08:00", "+8:00"),
        ("+08:00", "+08:60"),
        ("+08:00", "+14:01"),
        ("+08:00", "+15:00"),
        ("+08:00", "Z"),
    ] {
        refused_at(&with(from, to), to);
    }
    refused_at(&with(&digest(0xaa).to_string(), &digest(0).to_string()), "log =");
    refused_at(&with("id = \"b\"", &format!("id = \"{}\"", "b".repeat(33))), "id =");
    refused_at(&with("offset =", "zone ="), "zone =");
    // Twice is named at the second party.
    let second = good().lines().enumerate().filter(|(_, text)| *text == "[[party]]").nth(1).unwrap().0 + 1;
    assert_eq!(line(&with("id = \"b\"", "id = \"a\"")), second);
    assert_eq!(line(&with(&digest(0xbb).to_string(), &digest(0xaa).to_string())), second);
    assert_eq!(line(&with("origin = \"b.example/log\"", "origin = \"a.example/log\"")), second);
    for limit in ["+14:00", "-14:00", "-00:00"] {
        assert!(Agreement::parse(with("+08:00", limit).as_bytes()).is_ok(), "{limit}");
    }
}

#[test]
fn definitions_are_short_texts() {
    refused_at(&format!("{}[definitions]\nword = \"\"\n", good()), "word =");
    refused_at(&format!("{}[definitions]\nword = 1\n", good()), "word =");
    assert!(line(&format!("{}[definitions]\na = \"x\"\n[definitions]\n", good())) > 0);
}

#[test]
fn members_of_every_obligation() {
    refused_at(&with("id = \"O1\"", "id = \"O 1\""), "id =");
    refused_at(&with("id = \"O1\"", &format!("id = \"{}\"", "O".repeat(33))), "id =");
    refused_at(&with("text = \"what it says\"", "text = \"\""), "text =");
    refused_at(&with("respond-within", "respond"), "kind =");
    refused_at(&with("text = \"what it says\"\n", ""), "[[obligation]]");
    refused_at(&format!("{}source = \"\"\n", good()), "source =");
    refused_at(&format!("{}unsure = \"{}\"\n", good(), "x".repeat(1_025)), "unsure =");
    refused_at(&format!("{}more = \"\"\n", good()), "more =");
    refused_at(&format!("{}obliged = []\n", good()), "obliged =");
    refused_at(&format!("{}obliged = [\"c\"]\n", good()), "obliged =");
    refused_at(&format!("{}obliged = [\"a\", \"a\"]\n", good()), "obliged =");
    refused_at(&format!("{}obliged = \"a\"\n", good()), "obliged =");
    let twice = agreement(&format!("{}{}", o1(), o1()));
    assert_eq!(line(&twice), twice.lines().count() - 6);
}

#[test]
fn members_that_a_kind_has_not() {
    for kind in ["evidence-with-accusation", "not-verifiable"] {
        refused_at(&of_kind(kind, "period = \"P1D\"\n"), "period =");
    }
    refused_at(&of_kind("anchor-within", "period = \"P1D\"\nstart = \"anchor\"\n"), "start =");
    refused_at(&of_kind("anchor-within", ""), "[[obligation]]");
    refused_at(&of_kind("ask-before-accusing", "period = \"P1D\"\n"), "period =");
    refused_at(
        &of_kind("preserve-for", "of = [\"request.preserve\"]\nstart = \"anchor\"\nperiod = \"P1D\"\n"),
        "of =",
    );
}

#[test]
fn kinds_that_start_a_duty() {
    let acknowledge = |of: &str| {
        of_kind("acknowledge-within", &format!("of = {of}\nstart = \"anchor\"\nperiod = \"P1D\"\n"))
    };
    assert!(Agreement::parse(acknowledge("[\"ping\"]").as_bytes()).is_ok());
    for of in ["[]", "[\"pong\"]", "[\"ping\", \"ping\"]", "\"ping\"", "[38]"] {
        refused_at(&acknowledge(of), "of =");
    }
    refused_at(&with("request.assistance", "ping"), "of =");
    refused_at(
        &of_kind("update-every", "of = [\"accusation.issue\"]\nstart = \"anchor\"\nperiod = \"P1D\"\n"),
        "of =",
    );
    refused_at(&with("start = \"anchor\"", "start = \"soon\""), "start =");
    refused_at(&with("start = \"anchor\"\n", ""), "[[obligation]]");
    refused_at(&format!("{}grounds = [\"none\"]\n", good()), "grounds =");
    refused_at(&format!("{}grounds = []\n", good()), "grounds =");
}

#[test]
fn periods() {
    for period in [
        "", "P", "P1", "P0D", "P10000D", "P01D", "P1W", "PT1S", "PT", "P1H", "P1DT1H", "P-1D", "p1d", "P1D ",
        "PT1D", "P1\u{e9}",
    ] {
        refused_at(&of_kind("anchor-within", &format!("period = \"{period}\"\n")), "period =");
    }
    refused_at(&of_kind("ask-before-accusing", "wait = \"P0D\"\n"), "wait =");
}

#[test]
fn reports() {
    let report =
        |members: &str| of_kind("report-within", &format!("trigger = \"t\"\nperiod = \"P1D\"\n{members}"));
    assert!(Agreement::parse(report("field = \"claimed_time\"\n").as_bytes()).is_ok());
    refused_at(&report(""), "[[obligation]]");
    refused_at(&report("field = \"claimed_time\"\nafter = \"x\"\nstage = \"y\"\n"), "[[obligation]]");
    refused_at(&report("after = \"x\"\n"), "[[obligation]]");
    refused_at(&report("field = \"timeline.discovery\"\n"), "field =");
    refused_at(&report("field = \"timeline.incident.year\"\n"), "field =");
    refused_at(&report("field = \"claimed_time\"\nby = \"claimed_time\"\n"), "by =");
    refused_at(&report("after = \"x\"\nstage = \"y\"\nby = \"timeline.incident\"\n"), "by =");
    refused_at(&report("field = \"claimed_time\"\nstage = \"\"\n"), "stage =");
    let hours = report("field = \"claimed_time\"\nby = \"timeline.incident\"\n").replace("P1D", "PT24H");
    refused_at(&hours, "period =");
    refused_at(&report("field = \"claimed_time\"\n").replace("trigger = \"t\"\n", ""), "[[obligation]]");
}

#[test]
fn slots_forms_budgets_and_notices() {
    for slots in ["[]", "[1, 0]", "[1, 1]", "[4096]", "[\"0\"]", "0"] {
        refused_at(&of_kind("open-within", &format!("slots = {slots}\nperiod = \"P1D\"\n")), "slots =");
    }
    refused_at(&of_kind("meet-every", "of = [\"lunch\"]\nperiod = \"P1D\"\n"), "of =");
    let budget = "of = [\"ping\"]\nat_most = 1\nper = \"year\"\n";
    assert!(Agreement::parse(of_kind("budget", budget).as_bytes()).is_ok());
    refused_at(&of_kind("budget", &budget.replace("year", "week")), "per =");
    refused_at(&of_kind("budget", &budget.replace("= 1", "= \"1\"")), "at_most =");
    refused_at(&of_kind("budget", &budget.replace("ping", "pong")), "of =");
    let notice = |id: &str| obligation(id, "notice-before-withdrawal", "period = \"P1D\"\n");
    assert!(line(&agreement(&format!("{}{}", notice("O1"), notice("O2")))) > 0);
}
