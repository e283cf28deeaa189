//! Whatever two histories of one log ask for, in whatever order, across restarts and with a clock that jumps: the witness
//! signs one history, and its times never decrease.

use detente_core::Code;
use detente_witness::{MemoryStore, SqliteStore, WitnessStore};
use proptest::prelude::*;

use crate::scene::{Branch, Ledger, NOON, at, origin, witness, witness_note_key};

const LEAVES: u64 = 24;
const FORK: u64 = 7;

#[derive(Debug, Clone)]
enum Step {
    /// Ask for a size, from the size that the witness has, as an honest log does.
    Next { fork: bool, grow: u64 },
    /// Ask for any size from any size.
    Any { fork: bool, old: u64, new: u64 },
    /// The clock moves on, or back.
    Clock(i64),
    /// The process ends and starts again.
    Restart,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (any::<bool>(), 0_u64..6).prop_map(|(fork, grow)| Step::Next { fork, grow }),
        4 => (any::<bool>(), 0..=LEAVES, 0..=LEAVES).prop_map(|(fork, old, new)| Step::Any { fork, old, new }),
        2 => (-1_000_i64..1_000).prop_map(Step::Clock),
        1 => Just(Step::Restart),
    ];
    proptest::collection::vec(step, 1..40)
}

fn play<S: WitnessStore>(steps: &[Step], mut store: S, reopen: &mut dyn FnMut(S) -> S) -> Ledger {
    let branches = [Branch::new(1, FORK, LEAVES), Branch::new(2, FORK, LEAVES)];
    let (mut ledger, mut clock) = (Ledger::default(), NOON);
    for step in steps {
        let newest = store.newest(&origin()).unwrap().map_or(0, |seen| seen.key().size.get());
        let (branch, old, new) = match *step {
            Step::Next { fork, grow } => (&branches[usize::from(fork)], newest, (newest + grow).min(LEAVES)),
            Step::Any { fork, old, new } => (&branches[usize::from(fork)], old, new),
            Step::Clock(seconds) => {
                clock = clock.saturating_add_signed(seconds);
                continue;
            }
            Step::Restart => {
                store = reopen(store);
                continue;
            }
        };
        let request = branch.request(old, new);
        match witness(&store).add_checkpoint(&request, at(clock)) {
            Ok(lines) => {
                assert_eq!(old, newest, "only from the newest size");
                ledger.record(&request, &lines);
            }
            // An honest request can fail for the clock alone.
            Err(error) => {
                let follows =
                    old == newest && new >= old && branch.root(old) == branches_root(&store, branch);
                assert!(!follows || error.code() == Code::ClockBehind, "{error}");
            }
        }
    }
    assert!(branches.iter().any(|branch| ledger.is_of(branch)), "what was cosigned is of one history");
    ledger
}

/// The newest root, or the empty tree's.
fn branches_root(store: &impl WitnessStore, branch: &Branch) -> detente_core::Digest {
    store.newest(&origin()).unwrap().map_or_else(|| branch.root(0), |seen| seen.key().root)
}

proptest! {
    #[test]
    fn in_memory(steps in steps()) {
        play(&steps, MemoryStore::new(), &mut |store| store);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn on_disk_across_restarts(steps in steps()) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("w.sqlite");
        let store = SqliteStore::create(&path, &witness_note_key()).unwrap();
        let on_disk = play(&steps, store, &mut |store| {
            drop(store);
            SqliteStore::open(&path, &witness_note_key()).unwrap()
        });
        let in_memory = play(&steps, MemoryStore::new(), &mut |store| store);
        prop_assert_eq!((on_disk.count, on_disk.time()), (in_memory.count, in_memory.time()));
    }
}

#[test]
fn the_plays_do_cosign() {
    let honest: Vec<Step> = (0..8).map(|_| Step::Next { fork: false, grow: 3 }).collect();
    assert_eq!(play(&honest, MemoryStore::new(), &mut |store| store).count, 8);
}
