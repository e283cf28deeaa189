//! What a review says of a policy, against a brute force over all that operators could do.

use std::collections::BTreeSet;

use detente_checkpoint::{KeyType, NoteKey, Operators, Policy, Remark};
use detente_core::Name;
use proptest::prelude::*;

use crate::{
    fixture::{ORIGIN, companion, policy, policy_text, witness_key},
    quorum::{Case, cases},
};

/// A case whose witness `wN` is run by the operator at N - 1; operator 0 is a party.
#[derive(Debug, Clone)]
struct Run {
    case: Case,
    operators: Vec<usize>,
}

fn runs() -> impl Strategy<Value = Run> {
    (cases(6), proptest::collection::vec(0..5_usize, 6)).prop_map(|(case, operators)| Run { case, operators })
}

impl Run {
    fn name(operator: usize) -> String {
        if operator == 0 { "party.example".to_owned() } else { format!("o{operator}") }
    }

    fn policy(&self) -> Policy {
        let text = policy_text(self.case.witnesses, &self.case.rest());
        let pairs = (1..=self.case.witnesses).zip(&self.operators);
        let pairs: Vec<String> = pairs
            .map(|(witness, operator)| format!("\"w{witness}\":\"{}\"", Self::name(*operator)))
            .collect();
        let companion = companion(&text, self.case.f, &pairs.join(","));
        Policy::parse(text.as_bytes(), Some(companion.as_bytes())).unwrap()
    }

    fn neutral(&self) -> u64 {
        self.of(|operator| operator != 0)
    }

    fn of(&self, holds: impl Fn(usize) -> bool) -> u64 {
        let witnesses = (0..usize::from(self.case.witnesses)).filter(|at| holds(self.operators[*at]));
        witnesses.fold(0, |set, at| set | 1 << at)
    }

    /// Every subset of operators 1..=4 that run a witness below the quorum and for which something holds.
    fn smallest(&self, holds: impl Fn(u64) -> bool) -> Option<BTreeSet<BTreeSet<String>>> {
        let present: Vec<usize> = (1..5).filter(|o| self.of(|operator| operator == *o) != 0).collect();
        let mut sets: Vec<Vec<usize>> = vec![Vec::new()];
        for operator in present {
            let with: Vec<Vec<usize>> =
                sets.iter().map(|set| set.iter().copied().chain([operator]).collect()).collect();
            sets.extend(with);
        }
        sets.retain(|set| holds(self.of(|operator| set.contains(&operator))));
        let least = sets.iter().map(Vec::len).min()?;
        let named = |set: Vec<usize>| set.into_iter().map(Self::name).collect();
        Some(sets.into_iter().filter(|set| set.len() == least).map(named).collect())
    }

    /// Each honest neutral witness sees one of two trees; the dishonest sign both.
    fn splits(&self, dishonest: u64) -> bool {
        let neutral = self.neutral();
        let honest = neutral & !dishonest;
        (0..1_u64 << self.case.witnesses).filter(|view| view & !honest == 0).any(|view| {
            self.case.tree.met(view | dishonest) && self.case.tree.met((honest & !view) | dishonest)
        })
    }
}

fn sets(operators: &Operators) -> Option<BTreeSet<BTreeSet<String>>> {
    match operators {
        Operators::Smallest(sets) => Some(sets.iter().map(|set| set.iter().cloned().collect()).collect()),
        Operators::None => None,
        Operators::AtLeast(least) => panic!("gave up at {least} of so few"),
    }
}

proptest! {
    #[test]
    fn two_reliers_share_what_all_pairs_of_ways_share(first in cases(5), second in cases(5)) {
        let (one, other) = (first.policy(), second.policy());
        let ways = |case: &Case| -> Vec<u64> {
            (0..1 << 5).filter(|set| set & !case.neutral == 0 && case.tree.met(*set)).collect()
        };
        let (a, b) = (ways(&first), ways(&second));
        let least = a.iter().flat_map(|x| b.iter().map(move |y| (x & y).count_ones())).min().unwrap_or(0);
        prop_assert_eq!(one.smallest_overlap_with(&other), Some(u64::from(least)));
        prop_assert_eq!(other.smallest_overlap_with(&one), Some(u64::from(least)));
        prop_assert_eq!(one.smallest_overlap_with(&one), Some(one.smallest_overlap()));
    }

    #[test]
    fn splitters_and_blockers_are_those_of_a_brute_force(run in runs()) {
        let review = run.policy().review();
        prop_assert_eq!(sets(&review.splitters), run.smallest(|set| run.splits(set)));
        let neutral = run.neutral();
        prop_assert_eq!(sets(&review.blockers), run.smallest(|set| !run.case.tree.met(neutral & !set)));
    }

    #[test]
    fn a_policy_is_at_fault_exactly_when_it_gives_no_times(run in runs()) {
        let policy = run.policy();
        let fault = policy.review().remarks.iter().any(Remark::is_fault);
        prop_assert_eq!(fault, policy.splits() || !policy.quorum_met(|_| true));
    }
}

#[test]
fn three_of_four_institutes_tolerate_one() {
    let text = policy_text(4, "group g 3 w1 w2 w3 w4\nquorum g\n");
    let companion = companion(&text, 1, "\"w1\":\"a\",\"w2\":\"b\",\"w3\":\"c\",\"w4\":\"d\"");
    let review = Policy::parse(text.as_bytes(), Some(companion.as_bytes())).unwrap().review();
    assert_eq!((review.overlap, review.f, review.tolerated_witnesses), (2, 1, Some(1)));
    let Operators::Smallest(splitters) = &review.splitters else { panic!("{:?}", review.splitters) };
    assert_eq!(splitters.len(), 6, "any two of four");
    assert!(splitters.iter().all(|set| set.len() == 2));
    assert_eq!(review.blockers, review.splitters.clone(), "two of four leave two, and three are asked for");
    assert_eq!(review.remarks, []);
}

#[test]
fn one_operator_behind_two_witnesses_is_named() {
    let text = policy_text(3, "group g 2 w1 w2 w3\nquorum g\n");
    let companion = companion(&text, 0, "\"w1\":\"a\",\"w2\":\"a\",\"w3\":\"b\"");
    let review = Policy::parse(text.as_bytes(), Some(companion.as_bytes())).unwrap().review();
    let alone = |operator: &str| vec![operator.to_owned()];
    // a meets the quorum twice over; and b splits the two of a, each of which sees one tree.
    assert_eq!(review.splitters, Operators::Smallest(vec![alone("a"), alone("b")]));
    assert_eq!(review.blockers, Operators::Smallest(vec![alone("a")]));
    let several =
        Remark::SeveralOfOne { operator: "a".to_owned(), witnesses: vec!["w1".to_owned(), "w2".to_owned()] };
    assert!(review.remarks.contains(&several), "{:?}", review.remarks);
    assert!(review.remarks.contains(&Remark::ToleratesNone), "{:?}", review.remarks);
}

#[test]
fn two_policies_are_compared_when_either_is_small_enough() {
    let group = |k: usize, names: std::ops::RangeInclusive<u8>| {
        let names: Vec<String> = names.map(|n| format!("w{n}")).collect();
        format!("group g {k} {}\nquorum g\n", names.join(" "))
    };
    let all: Vec<u8> = (1..=17).collect();
    let large = policy(17, &group(9, 1..=17), 0, &all);
    let small = policy(3, &group(2, 1..=3), 0, &[1, 2, 3]);
    let unused = policy(17, &group(2, 1..=3), 0, &all);
    assert_eq!(large.smallest_overlap_with(&large), None, "not looked at");
    assert_eq!(large.smallest_overlap_with(&small), Some(0));
    assert_eq!(small.smallest_overlap_with(&large), Some(0));
    assert_eq!(unused.smallest_overlap_with(&unused), Some(1), "witnesses below no quorum do not count");
    assert_eq!(unused.smallest_overlap_with(&small), Some(1));
}

#[test]
fn several_keys_of_one_log_are_said() {
    let text = policy_text(1, "quorum w1\n");
    let other = NoteKey::new(Name::parse(ORIGIN).unwrap(), KeyType::Log, witness_key(9).public());
    let remark = Remark::SeveralKeysOfLog { origin: ORIGIN.to_owned(), keys: 2 };
    let review = |text: &str| Policy::parse(text.as_bytes(), None).unwrap().review();
    assert!(!review(&text).remarks.contains(&remark));
    let review = review(&format!("log {other}\n{text}"));
    assert!(review.remarks.contains(&remark), "{:?}", review.remarks);
    assert!(!remark.is_fault());
}

#[test]
fn what_never_counts_is_said() {
    let review = policy(2, "group g 1 w1\nquorum g\n", 0, &[]).review();
    assert_eq!(review.counting, Vec::<String>::new());
    assert_eq!(review.splitters, Operators::None);
    assert_eq!(review.blockers, Operators::Smallest(vec![Vec::new()]));
    let party = Remark::OfParty { witness: "w1".to_owned(), operator: "party.example".to_owned() };
    let unused = Remark::Unused { witness: "w2".to_owned() };
    assert_eq!(review.remarks, [Remark::CannotBeMet, party, unused]);
}

#[test]
fn addresses_without_protection_are_named() {
    let text = policy_text(1, "quorum none\n").replacen('\n', " http://log.example\n", 1);
    let review = Policy::parse(text.as_bytes(), None).unwrap().review();
    let url = Remark::NotHttps { name: "log.example/a".to_owned(), url: "http://log.example".to_owned() };
    let unused = Remark::Unused { witness: "w1".to_owned() };
    assert_eq!(review.remarks, [Remark::NoQuorum, Remark::NoCompanion, unused, url]);
    assert_eq!(review.splitters, Operators::Smallest(vec![Vec::new()]), "nobody is needed");
}
