//! Each obligation as one plain sentence, the same words whoever is obliged.

use detente_statement::Kind;

use crate::{AgreementTerms, BudgetPeriod, Duty, Obligation, Period, ReportTrigger, Start, words};

impl AgreementTerms {
    /// What the obligation asks for, in one sentence that begins with who is obliged.
    pub fn explain(&self, obligation: &Obligation) -> String {
        let other = self.other(obligation);
        format!("{} {}", self.obliged(obligation), predicate(&obligation.duty, other))
    }

    fn obliged(&self, obligation: &Obligation) -> String {
        let parties = obligation.obliged.iter().filter_map(|place| self.parties.get(*place));
        let ids: Vec<&str> = parties.map(|party| party.id.as_str()).collect();
        match ids.as_slice() {
            _ if ids.len() == self.parties.len() => "each party".to_owned(),
            [one] => (*one).to_owned(),
            several => format!("each of {}", listed(several, "and")),
        }
    }

    /// Whom it is owed to.
    fn other(&self, obligation: &Obligation) -> &str {
        match (self.parties.as_slice(), obligation.obliged.as_slice()) {
            ([_, second], [0]) => second.id.as_str(),
            ([first, _], [1]) => first.id.as_str(),
            ([_, _], _) => "the other",
            _ => "another party",
        }
    }
}

fn predicate(duty: &Duty, other: &str) -> String {
    match duty {
        Duty::AcknowledgeWithin { of, start, period } => {
            let each = each(of, other);
            format!("acknowledges {each} within {}{}", period.in_words(), after(*start))
        }
        Duty::RespondWithin { of, start, period, grounds } => {
            format!("{} within {}{}", responds(of, other, grounds), period.in_words(), after(*start))
        }
        Duty::UpdateEvery { of, start, period } => format!(
            "says how {} stands, at least every {}{}, until it is answered, refused or closed",
            each(of, other),
            period.in_words(),
            after(*start)
        ),
        Duty::PreserveFor { start, period } => format!(
            "keeps what it says to have preserved on a request of {other} for at least {}{}",
            period.in_words(),
            after(*start)
        ),
        Duty::ReportWithin { trigger, from, stage, period } => {
            report(trigger, from, stage.as_deref(), *period)
        }
        Duty::EvidenceWithAccusation => "commits to a manifest of evidence in each accusation".to_owned(),
        Duty::AskBeforeAccusing { wait: None } => {
            format!("accuses {other} only with a reference to an earlier request to the accused")
        }
        Duty::AskBeforeAccusing { wait: Some(wait) } => format!(
            "accuses {other} only with a reference to an earlier request to the accused that was answered, refused or is {} old",
            wait.in_words()
        ),
        Duty::AnchorWithin { period } => format!(
            "anchors the log of {other}, or says that it could not read it, at least every {}",
            period.in_words()
        ),
        Duty::PublishWithin { period } => {
            format!("publishes an entry in its log at least every {}", period.in_words())
        }
        Duty::OpenWithin { slots, period } => {
            let numbers: Vec<String> = slots.iter().map(ToString::to_string).collect();
            let numbers: Vec<&str> = numbers.iter().map(String::as_str).collect();
            let slots = if numbers.len() == 1 { "slot" } else { "slots" };
            format!(
                "opens {slots} {} of each sealed entry within {} of its publication",
                listed(&numbers, "and"),
                period.in_words()
            )
        }
        Duty::MeetEvery { of, period } => {
            let forms: Vec<&str> = of.iter().filter_map(|form| words::FORMS.word(*form)).collect();
            format!(
                "records a session with {other} ({}), which {other} records too, at least every {}",
                listed(&forms, "or"),
                period.in_words()
            )
        }
        Duty::NoticeBeforeWithdrawal { period } => {
            format!("announces a withdrawal at least {} before it takes effect", period.in_words())
        }
        Duty::Budget { of, at_most, per } => {
            let per = match per {
                BudgetPeriod::Year => "year",
                BudgetPeriod::Quarter => "quarter of a year",
                BudgetPeriod::Month => "month",
            };
            let kinds: Vec<&str> = of.iter().map(|kind| plural(*kind)).collect();
            format!("makes at most {at_most} {} in a calendar {per}, in UTC", listed(&kinds, "and"))
        }
        Duty::NotVerifiable => "has given its word; no log can show whether it is kept".to_owned(),
    }
}

/// Requests can be refused, accusations are replied to.
fn responds(of: &[Kind], other: &str, grounds: &[u8]) -> String {
    let (accusations, requests): (Vec<Kind>, Vec<Kind>) =
        of.iter().partition(|kind| **kind == Kind::AccusationIssue);
    let mut parts = Vec::new();
    if !requests.is_empty() {
        let all = grounds.len() == words::GROUNDS.items.len();
        let named: Vec<&str> = grounds.iter().filter_map(|ground| words::GROUNDS.word(*ground)).collect();
        let grounds =
            if all { "on a listed ground".to_owned() } else { format!("as {}", listed(&named, "or")) };
        parts.push(format!("answers {}, or refuses it {grounds},", each(&requests, other)));
    }
    if !accusations.is_empty() {
        parts.push(format!("replies to {}", each(&accusations, other)));
    }
    parts.join(" and ")
}

fn report(trigger: &str, from: &ReportTrigger, stage: Option<&str>, period: Period) -> String {
    let of_stage = stage.map_or_else(String::new, |stage| format!(" of stage {stage:?}"));
    let period = period.in_words();
    let date = |name: &str| match name {
        "claimed_time" => "the claimed time".to_owned(),
        name => format!("the date {name}"),
    };
    match from {
        ReportTrigger::Field { field, by: None } => format!(
            "publishes each sealed report{of_stage} within {period} after {} that it states ({trigger})",
            date(field)
        ),
        ReportTrigger::Field { field, by: Some(by) } => format!(
            "states in each sealed report{of_stage} a date {by} that is at most {period} after {} ({trigger})",
            date(field)
        ),
        ReportTrigger::After(first) => format!(
            "amends each sealed report of stage {first:?} by one{of_stage} within {period} after its publication ({trigger})"
        ),
    }
}

fn after(start: Start) -> &'static str {
    match start {
        Start::Anchor => " after its own log first covers or names it",
        Start::Mirror => " after mirrors are seen to hold it",
    }
}

/// `each request for assistance and each ping of b`.
fn each(of: &[Kind], other: &str) -> String {
    let kinds: Vec<String> = of.iter().map(|kind| format!("each {}", singular(*kind))).collect();
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    format!("{} of {other}", listed(&kinds, "and"))
}

const fn singular(kind: Kind) -> &'static str {
    match kind {
        Kind::RequestAssistance => "request for assistance",
        Kind::RequestPreserve => "request to preserve data",
        Kind::AccusationIssue => "accusation",
        other => other.name(),
    }
}

const fn plural(kind: Kind) -> &'static str {
    match kind {
        Kind::RequestAssistance => "requests for assistance",
        Kind::RequestPreserve => "requests to preserve data",
        Kind::AccusationIssue => "accusations",
        Kind::Ping => "pings",
        other => other.name(),
    }
}

/// `x`, `x and y`, `x, y and z`.
fn listed(items: &[&str], last: &str) -> String {
    match items {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [several @ .., end] => format!("{} {last} {end}", several.join(", ")),
    }
}

impl Period {
    /// `3 days`.
    pub fn in_words(self) -> String {
        let (number, unit) = match self {
            Self::Years(number) => (number, "year"),
            Self::Months(number) => (number, "month"),
            Self::Days(number) => (number, "day"),
            Self::Hours(number) => (number, "hour"),
            Self::Minutes(number) => (number, "minute"),
        };
        format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
    }
}
