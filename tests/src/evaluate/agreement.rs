//! `specs/agreement.md` "Vectors".

use detente_agreement::{
    Agreement, Body, ClaimedDate, ContentFile, KINDS, Moment, PartyTerms, Period, UnverifiedFile, Verdict,
    claimed_days,
};
use detente_core::{Code, LogId, UnixSeconds, json::Value};
use detente_statement::Kind;

use super::{
    Answer, Stop,
    input::{Input, fault},
    output,
};

pub(super) fn body(input: &Input<'_>) -> Answer {
    let kind = kind(input)?;
    if !KINDS.contains(&kind) {
        return Err(fault("kind", "a kind of this word"));
    }
    let body = Body::decode(kind, &input.bytes("body")?)?;
    let reference = body.reference();
    let text = |value: Option<String>| value.map_or(Value::Null, Value::from);
    output([
        ("kind", kind.name().into()),
        ("to", text(body.named_log().map(|log| log.to_string()))),
        ("log", text(reference.map(|reference| reference.log.to_string()))),
        ("index", text(reference.map(|reference| reference.index.to_string()))),
        ("statement", text(reference.map(|reference| reference.statement.to_string()))),
    ])
}

pub(super) fn file(input: &Input<'_>) -> Answer {
    let agreement = Agreement::parse(&input.bytes("file")?)?;
    let terms = agreement.terms();
    let parties: Vec<Value> = terms.parties.iter().map(|party| party.id.as_str().into()).collect();
    let obligations: Vec<Value> = terms.obligations.iter().map(|term| term.id.as_str().into()).collect();
    output([
        ("digest", agreement.digest().to_string().into()),
        ("parties", parties.into()),
        ("obligations", obligations.into()),
    ])
}

pub(super) fn policy(input: &Input<'_>) -> Answer {
    let policy = input.policy()?;
    Agreement::parse(&input.bytes("file")?)?.require_policy(&policy)?;
    output([])
}

pub(super) fn content(input: &Input<'_>) -> Answer {
    let (log, commitment) = (LogId::new(input.digest("log")?), input.digest("commitment")?);
    let items = input.list("items")?.iter().map(item).collect::<Option<Vec<_>>>();
    let items = items.ok_or_else(|| fault("items", "a list of [type, count]"))?;
    let kind = kind(input)?;
    match UnverifiedFile::parse(&input.bytes("file")?)? {
        UnverifiedFile::Manifest(manifest) if kind.code() == 0 => {
            manifest.open(log, commitment, &items)?;
        }
        UnverifiedFile::Content(content) if kind.code() != 0 => {
            content.open(log, kind, commitment)?;
        }
        other => {
            debug_assert!((other.sort() == ContentFile::Manifest) == (kind.code() != 0));
            return Err(Stop::Refused(Code::ContentMismatch));
        }
    }
    output([])
}

pub(super) fn period(input: &Input<'_>) -> Answer {
    let instant = UnixSeconds::new(input.number("instant")?)?;
    let period = Period::parse(input.text("period")?).ok_or(Stop::Refused(Code::MalformedAgreement))?;
    let after = match period.after(instant) {
        Moment::At(instant) => instant.to_string().into(),
        Moment::Never => Value::Null,
    };
    output([("instant", after)])
}

pub(super) fn date(input: &Input<'_>) -> Answer {
    let offset = match input.optional("offset") {
        None => None,
        Some(_) => Some(
            PartyTerms::parse_offset(input.text("offset")?).ok_or_else(|| fault("offset", "an offset"))?,
        ),
    };
    let date = ClaimedDate::parse(input.text("date")?).ok_or(Stop::Refused(Code::MalformedAgreement))?;
    let interval = date.interval(offset);
    let bound = |bound: Option<UnixSeconds>| bound.map_or(Value::Null, |bound| bound.to_string().into());
    output([("first", bound(interval.lo)), ("last", bound(interval.hi))])
}

pub(super) fn days(input: &Input<'_>) -> Answer {
    let days = input.member("days")?.as_u64().and_then(|days| u16::try_from(days).ok());
    let days = days.ok_or_else(|| fault("days", "a number of days"))?;
    let date = |name| -> Result<Option<ClaimedDate>, Stop> {
        let text = input.text(name)?;
        // A date here has no time of day.
        Ok(ClaimedDate::parse(text).filter(|_| text.len() <= 10))
    };
    let verdict = match (date("first")?, date("second")?) {
        (Some(first), Some(second)) => claimed_days(first, second, days),
        _ => Verdict::MalformedDate,
    };
    output([("verdict", verdict.as_str().into())])
}

fn kind(input: &Input<'_>) -> Result<Kind, Stop> {
    let code = input.member("kind")?.as_u64().and_then(|code| u32::try_from(code).ok());
    code.map(Kind::from_code).ok_or_else(|| fault("kind", "the number of a kind"))
}

fn item(value: &Value) -> Option<(u8, u32)> {
    let [item_type, count] = value.as_array()? else { return None };
    Some((u8::try_from(item_type.as_u64()?).ok()?, u32::try_from(count.as_u64()?).ok()?))
}
