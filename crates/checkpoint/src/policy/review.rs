//! Who could make a policy's quorum worthless, and who could keep it from being met (`specs/checkpoint.md` "Review a
//! policy").

use std::collections::{BTreeMap, BTreeSet};

use super::{Member, Policy, Witness};

/// Most sets of operators that a review looks at before it gives up on naming the smallest ones.
pub const MAX_REVIEWED_SETS: usize = 200_000;

/// What a policy withstands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyReview {
    /// Neutral witnesses below the quorum.
    pub counting: Vec<String>,
    /// The fewest neutral witnesses that two ways to meet the quorum share.
    pub overlap: u64,
    /// The companion's `f`; 0 without a companion.
    pub f: u8,
    /// The most dishonest witnesses that cannot split the view; `None` when two honest ways share no witness at all.
    pub tolerated_witnesses: Option<u64>,
    /// The smallest sets of operators who together could split the view.
    pub splitters: Operators,
    /// The smallest sets of operators who together could keep the quorum from being met.
    pub blockers: Operators,
    /// All that a careful relier would ask about.
    pub remarks: Vec<Remark>,
}

/// The smallest sets of operators of a kind: all of one length, each sorted, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operators {
    /// These, and none smaller. A set without members: it happens without anybody's doing.
    Smallest(Vec<Vec<String>>),
    /// None at all, not even all together.
    None,
    /// None of fewer than so many; there were too many sets to look at all.
    AtLeast(usize),
}

/// One thing to ask about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Remark {
    /// `quorum none`: no witness is asked for.
    NoQuorum,
    /// No set of neutral witnesses meets the quorum: nothing will ever be accepted.
    CannotBeMet,
    /// `k1 + k2 > n + f` does not hold: two ways to meet the quorum may share none but dishonest witnesses.
    Split {
        /// What they share at least.
        overlap: u64,
        /// What the companion says is tolerated.
        f: u8,
    },
    /// No companion, so no witness is neutral.
    NoCompanion,
    /// A companion that names no party: every operator counts as neutral.
    NoParties,
    /// A witness whose operator nobody named, so it never counts.
    NoOperator {
        /// The policy's name of it.
        witness: String,
    },
    /// A witness of a party: it never counts.
    OfParty {
        /// The policy's name of it.
        witness: String,
        /// Its operator.
        operator: String,
    },
    /// A witness that is below no quorum.
    Unused {
        /// The policy's name of it.
        witness: String,
    },
    /// One operator runs several of the witnesses that count: they fail together.
    SeveralOfOne {
        /// The operator.
        operator: String,
        /// Its witnesses.
        witnesses: Vec<String>,
    },
    /// One log has several keys: it can sign one tree with each, and no finding is about two keys.
    SeveralKeysOfLog {
        /// The log.
        origin: String,
        /// How many keys.
        keys: usize,
    },
    /// An address whose answers anybody on the way can change or drop.
    NotHttps {
        /// Log or witness.
        name: String,
        /// The address.
        url: String,
    },
    /// Times are bounded, and one dishonest witness is one too many.
    ToleratesNone,
}

impl Remark {
    /// Whether the policy should not be used like this.
    pub const fn is_fault(&self) -> bool {
        matches!(self, Self::CannotBeMet | Self::Split { .. })
    }
}

impl core::fmt::Display for Remark {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::NoQuorum => {
                formatter.write_str("quorum none: order can be checked, times are the log's own word")
            }
            Self::CannotBeMet => formatter.write_str(
                "the quorum cannot be met: expected enough neutral witnesses below it, got too few",
            ),
            Self::Split { overlap, f } => write!(
                formatter,
                "k1 + k2 > n + f does not hold: two ways to meet the quorum share {overlap} witnesses, expected more than f = {f}"
            ),
            Self::NoCompanion => formatter.write_str("no companion file, so no witness is neutral"),
            Self::NoParties => {
                formatter.write_str("the companion names no party, so every operator is neutral")
            }
            Self::NoOperator { witness } => {
                write!(formatter, "witness {witness} has no operator and never counts")
            }
            Self::OfParty { witness, operator } => {
                write!(formatter, "witness {witness} is run by {operator}, a party, and never counts")
            }
            Self::Unused { witness } => write!(formatter, "witness {witness} is below no quorum"),
            Self::SeveralOfOne { operator, witnesses } => {
                write!(formatter, "{operator} runs {}: they fail together", witnesses.join(", "))
            }
            Self::SeveralKeysOfLog { origin, keys } => write!(
                formatter,
                "log {origin} has {keys} keys: two trees signed with two of them make no finding"
            ),
            Self::NotHttps { name, url } => write!(formatter, "{name}: expected an https address, got {url}"),
            Self::ToleratesNone => formatter.write_str("f is 0: one dishonest witness may split the view"),
        }
    }
}

impl Policy {
    /// Reviews the policy with its companion.
    pub fn review(&self) -> PolicyReview {
        let counting = self.counting();
        let overlap = self.smallest_overlap();
        let f = self.companion().map_or(0, super::Companion::f);
        let operators: BTreeSet<&str> = counting.iter().filter_map(|witness| witness.operator()).collect();
        let operators: Vec<&str> = operators.into_iter().collect();
        PolicyReview {
            counting: counting.iter().map(|witness| witness.name().to_string()).collect(),
            overlap,
            f,
            tolerated_witnesses: overlap.checked_sub(1),
            splitters: smallest(&operators, |set| self.split_by(set)),
            blockers: smallest(&operators, |set| !self.quorum_met(|witness| !is_of(witness, set))),
            remarks: self.remarks(&counting, overlap, f),
        }
    }

    /// Whether these operators together could have two trees accepted, each by a quorum: every honest witness is shown
    /// one of the two.
    ///
    /// A group of k members of which c can count in both views and s in either one of them can count in both when
    /// `s >= 2 * (k - c)`: each view needs k - c of the others.
    fn split_by(&self, dishonest: &[&str]) -> bool {
        let Some(quorum) = self.quorum else { return true };
        let leaf = |witness: &Witness| witness.is_neutral().then(|| is_of(witness, dishonest));
        let group = |members: Vec<bool>, threshold: usize| {
            let both = members.iter().filter(|both| **both).count();
            let either = members.len() - both;
            (members.len() >= threshold).then(|| either >= 2 * threshold.saturating_sub(both))
        };
        self.fold(quorum, leaf, group) == Some(true)
    }

    /// The neutral witnesses below the quorum, in the order of the policy.
    pub(super) fn counting(&self) -> Vec<&Witness> {
        let below = self.below_quorum();
        let all = self.witnesses.iter().enumerate();
        all.filter(|(place, witness)| below.contains(place) && witness.is_neutral())
            .map(|(_, witness)| witness)
            .collect()
    }

    fn below_quorum(&self) -> BTreeSet<usize> {
        let mut witnesses = BTreeSet::new();
        let mut open: Vec<Member> = self.quorum.into_iter().collect();
        while let Some(member) = open.pop() {
            match member {
                Member::Witness(place) => {
                    witnesses.insert(place);
                }
                Member::Group(place) => {
                    open.extend(
                        self.groups.get(place).into_iter().flat_map(|group| group.members.iter().copied()),
                    );
                }
            }
        }
        witnesses
    }

    fn remarks(&self, counting: &[&Witness], overlap: u64, f: u8) -> Vec<Remark> {
        let mut remarks = Vec::new();
        match self.quorum {
            None => remarks.push(Remark::NoQuorum),
            Some(_) if !self.quorum_met(|_| true) => remarks.push(Remark::CannotBeMet),
            Some(_) if self.splits() => remarks.push(Remark::Split { overlap, f }),
            Some(_) if overlap == 1 => remarks.push(Remark::ToleratesNone),
            Some(_) => {}
        }
        match self.companion() {
            None => remarks.push(Remark::NoCompanion),
            Some(companion) if companion.parties().is_empty() => remarks.push(Remark::NoParties),
            Some(_) => {}
        }
        let below = self.below_quorum();
        for (place, witness) in self.witnesses.iter().enumerate() {
            let name = witness.name().to_string();
            match witness.operator() {
                _ if !below.contains(&place) => remarks.push(Remark::Unused { witness: name }),
                None if self.companion().is_some() => remarks.push(Remark::NoOperator { witness: name }),
                Some(operator) if !witness.is_neutral() => {
                    remarks.push(Remark::OfParty { witness: name, operator: operator.to_owned() });
                }
                _ => {}
            }
        }
        remarks.extend(several_of_one(counting));
        let mut keys: BTreeMap<String, usize> = BTreeMap::new();
        for log in self.logs() {
            *keys.entry(log.key().name().to_string()).or_default() += 1;
        }
        let several = keys.into_iter().filter(|(_, keys)| *keys > 1);
        remarks.extend(several.map(|(origin, keys)| Remark::SeveralKeysOfLog { origin, keys }));
        let logs = self.logs().iter().map(|log| (log.key().name().to_string(), log.url()));
        let witnesses = self.witnesses().iter().map(|witness| (witness.name().to_string(), witness.url()));
        for (name, url) in logs.chain(witnesses) {
            if let Some(url) = url.filter(|url| !url.starts_with("https://")) {
                remarks.push(Remark::NotHttps { name, url: url.to_owned() });
            }
        }
        remarks
    }
}

fn is_of(witness: &Witness, operators: &[&str]) -> bool {
    witness.operator().is_some_and(|operator| operators.contains(&operator))
}

fn several_of_one(counting: &[&Witness]) -> Vec<Remark> {
    let operators: BTreeSet<&str> = counting.iter().filter_map(|witness| witness.operator()).collect();
    let of = |operator: &str| -> Vec<String> {
        let its = counting.iter().filter(|witness| witness.operator() == Some(operator));
        its.map(|witness| witness.name().to_string()).collect()
    };
    let several = operators.into_iter().map(|operator| (operator, of(operator)));
    several
        .filter(|(_, witnesses)| witnesses.len() > 1)
        .map(|(operator, witnesses)| Remark::SeveralOfOne { operator: operator.to_owned(), witnesses })
        .collect()
}

/// The smallest sets for which something holds, by size and then by name.
fn smallest(operators: &[&str], holds: impl Fn(&[&str]) -> bool) -> Operators {
    let mut looked_at = 0_usize;
    for size in 0..=operators.len() {
        let mut found = Vec::new();
        let mut places: Vec<usize> = (0..size).collect();
        loop {
            looked_at += 1;
            if looked_at > MAX_REVIEWED_SETS {
                return Operators::AtLeast(size);
            }
            let set: Vec<&str> = places.iter().filter_map(|place| operators.get(*place).copied()).collect();
            if holds(&set) {
                found.push(set.into_iter().map(str::to_owned).collect());
            }
            if !next_combination(&mut places, operators.len()) {
                break;
            }
        }
        if !found.is_empty() {
            return Operators::Smallest(found);
        }
    }
    Operators::None
}

/// The next choice of places in lexicographic order; false after the last.
fn next_combination(places: &mut [usize], among: usize) -> bool {
    let size = places.len();
    let movable = (0..size).rev().find(|at| places.get(*at).is_some_and(|place| *place < among - size + at));
    let Some(at) = movable else { return false };
    let Some(start) = places.get(at).map(|place| place + 1) else { return false };
    for (place, value) in places.iter_mut().skip(at).zip(start..) {
        *place = value;
    }
    true
}
