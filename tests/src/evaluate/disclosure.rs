//! `specs/disclosure.md` "Vectors".

use detente_core::{Code, LogId, decimal, json::Object, json::Value};
use detente_disclosure::{
    Document, Opening, Salt, SealedValue, Seed, SlotNumber, SlotValues, UnverifiedOpenings,
};

use super::{Answer, Stop, input, input::Input, input::fault, input::hex, output};

pub(super) fn profile(input: &Input<'_>) -> Answer {
    let profile = input.profile()?;
    output([
        ("digest", hex(profile.digest().as_bytes())),
        ("name", profile.name().into()),
        ("assigned", (profile.slots().len() as u32).into()),
    ])
}

pub(super) fn slots(input: &Input<'_>) -> Answer {
    let document = input.bytes("document")?;
    let profile = input.profile()?;
    let values = Document::parse(&document)?.to_slots(&profile)?;
    let values: Object =
        values.iter().map(|(slot, value)| (slot.number().to_string(), value.clone())).collect();
    output([("values", Value::Object(values))])
}

pub(super) fn seal(input: &Input<'_>) -> Answer {
    let (log, seed) = (LogId::new(input.digest("log")?), Seed::from_bytes(input.array("seed")?));
    let mut given = Vec::new();
    for (slot, value) in input.object("values")? {
        let slot = decimal::parse(slot).map_err(|_| fault("values", "slot numbers in decimal"))?;
        given.push((slot, value));
    }
    given.sort_by_key(|(slot, _)| *slot);
    let profile = input.profile()?;
    let mut values = SlotValues::new(&profile);
    for (slot, value) in given {
        let slot = u16::try_from(slot).map_err(|_| Stop::Refused(Code::SlotRange))?;
        values.set(SlotNumber::new(slot), value.clone())?;
    }
    output([("sealed", hex(values.seal(log, &seed).sealed().digest().as_bytes()))])
}

pub(super) fn open(input: &Input<'_>) -> Answer {
    let openings = input.list("openings")?.iter().map(opening).collect::<Option<Vec<_>>>();
    let openings = openings.ok_or_else(|| fault("openings", "slot, salt, and value or absent"))?;
    let openings = UnverifiedOpenings::new(openings, input.digests("proof")?);
    let (log, sealed) = (LogId::new(input.digest("log")?), SealedValue::new(input.digest("sealed")?));
    openings.verify(&input.profile()?, log, sealed)?;
    output([])
}

pub(super) fn select(input: &Input<'_>) -> Answer {
    let field = input.text("field")?;
    let slots = input.profile()?.select(field)?;
    output([(
        "slots",
        slots.into_iter().map(|slot| u32::from(slot.get()).into()).collect::<Vec<Value>>().into(),
    )])
}

fn opening(value: &Value) -> Option<Opening> {
    let members = value.as_object().filter(|members| members.len() == 3)?;
    let slot = SlotNumber::new(u16::try_from(members.get("slot")?.as_u64()?).ok()?);
    let salt = Salt::from_bytes(input::bytes(members.get("salt")?)?.try_into().ok()?);
    match (members.get("value"), members.get("absent")) {
        (Some(value), None) => Some(Opening::new(slot, salt, Some(value.clone()))),
        (None, Some(Value::Bool(true))) => Some(Opening::new(slot, salt, None)),
        _ => None,
    }
}
