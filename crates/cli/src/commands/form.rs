use detente_party::{empty_form, form_kinds};
use detente_statement::Kind;

use crate::args::Form;
use crate::failure::Failure;
use crate::output::Report;

pub(crate) fn run(form: &Form) -> Result<Report, Failure> {
    let kind = kind(&form.kind)?;
    let text = empty_form(kind).unwrap_or_default();
    let members = [("kind", kind.name().into()), ("form", text.as_str().into())];
    Ok(Report::new("form/v1", members, text.trim_end_matches('\n').to_owned()))
}

/// The kind of a name, when it has a form.
pub(super) fn kind(name: &str) -> Result<Kind, Failure> {
    form_kinds().find(|kind| kind.name() == name).ok_or_else(|| {
        let names: Vec<_> = form_kinds().map(Kind::name).collect();
        Failure::misuse("KIND", format!("expected a kind that has a form, got {name:?}"))
            .hint(format!("one of {}", names.join(", ")))
    })
}
