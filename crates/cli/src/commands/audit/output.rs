//! What an audit prints, for people and for machines.

use std::collections::BTreeMap;
use std::path::PathBuf;

use detente_agreement::VerdictClass;
use detente_audit::{Audit, Case, Thread};
use detente_core::{Digest, json::Value};

use super::table::{Names, counts, force, sentences};
use crate::failure::Failure;
use crate::output::{Report, to_stdout};
use crate::show;

/// What is shown beside the table.
#[derive(Default)]
pub(super) struct Shown {
    pub(super) threads: bool,
    pub(super) scoreboard: bool,
    /// Files that were handed over, by SHA-256.
    pub(super) given: BTreeMap<Digest, PathBuf>,
    /// Said first.
    pub(super) head: String,
}

pub(super) fn report(
    case: &Case,
    audit: &Audit<'_>,
    shown: &Shown,
    written: &[(&'static str, PathBuf)],
    warnings: Vec<String>,
) -> Report {
    let mut text = shown.head.clone() + &logs(audit, &shown.given);
    for (agreement, evaluation) in case.agreements().zip(audit.evaluations()) {
        let names = Names { terms: agreement.terms(), facts: audit.facts() };
        text.push_str(&format!(
            "\nagreement   {}, {}\n            {}\n",
            agreement.terms().name,
            agreement.digest(),
            force(evaluation)
        ));
        if !evaluation.cells.is_empty() {
            text.push_str(&format!("\n{}", counts(&names, &evaluation.cells)));
        }
        let open: Vec<_> =
            evaluation.cells.iter().filter(|cell| cell.verdict.class() != VerdictClass::Kept).collect();
        for cell in open {
            text.push_str(&format!("\n{}", names.cell(cell)));
        }
    }
    if shown.threads {
        text.push_str(&threads(case, audit));
    }
    if shown.scoreboard {
        text.push_str(&scoreboard(audit));
    }
    let cells = audit.evaluations().iter().flat_map(|evaluation| &evaluation.cells);
    let sentences = sentences(cells);
    if !sentences.is_empty() {
        text.push_str(&format!("\n{sentences}"));
    }
    for (what, path) in written {
        text.push_str(&format!("{what:<11} {}\n", path.display()));
    }
    let files = written.iter().map(|(what, path)| {
        Value::from([("file", path.display().to_string().into()), ("what", (*what).into())])
    });
    let members = [
        ("exit", u32::from(audit.exit_code()).into()),
        ("files", files.collect::<Vec<_>>().into()),
        ("report", audit.report()),
    ];
    let report = Report::new("audit-run/v1", members, text.trim_end_matches('\n').to_owned());
    warnings.into_iter().fold(report.exit(audit.exit_code()), Report::warn)
}

/// The report itself on standard output.
pub(super) fn bytes(report: &[u8], exit: u8) -> Result<Report, Failure> {
    if to_stdout(report) {
        return Ok(Report::printed().exit(exit));
    }
    Err(Failure::new(detente_core::Code::Unavailable, "standard output", "the report could not be written"))
}

fn logs(audit: &Audit<'_>, given: &BTreeMap<Digest, PathBuf>) -> String {
    let times = match audit.facts().times.word() {
        "KNOWN" => "neutral witnesses bound when each entry was published",
        "UNWITNESSED" => "the policy asks for no witness: order alone is known, no deadline is decided",
        _ => "two ways to meet the policy's quorum need not share an honest witness: there are no times",
    };
    let mut text = format!("at          {}\ntimes       {times}\n", show::time(audit.at()));
    for log in audit.logs() {
        let (id, size) = (&log.party.id, log.size);
        let label = format!("log of {id}");
        text.push_str(&match log.root {
            Some(root) => format!("{label:<11} {size} entries, root {root}\n"),
            None => format!("{label:<11} nothing was seen of it by then\n"),
        });
        for malformed in &log.malformed {
            text.push_str(&format!(
                "            entry {} is no valid statement, {}: {id}'s log published it\n",
                malformed.index, malformed.code
            ));
        }
    }
    for refused in audit.refused() {
        let file = given.get(&refused.file).map(|path| format!(" {}", path.display())).unwrap_or_default();
        text.push_str(&format!(
            "refused    {file} {}, and nothing of it counts: {}\n",
            refused.code, refused.file
        ));
    }
    text
}

fn threads(case: &Case, audit: &Audit<'_>) -> String {
    let id = |party: usize| case.parties().get(party).map_or("?", |party| party.id.as_str());
    let line = |thread: &Thread| {
        let ends = [
            ("acknowledged", thread.acknowledged, thread.to),
            ("answered", thread.answered, thread.to),
            ("refused", thread.refused, thread.to),
            ("updated", thread.updated, thread.to),
            ("replied to", thread.replied, thread.to),
            ("withdrawn", thread.withdrawn, thread.from),
        ];
        let ends = ends
            .into_iter()
            .filter_map(|(what, index, party)| index.map(|index| format!("{what} {}/{index}", id(party))));
        let ends = ends.collect::<Vec<_>>();
        let ends = if ends.is_empty() { "nothing yet".to_owned() } else { ends.join(", ") };
        format!("{}/{} {} to {}: {ends}\n", id(thread.from), thread.index, thread.kind, id(thread.to))
    };
    let lines: String = audit.threads().iter().map(line).collect();
    format!("\nthreads\n{}", indented(&lines))
}

fn scoreboard(audit: &Audit<'_>) -> String {
    let board = audit.scoreboard();
    let mut lines = String::new();
    for (words, count) in board.requests.iter().chain(&board.accusations) {
        let [from, to, what, quarter, state] = words.each_ref().map(|word| show::harmless(word));
        lines.push_str(&format!("{count:>5}  {from} to {to}  {what}  {quarter}  {state}\n"));
    }
    format!("\nscoreboard: counts, and no more\n{}", indented(&lines))
}

fn indented(lines: &str) -> String {
    if lines.is_empty() {
        return "    none\n".to_owned();
    }
    lines.lines().map(|line| format!("    {line}\n")).collect()
}
