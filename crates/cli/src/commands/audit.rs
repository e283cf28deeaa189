//! `detente audit`: logs and agreements read, the audit made, its table shown and its files written.

mod annex;
mod case;
mod gather;
mod output;
mod table;

use std::path::{Path, PathBuf};

use detente_agreement::PartyId;
use detente_audit::{Audit, AuditError, Case, LogInput};
use detente_core::UnixSeconds;

use super::{agreement, published, time};
use crate::args::{Audit as Arguments, AuditInput};
use crate::failure::Failure;
use crate::output::{Printer, Report};

pub(super) use case::{Brought, bring};
pub(super) use gather::{Gathered, gather};
pub(super) use table::{Names, interval, latest};

pub(crate) fn run(arguments: &Arguments, printer: &Printer) -> Result<Report, Failure> {
    if let Some(folder) = &arguments.check {
        return annex::check(folder, arguments);
    }
    let at = at(&arguments.input)?;
    let brought = bring(&arguments.agreements, &arguments.input)?;
    let logs = named(&brought.case, &arguments.logs)?;
    let notebook = arguments.notebook.as_deref();
    let mut gathered = Vec::new();
    let places: Vec<&Path> = logs.iter().map(|(_, path)| path.as_path()).collect();
    for (position, path) in &logs {
        let reading = published::reading_for(path, &places, &arguments.reading)?;
        gathered.push(gather(brought.party(*position)?, path, notebook, &reading, printer)?);
    }
    let audit = made(&brought, &gathered, at, notebook.unwrap_or(Path::new(".")))?;

    let mut written = Vec::new();
    if let Some(path) = &arguments.annex {
        annex::write(path, &audit, &gathered)?;
        written.push(("annex", path.clone()));
    }
    if let Some(notebook) = notebook {
        gather::keep(notebook, &audit, &gathered)?;
        written.push(("notebook", notebook.to_owned()));
    }
    if let Some(path) = &arguments.report {
        if path == Path::new("-") {
            return output::bytes(&audit.to_report(), audit.exit_code());
        }
        super::write_new(path, &audit.to_report())?;
        written.push(("report", path.clone()));
    }
    let shown = output::Shown {
        threads: arguments.threads,
        scoreboard: arguments.scoreboard,
        given: brought.given(),
        ..output::Shown::default()
    };
    Ok(output::report(&brought.case, &audit, &shown, &written, Vec::new()))
}

/// The time asked about; the present one when nothing is asked.
pub(super) fn at(input: &AuditInput) -> Result<UnixSeconds, Failure> {
    let Some(text) = &input.at else { return Ok(time::now()) };
    time::at(text).ok_or_else(|| {
        Failure::misuse(
            "--at",
            format!("expected a time as 2026-03-01 or 2026-03-01T12:00:00Z, got {text:?}"),
        )
    })
}

/// The audit of what was gathered; `findings` is where a fork that turns up is written down.
pub(super) fn made<'a>(
    brought: &'a Brought,
    gathered: &'a [Gathered],
    at: UnixSeconds,
    findings: &Path,
) -> Result<Audit<'a>, Failure> {
    let inputs: Vec<LogInput<'_>> = gathered.iter().map(Gathered::input).collect();
    let audit = brought.case.audit(&inputs, &brought.presentations, &brought.contents, at);
    audit.map_err(|error| stopped(error, findings, brought))
}

/// The logs that were named, by the positions of their parties.
fn named(case: &Case, given: &[String]) -> Result<Vec<(usize, PathBuf)>, Failure> {
    let mut logs: Vec<(usize, PathBuf)> = Vec::new();
    for given in given {
        let (id, path) = agreement::named(given, "--log")?;
        let Some(position) = case.parties().iter().position(|party| party.id == id) else {
            return Err(unknown_party(case, &id));
        };
        if logs.iter().any(|(known, _)| *known == position) {
            return Err(Failure::misuse("--log", format!("expected one log of party {id}, got two")));
        }
        logs.push((position, path));
    }
    Ok(logs)
}

fn unknown_party(case: &Case, id: &PartyId) -> Failure {
    let known: Vec<_> = case.parties().iter().map(|party| party.id.to_string()).collect();
    Failure::misuse("--log", format!("expected a party of the agreements, {}, got {id}", known.join(" or ")))
}

/// An audit that ended without a report. A fork is written down, so that it can be shown to others.
fn stopped(error: AuditError, folder: &Path, brought: &Brought) -> Failure {
    if let AuditError::Fork(fork) = &error {
        let failure = Failure::new(error.code(), error.culprit(), &error);
        let Some(finding) = &fork.finding else {
            return failure.hint("nothing at hand shows that one key signed both trees");
        };
        return match published::write_finding(folder, &finding.to_bytes()) {
            Ok(path) => failure.hint(format!("the log's key signed both: {path} proves it to anybody")),
            Err(trouble) => failure.hint(format!("no finding was written: {}", trouble.message)),
        };
    }
    brought.failure(error)
}
