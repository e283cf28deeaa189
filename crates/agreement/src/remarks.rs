//! What is wrong with terms that can be read: deadlines that nobody could be shown to keep or to miss
//! (`specs/agreement.md` "Remarks on a file").

use core::fmt;

use detente_checkpoint::{Companion, Policy};
use detente_statement::Kind;

use crate::{AgreementTerms, Duty, Obligation, ObligationId, PartyId, Period, Start};

/// Slots that decide which sealed entries are reports, of which stage, and what they amend.
const DECIDING_SLOTS: [u16; 3] = [0, 3, 4];

/// One thing to mend before the terms are adopted. It changes no verdict.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// The obligation that it is about; `None` for the policy.
    pub obligation: Option<ObligationId>,
    /// The obliged party that it is about; `None` when it is about all alike.
    pub party: Option<PartyId>,
    /// What is wrong.
    pub fault: Fault,
}

/// What can be wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The policy asks for no witness.
    NoQuorum,
    /// Two ways to meet the quorum need not share an honest witness.
    QuorumSplit,
    /// A duty that mirrors start, and no mirror, or no number of them that is enough.
    NoMirror,
    /// A duty that the party's own anchors start, and nothing obliges it to anchor.
    NoAnchor,
    /// A deadline that passes before the party has to anchor or publish again.
    ShorterThanCadence {
        /// Its period.
        period: Period,
        /// The obligation that says how often.
        cadence: ObligationId,
        /// How often.
        every: Period,
    },
    /// News that is due no earlier than the answer.
    UpdateAfterAnswer {
        /// The obligation to respond.
        respond: ObligationId,
        /// Its period.
        within: Period,
    },
    /// A report whose absence is never decided: nothing obliges the party to open what tells reports apart.
    NeverOpened,
    /// A budget of nothing.
    NothingAllowed,
}

impl Fault {
    /// What to do next.
    pub const fn next(&self) -> &'static str {
        match self {
            Self::NoQuorum => "name witnesses and a quorum in the policy",
            Self::QuorumSplit => {
                "name more neutral witnesses or ask for more of them, so that k1 + k2 > n + f; see `detente policy check`"
            }
            Self::NoMirror => {
                "name mirrors and a mirror_quorum in the companion, or write start = \"anchor\""
            }
            Self::NoAnchor => "add an obligation anchor-within for this party, or write start = \"mirror\"",
            Self::ShorterThanCadence { .. } => "lengthen the one period, or shorten the other",
            Self::UpdateAfterAnswer { .. } => {
                "ask for news more often than for the answer, or leave update-every out"
            }
            Self::NeverOpened => "add an obligation open-within with slots = [0, 3, 4] for this party",
            Self::NothingAllowed => "allow at least one, or leave the budget out",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoQuorum => {
                formatter.write_str("the policy has quorum none, so nothing ever has a time and no deadline is decided")
            }
            Self::QuorumSplit => formatter.write_str(
                "two ways to meet the policy's quorum need not share an honest witness, so nothing ever has a time and no deadline is decided",
            ),
            Self::NoMirror => formatter.write_str(
                "mirrors start it, and the companion has none or asks for none, so it is never delivered",
            ),
            Self::NoAnchor => formatter.write_str(
                "an anchor of the obliged party starts it, and nothing obliges that party to anchor, so it may never begin",
            ),
            Self::ShorterThanCadence { period, cadence, every } => write!(
                formatter,
                "it is due within {}, and by {cadence} the party need not write before {} have passed",
                period.in_words(),
                every.in_words()
            ),
            Self::UpdateAfterAnswer { respond, within } => write!(
                formatter,
                "it asks for news no earlier than {respond} asks for the answer, within {}",
                within.in_words()
            ),
            Self::NeverOpened => formatter.write_str(
                "nothing obliges the party to open slots 0, 3 and 4 of its sealed entries, so a missing report is never noticed",
            ),
            Self::NothingAllowed => formatter.write_str("it allows none at all"),
        }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(obligation) = &self.obligation {
            write!(formatter, "{obligation}")?;
            if let Some(party) = &self.party {
                write!(formatter, " of {party}")?;
            }
            formatter.write_str(": ")?;
        }
        write!(formatter, "{}; {}", self.fault, self.fault.next())
    }
}

impl AgreementTerms {
    /// All faults, those of the policy first, then in the order of the obligations and of the obliged.
    pub fn remarks(&self, policy: &Policy) -> Vec<Remark> {
        let mut remarks = Vec::new();
        let of_policy = |fault| Remark { obligation: None, party: None, fault };
        if policy.quorum_name().is_none() {
            remarks.push(of_policy(Fault::NoQuorum));
        } else if policy.splits() {
            remarks.push(of_policy(Fault::QuorumSplit));
        }
        let mirrored = policy.companion().and_then(Companion::mirror_quorum).is_some();
        for obligation in &self.obligations {
            let id = &obligation.id;
            for fault in of_all(obligation, mirrored) {
                remarks.push(Remark { obligation: Some(id.clone()), party: None, fault });
            }
            for place in &obligation.obliged {
                let party = self.parties.get(*place).map(|party| party.id.clone());
                for fault in self.of_party(obligation, *place) {
                    remarks.push(Remark { obligation: Some(id.clone()), party: party.clone(), fault });
                }
            }
        }
        remarks
    }

    /// Faults that depend on what else obliges the party.
    fn of_party(&self, obligation: &Obligation, party: usize) -> Vec<Fault> {
        let mut faults = Vec::new();
        if start(&obligation.duty) == Some(Start::Anchor)
            && !self.of(party).any(|other| matches!(other.duty, Duty::AnchorWithin { .. }))
        {
            faults.push(Fault::NoAnchor);
        }
        if let Some(period) = deadline(&obligation.duty) {
            for is_cadence in [is_anchor as fn(&Duty) -> Option<Period>, is_publish] {
                // Of several the shortest is the one that binds.
                let cadences =
                    self.of(party).filter_map(|other| is_cadence(&other.duty).map(|every| (other, every)));
                let Some((cadence, every)) = cadences.min_by_key(|(_, every)| shortest(*every)) else {
                    continue;
                };
                if shortest(period) < shortest(every) {
                    faults.push(Fault::ShorterThanCadence { period, cadence: cadence.id.clone(), every });
                }
            }
        }
        if let Duty::UpdateEvery { of, period, .. } = &obligation.duty {
            let late = |other: &&Obligation| {
                answers(&other.duty).is_some_and(|(kinds, within)| {
                    kinds.iter().any(|kind| of.contains(kind)) && shortest(*period) >= shortest(within)
                })
            };
            if let Some((respond, (_, within))) =
                self.of(party).find(late).and_then(|other| Some((other, answers(&other.duty)?)))
            {
                faults.push(Fault::UpdateAfterAnswer { respond: respond.id.clone(), within });
            }
        }
        if matches!(obligation.duty, Duty::ReportWithin { .. }) && !self.of(party).any(opens_what_decides) {
            faults.push(Fault::NeverOpened);
        }
        faults
    }

    /// The obligations of a party.
    fn of(&self, party: usize) -> impl Iterator<Item = &Obligation> {
        self.obligations.iter().filter(move |obligation| obligation.obliged.contains(&party))
    }
}

/// Faults that are the same for whoever is obliged.
fn of_all(obligation: &Obligation, mirrored: bool) -> Vec<Fault> {
    match &obligation.duty {
        Duty::Budget { at_most: 0, .. } => vec![Fault::NothingAllowed],
        duty if start(duty) == Some(Start::Mirror) && !mirrored => vec![Fault::NoMirror],
        _ => Vec::new(),
    }
}

const fn start(duty: &Duty) -> Option<Start> {
    match duty {
        Duty::AcknowledgeWithin { start, .. }
        | Duty::RespondWithin { start, .. }
        | Duty::UpdateEvery { start, .. }
        | Duty::PreserveFor { start, .. } => Some(*start),
        _ => None,
    }
}

/// The period of a duty that the party keeps by writing something.
const fn deadline(duty: &Duty) -> Option<Period> {
    match duty {
        Duty::AcknowledgeWithin { period, .. }
        | Duty::RespondWithin { period, .. }
        | Duty::UpdateEvery { period, .. } => Some(*period),
        _ => None,
    }
}

const fn is_anchor(duty: &Duty) -> Option<Period> {
    match duty {
        Duty::AnchorWithin { period } => Some(*period),
        _ => None,
    }
}

const fn is_publish(duty: &Duty) -> Option<Period> {
    match duty {
        Duty::PublishWithin { period } => Some(*period),
        _ => None,
    }
}

fn answers(duty: &Duty) -> Option<(&[Kind], Period)> {
    match duty {
        Duty::RespondWithin { of, period, .. } => Some((of, *period)),
        _ => None,
    }
}

fn opens_what_decides(obligation: &Obligation) -> bool {
    match &obligation.duty {
        Duty::OpenWithin { slots, .. } => DECIDING_SLOTS.iter().all(|slot| slots.contains(slot)),
        _ => false,
    }
}

/// The shortest that the period can be, in seconds: a month 28 days, a year 365.
fn shortest(period: Period) -> u64 {
    const DAY: u64 = 86_400;
    let (number, unit) = match period {
        Period::Years(number) => (number, 365 * DAY),
        Period::Months(number) => (number, 28 * DAY),
        Period::Days(number) => (number, DAY),
        Period::Hours(number) => (number, 3_600),
        Period::Minutes(number) => (number, 60),
    };
    u64::from(number) * unit
}
