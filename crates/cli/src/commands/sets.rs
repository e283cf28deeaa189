//! Saved choices of fields.

use detente_core::json::Value;
use detente_party::{FieldSet, PartyFolder};

use crate::args::{Sets, SetsList, SetsSave, SetsShow};
use crate::failure::Failure;
use crate::output::Report;

pub(crate) fn run(sets: &Sets) -> Result<Report, Failure> {
    match sets {
        Sets::List(list) => self::list(list),
        Sets::Show(show) => self::show(show),
        Sets::Save(save) => self::save(save),
    }
}

/// The fields that were named, and those of the sets that were named.
pub(crate) fn expanded(
    folder: &PartyFolder,
    fields: &[String],
    sets: &[String],
) -> Result<Vec<String>, Failure> {
    let mut all = fields.to_vec();
    for name in sets {
        all.extend_from_slice(FieldSet::read(folder, name)?.fields());
    }
    Ok(all)
}

fn list(list: &SetsList) -> Result<Report, Failure> {
    let folder = PartyFolder::new(&list.party.party);
    folder.require()?;
    let sets: Vec<FieldSet> = FieldSet::list(&folder)?
        .iter()
        .map(|name| FieldSet::read(&folder, name))
        .collect::<Result<_, _>>()?;
    let lines: Vec<String> = sets
        .iter()
        .map(|set| format!("{:<20} {} slots: {}", set.name(), set.slots(), set.fields().join(", ")))
        .collect();
    let items: Vec<Value> = sets.iter().map(value).collect();
    Ok(Report::new("sets/v1", [("sets", items.into())], lines.join("\n")))
}

fn show(show: &SetsShow) -> Result<Report, Failure> {
    let folder = PartyFolder::new(&show.party.party);
    folder.require()?;
    let set = FieldSet::read(&folder, &show.name)?;
    Ok(Report::new("sets/v1", [("sets", vec![value(&set)].into())], set.fields().join("\n")))
}

fn save(save: &SetsSave) -> Result<Report, Failure> {
    let folder = PartyFolder::new(&save.party.party);
    folder.require()?;
    let set = FieldSet::new(&save.name, save.fields.clone())?;
    let path = set.save(&folder, save.force)?;
    let text =
        format!("written    {} ({} fields, {} slots)", path.display(), set.fields().len(), set.slots());
    Ok(Report::new("sets/v1", [("sets", vec![value(&set)].into())], text))
}

fn value(set: &FieldSet) -> Value {
    let fields: Vec<Value> = set.fields().iter().map(|field| field.as_str().into()).collect();
    Value::from([
        ("name", set.name().into()),
        ("fields", fields.into()),
        ("slot_count", u32::try_from(set.slots()).unwrap_or(u32::MAX).into()),
    ])
}
