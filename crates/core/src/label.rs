//! Every label of the project, in the order of `specs/core.md`. No other file holds one.

use sha2::{Digest as _, Sha256};

use crate::Digest;

/// The words that open a hash, MAC or signature input. Source: `specs/core.md` "Hash inputs and labels".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Label(&'static str);

impl Label {
    /// Key digest (*author*) (`specs/statement.md`).
    pub const STATEMENT_KEY: Self = Self("detente/statement/key/v1");
    /// Statement id (`specs/statement.md`).
    pub const STATEMENT_ID: Self = Self("detente/statement/id/v1");
    /// A statement's signature (`specs/statement.md`).
    pub const STATEMENT_SIGNATURE: Self = Self("detente/statement/signature/v1");
    /// A new key's own signature (`specs/statement.md`).
    pub const STATEMENT_POSSESSION: Self = Self("detente/statement/possession/v1");
    /// Profile digest (`specs/disclosure.md`).
    pub const DISCLOSURE_PROFILE: Self = Self("detente/disclosure/profile/v1");
    /// HMAC that gives a slot's salt (`specs/disclosure.md`).
    pub const DISCLOSURE_SALT: Self = Self("detente/disclosure/salt/v1");
    /// Slot leaf (`specs/disclosure.md`).
    pub const DISCLOSURE_LEAF: Self = Self("detente/disclosure/leaf/v1");
    /// Inner node of the slot tree (`specs/disclosure.md`).
    pub const DISCLOSURE_NODE: Self = Self("detente/disclosure/node/v1");
    /// Sealed value (`specs/disclosure.md`).
    pub const DISCLOSURE_SEALED: Self = Self("detente/disclosure/sealed/v1");
    /// A grant's signature (`specs/presentation.md`).
    pub const PRESENTATION_GRANT: Self = Self("detente/presentation/grant/v1");
    /// What a body commits to (`specs/agreement.md`).
    pub const AGREEMENT_CONTENT: Self = Self("detente/agreement/content/v1");
    /// A manifest of evidence (`specs/agreement.md`).
    pub const AGREEMENT_MANIFEST: Self = Self("detente/agreement/manifest/v1");
    /// The set of notes that a report rests on (`specs/audit.md`).
    pub const AUDIT_NOTES: Self = Self("detente/audit/notes/v1");
    /// HMAC that gives a statement's seed (`specs/party.md`).
    pub const PARTY_SEED: Self = Self("detente/party/seed/v1");
    /// HMAC that derives the key wrapping a vault's data key (`specs/party.md`).
    pub const PARTY_WRAP: Self = Self("detente/party/wrap/v1");
    /// Associated data of a sealed vault row (`specs/party.md`).
    pub const PARTY_ROW: Self = Self("detente/party/row/v1");
    /// HMAC behind a vault's look-up column (`specs/party.md`).
    pub const PARTY_LOOKUP: Self = Self("detente/party/lookup/v1");
    /// HMAC that derives the key of a vault export (`specs/party.md`).
    pub const PARTY_EXPORT: Self = Self("detente/party/export/v1");
    /// What a new key in a token signs to show that it can.
    pub const PARTY_TOKEN: Self = Self("detente/party/token/v1");

    /// Every label, in the order of the table.
    pub const ALL: &'static [Self] = &[
        Self::STATEMENT_KEY,
        Self::STATEMENT_ID,
        Self::STATEMENT_SIGNATURE,
        Self::STATEMENT_POSSESSION,
        Self::DISCLOSURE_PROFILE,
        Self::DISCLOSURE_SALT,
        Self::DISCLOSURE_LEAF,
        Self::DISCLOSURE_NODE,
        Self::DISCLOSURE_SEALED,
        Self::PRESENTATION_GRANT,
        Self::AGREEMENT_CONTENT,
        Self::AGREEMENT_MANIFEST,
        Self::AUDIT_NOTES,
        Self::PARTY_SEED,
        Self::PARTY_WRAP,
        Self::PARTY_ROW,
        Self::PARTY_LOOKUP,
        Self::PARTY_EXPORT,
        Self::PARTY_TOKEN,
    ];

    /// The label's text.
    pub const fn as_str(self) -> &'static str {
        self.0
    }

    /// The bytes that open an input: `u64` little-endian length, then the label in ASCII.
    pub fn prefix(self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(8 + self.0.len());
        bytes.extend_from_slice(&(self.0.len() as u64).to_le_bytes());
        bytes.extend_from_slice(self.0.as_bytes());
        bytes
    }

    /// A SHA-256 state that has already read [`Self::prefix`].
    pub fn hasher(self) -> LabelledHasher {
        let mut state = Sha256::new();
        state.update((self.0.len() as u64).to_le_bytes());
        state.update(self.0.as_bytes());
        LabelledHasher(state)
    }

    /// `SHA-256(L(label) ‖ parts…)`, the parts joined with nothing between them.
    pub fn digest(self, parts: &[&[u8]]) -> Digest {
        let mut hasher = self.hasher();
        for part in parts {
            hasher.update(part);
        }
        hasher.finish()
    }
}

/// First line of a note in which a witness signs a refusal (`specs/server.md` "Witness"). No label: the note is a C2SP one.
pub const REFUSAL_NOTE: &str = "detente/refusal/v1";

/// First line of a note in which a log signs its status (`specs/server.md` "Log: status"). No label either.
pub const STATUS_NOTE: &str = "detente/status/v1";

/// A SHA-256 computation whose input started with a label; cloning it shares the work done so far.
#[derive(Debug, Clone)]
pub struct LabelledHasher(Sha256);

impl LabelledHasher {
    /// Reads more input.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The digest of all that was read.
    pub fn finish(self) -> Digest {
        Digest::from_bytes(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_distinct_and_well_formed() {
        for (position, label) in Label::ALL.iter().enumerate() {
            let parts: Vec<_> = label.0.split('/').collect();
            assert_eq!(parts.len(), 4, "{}", label.0);
            assert_eq!((parts[0], parts[3]), ("detente", "v1"));
            assert!(!Label::ALL[..position].contains(label), "{} twice", label.0);
        }
    }

    #[test]
    fn prefix_is_the_one_of_the_spec() {
        let expected = b"\x17\0\0\0\0\0\0\0detente/statement/id/v1";
        assert_eq!(Label::STATEMENT_ID.prefix(), expected);
    }
}
