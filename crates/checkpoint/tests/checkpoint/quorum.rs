//! Quorums against a brute force over all sets of witnesses.

use detente_checkpoint::Policy;
use proptest::prelude::*;

use crate::fixture::policy;

/// A tree of groups, as the spec describes it and not as the crate stores it.
#[derive(Debug, Clone)]
pub(crate) enum Tree {
    Witness(u8),
    Group(usize, Vec<Tree>),
}

impl Tree {
    /// Whether a set of witnesses, bit N - 1 for `wN`, satisfies the tree.
    pub(crate) fn met(&self, set: u64) -> bool {
        match self {
            Self::Witness(number) => set >> (number - 1) & 1 == 1,
            Self::Group(k, members) => members.iter().filter(|member| member.met(set)).count() >= *k,
        }
    }

    /// Lines of the policy language, and the name of the top.
    fn write(&self, lines: &mut Vec<String>) -> String {
        match self {
            Self::Witness(number) => format!("w{number}"),
            Self::Group(k, members) => {
                let names: Vec<String> = members.iter().map(|member| member.write(lines)).collect();
                let name = format!("g{}", lines.len());
                lines.push(format!("group {name} {k} {}\n", names.join(" ")));
                name
            }
        }
    }
}

/// A quorum over at most `most` witnesses, nested in a random way; who is neutral is a set of bits.
#[derive(Debug, Clone)]
pub(crate) struct Case {
    pub(crate) tree: Tree,
    pub(crate) witnesses: u8,
    pub(crate) neutral: u64,
    pub(crate) f: u8,
}

impl Case {
    /// The lines below those of the witnesses.
    pub(crate) fn rest(&self) -> String {
        let mut lines = Vec::new();
        let top = self.tree.write(&mut lines);
        format!("{}quorum {top}\n", lines.concat())
    }

    pub(crate) fn policy(&self) -> Policy {
        let neutral: Vec<u8> = (1..=self.witnesses).filter(|n| self.neutral >> (n - 1) & 1 == 1).collect();
        policy(self.witnesses, &self.rest(), self.f, &neutral)
    }

    fn sets(&self) -> impl Iterator<Item = u64> + Clone {
        let neutral = self.neutral;
        (0..1 << self.witnesses).filter(move |set| set & !neutral == 0)
    }

    pub(crate) fn overlap(&self) -> u32 {
        let ways: Vec<u64> = self.sets().filter(|set| self.tree.met(*set)).collect();
        ways.iter().flat_map(|a| ways.iter().map(move |b| (a & b).count_ones())).min().unwrap_or(0)
    }
}

/// Joins random neighbours of a list of trees until one is left.
pub(crate) fn cases(most: u8) -> impl Strategy<Value = Case> {
    let joins = proptest::collection::vec((any::<usize>(), 1..4_usize, any::<usize>()), 1..8);
    (1..=most, joins, any::<u64>(), any::<bool>(), 0..3_u8).prop_map(|(witnesses, joins, neutral, all, f)| {
        let mut trees: Vec<Tree> = (1..=witnesses).map(Tree::Witness).collect();
        for (at, width, k) in joins {
            let start = at % trees.len();
            let end = (start + width).min(trees.len());
            let members: Vec<Tree> = trees.drain(start..end).collect();
            trees.insert(start, Tree::Group(1 + k % members.len(), members));
        }
        let last = trees.len();
        let tree = if last == 1 { trees.remove(0) } else { Tree::Group(1 + f as usize % last, trees) };
        let neutral = if all { u64::MAX } else { neutral };
        Case { tree, witnesses, neutral: neutral & ((1 << witnesses) - 1), f }
    })
}

fn met(policy: &Policy, set: u64) -> bool {
    policy.quorum_met(|witness| {
        let number: u8 = witness.name().as_str().trim_start_matches('w').parse().unwrap();
        set >> (number - 1) & 1 == 1
    })
}

proptest! {
    #[test]
    fn the_smallest_overlap_is_that_of_all_pairs_of_ways(case in cases(6)) {
        let policy = case.policy();
        prop_assert_eq!(policy.smallest_overlap(), u64::from(case.overlap()));
        prop_assert_eq!(policy.splits(), case.overlap() <= u32::from(case.f));
    }

    #[test]
    fn a_quorum_is_met_as_the_tree_says_and_more_witnesses_never_undo_it(case in cases(6)) {
        let policy = case.policy();
        for set in 0..1 << case.witnesses {
            prop_assert_eq!(met(&policy, set), case.tree.met(set & case.neutral));
            for more in 0..case.witnesses {
                prop_assert!(met(&policy, set | 1 << more) || !met(&policy, set));
            }
        }
    }
}

#[test]
fn known_quorums_have_known_overlaps() {
    let overlap = |n: u8, rest: &str, neutral: &[u8]| policy(n, rest, 0, neutral).smallest_overlap();
    assert_eq!(overlap(1, "quorum none\n", &[1]), 0);
    assert_eq!(overlap(1, "quorum w1\n", &[1]), 1);
    assert_eq!(overlap(1, "quorum w1\n", &[]), 0, "a quorum that can not count");
    assert_eq!(overlap(4, "group g 3 w1 w2 w3 w4\nquorum g\n", &[1, 2, 3, 4]), 2);
    assert_eq!(
        overlap(4, "group g 3 w1 w2 w3 w4\nquorum g\n", &[1, 2, 3]),
        3,
        "a party's witness is not a member"
    );
    assert_eq!(overlap(4, "group g 2 w1 w2 w3 w4\nquorum g\n", &[1, 2, 3, 4]), 0);
    assert_eq!(overlap(7, "group g 5 w1 w2 w3 w4 w5 w6 w7\nquorum g\n", &[1, 2, 3, 4, 5, 6, 7]), 3);
    assert_eq!(overlap(3, "group g any w1\ngroup h all w2 w3\ngroup t all g h\nquorum t\n", &[1, 2, 3]), 3);
}

#[test]
fn a_quorum_splits_unless_more_than_f_witnesses_are_shared() {
    let rest = "group g 3 w1 w2 w3 w4\nquorum g\n";
    assert!(!policy(4, rest, 1, &[1, 2, 3, 4]).splits());
    assert!(policy(4, rest, 2, &[1, 2, 3, 4]).splits());
    assert!(policy(1, "quorum w1\n", 0, &[]).splits(), "nobody vouches");
}
