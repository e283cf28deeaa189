//! `specs/statement.md` "Vectors".

use detente_core::{Code, json::Value};
use detente_statement::{Replay, UnverifiedStatement};

use super::{Answer, Stop, input::Input, input::hex, output};

pub(super) fn decode(input: &Input<'_>) -> Answer {
    let statement = UnverifiedStatement::decode(&input.bytes("entry")?)?;
    output([
        ("kind", statement.unverified_kind().code().into()),
        ("id", hex(statement.id().as_bytes())),
        ("author", hex(statement.unverified_author().as_bytes())),
        ("log", hex(statement.unverified_log().as_bytes())),
        ("sealed", statement.unverified_sealed().map_or(Value::Null, |sealed| hex(sealed.as_bytes()))),
    ])
}

pub(super) fn replay(input: &Input<'_>) -> Answer {
    let mut replay = Replay::new();
    for entry in input.list_of_bytes("entries")? {
        replay.push(&entry)?;
    }
    // An empty list has no entry 0.
    let keys = replay.keys().ok_or(Stop::Refused(Code::GenesisMisplaced))?;
    let mut authors: Vec<_> = keys.usable().map(|entry| entry.digest()).collect();
    authors.sort_unstable();
    output([
        ("log", hex(keys.log().as_bytes())),
        ("authors", authors.iter().map(|author| hex(author.as_bytes())).collect::<Vec<_>>().into()),
        ("closed", keys.closed().is_some().into()),
    ])
}
