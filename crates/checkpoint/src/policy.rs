//! Whom a relier trusts: a C2SP tlog-policy and its companion (`specs/checkpoint.md` "Policy", "Companion").

mod companion;
mod parse;
mod quorum;
mod review;
mod write;

use core::fmt;

use detente_core::Digest;

use crate::{NoteKey, SignatureLine};

pub use companion::Companion;
pub use parse::{MAX_POLICY_BYTES, MAX_POLICY_ITEMS};
pub use quorum::MAX_COMPARED_WITNESSES;
use quorum::{Member, Threshold};
pub use review::{MAX_REVIEWED_SETS, Operators, PolicyReview, Remark};
pub use write::PolicyFiles;

/// Logs, witnesses, the quorum, and which witnesses are neutral.
///
/// Handed over by the relier, never taken from the party under test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    id: PolicyId,
    logs: Vec<PolicyLog>,
    witnesses: Vec<Witness>,
    groups: Vec<Group>,
    quorum: Option<Member>,
    companion: Option<Companion>,
}

impl Policy {
    /// What the policy and its companion are named by.
    pub const fn id(&self) -> PolicyId {
        self.id
    }

    /// The logs, in the order of the policy; at least one.
    pub fn logs(&self) -> &[PolicyLog] {
        &self.logs
    }

    /// The witnesses, in the order of the policy.
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// The name of the quorum; `None` with `quorum none`.
    pub fn quorum_name(&self) -> Option<&str> {
        self.quorum.map(|quorum| self.name_of(quorum))
    }

    /// The companion, when one was handed over.
    pub const fn companion(&self) -> Option<&Companion> {
        self.companion.as_ref()
    }

    /// The log whose name and key id a signature line has.
    pub(crate) fn log_of(&self, line: &SignatureLine) -> Option<&PolicyLog> {
        self.logs.iter().find(|log| line.is_of(&log.key))
    }

    /// The witness whose name and key id a signature line has.
    pub(crate) fn witness_of(&self, line: &SignatureLine) -> Option<&Witness> {
        self.witnesses.iter().find(|witness| line.is_of(&witness.key))
    }
}

/// SHA-256 of the files: two policies with one id are byte for byte the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PolicyId {
    /// Of the policy's bytes.
    pub policy: Digest,
    /// Of the companion's bytes, when there is one.
    pub companion: Option<Digest>,
}

/// A log that a policy names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyLog {
    key: NoteKey,
    url: Option<String>,
}

impl PolicyLog {
    /// The log's key; its name is the origin.
    pub const fn key(&self) -> &NoteKey {
        &self.key
    }

    /// Where the policy says that the log can be read.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }
}

/// A witness that a policy names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Witness {
    name: WitnessName,
    key: NoteKey,
    url: Option<String>,
    operator: Option<String>,
    neutral: bool,
}

impl Witness {
    /// The name that the policy gives it; its key may have another.
    pub const fn name(&self) -> &WitnessName {
        &self.name
    }

    /// Its key.
    pub const fn key(&self) -> &NoteKey {
        &self.key
    }

    /// Where the policy says that it can be reached.
    pub fn url(&self) -> Option<&str> {
        self.url.as_deref()
    }

    /// Who runs it, when the companion says so.
    pub fn operator(&self) -> Option<&str> {
        self.operator.as_deref()
    }

    /// Whether its operator is known and is none of the parties. Only neutral witnesses count.
    pub const fn is_neutral(&self) -> bool {
        self.neutral
    }
}

/// The name that a policy gives to a witness: any word of UTF-8 text but `none`. Not the name of its key.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WitnessName(String);

impl WitnessName {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for WitnessName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A group of witnesses and groups; members come before it, so there is no cycle.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Group {
    name: String,
    threshold: Threshold,
    members: Vec<Member>,
}
