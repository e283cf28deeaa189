//! Reads the policy language; every refusal names its line.

use std::collections::BTreeMap;

use detente_core::{Digest, decimal};
use sha2::{Digest as _, Sha256};

use super::{Companion, Group, Member, Policy, PolicyId, PolicyLog, Threshold, Witness, WitnessName};
use crate::{CheckpointError, KeyType, NoteKey, PolicyFault};

/// Longest policy, in bytes.
pub const MAX_POLICY_BYTES: usize = 1_048_576;

/// Most logs, most witnesses and most groups of a policy.
pub const MAX_POLICY_ITEMS: usize = 256;

impl Policy {
    /// Reads a policy and, when there is one, its companion. Without a companion no witness is neutral.
    ///
    /// # Errors
    /// The policy's first, `MALFORMED-POLICY` with the line; then the companion's: `OVERSIZE`, the codes of strict JSON
    /// and of files of ours, `MALFORMED-COMPANION`, `COMPANION-MISMATCH`.
    pub fn parse(policy: &[u8], companion: Option<&[u8]>) -> Result<Self, CheckpointError> {
        let mut reader = Reader::default();
        let mut last = 1;
        for (position, line) in lines(policy)?.enumerate() {
            last = position + 1;
            reader.line(line).map_err(|fault| fault.at(last))?;
        }
        let quorum = reader.quorum.ok_or_else(|| PolicyFault::NoQuorum.at(last))?;
        if reader.logs.is_empty() {
            return Err(PolicyFault::NoLog.at(last));
        }
        let digest = Digest::from_bytes(Sha256::digest(policy).into());
        let mut parsed = Self {
            id: PolicyId { policy: digest, companion: None },
            logs: reader.logs,
            witnesses: reader.witnesses,
            groups: reader.groups,
            quorum,
            companion: None,
        };
        if let Some(bytes) = companion {
            parsed.attach(Companion::parse(bytes, &parsed)?, bytes);
        }
        Ok(parsed)
    }

    fn attach(&mut self, companion: Companion, bytes: &[u8]) {
        self.id.companion = Some(Digest::from_bytes(Sha256::digest(bytes).into()));
        for witness in &mut self.witnesses {
            witness.operator = companion.operator_of(witness.name.as_str()).map(str::to_owned);
            witness.neutral =
                witness.operator.as_ref().is_some_and(|operator| !companion.parties().contains(operator));
        }
        self.companion = Some(companion);
    }
}

fn lines(policy: &[u8]) -> Result<impl Iterator<Item = &str>, CheckpointError> {
    if policy.len() > MAX_POLICY_BYTES {
        return Err(PolicyFault::Oversize { got: policy.len() }.at(1));
    }
    let line_at = |offset| 1 + policy.iter().take(offset).filter(|byte| **byte == b'\n').count();
    let allowed = |byte: u8| matches!(byte, b'\t' | b'\n' | 0x20..=0x7e | 0x80..);
    if let Some((offset, byte)) = policy.iter().enumerate().find(|(_, byte)| !allowed(**byte)) {
        return Err(PolicyFault::Byte { byte: *byte }.at(line_at(offset)));
    }
    let text = core::str::from_utf8(policy)
        .map_err(|error| PolicyFault::NotUtf8.at(line_at(error.valid_up_to())))?;
    let text =
        text.strip_suffix('\n').ok_or_else(|| PolicyFault::NoFinalLineFeed.at(line_at(policy.len())))?;
    Ok(text.split('\n'))
}

#[derive(Default)]
struct Reader {
    logs: Vec<PolicyLog>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    /// `Some(None)` is `quorum none`.
    quorum: Option<Option<Member>>,
    /// Each name and whether it is a member of a group already.
    names: BTreeMap<String, (Member, bool)>,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), PolicyFault> {
        if line.starts_with('#') {
            return Ok(());
        }
        let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.is_empty()).collect();
        match words.as_slice() {
            [] => Ok(()),
            ["log", vkey] => self.log(vkey, None),
            ["log", vkey, url] => self.log(vkey, Some(url)),
            ["log", ..] => Err(PolicyFault::Arguments { expected: "log <vkey> [<url>]" }),
            ["witness", name, vkey] => self.witness(name, vkey, None),
            ["witness", name, vkey, url] => self.witness(name, vkey, Some(url)),
            ["witness", ..] => Err(PolicyFault::Arguments { expected: "witness <name> <vkey> [<url>]" }),
            ["group", name, threshold, members @ ..] => self.group(name, threshold, members),
            ["group", ..] => Err(PolicyFault::Arguments { expected: "group <name> all|any|<k> <name>..." }),
            ["quorum", name] => self.quorum(name),
            ["quorum", ..] => Err(PolicyFault::Arguments { expected: "quorum <name>|none" }),
            [word, ..] => Err(PolicyFault::UnknownWord { word: cut(word) }),
        }
    }

    fn log(&mut self, vkey: &str, url: Option<&str>) -> Result<(), PolicyFault> {
        let key = self.key(vkey, KeyType::Log)?;
        self.logs.push(PolicyLog { key, url: url.map(str::to_owned) });
        within_limit(self.logs.len())
    }

    fn witness(&mut self, name: &str, vkey: &str, url: Option<&str>) -> Result<(), PolicyFault> {
        let key = self.key(vkey, KeyType::Cosignature)?;
        self.define(name, Member::Witness(self.witnesses.len()))?;
        self.witnesses.push(Witness {
            name: WitnessName(name.to_owned()),
            key,
            url: url.map(str::to_owned),
            operator: None,
            neutral: false,
        });
        within_limit(self.witnesses.len())
    }

    fn group(&mut self, name: &str, threshold: &str, names: &[&str]) -> Result<(), PolicyFault> {
        if names.is_empty() {
            return Err(PolicyFault::NoMember { name: name.to_owned() });
        }
        let wanted = match threshold {
            "all" => names.len(),
            "any" => 1,
            number => decimal::parse(number).ok().and_then(|k| usize::try_from(k).ok()).unwrap_or(0),
        };
        let threshold = Threshold::new(wanted, names.len())
            .ok_or_else(|| PolicyFault::Threshold { members: names.len(), got: cut(threshold) })?;
        // Members first: a group must not be a member of itself.
        let members = names.iter().map(|member| self.take_member(member)).collect::<Result<_, _>>()?;
        self.define(name, Member::Group(self.groups.len()))?;
        self.groups.push(Group { name: name.to_owned(), threshold, members });
        within_limit(self.groups.len())
    }

    fn quorum(&mut self, name: &str) -> Result<(), PolicyFault> {
        let member = match (name, self.names.get(name)) {
            ("none", _) => None,
            (_, Some((member, _))) => Some(*member),
            (_, None) => return Err(PolicyFault::Undefined { name: name.to_owned() }),
        };
        match self.quorum.replace(member) {
            None => Ok(()),
            Some(_) => Err(PolicyFault::QuorumTwice),
        }
    }

    fn key(&self, vkey: &str, expected: KeyType) -> Result<NoteKey, PolicyFault> {
        let key = NoteKey::parse(vkey).map_err(|source| PolicyFault::Key { source: Box::new(source) })?;
        if key.kind() != expected {
            return Err(PolicyFault::KeyType { expected: expected.byte(), got: key.kind().byte() });
        }
        let known =
            self.logs.iter().map(|log| &log.key).chain(self.witnesses.iter().map(|witness| &witness.key));
        let clashes = |other: &NoteKey| {
            let same_key = (other.kind(), other.key()) == (key.kind(), key.key());
            // A key id has four bytes: two keys with one name can be made to share it.
            same_key || (other.name(), other.id()) == (key.name(), key.id())
        };
        if known.into_iter().any(clashes) {
            return Err(PolicyFault::KeyTwice { vkey: vkey.to_owned() });
        }
        Ok(key)
    }

    fn define(&mut self, name: &str, member: Member) -> Result<(), PolicyFault> {
        if name == "none" {
            return Err(PolicyFault::ReservedName);
        }
        match self.names.insert(name.to_owned(), (member, false)) {
            None => Ok(()),
            Some(_) => Err(PolicyFault::NameTaken { name: name.to_owned() }),
        }
    }

    fn take_member(&mut self, name: &str) -> Result<Member, PolicyFault> {
        match self.names.get_mut(name) {
            None => Err(PolicyFault::Undefined { name: name.to_owned() }),
            Some((_, true)) => Err(PolicyFault::MemberTwice { name: name.to_owned() }),
            Some((member, taken)) => {
                *taken = true;
                Ok(*member)
            }
        }
    }
}

fn within_limit(count: usize) -> Result<(), PolicyFault> {
    if count > MAX_POLICY_ITEMS { Err(PolicyFault::TooMany) } else { Ok(()) }
}

fn cut(word: &str) -> String {
    word.chars().take(40).collect()
}
