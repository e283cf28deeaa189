//! Rows of unknown entries, found again by their reports.

use detente_core::{LeafIndex, decimal, json::Value};
use detente_party::{PartyError, RecoverOptions, Recovered};

use crate::args::VaultRecover;
use crate::commands::commit::{envelope, read_files};
use crate::commands::open_party;
use crate::failure::Failure;
use crate::output::{Printer, Report};
use crate::show;

pub(super) fn recover(recover: &VaultRecover, printer: &Printer) -> Result<Report, Failure> {
    let options = options(recover)?;
    let mut party = open_party(&recover.party.party, &recover.unlock)?;
    let bar = printer.progress("seeds tried", None);
    let report = party.recover(&options, |each| read_files(&recover.files, each), |tried| bar.inc(tried));
    bar.finish_and_clear();
    let report = report.map_err(stopped)?;
    let found = report.recovered.iter().map(|found| ("recovered ", found));
    let known = report.known.iter().map(|known| ("known     ", known));
    let mut lines: Vec<String> =
        found.chain(known).map(|(word, of)| format!("{word} {}", line(of))).collect();
    lines.push(format!(
        "done       {} recovered, {} reports of no unknown entry, {} entries still unknown",
        report.recovered.len(),
        report.others,
        report.unknown
    ));
    let count = |count: usize| Value::from(u32::try_from(count).unwrap_or(u32::MAX));
    Ok(Report::new(
        "vault-recover/v1",
        [
            ("recovered", report.recovered.iter().map(item).collect::<Vec<_>>().into()),
            ("known", report.known.iter().map(item).collect::<Vec<_>>().into()),
            ("others", count(report.others)),
            ("still_unknown", count(report.unknown)),
        ],
        lines.join("\n"),
    )
    .labelled())
}

/// Rows that were found before something failed are stored, and are not to be looked for again.
fn stopped(error: PartyError) -> Failure {
    let PartyError::RecoveryStopped { recovered, source } = error else { return error.into() };
    let failure = Failure::from(*source);
    let found: Vec<String> = recovered.iter().map(line).collect();
    let stored = format!("recovered before and stored: {}", found.join(", "));
    let hint = match &failure.hint {
        Some(hint) => format!("{stored}; {hint}"),
        None => stored,
    };
    failure.hint(hint)
}

fn line(of: &Recovered) -> String {
    format!("entry {}: {}", of.entry, show::harmless(&of.incident_id))
}

fn item(of: &Recovered) -> Value {
    Value::from([
        ("entry", of.entry.to_string().into()),
        ("incident_id", of.incident_id.as_str().into()),
        ("file", of.place.file.as_str().into()),
        ("line", u32::try_from(of.place.line).unwrap_or(u32::MAX).into()),
    ])
}

fn options(recover: &VaultRecover) -> Result<RecoverOptions, Failure> {
    let sealed = envelope(&recover.envelope)?;
    let entry = recover.entry.as_deref().map(LeafIndex::parse).transpose();
    let tries =
        decimal::parse(&recover.tries).ok().filter(|tries| (1..=RecoverOptions::TRIES).contains(tries));
    Ok(RecoverOptions {
        extra: sealed.extra,
        claimed_time: sealed.claimed_time,
        author_role: sealed.author_role,
        stage: sealed.stage,
        severity: sealed.severity,
        entry: entry.map_err(|error| Failure::misuse("--entry", error))?,
        tries: tries.ok_or_else(|| Failure::misuse("--tries", "expected a number from 1 to 65536"))?,
    })
}
