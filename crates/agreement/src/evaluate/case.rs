//! Everything that the rules of one agreement look at.

use detente_core::LeafIndex;

use crate::{
    AgreementDigest, AgreementTerms, Facts, Known, Ruling, Times, Verdict,
    evaluate::{force::InForce, log::Log},
};

/// The state where no witness bounds any time.
pub(super) const UNWITNESSED: &str = "UNWITNESSED";

pub(super) struct Case<'a> {
    pub(super) digest: AgreementDigest,
    pub(super) terms: &'a AgreementTerms,
    pub(super) facts: &'a Facts,
    pub(super) logs: Vec<Log<'a>>,
    pub(super) force: InForce,
    /// Of each party the lowest entry below which anchors cover every other adoption.
    pub(super) saw_all_adopt: Vec<Option<LeafIndex>>,
}

impl<'a> Case<'a> {
    pub(super) fn new(
        digest: AgreementDigest,
        terms: &'a AgreementTerms,
        facts: &'a Facts,
        logs: Vec<Log<'a>>,
        force: InForce,
    ) -> Self {
        let saw = |own: &Log<'_>| {
            let others = logs.iter().zip(&force.adoptions).filter(|(other, _)| other.party != own.party);
            let covered = others.map(|(other, adoption)| own.first_covering(other.place(*adoption)));
            covered.collect::<Option<Vec<_>>>()?.into_iter().max()
        };
        let saw_all_adopt = logs.iter().map(saw).collect();
        Self { digest, terms, facts, logs, force, saw_all_adopt }
    }

    pub(super) fn known(&self, own: &Log<'_>) -> Known {
        Known { horizon: own.horizon(), at: self.facts.at }
    }

    /// A ruling that compared instants; without times there is nothing to compare.
    pub(super) fn timed(&self, ruling: Ruling) -> Ruling {
        match self.facts.times {
            Times::QuorumSplit => Ruling::of(Verdict::QuorumSplit),
            Times::Unwitnessed => Ruling::with(Verdict::Indeterminate, UNWITNESSED),
            Times::Known => ruling,
        }
    }

    /// The party whose log it is.
    pub(super) fn party_of(&self, log: detente_core::LogId) -> Option<&Log<'a>> {
        self.logs.iter().find(|own| own.id == log)
    }
}
