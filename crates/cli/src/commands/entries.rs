//! A party's own log, all of it or what was asked for. A short list is printed when it is whole; a long one as it is
//! read, after a first pass that prints nothing: a list never ends in the middle because an entry is damaged.

use core::ops::ControlFlow;

use detente_core::{LeafIndex, decimal, json::Value};
use detente_party::{EntryFilter, EntryView, KindFilter, Party, PartyFolder, list_filtered};

use super::open_party;
use crate::args::Entries;
use crate::failure::Failure;
use crate::output::{List, Printer, Report};
use crate::show;

/// Most entries that are held in memory.
const SHORT: usize = 1000;

pub(crate) fn run(entries: &Entries, printer: &Printer) -> Result<Report, Failure> {
    let filter = filter(entries)?;
    let folder = PartyFolder::new(&entries.party.party);
    folder.require()?;
    if filter.needs_vault() && !entries.unlock.is_named() {
        let culprit = if filter.id.is_some() { "--id" } else { "--kind" };
        return Err(Failure::misuse(culprit, "expected the unlock file of the vault, got none")
            .hint("what a sealed entry is, only its vault tells: --unlock FILE"));
    }
    let party =
        entries.unlock.is_named().then(|| open_party(&entries.party.party, &entries.unlock)).transpose()?;
    let party = party.as_ref();

    let mut short = Some(Vec::new());
    list_filtered(&folder, party, &filter, |entry| {
        short = short.take().filter(|kept| kept.len() < SHORT);
        if let Some(kept) = &mut short {
            kept.push(entry);
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let Some(kept) = short else { return long(&folder, party, &filter, *printer) };
    let lines: Vec<String> = kept.iter().map(line).collect();
    let items: Vec<Value> = kept.into_iter().map(item).collect();
    Ok(Report::new("entries/v1", [("entries", items.into())], lines.join("\n")))
}

fn long(
    folder: &PartyFolder,
    party: Option<&Party>,
    filter: &EntryFilter,
    printer: Printer,
) -> Result<Report, Failure> {
    let mut list = List::begin(printer, "entries/v1", "entries");
    list_filtered(folder, party, filter, |entry| {
        let going_on = if printer.is_json() { list.item(&item(entry)) } else { list.line(&line(&entry)) };
        Ok(if going_on { ControlFlow::Continue(()) } else { ControlFlow::Break(()) })
    })?;
    list.end()
}

fn filter(entries: &Entries) -> Result<EntryFilter, Failure> {
    let kind = entries.kind.as_deref().map(|name| {
        KindFilter::parse(name).ok_or_else(|| {
            Failure::misuse("--kind", format!("expected a kind, got {name:?}"))
                .hint("such as genesis or sealed, or with --unlock incident.report or incident.amend")
        })
    });
    let since = entries.since.as_deref().map(LeafIndex::parse).transpose();
    let limit = entries.limit.as_deref().map(decimal::parse).transpose();
    Ok(EntryFilter {
        kind: kind.transpose()?,
        id: entries.id.clone(),
        since: since.map_err(|error| Failure::misuse("--since", error))?.unwrap_or(LeafIndex::ZERO),
        limit: limit.map_err(|error| Failure::misuse("--limit", error))?,
        newest: entries.newest,
    })
}

fn line(entry: &EntryView) -> String {
    let mut line = format!("{:>6}  {:<10}  {}", entry.index.get(), entry.kind.name(), entry.statement);
    if let Some(private) = &entry.private {
        let id = show::harmless(private.incident_id.as_deref().unwrap_or_default());
        line.push_str(&format!("  {:<15}  {id}", private.kind));
    }
    line
}

fn item(entry: EntryView) -> Value {
    let mut members = vec![
        ("index", entry.index.to_string().into()),
        ("kind", entry.kind.name().into()),
        ("kind_code", entry.kind.code().into()),
        ("statement", entry.statement.to_string().into()),
        ("author", entry.author.to_string().into()),
        ("leaf", entry.leaf.to_string().into()),
        ("length", u32::try_from(entry.length).unwrap_or(u32::MAX).into()),
    ];
    if let Some(private) = entry.private {
        let optional = |text: Option<String>| text.map_or(Value::Null, Value::from);
        let private = Value::from([
            ("kind", private.kind.into()),
            ("incident_id", optional(private.incident_id)),
            ("amends", optional(private.amends.map(|id| id.to_string()))),
            ("summary", optional(private.summary)),
        ]);
        members.push(("private", private));
    }
    Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}
