//! `detente agreement`: terms explained and held against a policy, or printed from a preset.

use std::path::{Path, PathBuf};

use detente_agreement::{Agreement, AgreementError, PRESETS, PartyId, PartyTerms, Remark, preset};
use detente_core::{Origin, json::Value};

use super::{counterpart::Counterpart, policy, read_limited};
use crate::args::{AgreementCheck, AgreementCommand, AgreementPreset};
use crate::failure::Failure;
use crate::output::Report;

pub(crate) fn run(command: &AgreementCommand) -> Result<Report, Failure> {
    match command {
        AgreementCommand::Check(check) => explained(check),
        AgreementCommand::Preset(preset) => printed(preset),
    }
}

/// A file's terms; what is wrong with it names the file and its line.
pub(super) fn read(path: &Path) -> Result<(Agreement, Vec<u8>), Failure> {
    let bytes = read_limited(path, Agreement::MAX_BYTES)?;
    let agreement = Agreement::parse(&bytes).map_err(|error| of_file(path, &error))?;
    Ok((agreement, bytes))
}

pub(super) fn of_file(path: &Path, error: &AgreementError) -> Failure {
    match error {
        AgreementError::MalformedAgreement { line, expected, got } => {
            let culprit = format!("{}:{line}", path.display());
            Failure::new(error.code(), culprit, format!("expected {expected}, got {got}"))
        }
        error => Failure::new(error.code(), path.display().to_string(), error),
    }
}

fn explained(check: &AgreementCheck) -> Result<Report, Failure> {
    let (agreement, _) = read(&check.file)?;
    let terms = agreement.terms();
    let policy = check.policy.as_deref().map(policy::read).transpose()?;
    if let Some(policy) = &policy {
        agreement.require_policy(policy).map_err(|error| of_file(&check.file, &error))?;
    }
    let remarks = policy.as_ref().map(|policy| terms.remarks(policy)).unwrap_or_default();

    let mut text =
        format!("agreement   {}: {}\ndigest      {}\n", terms.name, terms.title, agreement.digest());
    for party in &terms.parties {
        text.push_str(&format!(
            "party       {}: {}, log {} of {}\n",
            party.id, party.name, party.log, party.origin
        ));
    }
    for (name, means) in &terms.definitions {
        text.push_str(&format!("means       {name}: {means}\n"));
    }
    for obligation in &terms.obligations {
        text.push_str(&format!("{:<11} {}\n", obligation.id.as_str(), terms.explain(obligation)));
        text.push_str(&format!("            in its words: {}\n", obligation.text));
        for (what, said) in [("source", &obligation.source), ("unsure", &obligation.unsure)] {
            if let Some(said) = said {
                text.push_str(&format!("            {what}: {said}\n"));
            }
        }
    }
    for remark in &remarks {
        text.push_str(&format!("fault       {remark}\n"));
    }
    text.push_str(match (&policy, remarks.len()) {
        (None, _) => "not checked whether it works with your policy: --policy FILE",
        (Some(_), 0) => "no fault found: every duty can be shown to be kept or not",
        (Some(_), _) => {
            "these terms cannot work as they are: no verdict changes, but some will never be decided"
        }
    });
    let obligations: Vec<Value> = terms
        .obligations
        .iter()
        .map(|obligation| {
            Value::from([
                ("id", obligation.id.as_str().into()),
                ("sentence", terms.explain(obligation).into()),
                ("source", optional(obligation.source.as_deref())),
                ("text", obligation.text.as_str().into()),
                ("unsure", optional(obligation.unsure.as_deref())),
            ])
        })
        .collect();
    let parties: Vec<Value> = terms
        .parties
        .iter()
        .map(|party| {
            Value::from([
                ("id", party.id.as_str().into()),
                ("log", party.log.to_string().into()),
                ("name", party.name.as_str().into()),
                ("origin", party.origin.as_str().into()),
            ])
        })
        .collect();
    Ok(Report::new(
        "agreement-check/v1",
        [
            ("name", terms.name.as_str().into()),
            ("title", terms.title.as_str().into()),
            ("digest", agreement.digest().to_string().into()),
            ("parties", parties.into()),
            ("obligations", obligations.into()),
            ("policy_given", policy.is_some().into()),
            ("faults", remarks.iter().map(fault).collect::<Vec<_>>().into()),
        ],
        text,
    )
    .labelled()
    .exit(u8::from(!remarks.is_empty())))
}

fn fault(remark: &Remark) -> Value {
    Value::from([
        ("obligation", optional(remark.obligation.as_ref().map(|id| id.as_str()))),
        ("party", optional(remark.party.as_ref().map(PartyId::as_str))),
        ("says", remark.fault.to_string().into()),
        ("next", remark.fault.next().into()),
    ])
}

fn optional(text: Option<&str>) -> Value {
    text.map_or(Value::Null, Value::from)
}

fn printed(arguments: &AgreementPreset) -> Result<Report, Failure> {
    let name = arguments.name.as_str();
    if !PRESETS.iter().any(|preset| preset.name == name) {
        let known: Vec<_> =
            PRESETS.iter().map(|preset| format!("{}: {}", preset.name, preset.title)).collect();
        return Err(Failure::misuse("NAME", format!("expected the name of a preset, got {name:?}"))
            .hint(known.join("; ")));
    }
    if !(2..=16).contains(&arguments.parties.len()) {
        let got = arguments.parties.len();
        return Err(Failure::misuse("--party", format!("expected 2 to 16 parties, got {got}")));
    }
    let policy = policy::read(&arguments.policy)?;
    let mut parties = Vec::new();
    for given in &arguments.parties {
        let (id, path) = named(given, "--party")?;
        let log = Counterpart::open(&path, &arguments.reading, None)?;
        let origin = Origin::parse(&log.origin)?;
        parties.push(PartyTerms { id, name: log.party, log: log.log, origin, offset: None });
    }
    let text = preset(name, &parties, policy.id())
        .map_err(|error| Failure::new(error.code(), error.culprit(), &error))?;
    let agreement = Agreement::parse(text.as_bytes()).map_err(|error| of_file(Path::new(name), &error))?;
    let mut report = Report::new(
        "agreement-preset/v1",
        [
            ("name", name.into()),
            ("digest", agreement.digest().to_string().into()),
            ("agreement", text.as_str().into()),
        ],
        text.trim_end_matches('\n').to_owned(),
    );
    if let Err(error) = agreement.require_policy(&policy) {
        report = report.warn(format!("{}: {error}", arguments.policy.display()));
    }
    Ok(report)
}

/// `ID=LOG`.
pub(super) fn named(given: &str, argument: &str) -> Result<(PartyId, PathBuf), Failure> {
    let parts = given.split_once('=').and_then(|(id, log)| Some((PartyId::parse(id)?, log)));
    match parts {
        Some((id, log)) if !log.is_empty() => Ok((id, PathBuf::from(log))),
        _ => Err(Failure::misuse(
            argument,
            format!("expected ID=LOG, where ID is 1 to 32 of a-z 0-9 -, got {given:?}"),
        )),
    }
}
