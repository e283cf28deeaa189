//! What the vault remembers of one sealed entry.

use detente_core::json::{Object, Value};
use detente_core::{Digest, LogId, StatementId, decimal};
use detente_disclosure::{
    ClaimedTime, Document, Envelope, Profile, RealKind, Seed, Severity, SeverityValue, SlotValues,
};

use crate::PartyError;
use crate::secret::Secret;

/// The place of a seed: `HMAC(master, label ‖ log id ‖ epoch ‖ counter)`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SeedPlace {
    pub(crate) epoch: Digest,
    pub(crate) counter: u64,
}

impl SeedPlace {
    pub(crate) fn seed(self, master: &Secret, log: LogId) -> Seed {
        let parts = [log.as_bytes().as_slice(), self.epoch.as_bytes(), &self.counter.to_le_bytes()];
        Seed::from_bytes(*master.derive(detente_core::Label::PARTY_SEED, &parts).expose())
    }
}

/// A document with its envelope, and how to seal it again.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Record {
    pub(crate) place: SeedPlace,
    pub(crate) statement: StatementId,
    pub(crate) envelope: Envelope,
    pub(crate) document: Document,
}

impl Record {
    /// The slots as they were sealed.
    pub(crate) fn values(&self) -> Result<SlotValues<'static>, PartyError> {
        let mut values = self.document.to_slots(Profile::veris_1())?;
        values.set_envelope(&self.envelope)?;
        Ok(values)
    }

    pub(crate) fn incident_id(&self) -> Option<&str> {
        self.document.members().get("incident_id").and_then(Value::as_str)
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        let envelope = &self.envelope;
        let mut members = Object::from([
            ("epoch".to_owned(), self.place.epoch.to_string().into()),
            ("counter".to_owned(), self.place.counter.to_string().into()),
            ("statement".to_owned(), self.statement.to_string().into()),
            ("kind".to_owned(), envelope.kind.as_str().into()),
        ]);
        let mut optional = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                members.insert(name.to_owned(), value);
            }
        };
        optional("claimed_time", envelope.claimed_time.as_ref().map(|time| time.as_str().into()));
        optional("author_role", envelope.author_role.clone().map(Value::from));
        optional("amends", envelope.amends.map(|amends| amends.to_string().into()));
        optional("stage", envelope.stage.clone().map(Value::from));
        if let Some(severity) = &envelope.severity {
            optional("severity_scale", Some(severity.scale.clone().into()));
            optional("severity_value", Some(severity.value.clone().into()));
        }
        members.insert("document".to_owned(), self.document.into_value());
        Value::Object(members).to_canonical().into_bytes()
    }

    pub(crate) fn parse(bytes: &[u8], index: u64) -> Result<Self, PartyError> {
        let broken = || PartyError::VaultRow { table: "entries", number: index };
        let Value::Object(mut members) = Value::parse(bytes).map_err(|_| broken())? else {
            return Err(broken());
        };
        let mut text = |name: &str| match members.remove(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let place = SeedPlace {
            epoch: text("epoch").and_then(|text| Digest::from_hex(&text).ok()).ok_or_else(broken)?,
            counter: text("counter").and_then(|text| decimal::parse(&text).ok()).ok_or_else(broken)?,
        };
        let statement = text("statement").and_then(|text| StatementId::from_hex(&text).ok());
        let mut envelope =
            Envelope::new(text("kind").and_then(|text| RealKind::parse(&text)).ok_or_else(broken)?);
        envelope.claimed_time = text("claimed_time").and_then(|text| ClaimedTime::parse(&text));
        envelope.author_role = text("author_role");
        envelope.amends = text("amends").and_then(|text| StatementId::from_hex(&text).ok());
        envelope.stage = text("stage");
        let scale = text("severity_scale");
        envelope.severity = match (scale, members.remove("severity_value")) {
            (Some(scale), Some(Value::String(word))) => {
                Some(Severity { scale, value: SeverityValue::Word(word) })
            }
            (Some(scale), Some(Value::Number(number))) => {
                Some(Severity { scale, value: SeverityValue::Number(number) })
            }
            _ => None,
        };
        let document = members.remove("document").ok_or_else(broken)?;
        let document = Document::from_value(document).map_err(|_| broken())?;
        Ok(Self { place, statement: statement.ok_or_else(broken)?, envelope, document })
    }
}
