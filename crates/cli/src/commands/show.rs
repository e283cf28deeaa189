//! One sealed entry with all that was sealed, for its owner's eyes.

use detente_core::{LeafIndex, json::Value};
use detente_party::WholeRecord;

use super::open_party;
use crate::args::Show;
use crate::failure::Failure;
use crate::output::{Printer, Report, to_stdout};
use crate::show::{harmless, slot_value};

pub(crate) fn run(show: &Show, printer: &Printer) -> Result<Report, Failure> {
    let index = LeafIndex::parse(&show.index).map_err(|error| Failure::misuse("INDEX", error))?;
    if show.document && printer.is_json() {
        return Err(Failure::misuse("--document", "expected one of --document and --json, got both")
            .hint("with --json the member `document` holds it"));
    }
    let record = open_party(&show.party.party, &show.unlock)?.whole_record(index)?;
    let mut report = whole(&record);
    if show.document {
        // Not through the text for people, which makes some characters harmless: this is to be read by a machine.
        if !to_stdout(&record.document.to_file()) {
            return Err(Failure::new(
                detente_core::Code::Unavailable,
                "standard output",
                "the document could not be written",
            ));
        }
        report.text.clear();
    }
    Ok(report)
}

fn whole(record: &WholeRecord) -> Report {
    let envelope = &record.envelope;
    let amends = envelope.amends.map(|amends| amends.to_string());
    let severity = envelope.severity.as_ref();
    let stated = [
        ("kind", Some(envelope.kind.as_str().to_owned())),
        ("claimed_time", envelope.claimed_time.as_ref().map(|time| time.as_str().to_owned())),
        ("author_role", envelope.author_role.clone()),
        ("amends", amends),
        ("stage", envelope.stage.clone()),
        ("severity_scale", severity.map(|severity| severity.scale.clone())),
    ];
    let severity = severity.map(|severity| Value::from(severity.value.clone()));
    let receipt = record.receipt.as_ref().map(|path| path.display().to_string());

    let later: Vec<String> = record.amended_by.iter().map(ToString::to_string).collect();
    // Before what is sealed in it, which is no longer the party's last word.
    let amended = match later.as_slice() {
        [] => String::new(),
        [newest] => format!("amended by  entry {newest}, the newest of this incident\n"),
        [.., newest] => {
            format!("amended by  entries {}; {newest} is the newest of this incident\n", later.join(", "))
        }
    };

    let mut text = format!(
        "entry       {}, {} bytes, leaf {}\nstatement   {}\nsigned by   {}\nsealed      {} (the record gives the same)\nreceipt     {}\n{amended}envelope\n",
        record.index,
        record.length,
        record.leaf,
        record.statement,
        record.author,
        record.sealed,
        receipt.as_deref().unwrap_or("none: `detente receipt` makes it again"),
    );
    let mut row = |name: &str, value: &str| text.push_str(&format!("  {name:<32} {}\n", harmless(value)));
    for (name, value) in stated.iter().filter_map(|(name, value)| Some((name, value.as_deref()?))) {
        row(name, value);
    }
    if let Some(value) = &severity {
        row("severity_value", &value.to_canonical());
    }
    text.push_str(&format!(
        "document    {} slots hold a value, {} are absent\n",
        record.slots.len(),
        record.absent
    ));
    let in_envelope = |name: &str| name == "severity_value" || stated.iter().any(|(known, _)| *known == name);
    for slot in record.slots.iter().filter(|slot| !in_envelope(&slot.name)) {
        if let Some(value) = &slot.value {
            text.push_str(&format!("  {:<32} {}\n", slot.name, harmless(&value.to_canonical())));
        }
    }
    text.push_str("not shown   to whom it was opened: that is not recorded");

    let optional = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    let mut members: detente_core::json::Object =
        stated.iter().map(|(name, value)| ((*name).to_owned(), optional(value.as_deref()))).collect();
    members.insert("severity_value".to_owned(), severity.unwrap_or(Value::Null));
    let slots: Vec<Value> =
        record.slots.iter().map(|slot| slot_value(slot.slot, &slot.name, slot.value.as_ref())).collect();
    Report::new(
        "show/v1",
        [
            ("index", record.index.to_string().into()),
            ("statement", record.statement.to_string().into()),
            ("author", record.author.to_string().into()),
            ("leaf", record.leaf.to_string().into()),
            ("length", u32::try_from(record.length).unwrap_or(u32::MAX).into()),
            ("sealed_value", record.sealed.to_string().into()),
            ("incident_id", optional(record.incident_id.as_deref())),
            ("envelope", Value::Object(members)),
            ("document", record.document.clone()),
            ("profile", record.profile.to_string().into()),
            ("slots", slots.into()),
            ("absent_slots", u32::try_from(record.absent).unwrap_or(u32::MAX).into()),
            ("receipt", optional(receipt.as_deref())),
            ("amended_by", later.into_iter().map(Value::from).collect::<Vec<_>>().into()),
        ],
        text,
    )
    .labelled()
}
