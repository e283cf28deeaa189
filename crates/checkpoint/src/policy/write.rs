//! Writes policies.

use core::fmt;

use detente_core::{Digest, Origin};
use sha2::{Digest as _, Sha256};

use super::{Companion, Member, Policy};
use crate::{KeyType, NoteKey, PublicKey};

/// A policy and its companion, ready to be handed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyFiles {
    /// `NAME.policy`.
    pub policy: Vec<u8>,
    /// `NAME.policy.json`.
    pub companion: Vec<u8>,
}

impl PolicyFiles {
    /// One log and `quorum none`: order and consistency can be checked, times are the parties' word.
    pub fn unwitnessed(origin: &Origin, key: &PublicKey, parties: &[&str]) -> Self {
        let vkey = NoteKey::new(origin.key_name().clone(), KeyType::Log, *key);
        let policy = format!("log {vkey}\nquorum none\n").into_bytes();
        let digest = Digest::from_bytes(Sha256::digest(&policy).into());
        Self { companion: Companion::of_parties(parties).to_file(digest), policy }
    }
}

impl fmt::Display for Policy {
    /// The policy in the policy language: logs, witnesses, groups, the quorum. What it means is the same as what was
    /// read; comments and spacing are gone, so its digest differs and a companion of the original does not fit it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for log in &self.logs {
            write!(formatter, "log {}", log.key)?;
            end_with_url(formatter, log.url())?;
        }
        for witness in &self.witnesses {
            write!(formatter, "witness {} {}", witness.name, witness.key)?;
            end_with_url(formatter, witness.url())?;
        }
        for group in &self.groups {
            write!(formatter, "group {} {}", group.name, group.threshold.get())?;
            group.members.iter().try_for_each(|member| write!(formatter, " {}", self.name_of(*member)))?;
            writeln!(formatter)?;
        }
        writeln!(formatter, "quorum {}", self.quorum_name().unwrap_or("none"))
    }
}

impl Policy {
    pub(super) fn name_of(&self, member: Member) -> &str {
        let name = match member {
            Member::Witness(index) => self.witnesses.get(index).map(|witness| witness.name.as_str()),
            Member::Group(index) => self.groups.get(index).map(|group| group.name.as_str()),
        };
        name.unwrap_or_default()
    }
}

fn end_with_url(formatter: &mut fmt::Formatter<'_>, url: Option<&str>) -> fmt::Result {
    match url {
        Some(url) => writeln!(formatter, " {url}"),
        None => writeln!(formatter),
    }
}
