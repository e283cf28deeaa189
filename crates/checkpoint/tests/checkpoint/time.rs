//! Bounds of the time of publication, against the definitions.

use std::collections::BTreeMap;

use detente_checkpoint::{Pool, PublicationTime, QuorumTimes, VerifiedCheckpoint};
use detente_core::{Code, Digest, LeafIndex, TreeSize, UnixSeconds};
use detente_merkle::Tree as Leaves;
use proptest::prelude::*;

use crate::fixture::{code, head, note, policy, verify};
use crate::quorum::cases;

fn index(value: u64) -> LeafIndex {
    LeafIndex::new(value).unwrap()
}

fn root(byte: u8) -> Digest {
    Digest::from_bytes([byte; 32])
}

fn known(lo: Option<u64>, hi: Option<u64>) -> PublicationTime {
    let time = |value: u64| UnixSeconds::new(value).unwrap();
    PublicationTime::Known { lo: lo.map(time), hi: hi.map(time) }
}

/// A checkpoint of a pool: size, root, and each cosigner's time.
type Note = (u64, u8, Vec<(u8, u64)>);

fn pool(notes: &[Note], policy: &detente_checkpoint::Policy) -> Pool {
    let checkpoint = |(size, byte, cosigners): &Note| -> VerifiedCheckpoint {
        verify(&note(&head(*size, root(*byte)), cosigners), policy).unwrap()
    };
    Pool::assume_consistent(notes.iter().map(checkpoint).collect()).unwrap()
}

fn notes(witnesses: u8) -> impl Strategy<Value = Vec<Note>> {
    let cosigners = proptest::collection::btree_map(1..=witnesses, 0..9_u64, 0..=witnesses as usize);
    let one = (1..4_u64, 0..2_u8, cosigners.prop_map(|times| times.into_iter().collect()));
    proptest::collection::vec(one, 0..5)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn bounds_are_those_of_the_definitions((case, notes) in cases(4).prop_flat_map(|case| (Just(case), notes(4)))) {
        let policy = case.policy();
        // Cosigners that the policy does not have are lines of unknown keys.
        let pool = pool(&notes, &policy);
        for e in 0..4 {
            let found = pool.publication_time(index(e), &policy);
            if case.overlap() <= u32::from(case.f) {
                prop_assert_eq!(found, Ok(PublicationTime::QuorumSplit));
                continue;
            }
            // All times of each witness for each (size, root).
            let mut heads: BTreeMap<(u64, u8), Vec<(u8, u64)>> = BTreeMap::new();
            for (size, byte, cosigners) in &notes {
                let counting = cosigners.iter().filter(|(w, t)| *t != 0 && case.neutral >> (w - 1) & 1 == 1);
                heads.entry((*size, *byte)).or_default().extend(counting);
            }
            let set = |times: &[(u8, u64)], holds: &dyn Fn(u64) -> bool| -> u64 {
                times.iter().filter(|(_, t)| holds(*t)).fold(0, |set, (w, _)| set | 1 << (w - 1))
            };
            let meets = |above: bool, holds: &dyn Fn(u64) -> bool| {
                heads.iter().any(|((size, _), times)| (*size > e) == above && case.tree.met(set(times, holds)))
            };
            let hi = (0..10).find(|t| meets(true, &|time| time <= *t));
            let lo = (0..10).rev().find(|t| meets(false, &|time| time >= *t));
            if let (Some(lo), Some(hi)) = (lo, hi) && lo > hi {
                prop_assert_eq!(code(found), Code::WitnessConflict);
            } else {
                prop_assert_eq!(found, Ok(known(lo, hi)));
            }
        }
    }
}

const TWO_OF_THREE: &str = "group g 2 w1 w2 w3\nquorum g\n";

#[test]
fn an_entry_lies_between_two_checkpoints() {
    let policy = policy(3, TWO_OF_THREE, 0, &[1, 2, 3]);
    let pool = pool(
        &[(5, 1, vec![(1, 100), (2, 110), (3, 105)]), (8, 2, vec![(1, 200), (2, 260), (3, 230)])],
        &policy,
    );
    let time = |at: u64| pool.publication_time(index(at), &policy).unwrap();
    assert_eq!(time(4), known(None, Some(105)));
    assert_eq!(time(5), known(Some(105), Some(230)));
    assert_eq!(time(7), known(Some(105), Some(230)));
    assert_eq!(time(8), known(Some(230), None));
    assert_eq!(time(4).word(), "KNOWN");
}

#[test]
fn notes_of_one_head_are_joined() {
    let policy = policy(3, TWO_OF_THREE, 0, &[1, 2, 3]);
    let split = pool(&[(5, 1, vec![(1, 100)]), (5, 1, vec![(2, 110)])], &policy);
    assert_eq!(split.publication_time(index(0), &policy).unwrap(), known(None, Some(110)));
    let other_root = pool(&[(5, 1, vec![(1, 100)]), (5, 2, vec![(2, 110)])], &policy);
    assert_eq!(other_root.publication_time(index(0), &policy).unwrap(), known(None, None));
    let twice = pool(&[(5, 1, vec![(1, 100), (2, 100)]), (5, 1, vec![(1, 300), (2, 200)])], &policy);
    assert_eq!(
        twice.publication_time(index(0), &policy).unwrap(),
        known(None, Some(100)),
        "the smallest for hi"
    );
    assert_eq!(
        twice.publication_time(index(5), &policy).unwrap(),
        known(Some(200), None),
        "the largest for lo"
    );
}

#[test]
fn time_0_and_witnesses_of_a_party_do_not_count() {
    let policy = policy(3, TWO_OF_THREE, 0, &[1, 2]);
    let of_party = pool(&[(5, 1, vec![(1, 100), (3, 100)])], &policy);
    assert_eq!(of_party.publication_time(index(0), &policy).unwrap(), known(None, None));
    let zero = pool(&[(5, 1, vec![(1, 100), (2, 0)]), (5, 1, vec![(2, 150)])], &policy);
    assert_eq!(
        zero.publication_time(index(0), &policy).unwrap(),
        known(None, Some(150)),
        "0 is not the smallest time"
    );
}

#[test]
fn no_times_without_witnesses_or_with_a_split_quorum() {
    let none = policy(3, "quorum none\n", 0, &[1, 2, 3]);
    let notes = [(5, 1, vec![(1, 100), (2, 100), (3, 100)])];
    let time = |policy: &detente_checkpoint::Policy| {
        pool(&notes, policy).publication_time(index(0), policy).unwrap()
    };
    assert_eq!(time(&none), PublicationTime::Unwitnessed);
    assert_eq!(time(&none).word(), "UNWITNESSED");
    let split = policy(3, TWO_OF_THREE, 1, &[1, 2, 3]);
    assert_eq!(time(&split), PublicationTime::QuorumSplit);
    assert_eq!(time(&split).word(), "QUORUM-SPLIT");
    assert_eq!(
        time(&policy(3, "group g any w1 w2 w3\nquorum g\n", 0, &[1, 2, 3])),
        PublicationTime::QuorumSplit
    );
}

#[test]
fn contradictory_witnesses_are_a_conflict() {
    let policy = policy(1, "quorum w1\n", 0, &[1]);
    let back = pool(&[(5, 1, vec![(1, 200)]), (8, 2, vec![(1, 199)])], &policy);
    assert_eq!(code(back.publication_time(index(6), &policy)), Code::WitnessConflict);
    let equal = pool(&[(5, 1, vec![(1, 200)]), (8, 2, vec![(1, 200)])], &policy);
    assert_eq!(equal.publication_time(index(6), &policy).unwrap(), known(Some(200), Some(200)));
}

#[test]
fn a_pool_grows_by_proof_only() {
    let leaves: Vec<[u8; 1]> = (0..9).map(|leaf| [leaf]).collect();
    let tree = Leaves::from_entries(&leaves).unwrap();
    let size = |size: u64| TreeSize::new(size).unwrap();
    let policy = policy(1, "quorum w1\n", 0, &[1]);
    let at =
        |n: u64| verify(&note(&head(n, tree.root_at(size(n)).unwrap()), &[(1, 100 * n)]), &policy).unwrap();
    let proof = |old: u64, new: u64| tree.consistency_proof(size(old), size(new)).unwrap();
    let mut pool = Pool::new(at(6));
    pool.add(at(3), &proof(3, 6)).unwrap();
    pool.add(at(9), &proof(6, 9)).unwrap();
    pool.add(at(9), &[]).unwrap();
    pool.add(at(5), &proof(5, 9)).unwrap();
    assert_eq!(pool.publication_time(index(4), &policy).unwrap(), known(Some(300), Some(500)));
    assert_eq!(code(pool.add(at(4), &proof(4, 6))), Code::ProofLength, "a proof to the largest is needed");
    let forked = verify(&note(&head(4, root(7)), &[(1, 1)]), &policy).unwrap();
    assert_eq!(code(pool.add(forked, &proof(4, 9))), Code::InvalidConsistency);
    assert_eq!(pool.checkpoints().len(), 5);
}

#[test]
fn a_pool_speaks_under_one_policy() {
    let (one, other) = (policy(1, "quorum w1\n", 0, &[1]), policy(1, "quorum none\n", 0, &[1]));
    let pool = pool(&[(5, 1, vec![(1, 100)])], &one);
    assert_eq!(code(pool.publication_time(index(0), &other)), Code::Misuse);
    let empty = Pool::assume_consistent(Vec::new()).unwrap();
    assert_eq!(empty.publication_time(index(0), &one).unwrap(), known(None, None));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn times_of_heads_give_the_bounds_of_every_entry(
        (case, notes) in cases(4).prop_flat_map(|case| (Just(case), notes(4))),
        until in 0..9_u64,
    ) {
        let policy = case.policy();
        // What is later than `until` does not exist.
        let seen: Vec<Note> = notes
            .iter()
            .map(|(size, byte, cosigners)| {
                (*size, *byte, cosigners.iter().copied().filter(|(_, time)| *time <= until).collect())
            })
            .collect();
        let heads = pool(&notes, &policy).quorum_times(&policy, UnixSeconds::new(until).unwrap()).unwrap();
        prop_assert_eq!(&heads, &pool(&seen, &policy).quorum_times(&policy, UnixSeconds::LAST).unwrap());
        prop_assert!(heads.is_sorted_by(|left, right| (left.size, left.root) < (right.size, right.root)));
        prop_assert!(heads.iter().all(|head| head.met == head.first.is_some() && head.met == head.last.is_some()));
        if policy.splits() {
            return Ok(());
        }
        for e in 0..4 {
            let above = |head: &&QuorumTimes| index(e).is_below(head.size);
            let hi = heads.iter().filter(above).filter_map(|head| head.first).min();
            let lo = heads.iter().filter(|head| !above(head)).filter_map(|head| head.last).max();
            match pool(&seen, &policy).publication_time(index(e), &policy) {
                Ok(found) => prop_assert_eq!(found, PublicationTime::Known { lo, hi }),
                Err(_) => prop_assert!(lo > hi),
            }
        }
    }
}

#[test]
fn without_a_quorum_every_head_counts_and_none_has_a_time() {
    let policy = policy(2, "quorum none\n", 0, &[1, 2]);
    let pool = pool(&[(1, 0, vec![(1, 5)]), (2, 0, vec![])], &policy);
    let heads = pool.quorum_times(&policy, UnixSeconds::ZERO).unwrap();
    assert_eq!(heads.len(), 2);
    assert!(heads.iter().all(|head| head.met && head.first.is_none() && head.last.is_none()));
}
