//! "Compare, persist, cosign" of `specs/witness.md`: one store, several requests at once, and a log that may lie.

use std::collections::BTreeSet;

use stateright::{Model, Property};

use crate::{require_race, require_sound};

/// A checkpoint: a tree of `size` leaves; the two branches agree on the first leaf only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Head {
    size: u8,
    branch: char,
}

const NOTHING: Head = Head { size: 0, branch: ' ' };

/// All that the log may show: one tree up to three leaves, and another that leaves it after the first.
const HEADS: [Head; 5] = [
    Head { size: 1, branch: 'm' },
    Head { size: 2, branch: 'm' },
    Head { size: 3, branch: 'm' },
    Head { size: 2, branch: 'f' },
    Head { size: 3, branch: 'f' },
];

/// Whether a consistency proof from one to the other exists.
fn continues(old: Head, new: Head) -> bool {
    old.size == 0
        || old == new
        || (old.size <= new.size && (old.size == 1 || old.branch == new.branch) && old.size < new.size)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Newest {
    head: Head,
    time: u8,
}

/// How far one request has got.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Request {
    Idle,
    /// Decided on what was read; the next newest is not stored yet.
    Decided {
        read: Newest,
        next: Newest,
    },
    /// Stored; not answered.
    Stored {
        next: Newest,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct State {
    stored: Newest,
    clock: u8,
    requests: Vec<Request>,
    signed: BTreeSet<Newest>,
}

#[derive(Debug, Clone, PartialEq)]
enum Action {
    Ask(usize, Head),
    Store(usize),
    Answer(usize),
    Crash,
    Tick,
    /// The clock is set back.
    Back,
}

/// The rules of the page; each may be missing.
#[derive(Debug, Clone, Copy)]
struct Rules {
    /// Step 3 is one step: the store changes only if it still holds what was read.
    compare: bool,
    /// Step 3 compares the time too.
    compare_time: bool,
    /// Step 5 comes after step 3.
    persist_first: bool,
    /// The time is never before the newest one.
    times_never_decrease: bool,
}

const ALL: Rules =
    Rules { compare: true, compare_time: true, persist_first: true, times_never_decrease: true };

const CLOCK_END: u8 = 3;

impl Rules {
    fn decide(self, read: Newest, head: Head, clock: u8) -> Option<Newest> {
        let time = if self.times_never_decrease { clock.max(read.time) } else { clock };
        continues(read.head, head).then_some(Newest { head, time })
    }

    fn still(self, stored: Newest, read: Newest) -> bool {
        !self.compare || (stored.head == read.head && (!self.compare_time || stored.time == read.time))
    }
}

impl Model for Rules {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![State {
            stored: Newest { head: NOTHING, time: 0 },
            clock: 1,
            requests: vec![Request::Idle; 2],
            signed: BTreeSet::new(),
        }]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        for (place, request) in state.requests.iter().enumerate() {
            match request {
                Request::Idle => actions.extend(HEADS.map(|head| Action::Ask(place, head))),
                Request::Decided { .. } => actions.push(Action::Store(place)),
                Request::Stored { .. } => actions.push(Action::Answer(place)),
            }
        }
        actions.push(Action::Crash);
        if state.clock < CLOCK_END {
            actions.push(Action::Tick);
        }
        if state.clock > 1 {
            actions.push(Action::Back);
        }
    }

    fn next_state(&self, state: &State, action: Action) -> Option<State> {
        let mut next = state.clone();
        match action {
            Action::Ask(place, head) => {
                let read = state.stored;
                let decided = self.decide(read, head, state.clock)?;
                if !self.persist_first {
                    next.signed.insert(decided);
                }
                next.requests[place] = Request::Decided { read, next: decided };
            }
            Action::Store(place) => {
                let Request::Decided { read, next: decided } = state.requests[place] else { return None };
                // Lost to another request: it begins again.
                next.requests[place] = Request::Idle;
                if self.still(state.stored, read) {
                    next.stored = decided;
                    next.requests[place] = Request::Stored { next: decided };
                }
            }
            Action::Answer(place) => {
                let Request::Stored { next: decided } = state.requests[place] else { return None };
                next.signed.insert(decided);
                next.requests[place] = Request::Idle;
            }
            Action::Crash => next.requests = vec![Request::Idle; state.requests.len()],
            Action::Tick => next.clock += 1,
            Action::Back => next.clock -= 1,
        }
        Some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        fn no_fork(one: &Newest, other: &Newest) -> bool {
            one.head.size > other.head.size || continues(one.head, other.head)
        }
        fn not_backwards(one: &Newest, other: &Newest) -> bool {
            one.head.size >= other.head.size || one.time <= other.time
        }
        vec![
            Property::always("no COSIGNED-FORK", |_, state: &State| {
                state.signed.iter().all(|one| state.signed.iter().all(|other| no_fork(one, other)))
            }),
            Property::always("no COSIGNED-BACKWARDS", |_, state: &State| {
                state.signed.iter().all(|one| state.signed.iter().all(|other| not_backwards(one, other)))
            }),
            // Else the model might be safe because it never signs.
            Property::sometimes("the largest tree is cosigned", |_, state: &State| {
                state.signed.iter().any(|signed| signed.head.size == 3)
            }),
        ]
    }
}

#[test]
fn the_rules_of_the_page_hold() {
    require_sound(ALL);
}

#[test]
fn without_the_comparison_a_fork_is_cosigned() {
    require_race(Rules { compare: false, ..ALL }, "no COSIGNED-FORK");
}

#[test]
fn without_the_time_in_the_comparison_the_time_goes_back() {
    require_race(Rules { compare_time: false, ..ALL }, "no COSIGNED-BACKWARDS");
}

#[test]
fn signing_before_persisting_forks_after_a_crash() {
    require_race(Rules { persist_first: false, ..ALL }, "no COSIGNED-FORK");
}

#[test]
fn a_clock_that_is_believed_goes_back() {
    require_race(Rules { times_never_decrease: false, ..ALL }, "no COSIGNED-BACKWARDS");
}
