//! When a quorum is met, and how much any two ways to meet it must share (`specs/checkpoint.md` "Verify a
//! checkpoint", "Time").

use super::{Policy, Witness};

/// Most neutral witnesses of a policy that is compared with another: all their sets are looked at.
pub const MAX_COMPARED_WITNESSES: usize = 16;

/// A witness or a group, by its position in the policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Member {
    Witness(usize),
    Group(usize),
}

/// How many members of a group must count: at least 1, at most all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Threshold(usize);

impl Threshold {
    pub(super) fn new(wanted: usize, members: usize) -> Option<Self> {
        (1..=members).contains(&wanted).then_some(Self(wanted))
    }

    pub(super) const fn get(self) -> usize {
        self.0
    }
}

impl Policy {
    /// Whether the neutral witnesses for which `has` holds meet the quorum. With `quorum none` they always do.
    pub fn quorum_met(&self, has: impl Fn(&Witness) -> bool) -> bool {
        let Some(quorum) = self.quorum else { return true };
        let leaf = |witness: &Witness| (witness.is_neutral() && has(witness)).then_some(());
        self.fold(quorum, leaf, |members, threshold| (members.len() >= threshold).then_some(())).is_some()
    }

    /// The fewest neutral witnesses that two ways to meet the quorum share; 0 with `quorum none` and for a quorum that
    /// no set of neutral witnesses meets.
    ///
    /// Two ways to satisfy k of m members have at least 2k - m of them in common, and nothing forces more: so the
    /// cheapest 2k - m members decide. Every name is a member once at most, so members share no witness.
    pub fn smallest_overlap(&self) -> u64 {
        let Some(quorum) = self.quorum else { return 0 };
        let leaf = |witness: &Witness| witness.is_neutral().then_some(1);
        let group = |mut members: Vec<u64>, threshold: usize| {
            let shared = (2 * threshold).saturating_sub(members.len());
            (members.len() >= threshold).then(|| {
                members.sort_unstable();
                members.iter().take(shared).sum()
            })
        };
        self.fold(quorum, leaf, group).unwrap_or(0)
    }

    /// The fewest witnesses that a way to meet this quorum and a way to meet another relier's share; 0 when either asks for
    /// none or cannot be met. `None`, not looked at, when each of the two has more than [`MAX_COMPARED_WITNESSES`] neutral
    /// witnesses below its quorum.
    ///
    /// Two reliers see one tree when this is above the number of dishonest witnesses: `k1 + k2 > n + f` when one asks for k1
    /// and the other for k2 of the same n.
    pub fn smallest_overlap_with(&self, other: &Self) -> Option<u64> {
        let (Some(_), Some(_)) = (self.quorum, other.quorum) else { return Some(0) };
        // What two sets share has no sides, so the ways of the smaller policy are gone through.
        let (ours, theirs) = (self.counting(), other.counting());
        if ours.len() <= theirs.len() {
            self.least_shared(&ours, other)
        } else {
            other.least_shared(&theirs, self)
        }
    }

    /// Goes through all sets of `neutral`, the witnesses that count here.
    fn least_shared(&self, neutral: &[&Witness], other: &Self) -> Option<u64> {
        if neutral.len() > MAX_COMPARED_WITNESSES {
            return None;
        }
        let Some(theirs) = other.quorum else { return Some(0) };
        let mut least = None;
        for set in 0..1_u64 << neutral.len() {
            let chosen = |witness: &Witness| {
                neutral
                    .iter()
                    .position(|known| known.key() == witness.key())
                    .is_some_and(|at| set >> at & 1 == 1)
            };
            if !self.quorum_met(chosen) {
                continue;
            }
            let leaf = |witness: &Witness| witness.is_neutral().then(|| u64::from(chosen(witness)));
            let group = |mut members: Vec<u64>, threshold: usize| {
                (members.len() >= threshold).then(|| {
                    members.sort_unstable();
                    members.iter().take(threshold).sum()
                })
            };
            let Some(shared) = other.fold(theirs, leaf, group) else { return Some(0) };
            least = Some(least.map_or(shared, |least: u64| least.min(shared)));
        }
        Some(least.unwrap_or(0))
    }

    /// Whether two ways to meet the quorum might share none but dishonest witnesses (`QUORUM-SPLIT`): then each could
    /// have seen another log, and their times bound nothing.
    ///
    /// The tolerated number of dishonest witnesses is the companion's `f`, 0 without a companion.
    pub fn splits(&self) -> bool {
        self.smallest_overlap() <= self.companion().map_or(0, |companion| u64::from(companion.f()))
    }

    /// Folds the tree below a member, groups in the order of the policy: members are defined before their group, so no
    /// recursion is needed. `None` is a witness or group that does not count.
    pub(super) fn fold<T: Copy>(
        &self,
        top: Member,
        leaf: impl Fn(&Witness) -> Option<T>,
        group: impl Fn(Vec<T>, usize) -> Option<T>,
    ) -> Option<T> {
        let leaves: Vec<Option<T>> = self.witnesses.iter().map(leaf).collect();
        let mut values: Vec<Option<T>> = Vec::with_capacity(self.groups.len());
        for next in &self.groups {
            let counting =
                next.members.iter().filter_map(|member| value(*member, &leaves, &values)).collect();
            values.push(group(counting, next.threshold.get()));
        }
        value(top, &leaves, &values)
    }
}

fn value<T: Copy>(member: Member, leaves: &[Option<T>], groups: &[Option<T>]) -> Option<T> {
    match member {
        Member::Witness(index) => leaves.get(index).copied().flatten(),
        Member::Group(index) => groups.get(index).copied().flatten(),
    }
}
