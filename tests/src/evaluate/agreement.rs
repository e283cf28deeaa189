//! `specs/agreement.md` "Vectors".

use detente_agreement::{
    Agreement, Body, ClaimedDate, Moment, Period, Reference, UnverifiedContent, UnverifiedManifest, Verdict,
    claimed_days,
};
use detente_core::{Code, LogId, UnixSeconds, json::Value};
use detente_statement::Kind;

use super::{Answer, Stop, input::Input, input::fault, input::hex, output};

pub(super) fn body(input: &Input<'_>) -> Answer {
    let kind = kind(input)?;
    let bytes = input.bytes("body")?;
    if !detente_agreement::KINDS.contains(&kind) {
        return Err(fault("kind", "a kind of this word"));
    }
    let body = Body::decode(kind, &bytes)?;
    let reference = body.reference();
    let of = |member: fn(&Reference) -> Value| reference.as_ref().map_or(Value::Null, member);
    output([
        ("kind", kind.name().into()),
        ("to", named(&body).map_or(Value::Null, |log| hex(log.as_bytes()))),
        ("log", of(|reference| hex(reference.log.as_bytes()))),
        ("index", of(|reference| reference.index.to_string().into())),
        ("statement", of(|reference| hex(reference.statement.as_bytes()))),
    ])
}

/// The log that a body names outside of a ref.
const fn named(body: &Body) -> Option<LogId> {
    match body {
        Body::AccessDenied { log, .. } => Some(*log),
        Body::DialogueSession { with, .. } => Some(*with),
        other => other.addressee(),
    }
}

pub(super) fn file(input: &Input<'_>) -> Answer {
    let agreement = Agreement::parse(&input.bytes("file")?)?;
    let terms = agreement.terms();
    output([
        ("digest", agreement.digest().to_string().into()),
        ("parties", texts(terms.parties.iter().map(|party| party.id.as_str()))),
        ("obligations", texts(terms.obligations.iter().map(|obligation| obligation.id.as_str()))),
    ])
}

pub(super) fn policy(input: &Input<'_>) -> Answer {
    let (file, policy) = (input.bytes("file")?, input.policy()?);
    Agreement::parse(&file)?.require_policy(&policy)?;
    output([])
}

pub(super) fn content(input: &Input<'_>) -> Answer {
    let file = input.bytes("file")?;
    let (log, commitment) = (LogId::new(input.digest("log")?), input.digest("commitment")?);
    let code = small(input.member("kind")?).ok_or_else(|| fault("kind", "a number"))?;
    let items = input.list("items")?.iter().map(item).collect::<Option<Vec<_>>>();
    let items = items.ok_or_else(|| fault("items", "pairs of type and number"))?;
    let is_manifest = Value::parse(&file).ok().is_some_and(|value| {
        value.as_object().and_then(|members| members.get("detente")?.as_str()) == Some("manifest/v1")
    });
    if is_manifest {
        let manifest = UnverifiedManifest::parse(&file)?;
        if code != 0 {
            return Err(Stop::Refused(Code::ContentMismatch));
        }
        manifest.open(log, commitment, &items)?;
    } else {
        let content = UnverifiedContent::parse(&file)?;
        if code == 0 {
            return Err(Stop::Refused(Code::ContentMismatch));
        }
        content.open(log, Kind::from_code(code), commitment)?;
    }
    output([])
}

pub(super) fn period(input: &Input<'_>) -> Answer {
    let instant =
        UnixSeconds::new(input.number("instant")?).map_err(|_| fault("instant", "at most 2^63 - 1"))?;
    let period = Period::parse(input.text("period")?).ok_or(Stop::Refused(Code::MalformedAgreement))?;
    let after = match period.after(instant) {
        Moment::At(instant) => instant.to_string().into(),
        Moment::Never => Value::Null,
    };
    output([("instant", after)])
}

pub(super) fn date(input: &Input<'_>) -> Answer {
    let refused = || Stop::Refused(Code::MalformedAgreement);
    let date = input.text("date")?;
    let offset = input.optional("offset").map(|_| input.text("offset")).transpose()?;
    let offset = offset.map(|text| detente_agreement::parse_offset(text).ok_or_else(refused)).transpose()?;
    let interval = ClaimedDate::parse(date).ok_or_else(refused)?.interval(offset);
    let text = |time: Option<UnixSeconds>| time.map_or(Value::Null, |time| time.to_string().into());
    output([("first", text(interval.lo)), ("last", text(interval.hi))])
}

pub(super) fn days(input: &Input<'_>) -> Answer {
    let date = |name: &str| -> Result<Option<ClaimedDate>, Stop> {
        let text = input.text(name)?;
        // A time of day is no date here.
        Ok(Some(text).filter(|text| text.len() <= 10).and_then(ClaimedDate::parse))
    };
    let days = small(input.member("days")?).and_then(|days| u16::try_from(days).ok());
    let days = days.ok_or_else(|| fault("days", "a number of a period"))?;
    let verdict = match (date("first")?, date("second")?) {
        (Some(first), Some(second)) => claimed_days(first, second, days),
        _ => Verdict::MalformedDate,
    };
    output([("verdict", verdict.as_str().into())])
}

fn kind(input: &Input<'_>) -> Result<Kind, Stop> {
    small(input.member("kind")?).map(Kind::from_code).ok_or_else(|| fault("kind", "a number"))
}

fn item(value: &Value) -> Option<(u8, u32)> {
    match value.as_array()? {
        [kind, count] => Some((u8::try_from(small(kind)?).ok()?, small(count)?)),
        _ => None,
    }
}

fn small(value: &Value) -> Option<u32> {
    value.as_u64().and_then(|number| u32::try_from(number).ok())
}

fn texts<'t>(items: impl Iterator<Item = &'t str>) -> Value {
    Value::Array(items.map(Value::from).collect())
}
