//! An agreement against the reader's own policy (`specs/agreement.md` "Against a policy").

use detente_checkpoint::Policy;
use detente_core::{MAX_POSITION, Origin};
use detente_statement::ENTRY_LIMIT;

use super::Agreement;
use crate::AgreementError;

/// The longest body that a statement without a sealed value can have: its envelope takes the rest.
const BODY_LIMIT: usize = ENTRY_LIMIT - 144;

/// Nonce, log id, length of the note.
const BEFORE_THE_NOTE: usize = 16 + 32 + 8;

impl Agreement {
    /// Requires that the agreement is about this policy and its companion, that the policy names the log of each party,
    /// and that an anchor of each fits an entry.
    ///
    /// # Errors
    /// `POLICY-MISMATCH`, `UNKNOWN-LOG`, `OVERSIZE`, in this order.
    pub fn require_policy(&self, policy: &Policy) -> Result<(), AgreementError> {
        let terms = self.terms();
        let companion = policy.id().companion;
        if policy.id().policy != terms.policy {
            let (expected, got) = (terms.policy.to_string(), policy.id().policy.to_string());
            return Err(AgreementError::PolicyMismatch { file: "policy", expected, got });
        }
        if companion != Some(terms.companion) {
            let got = companion.map_or_else(|| "none".to_owned(), |digest| digest.to_string());
            let expected = terms.companion.to_string();
            return Err(AgreementError::PolicyMismatch { file: "companion", expected, got });
        }
        for party in &terms.parties {
            if !policy.logs().iter().any(|log| log.key().name() == party.origin.key_name()) {
                let (party, origin) = (party.id.clone(), party.origin.to_string());
                return Err(AgreementError::UnknownLog { party, origin });
            }
        }
        for party in &terms.parties {
            let got = largest_anchor(policy, &party.origin);
            if got > BODY_LIMIT {
                let party = party.id.clone();
                return Err(AgreementError::OversizeAnchor { party, limit: BODY_LIMIT, got });
            }
        }
        Ok(())
    }
}

/// The bytes of an anchor of the largest tree, with the log's line and one of every witness.
fn largest_anchor(policy: &Policy, origin: &Origin) -> usize {
    let head = origin.as_str().len() + 1 + MAX_POSITION.to_string().len() + 1 + base64(32) + 1;
    let log = line(origin.as_str(), 4 + 64);
    let witnesses: usize =
        policy.witnesses().iter().map(|witness| line(witness.key().name().as_str(), 4 + 8 + 64)).sum();
    BEFORE_THE_NOTE + head + 1 + log + witnesses
}

/// A signature line: dash, blank, name, blank, base64, line feed.
fn line(name: &str, signature: usize) -> usize {
    "— ".len() + name.len() + 1 + base64(signature) + 1
}

const fn base64(bytes: usize) -> usize {
    bytes.div_ceil(3) * 4
}
