//! Which keys a vault holds and which are in use, and where its log's key events are (`specs/party.md` "Keys").

use std::collections::BTreeMap;

use detente_core::json::{Object, Value};
use detente_core::{LeafIndex, StatementId, decimal};
use detente_statement::Role;

use crate::token::TokenPlace;

/// The numbers of the first keys; the rows below 16 that are no keys are other secrets.
const FIRST_AUTHOR: u64 = 2;
const FIRST_SEALING: u64 = 3;
const FIRST_OF_OTHERS: u64 = 16;

/// The vault's keys by the number of their secret row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keyring {
    keys: BTreeMap<u64, Role>,
    /// Those that live in a token and have no secret row, the checkpoint key among them.
    tokens: BTreeMap<u64, TokenPlace>,
    pub(crate) in_use: InUse,
    /// An event that is on its way to the log.
    pub(crate) pending: Option<PendingEvent>,
}

/// The one key of each role that signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct InUse {
    pub(crate) author: u64,
    pub(crate) sealing: u64,
}

/// A key event whose fate only the log knows after a crash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PendingEvent {
    pub(crate) index: LeafIndex,
    pub(crate) statement: StatementId,
    /// What is in use once the event is in the log.
    pub(crate) after: InUse,
}

impl InUse {
    pub(crate) const fn of(self, role: Role) -> u64 {
        match role {
            Role::Author => self.author,
            Role::Sealing => self.sealing,
        }
    }

    pub(crate) const fn with(self, role: Role, number: u64) -> Self {
        match role {
            Role::Author => Self { author: number, ..self },
            Role::Sealing => Self { sealing: number, ..self },
        }
    }
}

impl Keyring {
    /// The keyring of a new party: the keys of its genesis.
    pub(crate) fn first() -> Self {
        let keys = BTreeMap::from([(FIRST_AUTHOR, Role::Author), (FIRST_SEALING, Role::Sealing)]);
        let in_use = InUse { author: FIRST_AUTHOR, sealing: FIRST_SEALING };
        Self { keys, tokens: BTreeMap::new(), in_use, pending: None }
    }

    /// Where a key is, when that is a token.
    pub(crate) fn place(&self, number: u64) -> Option<&TokenPlace> {
        self.tokens.get(&number)
    }

    /// Remembers where a key is; nothing for one of the vault.
    pub(crate) fn put_place(&mut self, number: u64, place: Option<&TokenPlace>) {
        if let Some(place) = place {
            self.tokens.insert(number, place.clone());
        }
    }

    /// The PKCS#11 module of the newest key in a token.
    pub(crate) fn module(&self) -> Option<&str> {
        self.tokens.values().next_back().map(|place| place.module.as_str())
    }

    /// The PKCS#11 module of the newest key in one token.
    pub(crate) fn module_of(&self, serial: &str) -> Option<&str> {
        let newest = self.tokens.values().rev().find(|place| place.serial == serial);
        newest.map(|place| place.module.as_str())
    }

    /// Numbers and roles of all keys.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (u64, Role)> + '_ {
        self.keys.iter().map(|(number, role)| (*number, *role))
    }

    /// Gives a new key its number. No number is given twice, whatever becomes of the key.
    pub(crate) fn add(&mut self, role: Role) -> u64 {
        let number = self.keys.keys().next_back().map_or(0, |last| last + 1).max(FIRST_OF_OTHERS);
        self.keys.insert(number, role);
        number
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let keys = self.keys.iter().map(|(number, role)| (number.to_string(), role.as_str().into()));
        let mut members = in_use_members(self.in_use);
        members.insert("keys".to_owned(), Value::Object(keys.collect()));
        if !self.tokens.is_empty() {
            let tokens = self.tokens.iter().map(|(number, place)| (number.to_string(), place.to_value()));
            members.insert("tokens".to_owned(), Value::Object(tokens.collect()));
        }
        if let Some(pending) = &self.pending {
            let mut event = in_use_members(pending.after);
            event.insert("index".to_owned(), pending.index.to_string().into());
            event.insert("statement".to_owned(), pending.statement.to_string().into());
            members.insert("pending".to_owned(), Value::Object(event));
        }
        Value::Object(members).to_canonical().into_bytes()
    }

    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let value = Value::parse(bytes).ok()?;
        let members = value.as_object()?;
        let mut keys = BTreeMap::new();
        for (number, role) in members.get("keys")?.as_object()? {
            let role = [Role::Author, Role::Sealing]
                .into_iter()
                .find(|known| Some(known.as_str()) == role.as_str())?;
            keys.insert(decimal::parse(number).ok()?, role);
        }
        let mut tokens = BTreeMap::new();
        if let Some(places) = members.get("tokens") {
            for (number, place) in places.as_object()? {
                tokens.insert(decimal::parse(number).ok()?, TokenPlace::parse(place.as_object()?)?);
            }
        }
        let pending = match members.get("pending") {
            None => None,
            Some(event) => {
                let event = event.as_object()?;
                Some(PendingEvent {
                    index: LeafIndex::parse(event.get("index")?.as_str()?).ok()?,
                    statement: StatementId::from_hex(event.get("statement")?.as_str()?).ok()?,
                    after: in_use_of(event)?,
                })
            }
        };
        Some(Self { keys, tokens, in_use: in_use_of(members)?, pending })
    }
}

fn in_use_members(in_use: InUse) -> Object {
    Object::from([
        ("author".to_owned(), in_use.author.to_string().into()),
        ("sealing".to_owned(), in_use.sealing.to_string().into()),
    ])
}

fn in_use_of(members: &Object) -> Option<InUse> {
    let number = |name: &str| decimal::parse(members.get(name)?.as_str()?).ok();
    Some(InUse { author: number("author")?, sealing: number("sealing")? })
}

/// Which entries of the log change keys or end it, so that the log need not be read as a whole again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct EventIndex {
    /// Entries below this were looked at.
    pub(crate) read: u64,
    /// Those of them that are events, in order; genesis among them.
    pub(crate) events: Vec<LeafIndex>,
}

impl EventIndex {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let events: Vec<Value> = self.events.iter().map(|index| index.to_string().into()).collect();
        let value = Value::from([("events", events.into()), ("read", self.read.to_string().into())]);
        value.to_canonical().into_bytes()
    }

    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let value = Value::parse(bytes).ok()?;
        let members = value.as_object()?;
        let events = members.get("events")?.as_array()?.iter();
        Some(Self {
            read: decimal::parse(members.get("read")?.as_str()?).ok()?,
            events: events.map(|index| LeafIndex::parse(index.as_str()?).ok()).collect::<Option<_>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let mut ring = Keyring::first();
        assert_eq!(Keyring::parse(&ring.to_bytes()), Some(ring.clone()));
        assert_eq!((ring.add(Role::Sealing), ring.add(Role::Author)), (16, 17));
        assert_eq!((ring.place(16), ring.module()), (None, None));
        let place = TokenPlace {
            serial: "1".to_owned(),
            label: "ops".to_owned(),
            id: [9; 16],
            public: detente_checkpoint::SigningKey::from_seed(&[2; 32]).public(),
            module: "/usr/lib/token.so".to_owned(),
        };
        ring.put_place(16, Some(&place));
        assert_eq!((ring.place(16), ring.module()), (Some(&place), Some("/usr/lib/token.so")));
        ring.pending = Some(PendingEvent {
            index: LeafIndex::new(9).unwrap(),
            statement: StatementId::new(detente_core::Digest::from_bytes([3; 32])),
            after: ring.in_use.with(Role::Sealing, 16),
        });
        assert_eq!(Keyring::parse(&ring.to_bytes()), Some(ring));
        let index = EventIndex { read: 12, events: vec![LeafIndex::ZERO, LeafIndex::new(9).unwrap()] };
        assert_eq!(EventIndex::parse(&index.to_bytes()), Some(index));
        assert_eq!(Keyring::parse(b"{}"), None);
    }
}
