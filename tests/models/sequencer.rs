//! "Publish a batch" of `specs/log.md`: two writers that may meet on one folder, a crash between any two steps, and a
//! folder that comes back from an old copy.

use std::collections::BTreeSet;

use stateright::{Model, Property};

use crate::{require_race, require_sound};

/// The entries of a log; it stands for the root too.
type Tree = Vec<u8>;

/// Where one process is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Process {
    Down,
    /// Running, between batches, on the state that it remembers.
    Ready {
        known: Tree,
    },
    /// A batch of one entry leads to `next`.
    Staged {
        known: Tree,
        next: Tree,
    },
    /// The state names `next`.
    Committed {
        next: Tree,
    },
    Signed {
        next: Tree,
    },
    /// The witness has signed it too.
    Cosigned {
        next: Tree,
    },
    Published {
        next: Tree,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    processes: Vec<Process>,
    /// Who holds the lock.
    lock: Option<usize>,
    /// File `state`.
    committed: Tree,
    /// Trees whose entries are on the disk, staged or in place.
    files: BTreeSet<Tree>,
    /// Notes that left the process, or might have.
    signed: BTreeSet<Tree>,
    /// File `checkpoint`.
    published: Tree,
    /// Outside the folder: the newest state that was to be signed.
    guard: Tree,
    /// Outside the folder: the newest tree that the witness cosigned.
    witness: Tree,
    /// Whether the log signed something that the witness then knew to be another tree.
    contradicted: bool,
    /// Entries whose receipt went out.
    acknowledged: BTreeSet<u8>,
    next_entry: u8,
    backup: Option<Tree>,
    restored: bool,
}

#[derive(Debug, Clone, PartialEq)]
enum Action {
    Start(usize),
    Stage(usize),
    Commit(usize),
    Sign(usize),
    Cosign(usize),
    Publish(usize),
    Acknowledge(usize),
    Crash(usize),
    Backup,
    Restore,
}

#[derive(Debug, Clone, Copy)]
struct Rules {
    /// One writer holds the lock.
    lock: bool,
    /// The state is replaced only if it still is what the writer knows.
    compare: bool,
    /// Files are durable before the state names them.
    stage_first: bool,
    /// Only a committed state is signed.
    commit_before_sign: bool,
    /// Receipts go out after the checkpoint is durable.
    publish_first: bool,
    /// A guard outside the folder is compared at start-up.
    guard: bool,
    /// Nothing is published that the witness did not cosign.
    witness: bool,
    /// The witness is asked at start-up what it holds.
    ask: bool,
    /// Whether the folder may come back from an old copy.
    restores: bool,
}

const ALL: Rules = Rules {
    lock: true,
    compare: true,
    stage_first: true,
    commit_before_sign: true,
    publish_first: true,
    guard: true,
    witness: true,
    ask: true,
    restores: true,
};

/// Entries in all: enough for two sizes that two writers both reach.
const ENTRIES: u8 = 3;

impl Rules {
    fn start(self, state: &State, next: &mut State, place: usize) -> Option<()> {
        if self.lock && state.lock.is_some() {
            return None;
        }
        // An old copy: refuses to sign.
        if self.guard && state.guard.len() > state.committed.len() {
            return None;
        }
        // Before anything is signed: what the witness holds begins this tree.
        if self.witness && self.ask && !state.committed.starts_with(&state.witness) {
            return None;
        }
        next.lock = Some(place);
        // Staged files that no state names never happened.
        if self.lock {
            next.files.retain(|tree| state.committed.starts_with(tree));
        }
        let known = state.committed.clone();
        next.processes[place] = if known.is_empty() || state.published == known {
            Process::Ready { known }
        } else {
            Process::Committed { next: known }
        };
        Some(())
    }
}

impl Model for Rules {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            processes: vec![Process::Down; 2],
            lock: None,
            committed: Tree::new(),
            files: BTreeSet::from([Tree::new()]),
            signed: BTreeSet::new(),
            published: Tree::new(),
            guard: Tree::new(),
            witness: Tree::new(),
            contradicted: false,
            acknowledged: BTreeSet::new(),
            next_entry: 1,
            backup: None,
            restored: false,
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for (place, process) in state.processes.iter().enumerate() {
            match process {
                Process::Down => actions.push(Action::Start(place)),
                Process::Ready { .. } if state.next_entry <= ENTRIES => actions.push(Action::Stage(place)),
                Process::Ready { .. } => {}
                Process::Staged { .. } => {
                    actions.push(Action::Commit(place));
                    if !self.commit_before_sign {
                        actions.push(Action::Sign(place));
                    }
                }
                Process::Committed { .. } => actions.push(Action::Sign(place)),
                Process::Signed { .. } if self.witness => actions.push(Action::Cosign(place)),
                Process::Signed { .. } | Process::Cosigned { .. } => actions.push(Action::Publish(place)),
                Process::Published { .. } => actions.push(Action::Acknowledge(place)),
            }
            if *process != Process::Down {
                actions.push(Action::Crash(place));
            }
        }
        if self.restores && !state.restored {
            if state.backup.is_none() {
                actions.push(Action::Backup);
            } else if state.processes.iter().all(|process| *process == Process::Down) {
                actions.push(Action::Restore);
            }
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = state.clone();
        match action {
            Action::Start(place) => self.start(state, &mut next, place)?,
            Action::Stage(place) => {
                let Process::Ready { known } = &state.processes[place] else { return None };
                let mut tree = known.clone();
                tree.push(state.next_entry);
                next.next_entry += 1;
                if self.stage_first {
                    next.files.insert(tree.clone());
                }
                if !self.publish_first {
                    next.acknowledged.insert(state.next_entry);
                }
                next.processes[place] = Process::Staged { known: known.clone(), next: tree };
            }
            Action::Commit(place) => {
                let Process::Staged { known, next: tree } = &state.processes[place] else { return None };
                if self.compare && state.committed != *known {
                    // Lost the swap: has signed nothing, and stops.
                    next.processes[place] = Process::Down;
                    if state.lock == Some(place) {
                        next.lock = None;
                    }
                    return Some(next);
                }
                next.committed = tree.clone();
                next.processes[place] = Process::Committed { next: tree.clone() };
            }
            Action::Sign(place) => {
                let tree = match &state.processes[place] {
                    Process::Committed { next } => next.clone(),
                    Process::Staged { next, .. } if !self.commit_before_sign => {
                        // Signed early; the commitment comes later, or never.
                        next.clone()
                    }
                    _ => return None,
                };
                next.files.insert(tree.clone());
                if state.guard.len() < tree.len() {
                    next.guard = tree.clone();
                }
                next.signed.insert(tree.clone());
                next.contradicted |= !(tree.starts_with(&state.witness) || state.witness.starts_with(&tree));
                if matches!(state.processes[place], Process::Committed { .. }) {
                    next.processes[place] = Process::Signed { next: tree };
                }
            }
            Action::Cosign(place) => {
                let Process::Signed { next: tree } = &state.processes[place] else { return None };
                if !tree.starts_with(&state.witness) {
                    // 409 or 422, with a note that the log has signed: it stops.
                    next.processes[place] = Process::Down;
                    if state.lock == Some(place) {
                        next.lock = None;
                    }
                    return Some(next);
                }
                next.witness = tree.clone();
                next.processes[place] = Process::Cosigned { next: tree.clone() };
            }
            Action::Publish(place) => {
                let (Process::Signed { next: tree } | Process::Cosigned { next: tree }) =
                    &state.processes[place]
                else {
                    return None;
                };
                next.published = tree.clone();
                next.processes[place] = Process::Published { next: tree.clone() };
            }
            Action::Acknowledge(place) => {
                let Process::Published { next: tree } = &state.processes[place] else { return None };
                next.acknowledged.extend(tree);
                next.processes[place] = Process::Ready { known: tree.clone() };
            }
            Action::Crash(place) => {
                next.processes[place] = Process::Down;
                if state.lock == Some(place) {
                    next.lock = None;
                }
            }
            Action::Backup => next.backup = Some(state.committed.clone()),
            Action::Restore => {
                let copy = state.backup.clone()?;
                next.committed = copy.clone();
                next.published = copy;
                next.restored = true;
            }
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            // A note that no witness and no guard heard of before the folder went back is known to nobody.
            Property::always("no FORK", |rules: &Self, state: &State| {
                (rules.witness && !rules.guard)
                    || state.signed.iter().all(|one| {
                        state.signed.iter().all(|other| one.starts_with(other) || other.starts_with(one))
                    })
            }),
            Property::always("nothing is signed that the witness knows to be a fork", |_, state: &State| {
                !state.contradicted
            }),
            // A folder from an old copy has lost entries; it may not sign, and that is all it can do about it.
            Property::always("no acknowledged entry is lost", |_, state: &State| {
                state.restored || state.acknowledged.iter().all(|entry| state.committed.contains(entry))
            }),
            Property::always("a committed state can be read", |_, state: &State| {
                state.files.contains(&state.committed)
            }),
            Property::sometimes("all entries are acknowledged", |_, state: &State| {
                state.acknowledged.len() == usize::from(ENTRIES)
            }),
        ]
    }
}

#[test]
fn the_order_of_the_page_holds() {
    require_sound(ALL);
}

#[test]
fn the_comparison_alone_holds_without_the_lock() {
    // On a store without locks the swap is all there is.
    require_sound(Rules { lock: false, restores: false, ..ALL });
}

#[test]
fn without_lock_and_comparison_two_writers_fork() {
    require_race(Rules { lock: false, compare: false, restores: false, ..ALL }, "no FORK");
    require_race(
        Rules { lock: false, compare: false, restores: false, ..ALL },
        "no acknowledged entry is lost",
    );
}

#[test]
fn signing_before_committing_forks_after_a_crash() {
    require_race(
        Rules { commit_before_sign: false, guard: false, witness: false, restores: false, ..ALL },
        "no FORK",
    );
}

#[test]
fn files_after_the_state_leave_a_log_that_nobody_can_read() {
    require_race(Rules { stage_first: false, ..ALL }, "a committed state can be read");
}

#[test]
fn receipts_before_the_checkpoint_promise_what_a_crash_takes() {
    require_race(Rules { publish_first: false, restores: false, ..ALL }, "no acknowledged entry is lost");
}

#[test]
fn without_a_guard_and_a_witness_an_old_copy_forks() {
    require_race(Rules { guard: false, witness: false, ..ALL }, "no FORK");
}

const FORK_OF_THE_WITNESS: &str = "nothing is signed that the witness knows to be a fork";

#[test]
fn a_witness_that_is_asked_first_is_enough_against_what_it_knows() {
    require_sound(Rules { guard: false, ..ALL });
}

#[test]
fn a_witness_that_is_not_asked_first_is_sent_a_fork() {
    require_race(Rules { guard: false, ask: false, ..ALL }, FORK_OF_THE_WITNESS);
}
