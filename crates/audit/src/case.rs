//! What the reader brings along: policy, companion, agreements (`specs/audit.md` "Procedure", step 1).

use detente_agreement::{Agreement, PartyId, Times};
use detente_checkpoint::Policy;
use detente_core::{LogId, Origin};

use crate::AuditError;

/// A policy and the agreements that go with it: what is asked, before any log is read.
#[derive(Debug, Clone)]
pub struct Case {
    pub(crate) policy: Policy,
    pub(crate) policy_bytes: Vec<u8>,
    pub(crate) companion_bytes: Vec<u8>,
    pub(crate) agreements: Vec<(Agreement, Vec<u8>)>,
    parties: Vec<CaseParty>,
}

/// A party of one or more agreements. It is its log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseParty {
    /// The log.
    pub log: LogId,
    /// Its id in the first agreement that names it.
    pub id: PartyId,
    /// The origin of the log.
    pub origin: Origin,
}

impl Case {
    /// Reads the reader's files.
    ///
    /// # Errors
    /// [`AuditError::Policy`], [`AuditError::Agreement`]; [`AuditError::TwoOrigins`] and [`AuditError::TwoLogs`] when
    /// agreements contradict each other about who is who.
    pub fn open<A: AsRef<[u8]>>(
        policy: &[u8],
        companion: Option<&[u8]>,
        agreements: &[A],
    ) -> Result<Self, AuditError> {
        let mut case = Self {
            policy: Policy::parse(policy, companion).map_err(AuditError::Policy)?,
            policy_bytes: policy.to_vec(),
            companion_bytes: companion.unwrap_or_default().to_vec(),
            agreements: Vec::new(),
            parties: Vec::new(),
        };
        for (number, bytes) in agreements.iter().enumerate() {
            let refused = |source| AuditError::Agreement { number, source };
            let agreement = Agreement::parse(bytes.as_ref()).map_err(refused)?;
            agreement.require_policy(&case.policy).map_err(refused)?;
            case.agreements.push((agreement, bytes.as_ref().to_vec()));
        }
        case.name_parties()?;
        Ok(case)
    }

    /// The parties, in the order in which the agreements name them.
    pub fn parties(&self) -> &[CaseParty] {
        &self.parties
    }

    /// The agreements, in the order given.
    pub fn agreements(&self) -> impl ExactSizeIterator<Item = &Agreement> {
        self.agreements.iter().map(|(agreement, _)| agreement)
    }

    /// The policy.
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Whether the policy gives times.
    pub fn times(&self) -> Times {
        if self.policy.quorum_name().is_none() {
            Times::Unwitnessed
        } else if self.policy.splits() {
            Times::QuorumSplit
        } else {
            Times::Known
        }
    }

    pub(crate) fn party_of(&self, log: LogId) -> Option<&CaseParty> {
        self.parties.iter().find(|party| party.log == log)
    }

    fn name_parties(&mut self) -> Result<(), AuditError> {
        for (number, (agreement, _)) in self.agreements.iter().enumerate() {
            for party in &agreement.terms().parties {
                let (log, id, origin) = (party.log, &party.id, &party.origin);
                if let Some(first) = self.parties.iter().find(|first| first.log == log) {
                    if first.origin != *origin {
                        let (expected, got) = (first.origin.to_string(), origin.to_string());
                        return Err(AuditError::TwoOrigins { number, log, expected, got });
                    }
                } else if let Some(first) = self.parties.iter().find(|first| first.id == *id) {
                    let (party, expected) = (id.clone(), first.log);
                    return Err(AuditError::TwoLogs { number, party, expected, got: log });
                } else {
                    self.parties.push(CaseParty { log, id: id.clone(), origin: origin.clone() });
                }
            }
        }
        Ok(())
    }
}
