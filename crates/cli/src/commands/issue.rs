//! `detente issue`: a form read, what it names looked up, the statement signed and published.

use std::path::Path;

use detente_core::{Code, json::Value};
use detente_party::{Form, FormFault, MAX_FORM_BYTES, Unfilled};

use super::{form, lookup::Looking, policy, read_limited, token::open_signing_party};
use crate::args::Issue;
use crate::failure::Failure;
use crate::output::Report;

pub(crate) fn run(issue: &Issue) -> Result<Report, Failure> {
    let kind = form::kind(&issue.kind)?;
    let bytes = read_limited(&issue.from, MAX_FORM_BYTES)?;
    let form = Form::parse(kind, &bytes).map_err(|fault| of_form(&issue.from, &fault))?;
    let policy = issue.policy.as_deref().map(policy::read).transpose()?;
    let mut party = open_signing_party(&issue.party.party, &issue.unlock, &issue.token)?;
    let own = detente_party::PartyFolder::new(&issue.party.party).log();
    let mut looking = Looking::new(issue, policy.as_ref(), party.log(), own)?;
    let filled = form.fill(&mut looking).map_err(|unfilled| match unfilled {
        Unfilled::Fault(fault) => of_form(&issue.from, &fault),
        Unfilled::Lookup { line, field, source } => Failure {
            message: format!("{}:{line}: {field}: {}", issue.from.display(), source.message),
            ..source
        },
    })?;
    let issued = party.issue_filled(kind, filled)?;

    let mut text = format!(
        "issued      {kind}\nentry       {} of the own log\nstatement   {}\n",
        issued.index, issued.statement
    );
    for (what, path) in [("content", &issued.content), ("manifest", &issued.manifest)] {
        if let Some(path) = path {
            text.push_str(&format!("{what:<11} {}: hand it over, and keep it\n", path.display()));
        }
    }
    text.push_str("says        what this party's key signed, to everybody who reads the log");
    let path =
        |path: Option<std::path::PathBuf>| path.map_or(Value::Null, |path| path.display().to_string().into());
    Ok(Report::new(
        "issue/v1",
        [
            ("kind", kind.name().into()),
            ("entry", issued.index.to_string().into()),
            ("statement", issued.statement.to_string().into()),
            ("content", path(issued.content)),
            ("manifest", path(issued.manifest)),
        ],
        text,
    )
    .labelled())
}

fn of_form(path: &Path, fault: &FormFault) -> Failure {
    Failure::new(Code::MalformedForm, format!("{}:{}", path.display(), fault.line), fault)
}
