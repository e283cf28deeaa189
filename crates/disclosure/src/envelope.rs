//! What the party states about a sealed statement, beside the document (`specs/disclosure.md` "Sealing").

use detente_core::{
    StatementId,
    json::{Number, Value},
};

use crate::{ClaimedTime, DisclosureError, SlotNumber, SlotValues};

/// The real kind of a sealed statement. Source: `specs/statement.md` "Kinds".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RealKind {
    /// A first report of an incident.
    IncidentReport,
    /// A report that amends an earlier one.
    IncidentAmend,
    /// A commitment to evidence.
    EvidenceCommit,
    /// A grant, kept in the log.
    Grant,
    /// A statement that says nothing.
    Cover,
}

impl RealKind {
    /// Every real kind.
    pub const ALL: [Self; 5] =
        [Self::IncidentReport, Self::IncidentAmend, Self::EvidenceCommit, Self::Grant, Self::Cover];

    /// The value of slot 0.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IncidentReport => "incident.report",
            Self::IncidentAmend => "incident.amend",
            Self::EvidenceCommit => "evidence.commit",
            Self::Grant => "grant",
            Self::Cover => "cover",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// A severity on a named scale; a bare word would mean nothing to the other side.
#[derive(Debug, Clone, PartialEq)]
pub struct Severity {
    /// The scale's id, slot `severity_scale`.
    pub scale: String,
    /// The value on it, slot `severity_value`.
    pub value: SeverityValue,
}

/// A value on a severity scale.
#[derive(Debug, Clone, PartialEq)]
pub enum SeverityValue {
    /// A word of the scale.
    Word(String),
    /// A number on the scale.
    Number(Number),
}

/// The envelope: everything sealed that is not in the document. What is not stated is absent.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// Slot 0.
    pub kind: RealKind,
    /// Slot 1.
    pub claimed_time: Option<ClaimedTime>,
    /// Slot 2.
    pub author_role: Option<String>,
    /// Slot 3.
    pub amends: Option<StatementId>,
    /// Slot `stage`: early, notify or final, by custom.
    pub stage: Option<String>,
    /// Slots `severity_scale` and `severity_value`.
    pub severity: Option<Severity>,
}

impl Envelope {
    /// An envelope that states the kind only.
    pub const fn new(kind: RealKind) -> Self {
        Self { kind, claimed_time: None, author_role: None, amends: None, stage: None, severity: None }
    }
}

impl SlotValues<'_> {
    /// Fills the slots of the envelope; those that it does not state become absent.
    ///
    /// # Errors
    /// `UNKNOWN-FIELD` when it states something that the profile has no slot for.
    pub fn set_envelope(&mut self, envelope: &Envelope) -> Result<(), DisclosureError> {
        let profile = self.profile();
        for slot in profile.slots().iter().filter(|slot| slot.pointer().is_none()) {
            self.remove(slot.number());
        }
        let text = |text: &Option<String>| text.clone().map(Value::String);
        self.set(SlotNumber::KIND, envelope.kind.as_str().into())?;
        let first = [
            (SlotNumber::CLAIMED_TIME, envelope.claimed_time.as_ref().map(|time| time.as_str().into())),
            (SlotNumber::AUTHOR_ROLE, text(&envelope.author_role)),
            (SlotNumber::AMENDS, envelope.amends.map(|amended| amended.to_string().into())),
        ];
        for (number, value) in first {
            if let Some(value) = value {
                self.set(number, value)?;
            }
        }
        let severity = envelope.severity.as_ref();
        let named = [
            ("stage", text(&envelope.stage)),
            ("severity_scale", severity.map(|severity| severity.scale.clone().into())),
            ("severity_value", severity.map(|severity| severity.value.clone().into())),
        ];
        for (name, value) in named {
            let Some(value) = value else { continue };
            let slot = profile.slot_named(name).filter(|slot| slot.pointer().is_none()).ok_or_else(|| {
                DisclosureError::UnknownName { name: name.to_owned(), profile: profile.name().to_owned() }
            })?;
            self.set(slot.number(), value)?;
        }
        Ok(())
    }
}

impl From<SeverityValue> for Value {
    fn from(value: SeverityValue) -> Self {
        match value {
            SeverityValue::Word(word) => Self::String(word),
            SeverityValue::Number(number) => Self::Number(number),
        }
    }
}
