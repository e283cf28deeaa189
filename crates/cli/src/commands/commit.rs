//! Reports in, entries and receipts out: `commit`, and `amend`, which takes amendments only.

use std::path::{Path, PathBuf};

use detente_core::json::{Number, Value};
use detente_disclosure::{ClaimedTime, Severity, SeverityValue};
use detente_party::{
    CommitOptions, Duplicates, Extra, Outcome, PartyError, PartyFolder, Place, read_reports,
};

use super::token::open_signing_party;
use crate::args::{
    Amend, Commit, DuplicatesArgument, EnvelopeArguments, ExtraArgument, ReportArguments, TokenArguments,
    UnlockArguments,
};
use crate::failure::Failure;
use crate::output::{Printer, Report};
use crate::show;

pub(crate) fn run(commit: &Commit, printer: &Printer) -> Result<Report, Failure> {
    let duplicates = match commit.duplicates {
        DuplicatesArgument::Refuse => Duplicates::Refuse,
        DuplicatesArgument::Amend => Duplicates::Amend,
        DuplicatesArgument::Skip => Duplicates::Skip,
    };
    seal(&commit.party.party, &commit.unlock, &commit.token, duplicates, &commit.reports, printer)
}

pub(crate) fn amend(amend: &Amend, printer: &Printer) -> Result<Report, Failure> {
    seal(&amend.party.party, &amend.unlock, &amend.token, Duplicates::AmendOnly, &amend.reports, printer)
}

fn seal(
    folder: &Path,
    unlock: &UnlockArguments,
    token: &TokenArguments,
    duplicates: Duplicates,
    reports: &ReportArguments,
    printer: &Printer,
) -> Result<Report, Failure> {
    let options = options(reports, duplicates)?;
    let mut party = open_signing_party(folder, unlock, token)?;
    let bar = printer.progress("sealing", None);
    let report = party.commit(&options, |each| {
        read_files(&reports.files, &mut |place, value| {
            bar.inc(1);
            each(place, value)
        })
    });
    // Before the error of a batch is printed, too.
    bar.finish_and_clear();
    let report = report?;

    let (mut lines, mut items) = (Vec::new(), Vec::new());
    let (mut reported, mut amended, mut unchanged, mut skipped) = (0_u32, 0_u32, 0_u32, 0_u32);
    for committed in &report.reports {
        let (word, entry, of) = match committed.outcome {
            Outcome::Reported(entry) => {
                reported += 1;
                ("reported", entry, None)
            }
            Outcome::Amended(entry, of) => {
                amended += 1;
                ("amended", entry, Some(of))
            }
            Outcome::Unchanged(entry) => {
                unchanged += 1;
                ("unchanged", entry, None)
            }
            Outcome::Skipped(entry) => {
                skipped += 1;
                ("skipped", entry, None)
            }
        };
        let note = match (word, of) {
            (_, Some(of)) => format!(", amends entry {of}"),
            ("unchanged", None) => ", which holds the same report".to_owned(),
            ("skipped", None) => ", which holds this id".to_owned(),
            _ => String::new(),
        };
        lines.push(format!("{word:<9} entry {entry}{note}: {}", show::harmless(&committed.incident_id)));
        items.push(Value::from([
            ("outcome", word.into()),
            ("entry", entry.to_string().into()),
            ("amends", of.map_or(Value::Null, |of| of.to_string().into())),
            ("incident_id", committed.incident_id.as_str().into()),
            ("file", committed.place.file.as_str().into()),
            ("line", u32::try_from(committed.place.line).unwrap_or(u32::MAX).into()),
        ]));
    }
    let shown = 40;
    if lines.len() > shown {
        let more = lines.len() - shown;
        lines.truncate(shown);
        lines.push(format!("… and {more} more (--json lists all)"));
    }
    let receipts = PartyFolder::new(folder).receipts().display().to_string();
    lines.push(format!(
        "done       {reported} reported, {amended} amended, {unchanged} unchanged, {skipped} skipped; the log holds {} entries",
        report.size
    ));
    if reported + amended > 0 && reports.no_receipts {
        lines.push("receipts   none: `detente receipt` makes any of them".to_owned());
    } else if reported + amended > 0 {
        lines.push(format!("receipts   {receipts}/{:08}.tlog-proof and on", report.first.get()));
    }
    let printed = Report::new(
        "commit/v1",
        [
            ("reports", items.into()),
            ("reported", reported.into()),
            ("amended", amended.into()),
            ("unchanged", unchanged.into()),
            ("skipped", skipped.into()),
            ("first", report.first.to_string().into()),
            ("size", report.size.to_string().into()),
            ("receipts", if reports.no_receipts { Value::Null } else { receipts.into() }),
        ],
        lines.join("\n"),
    );
    Ok(match report.receipt_fault {
        Some(fault) => {
            let which =
                if reports.no_receipts { "the note that receipts were left out" } else { "a receipt" };
            printed
                .warn(format!("published, but {which} is missing: {fault}; the next commit makes receipts"))
        }
        None => printed,
    })
}

/// Calls `each` with every report of every file.
pub(super) fn read_files(
    files: &[PathBuf],
    each: &mut dyn FnMut(Place, Value) -> Result<(), PartyError>,
) -> Result<(), PartyError> {
    for file in files {
        if file == Path::new("-") {
            read_reports("-", std::io::stdin().lock(), each)?;
        } else {
            let source = std::fs::File::open(file)
                .map_err(|source| PartyError::Unavailable { path: file.clone(), source })?;
            read_reports(&file.display().to_string(), source, each)?;
        }
    }
    Ok(())
}

fn options(reports: &ReportArguments, duplicates: Duplicates) -> Result<CommitOptions, Failure> {
    let receipts = !reports.no_receipts;
    Ok(CommitOptions { duplicates, receipts, ..envelope(&reports.envelope)? })
}

/// What is said of every report.
pub(super) fn envelope(reports: &EnvelopeArguments) -> Result<CommitOptions, Failure> {
    let claimed_time = reports.claimed_time.as_deref().map(|text| {
        ClaimedTime::parse(text)
            .ok_or_else(|| Failure::misuse("--claimed-time", "expected a year, month, day or RFC 3339 time"))
    });
    let severity = reports.severity.as_deref().map(|text| {
        let (scale, value) = text
            .split_once(':')
            .filter(|(scale, value)| !scale.is_empty() && !value.is_empty())
            .ok_or_else(|| Failure::misuse("--severity", "expected SCALE:VALUE"))?;
        let value = match value.parse().ok().and_then(Number::new) {
            Some(number) => SeverityValue::Number(number),
            None => SeverityValue::Word(value.to_owned()),
        };
        Ok::<_, Failure>(Severity { scale: scale.to_owned(), value })
    });
    Ok(CommitOptions {
        extra: match reports.extra {
            ExtraArgument::Refuse => Extra::Refuse,
            ExtraArgument::Plus => Extra::Plus,
        },
        claimed_time: claimed_time.transpose()?,
        author_role: reports.author_role.clone(),
        stage: reports.stage.clone(),
        severity: severity.transpose()?,
        ..CommitOptions::default()
    })
}
