//! `specs/witness.md` "Vectors".

use detente_checkpoint::{KeyType, NoteKey};
use detente_core::{Code, Digest, TreeSize, UnixSeconds, json::Value};
use detente_witness::{AddCheckpoint, Decision, SeenKey, TrustedLogs, decide, status_of};

use super::{Answer, Stop, input::Input, input::fault, input::hex, output};

pub(super) fn request(input: &Input<'_>) -> Answer {
    let request = AddCheckpoint::parse(&input.bytes("request")?)?;
    let proof: Vec<Value> = request.proof().iter().map(|hash| hex(hash.as_bytes())).collect();
    output([
        ("old", request.old().to_string().into()),
        ("origin", request.origin().as_str().into()),
        ("size", request.size().to_string().into()),
        ("root", hex(request.root().as_bytes())),
        ("proof", proof.into()),
    ])
}

pub(super) fn decision(input: &Input<'_>) -> Answer {
    let bytes = input.bytes("request")?;
    let newest = newest(input)?;
    let now = seconds(input, "now")?;
    let (vkeys, witness) = (input.list("keys")?, input.text("witness")?);
    let vkeys = vkeys.iter().map(|vkey| vkey.as_str().ok_or_else(|| fault("keys", "strings")));
    let vkeys: Vec<&str> = vkeys.collect::<Result<_, _>>()?;
    let keys = vkeys.into_iter().map(NoteKey::parse).collect::<Result<Vec<_>, _>>()?;
    let witness = NoteKey::parse(witness)?;
    let logs = TrustedLogs::new(keys)?;
    if witness.kind() != KeyType::Cosignature {
        return Err(Stop::Refused(Code::Misuse));
    }
    let decision = match AddCheckpoint::parse(&bytes) {
        Ok(request) => decide(&logs, &witness, &request, newest.as_ref(), now),
        Err(error) => Decision { outcome: Err(error), keeps: None },
    };
    let (code, status, key) = match decision.outcome {
        Ok(next) => ("OK", 200, next),
        Err(error) => {
            let code = error.code();
            (code.as_str(), status_of(code), newest.unwrap_or(SeenKey::NEVER))
        }
    };
    output([
        ("code", code.into()),
        ("status", u32::from(status).into()),
        ("size", key.size.to_string().into()),
        ("time", key.time.to_string().into()),
        ("keeps", decision.keeps.map_or(Value::Null, |kind| kind.as_str().into())),
    ])
}

fn newest(input: &Input<'_>) -> Result<Option<SeenKey>, Stop> {
    if input.optional("newest").is_none() {
        return Ok(None);
    }
    let newest = Input::new(input.object("newest")?);
    let size = TreeSize::new(newest.number("size")?).map_err(|_| fault("size", "at most 2^63 - 1"))?;
    let root: Digest = newest.digest("root")?;
    Ok(Some(SeenKey { size, root, time: seconds(&newest, "time")? }))
}

fn seconds(input: &Input<'_>, name: &str) -> Result<UnixSeconds, Stop> {
    UnixSeconds::new(input.number(name)?).map_err(|_| fault(name, "at most 2^63 - 1"))
}
