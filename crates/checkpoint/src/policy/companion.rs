//! The file beside a policy that says who is neutral (`specs/checkpoint.md` "Companion").

use std::collections::BTreeMap;

use detente_core::{CoreError, Digest, decimal, json::Object, json::Value};

use super::{MAX_POLICY_BYTES, Policy};
use crate::{CheckpointError, KeyType, NoteKey};

/// Operators of witnesses, the parties among them, mirrors, and how many witnesses may be dishonest.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Companion {
    f: u8,
    parties: Vec<String>,
    operators: BTreeMap<String, String>,
    mirrors: Vec<NoteKey>,
    mirror_quorum: Option<usize>,
}

impl Companion {
    /// A companion for a policy without witnesses: it names the parties and nothing else.
    pub fn of_parties(parties: &[&str]) -> Self {
        Self { parties: parties.iter().map(|party| (*party).to_owned()).collect(), ..Self::default() }
    }

    pub(super) fn parse(bytes: &[u8], policy: &Policy) -> Result<Self, CheckpointError> {
        if bytes.len() > MAX_POLICY_BYTES {
            let source =
                CoreError::Oversize { object: "companion", limit: MAX_POLICY_BYTES, got: bytes.len() };
            return Err(CheckpointError::Core { object: "companion", source });
        }
        let value = Value::parse_file(bytes).map_err(CheckpointError::within("companion"))?;
        let object = value.as_object().ok_or_else(|| malformed("companion", "an object"))?;
        if let Some(other) = object.keys().find(|name| !MEMBERS.contains(&name.as_str())) {
            return Err(malformed(other, "none of this name"));
        }
        let companion = Self {
            f: member(object, "f")?
                .as_u64()
                .and_then(|f| u8::try_from(f).ok())
                .ok_or_else(|| malformed("f", "an integer from 0 to 255"))?,
            parties: strings(object, "parties")?.into_iter().map(str::to_owned).collect(),
            operators: operators(object, policy)?,
            mirrors: strings(object, "mirrors")?.into_iter().map(mirror).collect::<Result<_, _>>()?,
            mirror_quorum: None,
        };
        // Listed twice, one mirror would meet a quorum of two alone.
        let seconds = companion.mirrors.iter().enumerate().skip(1);
        if seconds.into_iter().any(|(at, key)| companion.mirrors.iter().take(at).any(|first| first == key)) {
            return Err(malformed("mirrors", "each key once"));
        }
        let mirror_quorum = match string(object, "mirror_quorum")? {
            "none" => None,
            number => Some(
                decimal::parse(number)
                    .ok()
                    .and_then(|k| usize::try_from(k).ok())
                    .filter(|k| (1..=companion.mirrors.len()).contains(k))
                    .ok_or_else(|| {
                        malformed("mirror_quorum", "none or a number from 1 to the number of mirrors")
                    })?,
            ),
        };
        let named = Digest::from_hex(string(object, "policy")?)
            .map_err(|_| malformed("policy", "64 lower-case hexadecimal digits"))?;
        if named != policy.id().policy {
            let (expected, got) = (policy.id().policy.to_string(), named.to_string());
            return Err(CheckpointError::CompanionMismatch { expected, got });
        }
        Ok(Self { mirror_quorum, ..companion })
    }

    /// The companion's file, for the policy of that SHA-256.
    pub fn to_file(&self, policy: Digest) -> Vec<u8> {
        let texts = |items: &[String]| items.iter().map(|item| item.as_str().into()).collect::<Vec<Value>>();
        let operators = self
            .operators
            .iter()
            .map(|(witness, operator)| (witness.clone(), operator.as_str().into()))
            .collect();
        let mirrors: Vec<Value> = self.mirrors.iter().map(|key| key.to_string().into()).collect();
        let mirror_quorum = self.mirror_quorum.map_or_else(|| "none".to_owned(), |k| k.to_string());
        Value::from([
            ("f", u32::from(self.f).into()),
            ("mirror_quorum", mirror_quorum.into()),
            ("mirrors", mirrors.into()),
            ("operators", Value::Object(operators)),
            ("parties", texts(&self.parties).into()),
            ("policy", policy.to_string().into()),
        ])
        .to_file()
    }

    /// How many witnesses may be dishonest before the policy's times bound nothing.
    pub const fn f(&self) -> u8 {
        self.f
    }

    /// Names of operators that are parties: their witnesses are not neutral.
    pub fn parties(&self) -> &[String] {
        &self.parties
    }

    /// Who runs the witness of that name.
    pub fn operator_of(&self, witness: &str) -> Option<&str> {
        self.operators.get(witness).map(String::as_str)
    }

    /// Keys of mirrors.
    pub fn mirrors(&self) -> &[NoteKey] {
        &self.mirrors
    }

    /// How many mirrors make a mirror quorum; `None` when none is asked for.
    pub const fn mirror_quorum(&self) -> Option<usize> {
        self.mirror_quorum
    }
}

const MEMBERS: [&str; 6] = ["f", "mirror_quorum", "mirrors", "operators", "parties", "policy"];

fn malformed(member: &str, expected: &'static str) -> CheckpointError {
    CheckpointError::MalformedCompanion { member: member.chars().take(40).collect(), expected }
}

fn member<'a>(object: &'a Object, name: &str) -> Result<&'a Value, CheckpointError> {
    object.get(name).ok_or_else(|| malformed(name, "this member"))
}

fn string<'a>(object: &'a Object, name: &str) -> Result<&'a str, CheckpointError> {
    member(object, name)?.as_str().ok_or_else(|| malformed(name, "a string"))
}

fn strings<'a>(object: &'a Object, name: &str) -> Result<Vec<&'a str>, CheckpointError> {
    let wrong = || malformed(name, "an array of strings");
    member(object, name)?
        .as_array()
        .ok_or_else(wrong)?
        .iter()
        .map(|item| item.as_str().ok_or_else(wrong))
        .collect()
}

fn operators(object: &Object, policy: &Policy) -> Result<BTreeMap<String, String>, CheckpointError> {
    let named =
        member(object, "operators")?.as_object().ok_or_else(|| malformed("operators", "an object"))?;
    let known = |witness: &str| policy.witnesses().iter().any(|known| known.name().as_str() == witness);
    let pair = |(witness, operator): (&String, &Value)| {
        if !known(witness) {
            return Err(malformed("operators", "only witnesses that the policy defines"));
        }
        let operator =
            operator.as_str().ok_or_else(|| malformed("operators", "a string for each witness"))?;
        Ok((witness.clone(), operator.to_owned()))
    };
    named.iter().map(pair).collect()
}

fn mirror(vkey: &str) -> Result<NoteKey, CheckpointError> {
    NoteKey::parse(vkey)
        .ok()
        .filter(|key| key.kind() == KeyType::Cosignature)
        .ok_or_else(|| malformed("mirrors", "vkeys of type 0x04"))
}
