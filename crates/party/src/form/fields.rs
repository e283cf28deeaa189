//! What each form asks for, in one table (`specs/agreement.md` "Bodies", "Content").

use detente_agreement::words::{self, Words};
use detente_statement::Kind;

/// One line of a form.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) required: bool,
    pub(super) shape: Shape,
    pub(super) says: &'static str,
}

/// What may stand there.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// 1 to 1,024 bytes.
    Contact,
    /// A party's log.
    Log,
    /// A statement of one of these kinds, in the other party's log or in one's own.
    Statement { of: &'static [Kind], own: bool },
    /// An agreement's file or digest.
    Agreement,
    /// A date-time.
    Instant,
    /// A number of entries.
    Size,
    /// A date or a prefix of one.
    ClaimedTime,
    /// One word of a closed list.
    Word(&'static Words),
    /// Some of them.
    Words(&'static Words),
    /// Files and what they are.
    Evidence,
}

const REQUESTS: &[Kind] = &[Kind::RequestAssistance, Kind::RequestPreserve];

const fn required(name: &'static str, shape: Shape, says: &'static str) -> Field {
    Field { name, required: true, shape, says }
}

const fn optional(name: &'static str, shape: Shape, says: &'static str) -> Field {
    Field { name, required: false, shape, says }
}

const fn other(of: &'static [Kind]) -> Shape {
    Shape::Statement { of, own: false }
}

const REQUEST: Field = required("request", other(REQUESTS), "the request that this is about");
const ACCUSATION: Field =
    required("accusation", other(&[Kind::AccusationIssue]), "the accusation that this is about");
const TO: Field = required("to", Shape::Log, "whom you ask");

/// The members of a body; `None` for a kind without a form.
pub(super) const fn fields(kind: Kind) -> Option<&'static [Field]> {
    Some(match kind {
        Kind::PartyDeclare => {
            const {
                &[
                    required(
                        "diplomatic",
                        Shape::Contact,
                        "the diplomatic contact: an office, never a person",
                    ),
                    required("technical", Shape::Contact, "the technical contact"),
                ]
            }
        }
        Kind::AgreementAdopt => {
            const { &[required("agreement", Shape::Agreement, "the terms that you adopt")] }
        }
        Kind::AgreementAmend => {
            const {
                &[
                    required("old", Shape::Agreement, "the terms that end"),
                    required("new", Shape::Agreement, "the terms that begin"),
                ]
            }
        }
        Kind::AgreementWithdraw => {
            const {
                &[
                    required("agreement", Shape::Agreement, "the terms that you withdraw from"),
                    required("effective", Shape::Instant, "when the withdrawal takes effect"),
                ]
            }
        }
        Kind::AccessDenied => {
            const {
                &[
                    required("log", Shape::Log, "the log that you could not read"),
                    required("size", Shape::Size, "how many entries of it you hold"),
                ]
            }
        }
        Kind::Ping => const { &[TO] },
        Kind::Pong => const { &[required("ping", other(&[Kind::Ping]), "the ping that this answers")] },
        Kind::DialogueSession => {
            const {
                &[
                    required("with", Shape::Log, "whom it was held with"),
                    required("form", Shape::Word(&words::FORMS), "what kind of session it was"),
                    required("date", Shape::ClaimedTime, "when it was held"),
                    optional("other", other(&[Kind::DialogueSession]), "the other party's record of it"),
                ]
            }
        }
        Kind::RequestAssistance | Kind::RequestPreserve => const { &[TO] },
        Kind::RequestAck => const { &[REQUEST] },
        Kind::RequestAnswer => {
            const { &[REQUEST, required("outcome", Shape::Word(&words::OUTCOMES), "what came of it")] }
        }
        Kind::RequestRefuse => {
            const { &[REQUEST, required("ground", Shape::Word(&words::GROUNDS), "on what ground you refuse")] }
        }
        Kind::RequestUpdate => {
            const { &[REQUEST, required("status", Shape::Word(&words::STATUSES), "how it stands")] }
        }
        Kind::AccusationIssue => {
            const {
                &[
                    optional("accused", Shape::Log, "the accused party; leave out one that has no log"),
                    required("class", Shape::Word(&words::CLASSES), "who accuses"),
                    required("channel", Shape::Word(&words::CHANNELS), "how the accusation is made"),
                    optional(
                        "likelihood",
                        Shape::Word(&words::LIKELIHOODS),
                        "how likely you hold it, in percent",
                    ),
                    optional("confidence", Shape::Word(&words::CONFIDENCES), "how sure you are of that"),
                    required("bases", Shape::Words(&words::BASES), "what it rests on"),
                    optional(
                        "alternatives",
                        Shape::Word(&words::ALTERNATIVES),
                        "whether you considered others",
                    ),
                    optional(
                        "asked",
                        Shape::Statement { of: REQUESTS, own: true },
                        "your own request to the accused that came first",
                    ),
                    optional("evidence", Shape::Evidence, "the evidence; only digests leave this machine"),
                    optional("review", Shape::ClaimedTime, "when you will look at it again"),
                ]
            }
        }
        Kind::AccusationReply => {
            const { &[ACCUSATION, required("position", Shape::Word(&words::POSITIONS), "what you say to it")] }
        }
        Kind::AccusationWithdraw => {
            const {
                &[
                    required(
                        "accusation",
                        Shape::Statement { of: &[Kind::AccusationIssue], own: true },
                        "your own accusation",
                    ),
                    required("reason", Shape::Word(&words::REASONS), "why"),
                ]
            }
        }
        _ => return None,
    })
}

/// Members of a content, and whether each is required once there is a content.
pub(super) const fn content(kind: Kind) -> &'static [(&'static str, bool, &'static str)] {
    match kind {
        Kind::RequestAssistance | Kind::RequestPreserve => &[
            ("authority", true, "who asks, as an office"),
            ("offence", true, "the offence, and the facts in short"),
            ("data", true, "which data, and how it bears on the offence"),
            ("custodian", false, "who holds the data, or where it is"),
            ("necessity", false, "why it has to be preserved"),
            ("intent", false, "that a request for search, seizure or disclosure will follow"),
            ("indicators", false, "what to look for"),
            ("severity_scale", false, "a scale of severity, such as nciss"),
            ("severity_value", false, "the value on it"),
        ],
        Kind::RequestAnswer | Kind::RequestRefuse | Kind::RequestUpdate | Kind::AccusationReply => {
            &[("text", true, "what you say to the other party")]
        }
        Kind::AccusationIssue => &[
            ("text", true, "what you accuse of"),
            ("act", false, "the act, as the terms define it"),
            ("target", false, "what it was aimed at"),
        ],
        _ => &[],
    }
}

/// Whether a statement of the kind cannot be without a content.
pub(super) const fn requires_content(kind: Kind) -> bool {
    matches!(kind, Kind::RequestAssistance | Kind::RequestPreserve)
}

/// Kinds that have a form, in order of code.
pub(super) fn kinds() -> impl Iterator<Item = Kind> {
    Kind::ALL.iter().copied().filter(|kind| fields(*kind).is_some())
}
