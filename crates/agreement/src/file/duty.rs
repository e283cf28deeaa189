//! What each kind of obligation is made of (`specs/agreement.md` "File", the table).

use detente_disclosure::Profile;
use detente_statement::Kind;

use super::{fields::Fields, toml::malformed};
use crate::{AgreementError, BudgetPeriod, Duty, Period, ReportTrigger, Start, words};

const REQUESTS: &[Kind] = &[Kind::RequestAssistance, Kind::RequestPreserve];
const ANSWERED: &[Kind] = &[Kind::RequestAssistance, Kind::RequestPreserve, Kind::AccusationIssue];
const ADDRESSED: &[Kind] =
    &[Kind::RequestAssistance, Kind::RequestPreserve, Kind::AccusationIssue, Kind::Ping];

/// Slots are numbered below this.
const MAX_SLOTS: u64 = 4_096;

pub(super) fn duty(fields: &mut Fields) -> Result<Duty, AgreementError> {
    let (line, kind) = fields.text("kind")?;
    Ok(match kind.as_str() {
        "acknowledge-within" => Duty::AcknowledgeWithin {
            of: kinds(fields, ADDRESSED)?,
            start: start(fields)?,
            period: fields.period("period")?,
        },
        "respond-within" => Duty::RespondWithin {
            of: kinds(fields, ANSWERED)?,
            start: start(fields)?,
            period: fields.period("period")?,
            grounds: fields
                .optional_words("grounds", "a ground of refusal", |word| words::GROUNDS.code(word))?
                .unwrap_or_else(|| words::GROUNDS.codes().collect()),
        },
        "update-every" => Duty::UpdateEvery {
            of: kinds(fields, REQUESTS)?,
            start: start(fields)?,
            period: fields.period("period")?,
        },
        "preserve-for" => Duty::PreserveFor { start: start(fields)?, period: fields.period("period")? },
        "report-within" => report_within(fields)?,
        "evidence-with-accusation" => Duty::EvidenceWithAccusation,
        "ask-before-accusing" => Duty::AskBeforeAccusing {
            wait: if fields.has("wait") { Some(fields.period("wait")?) } else { None },
        },
        "anchor-within" => Duty::AnchorWithin { period: fields.period("period")? },
        "publish-within" => Duty::PublishWithin { period: fields.period("period")? },
        "open-within" => Duty::OpenWithin { slots: slots(fields)?, period: fields.period("period")? },
        "meet-every" => Duty::MeetEvery {
            of: fields.words("of", "a form of session", |word| words::FORMS.code(word))?,
            period: fields.period("period")?,
        },
        "notice-before-withdrawal" => Duty::NoticeBeforeWithdrawal { period: fields.period("period")? },
        "budget" => Duty::Budget {
            of: kinds(fields, ADDRESSED)?,
            at_most: fields.number("at_most")?,
            per: fields.parsed("per", "year, quarter or month", |word| {
                Some(match word {
                    "year" => BudgetPeriod::Year,
                    "quarter" => BudgetPeriod::Quarter,
                    "month" => BudgetPeriod::Month,
                    _ => return None,
                })
            })?,
        },
        "not-verifiable" => Duty::NotVerifiable,
        _ => return Err(malformed(line, "a kind of obligation", &kind)),
    })
}

fn kinds(fields: &mut Fields, among: &[Kind]) -> Result<Vec<Kind>, AgreementError> {
    let names: Vec<_> = among.iter().map(|kind| kind.name()).collect();
    let form = format!("one of {}", names.join(", "));
    fields.words("of", &form, |word| among.iter().copied().find(|kind| kind.name() == word))
}

fn start(fields: &mut Fields) -> Result<Start, AgreementError> {
    fields.parsed("start", "anchor or mirror", |word| match word {
        "anchor" => Some(Start::Anchor),
        "mirror" => Some(Start::Mirror),
        _ => None,
    })
}

fn slots(fields: &mut Fields) -> Result<Vec<u16>, AgreementError> {
    let (line, numbers) = fields.numbers("slots")?;
    if !numbers.is_sorted_by(|left, right| left < right) {
        return Err(malformed(line, "slots: numbers that increase strictly", "others"));
    }
    let slot = |number: u64| {
        let fits = u16::try_from(number).ok().filter(|_| number < MAX_SLOTS);
        fits.ok_or_else(|| malformed(line, "slots: numbers below 4096", &number.to_string()))
    };
    numbers.into_iter().map(slot).collect()
}

fn report_within(fields: &mut Fields) -> Result<Duty, AgreementError> {
    let trigger = fields.short("trigger")?;
    let line = fields.line();
    let from = match (fields.has("field"), fields.has("after")) {
        (true, false) => {
            let form = "claimed_time, or a date of the profile veris-1";
            let field = fields.parsed("field", form, |name| {
                (name == "claimed_time" || is_date(name)).then(|| name.to_owned())
            })?;
            let by = if fields.has("by") {
                let form = "a date of the profile veris-1";
                Some(fields.parsed("by", form, |name| is_date(name).then(|| name.to_owned()))?)
            } else {
                None
            };
            ReportTrigger::Field { field, by }
        }
        (false, true) => ReportTrigger::After(fields.short("after")?),
        (true, true) => return Err(malformed(line, "a member field or a member after", "both")),
        (false, false) => return Err(malformed(line, "a member field or a member after", "neither")),
    };
    let stage = match from {
        ReportTrigger::After(_) => Some(fields.short("stage")?),
        ReportTrigger::Field { .. } => fields.optional_short("stage")?,
    };
    let period = if matches!(from, ReportTrigger::Field { by: Some(_), .. }) {
        fields.parsed("period", "P<n>D, since `by` compares days", |text| {
            Period::parse(text).filter(|period| matches!(period, Period::Days(_)))
        })?
    } else {
        fields.period("period")?
    };
    Ok(Duty::ReportWithin { trigger, from, stage, period })
}

/// Whether the profile has the parts of a date under this name.
fn is_date(name: &str) -> bool {
    let profile = Profile::veris_1();
    ["year", "month", "day"].iter().all(|part| profile.slot_named(&format!("{name}.{part}")).is_some())
}
