//! `specs/checkpoint.md` "Vectors".

use detente_checkpoint::{
    NoteKey, Pool, PublicKey, PublicationTime, UnverifiedAnchor, UnverifiedCheckpoint, UnverifiedNote,
    UnverifiedProof,
};
use detente_core::{
    Code, LeafIndex, UnixSeconds, base64,
    json::{Number, Value},
};
use detente_merkle::leaf_hash;

use super::{Answer, Stop, input::Input, input::fault, input::hex, output};

pub(super) fn key(input: &Input<'_>) -> Answer {
    enrol(input)?;
    output([])
}

pub(super) fn signature(input: &Input<'_>) -> Answer {
    let signature = input.hexadecimal("signature")?.try_into().map_err(|_| fault("signature", "64 bytes"))?;
    let message = input.bytes("message")?;
    let valid = enrol(input)?.verify(&message, &signature).is_ok();
    if valid { output([]) } else { Err(Stop::Refused(Code::InvalidLogSignature)) }
}

pub(super) fn vkey(input: &Input<'_>) -> Answer {
    let key = NoteKey::parse(input.text("text")?)?;
    output([
        ("name", key.name().as_str().into()),
        ("id", hex(key.id().as_bytes())),
        ("type", u32::from(key.kind().byte()).into()),
    ])
}

pub(super) fn note(input: &Input<'_>) -> Answer {
    let note = UnverifiedNote::parse(&input.bytes("note")?)?;
    output([("signatures", count(note.signatures().len() as u64))])
}

pub(super) fn checkpoint(input: &Input<'_>) -> Answer {
    let (note, policy) = (input.bytes("note")?, input.policy()?);
    let verified = UnverifiedCheckpoint::parse(&note)?.verify(&policy)?;
    verified.require_quorum(&policy)?;
    let witnesses: Vec<Value> =
        verified.counting().into_iter().map(|cosignature| cosignature.witness().as_str().into()).collect();
    output([
        ("origin", verified.origin().as_str().into()),
        ("size", verified.size().to_string().into()),
        ("root", base64::encode(verified.root().as_bytes()).into()),
        ("witnesses", witnesses.into()),
    ])
}

pub(super) fn policy(input: &Input<'_>) -> Answer {
    output([("overlap", count(input.policy()?.smallest_overlap()))])
}

pub(super) fn proof(input: &Input<'_>) -> Answer {
    let (proof, entry, policy) = (input.bytes("proof")?, input.bytes("entry")?, input.policy()?);
    let verified = UnverifiedProof::parse(&proof)?.verify(leaf_hash(&entry), &policy)?;
    verified.checkpoint().require_quorum(&policy)?;
    output([
        ("index", verified.index().to_string().into()),
        ("size", verified.checkpoint().size().to_string().into()),
    ])
}

pub(super) fn time(input: &Input<'_>) -> Answer {
    let notes = input.list_of_bytes("notes")?;
    let index = LeafIndex::new(input.number("index")?).map_err(|_| fault("index", "at most 2^63 - 1"))?;
    let policy = input.policy()?;
    let mut checkpoints = Vec::new();
    for note in notes {
        checkpoints.push(UnverifiedCheckpoint::parse(&note)?.verify(&policy)?);
    }
    let time = Pool::assume_consistent(checkpoints)?.publication_time(index, &policy)?;
    let (lo, hi) = bounds(time);
    output([("word", time.word().into()), ("lo", lo), ("hi", hi)])
}

pub(super) fn anchor(input: &Input<'_>) -> Answer {
    let (body, policy) = (input.bytes("body")?, input.policy()?);
    let anchor = UnverifiedAnchor::parse(&body)?.verify(&policy)?;
    output([("log", hex(anchor.log().as_bytes())), ("size", anchor.checkpoint().size().to_string().into())])
}

/// `lo` and `hi`: decimal strings, or null for unknown or infinite.
pub(super) fn bounds(time: PublicationTime) -> (Value, Value) {
    let text = |time: Option<UnixSeconds>| time.map_or(Value::Null, |time| time.to_string().into());
    match time {
        PublicationTime::Known { lo, hi } => (text(lo), text(hi)),
        PublicationTime::Unwitnessed | PublicationTime::QuorumSplit => (Value::Null, Value::Null),
    }
}

fn enrol(input: &Input<'_>) -> Result<PublicKey, Stop> {
    PublicKey::enrol(input.array("key")?).map_err(|_| Stop::Refused(Code::WeakKey))
}

/// A small count as a JSON number.
fn count(count: u64) -> Value {
    Number::new(count as f64).map_or(Value::Null, Value::Number)
}
