//! `policy check` and `policy show`: what one's own policy asks for, and what it withstands.

use std::path::Path;

use detente_checkpoint::{MAX_COMPARED_WITNESSES, Operators, Policy, PolicyLog, PolicyReview};
use detente_core::json::Value;

use super::policy::read;
use crate::args::policy::{PolicyCheck, PolicyCommand, PolicyShow};
use crate::failure::Failure;
use crate::output::Report;
use crate::show;

pub(crate) fn run(command: &PolicyCommand) -> Result<Report, Failure> {
    match command {
        PolicyCommand::Check(check) => self::check(check),
        PolicyCommand::Show(show) => self::show(show),
    }
}

fn check(check: &PolicyCheck) -> Result<Report, Failure> {
    let policy = read(&check.policy)?;
    let review = policy.review();
    let mut text = format!("quorum     {}\n", show::harmless(policy.quorum_name().unwrap_or("none")));
    text.push_str(&format!(
        "counting   {}\n",
        match review.counting.as_slice() {
            [] => "no witness".to_owned(),
            names => {
                format!(
                    "{} of {}: {}",
                    names.len(),
                    policy.witnesses().len(),
                    show::harmless(&names.join(", "))
                )
            }
        }
    ));
    text.push_str(&format!(
        "overlap    two ways to meet the quorum share at least {} witnesses\n",
        review.overlap
    ));
    text.push_str(&format!("tolerates  {} (f = {})\n", tolerated(&review), review.f));
    text.push_str(&format!(
        "split by   {}\n",
        operators(
            &review.splitters,
            "nobody: no two trees can both be accepted",
            "no doing of anybody's is needed"
        )
    ));
    text.push_str(&format!(
        "stopped by {}\n",
        operators(&review.blockers, "nobody", "it never is met, whoever helps")
    ));
    let mut faults = review.remarks.iter().filter(|remark| remark.is_fault()).count();
    for remark in &review.remarks {
        // Names and addresses in it are another's words: one with a line feed must not make a line of its own.
        let says = show::harmless(&remark.to_string());
        text.push_str(&format!("{:<10} {says}\n", if remark.is_fault() { "FAULT" } else { "ask" }));
    }
    let together = check.with.as_deref().map(|path| Together::read(&policy, path)).transpose()?;
    if let Some(together) = &together {
        faults += usize::from(together.splits());
        text.push_str(&together.line());
    }
    let is_unlooked = together.as_ref().is_some_and(|together| together.overlap.is_none());
    text.push_str(match policy.quorum_name() {
        _ if faults > 0 => "NOT SOUND",
        _ if is_unlooked => "NOT LOOKED AT",
        None => "UNWITNESSED",
        Some(_) => "SOUND",
    });
    let remarks: Vec<Value> = review
        .remarks
        .iter()
        .map(|remark| Value::from([("fault", remark.is_fault().into()), ("says", remark.to_string().into())]))
        .collect();
    let names: Vec<Value> = review.counting.iter().map(|name| name.as_str().into()).collect();
    let report = Report::new(
        "policy-check/v1",
        [
            ("quorum", policy.quorum_name().map_or(Value::Null, Value::from)),
            ("counting", names.into()),
            ("overlap", review.overlap.to_string().into()),
            ("f", u32::from(review.f).into()),
            ("tolerated", review.tolerated_witnesses.map_or(Value::Null, |most| most.to_string().into())),
            ("splitters", sets(&review.splitters)),
            ("blockers", sets(&review.blockers)),
            ("remarks", remarks.into()),
            ("with", together.map_or(Value::Null, |together| together.value())),
            ("faults", u32::try_from(faults).unwrap_or(u32::MAX).into()),
        ],
        text,
    );
    Ok(report.with_verdict().exit(match faults {
        0 if is_unlooked => 3,
        0 => 0,
        _ => 1,
    }))
}

fn tolerated(review: &PolicyReview) -> String {
    match review.tolerated_witnesses {
        _ if review.splitters == Operators::None => "all: nothing is ever accepted".to_owned(),
        None => "none: two trees can both be accepted without a dishonest witness".to_owned(),
        Some(0) => "no dishonest witness".to_owned(),
        Some(1) => "1 dishonest witness".to_owned(),
        Some(most) => format!("{most} dishonest witnesses"),
    }
}

fn operators(operators: &Operators, none: &str, empty: &str) -> String {
    match operators {
        Operators::None => none.to_owned(),
        Operators::AtLeast(least) => format!("no fewer than {least} operators (not looked at further)"),
        Operators::Smallest(sets) if sets.iter().all(Vec::is_empty) => empty.to_owned(),
        Operators::Smallest(sets) => {
            const SHOWN: usize = 6;
            let mut shown: Vec<String> =
                sets.iter().take(SHOWN).map(|set| show::harmless(&set.join(" + "))).collect();
            if sets.len() > SHOWN {
                shown.push(format!("{} more", sets.len() - SHOWN));
            }
            shown.join(", ")
        }
    }
}

fn sets(operators: &Operators) -> Value {
    match operators {
        Operators::Smallest(sets) => {
            let set = |set: &Vec<String>| -> Value {
                set.iter().map(|name| name.as_str().into()).collect::<Vec<Value>>().into()
            };
            sets.iter().map(set).collect::<Vec<Value>>().into()
        }
        Operators::None => Vec::<Value>::new().into(),
        Operators::AtLeast(_) => Value::Null,
    }
}

/// This policy and another relier's.
struct Together {
    overlap: Option<u64>,
    f: u8,
}

impl Together {
    /// Two policies without a log in common say nothing about each other.
    fn read(policy: &Policy, path: &Path) -> Result<Self, Failure> {
        let other = read(path)?;
        let is_shared = |log: &PolicyLog| other.logs().iter().any(|theirs| theirs.key() == log.key());
        if policy.logs().iter().any(is_shared) {
            return Ok(Self::of(policy, &other));
        }
        Err(Failure::misuse(
            path.display().to_string(),
            "expected a policy that names a log key of this one, got one of other logs",
        )
        .hint("two readers can be shown two trees of one log only: name the other one's policy for this log"))
    }

    fn of(policy: &Policy, other: &Policy) -> Self {
        let f = |policy: &Policy| policy.companion().map_or(0, detente_checkpoint::Companion::f);
        Self { overlap: policy.smallest_overlap_with(other), f: f(policy).max(f(other)) }
    }

    fn splits(&self) -> bool {
        self.overlap.is_some_and(|overlap| overlap <= u64::from(self.f))
    }

    fn line(&self) -> String {
        match self.overlap {
            None => {
                format!(
                    "with       not looked at: both policies have more than {MAX_COMPARED_WITNESSES} witnesses that count\n"
                )
            }
            Some(overlap) => format!(
                "with       the two policies share at least {overlap} witnesses{}\n",
                if self.splits() {
                    format!(
                        ": expected more than f = {}, else the two reliers can be shown two trees",
                        self.f
                    )
                } else {
                    String::new()
                }
            ),
        }
    }

    fn value(&self) -> Value {
        Value::from([
            ("overlap", self.overlap.map_or(Value::Null, |overlap| overlap.to_string().into())),
            ("f", u32::from(self.f).into()),
        ])
    }
}

fn show(show: &PolicyShow) -> Result<Report, Failure> {
    let policy = read(&show.policy)?;
    let canonical = policy.to_string();
    let text = if show.canonical { canonical.trim_end().to_owned() } else { plain(&policy) };
    let witnesses: Vec<Value> = policy
        .witnesses()
        .iter()
        .map(|witness| {
            Value::from([
                ("name", witness.name().as_str().into()),
                ("vkey", witness.key().to_string().into()),
                ("url", witness.url().map_or(Value::Null, Value::from)),
                ("operator", witness.operator().map_or(Value::Null, Value::from)),
                ("neutral", witness.is_neutral().into()),
            ])
        })
        .collect();
    let logs: Vec<Value> = policy
        .logs()
        .iter()
        .map(|log| {
            Value::from([
                ("vkey", log.key().to_string().into()),
                ("url", log.url().map_or(Value::Null, Value::from)),
            ])
        })
        .collect();
    let id = policy.id();
    Ok(Report::new(
        "policy-show/v1",
        [
            ("policy", id.policy.to_string().into()),
            ("companion", id.companion.map_or(Value::Null, |digest| digest.to_string().into())),
            ("logs", logs.into()),
            ("witnesses", witnesses.into()),
            ("quorum", policy.quorum_name().map_or(Value::Null, Value::from)),
            ("canonical", canonical.into()),
        ],
        text,
    ))
}

/// The policy in sentences.
fn plain(policy: &Policy) -> String {
    let id = policy.id();
    let mut text = format!("policy     {}\n", id.policy);
    text.push_str(&match id.companion {
        Some(digest) => format!("companion  {digest}\n"),
        None => "companion  none: no witness is neutral\n".to_owned(),
    });
    for log in policy.logs() {
        let at = log.url().map_or_else(String::new, |url| format!(", read at {}", show::harmless(url)));
        text.push_str(&format!("log        {}{at}\n", show::harmless(&log.key().to_string())));
    }
    for witness in policy.witnesses() {
        let operator = witness.operator().map_or_else(|| "nobody named".to_owned(), show::harmless);
        let counts = if witness.is_neutral() { "counts" } else { "does not count" };
        let at = witness.url().map_or_else(String::new, |url| format!(", asked at {}", show::harmless(url)));
        text.push_str(&format!(
            "witness    {}, run by {operator}: {counts}{at}\n",
            show::harmless(witness.name().as_str())
        ));
    }
    for line in policy.to_string().lines().filter_map(|line| line.strip_prefix("group ")) {
        let words: Vec<&str> = line.split(' ').collect();
        if let [name, threshold, members @ ..] = words.as_slice() {
            let line = format!("group      {name}: at least {threshold} of {}", members.join(", "));
            text.push_str(&format!("{}\n", show::harmless(&line)));
        }
    }
    text.push_str(&match policy.quorum_name() {
        Some(name) => format!("quorum     {}: a checkpoint is accepted when it counts", show::harmless(name)),
        None => "quorum     none: a checkpoint is accepted without a witness".to_owned(),
    });
    text
}
