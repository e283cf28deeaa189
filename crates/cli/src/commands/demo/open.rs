//! Four of fourteen fields are opened to the counterpart, which verifies them alone.

use std::collections::BTreeSet;

use detente_core::json::Value;
use detente_disclosure::{Profile, SlotNumber};
use detente_party::PartyError;

use super::story::{Stop, Story};
use crate::output::Report;

/// What incident reporting rules ask for (`specs/profiles/README.md` "Names").
const FOURTEEN: [&str; 14] = [
    "id",
    "status",
    "summary",
    "occurred",
    "discovered",
    "sector",
    "country",
    "actor",
    "action",
    "asset",
    "effect",
    "severity",
    "discovery_method",
    "evidence",
];

const OPENED: [&str; 4] = ["status", "occurred", "sector", "action"];

impl Story<'_> {
    pub(super) fn four_of_fourteen(&mut self) -> Result<(), Stop> {
        self.scene(
            "a opens four fields to b",
            &format!(
                "b asks about entry 7 of a's log. Incident rules ask for {} fields: {}. a opens {}, to b alone, and \
                 nothing else. A field that is not stated counts too: that it is not stated is sealed like a value.",
                FOURTEEN.len(),
                FOURTEEN.join(", "),
                OPENED.join(", ")
            ),
        );
        let fields = OPENED.map(|field| format!("--field {field}")).join(" ");
        let line =
            format!("disclose 7 --party a --unlock a.key {fields} --to b.example --tlp AMBER --out p.json");
        let report = self.command(&line)?;
        let opened = slots_of(&report)?;
        let fields = fields_of(&report)?;
        let as_told = fields.opened == OPENED.len()
            && fields.with_a_value_opened == OPENED.len()
            && fields.sealed == FOURTEEN.len() - OPENED.len();
        self.require(as_told, || {
            format!("p.json: expected {} opened fields, each with a value, got {fields:?}", OPENED.len())
        })?;
        self.by_hand(&format!(
            "(Of the {} fields a's report states {}, which only a knows. {} are opened, {} stay sealed.)",
            FOURTEEN.len(),
            fields.stated,
            fields.opened,
            fields.sealed
        ));
        self.by_hand(
            "b checks the file: the file itself, and b's own policy for a's log. No network, no log, no account.",
        );
        let line = "verify p.json --policy b/trusted/a.witnessed.policy --audience b/share/b.example.vkey";
        let report = self.verified(line)?;
        self.require(slots_of(&report)? == opened, || {
            format!("`detente {line}`: expected the slots that a opened, got others")
        })?;
        self.shows(
            "a said this in entry 7 of its log and can say nothing else there any more; it was published between these \
             two times; a opened it, to b. The other fields give away neither value nor presence.",
            "that it is true. Nor what the entries before it hold, nor that no later entry amends it.",
        );
        Ok(())
    }

    pub(super) fn the_other_way(&mut self) -> Result<(), Stop> {
        self.scene(
            "b opens the same four to a",
            "a asks about entry 14 of b's log. b opens the same four fields, to a alone, and a verifies.",
        );
        let fields = OPENED.map(|field| format!("--field {field}")).join(" ");
        self.command(&format!(
            "disclose 14 --party b --unlock b.key {fields} --to a.example --tlp AMBER --out p.b.json"
        ))?;
        self.verified(
            "verify p.b.json --policy a/trusted/b.witnessed.policy --audience a/share/a.example.vkey",
        )?;
        self.shows(
            "neither side has a part that the other has not: the same commands, the same checks, the same words.",
            "that both open equally much. What a file opens its owner chose.",
        );
        Ok(())
    }
}

/// How many of the fourteen fields there are of each sort.
#[derive(Debug)]
struct Fields {
    stated: usize,
    opened: usize,
    with_a_value_opened: usize,
    sealed: usize,
}

fn fields_of(report: &Report) -> Result<Fields, Stop> {
    let profile = Profile::veris_1();
    let opened = slots_of(report)?;
    let valued: BTreeSet<u16> = opened.iter().filter(|(_, absent)| !absent).map(|(slot, _)| *slot).collect();
    let hidden = report.json.get("hidden").and_then(Value::as_array).unwrap_or_default();
    let hidden = hidden.iter().filter_map(|name| profile.slot_named(name.as_str()?));
    let stated: BTreeSet<u16> =
        hidden.map(|slot| slot.number().get()).chain(valued.iter().copied()).collect();
    let opened: BTreeSet<u16> = opened.into_iter().map(|(slot, _)| slot).collect();
    let mut fields = Fields { stated: 0, opened: 0, with_a_value_opened: 0, sealed: 0 };
    for name in FOURTEEN {
        let slots: Vec<u16> =
            profile.select(name).map_err(PartyError::from)?.into_iter().map(SlotNumber::get).collect();
        fields.stated += usize::from(slots.iter().any(|slot| stated.contains(slot)));
        fields.opened += usize::from(slots.iter().all(|slot| opened.contains(slot)));
        fields.with_a_value_opened += usize::from(slots.iter().any(|slot| valued.contains(slot)));
        fields.sealed += usize::from(!slots.iter().any(|slot| opened.contains(slot)));
    }
    Ok(fields)
}

/// Numbers of the opened slots of a report, and whether each is absent.
fn slots_of(report: &Report) -> Result<Vec<(u16, bool)>, Stop> {
    let opened = report.json.get("opened").and_then(Value::as_array).unwrap_or_default();
    let slot = |value: &Value| {
        let members = value.as_object()?;
        let number = members.get("slot")?.as_u64().and_then(|number| u16::try_from(number).ok())?;
        Some((number, members.get("absent")? == &Value::Bool(true)))
    };
    let slots: Option<Vec<_>> = opened.iter().map(slot).collect();
    slots
        .filter(|slots| !slots.is_empty())
        .ok_or_else(|| Stop::Otherwise("p.json: expected opened slots, got none".to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

    use super::*;

    #[test]
    fn the_fourteen_are_those_of_the_profile() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../specs/profiles/README.md");
        let page = std::fs::read_to_string(page).unwrap();
        let table = page.split("The fourteen fields that incident reporting rules ask for:").nth(1).unwrap();
        let rows = table.trim_start().lines().take_while(|line| line.starts_with('|')).skip(2);
        let names: Vec<&str> = rows.map(|row| row.split('`').nth(1).unwrap()).collect();
        assert_eq!(names, FOURTEEN);
        assert!(OPENED.iter().all(|name| FOURTEEN.contains(name)));
    }
}
