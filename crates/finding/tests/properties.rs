//! Over random trees: what forked is found, what is honest is not, and no changed byte says something else.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at the first surprise")]

mod scene;

use detente_core::Code;
use detente_finding::{Finding, Offence};
use proptest::prelude::*;
use scene::{cosigned, log, policy, prefix, signed, size, tree, verify, witness};

/// Sizes m <= n, a leaf below m where the second tree is another one, and whether the notes are handed over in order.
fn forks() -> impl Strategy<Value = (u64, u64, u64, bool)> {
    (1_u64..=200, 0_u64..=200, any::<u64>(), any::<bool>())
        .prop_map(|(m, more, leaf, order)| (m, m + more, leaf % m, order))
}

fn in_order<T>(order: bool, [one, other]: [T; 2]) -> [T; 2] {
    if order { [one, other] } else { [other, one] }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn two_trees_that_differ_below_the_smaller_size_are_a_fork((m, n, leaf, order) in forks()) {
        let (one, two) = (tree(m, None), tree(n, Some(leaf)));
        let hashes = prefix(&two, m, n);
        let (a, b) = (cosigned(&one, m, 10), cosigned(&two, n, 10));
        let policy = policy(&log(), &witness());
        for (offence, made) in [
            (Offence::Fork, Finding::fork(&log(), in_order(order, [&a, &b]), &hashes)),
            (Offence::CosignedFork, Finding::cosigned_fork(&witness(), in_order(order, [&a, &b]), &hashes)),
        ] {
            // Of two equal sizes the smaller root comes first, whose tree is then not the one of the hashes.
            if m == n && a_is_second(&one, &two) {
                prop_assert_eq!(made.unwrap_err().code(), Code::InvalidConsistency);
                continue;
            }
            let bytes = made.unwrap().to_bytes();
            let verified = detente_finding::UnverifiedFinding::parse(&bytes).unwrap().verify(Some(&policy)).unwrap();
            prop_assert_eq!(verified.offence(), offence);
            prop_assert_eq!(verified.first().head().size(), size(m));
            prop_assert_eq!(verified.second().head().size(), size(n));
            prop_assert!(verified.is_named_by_policy());
        }
    }

    #[test]
    fn of_equal_sizes_no_hashes_are_needed(m in 1_u64..=200, leaf in any::<u64>(), order in any::<bool>()) {
        let (one, two) = (tree(m, None), tree(m, Some(leaf % m)));
        let notes = [signed(&one, m), signed(&two, m)];
        let made = Finding::fork(&log(), in_order(order, [&notes[0], &notes[1]]), &[]).unwrap();
        let other = Finding::fork(&log(), in_order(!order, [&notes[0], &notes[1]]), &[]).unwrap();
        prop_assert_eq!(made.to_bytes(), other.to_bytes(), "one offence has one file");
        prop_assert_eq!(verify(&made.to_bytes()).unwrap(), made.verified().clone());
    }

    /// One tree, whatever sizes and times were signed of it: nobody is accused.
    #[test]
    fn an_honest_pair_is_no_offence(
        m in 1_u64..=200, more in 0_u64..=200, times in (1_u64..=1_000, 0_u64..=1_000), order in any::<bool>()
    ) {
        let n = m + more;
        let honest = tree(n, None);
        let hashes = prefix(&honest, m, n);
        // Times never decrease, and may stay.
        let (a, b) = (cosigned(&honest, m, times.0), cosigned(&honest, n, times.0 + times.1));
        let notes = in_order(order, [&a, &b]);
        for made in [
            Finding::fork(&log(), notes, &hashes),
            Finding::cosigned_fork(&witness(), notes, &hashes),
            Finding::cosigned_backwards(&witness(), notes),
        ] {
            prop_assert_eq!(made.unwrap_err().code(), Code::NoOffence);
        }
    }

    /// A tree that differs only from the smaller size on goes on from the smaller one.
    #[test]
    fn trees_that_differ_above_the_smaller_size_are_no_fork(m in 1_u64..=200, more in 1_u64..=200, leaf in any::<u64>()) {
        let n = m + more;
        let (one, two) = (tree(m, None), tree(n, Some(m + leaf % more)));
        let made = Finding::fork(&log(), [&signed(&one, m), &signed(&two, n)], &prefix(&two, m, n));
        prop_assert_eq!(made.unwrap_err().code(), Code::NoOffence);
    }

    #[test]
    fn a_smaller_tree_at_a_later_time_is_backwards(
        m in 1_u64..=200, more in 1_u64..=200, early in 1_u64..=1_000, later in 1_u64..=1_000, order in any::<bool>()
    ) {
        let n = m + more;
        let tree = tree(n, None);
        let (a, b) = (cosigned(&tree, m, early + later), cosigned(&tree, n, early));
        let made = Finding::cosigned_backwards(&witness(), in_order(order, [&a, &b])).unwrap();
        prop_assert_eq!(made.verified().offence(), Offence::CosignedBackwards);
        let fork = Finding::cosigned_fork(&witness(), [&a, &b], &prefix(&tree, m, n));
        prop_assert_eq!(fork.unwrap_err().code(), Code::NoOffence, "the trees fit");
    }

    #[test]
    fn bytes_of_no_file_are_refused_without_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(verify(&bytes).is_err());
    }
}

fn a_is_second(one: &detente_merkle::Tree, two: &detente_merkle::Tree) -> bool {
    one.root().as_bytes() > two.root().as_bytes()
}

/// Every byte of a finding of each kind, changed in every bit and to a few others: refused each time.
#[test]
fn every_changed_byte_is_refused() {
    let (one, two) = (tree(5, None), tree(7, Some(2)));
    let hashes = prefix(&two, 5, 7);
    let (a, b) = (cosigned(&one, 5, 20), cosigned(&two, 7, 10));
    let files = [
        Finding::fork(&log(), [&a, &b], &hashes),
        Finding::cosigned_fork(&witness(), [&a, &b], &hashes),
        Finding::cosigned_backwards(&witness(), [&a, &b]),
    ];
    let mut changed = 0;
    for made in files {
        let honest = made.unwrap().to_bytes();
        assert!(verify(&honest).is_ok());
        for place in 0..honest.len() {
            for mask in [1, 2, 4, 8, 16, 32, 64, 128] {
                let mut bytes = honest.clone();
                bytes[place] ^= mask;
                let found = verify(&bytes);
                assert!(found.is_err(), "byte {place} ^ {mask}: {found:?}");
                changed += 1;
            }
            let mut shorter = honest.clone();
            shorter.remove(place);
            assert!(verify(&shorter).is_err(), "without byte {place}");
        }
    }
    assert!(changed > 10_000, "{changed}");
}
