//! The two orders on which a log and a witness rest, as models (`specs/models/README.md`): every interleaving, with a crash
//! between any two steps. Each rule can be taken out, and then the race that it prevents must be found: a model that
//! finds nothing either way would prove nothing.
#![allow(
    clippy::print_stdout,
    reason = "how many states there are, and which way breaks a rule, is worth seeing"
)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test stops at the first surprise"
)]

mod sequencer;
mod witness;

use std::collections::BTreeSet;

use stateright::{Checker, HasDiscoveries, Model};

/// Visits every reachable state: no property may break, every `sometimes` must come true, and the model must be no toy.
fn require_sound<M>(model: M)
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + std::fmt::Debug + std::hash::Hash + PartialEq + Send + Sync,
    M::Action: Clone + std::fmt::Debug + PartialEq + Send + Sync,
{
    let checker = model.checker().spawn_bfs().join();
    checker.assert_properties();
    let states = checker.unique_state_count();
    println!("{states} states");
    assert!(states > 1_000, "expected more than 1,000 states, got {states}");
}

/// Looks for a way to break a property; there must be one.
fn require_race<M>(model: M, property: &'static str)
where
    M: Model + Send + Sync + 'static,
    M::State: Clone + std::fmt::Debug + std::hash::Hash + PartialEq + Send + Sync,
    M::Action: Clone + std::fmt::Debug + PartialEq + Send + Sync,
{
    let wanted = HasDiscoveries::AllOf(BTreeSet::from([property]));
    let checker = model.checker().finish_when(wanted).spawn_bfs().join();
    let path = checker.discovery(property).unwrap_or_else(|| panic!("expected a way to break {property:?}"));
    println!("{property}, broken by {:?}", path.into_actions());
}
