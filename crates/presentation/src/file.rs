//! The file's members, their forms and limits (`specs/presentation.md` "Members"); reading and writing.

use detente_core::json::{Object, Value};
use detente_core::{
    Digest, KeyDigest, LeafIndex, LogId, ProfileDigest, StatementId, UnixSeconds, base64, decimal,
};
use detente_disclosure::{Opening, Salt, SlotNumber};

use crate::grant::{Grant, GrantTerms};
use crate::{Pap, PresentationError, Tlp};

/// The most bytes of a presentation.
pub const PRESENTATION_LIMIT: usize = 16_777_216;

const DETENTE: &str = "presentation/v1";
const EVENT_LIMIT: usize = 1_000;
const OPENING_LIMIT: usize = 4_096;
const HASH_LIMIT: usize = 4_096;
const INCLUSION_LIMIT: usize = 63;
const CONSISTENCY_LIMIT: usize = 64;
const ENTRY_LIMIT: usize = detente_statement::ENTRY_LIMIT;

/// A presentation as written; nothing in it is checked beyond its form.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct File {
    pub(crate) proof: String,
    pub(crate) entry: Vec<u8>,
    pub(crate) events: Vec<Event>,
    pub(crate) earlier: Option<Earlier>,
    pub(crate) openings: Vec<Opening>,
    pub(crate) multiproof: Vec<Digest>,
    pub(crate) grant: Grant,
}

/// A key event with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Event {
    pub(crate) index: LeafIndex,
    pub(crate) entry: Vec<u8>,
    pub(crate) proof: Vec<Digest>,
}

/// A checkpoint from before the entry.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Earlier {
    pub(crate) checkpoint: String,
    pub(crate) consistency: Vec<Digest>,
}

impl File {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, PresentationError> {
        if bytes.len() > PRESENTATION_LIMIT {
            return Err(PresentationError::Oversize { limit: PRESENTATION_LIMIT, got: bytes.len() });
        }
        let value = Value::parse_file(bytes).map_err(PresentationError::Json)?;
        let mut members = Members::of(&value, "presentation")?;
        let file = Self {
            proof: {
                if members.text("detente")? != DETENTE {
                    return Err(malformed("detente", "the text presentation/v1"));
                }
                members.text("proof")?.to_owned()
            },
            entry: members.bytes("entry", ENTRY_LIMIT)?,
            events: members.list("events", EVENT_LIMIT, Event::parse)?,
            earlier: members.optional("earlier").map(Earlier::parse).transpose()?,
            openings: members.list("openings", OPENING_LIMIT, parse_opening)?,
            multiproof: members.hashes("multiproof", HASH_LIMIT)?,
            grant: Grant::parse(members.any("grant")?)?,
        };
        members.end()?;
        if file.events.is_empty() || file.openings.is_empty() {
            return Err(malformed("presentation", "at least one event and one opening"));
        }
        if file.grant.terms.leaves.len() != file.openings.len() {
            return Err(malformed("grant.leaves", "as many leaves as openings"));
        }
        Ok(file)
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut value = Object::from([
            ("detente".to_owned(), DETENTE.into()),
            ("proof".to_owned(), self.proof.as_str().into()),
            ("entry".to_owned(), base64::encode(&self.entry).into()),
            ("events".to_owned(), self.events.iter().map(Event::to_value).collect::<Vec<_>>().into()),
            ("openings".to_owned(), self.openings.iter().map(opening_value).collect::<Vec<_>>().into()),
            ("multiproof".to_owned(), hashes(&self.multiproof)),
            ("grant".to_owned(), self.grant.to_value()),
        ]);
        if let Some(earlier) = &self.earlier {
            let earlier = Value::from([
                ("checkpoint", earlier.checkpoint.as_str().into()),
                ("consistency", hashes(&earlier.consistency)),
            ]);
            value.insert("earlier".to_owned(), earlier);
        }
        Value::Object(value).to_file()
    }
}

impl Event {
    fn parse(value: &Value) -> Result<Self, PresentationError> {
        let mut members = Members::of(value, "events")?;
        let event = Self {
            index: members.index("index")?,
            entry: members.bytes("entry", ENTRY_LIMIT)?,
            proof: members.hashes("proof", INCLUSION_LIMIT)?,
        };
        members.end()?;
        Ok(event)
    }

    fn to_value(&self) -> Value {
        Value::from([
            ("index", self.index.to_string().into()),
            ("entry", base64::encode(&self.entry).into()),
            ("proof", hashes(&self.proof)),
        ])
    }
}

impl Earlier {
    fn parse(value: &Value) -> Result<Self, PresentationError> {
        let mut members = Members::of(value, "earlier")?;
        let earlier = Self {
            checkpoint: members.text("checkpoint")?.to_owned(),
            consistency: members.hashes("consistency", CONSISTENCY_LIMIT)?,
        };
        members.end()?;
        Ok(earlier)
    }
}

fn parse_opening(value: &Value) -> Result<Opening, PresentationError> {
    let mut members = Members::of(value, "openings")?;
    let slot = SlotNumber::new(members.slot("slot")?);
    let salt = Salt::from_bytes(members.array("salt")?);
    let value = members.optional("value").cloned();
    match (value.is_some(), members.optional("absent")) {
        (true, None) | (false, Some(Value::Bool(true))) => {}
        _ => return Err(malformed("openings", "a value, or absent with true, not both")),
    }
    members.end()?;
    Ok(Opening::new(slot, salt, value))
}

fn opening_value(opening: &Opening) -> Value {
    let content = match opening.value() {
        Some(value) => ("value", value.clone()),
        None => ("absent", true.into()),
    };
    let salt = base64::encode(opening.salt().as_bytes());
    Value::from([("slot", u32::from(opening.slot().get()).into()), ("salt", salt.into()), content])
}

impl Grant {
    fn parse(value: &Value) -> Result<Self, PresentationError> {
        let mut members = Members::of(value, "grant")?;
        let terms = GrantTerms {
            log: LogId::new(members.digest("log")?),
            statement: StatementId::new(members.digest("statement")?),
            index: members.index("index")?,
            profile: ProfileDigest::new(members.digest("profile")?),
            leaves: members.list("leaves", OPENING_LIMIT, |value| {
                let mut members = Members::of(value, "grant.leaves")?;
                let leaf = (members.slot("slot")?, members.digest("leaf")?);
                members.end()?;
                Ok(leaf)
            })?,
            audience: KeyDigest::new(members.digest("audience")?),
            tlp: Tlp::parse(members.text("tlp")?)
                .ok_or_else(|| malformed("tlp", "CLEAR, GREEN, AMBER, AMBER+STRICT or RED"))?,
            pap: Pap::parse(members.text("pap")?)
                .ok_or_else(|| malformed("pap", "CLEAR, GREEN, AMBER or RED"))?,
            time: UnixSeconds::new(members.number("time")?)
                .map_err(|_| malformed("time", "a decimal number"))?,
            nonce: members.array("nonce")?,
        };
        let grant = Self {
            terms,
            signer: KeyDigest::new(members.digest("signer")?),
            signature: members.array("signature")?,
        };
        members.end()?;
        Ok(grant)
    }

    fn to_value(&self) -> Value {
        let terms = &self.terms;
        let leaves = terms.leaves.iter().map(|(slot, leaf)| {
            Value::from([("slot", u32::from(*slot).into()), ("leaf", leaf.to_string().into())])
        });
        Value::from([
            ("log", terms.log.to_string().into()),
            ("statement", terms.statement.to_string().into()),
            ("index", terms.index.to_string().into()),
            ("profile", terms.profile.to_string().into()),
            ("leaves", leaves.collect::<Vec<_>>().into()),
            ("audience", terms.audience.to_string().into()),
            ("tlp", terms.tlp.as_str().into()),
            ("pap", terms.pap.as_str().into()),
            ("time", terms.time.to_string().into()),
            ("nonce", base64::encode(&terms.nonce).into()),
            ("signer", self.signer.to_string().into()),
            ("signature", base64::encode(&self.signature).into()),
        ])
    }
}

fn hashes(hashes: &[Digest]) -> Value {
    hashes.iter().map(|hash| base64::encode(hash.as_bytes()).into()).collect::<Vec<Value>>().into()
}

fn malformed(member: &'static str, expected: &'static str) -> PresentationError {
    PresentationError::MalformedPresentation { member, expected }
}

/// The members of one object; every one must be asked for.
struct Members<'a> {
    object: &'static str,
    members: &'a Object,
    seen: Vec<&'static str>,
}

impl<'a> Members<'a> {
    fn of(value: &'a Value, object: &'static str) -> Result<Self, PresentationError> {
        let members = value.as_object().ok_or_else(|| malformed(object, "an object"))?;
        Ok(Self { object, members, seen: Vec::new() })
    }

    fn optional(&mut self, member: &'static str) -> Option<&'a Value> {
        self.seen.push(member);
        self.members.get(member)
    }

    fn any(&mut self, member: &'static str) -> Result<&'a Value, PresentationError> {
        self.optional(member).ok_or_else(|| malformed(member, "to be there"))
    }

    fn text(&mut self, member: &'static str) -> Result<&'a str, PresentationError> {
        self.any(member)?.as_str().ok_or_else(|| malformed(member, "a string"))
    }

    fn number(&mut self, member: &'static str) -> Result<u64, PresentationError> {
        decimal::parse(self.text(member)?).map_err(|_| malformed(member, "a decimal number"))
    }

    fn index(&mut self, member: &'static str) -> Result<LeafIndex, PresentationError> {
        LeafIndex::new(self.number(member)?).map_err(|_| malformed(member, "a decimal number"))
    }

    fn slot(&mut self, member: &'static str) -> Result<u16, PresentationError> {
        let number = self.any(member)?.as_u64().and_then(|number| u16::try_from(number).ok());
        number.ok_or_else(|| malformed(member, "an integer from 0 to 65535"))
    }

    fn digest(&mut self, member: &'static str) -> Result<Digest, PresentationError> {
        Digest::from_hex(self.text(member)?).map_err(|_| malformed(member, "64 hexadecimal digits"))
    }

    fn bytes(&mut self, member: &'static str, limit: usize) -> Result<Vec<u8>, PresentationError> {
        let bytes = base64::decode(self.text(member)?).map_err(|_| malformed(member, "strict base64"))?;
        if bytes.is_empty() || bytes.len() > limit {
            return Err(malformed(member, "1 to 65535 bytes"));
        }
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self, member: &'static str) -> Result<[u8; N], PresentationError> {
        let bytes = base64::decode(self.text(member)?).map_err(|_| malformed(member, "strict base64"))?;
        bytes.try_into().map_err(|_| malformed(member, "its fixed number of bytes"))
    }

    fn hashes(&mut self, member: &'static str, limit: usize) -> Result<Vec<Digest>, PresentationError> {
        self.list(member, limit, |value| {
            let bytes = value.as_str().and_then(|text| base64::decode(text).ok());
            bytes
                .and_then(|bytes| Digest::from_slice(&bytes).ok())
                .ok_or_else(|| malformed(member, "hashes of 32 bytes in strict base64"))
        })
    }

    fn list<T>(
        &mut self,
        member: &'static str,
        limit: usize,
        parse: impl Fn(&'a Value) -> Result<T, PresentationError>,
    ) -> Result<Vec<T>, PresentationError> {
        let items = self.any(member)?.as_array().ok_or_else(|| malformed(member, "a list"))?;
        if items.len() > limit {
            return Err(malformed(member, "fewer items"));
        }
        items.iter().map(parse).collect()
    }

    fn end(self) -> Result<(), PresentationError> {
        if self.members.keys().any(|name| !self.seen.contains(&name.as_str())) {
            return Err(malformed(self.object, "no other member"));
        }
        Ok(())
    }
}
