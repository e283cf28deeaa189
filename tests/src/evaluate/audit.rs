//! `specs/audit.md` "Vectors".

use detente_audit::{Case, LogInput, LogState};
use detente_core::{LogId, UnixSeconds, json::Value};

use super::{Answer, Stop, input::Input, input::fault, output};

/// One log as the vector gives it.
struct Given {
    log: LogId,
    notes: Vec<Vec<u8>>,
    state: LogState,
}

pub(super) fn report(input: &Input<'_>) -> Answer {
    let agreements = input.list_of_bytes("agreements")?;
    let policy = input.bytes("policy")?;
    let companion = input.optional("companion").map(|_| input.bytes("companion")).transpose()?;
    let at = UnixSeconds::new(input.number("at")?).map_err(|_| fault("at", "at most 2^63 - 1"))?;
    let logs = input.list("logs")?.iter().map(log).collect::<Result<Vec<_>, _>>()?;
    let twice = |(at, given): (usize, &Given)| logs.iter().take(at).any(|before| before.log == given.log);
    if logs.iter().enumerate().any(twice) {
        return Err(fault("logs", "each log once"));
    }
    let (presentations, contents) = (input.list_of_bytes("presentations")?, input.list_of_bytes("contents")?);

    let case = Case::open(&policy, companion.as_deref(), &agreements)?;
    let logs: Vec<_> = logs
        .iter()
        .map(|given| LogInput { log: given.log, notes: &given.notes, state: &given.state })
        .collect();
    let audit = case.audit(&logs, &presentations, &contents, at)?;
    output([("report", audit.report())])
}

fn log(value: &Value) -> Result<Given, Stop> {
    let members = value.as_object().ok_or_else(|| fault("logs", "objects"))?;
    let input = Input::new(members);
    let mut state = LogState::new();
    state.push(&input.list_of_bytes("entries")?)?;
    Ok(Given { log: LogId::new(input.digest("log")?), notes: input.list_of_bytes("notes")?, state })
}
