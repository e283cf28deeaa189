//! Why this crate refuses something.

use detente_core::{Code, CoreError, UnixSeconds};
use detente_merkle::MerkleError;
use thiserror::Error;

use crate::{InvalidSignature, SigningFault, WeakKey};

/// Why a note, checkpoint, policy or proof was refused. Source: `specs/checkpoint.md`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// A number, base64 text, length or JSON file that breaks a rule of the word `core`.
    #[error("{object}: {source}")]
    Core {
        /// The part that was read.
        object: &'static str,
        /// The rule broken.
        source: CoreError,
    },
    /// Not a signed note.
    #[error("note: expected {expected}")]
    MalformedNote {
        /// The rule broken.
        expected: &'static str,
    },
    /// A signature line of another form.
    #[error("note: signature line {number}: expected {expected}")]
    MalformedSignatureLine {
        /// One-based number among the signature lines.
        number: usize,
        /// The rule broken.
        expected: &'static str,
    },
    /// More signature lines than [`crate::MAX_SIGNATURES`].
    #[error("note: expected at most {} signature lines, got more", crate::MAX_SIGNATURES)]
    TooManySignatures,
    /// Two signature lines with one name and key id.
    #[error("note: expected one signature line of key {name}+{id}, got two")]
    DuplicateSignature {
        /// Name of the key.
        name: String,
        /// Key id in hexadecimal.
        id: String,
    },
    /// Not a vkey of a supported type.
    #[error("vkey: expected {expected}")]
    MalformedKey {
        /// The rule broken.
        expected: &'static str,
    },
    /// A key that cannot be enrolled.
    #[error(transparent)]
    WeakKey(#[from] WeakKey),
    /// Not a checkpoint's text.
    #[error("checkpoint: expected {expected}")]
    MalformedCheckpoint {
        /// The rule broken.
        expected: &'static str,
    },
    /// Not the body of an anchor.
    #[error("anchor: expected {expected}")]
    MalformedAnchor {
        /// The rule broken.
        expected: &'static str,
    },
    /// Not a tlog-proof.
    #[error("proof: expected {expected}")]
    MalformedProof {
        /// The rule broken.
        expected: &'static str,
    },
    /// Not a policy.
    #[error("policy line {line}: {fault}")]
    MalformedPolicy {
        /// One-based line of the culprit; the last line when something is missing.
        line: usize,
        /// The rule broken.
        fault: PolicyFault,
    },
    /// Strict JSON, but not a companion of this policy.
    #[error("companion: member {member}: expected {expected}")]
    MalformedCompanion {
        /// The culprit.
        member: String,
        /// The rule broken.
        expected: &'static str,
    },
    /// The companion names the digest of another policy.
    #[error("companion: expected policy {expected}, got {got}")]
    CompanionMismatch {
        /// SHA-256 of the policy's bytes, in hexadecimal.
        expected: String,
        /// What the companion names.
        got: String,
    },
    /// No signature line is of a log key of the policy.
    #[error("checkpoint of {origin}: expected a signature line of a log key of the policy, got none")]
    UnknownLog {
        /// The origin that the checkpoint claims.
        origin: String,
    },
    /// An origin differs from the one expected.
    #[error("checkpoint: expected origin {expected}, got {got}")]
    OriginMismatch {
        /// The origin of the key, or of the other checkpoint.
        expected: String,
        /// The origin found.
        got: String,
    },
    /// A known log key's line does not verify.
    #[error("checkpoint: signature line of log key {name}: {source}")]
    InvalidLogSignature {
        /// Name of the key.
        name: String,
        /// Always the same; says that nothing more is known.
        source: InvalidSignature,
    },
    /// A known witness key's line does not verify.
    #[error("checkpoint: signature line of witness key {name}: expected {expected}")]
    InvalidCosignature {
        /// Name of the key.
        name: String,
        /// The rule broken.
        expected: &'static str,
    },
    /// The quorum is not met.
    #[error("checkpoint: expected quorum {quorum} to be met, got {counting} witnesses that count")]
    UnderWitnessed {
        /// Name of the quorum.
        quorum: String,
        /// Neutral witnesses with a time.
        counting: usize,
    },
    /// The earliest publication lies after the latest: some witness that counts is wrong about time.
    #[error("time: expected the earliest publication not after the latest, got {lo} and {hi}")]
    WitnessConflict {
        /// Earliest publication.
        lo: UnixSeconds,
        /// Latest publication.
        hi: UnixSeconds,
    },
    /// A proof of the tree does not verify.
    #[error(transparent)]
    Merkle(#[from] MerkleError),
    /// The log's key did not sign.
    #[error(transparent)]
    Signing(#[from] SigningFault),
    /// A checkpoint is used with a policy that it was not verified against.
    #[error("checkpoint: expected the policy that it was verified against, got another")]
    OtherPolicy,
}

impl CheckpointError {
    /// The stable code, `specs/core.md` "Codes".
    pub fn code(&self) -> Code {
        match self {
            Self::Core { source, .. } => source.code(),
            Self::MalformedNote { .. } | Self::MalformedSignatureLine { .. } => Code::MalformedNote,
            Self::TooManySignatures => Code::TooManySignatures,
            Self::DuplicateSignature { .. } => Code::DuplicateSignature,
            Self::MalformedKey { .. } => Code::MalformedKey,
            Self::WeakKey(_) => Code::WeakKey,
            Self::MalformedCheckpoint { .. } => Code::MalformedCheckpoint,
            Self::MalformedProof { .. } => Code::MalformedProof,
            Self::MalformedAnchor { .. } => Code::MalformedStatement,
            Self::MalformedPolicy { .. } => Code::MalformedPolicy,
            Self::MalformedCompanion { .. } => Code::MalformedCompanion,
            Self::CompanionMismatch { .. } => Code::CompanionMismatch,
            Self::UnknownLog { .. } => Code::UnknownLog,
            Self::OriginMismatch { .. } => Code::OriginMismatch,
            Self::InvalidLogSignature { .. } => Code::InvalidLogSignature,
            Self::InvalidCosignature { .. } => Code::InvalidCosignature,
            Self::UnderWitnessed { .. } => Code::UnderWitnessed,
            Self::WitnessConflict { .. } => Code::WitnessConflict,
            Self::Merkle(error) => error.code(),
            Self::Signing(_) => Code::Unavailable,
            Self::OtherPolicy => Code::Misuse,
        }
    }

    /// Names the part in which a rule of `core` is broken, for `map_err`.
    pub(crate) fn within(object: &'static str) -> impl Fn(CoreError) -> Self {
        move |source| Self::Core { object, source }
    }
}

/// The rule of the policy language that a line breaks. Source: `specs/checkpoint.md` "Policy".
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PolicyFault {
    /// The file is too long.
    #[error("expected at most {} bytes, got {got}", crate::MAX_POLICY_BYTES)]
    Oversize {
        /// Its length, in bytes.
        got: usize,
    },
    /// A byte outside tab, line feed, 0x20-0x7E and 0x80-0xFF.
    #[error("expected printable text, got byte {byte:#04x}")]
    Byte {
        /// The byte.
        byte: u8,
    },
    /// The file is not UTF-8.
    #[error("expected UTF-8")]
    NotUtf8,
    /// The last line does not end with a line feed.
    #[error("expected a final line feed")]
    NoFinalLineFeed,
    /// A line starts with something else than one of the four words.
    #[error("expected log, witness, group or quorum, got {word:?}")]
    UnknownWord {
        /// The first word, cut to 40 characters.
        word: String,
    },
    /// A line has too few or too many words.
    #[error("expected {expected}")]
    Arguments {
        /// The form expected.
        expected: &'static str,
    },
    /// Two witnesses or groups share a name.
    #[error("expected a new name, got {name:?} again")]
    NameTaken {
        /// The name.
        name: String,
    },
    /// A witness or group is named `none`.
    #[error("expected a name, got the reserved word none")]
    ReservedName,
    /// A member or quorum that is not defined above.
    #[error("expected a witness or group defined above, got {name:?}")]
    Undefined {
        /// The name.
        name: String,
    },
    /// A member of two groups, or twice of one.
    #[error("expected a member of no group above, got {name:?}")]
    MemberTwice {
        /// The name.
        name: String,
    },
    /// A group without members.
    #[error("expected at least one member of group {name:?}, got none")]
    NoMember {
        /// The name.
        name: String,
    },
    /// A threshold that is not `all`, `any` or a number in 1..=members.
    #[error("expected all, any or a number from 1 to {members}, got {got:?}")]
    Threshold {
        /// Number of members.
        members: usize,
        /// The word found, cut to 40 characters.
        got: String,
    },
    /// A second quorum line.
    #[error("expected one quorum, got a second")]
    QuorumTwice,
    /// No quorum line.
    #[error("expected a quorum, got none")]
    NoQuorum,
    /// No log line.
    #[error("expected a log, got none")]
    NoLog,
    /// A vkey that does not parse or cannot be enrolled.
    #[error("{source}")]
    Key {
        /// Why.
        source: Box<CheckpointError>,
    },
    /// A vkey of the other type.
    #[error("expected a key of type {expected:#04x}, got {got:#04x}")]
    KeyType {
        /// The type byte that the line asks for.
        expected: u8,
        /// The type byte of the vkey.
        got: u8,
    },
    /// A key that is there already, or another key with its name and key id, which no signature line could tell apart.
    #[error("expected a new key, got {vkey} again")]
    KeyTwice {
        /// The later vkey.
        vkey: String,
    },
    /// More logs, witnesses or groups than [`crate::MAX_POLICY_ITEMS`].
    #[error("expected at most {} lines of this word, got more", crate::MAX_POLICY_ITEMS)]
    TooMany,
}

impl PolicyFault {
    pub(crate) fn at(self, line: usize) -> CheckpointError {
        CheckpointError::MalformedPolicy { line, fault: self }
    }
}
