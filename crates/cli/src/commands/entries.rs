use detente_core::json::Value;
use detente_party::{PartyFolder, list_entries};

use super::open_party;
use crate::args::Entries;
use crate::failure::Failure;
use crate::output::Report;
use crate::show;

pub(crate) fn run(entries: &Entries) -> Result<Report, Failure> {
    let folder = PartyFolder::new(&entries.party.party);
    folder.require()?;
    let party =
        entries.unlock.as_deref().map(|unlock| open_party(&entries.party.party, unlock)).transpose()?;
    let (mut lines, mut items) = (Vec::new(), Vec::new());
    list_entries(&folder, party.as_ref(), |entry| {
        let statement = entry.statement.to_string();
        let mut line = format!("{:>6}  {:<10}  {}", entry.index.get(), entry.kind.name(), &statement);
        let mut members = vec![
            ("index", entry.index.to_string().into()),
            ("kind", entry.kind.name().into()),
            ("kind_code", entry.kind.code().into()),
            ("statement", statement.into()),
            ("author", entry.author.to_string().into()),
            ("leaf", entry.leaf.to_string().into()),
            ("length", u32::try_from(entry.length).unwrap_or(u32::MAX).into()),
        ];
        if let Some(private) = entry.private {
            let id = show::harmless(private.incident_id.as_deref().unwrap_or_default());
            line.push_str(&format!("  {:<15}  {id}", private.kind));
            let optional = |text: Option<String>| text.map_or(Value::Null, Value::from);
            let private = Value::from([
                ("kind", private.kind.into()),
                ("incident_id", optional(private.incident_id)),
                ("amends", optional(private.amends.map(|id| id.to_string()))),
                ("summary", optional(private.summary)),
            ]);
            members.push(("private", private));
        }
        lines.push(line);
        items
            .push(Value::Object(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()));
        Ok(())
    })?;
    Ok(Report::new("entries/v1", [("entries", items.into())], lines.join("\n")))
}
